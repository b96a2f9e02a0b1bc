//! Tax debts that were recovered without the revenue they were posted as.

use socai_domain::{Event, Kind, tables::FindingRule};
use socai_proto::v1::TaxDebtAction;
use socai_tlog::EventName;

use super::watch::{Counted, Raw, Watch};
use crate::{fold::Fold, recorded::Facts, verdict::FoldError};

/// Recoveries of which no reference is a posting of revenue. A posting may reach the log after its recovery, so references are looked up at
/// the end; until then it holds a name and a few references for each recovery.
pub(super) struct RecoveryUnposted<'f> {
    rule: &'f FindingRule,
    fold: &'f Fold,
    recovered: Vec<Recovered>,
}

struct Recovered {
    name: EventName,
    on: socai_domain::CivilDate,
    amount: i64,
    refs: Box<[EventName]>,
}

impl<'f> RecoveryUnposted<'f> {
    pub fn new(rule: &'f FindingRule, fold: &'f Fold) -> Self {
        RecoveryUnposted { rule, fold, recovered: vec![] }
    }

    /// Whether a record counts and is a posting of revenue.
    fn is_posting(&self, name: EventName, facts: &dyn Facts) -> Result<bool, FoldError> {
        let Some(original) = self.fold.original(name, facts)? else {
            return Ok(false);
        };
        if self.fold.is_rejected(original.leaf) {
            return Ok(false);
        }
        let counting = self.fold.amendments.counting(name, &original.facts);
        let event = counting.and_then(|facts| Event::decode(facts).ok());
        Ok(event.is_some_and(|event| matches!(event.kind(), Kind::BudgetRevenuePosted(_))))
    }
}

impl<'f> Watch<'f> for RecoveryUnposted<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        let Kind::TaxDebtChanged(said) = fact.event.kind() else { return Ok(()) };
        if said.action() == TaxDebtAction::Recovered && self.rule.judges(fact.day()) {
            let refs = fact.event.refs().collect();
            self.recovered.push(Recovered { name: fact.name, on: fact.day(), amount: said.amount, refs });
        }
        Ok(())
    }

    fn finish(self: Box<Self>, facts: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for recovered in &self.recovered {
            let mut is_posted = false;
            for name in &recovered.refs {
                is_posted = is_posted || self.is_posting(*name, facts)?;
            }
            if is_posted {
                continue;
            }
            let mut raw = Raw::new(
                self.rule,
                recovered.name.unit,
                recovered.on,
                vec![recovered.name],
                "thu hồi nợ thuế, không dẫn chiếu khoản ghi thu ngân sách nào".to_owned(),
                "recovered, and no reference is a posting of revenue".to_owned(),
            );
            raw.extent.amount = Some(socai_domain::Dong(recovered.amount));
            out.push(raw);
        }
        Ok(())
    }
}
