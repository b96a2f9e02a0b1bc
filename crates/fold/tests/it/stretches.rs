//! Stretches read side by side, with their cases judged side by side, say what one pass over all records says; those for a page without digests.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{district, world};
use proptest::prelude::*;
use serde_json::json;
use socai_domain::CivilDate;
use socai_fold::{
    Fold, FoldError,
    figures::{Asked, Contributions, Figure, Gathered, Stretch, figures, stretches},
};
use socai_tlog::{LeafIndex, TreeSize};

fn asked((from, days): (u8, u8)) -> Asked {
    let first: CivilDate = "2022-12-20".parse().unwrap();
    let from = first.add_days(i32::from(from % 60)).unwrap();
    let to = from.add_days(i32::from(days % 40)).unwrap();
    Asked { from, to, year: to.year(), occasion: Some("tet-quy-mao-2023".to_owned()), books_to: None }
}

fn by_one_pass(ledger: &crate::common::Ledger, fold: &Fold, asked: &Asked) -> Vec<Figure> {
    let mut pass = Contributions::new(fold, asked);
    ledger.iter().for_each(|record| pass.visit(&record).unwrap());
    figures(fold, asked, Some(&pass.finish().unwrap())).unwrap()
}

fn without_digests(figures: &[Figure]) -> Vec<Figure> {
    figures.iter().map(|figure| Figure { digest: None, ..figure.clone() }).collect()
}

type Begin<'f> = fn(&'f Fold, &Asked, LeafIndex) -> Stretch<'f>;

fn read<'f>(
    ledger: &crate::common::Ledger,
    (fold, asked): (&'f Fold, &Asked),
    begin: Begin<'f>,
    (from, to): (u64, u64),
) -> Stretch<'f> {
    let mut stretch = begin(fold, asked, LeafIndex(from));
    let records = ledger.iter().skip(from as usize).take((to - from) as usize);
    records.for_each(|record| stretch.visit(&record).unwrap());
    stretch
}

/// The figures by so many stretches and shares of the cases.
fn side_by_side<'f>(
    ledger: &crate::common::Ledger,
    (fold, asked): (&'f Fold, &Asked),
    begin: Begin<'f>,
    (parts, shares): (u64, usize),
) -> Vec<Figure> {
    let read = |range: std::ops::Range<u64>| read(ledger, (fold, asked), begin, (range.start, range.end));
    let gathered = Gathered::of(fold, stretches(fold.size(), parts).into_iter().map(read)).unwrap();
    // whoever is done first: in no order
    let shares: Vec<_> = (0..shares).rev().map(|from| gathered.judge(from, shares)).collect();
    figures(fold, asked, Some(&gathered.found(shares))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn stretches_give_the_figures_of_one_pass(
        ops in prop::collection::vec(world::op(), 1..90),
        span in any::<(u8, u8)>(),
        (parts, shares) in (1_u64..5, 1_usize..4),
    ) {
        let ledger = world::ledger(&ops);
        let (fold, _) = ledger.fold();
        let asked = asked(span);
        let (of, sides) = ((&fold, &asked), (parts, shares));
        let whole = by_one_pass(&ledger, &fold, &asked);
        prop_assert_eq!(&side_by_side(&ledger, of, Stretch::of_report, sides), &whole);
        prop_assert_eq!(side_by_side(&ledger, of, Stretch::of_page, sides), without_digests(&whole));
    }
}

/// Dossiers whose facts lie far apart, in several stretches, some of them amended.
fn dossiers() -> crate::common::Ledger {
    let mut ledger = district::founded();
    let law = district::read("rules/law.dossier.toml");
    district::adopt(&mut ledger, "law.dossier", 1, "2022-01-01", &law);
    ledger.on("2023-02-09");
    for at in 0..12 {
        let data = json!({
            "dossier": format!("hs-7Yt2Lw9QmZx3R{at:x}"), "procedure": "1.011442", "level": "full", "channel": if at % 3 == 0 { "online" } else { "counter" },
            "promised_on": "2023-01-20", "fee": 0, "components": 3,
        });
        let case = format!("hs-{at}");
        ledger.json(
            1,
            json!({"kind": "dossier.received", "occurred_on": "2023-01-10", "case": case, "data": data}),
        );
    }
    for at in (0..12).filter(|at| at % 4 != 3) {
        let day = format!("2023-01-{:02}", 15 + at);
        let data = json!({
            "status": "processed", "at": 600, "decided_by_delegation": false, "online_paid": false, "apology": false, "e_result": true,
        });
        let case = format!("hs-{at}");
        let form = json!({"kind": "dossier.status_changed", "occurred_on": day, "case": case, "data": data});
        let end = ledger.json(1, form);
        if at == 5 {
            ledger.correct(1, end, &[("occurred_on", json!(day), json!("2023-01-25"))]);
        }
    }
    ledger
}

#[test]
fn cases_whose_facts_lie_in_several_stretches_are_judged_whole() {
    let ledger = dossiers();
    let (fold, rejections) = ledger.fold();
    assert_eq!(rejections, [], "nothing is rejected");
    let asked = asked((0, 39));
    let whole = by_one_pass(&ledger, &fold, &asked);
    let of = |code: &str| whole.iter().find(|figure| figure.row.code == code).unwrap();
    assert_eq!((of("MC.02.tre").value, of("MC.02.tre").cases), (5, Some(12)));
    assert!(of("MC.02").events > 0, "a ratio of judged cases has the facts of all of them");
    for sides in [(1, 1), (2, 2), (3, 1), (7, 4)] {
        let of = (&fold, &asked);
        assert_eq!(side_by_side(&ledger, of, Stretch::of_report, sides), whole, "{sides:?}");
        assert_eq!(side_by_side(&ledger, of, Stretch::of_page, sides), without_digests(&whole), "{sides:?}");
    }
}

#[test]
fn stretches_that_leave_something_out_are_refused() {
    let ledger = crate::common::district::month();
    let (fold, _) = ledger.fold();
    let (asked, end) = (asked((30, 20)), fold.size().0);
    let of = |ranges: &[(u64, u64)]| {
        let read = |range: &(u64, u64)| read(&ledger, (&fold, &asked), Stretch::of_page, *range);
        Gathered::of(&fold, ranges.iter().map(read)).map(|_| ())
    };
    assert!(of(&[(0, 10), (10, end)]).is_ok());
    for ranges in [&[(0, 10), (11, end)][..], &[(0, end - 1)], &[(1, end)], &[(10, end), (0, 10)], &[]] {
        assert!(matches!(of(ranges), Err(FoldError::OutOfOrder { .. })), "{ranges:?}");
    }
    let mut stretch = Stretch::of_report(&fold, &asked, LeafIndex(3));
    assert!(matches!(stretch.visit(&ledger.iter().nth(4).unwrap()), Err(FoldError::OutOfOrder { .. })));
}

#[test]
fn stretches_adjoin_and_cover_everything() {
    assert_eq!(stretches(TreeSize(10), 3), [0..3, 3..6, 6..10]);
    assert_eq!(stretches(TreeSize(2), 8), [0..1, 1..2]);
    assert_eq!(stretches(TreeSize(0), 4).iter().map(|range| range.end).collect::<Vec<_>>(), [0]);
}
