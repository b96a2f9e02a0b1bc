//! One pass for several questions finds for each what a pass of its own finds.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::world;
use proptest::prelude::*;
use socai_domain::CivilDate;
use socai_fold::{
    FoldError,
    figures::{Asked, Contributions, Passes, figures},
};

fn asked((from, days): (u8, u8)) -> Asked {
    let first: CivilDate = "2022-12-20".parse().unwrap();
    let from = first.add_days(i32::from(from % 60)).unwrap();
    let to = from.add_days(i32::from(days % 40)).unwrap();
    Asked { from, to, year: to.year(), occasion: Some("tet-quy-mao-2023".to_owned()) }
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
