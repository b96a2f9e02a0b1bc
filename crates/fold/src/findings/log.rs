//! What the ledger itself knows against a unit: records that broke a rule, and two signed histories.

use socai_domain::{CivilDate, Event, Kind, tables::FindingRule, time::vietnam_date};
use socai_tlog::{Header, UnitNo};

use super::{
    gathered::{Gathered, Off},
    watch::{Counted, Raw, Sealed, Watch},
};
use crate::{recorded::Facts, verdict::FoldError};

/// Records that were rejected.
pub(super) struct Rejected<'f> {
    rule: &'f FindingRule,
    /// Facts that claim a later day are left out.
    until: CivilDate,
    found: Gathered,
}

impl<'f> Rejected<'f> {
    pub fn new(rule: &'f FindingRule, until: CivilDate) -> Self {
        Rejected { rule, until, found: Gathered::default() }
    }
}

impl<'f> Watch<'f> for Rejected<'f> {
    fn record(&mut self, sealed: &Sealed<'_>) -> Result<(), FoldError> {
        let day = vietnam_date(sealed.record.at.received_at_ms);
        if sealed.is_rejected && self.rule.judges(day) {
            // the day the facts claim, where they can be read at all
            let claimed = Event::decode(sealed.record.facts).ok().map(|event| event.occurred_on());
            if claimed.is_none_or(|claimed| claimed <= self.until) {
                self.found.add(sealed.name, claimed.unwrap_or(day), 0);
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        let say = |count, _| {
            let en = match count {
                1 => "1 record broke a rule: it stays in the log and does not count".to_owned(),
                _ => format!("{count} records broke a rule: they stay in the log and do not count"),
            };
            (format!("{count} bản ghi trái quy tắc, còn trong sổ nhưng không được tính"), en)
        };
        self.found.finish(self.rule, Off::Minutes, say, out);
        Ok(())
    }
}

/// Evidence of forks.
pub(super) struct Fork<'f> {
    rule: &'f FindingRule,
    found: Vec<Raw<'f>>,
}

impl<'f> Fork<'f> {
    pub fn new(rule: &'f FindingRule) -> Self {
        Fork { rule, found: vec![] }
    }
}

impl<'f> Watch<'f> for Fork<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let Kind::ForkEvidenced(said) = fact.event.kind() else { return Ok(()) };
        let header = said.first_header.try_into().ok().and_then(|bytes| Header::decode(bytes).ok());
        let (unit, at) = match header {
            Some(header) => (header.unit, header.name().to_string()),
            None => (UnitNo::OPERATOR, "?".to_owned()),
        };
        if self.rule.judges(fact.day()) {
            self.found.push(Raw::new(
                self.rule,
                unit,
                fact.day(),
                vec![fact.name],
                format!("hai bản ghi khác nhau cùng số {at}, cả hai đều có chữ ký của đơn vị"),
                format!("two different records of number {at}, both signed by the unit"),
            ));
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        out.extend(self.found);
        Ok(())
    }
}
