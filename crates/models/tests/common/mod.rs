//! A made-up ledger to fill models from.

#![allow(dead_code)] // each test file uses its part

use socai_fold::{
    Fold, NoFacts, Recorded, StateDigest,
    sample::{Places, Sample, SampleFact},
};
use socai_models::Models;
use socai_tlog::{Hash, TreeSize};

const RULES: &str = include_str!("../../../../deploy/thanh-xuan/rules/indicators.toml");

/// The first `count` facts of the made-up district.
pub fn facts(count: usize) -> Vec<SampleFact> {
    Sample::founding(RULES).into_iter().chain(Sample::new(7)).take(count).collect()
}

/// Folds facts and writes their rows in batches of so many records, going on from what the models have.
pub fn advance(models: &mut Models, fold: &mut Fold, facts: &[SampleFact], batch: usize) {
    let mut places = Places::default();
    for (leaf, fact) in facts.iter().enumerate() {
        let at = places.next(fact.unit, fact.received_at_ms);
        if (leaf as u64) < fold.size().0 {
            continue;
        }
        fold.apply(&Recorded { at, facts: &fact.facts }, &NoFacts).unwrap();
        if fold.size().0.is_multiple_of(batch as u64) || leaf + 1 == facts.len() {
            models.apply(&fold.drain(), fold.size()).unwrap();
            models.publish(root(fold.size())).unwrap();
        }
    }
}

/// A root that can be told from others, as the log would give one.
pub fn root(size: TreeSize) -> Hash {
    Hash(*blake3::hash(&size.0.to_be_bytes()).as_bytes())
}

/// A fold that notes its changes.
pub fn noting() -> Fold {
    let mut fold = Fold::new();
    fold.capture(true);
    fold
}

/// The digest of a replay of these facts.
pub fn replayed(facts: &[SampleFact]) -> socai_tlog::Digest {
    let (mut fold, mut places, mut digest) = (noting(), Places::default(), StateDigest::default());
    for fact in facts {
        let at = places.next(fact.unit, fact.received_at_ms);
        fold.apply(&Recorded { at, facts: &fact.facts }, &NoFacts).unwrap();
    }
    fold.drain().iter().for_each(|change| digest.apply(change));
    digest.digest()
}
