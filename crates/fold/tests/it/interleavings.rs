//! Who reached the log first does not matter: units' chains may be interleaved in any way, and the state people ask for is the same.
//!
//! The operator's units and rules come first and in one order: registration, suspension and adoption take effect by place in the log,
//! on purpose. Its answers are a chain like any other here.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::{BTreeMap, VecDeque};

use crate::common::{
    Ledger, district,
    facts::{HA_DINH, NHAN_CHINH, asked},
    world::{self, Op},
};
use proptest::prelude::*;
use serde_json::json;
use socai_domain::corrections;
use socai_fold::{
    CaseFact, Fold, Obligations, Table,
    figures::{Contributions, Figure, figures},
};
use socai_tlog::{EventName, LeafIndex};

/// The district, in which ward 1 continues part of ward 7 and may amend its records.
fn founded() -> Ledger {
    let mut ledger = district::founded();
    district::adopt(&mut ledger, "obligations", 1, "2022-01-01", &district::read("rules/obligations.toml"));
    let data = json!({"from": HA_DINH.1, "to": NHAN_CHINH.1, "portion": "part", "effective": "2023-01-01", "legal": "thử"});
    ledger.json(0, json!({"kind": "unit.succeeded", "occurred_on": "2022-12-01", "data": data}));
    ledger.on("2023-02-09");
    ledger
}

/// What each unit publishes in a history, in the order of its chain.
fn chains(ops: &[Op]) -> BTreeMap<u32, VecDeque<Vec<u8>>> {
    let mut chains: BTreeMap<u32, VecDeque<Vec<u8>>> = BTreeMap::new();
    let history = world::ledger(ops).records.into_iter().skip(district::founded().records.len());
    history.for_each(|(at, facts)| chains.entry(at.name.unit.0).or_default().push_back(facts));
    chains
}

/// The ledger in which the chains go on in this order of turns, round and round.
fn interleaved(chains: &BTreeMap<u32, VecDeque<Vec<u8>>>, turns: &[u8]) -> Ledger {
    let (mut chains, mut ledger) = (chains.clone(), founded());
    let mut turns = turns.iter().cycle();
    while !chains.is_empty() {
        let at = usize::from(*turns.next().unwrap()) % chains.len();
        let unit = *chains.keys().nth(at).unwrap();
        let chain = chains.get_mut(&unit).unwrap();
        if let Some(facts) = chain.pop_front() {
            ledger.publish_bytes(unit, facts);
        }
        chains.retain(|_, chain| !chain.is_empty());
    }
    ledger
}

/// Everything that people ask of a ledger, without places in the log.
#[derive(Debug, PartialEq)]
struct State {
    figures: Vec<socai_fold::figures::Figure>,
    cases: Vec<CaseFact>,
    effective: BTreeMap<EventName, Option<Vec<u8>>>,
    idle: Vec<(EventName, corrections::Idle)>,
    tasks: Vec<String>,
    rejected: Vec<EventName>,
    open: Vec<(EventName, Vec<u32>, bool)>,
}

fn state(ledger: &Ledger) -> State {
    let mut fold = Fold::new();
    fold.capture(true);
    let mut rows = BTreeMap::new();
    let mut rejected: Vec<_> =
        ledger.onto(&mut fold, ledger.records.len()).iter().map(|rejection| rejection.name()).collect();
    rejected.sort();
    for change in fold.drain() {
        match change.new {
            Some(new) => drop(rows.insert(change.key, new)),
            None => drop(rows.remove(&change.key)),
        }
    }
    let cases = rows.iter().filter(|(key, _)| key[0] == Table::Case as u8);
    let nowhere = |fact: CaseFact| CaseFact { leaf: LeafIndex(0), ..fact };
    let amendments = || fold.amendments().iter();
    let mut pass = Obligations::new(&fold, asked().to);
    ledger.iter().for_each(|record| pass.visit(&record).unwrap());
    let mut open: Vec<_> = pass.finish().unwrap();
    open.sort_by_key(|open| open.name);
    State {
        figures: judged_too(ledger, &fold),
        cases: cases.map(|(key, value)| nowhere(CaseFact::read(key, value).unwrap())).collect(),
        effective: amendments()
            .map(|(name, amended)| (name, amended.effective(name).facts().map(<[u8]>::to_vec)))
            .collect(),
        idle: amendments()
            .flat_map(|(name, amended)| corrections::idle(name, amended.amendments()))
            .collect(),
        tasks: fold
            .directives()
            .iter()
            .map(|(case, task)| format!("{case} {:?}", task.status(asked().to)))
            .collect(),
        open: open
            .iter()
            .map(|open| (open.name, open.from.iter().map(|no| no.0).collect(), open.is_refused))
            .collect(),
        rejected,
    }
}

/// The figures with those of judged cases. Digests go by the place in the log.
fn judged_too(ledger: &Ledger, fold: &Fold) -> Vec<Figure> {
    let mut pass = Contributions::new(fold, &asked());
    ledger.iter().for_each(|record| pass.visit(&record).unwrap());
    let found = figures(fold, &asked(), Some(&pass.finish().unwrap())).unwrap();
    found.into_iter().map(|figure| Figure { digest: None, ..figure }).collect()
}

/// Suspensions and new rules take effect by their place in the log.
fn is_placed(op: &Op) -> bool {
    matches!(op, Op::Suspend { .. } | Op::Resume { .. } | Op::Readopt)
}

#[test]
fn the_facts_of_these_histories_are_such_as_can_count() {
    let n = 7;
    let ops = [
        Op::Debt { day: n, action: 0, amount: n },
        Op::Debt { day: n, action: 2, amount: n },
        Op::Milestone { unit: 0, day: n, block: n, milestone: n },
        Op::Dossier { unit: 0, day: n, number: n, channel: n },
        Op::Status { unit: 0, day: n, number: n, status: 2 },
        Op::Penalty { unit: 0, day: n, field: n, amount: n },
        Op::Gift { unit: 0, day: n, source: n, group: n, quantity: n },
    ];
    assert_eq!(world::ledger(&ops).fold().1, []);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_interleaving_of_the_chains_gives_the_same_state(
        ops in prop::collection::vec(world::op().prop_filter("takes effect by place", |op| !is_placed(op)), 1..60),
        turns in prop::collection::vec(any::<u8>(), 1..40),
        others in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let chains = chains(&ops);
        let one = state(&interleaved(&chains, &turns));
        prop_assert_eq!(&one, &state(&interleaved(&chains, &others)));
        prop_assert_eq!(&one, &state(&interleaved(&chains, &[0])));
        prop_assert_eq!(&one, &state(&interleaved(&chains, &[u8::MAX])));
    }
}

/// The state of a few chains in every order that they can be interleaved in.
fn same_in_every_order(ledger: &Ledger) -> State {
    let skip = founded().records.len();
    let mut chains: BTreeMap<u32, VecDeque<Vec<u8>>> = BTreeMap::new();
    for (at, facts) in ledger.records.iter().skip(skip) {
        chains.entry(at.name.unit.0).or_default().push_back(facts.clone());
    }
    let mut orders = vec![vec![]];
    for _ in 0..chains.values().map(VecDeque::len).sum::<usize>() {
        orders = orders
            .iter()
            .flat_map(|order: &Vec<u8>| {
                (0..chains.len() as u8).map(|turn| [order.clone(), vec![turn]].concat())
            })
            .collect();
    }
    let states: Vec<State> = orders.iter().map(|order| state(&interleaved(&chains, order))).collect();
    states.iter().for_each(|other| assert_eq!(&states[0], other));
    states.into_iter().next().unwrap()
}

#[test]
fn a_successors_correction_of_its_predecessors_correction_may_come_first() {
    let mut ledger = founded();
    let fine = ledger.fine(HA_DINH, "2023-01-05", 100_000);
    let own = ledger.correct_fine(7, fine, 100_000, 200_000);
    ledger.correct_fine(1, own, 200_000, 300_000);
    let state = same_in_every_order(&ledger);
    assert_eq!(state.figures.iter().find(|figure| figure.row.code == "TT.02").unwrap().value, 300_000);
}

#[test]
fn of_two_units_corrections_of_one_version_the_same_one_counts_whoever_came_first() {
    let mut ledger = founded();
    let fine = ledger.fine(HA_DINH, "2023-01-05", 100_000);
    let stale = ledger.correct_fine(7, fine, 100_000, 200_000);
    ledger.correct_fine(1, fine, 100_000, 300_000);
    let state = same_in_every_order(&ledger);
    assert_eq!(state.figures.iter().find(|figure| figure.row.code == "TT.02").unwrap().value, 300_000);
    assert_eq!(state.idle, [(stale, corrections::Idle::Stale)]);
}

#[test]
fn an_answer_may_come_before_or_after_what_it_answers() {
    let mut ledger = founded();
    let fine = ledger.fine(HA_DINH, "2023-01-05", 100_000);
    ledger.close(7, &[]);
    let correction = ledger.correct_fine(7, fine, 100_000, 200_000);
    ledger.answer(0, correction, "confirmed");
    let state = same_in_every_order(&ledger);
    assert_eq!(state.figures.iter().find(|figure| figure.row.code == "TT.02").unwrap().value, 200_000);
}

#[test]
fn a_task_is_where_its_latest_report_by_day_says() {
    let mut ledger = founded();
    let task = json!({"directive": "cv", "number": 1, "text": "việc", "lead_unit": "hn.tx.b.kbnn", "due_on": "2023-06-30", "class": "task_group"});
    ledger.json(
        14,
        json!({"kind": "directive.issued", "occurred_on": "2023-01-02", "case": "nv-1", "data": task}),
    );
    let report = |status: &str, on: &str| json!({"kind": "directive.progressed", "occurred_on": on, "case": "nv-1", "data": {"status": status}});
    ledger.json(7, report("done", "2023-01-20"));
    ledger.json(1, report("in_progress", "2023-01-10"));
    assert_eq!(same_in_every_order(&ledger).tasks, ["nv-1 Done"]);
}
