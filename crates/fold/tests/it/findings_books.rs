//! Fiscal years whose books are not open on the day of a posting or an estimate.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district, facts::TREASURY, inspect::given};
use serde_json::json;
use socai_tlog::EventName;

const ON: &str = "2023-02-08";
const FINANCE: u32 = 12;

fn revenue(ledger: &mut Ledger, on: &str, fiscal_year: u32) -> EventName {
    let data = json!({"fiscal_year": fiscal_year, "category": "fees", "amount": 5, "voucher": "1", "collector": "treasury"});
    ledger.fact(TREASURY, on, "budget.revenue_posted", data, json!({}))
}

#[test]
fn a_posting_outside_its_fiscal_year_and_the_january_after_it_is_found_and_counts_all_the_same() {
    for (on, year, late) in [
        ("2022-01-01", 2022, None),
        ("2022-12-31", 2022, None),
        ("2023-01-31", 2022, None),
        ("2023-02-01", 2022, Some(Some(1))),
        ("2023-02-08", 2022, Some(Some(8))),
        ("2022-12-31", 2023, Some(None)),
    ] {
        let mut ledger = given();
        let posted = revenue(&mut ledger, on, year);
        let found = ledger.found("outside_books", ON);
        assert_eq!(found.iter().map(|told| told.days).next(), late, "{on} {year}");
        if late.is_some() {
            assert_eq!((found.len(), &found[0].facts), (1, &vec![posted]));
            assert!(found[0].source.contains("Điều 64"), "{}", found[0].source);
        }
    }
}

#[test]
fn an_estimate_is_set_from_the_year_before_until_the_books_are_closed() {
    for (on, year, is_found) in [
        ("2022-12-20", 2023, false),
        ("2023-01-20", 2022, false),
        ("2023-02-03", 2022, true),
        ("2022-12-20", 2024, true),
    ] {
        let mut ledger = given();
        let data = json!({"fiscal_year": year, "direction": "revenue", "authority": "city", "action": "adjust", "amount": 5});
        ledger.fact(FINANCE, on, "budget.estimate_set", data, json!({}));
        assert_eq!(!ledger.found("outside_books", ON).is_empty(), is_found, "{on} {year}");
    }
}

#[test]
fn the_end_of_the_books_is_that_of_the_adopted_row_and_nothing_is_found_without_one() {
    let mut ledger = given();
    revenue(&mut ledger, "2023-02-03", 2022);
    assert_eq!(ledger.found("outside_books", ON).len(), 1);
    let longer =
        district::read("rules/law.budget.toml").replace("month = 1\nday = 31", "month = 2\nday = 15");
    district::adopt(&mut ledger, "law.budget", 2, "2022-01-01", &longer);
    assert_eq!(ledger.found("outside_books", ON), []);
    let none = district::read("rules/law.budget.toml").replace("2017-01-01", "2024-01-01");
    district::adopt(&mut ledger, "law.budget", 3, "2022-01-01", &none);
    assert_eq!(ledger.found("outside_books", ON), [], "no row is in force, so nothing is judged");
}
