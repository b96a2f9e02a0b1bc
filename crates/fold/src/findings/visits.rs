//! What follows from visits: temporary suspensions that nobody ended in time, and violations recorded from a visit.

use std::collections::BTreeMap;

use socai_domain::{CivilDate, Kind, lifecycle::finding::day, tables::FindingRule};
use socai_proto::v1::{InspectionResult, Suspension};
use socai_tlog::EventName;

use super::watch::{Counted, Raw, Watch};
use crate::{recorded::Facts, verdict::FoldError};

/// Facilities of some fields with their visits. About 80 bytes a visit.
///
/// No fact says that a suspension was lifted: the next visit that does not suspend temporarily ends it, by lifting it or in full.
pub(super) struct SuspensionOpen<'f> {
    rule: &'f FindingRule,
    on: CivilDate,
    fields: &'f [i32],
    days: i64,
    facilities: BTreeMap<(i32, Box<str>), Vec<Visit>>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Visit {
    on: CivilDate,
    name: EventName,
    is_temporary: bool,
}

impl<'f> SuspensionOpen<'f> {
    pub fn new(rule: &'f FindingRule, on: CivilDate, fields: &'f [i32], days: i64) -> Self {
        SuspensionOpen { rule, on, fields, days, facilities: BTreeMap::new() }
    }

    /// A suspension with what repeated it and, if any, the visit that ended it.
    fn judge(&self, run: &[Visit], end: Option<&Visit>) -> Option<Raw<'f>> {
        let first = run.first()?;
        let until = end.map_or(self.on, |end| end.on);
        let (lasted, allowed) = (i64::from(until.days_since(first.on)), self.days);
        if lasted <= allowed || !self.rule.judges(first.on) {
            return None;
        }
        let (since, since_vi) = (first.on, day(first.on));
        let (vi, en) = match end {
            Some(end) => (format!("đến {}", day(end.on)), format!("until {}", end.on)),
            None => ("chưa có lần kiểm tra nào kết thúc".to_owned(), "no visit ended it".to_owned()),
        };
        let raw = Raw::new(
            self.rule,
            first.name.unit,
            since,
            run.iter().chain(end).map(|visit| visit.name).collect(),
            format!("tạm đình chỉ từ {since_vi}, {vi}: {lasted} ngày, được {allowed} ngày"),
            format!("suspended temporarily since {since}, {en}: {lasted} days, {allowed} are allowed"),
        );
        Some(raw.late_by(lasted - allowed))
    }
}

impl<'f> Watch<'f> for SuspensionOpen<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        if let Kind::InspectionConducted(said) = fact.event.kind()
            && (self.fields.is_empty() || self.fields.contains(&said.field))
        {
            let is_temporary = said.suspension() == Suspension::Temporary;
            let visit = Visit { on: fact.day(), name: fact.name, is_temporary };
            self.facilities.entry((said.field, said.facility.into())).or_default().push(visit);
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for visits in std::mem::take(&mut self.facilities).into_values() {
            let mut visits = visits;
            visits.sort_unstable();
            let mut rest = visits.as_slice();
            while let Some(start) = rest.iter().position(|visit| visit.is_temporary) {
                rest = &rest[start..];
                let length = rest.iter().position(|visit| !visit.is_temporary).unwrap_or(rest.len());
                out.extend(self.judge(&rest[..length], rest.get(length)));
                rest = &rest[length..];
            }
        }
        Ok(())
    }
}

/// Violations recorded from visits: no more than the visits that found one.
pub(super) struct RecordsOfVisits<'f> {
    rule: &'f FindingRule,
    /// Whether a visit found a violation. About 30 bytes a visit.
    visits: BTreeMap<EventName, bool>,
    records: Vec<Record>,
}

struct Record {
    name: EventName,
    on: CivilDate,
    refs: Vec<EventName>,
}

impl<'f> RecordsOfVisits<'f> {
    pub fn new(rule: &'f FindingRule) -> Self {
        RecordsOfVisits { rule, visits: BTreeMap::new(), records: vec![] }
    }
}

impl<'f> Watch<'f> for RecordsOfVisits<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        match fact.event.kind() {
            Kind::InspectionConducted(said) => {
                self.visits.insert(fact.name, said.result() == InspectionResult::Violation);
            }
            Kind::ViolationRecorded(_) if self.rule.judges(fact.day()) => {
                let refs: Vec<_> = fact.event.refs().collect();
                if !refs.is_empty() {
                    self.records.push(Record { name: fact.name, on: fact.day(), refs });
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        let mut of_visits: BTreeMap<EventName, Vec<&Record>> = BTreeMap::new();
        for record in &self.records {
            for visit in record.refs.iter().filter(|name| self.visits.contains_key(name)) {
                of_visits.entry(*visit).or_default().push(record);
            }
        }
        for (visit, records) in of_visits {
            let found_one = self.visits.get(&visit).copied().unwrap_or_default();
            let count = records.len();
            let (vi, en) = match (found_one, count) {
                (true, 1) => continue,
                (true, _) => (
                    format!("một lượt kiểm tra, {count} biên bản vi phạm"),
                    format!("one visit, {count} violation records"),
                ),
                (false, _) => (
                    "lập biên bản vi phạm từ lượt kiểm tra không phát hiện vi phạm".to_owned(),
                    "a violation is recorded from a visit that found no violation".to_owned(),
                ),
            };
            let Some(last) = records.iter().map(|record| record.on).max() else { continue };
            let facts = std::iter::once(visit).chain(records.iter().map(|record| record.name));
            let unit = records[0].name.unit;
            out.push(Raw::new(self.rule, unit, last, facts.collect(), vi, en));
        }
        Ok(())
    }
}
