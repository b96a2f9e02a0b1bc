//! It makes no difference who prepared facts, by which books, or whether anybody did.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::VecDeque;

use crate::common::{Ledger, world};
use proptest::{prelude::*, strategy::ValueTree};
use socai_fold::{Change, Fold, Prepared, Preparer, Recorded, Verdict};

type Outcome = (Vec<Verdict>, Vec<Change>);

/// Record after record.
fn one_by_one(ledger: &Ledger) -> Outcome {
    let mut fold = Fold::new();
    fold.capture(true);
    let verdicts = ledger.iter().map(|record| fold.apply(&record, ledger).unwrap()).collect();
    (verdicts, fold.drain())
}

/// In batches of so many records, each prepared while so many before it wait for their turn; `drops` leaves the end of every batch unprepared.
fn in_batches(ledger: &Ledger, len: usize, ahead: usize, drops: bool) -> Outcome {
    let (mut fold, mut preparer) = (Fold::new(), Preparer::default());
    fold.capture(true);
    let records: Vec<Recorded<'_>> = ledger.iter().collect();
    let (mut waiting, mut verdicts) = (VecDeque::new(), vec![]);
    let mut take = |fold: &mut Fold, (batch, mut prepared): (&[Recorded<'_>], Prepared)| {
        for record in batch {
            verdicts.push(fold.take(record, &mut prepared, ledger).unwrap());
        }
    };
    for batch in records.chunks(len) {
        let mut prepared = Prepared::default();
        prepared.begin(fold.books());
        let end = if drops { batch.len() / 2 } else { batch.len() };
        batch[..end].iter().for_each(|record| preparer.prepare(record, ledger, &mut prepared));
        waiting.push_back((batch, prepared));
        if waiting.len() > ahead {
            waiting.pop_front().into_iter().for_each(|oldest| take(&mut fold, oldest));
        }
    }
    waiting.into_iter().for_each(|batch| take(&mut fold, batch));
    (verdicts, fold.drain())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_batches_prepared_at_any_time_give_the_same_verdicts_and_rows(
        ops in prop::collection::vec(world::op(), 1..90),
        len in 1_usize..40,
        ahead in 0_usize..5,
        drops in any::<bool>(),
    ) {
        let ledger = world::ledger(&ops);
        prop_assert_eq!(in_batches(&ledger, len, ahead, drops), one_by_one(&ledger));
    }
}

#[test]
fn a_month_is_the_same_in_batches() {
    let ledger = crate::common::district::month();
    let expected = one_by_one(&ledger);
    for (len, ahead) in [(1, 0), (100, 0), (1_000, 3), (100_000, 0)] {
        assert!(in_batches(&ledger, len, ahead, false) == expected, "{len} {ahead}");
    }
}

/// Without this the above could hold because nothing was ever prepared.
#[test]
fn most_facts_only_add_to_cells_and_none_is_taken_in_out_of_turn() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let ops = prop::collection::vec(world::op(), 300..301).new_tree(&mut runner).unwrap().current();
    for (ledger, at_least) in [(crate::common::district::month(), 90), (world::ledger(&ops), 30)] {
        let (mut fold, _) = ledger.fold();
        let records: Vec<Recorded<'_>> = ledger.iter().collect();
        let mut prepared = Prepared::default();
        prepared.begin(fold.books());
        let mut preparer = Preparer::default();
        records.iter().for_each(|record| preparer.prepare(record, &ledger, &mut prepared));
        let adding = records.len() - prepared.left();
        assert!(adding * 100 > records.len() * at_least, "{adding} of {}", records.len());
        assert!(fold.take(&records[0], &mut prepared, &ledger).is_err());
    }
}
