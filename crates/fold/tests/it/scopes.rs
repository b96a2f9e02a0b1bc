//! A state restored for a question answers it as the whole state does, and says nothing of what it was not asked.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::{BTreeMap, BTreeSet};

use crate::common::{Ledger, world};
use proptest::prelude::*;
use socai_domain::CivilDate;
use socai_fold::{
    Fold, Restoring, Scope,
    figures::{Asked, Contributions, Figure, Spread, figures, spreads},
};

type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

/// The rows after so many records.
fn rows(ledger: &Ledger, size: usize) -> Rows {
    let mut fold = Fold::new();
    fold.capture(true);
    ledger.onto(&mut fold, size);
    let rows = fold.drain().into_iter().filter(|change| Fold::holds(&change.key));
    let mut last = Rows::new();
    for change in rows {
        match change.new {
            Some(new) => drop(last.insert(change.key, new)),
            None => drop(last.remove(&change.key)),
        }
    }
    last
}

/// The state from rows for a scope, group by group as a file is read, and how many rows were given.
fn restored(rows: &Rows, scope: &Scope) -> (Fold, usize) {
    let (mut restoring, mut given) = (Restoring::new(Some(scope.clone())), 0);
    let all: Vec<_> = rows.iter().collect();
    for group in all.chunk_by(|(one, _), (other, _)| Restoring::group(one) == Restoring::group(other)) {
        // pieces of a group, so that some are of days that nobody asks about
        for piece in group.chunks(3) {
            if restoring.needs(piece[0].0, piece[piece.len() - 1].0).unwrap() {
                given += piece.len();
                piece.iter().for_each(|(key, value)| restoring.row(key, value).unwrap());
            }
        }
    }
    (restoring.done(), given)
}

fn asked(from: u8, days: u8) -> Asked {
    let first: CivilDate = "2022-12-20".parse().unwrap();
    let from = first.add_days(i32::from(from % 60)).unwrap();
    let to = from.add_days(i32::from(days % 40)).unwrap();
    Asked { from, to, year: to.year(), occasion: Some("tet-quy-mao-2023".to_owned()), books_to: None }
}

/// Every figure of a question, digests and all.
fn answers(ledger: &Ledger, fold: &Fold, asked: &Asked) -> Vec<Figure> {
    let mut pass = Contributions::new(fold, asked);
    ledger.iter().for_each(|record| pass.visit(&record).unwrap());
    figures(fold, asked, Some(&pass.finish().unwrap())).expect("cube and second pass agree")
}

fn of<'a, T>(all: &'a [T], codes: &BTreeSet<String>, code: impl Fn(&T) -> &str) -> Vec<&'a T> {
    all.iter().filter(|of| codes.contains(code(of))).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn figures_of_some_indicators_are_those_of_the_whole_state(
        ops in prop::collection::vec(world::op(), 1..70),
        cut in 0_usize..130,
        end in 0_usize..130,
        picks in prop::collection::vec(any::<prop::sample::Index>(), 1..4),
        (from, days) in any::<(u8, u8)>(),
    ) {
        let ledger = world::ledger(&ops);
        let cut = cut.min(ledger.records.len());
        let (whole, _) = ledger.fold_to(end.clamp(cut, ledger.records.len()));
        let asked = asked(from, days);
        let known: Vec<String> = whole.rulebook().indicators(asked.to)
            .map(|(_, rows)| rows.iter().map(|row| row.code.clone()).collect()).unwrap_or_default();
        prop_assume!(!known.is_empty());
        let codes: BTreeSet<String> = picks.iter().map(|pick| pick.get(&known).clone()).collect();
        let rows = rows(&ledger, cut);
        let (mut narrow, _) = restored(&rows, &Scope::Indicators(codes.clone()));
        ledger.onto(&mut narrow, whole.size().0 as usize);
        if !narrow.covers_its_scope() {
            return Ok(()); // rules came that need more: the caller takes the whole state
        }
        let (all, some) = (answers(&ledger, &whole, &asked), answers(&ledger, &narrow, &asked));
        let expected = of(&all, &codes, |figure| &figure.row.code);
        prop_assert_eq!(of(&some, &codes, |figure| &figure.row.code), expected);
        let code = |spread: &Spread| spread.code.clone();
        let (all, some) = (spreads(&whole, &asked), spreads(&narrow, &asked));
        prop_assert!(some.iter().all(|spread| all.contains(spread)));
        let missing = all.iter().map(code).filter(|code| codes.contains(code) && !some.iter().any(|spread| spread.code == *code));
        prop_assert_eq!(missing.collect::<Vec<_>>(), Vec::<String>::new());
    }

    #[test]
    fn figures_of_a_question_are_those_of_the_whole_state(
        ops in prop::collection::vec(world::op(), 1..70),
        cut in 0_usize..130,
        end in 0_usize..130,
        (from, days) in any::<(u8, u8)>(),
    ) {
        let ledger = world::ledger(&ops);
        let cut = cut.min(ledger.records.len());
        let (whole, _) = ledger.fold_to(end.clamp(cut, ledger.records.len()));
        let asked = asked(from, days);
        let rows = rows(&ledger, cut);
        let (mut narrow, given) = restored(&rows, &Scope::Question(asked.clone()));
        prop_assert!(given <= rows.len());
        ledger.onto(&mut narrow, whole.size().0 as usize);
        if narrow.covers_its_scope() {
            prop_assert_eq!(answers(&ledger, &narrow, &asked), answers(&ledger, &whole, &asked));
            let other = Asked { to: asked.to.add_days(1).unwrap(), ..asked };
            let rows = figures(&narrow, &other, None).unwrap();
            prop_assert!(rows.is_empty(), "another question than it has the cells for");
        }
    }
}

#[test]
fn what_is_not_asked_about_is_not_read() {
    let ledger = crate::common::district::month();
    let rows = rows(&ledger, ledger.records.len());
    let cells = rows.keys().filter(|key| [5, 6, 14].contains(&key[0])).count();
    let one = Scope::Indicators(["NS.01".to_owned()].into());
    let (fold, given) = restored(&rows, &one);
    assert!(
        fold.covers_its_scope() && given < rows.len() - cells * 9 / 10,
        "{given} of {}, {cells} cells",
        rows.len()
    );
    let day = Asked { occasion: None, ..asked(30, 0) };
    let (fold, given) = restored(&rows, &Scope::Question(day));
    assert!(
        fold.covers_its_scope() && given < rows.len() - cells / 2,
        "{given} of {}, {cells} cells",
        rows.len()
    );
}

#[test]
fn rules_that_come_later_and_need_more_are_told() {
    let mut ledger = crate::common::district::month();
    let rows = rows(&ledger, ledger.records.len());
    let (mut fold, _) = restored(&rows, &Scope::Indicators(["MC.03".to_owned()].into()));
    assert!(fold.covers_its_scope());
    // the ratio is now one of a row whose cells are not there
    let rules = crate::common::district::read("rules/indicators.toml");
    let other = rules.replacen("numerator = [\"MC.01.tt\"]", "numerator = [\"NS.01\"]", 1);
    assert_ne!(rules, other);
    crate::common::district::adopt(&mut ledger, "indicators", 2, "2023-01-01", &other);
    assert_eq!(ledger.onto(&mut fold, ledger.records.len()), []);
    assert!(!fold.covers_its_scope());
}
