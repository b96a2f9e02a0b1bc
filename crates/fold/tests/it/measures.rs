//! Balances, latest states and ratios: what they come to, whoever reached the log first and whatever was put right later.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{
    Ledger, district,
    facts::{HA_DINH, NHAN_CHINH, OPERATOR, asked, figure_of},
};
use serde_json::{Value, json};
use socai_fold::figures::{Asked, Comparison, Contributions, Figure, Fraction, Why, spreads};
use socai_tlog::{Digest, EventName, UnitNo};

const TAX: u32 = 13;

fn given() -> Ledger {
    let mut ledger = district::founded();
    ledger.on("2023-02-09");
    ledger
}

fn debt(ledger: &mut Ledger, on: &str, action: &str, amount: u64) -> EventName {
    let mut data = json!({"debtor": "nt-4hJ8sWc1YpQ0aE", "tax_kind": "nonagri_land_tax", "action": action, "amount": amount, "overdue_days": 97});
    if action == "enforced" {
        data["measure"] = json!("account");
    }
    ledger.json(TAX, json!({"kind": "tax.debt_changed", "occurred_on": on, "place": [HA_DINH.1], "case": "no-1", "data": data}))
}

fn block(ledger: &mut Ledger, unit: u32, on: &str, block: &str, milestone: &str) -> EventName {
    let mut data = json!({"block": block, "milestone": milestone, "households": 64});
    if milestone == "safety_graded" {
        data["grade"] = json!("c");
    }
    ledger.json(unit, json!({"kind": "housing.renovation_milestone", "occurred_on": on, "place": [HA_DINH.1], "data": data}))
}

fn dossier(ledger: &mut Ledger, (unit, place): (u32, &str), on: &str, channel: &str) -> EventName {
    let case = format!("hs-{}", ledger.records.len());
    let data = json!({
        "dossier": "hs-7Yt2Lw9QmZx3Rk", "procedure": "1.011442", "level": "full", "channel": channel, "promised_on": "2023-02-06",
        "fee": 0, "components": 3,
    });
    ledger.json(
        unit,
        json!({"kind": "dossier.received", "occurred_on": on, "place": [place], "case": case, "data": data}),
    )
}

fn to(day: &str) -> Asked {
    Asked { to: day.parse().unwrap(), ..asked() }
}

/// Slices of a figure: value and part.
fn slices(figure: &Figure) -> Vec<(&str, i128)> {
    figure.slices.iter().map(|slice| (slice.value.as_str(), slice.part.value)).collect()
}

fn sum_of(names: &[EventName]) -> Digest {
    let mut bytes = vec![];
    for name in names {
        bytes.extend(name.unit.0.to_be_bytes());
        bytes.extend(name.seq.0.to_be_bytes());
    }
    Digest(*blake3::hash(&bytes).as_bytes())
}

// ── stock ───────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_balance_is_what_was_added_less_what_was_taken_away_up_to_the_day() {
    let mut ledger = given();
    let first = debt(&mut ledger, "2021-05-01", "recorded", 1_000);
    let second = debt(&mut ledger, "2023-01-10", "recorded", 500);
    debt(&mut ledger, "2023-01-11", "reminded", 500);
    let third = debt(&mut ledger, "2023-01-20", "recovered", 300);
    debt(&mut ledger, "2023-02-09", "written_off", 50);
    let figure = ledger.figure("NS.05");
    assert_eq!((figure.value, figure.events), (1_200, 3), "a reminder changes nothing");
    assert_eq!(figure.digest, Some(sum_of(&[first, second, third])));
    assert_eq!(figure.wards[0].part.value, 1_200);
    assert_eq!(slices(&figure), [("nonagri_land_tax", 1_200)]);
    assert_eq!(ledger.figure_asked("NS.05", &to("2022-12-31")).value, 1_000);
}

#[test]
fn a_correction_and_a_void_move_a_balance_on_the_day_of_the_fact() {
    let mut ledger = given();
    let recorded = debt(&mut ledger, "2023-01-10", "recorded", 500);
    let recovered = debt(&mut ledger, "2023-01-20", "recovered", 300);
    ledger.correct(TAX, recorded, &[("data.amount", json!(500), json!(800))]);
    assert_eq!(ledger.figure("NS.05").value, 500);
    // what was called recovered was only recorded
    ledger.correct(TAX, recovered, &[("data.action", json!("recovered"), json!("recorded"))]);
    assert_eq!(ledger.figure("NS.05").value, 1_100);
    ledger.void(TAX, recorded);
    assert_eq!((ledger.figure("NS.05").value, ledger.figure("NS.05").events), (300, 1));
    assert_eq!(ledger.fold().1, []);
}

#[test]
fn a_balance_is_compared_with_that_of_the_same_day_a_year_earlier() {
    let mut ledger = given();
    debt(&mut ledger, "2021-05-01", "recorded", 1_000);
    debt(&mut ledger, "2022-02-08", "recovered", 200);
    debt(&mut ledger, "2022-02-09", "recovered", 400);
    let figure = ledger.figure("NS.05");
    let same = figure.same_period.unwrap();
    assert_eq!((figure.value, same.compared.value, same.compared.percent.as_deref()), (400, 800, Some("50")));
}

#[test]
fn a_balance_declared_from_before_the_ledger_is_that_of_one_day() {
    let mut ledger = given();
    debt(&mut ledger, "2023-01-10", "recorded", 500);
    let data = json!({
        "indicator": "NS.05", "period_from": "2022-02-08", "period_to": "2022-02-08", "value": 2_000, "unit_of_measure": "VND",
        "source_doc": "b",
    });
    ledger.json(TAX, json!({"kind": "baseline.declared", "occurred_on": "2023-02-08", "data": data}));
    assert_eq!(ledger.figure("NS.05").same_period.unwrap().compared.percent.as_deref(), Some("25"));
}

// ── latest ──────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn every_block_stands_once_at_its_latest_milestone_whoever_reached_the_log_first() {
    let facts = [
        ("2022-03-01", "c1", "inventoried"),
        ("2022-06-01", "c1", "safety_graded"),
        ("2023-01-05", "c2", "inventoried"),
    ];
    let mut orders = vec![facts.to_vec()];
    orders.push(facts.iter().rev().copied().collect());
    for order in orders {
        let mut ledger = given();
        for (on, name, milestone) in order {
            block(&mut ledger, HA_DINH.0, on, name, milestone);
        }
        let figure = ledger.figure("NO.01");
        assert_eq!((figure.value, figure.events), (2, 3));
        assert_eq!(slices(&figure), [("inventoried", 1), ("safety_graded", 1)]);
        let before = ledger.figure_asked("NO.01", &to("2022-05-31"));
        assert_eq!(slices(&before), [("inventoried", 1)]);
    }
}

#[test]
fn facts_of_one_day_are_in_the_order_of_unit_and_number() {
    let mut ledger = given();
    block(&mut ledger, 20, "2023-01-05", "c1", "plan_approved");
    block(&mut ledger, 7, "2023-01-05", "c1", "inventoried");
    block(&mut ledger, 7, "2023-01-05", "c1", "safety_graded");
    assert_eq!(ledger.fold().1, []);
    let figure = ledger.figure("NO.01");
    let with_cases: Vec<_> = figure.slices.iter().filter(|slice| slice.part.value > 0).collect();
    assert_eq!(
        (with_cases.len(), with_cases[0].value.as_str()),
        (1, "plan_approved"),
        "unit 20 comes after unit 7"
    );
}

#[test]
fn a_corrected_day_and_a_void_bring_an_earlier_milestone_back() {
    let mut ledger = given();
    block(&mut ledger, 7, "2023-01-05", "c1", "inventoried");
    let graded = block(&mut ledger, 7, "2023-01-20", "c1", "safety_graded");
    let at = |ledger: &Ledger| -> Vec<String> {
        let figure = ledger.figure("NO.01");
        let parts = figure.slices.into_iter().filter(|slice| slice.part.value > 0);
        parts.map(|slice| slice.value).collect()
    };
    assert_eq!(at(&ledger), ["safety_graded"]);
    let moved = ledger.correct(7, graded, &[("occurred_on", json!("2023-01-20"), json!("2023-01-02"))]);
    assert_eq!(at(&ledger), ["inventoried"]);
    ledger.void(7, moved);
    assert_eq!(at(&ledger), ["safety_graded"]);
    ledger.void(7, graded);
    assert_eq!(at(&ledger), ["inventoried"]);
    assert_eq!(ledger.figure("NO.01").events, 1);
}

#[test]
fn a_late_milestone_counts_once_it_is_there_and_is_named_as_late() {
    let mut ledger = given();
    block(&mut ledger, 7, "2023-01-05", "c1", "inventoried");
    ledger.close(7, &[]);
    let size = ledger.records.len();
    let late = block(&mut ledger, 7, "2023-01-20", "c1", "safety_graded");
    let lines = since(&ledger, size);
    let line = lines.iter().find(|line| line.row.code == "NO.01").unwrap();
    assert_eq!((line.before, line.after), (Some(1), Some(1)), "one block, whatever its milestone");
    assert_eq!(
        line.causes.iter().map(|cause| (cause.why, cause.event)).collect::<Vec<_>>(),
        [(Why::Late, late)]
    );
}

#[test]
fn a_correction_after_closing_moves_a_latest_state_once_it_is_acknowledged() {
    let mut ledger = given();
    block(&mut ledger, 7, "2023-01-05", "c1", "inventoried");
    let wrong = block(&mut ledger, 7, "2023-01-20", "c1", "completed");
    ledger.close(7, &[]);
    let correction = ledger.correct(7, wrong, &[("data.milestone", json!("completed"), json!("started"))]);
    let has = |ledger: &Ledger, name: &str| {
        ledger.figure("NO.01").slices.iter().any(|slice| slice.value == name && slice.part.value == 1)
    };
    assert!(has(&ledger, "completed"));
    ledger.answer(OPERATOR, correction, "confirmed");
    assert!(has(&ledger, "started") && !has(&ledger, "completed"));
}

fn active(ledger: &mut Ledger, unit: u32, place: Value, on: &str, active: u32) -> EventName {
    let data = json!({
        "disease": "sot-xuat-huyet-dengue", "onset_from": on, "onset_to": on, "new": 0, "active": active, "recovered": 0, "dead": 0,
    });
    ledger.json(
        unit,
        json!({"kind": "epidemic.cases_reported", "occurred_on": on, "place": place, "data": data}),
    )
}

#[test]
fn what_the_latest_reports_say_adds_up_over_places_and_never_over_days() {
    let mut ledger = given();
    active(&mut ledger, 1, json!([NHAN_CHINH.1]), "2023-01-05", 9);
    active(&mut ledger, 1, json!([NHAN_CHINH.1]), "2023-01-12", 4);
    active(&mut ledger, 7, json!([HA_DINH.1]), "2023-01-10", 2);
    // the health centre reports about the ward too: one place, its newest report
    active(&mut ledger, 20, json!([HA_DINH.1]), "2023-01-11", 3);
    let figure = ledger.figure("YT.08.dt");
    assert_eq!((figure.value, figure.events), (7, 4));
    let wards: Vec<_> = figure.wards.iter().map(|ward| (ward.unit, ward.part.value)).collect();
    assert_eq!(wards, [(UnitNo(1), 4), (UnitNo(7), 3)]);
}

#[test]
fn conditions_on_the_latest_fact_leave_a_case_out_that_has_moved_on() {
    let rules = district::read("rules/indicators.toml").replace(
        "measure = \"latest\"\nof = [\"block\"]",
        "measure = \"latest\"\nof = [\"block\"]\nhaving = { milestone = [\"inventoried\"] }",
    );
    let mut ledger = district::founded();
    district::adopt(&mut ledger, "indicators", 2, "2022-01-02", &rules);
    ledger.on("2023-02-09");
    block(&mut ledger, 7, "2023-01-05", "c1", "inventoried");
    block(&mut ledger, 7, "2023-01-05", "c2", "inventoried");
    assert_eq!(ledger.figure("NO.01").value, 2);
    block(&mut ledger, 7, "2023-01-20", "c1", "safety_graded");
    assert_eq!((ledger.figure("NO.01").value, ledger.figure("NO.01").events), (1, 3));
}

// ── ratio ───────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn a_ratio_is_divided_once_from_the_sums_and_never_averaged_over_wards() {
    let mut ledger = given();
    let mut names = vec![];
    for channel in ["online", "counter", "counter"] {
        names.push(dossier(&mut ledger, NHAN_CHINH, "2023-01-05", channel));
    }
    for channel in ["online"; 4] {
        names.push(dossier(&mut ledger, HA_DINH, "2023-01-06", channel));
    }
    let figure = ledger.figure("MC.03");
    assert_eq!(figure.fraction, Some(Fraction { numerator: 5, denominator: 7 }));
    assert_eq!(figure.value, 7_143, "71,43%; the mean of the wards would be 66,67%");
    let wards: Vec<_> = figure.wards.iter().map(|ward| ward.part.value).collect();
    assert_eq!(wards, [3_333, 10_000]);
    assert_eq!((figure.events, figure.digest), (7, Some(sum_of(&names))), "every fact once");
    let (fold, _) = ledger.fold();
    let spread = spreads(&fold, &asked()).into_iter().find(|spread| spread.code == "MC.03").unwrap();
    assert_eq!((spread.in_period.value, spread.to_date.value, spread.is_additive), (7_143, 7_143, false));
    assert_eq!(spread.units.values().map(|part| part.value).collect::<Vec<_>>(), [3_333, 10_000]);
}

#[test]
fn a_ratio_of_nothing_says_nothing() {
    let ledger = given();
    let figure = ledger.figure("MC.03");
    assert_eq!((figure.value, figure.events, figure.fraction), (0, 0, Some(Fraction::default())));
}

#[test]
fn a_ratio_moves_with_a_correction_and_names_it() {
    let mut ledger = given();
    let wrong = dossier(&mut ledger, NHAN_CHINH, "2023-01-05", "online");
    dossier(&mut ledger, NHAN_CHINH, "2023-01-05", "counter");
    let size = ledger.records.len();
    let correction = ledger.correct(1, wrong, &[("data.channel", json!("online"), json!("post"))]);
    let line = since(&ledger, size).into_iter().find(|line| line.row.code == "MC.03").unwrap();
    assert_eq!((line.before, line.after), (Some(5_000), Some(0)));
    let causes: Vec<_> = line.causes.iter().map(|cause| (cause.why, cause.event, cause.by)).collect();
    assert_eq!(causes, [(Why::Corrected, wrong, correction)]);
    ledger.void(1, correction);
    assert_eq!(ledger.figure("MC.03").value, 5_000);
    ledger.void(1, wrong);
    assert_eq!((ledger.figure("MC.03").value, ledger.figure("MC.03").events), (0, 1));
}

#[test]
fn a_share_of_dossiers_counts_each_once_however_often_its_papers_were_used_again() {
    let mut ledger = given();
    let name = dossier(&mut ledger, NHAN_CHINH, "2023-01-05", "online");
    let case = format!("hs-{}", ledger.records.len() - 1);
    dossier(&mut ledger, NHAN_CHINH, "2023-01-05", "online");
    dossier(&mut ledger, NHAN_CHINH, "2023-01-05", "online");
    for (digitised, reused) in [(1, 1), (0, 1), (0, 0)] {
        let result_digitised = digitised + reused == 0;
        let data = json!({"digitised": digitised, "reused": reused, "result_digitised": result_digitised});
        ledger.json(1, json!({"kind": "dossier.component_digitised", "occurred_on": "2023-01-05", "case": case, "data": data}));
    }
    // named by its record only: no case, so no dossier is known
    let data = json!({"digitised": 1, "reused": 1, "result_digitised": false});
    ledger.json(1, json!({"kind": "dossier.component_digitised", "occurred_on": "2023-01-05", "refs": [name.to_string()], "data": data}));
    assert_eq!(ledger.fold().1, []);
    assert_eq!((ledger.figure("MC.05.hs").value, ledger.figure("MC.05.hs").events), (1, 4), "its four facts");
    assert_eq!(ledger.figure("MC.05").value, 3_333);
    assert_eq!(ledger.figure("MC.04").value, 3_333);
}

#[test]
fn shares_of_digitised_and_reusing_dossiers_are_of_those_received_in_the_period_and_never_above_all() {
    let mut ledger = given();
    let papers = |ledger: &mut Ledger, case: &str, digitised: u32, reused: u32| {
        let data = json!({"digitised": digitised, "reused": reused, "result_digitised": false});
        ledger.json(1, json!({"kind": "dossier.component_digitised", "occurred_on": "2023-01-20", "case": case, "data": data}));
    };
    let mut cases = vec![];
    for on in ["2022-12-20", "2022-12-21", "2022-12-22", "2023-01-05", "2023-01-06"] {
        dossier(&mut ledger, NHAN_CHINH, on, "online");
        cases.push(format!("hs-{}", ledger.records.len() - 1));
    }
    // three of the year before, one of the two of this year: all papers are digitised in January
    for case in &cases[..4] {
        papers(&mut ledger, case, 2, 1);
    }
    assert_eq!(ledger.fold().1, []);
    for (code, half) in [("MC.04", "MC.04.hs"), ("MC.05", "MC.05.hs")] {
        assert_eq!(ledger.figure(half).value, 1, "{half}: the other three were not received in the period");
        let ratio = ledger.figure(code);
        assert_eq!((ratio.value, ratio.fraction), (5_000, Some(Fraction { numerator: 1, denominator: 2 })));
    }
    // one paper of three is not digitised
    papers(&mut ledger, &cases[4], 1, 0);
    assert_eq!(ledger.figure("MC.04").value, 5_000);
}

#[test]
fn a_ratio_is_compared_with_another_by_its_exact_sums() {
    let rules = district::read("rules/indicators.toml").replace(
        "denominator = [\"MC.01\"]\nformat",
        "denominator = [\"MC.01\"]\ncompare = [\"same-period\"]\nformat",
    );
    let mut ledger = district::founded();
    district::adopt(&mut ledger, "indicators", 2, "2022-01-02", &rules);
    ledger.on("2023-02-09");
    for (year, online, other) in [("2022", 1, 2), ("2023", 2, 1)] {
        for channel in ["online"].repeat(online).into_iter().chain(["counter"].repeat(other)) {
            dossier(&mut ledger, NHAN_CHINH, &format!("{year}-01-05"), channel);
        }
    }
    let same = ledger.figure("MC.03").same_period.unwrap().compared;
    assert_eq!((same.value, same.percent.as_deref()), (3_333, Some("200")), "66,67/33,33 would be 200,03");
}

// ── distinct ────────────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn plans_of_two_projects_with_one_id_are_two_drafts_passed() {
    let mut ledger = given();
    for project in ["vanh-dai-2-5", "cum-truong", "cum-truong"] {
        let data = json!({
            "project": project, "plan": "PA-01", "round": 1, "stage": "draft_passed", "land_users": 3, "area_m2": 120,
        });
        ledger.json(16, json!({"kind": "clearance.stage_reached", "occurred_on": "2023-01-20", "case": format!("{project}/PA-01/1"), "data": data}));
    }
    assert_eq!(ledger.fold().1, []);
    assert_eq!(ledger.figure("GP.01").value, 2, "the same plan passed twice is one");
}

// ── plan by count ───────────────────────────────────────────────────────────────────────────────────────────────

#[test]
fn cleared_projects_are_compared_with_those_that_directives_say_must_be_cleared_in_the_year() {
    let mut ledger = given();
    let order = |ledger: &mut Ledger, number: u32, due: &str| {
        let data = json!({
            "directive": "gpmb", "number": number, "text": "việc", "lead_unit": "hn.tx.b.gpmb", "due_on": due, "class": "clearance_project",
        });
        ledger.json(16, json!({"kind": "directive.issued", "occurred_on": "2023-01-03", "case": format!("gpmb-{number}"), "data": data}))
    };
    for (number, due) in [(1, "2023-12-31"), (2, "2023-06-30"), (3, "2023-12-31"), (4, "2024-06-30")] {
        order(&mut ledger, number, due);
    }
    let again = order(&mut ledger, 3, "2023-12-31");
    let data = json!({"project": "cum", "area_m2": 780, "enforced": false, "complete": true});
    ledger.json(16, json!({"kind": "clearance.site_handed_over", "occurred_on": "2023-02-01", "case": "cum/1", "data": data}));
    assert_eq!(ledger.fold().1, []);
    let plan = |ledger: &Ledger| ledger.figure("GP.06").plans["clearance_project"].clone();
    assert_eq!((plan(&ledger).value, plan(&ledger).percent.as_deref()), (3, Some("33.33")));
    ledger.void(16, again);
    assert_eq!(plan(&ledger).value, 3, "the task as first issued still counts");
}

// ── all of them ─────────────────────────────────────────────────────────────────────────────────────────────────

fn since(ledger: &Ledger, size: usize) -> Vec<socai_fold::figures::Restatement> {
    let ((earlier, _), (later, rejections)) = (ledger.fold_to(size), ledger.fold());
    assert_eq!(rejections, [], "nothing is rejected");
    let mut comparison = Comparison::new(&earlier, &later, &asked()).unwrap();
    ledger.iter().for_each(|record| comparison.visit(&record).unwrap());
    comparison.finish().unwrap()
}

#[test]
fn a_unit_that_continues_another_goes_on_with_its_states_and_its_facts_stay_where_they_were() {
    let mut ledger = given();
    block(&mut ledger, HA_DINH.0, "2023-01-05", "c1", "inventoried");
    let data = json!({
        "from": HA_DINH.1, "to": NHAN_CHINH.1, "portion": "whole", "effective": "2023-01-15", "legal": "NQ-1",
    });
    ledger.json(OPERATOR, json!({"kind": "unit.succeeded", "occurred_on": "2023-01-15", "data": data}));
    let data = json!({"block": "c1", "milestone": "plan_approved", "households": 64});
    ledger.json(NHAN_CHINH.0, json!({
        "kind": "housing.renovation_milestone", "occurred_on": "2023-01-20", "place": [NHAN_CHINH.1], "data": data,
    }));
    assert_eq!(ledger.fold().1, []);
    let (then, now) = (ledger.figure_asked("NO.01", &to("2023-01-14")), ledger.figure("NO.01"));
    let wards = |figure: &Figure| -> Vec<(UnitNo, i128)> {
        let parts = figure.wards.iter().filter(|ward| ward.part.value > 0);
        parts.map(|ward| (ward.unit, ward.part.value)).collect()
    };
    assert_eq!((wards(&then), wards(&now)), (vec![(UnitNo(7), 1)], vec![(UnitNo(1), 1)]));
}

#[test]
fn figures_of_a_fold_from_rows_are_those_of_the_replay() {
    let mut ledger = given();
    debt(&mut ledger, "2023-01-10", "recorded", 500);
    let wrong = debt(&mut ledger, "2023-01-20", "recovered", 300);
    block(&mut ledger, 7, "2023-01-05", "c1", "inventoried");
    active(&mut ledger, 1, json!([NHAN_CHINH.1]), "2023-01-12", 4);
    dossier(&mut ledger, NHAN_CHINH, "2023-01-05", "online");
    let mut fold = socai_fold::Fold::new();
    fold.capture(true);
    ledger.onto(&mut fold, ledger.records.len());
    let mut rows: std::collections::BTreeMap<Vec<u8>, Vec<u8>> =
        fold.drain().into_iter().filter_map(|change| Some((change.key, change.new?))).collect();
    // goes on from the rows with a void, so that restored entries are changed too
    ledger.void(TAX, wrong);
    let mut restored =
        socai_fold::Fold::from_rows(rows.iter().filter(|(key, _)| socai_fold::Fold::holds(key))).unwrap();
    restored.capture(true);
    ledger.onto(&mut restored, ledger.records.len());
    for change in restored.drain() {
        match change.new {
            Some(new) => drop(rows.insert(change.key, new)),
            None => drop(rows.remove(&change.key)),
        }
    }
    for code in ["NS.05", "NO.01", "YT.08.dt", "MC.03"] {
        let mut pass = Contributions::new(&restored, &asked());
        ledger.iter().for_each(|record| pass.visit(&record).unwrap());
        assert_eq!(figure_of(&restored, code, &asked(), Some(pass)), ledger.figure(code), "{code}");
    }
    let again =
        socai_fold::Fold::from_rows(rows.iter().filter(|(key, _)| socai_fold::Fold::holds(key))).unwrap();
    assert_eq!(figure_of(&again, "NO.01", &asked(), None).value, 1);
    assert_eq!(figure_of(&again, "NS.05", &asked(), None).value, 500);
}
