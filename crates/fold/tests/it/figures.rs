//! What figures count, and what they are compared with.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district, facts::*};
use serde_json::{Value, json};
use socai_fold::figures::{Asked, Contributions};
use socai_tlog::{Digest, EventName, UnitNo};

fn given() -> Ledger {
    let mut ledger = district::founded();
    ledger.on("2023-02-09");
    ledger
}

fn inspect(ledger: &mut Ledger, unit: u32, place: Value, on: &str, facility: &str) -> EventName {
    let data = json!({
        "field": "food_safety", "facility": facility, "facility_kind": "clinic", "planned": true, "lead_unit": NHAN_CHINH.1,
        "result": "pass", "shortcomings": 0, "suspension": "none", "samples_taken": 0, "samples_failed": 0,
    });
    ledger
        .json(unit, json!({"kind": "inspection.conducted", "occurred_on": on, "place": place, "data": data}))
}

#[test]
fn a_fact_belongs_to_its_one_place_else_to_its_publisher_if_that_is_a_ward_else_to_nobody() {
    let mut ledger = given();
    let (health, none) = (20, json!([]));
    inspect(&mut ledger, health, json!([HA_DINH.1]), "2023-01-05", "facility-a");
    inspect(&mut ledger, 1, none.clone(), "2023-01-05", "facility-b");
    inspect(&mut ledger, 1, json!([HA_DINH.1, NHAN_CHINH.1]), "2023-01-05", "facility-c");
    inspect(&mut ledger, health, none, "2023-01-05", "facility-d");
    inspect(&mut ledger, health, json!(["hn.tx.b.yte"]), "2023-01-05", "facility-e");
    let figure = ledger.figure("YT.01");
    assert_eq!(figure.value, 5);
    let wards: Vec<_> = figure.wards.iter().map(|ward| (ward.unit, ward.part.value)).collect();
    assert_eq!(wards, [(UnitNo(1), 1), (UnitNo(7), 1)]);
    assert_eq!(figure.unallocated.value, 3);
}

#[test]
fn a_distinct_count_is_not_the_sum_of_its_parts() {
    let mut ledger = given();
    for (unit, place) in [NHAN_CHINH, HA_DINH] {
        inspect(&mut ledger, unit, json!([place]), "2023-01-05", "facility-a");
        inspect(&mut ledger, unit, json!([place]), "2023-01-06", "facility-a");
    }
    inspect(&mut ledger, 1, json!([NHAN_CHINH.1]), "2023-01-07", "facility-b");
    let figure = ledger.figure("YT.01b");
    assert_eq!((figure.value, figure.events), (2, 5));
    let wards: Vec<_> = figure.wards.iter().map(|ward| ward.part.value).collect();
    assert_eq!(wards, [2, 1]);
}

#[test]
fn a_value_stays_in_a_distinct_set_while_any_fact_holds_it() {
    let mut ledger = given();
    let first = inspect(&mut ledger, 1, json!([NHAN_CHINH.1]), "2023-01-05", "facility-a");
    let second = inspect(&mut ledger, 1, json!([NHAN_CHINH.1]), "2023-01-05", "facility-a");
    ledger.void(1, first);
    assert_eq!(ledger.figure("YT.01b").value, 1);
    ledger.void(1, second);
    assert_eq!(ledger.figure("YT.01b").value, 0);
}

#[test]
fn a_fiscal_figure_takes_the_postings_of_its_year_from_the_first_of_january_on() {
    let mut ledger = given();
    ledger.revenue("2022-12-31", 2023, 1);
    ledger.revenue("2023-01-02", 2022, 10);
    ledger.revenue("2023-01-02", 2023, 100);
    ledger.revenue("2023-02-08", 2023, 1_000);
    ledger.revenue("2023-02-09", 2023, 10_000);
    ledger.revenue("2023-01-31", 2023, -50);
    let figure = ledger.figure("NS.01");
    assert_eq!((figure.value, figure.events), (1_050, 3));
    let month = Asked { from: "2023-02-01".parse().unwrap(), ..asked() };
    assert_eq!(ledger.figure_asked("NS.01", &month).value, 1_050, "cumulative whatever the first day");
}

#[test]
fn slices_carry_the_names_of_their_values() {
    let mut ledger = given();
    ledger.revenue("2023-01-02", 2023, 100);
    let slices: Vec<_> =
        ledger.figure("NS.01").slices.into_iter().map(|s| (s.axis, s.value, s.part.value)).collect();
    assert_eq!(slices, [("category".to_owned(), "fees".to_owned(), 100)]);
}

#[test]
fn a_percentage_of_the_plan_takes_the_estimate_in_force_on_the_cut_off() {
    let mut ledger = given();
    ledger.revenue("2023-01-02", 2023, 500);
    ledger.estimate("2022-12-12", "city", 1_000);
    ledger.estimate("2022-12-20", "council", 2_000);
    ledger.estimate("2023-02-09", "city", 10_000);
    let percents = |ledger: &Ledger| -> Vec<(String, Option<String>)> {
        ledger.figure("NS.01").plans.into_iter().map(|(by, plan)| (by, plan.percent)).collect()
    };
    let of = |city: &str| vec![("city".into(), Some(city.into())), ("council".into(), Some("25".into()))];
    assert_eq!(percents(&ledger), of("50"), "the adjustment is a day too late");
    let adjusted = ledger.estimate("2023-02-08", "city", 4_000);
    assert_eq!(percents(&ledger), of("12.5"));
    ledger.void(TREASURY, adjusted);
    assert_eq!(percents(&ledger), of("50"));
}

#[test]
fn an_estimate_that_arrives_late_is_still_ordered_by_its_day() {
    let mut ledger = given();
    ledger.revenue("2023-01-02", 2023, 500);
    ledger.estimate("2023-01-31", "city", 5_000);
    ledger.estimate("2022-12-12", "city", 1_000);
    assert_eq!(ledger.figure("NS.01").plans["city"].percent.as_deref(), Some("10"));
}

fn visits(ledger: &mut Ledger, on: &str, visits: u32) {
    let data = json!({"facility": "tyt", "kind": "curative", "from": on, "to": on, "visits": visits});
    ledger.json(1, json!({"kind": "health.visits_reported", "occurred_on": on, "data": data}));
}

fn baseline(ledger: &mut Ledger, from: &str, to: &str, value: i64) {
    let data = json!({
        "indicator": "YT.06", "period_from": from, "period_to": to, "value": value, "unit_of_measure": "lượt", "source_doc": "b",
    });
    ledger.json(20, json!({"kind": "baseline.declared", "occurred_on": "2023-02-08", "data": data}));
}

#[test]
fn the_year_before_comes_from_the_ledger_if_it_has_any_else_from_exactly_the_declared_days() {
    let mut ledger = given();
    visits(&mut ledger, "2023-01-05", 300);
    assert_eq!(ledger.figure("YT.06").same_period, None);
    baseline(&mut ledger, "2022-01-01", "2022-01-31", 7);
    assert_eq!(ledger.figure("YT.06").same_period, None, "other days are another period");
    baseline(&mut ledger, "2022-01-01", "2022-02-08", 100);
    baseline(&mut ledger, "2022-01-01", "2022-02-08", 200);
    let same_period = ledger.figure("YT.06").same_period.unwrap();
    assert_eq!(same_period.compared.percent.as_deref(), Some("150"), "declared again, the newest counts");
    assert_eq!(same_period.baseline, Some(EventName::new(20, 2)));

    visits(&mut ledger, "2022-02-08", 400);
    visits(&mut ledger, "2022-02-09", 1_000);
    let same_period = ledger.figure("YT.06").same_period.unwrap();
    assert_eq!((same_period.compared.value, same_period.baseline), (400, None));
    assert_eq!(same_period.compared.percent.as_deref(), Some("75"));
}

#[test]
fn rows_that_the_brief_compares_stand_beside_what_was_declared_of_the_same_days_and_say_nothing_without() {
    for code in [
        "DT.01", "DT.02", "GP.01", "TT.01", "TT.02", "TT.04", "VH.01", "YT.01", "YT.02", "YT.03", "PC.01",
        "PC.04", "AN.01",
    ] {
        let mut ledger = given();
        assert_eq!(ledger.figure(code).same_period, None, "{code}");
        let data = json!({
            "indicator": code, "period_from": "2022-01-01", "period_to": "2022-02-08", "value": 40, "unit_of_measure": "x", "source_doc": "b",
        });
        ledger.json(20, json!({"kind": "baseline.declared", "occurred_on": "2023-02-08", "data": data}));
        let same = ledger.figure(code).same_period.unwrap();
        assert_eq!((same.compared.value, same.compared.percent.as_deref()), (40, Some("0")), "{code}");
    }
}

#[test]
fn a_zero_is_proven_only_when_nobody_in_scope_is_silent() {
    let mut ledger = given();
    for ward in 1..=11 {
        ledger.close(ward, if ward % 2 == 0 { &["YT.04"] } else { &["incident.reported"] });
    }
    let nil = ledger.figure("YT.04").nil.unwrap();
    assert_eq!((nil.declared.len(), nil.missing), (11, vec![UnitNo(20)]));
    ledger.close(20, &["YT.05"]);
    assert!(!ledger.figure("YT.04").nil.unwrap().is_proven(), "closed, but of another kind");
    ledger.close(20, &["YT.04"]);
    assert!(ledger.figure("YT.04").nil.unwrap().is_proven());
}

#[test]
fn a_unit_that_reported_something_proves_no_zero_before_it_has_closed() {
    let mut ledger = given();
    let rules = district::read("rules/indicators.toml");
    let (before, row) = rules.split_at(rules.find("code = \"YT.08\"\n").unwrap());
    let row = row.replacen("format = \"dem\"", "format = \"dem\"\nnil_scope = [\"ward\"]", 1);
    district::adopt(&mut ledger, "indicators", 2, "2022-01-01", &format!("{before}{row}"));
    for ward in 2..=11 {
        ledger.close(ward, &["YT.08"]);
    }
    ledger.fact(1, "2023-01-05", "epidemic.cases_reported", json!({"new": 0}), json!({}));
    let cases = ledger.figure("YT.08");
    assert_eq!((cases.value, cases.nil.unwrap().missing), (0, vec![UnitNo(1)]), "more may come");
    ledger.close(1, &[]);
    let nil = ledger.figure("YT.08").nil.unwrap();
    assert_eq!((nil.present.clone(), nil.is_proven()), (vec![UnitNo(1)], true), "present and zero");
}

#[test]
fn a_zero_that_no_existing_unit_could_declare_is_not_proven() {
    let mut ledger = given();
    for unit in 1..=25 {
        ledger.close(unit, &["YT.04"]);
    }
    assert!(ledger.figure("YT.04").nil.unwrap().is_proven());
    // the registrations end on 30/06/2025 and nobody succeeds here
    let later = Asked::days(
        &socai_fold::Rulebook::default(),
        "2025-07-15".parse().unwrap(),
        "2025-08-14".parse().unwrap(),
    );
    let nil = ledger.figure_asked("YT.04", &later).nil.unwrap();
    assert!(nil.is_nobodys() && !nil.is_proven());
}

#[test]
fn closings_that_share_a_period_prove_it_together_and_a_gap_does_not() {
    let mut ledger = given();
    let close = |ledger: &mut Ledger, from: &str, to: &str| {
        let data = json!({"period_kind": "month", "from": from, "to": to, "nil_kinds": ["YT.04"], "signer_position": "ct"});
        ledger.json(20, json!({"kind": "period.closed", "occurred_on": "2023-02-08", "data": data}));
    };
    let declared = |ledger: &Ledger| ledger.figure("YT.04").nil.unwrap().declared;
    close(&mut ledger, "2023-02-02", "2023-02-08");
    close(&mut ledger, "2022-12-15", "2023-01-14");
    close(&mut ledger, "2023-01-15", "2023-01-31");
    assert_eq!(declared(&ledger), [], "1 February is open");
    close(&mut ledger, "2023-02-01", "2023-02-01");
    assert_eq!(declared(&ledger), [UnitNo(20)]);
}

#[test]
fn the_digest_is_that_of_the_contributing_names_in_leaf_order() {
    let mut ledger = given();
    let second = ledger.fine(HA_DINH, "2023-01-05", 100_000);
    let first = ledger.fine(NHAN_CHINH, "2023-01-04", 100_000);
    let voided = ledger.fine(NHAN_CHINH, "2023-01-04", 100_000);
    ledger.fine(NHAN_CHINH, "2022-12-31", 100_000);
    ledger.void(1, voided);
    let corrected = ledger.correct_fine(7, second, 100_000, 200_000);
    assert_ne!(corrected, second);
    let bytes: Vec<u8> = [second, first]
        .iter()
        .flat_map(|name| [&name.unit.0.to_be_bytes()[..], &name.seq.0.to_be_bytes()].concat())
        .collect();
    let figure = ledger.figure("TT.01");
    assert_eq!((figure.events, figure.digest), (2, Some(Digest::of(&bytes))));
    let (fold, _) = ledger.fold();
    assert_eq!(figure_of(&fold, "TT.01", &asked(), None).digest, None, "without a second pass there is none");
}

#[test]
fn a_second_pass_over_other_records_is_refused() {
    let mut ledger = given();
    ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let (fold, _) = ledger.fold();
    assert!(Contributions::new(&fold, &asked()).finish().is_err(), "records are missing");

    let mut other = given();
    other.fine(NHAN_CHINH, "2022-11-05", 100_000);
    let mut pass = Contributions::new(&fold, &asked());
    other.iter().for_each(|record| pass.visit(&record).unwrap());
    let found = pass.finish().unwrap();
    let error = socai_fold::figures::figures(&fold, &asked(), Some(&found)).unwrap_err();
    assert_eq!((error.indicator.as_str(), error.cube, error.found), ("TT.01", 1, 0));
}

#[test]
fn units_are_counted_on_the_asked_day() {
    let mut ledger = given();
    assert_eq!(ledger.figure("HC.00").value, 11);
    assert_eq!(ledger.figure("HC.00").events, 11, "eleven registrations");
    let on = |to: &str| Asked { to: to.parse().unwrap(), ..asked() };
    assert_eq!(ledger.figure_asked("HC.00", &on("2025-02-01")).value, 7, "four wards end with 2024");
    ledger.fine(NHAN_CHINH, "2023-01-05", 1);
    assert_eq!(ledger.figure_asked("HC.00", &on("1990-01-01")).value, 0);
}

#[test]
fn occasional_figures_need_an_occasion() {
    let ledger = given();
    let (fold, _) = ledger.fold();
    let codes = |asked: &Asked| -> Vec<String> {
        let figures = socai_fold::figures::figures(&fold, asked, None).unwrap();
        figures.into_iter().map(|figure| figure.row.code).collect()
    };
    assert!(codes(&asked()).contains(&"AS.01".to_owned()));
    assert!(!codes(&Asked { occasion: None, ..asked() }).contains(&"AS.01".to_owned()));
}

#[test]
fn a_new_version_of_the_indicators_counts_what_is_recorded_after_it() {
    let mut ledger = given();
    ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let rules = district::read("rules/indicators.toml");
    let wider = rules
        .replace(r#"field = ["urban_order", "traffic_order"]"#, r#"field = ["urban_order", "construction"]"#);
    district::adopt(&mut ledger, "indicators", 2, "2023-02-01", &wider);
    let before = ledger.records.len() as u64 - 1;
    // Recorded after the adoption: January by the old version, February by the new one.
    for on in ["2023-01-06", "2023-02-06"] {
        let fine = ledger.fine(NHAN_CHINH, on, 100_000);
        ledger.correct(1, fine, &[("data.field", json!("urban_order"), json!("construction"))]);
    }
    let figure = ledger.figure("TT.01");
    assert_eq!((figure.value, figure.rules_version), (2, 2));
    assert!(figure.counted_since.0 < before, "the code was counted by the first version already");
}

#[test]
fn an_indicator_says_since_when_it_is_counted() {
    let mut ledger = given();
    ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let rules = district::read("rules/indicators.toml").replace("\"TT.01\"", "\"TT.99\"");
    district::adopt(&mut ledger, "indicators", 2, "2022-12-01", &rules);
    let adoption = ledger.records.len() as u64 - 1;
    ledger.fine(NHAN_CHINH, "2023-01-06", 100_000);
    let figure = ledger.figure("TT.99");
    assert_eq!(
        (figure.value, figure.counted_since.0),
        (1, adoption),
        "the first fine was recorded before the code existed"
    );
}
