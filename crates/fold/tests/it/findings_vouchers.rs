//! Voucher numbers that are used twice.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, facts::TREASURY, inspect::given};
use serde_json::{Value, json};
use socai_fold::findings::Findings;
use socai_tlog::EventName;

const ON: &str = "2023-02-08";
const TAX: u32 = 13;

fn revenue(ledger: &mut Ledger, unit: u32, on: &str, voucher: &str, more: Value) -> EventName {
    let mut data = json!({"fiscal_year": 2023, "category": "fees", "amount": 5, "voucher": voucher, "collector": "treasury"});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    ledger.fact(unit, on, "budget.revenue_posted", data, json!({}))
}

fn spent(ledger: &mut Ledger, on: &str, voucher: &str) -> EventName {
    let data = json!({"fiscal_year": 2023, "stage": "final", "amount": 5, "voucher": voucher});
    ledger.fact(TREASURY, on, "budget.expenditure_posted", data, json!({}))
}

#[test]
fn a_voucher_that_two_postings_claim_on_one_day_is_found_until_one_is_voided() {
    let mut ledger = given();
    let first = revenue(&mut ledger, TREASURY, "2023-01-05", "GNT-7", json!({}));
    let second =
        revenue(&mut ledger, TREASURY, "2023-01-05", "GNT-7", json!({"category": "other", "amount": 9}));
    let found = ledger.found("voucher_twice", ON);
    assert_eq!(found[0].facts, [first, second]);
    assert_eq!(found[0].says, "voucher GNT-7 of 2023-01-05 stands in 2 facts");
    ledger.void(TREASURY, second);
    assert_eq!(ledger.found("voucher_twice", ON), []);
}

#[test]
fn the_same_money_posted_by_two_units_is_found() {
    let mut ledger = given();
    let treasury = revenue(&mut ledger, TREASURY, "2023-01-05", "GNT-7", json!({"collector": "tax"}));
    let tax = revenue(&mut ledger, TAX, "2023-01-05", "GNT-7", json!({"collector": "tax"}));
    let found = ledger.found("voucher_twice", ON);
    assert_eq!(found[0].facts, [treasury, tax]);
    assert!(found[0].says.ends_with("in 2 facts, by 2 units"), "{}", found[0].says);
}

#[test]
fn numbers_of_other_days_books_and_kinds_are_other_numbers() {
    let mut ledger = given();
    revenue(&mut ledger, TREASURY, "2023-01-05", "7", json!({}));
    revenue(&mut ledger, TREASURY, "2023-01-06", "7", json!({}));
    revenue(&mut ledger, TAX, "2023-01-05", "7", json!({"collector": "tax"}));
    spent(&mut ledger, "2023-01-05", "7");
    let payment = json!({"amount": 5, "late_interest": 0, "voucher": "7"});
    ledger.fact(TREASURY, "2023-01-05", "penalty.payment_received", payment, json!({"case": "xp-1"}));
    assert_eq!(ledger.found("voucher_twice", ON), []);
    let second = spent(&mut ledger, "2023-01-05", "7");
    assert_eq!(ledger.facts_found("voucher_twice", ON)[0][1], second);
}

#[test]
fn a_corrected_voucher_is_the_one_that_is_compared() {
    let mut ledger = given();
    revenue(&mut ledger, TREASURY, "2023-01-05", "7", json!({}));
    let wrong = revenue(&mut ledger, TREASURY, "2023-01-05", "7", json!({}));
    ledger.correct(TREASURY, wrong, &[("data.voucher", json!("7"), json!("8"))]);
    assert_eq!(ledger.found("voucher_twice", ON), []);
}

#[test]
fn a_payment_of_a_fine_that_two_facts_claim_is_found() {
    let mut ledger = given();
    let mut paid = |case: &str| {
        let data = json!({"amount": 5, "late_interest": 0, "voucher": "BL-1", "instalment_no": null});
        ledger.fact(TREASURY, "2023-01-05", "penalty.payment_received", data, json!({"case": case}))
    };
    let facts = vec![paid("xp-1"), paid("xp-1")];
    assert_eq!(ledger.facts_found("voucher_twice", ON), [facts]);
}

#[test]
fn vouchers_that_do_not_fit_are_compared_in_further_passes_with_the_same_answer() {
    let mut ledger = given();
    for number in 0..300 {
        revenue(&mut ledger, TREASURY, "2023-01-05", &format!("GNT-{}", number % 250), json!({}));
    }
    let whole = ledger.facts_found("voucher_twice", ON);
    assert_eq!(whole.len(), 50);
    let (fold, _) = ledger.fold();
    let on = ON.parse().unwrap();
    let rules = || fold.rulebook().findings(on).unwrap().1.iter().filter(|rule| rule.id == "voucher_twice");
    let (mut pass, mut passes) = (Findings::new(&fold, rules(), on).holding(24 * 40), 0);
    loop {
        ledger.iter().for_each(|record| pass.visit(&record, record.at.received_at_ms, &ledger).unwrap());
        passes += 1;
        if !pass.wants_again().unwrap() {
            break;
        }
    }
    assert!(passes > 4, "{passes} passes");
    let found = pass.finish(&ledger).unwrap();
    let names: Vec<Vec<EventName>> =
        found.iter().map(|found| found.facts.iter().map(|fact| fact.name).collect()).collect();
    assert_eq!(names, whole);
}
