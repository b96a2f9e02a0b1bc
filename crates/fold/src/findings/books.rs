//! The books of fiscal years: what was stated of one on a day on which they are not open.

use socai_domain::{
    CivilDate, Kind,
    law::{self, budget},
    lifecycle::finding::day,
    tables::FindingRule,
};

use super::watch::{Counted, Raw, Watch};
use crate::{fold::Fold, recorded::Facts, verdict::FoldError};

/// Postings outside their fiscal year and its adjustment, and estimates of years that are closed or far ahead.
pub(super) struct OutsideBooks<'f> {
    rule: &'f FindingRule,
    fold: &'f Fold,
    kinds: &'f [String],
    found: Vec<Raw<'f>>,
}

impl<'f> OutsideBooks<'f> {
    pub fn new(rule: &'f FindingRule, fold: &'f Fold, kinds: &'f [String]) -> Self {
        OutsideBooks { rule, fold, kinds, found: vec![] }
    }
}

/// The fiscal year of a fact, and how many years before it the fact may come: an estimate is set in the year before.
fn year_of(kind: &Kind<'_>) -> Option<(i32, i32)> {
    let (year, ahead) = match kind {
        Kind::BudgetRevenuePosted(said) => (said.fiscal_year, 0),
        Kind::BudgetExpenditurePosted(said) => (said.fiscal_year, 0),
        Kind::BudgetEstimateSet(said) => (said.fiscal_year, 1),
        _ => return None,
    };
    Some((i32::try_from(year).ok()?, ahead))
}

impl<'f> Watch<'f> for OutsideBooks<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let Some((year, ahead)) = year_of(fact.event.kind()) else { return Ok(()) };
        let on = fact.day();
        // most are posted in the year they are of
        if on.year() == year || !fact.is_of(self.kinds) || !self.rule.judges(on) {
            return Ok(());
        }
        let rules: &dyn law::Rules = self.fold.rulebook();
        let Some(last) = budget::adjusted_until(rules, year) else { return Ok(()) };
        let first = CivilDate::new(year - ahead, 1, 1);
        if first.is_some_and(|first| first <= on) && on <= last.value {
            return Ok(());
        }
        let (until, until_vi) = (last.value, day(last.value));
        let mut raw = Raw::new(
            self.rule,
            fact.name.unit,
            on,
            vec![fact.name],
            format!("niên độ {year}, ngày {}; sổ niên độ ấy chỉnh lý đến {until_vi}", day(on)),
            format!("fiscal year {year}, on {on}; the books of that year are adjusted until {until}"),
        );
        last.source.clone_into(&mut raw.source);
        let late = i64::from(on.days_since(until));
        self.found.push(if late > 0 { raw.late_by(late) } else { raw });
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        out.extend(self.found);
        Ok(())
    }
}
