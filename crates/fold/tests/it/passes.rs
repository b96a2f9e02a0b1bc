//! One pass for several questions finds for each what a pass of its own finds.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::BTreeMap;

use crate::common::world;
use proptest::prelude::*;
use socai_domain::{CivilDate, Event, lifecycle::Family};
use socai_fold::{
    Fold, FoldError,
    figures::{Asked, Contributions, Passes, figures},
};
use socai_tlog::EventName;

fn asked((from, days): (u8, u8)) -> Asked {
    let first: CivilDate = "2022-12-20".parse().unwrap();
    let from = first.add_days(i32::from(from % 60)).unwrap();
    let to = from.add_days(i32::from(days % 40)).unwrap();
    Asked { from, to, year: to.year(), occasion: Some("tet-quy-mao-2023".to_owned()), books_to: None }
}

/// The facts that count of every case of kinds that have a lifecycle, by day, then name.
type Cases = BTreeMap<(Family, String), Vec<(CivilDate, EventName)>>;

fn cases_of(ledger: &crate::common::Ledger, fold: &Fold) -> Cases {
    let mut cases = Cases::new();
    for record in ledger.iter().filter(|record| !fold.is_rejected(record.at.leaf)) {
        let name = record.at.name;
        let amended = fold.amendments().get(name);
        let facts = amended.map_or(Some(record.facts), |amended| amended.effective(name).facts());
        let Some(event) = facts.map(|facts| Event::decode(facts).unwrap()) else { continue };
        if let (Some(family), Some(case)) = (Family::of_tag(event.tag()), event.case()) {
            cases.entry((family, case.to_owned())).or_default().push((event.occurred_on(), name));
        }
    }
    cases.values_mut().for_each(|facts| facts.sort_unstable());
    cases
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_question_has_the_figures_and_digests_of_a_pass_of_its_own(
        ops in prop::collection::vec(world::op(), 1..70),
        spans in prop::collection::vec(any::<(u8, u8)>(), 0..4),
    ) {
        let ledger = world::ledger(&ops);
        let (fold, _) = ledger.fold();
        let questions: Vec<Asked> = spans.into_iter().map(asked).collect();
        let mut passes = Passes::new(&fold, &questions);
        ledger.iter().for_each(|record| passes.visit(&record).unwrap());
        let found = passes.finish().unwrap();
        prop_assert_eq!(found.len(), questions.len());
        for (asked, found) in questions.iter().zip(found) {
            let mut own = Contributions::new(&fold, asked);
            ledger.iter().for_each(|record| own.visit(&record).unwrap());
            let own = own.finish().unwrap();
            prop_assert_eq!(figures(&fold, asked, Some(&found)).unwrap(), figures(&fold, asked, Some(&own)).unwrap());
        }
    }

    #[test]
    fn every_case_is_shown_once_with_all_facts_that_count_and_the_figures_do_not_change(
        ops in prop::collection::vec(world::op(), 1..70),
        spans in prop::collection::vec(any::<(u8, u8)>(), 0..3),
    ) {
        let ledger = world::ledger(&ops);
        let (fold, _) = ledger.fold();
        let questions: Vec<Asked> = spans.into_iter().map(asked).collect();
        let (mut alone, mut with) =
            (Passes::new(&fold, &questions), Passes::new(&fold, &questions).with_every_case());
        for record in ledger.iter() {
            alone.visit(&record).unwrap();
            with.visit(&record).unwrap();
        }
        let mut shown = Cases::new();
        let found = with.finish_with_cases(|case| {
            let facts = case.facts.iter().map(|fact| (fact.event.occurred_on(), fact.name)).collect();
            assert!(shown.insert((case.family, case.key.to_owned()), facts).is_none(), "{case:?}");
        });
        prop_assert_eq!(shown, cases_of(&ledger, &fold));
        for ((asked, found), alone) in questions.iter().zip(found.unwrap()).zip(alone.finish().unwrap()) {
            prop_assert_eq!(figures(&fold, asked, Some(&found)).unwrap(), figures(&fold, asked, Some(&alone)).unwrap());
        }
    }
}

#[test]
fn a_pass_that_misses_records_says_so() {
    let ledger = crate::common::district::month();
    let (fold, _) = ledger.fold();
    let questions = [asked((30, 20))];
    let mut passes = Passes::new(&fold, &questions);
    ledger.iter().take(10).for_each(|record| passes.visit(&record).unwrap());
    assert!(matches!(passes.visit(&ledger.iter().nth(11).unwrap()), Err(FoldError::OutOfOrder { .. })));
    assert!(matches!(passes.finish(), Err(FoldError::OutOfOrder { .. })));
}
