//! The facts of a case, found by folding the log once.

use std::collections::BTreeMap;

use anyhow::Result;
use prost::Message as _;
use socai_fold::{CaseFact, CaseStanding, Fold, case_prefix};
use socai_log::Reader;
use socai_proto::v1;
use socai_tlog::{EventName, TreeSize};

/// Entries folded before rows are looked through.
const BATCH: u64 = 8_192;

/// A case with the state of the ledger it was found in.
pub struct Rows {
    /// Everything the log says.
    pub fold: Fold,
    /// The case's facts in the order that decides, each as it was recorded.
    pub facts: Vec<(CaseFact, Vec<u8>)>,
}

impl Rows {
    /// Folds the log up to a size and keeps the rows of one case.
    ///
    /// # Errors
    /// The log cannot be read, or the fold cannot go on.
    pub fn of(reader: &Reader, size: TreeSize, id: &str) -> Result<Rows> {
        let prefix = case_prefix(id);
        let mut fold = Fold::new();
        fold.capture(true);
        let mut rows = BTreeMap::new();
        while fold.size() < size {
            let next = TreeSize(size.0.min(fold.size().0 + BATCH));
            socai_follow::replay(reader, &mut fold, next, |_, _| ())?;
            for change in fold.drain().into_iter().filter(|change| change.key.starts_with(&prefix)) {
                match change.new {
                    Some(value) => rows.insert(change.key, value),
                    None => rows.remove(&change.key),
                };
            }
        }
        let mut facts = Vec::new();
        for (key, value) in rows {
            let fact = CaseFact::read(&key, &value)?;
            let recorded = reader.record(fact.leaf)?.record.facts().to_vec();
            facts.push((fact, recorded));
        }
        Ok(Rows { fold, facts })
    }

    /// What counts of every fact that does: as recorded, or as corrected.
    pub fn counting(&self) -> Vec<(EventName, &[u8])> {
        let counts = self.facts.iter().filter(|(fact, _)| fact.standing != CaseStanding::Voided);
        let now = |fact: &CaseFact| {
            let amended = self.fold.amendments().get(fact.name)?;
            amended.effective(fact.name).facts()
        };
        counts.map(|(fact, recorded)| (fact.name, now(fact).unwrap_or(recorded))).collect()
    }
}

/// The recorded fact as a message; an empty one when this release cannot read it.
pub fn event(recorded: &[u8]) -> v1::Event {
    v1::Event::decode(recorded).unwrap_or_default()
}
