//! Two-party facts: open until the other unit answers.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{
    Ledger, district,
    facts::{HA_DINH, NHAN_CHINH, OPERATOR},
};
use serde_json::{Value, json};
use socai_fold::{Obligations, Open, OpenWhat};
use socai_tlog::{EventName, UnitNo};

/// The military command.
const COMMAND: u32 = 20;

fn given() -> Ledger {
    let mut ledger = district::founded();
    district::adopt(&mut ledger, "obligations", 1, "2022-01-01", &district::read("rules/obligations.toml"));
    ledger.on("2023-02-08");
    ledger
}

fn open_on(ledger: &Ledger, day: &str) -> Vec<Open> {
    let (fold, rejections) = ledger.fold();
    assert_eq!(rejections, [], "nothing is rejected");
    let mut pass = Obligations::new(&fold, day.parse().unwrap());
    ledger.iter().for_each(|record| pass.visit(&record).unwrap());
    pass.finish().unwrap()
}

/// What is open at the end of 8 February: the record and who has to answer.
fn open(ledger: &Ledger) -> Vec<(EventName, Vec<u32>, bool)> {
    let units = |open: &Open| open.from.iter().map(|unit| unit.0).collect();
    open_on(ledger, "2023-02-08").iter().map(|open| (open.name, units(open), open.is_refused)).collect()
}

fn hand_over(ledger: &mut Ledger, by: u32, place: &str) -> EventName {
    let data = json!({"year": 2023, "call_no": 1, "place": place, "service": "army", "count": 7, "volunteers": 0, "returned": 0});
    ledger.json(by, json!({"kind": "conscription.handed_over", "occurred_on": "2023-02-06", "data": data}))
}

fn violation(ledger: &mut Ledger, by: u32, transferred: bool) -> EventName {
    let data = json!({
        "record_no": "7", "field": "fire", "acts": ["a"], "subject_kind": "organisation", "subject": "tok-a7Qx93", "transferred": transferred,
    });
    ledger.json(
        by,
        json!({"kind": "violation.recorded", "occurred_on": "2023-02-01", "case": "vp-7", "data": data}),
    )
}

#[test]
fn a_hand_over_is_open_until_the_ward_it_names_confirms_it() {
    let mut ledger = given();
    let first = hand_over(&mut ledger, COMMAND, NHAN_CHINH.1);
    let second = hand_over(&mut ledger, COMMAND, HA_DINH.1);
    assert_eq!(open(&ledger), [(first, vec![1], false), (second, vec![7], false)]);
    ledger.answer(7, second, "confirmed");
    assert_eq!(open(&ledger), [(first, vec![1], false)]);
}

#[test]
fn an_answer_of_somebody_else_settles_nothing() {
    let mut ledger = given();
    let handed = hand_over(&mut ledger, COMMAND, NHAN_CHINH.1);
    ledger.answer(7, handed, "confirmed");
    ledger.answer(OPERATOR, handed, "confirmed");
    assert_eq!(open(&ledger), [(handed, vec![1], false)]);
}

#[test]
fn a_refusal_leaves_it_open_with_the_publisher() {
    let mut ledger = given();
    let handed = hand_over(&mut ledger, COMMAND, NHAN_CHINH.1);
    ledger.answer(1, handed, "refused");
    assert_eq!(open(&ledger), [(handed, vec![1], true)]);
    ledger.answer(1, handed, "confirmed");
    assert_eq!(open(&ledger), []);
}

#[test]
fn an_answer_may_come_before_the_fact_it_answers() {
    let mut ledger = given();
    ledger.answer(1, EventName::new(COMMAND, 0), "confirmed");
    assert_eq!(hand_over(&mut ledger, COMMAND, NHAN_CHINH.1), EventName::new(COMMAND, 0));
    assert_eq!(open(&ledger), []);
}

#[test]
fn a_transferred_case_waits_for_the_aggregator_and_one_that_stayed_for_nobody() {
    let mut ledger = given();
    violation(&mut ledger, 1, false);
    let transferred = violation(&mut ledger, 1, true);
    let found = open_on(&ledger, "2023-02-08");
    let [open] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        (open.name, open.from.as_slice(), open.case.as_deref()),
        (transferred, &[UnitNo::OPERATOR][..], Some("vp-7"))
    );
    assert!(matches!(&open.what, OpenWhat::Answer(vi, en) if vi.contains("hồ sơ") && en.contains("case")));
    ledger.answer(OPERATOR, transferred, "confirmed");
    assert_eq!(open_on(&ledger, "2023-02-08"), []);
}

#[test]
fn a_hand_over_that_a_ward_publishes_itself_is_its_aggregators_to_answer() {
    let mut ledger = given();
    let handed = hand_over(&mut ledger, 1, NHAN_CHINH.1);
    assert_eq!(open(&ledger), [(handed, vec![OPERATOR], false)]);
}

#[test]
fn a_voided_fact_owes_nothing_and_a_corrected_one_owes_what_it_says_now() {
    let mut ledger = given();
    let (first, second) =
        (hand_over(&mut ledger, COMMAND, NHAN_CHINH.1), hand_over(&mut ledger, COMMAND, HA_DINH.1));
    ledger.void(COMMAND, first);
    ledger.correct(COMMAND, second, &[("data.place", json!(HA_DINH.1), json!(NHAN_CHINH.1))]);
    assert_eq!(open(&ledger), [(second, vec![1], false)]);
}

#[test]
fn a_correction_after_closing_is_open_until_the_aggregator_answers() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.correct_fine(1, fine, 100_000, 150_000);
    ledger.close(1, &[]);
    assert_eq!(open(&ledger), [], "before the closing nobody has to answer");
    let void = ledger.void(1, fine);
    assert_eq!(open(&ledger), [(void, vec![OPERATOR], false)]);
    assert_eq!(open_on(&ledger, "2023-02-08")[0].what, OpenWhat::Acknowledgement);
    ledger.answer(OPERATOR, void, "refused");
    assert_eq!(open(&ledger), []);
}

#[test]
fn the_successor_of_a_ward_owes_its_answers_and_may_give_them() {
    let mut ledger = given();
    let handed = hand_over(&mut ledger, COMMAND, HA_DINH.1);
    let data = json!({"from": HA_DINH.1, "to": NHAN_CHINH.1, "portion": "whole", "effective": "2023-02-07", "legal": "thử"});
    ledger.json(0, json!({"kind": "unit.succeeded", "occurred_on": "2023-02-07", "data": data}));
    assert_eq!(open(&ledger), [(handed, vec![1], false)]);
    assert_eq!(open_on(&ledger, "2023-02-06")[0].from, [UnitNo(7)], "who had its work on that day");
    ledger.answer(1, handed, "confirmed");
    assert_eq!(open(&ledger), []);
}

#[test]
fn without_the_table_and_after_the_asked_day_nothing_is_open() {
    let mut ledger = given();
    hand_over(&mut ledger, COMMAND, NHAN_CHINH.1);
    assert_eq!(open_on(&ledger, "2023-02-05"), []);
    let mut bare = district::founded();
    bare.on("2023-02-08");
    hand_over(&mut bare, COMMAND, NHAN_CHINH.1);
    assert_eq!(open(&bare), []);
}

#[test]
fn a_term_is_counted_from_the_day_of_the_fact() {
    let mut ledger = given();
    let table = district::read("rules/obligations.toml")
        .replace("from = \"aggregator\"", "from = \"aggregator\"\ndays = 10");
    district::adopt(&mut ledger, "obligations", 2, "2022-01-01", &table);
    violation(&mut ledger, 1, true);
    assert_eq!(open_on(&ledger, "2023-02-08")[0].due_on, Some("2023-02-11".parse().unwrap()));
}

#[test]
fn a_table_that_names_no_field_of_its_kind_is_rejected_and_the_old_one_stays() {
    let mut ledger = given();
    let rules = |from: &str, to: &str| district::read("rules/obligations.toml").replace(from, to);
    let wrong = [
        ("data.place", "data.plaza", "bad_table"),
        ("data.place", "data.count.x", "bad_table"),
        ("transferred = true", "moved = true", "bad_rule"),
    ];
    for (version, (from, to, code)) in wrong.into_iter().enumerate() {
        district::adopt(&mut ledger, "obligations", 2 + version as u32, "2022-01-01", &rules(from, to));
        assert_eq!(ledger.rejection(), ("data.content".to_owned(), code.to_owned()), "{to}");
    }
    let (fold, _) = ledger.fold();
    let row =
        serde_json::to_value(&fold.rulebook().obligations("2023-02-08".parse().unwrap())[0].kind).unwrap();
    assert_eq!(row, Value::from("conscription.handed_over"));
}

/// The example of a kind as a unit records it, with parts of its envelope and payload replaced.
fn state(ledger: &mut Ledger, by: u32, kind: &str, parts: Value) -> EventName {
    let mut form = socai_proto::kind(kind).unwrap().example();
    let form = form.as_object_mut().unwrap();
    ["id", "refs"].iter().for_each(|part| drop(form.remove(*part)));
    form.insert("occurred_on".to_owned(), json!("2023-02-06"));
    for (name, value) in parts.as_object().unwrap() {
        match name.strip_prefix("data.") {
            Some(field) if value.is_null() => drop(form["data"].as_object_mut().unwrap().remove(field)),
            Some(field) => form["data"][field] = value.clone(),
            None => drop(form.insert(name.clone(), value.clone())),
        }
    }
    ledger.json(by, Value::Object(form.clone()))
}

#[test]
fn a_transferred_petition_is_open_until_the_office_it_went_to_has_it() {
    let mut ledger = given();
    let handled = |ledger: &mut Ledger, action: &str, to: Value| {
        let parts = json!({"data.action": action, "data.outcome": null, "data.recovered": null, "data.transferred_to": to});
        state(ledger, HA_DINH.0, "petition.handled", parts)
    };
    handled(&mut ledger, "accepted", Value::Null);
    let named = handled(&mut ledger, "transferred", json!(NHAN_CHINH.1));
    let outside = handled(&mut ledger, "transferred", Value::Null);
    assert_eq!(open(&ledger), [(named, vec![NHAN_CHINH.0], false), (outside, vec![OPERATOR], false)]);
    ledger.answer(NHAN_CHINH.0, named, "refused");
    assert_eq!(open(&ledger)[0], (named, vec![NHAN_CHINH.0], true));
    ledger.answer(NHAN_CHINH.0, named, "confirmed");
    assert_eq!(open(&ledger), [(outside, vec![OPERATOR], false)]);
}

#[test]
fn a_site_is_handed_over_when_every_ward_it_lies_in_has_confirmed_it() {
    let mut ledger = given();
    let place = json!([HA_DINH.1, NHAN_CHINH.1]);
    let site = state(&mut ledger, COMMAND, "clearance.site_handed_over", json!({"place": place}));
    assert_eq!(open(&ledger), [(site, vec![HA_DINH.0, NHAN_CHINH.0], false)]);
    ledger.answer(HA_DINH.0, site, "confirmed");
    assert_eq!(open(&ledger), [(site, vec![NHAN_CHINH.0], false)]);
    ledger.answer(NHAN_CHINH.0, site, "confirmed");
    assert_eq!(open(&ledger), []);
    // without a place nobody else can be asked than whoever adds up
    let nowhere = state(&mut ledger, COMMAND, "clearance.site_handed_over", json!({"place": []}));
    assert_eq!(open(&ledger), [(nowhere, vec![OPERATOR], false)]);
}

#[test]
fn gifts_that_a_ward_hands_out_itself_have_no_second_party_and_those_of_others_have() {
    let mut ledger = given();
    let gift = |ledger: &mut Ledger, by: u32, source: &str| {
        state(ledger, by, "gift.delivered", json!({"place": [HA_DINH.1], "data.source": source}))
    };
    gift(&mut ledger, HA_DINH.0, "city");
    gift(&mut ledger, HA_DINH.0, "ward");
    gift(&mut ledger, COMMAND, "ward");
    let theirs = gift(&mut ledger, COMMAND, "social_org");
    assert_eq!(open(&ledger), [(theirs, vec![HA_DINH.0], false)]);
}
