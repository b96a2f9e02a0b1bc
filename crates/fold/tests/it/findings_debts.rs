//! Tax debts against the law of their day, by debtor and tax.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, facts::TREASURY, inspect::given};
use serde_json::{Value, json};
use socai_tlog::EventName;

const ON: &str = "2023-02-08";
const TAX: u32 = 13;
const DEBTOR: &str = "nt-4hJ8sWc1YpQ0aE";

fn debt(
    ledger: &mut Ledger,
    on: &str,
    action: &str,
    (amount, overdue): (i64, u32),
    more: Value,
) -> EventName {
    let measure = if action == "enforced" { json!("account") } else { json!(null) };
    let data = json!({
        "debtor": DEBTOR, "tax_kind": "vat", "action": action, "amount": amount, "overdue_days": overdue, "measure": measure,
    });
    ledger.fact(TAX, on, "tax.debt_changed", data, more)
}

fn posted(ledger: &mut Ledger) -> EventName {
    let data = json!({"fiscal_year": 2023, "category": "vat", "amount": 5, "collector": "tax"});
    ledger.fact(TREASURY, "2023-01-20", "budget.revenue_posted", data, json!({}))
}

fn refers(name: EventName) -> Value {
    json!({"refs": [name.to_string()]})
}

#[test]
fn more_recovered_than_outstanding_is_found_across_cases_of_one_debtor_and_tax() {
    let mut ledger = given();
    let recorded = debt(&mut ledger, "2023-01-03", "recorded", (100, 0), json!({"case": "no-1"}));
    let first = debt(&mut ledger, "2023-01-10", "recovered", (60, 5), json!({"case": "no-2"}));
    assert_eq!(ledger.found("tax_debt_exceeded", ON), []);
    let second = debt(&mut ledger, "2023-01-20", "recovered", (50, 15), json!({}));
    let found = ledger.found("tax_debt_exceeded", ON);
    assert_eq!(
        (&found[0].facts, found[0].amount, found[0].case.as_deref()),
        (&vec![recorded, first, second], Some(10), None)
    );
    ledger.void(TAX, second);
    assert_eq!(ledger.found("tax_debt_exceeded", ON), []);
}

#[test]
fn a_finding_about_one_case_names_it() {
    let mut ledger = given();
    debt(&mut ledger, "2023-01-03", "recorded", (100, 0), json!({"case": "no-1"}));
    debt(&mut ledger, "2023-01-10", "recovered", (101, 5), json!({"case": "no-1"}));
    assert_eq!(ledger.found("tax_debt_exceeded", ON)[0].case.as_deref(), Some("no-1"));
}

#[test]
fn enforcement_before_day_91_is_found_with_its_article() {
    for (overdue, is_found) in [(90, true), (91, false)] {
        let mut ledger = given();
        debt(&mut ledger, "2022-12-05", "recorded", (100, 1), json!({}));
        let enforced = debt(&mut ledger, "2023-02-01", "enforced", (100, overdue), json!({}));
        let found = ledger.found("tax_enforced_early", ON);
        assert_eq!(
            found.iter().map(|told| told.facts.clone()).collect::<Vec<_>>(),
            if is_found { vec![vec![enforced]] } else { vec![] }
        );
        assert!(found.iter().all(|told| told.source.contains("Điều 124")));
    }
}

#[test]
fn a_debt_that_nobody_pursues_is_found_when_its_days_and_those_of_the_district_are_over() {
    let mut ledger = given();
    debt(&mut ledger, "2022-12-31", "recorded", (100, 1), json!({}));
    // due on 30/12, notified after 30 days, and ten more are let pass
    assert_eq!(ledger.found("tax_not_pursued", "2023-02-07"), []);
    let found = ledger.found("tax_not_pursued", ON);
    assert_eq!((found.len(), found[0].days), (1, Some(10)));
    debt(&mut ledger, "2023-02-08", "reminded", (100, 40), json!({}));
    assert_eq!(ledger.found("tax_not_pursued", ON), []);
}

#[test]
fn a_recovery_refers_to_the_revenue_it_was_posted_as_whichever_came_first() {
    let mut ledger = given();
    let recorded = debt(&mut ledger, "2023-01-03", "recorded", (100, 0), json!({}));
    let bare = debt(&mut ledger, "2023-01-20", "recovered", (5, 15), json!({}));
    let to_the_debt = debt(&mut ledger, "2023-01-20", "recovered", (5, 15), refers(recorded));
    assert_eq!(ledger.facts_found("tax_recovery_unposted", ON), [[bare], [to_the_debt]]);
    let posting = posted(&mut ledger);
    debt(
        &mut ledger,
        "2023-01-21",
        "recovered",
        (5, 16),
        json!({"refs": [recorded.to_string(), posting.to_string()]}),
    );
    // sealed by the tax office before the treasury sealed its posting
    let next = EventName::new(TREASURY, posting.seq.0 + 1);
    debt(&mut ledger, "2023-01-22", "recovered", (5, 17), refers(next));
    assert_eq!(ledger.found("tax_recovery_unposted", ON).len(), 3);
    assert_eq!(posted(&mut ledger), next);
    assert_eq!(ledger.facts_found("tax_recovery_unposted", ON), [[bare], [to_the_debt]]);
    ledger.void(TREASURY, posting);
    assert_eq!(ledger.found("tax_recovery_unposted", ON).len(), 3, "a voided posting is none");
}

#[test]
fn what_is_done_about_a_debt_that_nobody_recorded_is_found() {
    let mut ledger = given();
    let reminded = debt(&mut ledger, "2023-01-20", "reminded", (100, 15), json!({}));
    assert_eq!(ledger.facts_found("tax_debt_unknown", ON), [[reminded]]);
    debt(&mut ledger, "2023-01-03", "recorded", (100, 0), json!({}));
    assert_eq!(ledger.found("tax_debt_unknown", ON), []);
}
