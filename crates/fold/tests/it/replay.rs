//! Replay equals live: the same records give the same rows, however they are cut into batches and wherever a fold goes on from.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::BTreeMap;

use crate::common::{Ledger, world};
use proptest::{prelude::*, strategy::ValueTree};
use socai_fold::{
    BadRow, Change, Fold, StateDigest, Table,
    figures::{Asked, Contributions, Figure, figures},
};

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// Applies changes as a store would, and complains when a change does not fit what is stored.
fn store(rows: &mut Rows, digest: &mut StateDigest, changes: Vec<Change>) {
    for change in changes {
        assert_eq!(rows.get(&change.key), change.old.as_ref(), "old value of {:?}", change.key);
        assert_ne!(change.old, change.new);
        digest.apply(&change);
        match change.new {
            Some(new) => drop(rows.insert(change.key, new)),
            None => drop(rows.remove(&change.key)),
        }
    }
}

/// The rows and digest of a ledger folded with a drain after each of these sizes.
fn live(ledger: &Ledger, cuts: &[usize]) -> (Rows, StateDigest, Fold) {
    let (mut rows, mut digest, mut fold) = (Rows::new(), StateDigest::default(), Fold::new());
    fold.capture(true);
    for cut in cuts.iter().copied().chain([ledger.records.len()]) {
        ledger.onto(&mut fold, cut.min(ledger.records.len()));
        store(&mut rows, &mut digest, fold.drain());
    }
    (rows, digest, fold)
}

fn asked() -> Asked {
    Asked {
        from: "2023-01-01".parse().unwrap(),
        to: "2023-02-08".parse().unwrap(),
        year: 2023,
        occasion: Some("tet-quy-mao-2023".to_owned()),
        books_to: None,
    }
}

fn all_figures(ledger: &Ledger, fold: &Fold) -> Vec<Figure> {
    let asked = asked();
    let mut pass = Contributions::new(fold, &asked);
    ledger.iter().for_each(|record| pass.visit(&record).unwrap());
    figures(fold, &asked, Some(&pass.finish().unwrap())).expect("cube and second pass agree")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_cut_into_batches_gives_the_same_rows_and_digest(
        ops in prop::collection::vec(world::op(), 1..70),
        cuts in prop::collection::vec(0_usize..130, 0..6),
    ) {
        let ledger = world::ledger(&ops);
        let mut cuts = cuts;
        cuts.sort();
        let (rows, digest, _) = live(&ledger, &cuts);
        let (same, once, _) = live(&ledger, &[]);
        prop_assert_eq!(&rows, &same);
        prop_assert_eq!(digest.digest(), once.digest());
        let mut again = StateDigest::default();
        rows.iter().for_each(|(key, value)| again.add(key, value));
        prop_assert_eq!(again.digest(), digest.digest());
    }

    #[test]
    fn a_fold_from_rows_goes_on_as_if_it_had_never_stopped(
        ops in prop::collection::vec(world::op(), 1..70),
        cut in 0_usize..130,
    ) {
        let ledger = world::ledger(&ops);
        let cut = cut.min(ledger.records.len());
        let (mut rows, mut digest, mut fold) = (Rows::new(), StateDigest::default(), Fold::new());
        fold.capture(true);
        ledger.onto(&mut fold, cut);
        store(&mut rows, &mut digest, fold.drain());

        let held = Fold::HELD.map(|table| table as u8);
        let kept = rows.iter().filter(|(key, _)| held.contains(&key[0]));
        let mut restored = Fold::from_rows(kept).unwrap();
        restored.capture(true);
        ledger.onto(&mut restored, ledger.records.len());
        store(&mut rows, &mut digest, restored.drain());

        let (same, once, uncut) = live(&ledger, &[]);
        prop_assert_eq!(&rows, &same);
        prop_assert_eq!(digest.digest(), once.digest());
        prop_assert_eq!(all_figures(&ledger, &restored), all_figures(&ledger, &uncut));
    }

    #[test]
    fn noting_changes_changes_nothing(ops in prop::collection::vec(world::op(), 1..70)) {
        let ledger = world::ledger(&ops);
        let (_, _, noted) = live(&ledger, &[]);
        let (silent, _) = ledger.fold();
        prop_assert_eq!(all_figures(&ledger, &silent), all_figures(&ledger, &noted));
        prop_assert_eq!(silent.rejected(), noted.rejected());
    }
}

#[test]
fn every_table_is_reached_by_random_histories() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let histories = prop::collection::vec(world::op(), 200..300);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..3 {
        let ops = histories.new_tree(&mut runner).unwrap().current();
        let (rows, _, _) = live(&world::ledger(&ops), &[]);
        seen.extend(rows.keys().map(|key| key[0]));
    }
    let missing: Vec<Table> = (1..=13).filter(|byte| !seen.contains(byte)).filter_map(Table::of).collect();
    assert_eq!(missing, []);
}

#[test]
fn rows_that_this_version_did_not_write_are_refused() {
    let ledger = crate::common::district::month();
    let (rows, _, _) = live(&ledger, &[]);
    for at in (0..rows.len()).step_by(97) {
        let mut damaged: Vec<(Vec<u8>, Vec<u8>)> = rows.clone().into_iter().collect();
        damaged[at].1.push(0);
        let table = Table::of(damaged[at].0[0]).unwrap();
        let outcome: Result<Fold, BadRow> = Fold::from_rows(damaged);
        let is_read = Fold::HELD.contains(&table) && table != Table::Rejection;
        assert_eq!(outcome.is_err(), is_read, "{table:?}");
    }
    assert!(Fold::from_rows([(vec![99_u8], vec![0_u8])]).is_err());
    assert!(Fold::from_rows([(vec![1_u8], vec![]), (vec![1_u8], vec![])]).is_err());
}
