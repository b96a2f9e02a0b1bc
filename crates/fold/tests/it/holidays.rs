//! What is judged by working days of a year whose holidays nobody entered says so: figures, findings of cases and of closings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district, inspect::given_in};
use serde_json::json;
use socai_fold::figures::{Asked, Figure};
use socai_tlog::EventName;

/// The district with its laws, in March 2024, with a table of holidays that ends with 2023.
fn given() -> Ledger {
    let table = district::read("rules/holidays.toml");
    let end = table.find("# ── 2024").unwrap();
    let until_2023 = table[..end].replace("years = [2022, 2023, 2024, 2025, 2026]", "years = [2022, 2023]");
    let mut ledger = given_in(district::founded_with(&until_2023));
    ledger.on("2024-03-04");
    ledger
}

/// A record without a decision.
fn recorded(ledger: &mut Ledger, on: &str, case: &str) -> EventName {
    let data =
        json!({"field": "urban_order", "acts": ["a"], "subject_kind": "individual", "transferred": false});
    ledger.fact(1, on, "violation.recorded", data, json!({"case": case}))
}

fn complaint(ledger: &mut Ledger, on: &str, case: &str) -> EventName {
    let data = json!({"class": "complaint", "eligible": true, "instance": 1});
    ledger.fact(1, on, "petition.received", data, json!({"case": case}))
}

fn figure(ledger: &Ledger, code: &str, text: &str) -> Figure {
    ledger.figure_asked(code, &Asked::written(ledger.fold().0.rulebook(), text).unwrap())
}

/// February is off, but for its last day.
fn with_holidays_of_2024(ledger: &mut Ledger) {
    let table = "years = [2024]\n[[holiday]]\nfrom = 2024-02-01\nto = 2024-02-28\nlabel = \"thử\"\n";
    district::adopt(ledger, "holidays", 2, "2024-01-01", table);
}

#[test]
fn a_figure_says_how_many_of_its_cases_were_judged_by_weekends_alone() {
    let mut ledger = given();
    recorded(&mut ledger, "2024-02-01", "xp-1");
    recorded(&mut ledger, "2023-11-02", "xp-2");
    let open = figure(&ledger, "TT.05.chua", "cal:2024-02");
    assert_eq!((open.value, open.holidays_unknown), (2, 2));
    assert_eq!(
        figure(&ledger, "TT.05.chua", "cal:2023-12").holidays_unknown,
        0,
        "by days whose holidays are known"
    );
    with_holidays_of_2024(&mut ledger);
    let open = figure(&ledger, "TT.05.chua", "cal:2024-02");
    assert_eq!((open.value, open.holidays_unknown), (1, 0), "the first one still has its seven working days");
}

#[test]
fn a_figure_of_petitions_and_the_ratio_of_it_say_so_too() {
    let mut ledger = given();
    complaint(&mut ledger, "2024-01-04", "kn-1");
    let overdue = figure(&ledger, "TD.03.qua", "cal:2024-02");
    assert_eq!((overdue.value, overdue.holidays_unknown), (1, 1));
    assert!(figure(&ledger, "TD.03", "cal:2024-02").holidays_unknown >= 1);
    assert_eq!(figure(&ledger, "MC.02", "cal:2024-02").holidays_unknown, 0, "a dossier has a promised day");
}

#[test]
fn the_list_of_findings_has_the_cases() {
    let mut ledger = given();
    let record = recorded(&mut ledger, "2024-02-01", "xp-1");
    let petition = complaint(&mut ledger, "2024-01-04", "kn-1");
    assert_eq!(ledger.facts_found("holidays_unknown", "2024-03-01"), [[record]]);
    let of_petitions = ledger.facts_found("holidays_unknown_petitions", "2024-03-01");
    assert!(of_petitions.iter().all(|facts| *facts == [petition]) && !of_petitions.is_empty());
    with_holidays_of_2024(&mut ledger);
    assert_eq!(ledger.found("holidays_unknown", "2024-03-01"), []);
    assert_eq!(ledger.found("holidays_unknown_petitions", "2024-03-01"), []);
}

#[test]
fn an_open_month_whose_term_was_counted_without_holidays_says_so() {
    let mut ledger = given();
    let said = |ledger: &Ledger, on: &str| ledger.found("not_closed", on)[0].says.clone();
    assert!(!said(&ledger, "2023-12-31").contains("holidays"), "{}", said(&ledger, "2023-12-31"));
    let words =
        "no table of holidays covers 2024: the working days leave out weekends only (holidays_unknown)";
    assert!(said(&ledger, "2024-03-01").ends_with(words), "{}", said(&ledger, "2024-03-01"));
    with_holidays_of_2024(&mut ledger);
    assert!(!said(&ledger, "2024-03-01").contains("holidays"));
}
