//! The facts of a case, looked for in the log, as the state at a cut-off has them.

use std::{collections::BTreeSet, num::NonZero, thread};

use anyhow::{Result, anyhow};
use prost::Message as _;
use socai_fold::{CaseFact, CaseStanding, Fold, Scope};
use socai_follow::{ReplayError, recorded};
use socai_log::Reader;
use socai_proto::v1;
use socai_tlog::{EventName, LeafIndex, TreeSize};

use crate::state;

/// Threads that look at most: beyond, the disk is what they wait for.
const MOST_THREADS: usize = 8;

/// A case with the state of the ledger it was found in.
pub struct Rows {
    /// What the log says, without its cells.
    pub fold: Fold,
    /// The case's facts in the order that decides, each as it was recorded.
    pub facts: Vec<Found>,
}

/// A fact of the case with its record's facts.
type Found = (CaseFact, Vec<u8>);

impl Rows {
    /// The state at a size from the nearest snapshot, and the records of one case from all over the log, on every processor.
    ///
    /// # Errors
    /// The log cannot be read, or the fold cannot go on.
    pub fn of(reader: &Reader, size: TreeSize, id: &str) -> Result<Rows> {
        let fold = state::about(reader, size, &Scope::Indicators(BTreeSet::new()))?;
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS) as u64;
        let bound = |part: u64| size.0 * part / threads;
        let mut facts = thread::scope(|scope| {
            let part = |part| (LeafIndex(bound(part)), TreeSize(bound(part + 1)));
            let look = |(from, to)| {
                scope.spawn({
                    let fold = &fold;
                    move || found(reader, fold, id, from, to)
                })
            };
            let parts: Vec<_> = (0..threads).map(part).map(look).collect();
            let found =
                parts.into_iter().map(|part| part.join().map_err(|_| anyhow!("a search did not end"))?);
            found.collect::<Result<Vec<_>>>()
        })?
        .concat();
        facts.sort_by_key(|(fact, _)| (fact.occurred_on, fact.name));
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

/// The facts of the case among the records `from..to`.
fn found(reader: &Reader, fold: &Fold, id: &str, from: LeafIndex, to: TreeSize) -> Result<Vec<Found>> {
    let mut facts = vec![];
    reader.for_each(from, to, |record| -> Result<(), ReplayError> {
        let recorded = recorded(&record)?;
        if fold.may_be_of_case(&recorded, id)
            && let Some(fact) = fold.case_fact(&recorded, id)
        {
            facts.push((fact, recorded.facts.to_vec()));
        }
        Ok(())
    })?;
    Ok(facts)
}

/// The recorded fact as a message; an empty one when this release cannot read it.
pub fn event(recorded: &[u8]) -> v1::Event {
    v1::Event::decode(recorded).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use socai_district::LedgerDir;
    use socai_fold::Table;

    use super::*;
    use crate::simulate::{self, Wish};

    /// What the fold noted of every case while it read the log, by row.
    fn noted(reader: &Reader, size: TreeSize) -> BTreeMap<Vec<u8>, Vec<u8>> {
        let mut fold = Fold::new();
        fold.capture(true);
        socai_follow::replay(reader, &mut fold, size, |_, _| ()).unwrap();
        let mut rows = BTreeMap::new();
        for change in fold.drain().into_iter().filter(|change| change.key[0] == Table::Case as u8) {
            match change.new {
                Some(value) => rows.insert(change.key, value),
                None => rows.remove(&change.key),
            };
        }
        rows
    }

    fn case_of(key: &[u8]) -> String {
        let len = usize::from(u16::from_be_bytes([key[1], key[2]]));
        String::from_utf8(key[3..3 + len].to_vec()).unwrap()
    }

    #[test]
    fn every_case_has_the_facts_that_the_fold_noted_for_it_in_their_order() {
        let dir = tempfile::tempdir().unwrap();
        let dir = LedgerDir::new(dir.path());
        let wish = Wish { seed: 9, units: 17, days: 40, events_per_day: 40 };
        simulate::make(&dir, &wish, &mut |_| ()).unwrap();
        let reader = Reader::open(&dir.log()).unwrap();
        let end = reader.committed().unwrap().size;
        for size in [end, TreeSize(end.0 / 2)] {
            let rows = noted(&reader, size);
            let facts = rows.iter().map(|(key, value)| (case_of(key), CaseFact::read(key, value).unwrap()));
            let mut cases = BTreeMap::<String, Vec<CaseFact>>::new();
            facts.for_each(|(case, fact)| cases.entry(case).or_default().push(fact));
            let is_amended =
                |facts: &[CaseFact]| facts.iter().any(|fact| fact.standing != CaseStanding::Recorded);
            let amended = cases.iter().filter(|(_, facts)| is_amended(facts)).take(20);
            let asked: Vec<_> = amended.chain(cases.iter().step_by(cases.len() / 20 + 1)).collect();
            assert!(asked.len() > 15, "{}", asked.len());
            for (case, facts) in asked {
                let found = Rows::of(&reader, size, case).unwrap().facts;
                let found: Vec<_> = found.into_iter().map(|(fact, _)| fact).collect();
                assert_eq!(&found, facts, "{case} at {size}");
            }
        }
        assert_eq!(Rows::of(&reader, end, "no-such-case").unwrap().facts, []);
    }
}
