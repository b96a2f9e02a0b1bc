//! Fiscal years: what is posted of them, also in the January after.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{
    Ledger, district,
    facts::{NHAN_CHINH, TREASURY},
};
use serde_json::json;
use socai_domain::CivilDate;
use socai_fold::figures::{Asked, Figure};

fn bare() -> Ledger {
    let mut ledger = district::founded();
    ledger.on("2023-02-08");
    ledger
}

fn given() -> Ledger {
    let mut ledger = district::founded();
    district::adopt(&mut ledger, "law.budget", 1, "2022-01-01", &district::read("rules/law.budget.toml"));
    ledger.on("2023-02-08");
    ledger
}

/// 100 within the year, 10 in the January after it, 1 when its books are closed; and 7 of the next year.
fn postings(mut ledger: Ledger) -> Ledger {
    for (on, year, amount) in [
        ("2022-12-30", 2022, 100),
        ("2023-01-20", 2022, 10),
        ("2023-02-03", 2022, 1),
        ("2023-01-20", 2023, 7),
    ] {
        ledger.revenue(on, year, amount);
    }
    assert_eq!(ledger.fold().1, [], "nothing is rejected");
    ledger
}

fn asked(ledger: &Ledger, text: &str) -> Asked {
    Asked::written(ledger.fold().0.rulebook(), text).unwrap()
}

fn figure(ledger: &Ledger, code: &str, text: &str) -> Figure {
    ledger.figure_asked(code, &asked(ledger, text))
}

fn day(text: &str) -> CivilDate {
    text.parse().unwrap()
}

#[test]
fn a_fiscal_year_has_what_was_posted_of_it_until_its_books_are_closed() {
    let ledger = postings(given());
    let figure = figure(&ledger, "NS.01", "fy2022");
    assert_eq!((figure.value, figure.events), (110, 2));
    assert_eq!((figure.window.from, figure.window.to), (day("2022-01-01"), day("2023-01-31")));
    assert_eq!(figure.window.days(), (day("2022-01-01"), day("2022-12-31")), "it is about that year");
}

#[test]
fn the_days_of_its_books_ask_for_the_same_fiscal_year_and_so_does_a_report_that_states_them() {
    let ledger = postings(given());
    let year = asked(&ledger, "fy2022");
    assert_eq!((year.year, year.to, year.books_to), (2022, day("2022-12-31"), Some(day("2023-01-31"))));
    assert_eq!(asked(&ledger, "2022-01-01..2023-01-31"), year);
    assert_eq!(year.stated(), (day("2022-01-01"), day("2023-01-31")));
    let (fold, _) = ledger.fold();
    assert_eq!(Asked::reported(fold.rulebook(), year.stated()), year);
    assert_eq!(asked(&ledger, "2022-01-01..2023-01-30").books_to, None, "other days are days");
    assert_eq!(asked(&ledger, "cal:2022").books_to, None);
}

#[test]
fn months_and_days_take_their_own_fiscal_year_only() {
    let ledger = postings(given());
    for (text, expected) in [
        ("cal:2023-01", 7),
        ("2023-02", 7),
        ("cal:2022-12", 100),
        ("cal:2022", 100),
        ("2023-01-01..2023-02-08", 7),
    ] {
        assert_eq!(figure(&ledger, "NS.01", text).value, expected, "{text}");
    }
}

#[test]
fn what_is_no_budget_ends_with_the_year() {
    let mut ledger = postings(given());
    ledger.fine(NHAN_CHINH, "2022-12-30", 100_000);
    ledger.fine(NHAN_CHINH, "2023-01-05", 200_000);
    assert_eq!(figure(&ledger, "TT.02", "fy2022").value, 100_000);
}

#[test]
fn without_a_row_of_law_a_fiscal_year_ends_with_its_last_day() {
    let ledger = postings(bare());
    assert_eq!(figure(&ledger, "NS.01", "fy2022").value, 100);
    assert_eq!(asked(&ledger, "fy2022").books_to, None);
}

fn estimate(ledger: &mut Ledger, on: &str, amount: u64) {
    let data = json!({
        "fiscal_year": 2022, "direction": "revenue", "authority": "city", "action": "adjust", "amount": amount, "decision": "q",
    });
    ledger.json(TREASURY, json!({"kind": "budget.estimate_set", "occurred_on": on, "data": data}));
}

#[test]
fn the_percentage_of_a_fiscal_year_is_of_the_estimate_as_its_books_left_it() {
    let mut ledger = postings(given());
    let percent = |ledger: &Ledger, text: &str| {
        figure(ledger, "NS.01", text).plans.get("city").and_then(|plan| plan.percent.clone())
    };
    assert_eq!(percent(&ledger, "fy2022"), None, "no estimate, no percentage");
    estimate(&mut ledger, "2022-12-05", 1_000);
    assert_eq!(percent(&ledger, "cal:2022-12").as_deref(), Some("10"));
    estimate(&mut ledger, "2023-01-25", 220);
    assert_eq!(percent(&ledger, "cal:2022-12").as_deref(), Some("10"), "the one in force on its last day");
    assert_eq!(percent(&ledger, "fy2022").as_deref(), Some("50"));
    estimate(&mut ledger, "2023-02-01", 440);
    assert_eq!(percent(&ledger, "fy2022").as_deref(), Some("50"), "the books are closed");
}

#[test]
fn fiscal_years_are_compared_with_their_adjustments() {
    let mut ledger = postings(given());
    ledger.on("2024-02-08");
    ledger.revenue("2023-06-01", 2023, 200);
    ledger.revenue("2024-01-10", 2023, 13);
    let same = figure(&ledger, "NS.01", "fy2023").same_period.unwrap();
    assert_eq!((same.compared.value, same.compared.percent.as_deref()), (110, Some("200")));
}

#[test]
fn a_baseline_of_the_year_stands_beside_the_fiscal_year() {
    let mut ledger = postings(given());
    let data = json!({
        "indicator": "NS.01", "period_from": "2021-01-01", "period_to": "2021-12-31", "value": 55, "unit_of_measure": "VND", "source_doc": "b",
    });
    ledger.json(TREASURY, json!({"kind": "baseline.declared", "occurred_on": "2023-02-08", "data": data}));
    let same = figure(&ledger, "NS.01", "fy2022").same_period.unwrap();
    assert_eq!((same.compared.value, same.compared.percent.as_deref()), (55, Some("200")));
}
