//! Many questions in one pass give what each gives alone, at its own size.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district, facts::asked, world};
use proptest::{prelude::*, strategy::ValueTree};
use socai_fold::{
    Fold,
    figures::{Asked, Contributions, Figure, Kept, Recount, figures},
};

/// Code, value, events, digest, and whether anything may be said of it.
type Line = (String, i128, u64, Option<socai_tlog::Digest>, bool);

fn lines(figures: &[Figure]) -> Vec<Line> {
    let line = |figure: &Figure| {
        let part = socai_fold::figures::Part { value: figure.value, events: figure.events };
        (figure.row.code.clone(), figure.value, figure.events, figure.digest, figure.knows(part))
    };
    figures.iter().map(line).collect()
}

fn alone(ledger: &Ledger, size: usize, asked: &Asked) -> Vec<Line> {
    let (fold, _) = ledger.fold_to(size);
    let mut pass = Contributions::new(&fold, asked);
    ledger.iter().for_each(|record| pass.visit(&record).unwrap());
    lines(&figures(&fold, asked, Some(&pass.finish().unwrap())).unwrap())
}

/// The same questions together; the kept ones are given in no order.
fn together(ledger: &Ledger, sizes: &[usize], questions: &[Asked]) -> Vec<Vec<Line>> {
    let (mut fold, mut kept): (Fold, Vec<Kept>) = (Fold::new(), vec![]);
    for size in sizes {
        ledger.onto(&mut fold, *size);
        kept.extend(questions.iter().map(|asked| fold.keep(asked.clone())));
    }
    kept.reverse();
    let mut pass = Recount::new(&kept);
    let end = sizes.last().copied().unwrap_or_default();
    ledger.iter().take(end).for_each(|record| pass.visit(&record, fold.is_rejected(record.at.leaf)).unwrap());
    pass.finish().unwrap().into_iter().rev().map(|figures| lines(&figures.unwrap())).collect()
}

fn questions() -> Vec<Asked> {
    let early = Asked { from: "2022-12-25".parse().unwrap(), to: "2023-01-14".parse().unwrap(), ..asked() };
    vec![asked(), Asked { occasion: None, ..early }]
}

fn agree(ledger: &Ledger, sizes: &[usize]) {
    let questions = questions();
    let together = together(ledger, sizes, &questions);
    let alone = sizes.iter().flat_map(|size| questions.iter().map(move |asked| (size, asked)));
    for ((size, asked), together) in alone.zip(together) {
        assert_eq!(self::alone(ledger, *size, asked), together, "at {size}");
    }
}

#[test]
fn the_reference_month_at_five_sizes() {
    let mut ledger = district::month();
    for law in ["penalty", "petition", "conscription", "tax", "clearance", "dossier", "project"] {
        let name = format!("law.{law}");
        district::adopt(&mut ledger, &name, 1, "2022-01-01", &district::read(&format!("rules/{name}.toml")));
    }
    let all = ledger.records.len();
    agree(&ledger, &[0, all / 3, all / 2, all - 1, all]);
}

#[test]
fn histories_with_corrections_voids_and_answers_at_every_sort_of_size() {
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    for _ in 0..12 {
        let ops = prop::collection::vec(world::op(), 60).new_tree(&mut runner).unwrap().current();
        let ledger = world::ledger(&ops);
        let all = ledger.records.len();
        agree(&ledger, &[all - 45, all - 30, all - 29, all - 10, all]);
    }
}

#[test]
fn a_pass_that_ends_early_says_so() {
    let ledger = district::founded();
    let (fold, _) = ledger.fold();
    let kept = [fold.keep(asked())];
    assert!(Recount::new(&kept).finish().is_err());
}
