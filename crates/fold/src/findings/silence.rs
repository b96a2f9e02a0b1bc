//! Units of which nothing is heard: no fact of their last days, no closing of a report month that is over.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate,
    lifecycle::{finding::day, holidays::unknown_of},
    registry::{Span, Unit},
    tables::FindingRule,
};
use socai_proto::v1::UnitType;
use socai_tlog::{EventName, UnitNo};

use super::watch::{Counted, Raw, Watch};
use crate::{fold::Fold, recorded::Facts, verdict::FoldError};

/// Units whose newest fact is old on the asked day.
pub(super) struct UnitSilent<'f> {
    rule: &'f FindingRule,
    fold: &'f Fold,
    on: CivilDate,
    types: &'f [UnitType],
    days: i64,
    newest: BTreeMap<UnitNo, (CivilDate, EventName)>,
}

impl<'f> UnitSilent<'f> {
    pub fn new(
        rule: &'f FindingRule,
        fold: &'f Fold,
        on: CivilDate,
        types: &'f [UnitType],
        days: i64,
    ) -> Self {
        UnitSilent { rule, fold, on, types, days, newest: BTreeMap::new() }
    }
}

impl<'f> Watch<'f> for UnitSilent<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let newest = self.newest.entry(fact.name.unit).or_insert((fact.day(), fact.name));
        *newest = (*newest).max((fact.day(), fact.name));
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        if !self.rule.judges(self.on) {
            return Ok(());
        }
        for (unit, span) in publishing(self.fold, self.on, self.types) {
            let newest = self.newest.get(&unit.no).copied();
            let begun = first_day(unit, span).max(self.rule.valid_from);
            let since = newest.map_or(begun, |(day, _)| day.max(begun));
            let days = i64::from(self.on.days_since(since));
            if days <= self.days {
                continue;
            }
            let ((vi, en), facts) = match newest {
                Some((last, name)) => {
                    let last_vi = day(last);
                    let vi = format!("{}: sự kiện cuối ngày {last_vi}, im lặng {days} ngày", unit.id);
                    ((vi, format!("{}: last fact of {last}, silent for {days} days", unit.id)), vec![name])
                }
                None => {
                    let vi = format!("{}: chưa có sự kiện nào trong {days} ngày", unit.id);
                    ((vi, format!("{}: no fact in {days} days", unit.id)), vec![])
                }
            };
            out.push(Raw::new(self.rule, unit.no, self.on, facts, vi, en).late_by(days));
        }
        Ok(())
    }
}

/// Units that left report months open.
pub(super) struct PeriodOpen<'f> {
    pub rule: &'f FindingRule,
    pub fold: &'f Fold,
    pub on: CivilDate,
    pub types: &'f [UnitType],
    pub working_days: u32,
}

impl<'f> Watch<'f> for PeriodOpen<'f> {
    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        let due = self.due();
        for (unit, span) in publishing(self.fold, self.on, self.types) {
            let begun = first_day(unit, span);
            let existed = due.iter().filter(|month| begun <= month.to);
            let is_open =
                |month: &&Month| !self.fold.closings.is_closed(unit.no, month.from.max(begun), month.to);
            let open: Vec<&Month> = existed.filter(is_open).collect();
            let [first, ..] = open.as_slice() else { continue };
            let days = i64::from(self.on.days_since(first.due));
            let last = open.last().map_or(first.to, |month| month.to);
            let (count, from) = (open.len(), first.from);
            let (from_vi, last_vi) = (day(from), day(last));
            // the terms are in working days, which of such a year are not all known
            let unknown = self.fold.rulebook.calendar.unknown_year(first.to, last_due(&open)).map(unknown_of);
            let (unknown_vi, unknown) = unknown.map_or_else(Default::default, |(vi, en)| {
                (format!("; {vi} (holidays_unknown)"), format!("; {en} (holidays_unknown)"))
            });
            let facts = self.fold.closings.of(unit.no).last().map(|closing| closing.name);
            out.push(
                Raw::new(
                    self.rule,
                    unit.no,
                    self.on,
                    facts.into_iter().collect(),
                    format!("{}: {count} kỳ chưa chốt, từ {from_vi} đến {last_vi}{unknown_vi}", unit.id),
                    format!("{}: {count} months not closed, from {from} to {last}{unknown}", unit.id),
                )
                .late_by(days),
            );
        }
        Ok(())
    }
}

/// The last day of the last of these terms.
fn last_due(open: &[&Month]) -> CivilDate {
    open.last().map_or(CivilDate::MIN, |month| month.due)
}

/// A report month.
struct Month {
    from: CivilDate,
    to: CivilDate,
    due: CivilDate,
}

impl PeriodOpen<'_> {
    /// The report months whose term is over, of those that end on a day the rule judges.
    fn due(&self) -> Vec<Month> {
        let rulebook = &self.fold.rulebook;
        let (mut year, mut month) = (self.rule.valid_from.year(), self.rule.valid_from.month());
        let mut due = vec![];
        while (year, month) <= (self.on.year(), self.on.month()) {
            let named = rulebook.days_of(&format!("{year:04}-{month:02}"));
            (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            let Ok((from, to)) = named else { continue };
            let term = rulebook.calendar.add_working_days(to, self.working_days);
            if let Some(term) = term.filter(|term| *term < self.on && self.rule.judges(to)) {
                due.push(Month { from, to, due: term });
            }
        }
        due
    }
}

/// Units of some types that exist on a day, the operator aside.
fn publishing<'f>(
    fold: &'f Fold,
    on: CivilDate,
    types: &'f [UnitType],
) -> impl Iterator<Item = (&'f Unit, &'f Span)> {
    let units = fold.registry.units().filter(|unit| unit.no != UnitNo::OPERATOR);
    let existing = units.filter_map(move |unit| unit.on(on).map(|span| (unit, span)));
    existing.filter(|(_, span)| types.is_empty() || types.contains(&span.unit_type))
}

/// The day the unit began to exist, under whatever name.
fn first_day(unit: &Unit, span: &Span) -> CivilDate {
    unit.spans.first().map_or(span.from, |first| first.from)
}
