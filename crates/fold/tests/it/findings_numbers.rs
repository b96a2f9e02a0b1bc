//! Numbers of decisions and records: missing, given twice, out of order.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{
    Ledger,
    facts::{HA_DINH, NHAN_CHINH},
    inspect::given,
};
use serde_json::json;
use socai_tlog::EventName;

const ON: &str = "2023-02-08";

/// An on-the-spot fine of 150,000 with a document of its own, in a case of its own.
fn decision(ledger: &mut Ledger, (unit, id): (u32, &str), number: &str, dated: &str) -> EventName {
    let year: u32 = dated[..4].parse().unwrap();
    let doc = json!({"issuer": id, "number": number, "year": year, "series": "QĐ-XPHC", "date": dated, "signer_position": "ct", "delegated": false});
    let case = format!("xp-{unit}-{}", ledger.records.len());
    ledger.fact(unit, dated, "penalty.decided", data(), json!({"case": case, "doc": doc}))
}

fn data() -> serde_json::Value {
    json!({
        "decision_no": "9/QĐ-XPHC", "field": "urban_order", "form": "fine", "total": 150_000, "signer_level": "ward",
        "subject_kind": "individual", "on_the_spot": true, "due_on": "2023-02-20",
        "lines": [{"act": "a", "bracket_min": 100_000, "bracket_max": 200_000, "amount": 150_000}],
    })
}

#[test]
fn a_number_that_nobody_recorded_is_missing_between_its_neighbours() {
    let mut ledger = given();
    let one = decision(&mut ledger, NHAN_CHINH, "01", "2023-01-03");
    let five = decision(&mut ledger, NHAN_CHINH, "05", "2023-01-09");
    let found = ledger.found("decision_gaps", ON);
    let [gap] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((gap.unit, &gap.facts, gap.on.as_str()), (1, &vec![one, five], "2023-01-09"));
    assert_eq!(gap.says, "3 missing (2–4) before number 5, QĐ-XPHC of hn.tx.nhan-chinh.1, 2023");
    assert!(gap.source.contains("30/2020/NĐ-CP"), "{}", gap.source);
}

#[test]
fn numbers_without_a_hole_are_no_finding_in_whatever_order_they_come() {
    let mut ledger = given();
    for (number, dated) in [("3", "2023-01-05"), ("1", "2023-01-03"), ("02", "2023-01-04")] {
        decision(&mut ledger, NHAN_CHINH, number, dated);
    }
    assert_eq!(ledger.found("decision_gaps", ON), []);
}

#[test]
fn the_numbers_before_the_first_one_known_are_missing_too() {
    let mut ledger = given();
    let third = decision(&mut ledger, NHAN_CHINH, "3", "2023-01-05");
    assert_eq!(ledger.facts_found("decision_gaps", ON), [[third]]);
    ledger.adopt_findings(2, "2022-01-01", "from_one = true\n", "");
    assert_eq!(ledger.found("decision_gaps", ON), [], "a series may begin where the ledger does");
}

#[test]
fn each_issuer_series_and_year_counts_for_itself() {
    let mut ledger = given();
    decision(&mut ledger, NHAN_CHINH, "1", "2023-01-03");
    decision(&mut ledger, HA_DINH, "1", "2023-01-04");
    let doc = json!({"issuer": NHAN_CHINH.1, "number": "1", "year": 2023, "series": "BB-VPHC", "date": "2023-01-03"});
    ledger.fact(1, "2023-01-03", "violation.recorded", json!({}), json!({"case": "vp-1", "doc": doc}));
    assert_eq!(ledger.found("decision_gaps", ON), []);
    assert_eq!(ledger.found("decision_numbered_twice", ON), []);
}

#[test]
fn what_lies_before_the_first_day_of_the_rule_or_after_the_asked_day_is_not_judged() {
    let mut ledger = given();
    decision(&mut ledger, NHAN_CHINH, "400", "2022-12-30");
    decision(&mut ledger, NHAN_CHINH, "1", "2023-01-03");
    decision(&mut ledger, NHAN_CHINH, "3", "2023-02-07");
    assert_eq!(ledger.found("decision_gaps", "2023-02-06"), []);
    assert_eq!(ledger.found("decision_gaps", "2023-02-07").len(), 1);
}

#[test]
fn one_number_in_two_facts_is_a_finding_until_one_of_them_is_voided() {
    let mut ledger = given();
    let first = decision(&mut ledger, NHAN_CHINH, "1", "2023-01-03");
    let second = decision(&mut ledger, NHAN_CHINH, "01", "2023-01-03");
    assert_eq!(ledger.facts_found("decision_numbered_twice", ON), [[first, second]], "01 is 1");
    assert_eq!(ledger.found("decision_gaps", ON), []);
    ledger.void(1, second);
    assert_eq!(ledger.found("decision_numbered_twice", ON), []);
}

#[test]
fn a_correction_of_the_number_closes_the_gap() {
    let mut ledger = given();
    decision(&mut ledger, NHAN_CHINH, "1", "2023-01-03");
    let wrong = decision(&mut ledger, NHAN_CHINH, "3", "2023-01-05");
    assert_eq!(ledger.found("decision_gaps", ON).len(), 1);
    ledger.correct(1, wrong, &[("doc.number", json!("3"), json!("2"))]);
    assert_eq!(ledger.found("decision_gaps", ON), []);
}

#[test]
fn a_number_with_letters_can_be_given_twice_but_has_no_place_among_the_others() {
    let mut ledger = given();
    decision(&mut ledger, NHAN_CHINH, "1", "2023-01-03");
    let twice = [
        decision(&mut ledger, NHAN_CHINH, "1a", "2023-01-04"),
        decision(&mut ledger, NHAN_CHINH, "1a", "2023-01-04"),
    ];
    decision(&mut ledger, NHAN_CHINH, "2", "2023-01-05");
    assert_eq!(ledger.found("decision_gaps", ON), []);
    assert_eq!(ledger.facts_found("decision_numbered_twice", ON), [twice]);
}

#[test]
fn a_decision_without_a_document_is_numbered_by_its_own_field_in_its_publishers_books() {
    let mut ledger = given();
    let first = ledger.fact(1, "2023-01-03", "penalty.decided", data(), json!({"case": "a"}));
    let second = ledger.fact(1, "2023-01-04", "penalty.decided", data(), json!({"case": "b"}));
    ledger.fact(7, "2023-01-04", "penalty.decided", data(), json!({"case": "c"}));
    assert_eq!(ledger.facts_found("decision_numbered_twice", ON), [[first, second]]);
    let found = ledger.found("decision_gaps", ON);
    assert_eq!(found[0].says, "8 missing (1–8) before number 9, QĐ-XPHC of hn.tx.nhan-chinh.1, 2023");
}

#[test]
fn a_greater_number_with_an_earlier_date_is_backdated() {
    let mut ledger = given();
    decision(&mut ledger, NHAN_CHINH, "1", "2023-01-03");
    let second = decision(&mut ledger, NHAN_CHINH, "2", "2023-01-10");
    let third = decision(&mut ledger, NHAN_CHINH, "3", "2023-01-05");
    decision(&mut ledger, NHAN_CHINH, "4", "2023-01-10");
    let found = ledger.found("decision_order", ON);
    let [backdated] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((&backdated.facts, backdated.days), (&vec![second, third], Some(5)));
    ledger.adopt_findings(2, "2022-01-01", "days = 0", "days = 5");
    assert_eq!(ledger.found("decision_order", ON), []);
}
