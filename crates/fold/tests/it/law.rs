//! Laws as the log brings them: which version holds, what a mistake changes, and a case under every order of its units' chains.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district};
use serde_json::json;
use socai_domain::{
    CivilDate, Event,
    law::{Rules, penalty},
    lifecycle::{Asked, Fact, Judged, State, judge},
};
use socai_fold::Fold;

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

fn days(fold: &Fold, on: &str) -> Option<u32> {
    penalty::compliance(fold.rulebook(), date(on)).map(|days| days.value)
}

/// One row in force since 2013.
fn compliance(days: u32) -> String {
    format!("[[compliance]]\ndays = {days}\nvalid_from = 2013-07-01\nsource = \"Điều 73\"\n")
}

#[test]
fn a_law_holds_from_the_day_its_version_takes_effect() {
    let mut ledger = district::founded();
    assert_eq!(days(&ledger.fold().0, "2023-02-08"), None);
    district::adopt(&mut ledger, "law.penalty", 1, "2022-01-01", &compliance(10));
    district::adopt(&mut ledger, "law.penalty", 2, "2023-03-01", &compliance(12));
    let (fold, rejected) = ledger.fold();
    assert_eq!(rejected, []);
    assert_eq!((days(&fold, "2023-02-28"), days(&fold, "2023-03-01")), (Some(10), Some(12)));
}

#[test]
fn a_law_with_a_mistake_is_rejected_with_its_line_and_the_one_before_stays_in_use() {
    let mut ledger = district::founded();
    district::adopt(&mut ledger, "law.penalty", 1, "2022-01-01", &compliance(10));
    let mistaken = compliance(12).replace("days = ", "dayz = ");
    district::adopt(&mut ledger, "law.penalty", 2, "2022-06-01", &mistaken);
    let (fold, rejected) = ledger.fold();
    assert_eq!(rejected.len(), 1);
    let message = &rejected[0].reasons[0].message_en;
    assert!(message.contains("line 2") && message.contains("`dayz`"), "{message}");
    assert_eq!(days(&fold, "2023-02-08"), Some(10));
}

#[test]
fn a_replay_up_to_a_size_knows_the_law_of_that_size() {
    let mut ledger = district::founded();
    district::adopt(&mut ledger, "law.penalty", 1, "2022-01-01", &compliance(10));
    let size = ledger.records.len();
    district::adopt(&mut ledger, "law.penalty", 2, "2022-01-01", &compliance(12));
    assert_eq!(days(&ledger.fold_to(size).0, "2023-02-08"), Some(10));
    assert_eq!(days(&ledger.fold().0, "2023-02-08"), Some(12));
}

#[test]
fn every_year_has_the_holidays_of_the_newest_table_that_covers_it() {
    let table =
        |year: i32, day: &str| format!("years = [{year}]\n\n[[holiday]]\ndate = {day}\nlabel = \"Nghỉ\"\n");
    let mut ledger = district::founded();
    district::adopt(&mut ledger, "holidays", 2, "2024-01-01", &table(2024, "2024-01-01"));
    let (fold, _) = ledger.fold();
    let calendar = fold.rulebook().calendar();
    assert!(!calendar.is_working_day(date("2023-01-20")) && !calendar.is_working_day(date("2024-01-01")));
    // a term that begins in one year and ends in the next
    assert_eq!(calendar.add_working_days(date("2023-12-29"), 1), Some(date("2024-01-02")));
    district::adopt(&mut ledger, "holidays", 3, "2024-01-01", &table(2023, "2023-06-01"));
    let (fold, _) = ledger.fold();
    let calendar = fold.rulebook().calendar();
    assert!(calendar.is_working_day(date("2023-01-20")) && !calendar.is_working_day(date("2023-06-01")));
    assert!(!calendar.is_working_day(date("2024-01-01")), "other years stay");
}

/// Ward 1 records and decides, the treasury takes the money: the chains interleaved by `first`, bit by bit.
fn arrived(first: u32) -> Ledger {
    let mut ledger = district::founded();
    district::adopt(&mut ledger, "law.penalty", 1, "2022-01-01", &district::read("rules/law.penalty.toml"));
    ledger.on("2023-03-20");
    let act = "100/2019/NĐ-CP:12.5";
    let decision = json!({
        "decision_no": "1/QĐ-XPHC", "field": "urban_order", "form": "fine", "total": 2_500_000, "signer_level": "ward",
        "subject_kind": "individual", "on_the_spot": false, "due_on": "2023-02-20",
        "lines": [{"act": act, "bracket_min": 2_000_000, "bracket_max": 3_000_000, "amount": 2_500_000}],
    });
    let record = json!({
        "record_no": "1/BB-VPHC", "field": "urban_order", "acts": [act], "subject_kind": "individual",
        "subject": "ne98gbzhdq8vh4avrva6", "transferred": false,
    });
    let payment = |amount, voucher: &str| json!({"amount": amount, "late_interest": 0, "voucher": voucher});
    let mut ward =
        [("2023-02-06", "violation.recorded", record), ("2023-02-10", "penalty.decided", decision)]
            .into_iter();
    let mut treasury = [
        ("2023-03-02", "penalty.payment_received", payment(1_500_000, "BLP-1")),
        ("2023-02-15", "penalty.payment_received", payment(500_000, "BLP-2")),
    ]
    .into_iter();
    for turn in 0..4 {
        let (from_ward, from_treasury) = (ward.len() > 0, treasury.len() > 0);
        let is_ward = from_ward && (first >> turn & 1 == 0 || !from_treasury);
        let (unit, next) = if is_ward { (1, ward.next()) } else { (14, treasury.next()) };
        let (on, kind, data) = next.unwrap();
        ledger.json(unit, json!({"kind": kind, "occurred_on": on, "case": "xp-1", "data": data}));
    }
    ledger
}

fn judged(ledger: &Ledger, on: &str) -> Judged {
    let (fold, rejected) = ledger.fold();
    assert_eq!(rejected, []);
    let facts: Vec<_> = ledger
        .records
        .iter()
        .map(|(at, facts)| Fact { name: at.name, event: Event::decode(facts).unwrap() })
        .filter(|fact| fact.event.case() == Some("xp-1"))
        .collect();
    judge(&facts, &Asked { on: date(on), rules: fold.rulebook() }).remove(0)
}

#[test]
fn a_case_is_the_same_for_every_interleaving_of_its_units_chains() {
    let known = judged(&arrived(0), "2023-03-12");
    assert_eq!(known.state, State::Penalty(socai_domain::lifecycle::penalty::State::Overdue));
    for first in 0..16 {
        for on in ["2023-02-08", "2023-02-15", "2023-03-12"] {
            assert_eq!(judged(&arrived(first), on), judged(&arrived(0), on), "{first:04b} on {on}");
        }
    }
}
