//! Closed periods, and what units declared not to have happened in them.

use socai_domain::CivilDate;
use socai_proto::{v1::PeriodKind, view};
use socai_tlog::{EventName, LeafIndex, UnitNo, UnitSeq};

/// A unit's statement that its figures of a period are complete. The cut is the record's own place in the unit's chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The record.
    pub name: EventName,
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// Sort of period.
    pub kind: PeriodKind,
    /// First day.
    pub from: CivilDate,
    /// Last day.
    pub to: CivilDate,
    /// Kinds or indicator codes of which nothing happened.
    pub nil: Vec<String>,
    /// Office that signed, never a name.
    pub signer_position: String,
    /// Sections of the report for which its annex brings a text.
    pub sections: Vec<String>,
    /// When the district received it, ms UTC.
    pub received_at_ms: u64,
}

impl Closing {
    /// Reads the statement; none when a date is none.
    pub(crate) fn of(
        closed: &view::PeriodClosed<'_>,
        name: EventName,
        leaf: LeafIndex,
        received_at_ms: u64,
    ) -> Option<Self> {
        Some(Closing {
            name,
            leaf,
            kind: closed.period_kind(),
            from: CivilDate::from_yyyymmdd(closed.from).ok()?,
            to: CivilDate::from_yyyymmdd(closed.to).ok()?,
            nil: closed.nil_kinds.iter().map(str::to_owned).collect(),
            signer_position: closed.signer_position.to_owned(),
            sections: closed.sections.iter().map(str::to_owned).collect(),
            received_at_ms,
        })
    }

    /// Whether the closing covers a day.
    pub fn holds(&self, day: CivilDate) -> bool {
        self.from <= day && day <= self.to
    }
}

/// Every closing.
#[derive(Clone, Debug, Default)]
pub struct Closings {
    /// By unit number and in the order of the unit's chain.
    of_units: Vec<Vec<Closing>>,
    /// The last day that any unit has closed: facts of later days, which most are, are late for nobody.
    last_day: Option<CivilDate>,
}

impl Closings {
    pub(crate) fn extend(&mut self, closing: Option<Closing>) {
        let Some(closing) = closing else { return };
        // Only registered units' closings come here, and their numbers are below `registry::MAX_UNITS`.
        let unit = closing.name.unit.0 as usize;
        self.last_day = self.last_day.max(Some(closing.to));
        self.of_units.resize(self.of_units.len().max(unit + 1), vec![]);
        self.of_units[unit].push(closing);
    }

    /// Every closing of a unit, oldest first.
    pub fn of(&self, unit: UnitNo) -> &[Closing] {
        self.of_units.get(unit.0 as usize).map(Vec::as_slice).unwrap_or_default()
    }

    /// Every closing, by unit.
    pub fn iter(&self) -> impl Iterator<Item = &Closing> {
        self.of_units.iter().flatten()
    }

    /// The unit's first closing of a period that holds the day: what comes after it in the unit's chain is late.
    #[inline]
    pub(crate) fn first_of_day(&self, unit: UnitNo, day: CivilDate) -> Option<&Closing> {
        match Some(day) <= self.last_day {
            true => self.of(unit).iter().find(|closing| closing.holds(day)),
            false => None,
        }
    }

    /// The place in the unit's chain of its first closing of a period that holds any of the days.
    pub(crate) fn closed_at(
        &self,
        unit: UnitNo,
        days: impl IntoIterator<Item = CivilDate>,
    ) -> Option<UnitSeq> {
        days.into_iter().filter_map(|day| self.first_of_day(unit, day)).map(|closing| closing.name.seq).min()
    }

    /// Whether a unit declared, for every day of a span, that nothing of this name happened. Several closings may share the span.
    pub fn is_nil(&self, unit: UnitNo, names: &[&str], from: CivilDate, to: CivilDate) -> bool {
        let says_so = |closing: &&Closing| closing.nil.iter().any(|nil| names.contains(&nil.as_str()));
        covers(self.of(unit).iter().filter(says_so), from, to)
    }

    /// Whether a unit has closed every day of a span.
    pub fn is_closed(&self, unit: UnitNo, from: CivilDate, to: CivilDate) -> bool {
        covers(self.of(unit).iter(), from, to)
    }
}

/// Whether the closings leave no day of the span out.
fn covers<'c>(closings: impl Iterator<Item = &'c Closing>, from: CivilDate, to: CivilDate) -> bool {
    let mut spans: Vec<_> = closings.map(|closing| (closing.from, closing.to)).collect();
    spans.sort();
    let mut open = from;
    for (first, last) in spans {
        if first <= open && last >= open {
            if last >= to {
                return true;
            }
            open = last.next();
        }
    }
    false
}
