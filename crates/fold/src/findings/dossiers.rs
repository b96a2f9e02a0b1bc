//! Codes of dossiers: one code, one dossier.

use std::collections::{BTreeMap, btree_map::Entry};

use socai_domain::{CivilDate, Kind, hash::hash_of, tables::FindingRule};
use socai_tlog::EventName;

use super::watch::{Counted, Raw, Watch};
use crate::{recorded::Facts, verdict::FoldError};

/// Receipts by the hash of their code's token. About 100 bytes a dossier.
pub(super) struct DossierTwice<'f> {
    rule: &'f FindingRule,
    receipts: BTreeMap<u64, Receipts>,
}

/// The first receipt and those in other cases.
struct Receipts {
    first: Receipt,
    others: Vec<Receipt>,
}

struct Receipt {
    name: EventName,
    on: CivilDate,
    case: Option<Box<str>>,
}

impl Receipts {
    fn holds(&self, case: &Option<Box<str>>) -> bool {
        std::iter::once(&self.first).chain(&self.others).any(|known| known.case == *case)
    }
}

impl<'f> DossierTwice<'f> {
    pub fn new(rule: &'f FindingRule) -> Self {
        DossierTwice { rule, receipts: BTreeMap::new() }
    }
}

impl<'f> Watch<'f> for DossierTwice<'f> {
    fn fact(&mut self, fact: &Counted<'_>, _: &dyn Facts) -> Result<(), FoldError> {
        if let Kind::DossierReceived(said) = fact.event.kind()
            && self.rule.judges(fact.day())
        {
            let case = fact.event.case().map(Box::from);
            let receipt = Receipt { name: fact.name, on: fact.day(), case };
            match self.receipts.entry(hash_of(said.dossier)) {
                Entry::Vacant(none) => drop(none.insert(Receipts { first: receipt, others: vec![] })),
                // two receipts in one case are that case's own finding
                Entry::Occupied(known) if receipt.case.is_some() && known.get().holds(&receipt.case) => {}
                Entry::Occupied(mut known) => known.get_mut().others.push(receipt),
            }
        }
        Ok(())
    }

    fn finish(self: Box<Self>, _: &dyn Facts, out: &mut Vec<Raw<'f>>) -> Result<(), FoldError> {
        for Receipts { first, others } in self.receipts.values() {
            let Some(last) = others.last() else { continue };
            let times = others.len() + 1;
            out.push(Raw::new(
                self.rule,
                first.name.unit,
                last.on,
                std::iter::once(first).chain(others).map(|receipt| receipt.name).collect(),
                format!("một mã hồ sơ có ở {times} vụ việc"),
                format!("one dossier's code stands in {times} cases"),
            ));
        }
        Ok(())
    }
}
