//! Tax debts: given facts, on a day, then a state and findings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Adopted, Given, detail, given};
use serde_json::json;
use socai_domain::Dong;
use socai_domain::lifecycle::{State as Any, Value, debt::State};

const TAX: u32 = 13;
const DEBTOR: &str = "nt-4hJ8sWc1YpQ0aE";

trait Debt {
    fn said(self, on: &str, action: &str, amount: i64, overdue_days: u32) -> Given;
    fn said_of(self, tax: &str, on: &str, action: &str, amount: i64, overdue_days: u32) -> Given;
}

impl Debt for Given {
    fn said(self, on: &str, action: &str, amount: i64, overdue_days: u32) -> Given {
        self.said_of("vat", on, action, amount, overdue_days)
    }

    fn said_of(self, tax: &str, on: &str, action: &str, amount: i64, overdue_days: u32) -> Given {
        let measure = if action == "enforced" { json!("account") } else { json!(null) };
        let data = json!({
            "debtor": DEBTOR, "tax_kind": tax, "action": action, "amount": amount, "overdue_days": overdue_days, "measure": measure,
        });
        self.fact(TAX, on, "tax.debt_changed", data)
    }
}

fn is(state: State) -> Any {
    Any::Debt(state)
}

/// 100 million, due on 01/02/2023.
fn debt() -> Given {
    given().said("2023-02-11", "recorded", 100_000_000, 10)
}

#[test]
fn a_debt_goes_from_recorded_to_recovered() {
    let debt = debt();
    debt.expect("2023-02-11", is(State::Owed), &[]);
    let reminded = debt.said("2023-03-06", "reminded", 100_000_000, 33);
    reminded.expect("2023-03-06", is(State::Reminded), &[]);
    let enforced = reminded.said("2023-05-03", "enforced", 100_000_000, 91);
    enforced.expect("2023-05-03", is(State::Enforced), &[]);
    let half = enforced.said("2023-05-10", "recovered", 40_000_000, 98);
    half.expect("2023-05-10", is(State::Enforced), &[]);
    assert_eq!(detail(&half.on("2023-05-10"), "owed"), Some(Value::Money(Dong(60_000_000))));
    half.said("2023-05-20", "recovered", 60_000_000, 108).expect("2023-05-20", is(State::Recovered), &[]);
}

#[test]
fn a_debt_that_is_written_off_is_owed_no_more() {
    let written_off = debt().said("2023-06-01", "written_off", 100_000_000, 120);
    written_off.expect("2024-06-01", is(State::WrittenOff), &[]);
}

#[test]
fn late_interest_is_three_hundredths_of_a_per_cent_a_day_on_what_is_unpaid() {
    let debt = debt();
    assert_eq!(detail(&debt.on("2023-02-11"), "due"), Some(Value::Day("2023-02-01".parse().unwrap())));
    // ten days of 30,000 đồng, also those before the debt was recorded
    let interest = |case: &Given, on: &str| detail(&case.on(on), "late interest to date");
    assert_eq!(interest(&debt, "2023-02-11"), Some(Value::Money(Dong(300_000))));
    // nineteen days on 100 million, then ten on 60
    let half = debt.clone().said("2023-02-20", "recovered", 40_000_000, 19);
    assert_eq!(interest(&half, "2023-03-02"), Some(Value::Money(Dong(570_000 + 180_000))));
    let frozen = debt.clone().said("2023-02-20", "frozen", 100_000_000, 19);
    assert_eq!(interest(&frozen, "2023-03-02"), None, "whether it runs on is in no row");
    let not_due = given().said("2023-02-11", "recorded", 100_000_000, 0);
    assert_eq!(interest(&not_due, "2023-03-02"), None);
    assert_eq!(detail(&debt.under(&Adopted::none(), "2023-02-11")[0], "late interest to date"), None);
}

#[test]
fn no_more_is_recovered_than_is_outstanding_of_that_debtor_and_tax() {
    let over = debt().said("2023-02-20", "recovered", 100_000_001, 19);
    over.expect("2023-02-20", is(State::Recovered), &["more_than_owed"]);
    assert_eq!(over.on("2023-02-20").findings[0].extent.amount, Some(Dong(1)));
    // of another tax nothing is owed, whatever this one leaves
    let other = debt().said_of("pit", "2023-02-20", "recovered", 5, 0);
    other.expect("2023-02-20", is(State::Owed), &["debt_pending"]);
    // more that is recorded later does not make it right
    let later = over.said("2023-02-25", "recorded", 50_000_000, 0);
    assert_eq!(later.codes_under(&Adopted::reference(), "2023-02-25"), ["more_than_owed"]);
    // on one day the debt comes first, however they were sealed
    let same_day = given().said("2023-02-11", "recovered", 7, 0).said("2023-02-11", "recorded", 7, 0);
    same_day.expect("2023-02-11", is(State::Recovered), &[]);
}

#[test]
fn a_debt_is_enforced_from_day_91_and_not_before() {
    for (on, overdue, codes) in [("2023-05-02", 90, vec!["enforced_early"]), ("2023-05-03", 91, vec![])] {
        let case = debt().said("2023-03-06", "reminded", 100_000_000, 33);
        let case = case.said(on, "enforced", 100_000_000, overdue);
        assert_eq!(case.codes_under(&Adopted::reference(), on), codes, "{overdue}");
        assert_eq!(
            case.codes_under(&Adopted::none(), on),
            Vec::<&str>::new(),
            "without a row nothing is judged"
        );
    }
    let early = debt().said("2023-05-02", "enforced", 100_000_000, 90);
    assert!(early.finding("2023-05-02", "enforced_early").1.contains("Điều 124"));
}

#[test]
fn a_debt_that_nobody_notifies_or_enforces_is_found_by_its_days_overdue() {
    let debt = debt();
    debt.expect("2023-03-03", is(State::Owed), &[]);
    debt.expect("2023-03-04", is(State::Owed), &["not_notified"]);
    let reminded = debt.clone().said("2023-03-06", "reminded", 100_000_000, 33);
    reminded.expect("2023-05-02", is(State::Reminded), &[]);
    reminded.expect("2023-05-03", is(State::Reminded), &["not_enforced"]);
    assert_eq!(reminded.on("2023-05-12").findings[0].extent.days, Some(10));
    for action in ["frozen", "instalment_granted"] {
        let relieved = reminded.clone().said("2023-05-02", action, 100_000_000, 90);
        assert_eq!(relieved.on("2023-06-30").findings, [], "{action}");
    }
}

#[test]
fn instalments_last_twelve_months_at_most() {
    let granted = debt().said("2023-03-06", "instalment_granted", 100_000_000, 33);
    granted.expect("2024-03-06", is(State::InInstalments), &[]);
    granted.expect("2024-03-07", is(State::InInstalments), &["instalments_over"]);
    let paid = granted.said("2024-03-01", "recovered", 100_000_000, 394);
    paid.expect("2024-03-07", is(State::Recovered), &[]);
}

#[test]
fn what_is_done_about_a_debt_that_nobody_recorded_waits_for_it() {
    let pending = given().said("2023-03-06", "recovered", 5_000_000, 33);
    pending.expect("2023-06-30", is(State::Pending), &["debt_pending"]);
    pending.said("2023-03-01", "recorded", 5_000_000, 28).expect("2023-06-30", is(State::Recovered), &[]);
}
