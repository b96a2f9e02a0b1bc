//! Late interest (art. 78): each day bears it on what is unpaid when the day begins, so what comes later takes nothing back.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::sync::LazyLock;

use crate::given::{Adopted, Given, date, detail, given};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use socai_domain::lifecycle::Value;
use socai_domain::{Dong, law::Rules};

const WARD: u32 = 3;
const TREASURY: u32 = 14;
const ACT: &str = "100/2019/NĐ-CP:12.5";
const FINE: i64 = 2_500_000;
/// The decision is made on this day and gives ten days.
const DECIDED: &str = "2023-02-10";

/// The tables, read once for a few thousand questions.
static RULES: LazyLock<Adopted> = LazyLock::new(Adopted::reference);

/// What happens to the fine, so many days after its decision.
#[derive(Clone, Copy, Debug)]
enum Change {
    Pays(i64),
    Amended(i64),
    Reduced(i64),
    Exempted(i64),
    /// Until so many days after the decision.
    PutOff(i32),
}

fn after(days: i32) -> String {
    date(DECIDED).add_days(days).unwrap().to_string()
}

fn decided() -> Given {
    let line = json!({"act": ACT, "bracket_min": 2_000_000, "bracket_max": 3_000_000, "amount": FINE});
    let decision = json!({
        "field": "urban_order", "form": "fine", "total": FINE, "signer_level": "ward", "subject_kind": "individual",
        "on_the_spot": false, "due_on": after(10), "lines": [line],
    });
    given().fact(WARD, DECIDED, "penalty.decided", decision)
}

fn then(case: Given, (days, change): (i32, Change)) -> Given {
    let on = after(days);
    let executed = |case: Given, action: &str, amount: Json, until: Json| {
        let data = json!({"action": action, "amount": amount, "until": until});
        case.fact(WARD, &on, "penalty.execution_changed", data)
    };
    match change {
        Change::Pays(amount) => {
            let data = json!({"amount": amount, "late_interest": 0, "instalment_no": null});
            case.fact(TREASURY, &on, "penalty.payment_received", data)
        }
        Change::Amended(total) => {
            let data = json!({"action": "amended", "new_total": total});
            case.fact(WARD, &on, "penalty.decision_revised", data)
        }
        Change::Reduced(amount) => executed(case, "reduced", json!(amount), json!(null)),
        Change::Exempted(amount) => executed(case, "exempted", json!(amount), json!(null)),
        Change::PutOff(until) => executed(case, "postponed", json!(null), json!(after(until.max(days)))),
    }
}

fn interest(case: &Given, on: &str) -> i64 {
    match detail(&case.under(&RULES, on)[0], "late interest") {
        Some(Value::Money(Dong(interest))) => interest,
        None => 0,
        other => panic!("{other:?}"),
    }
}

/// The same, day by day from the text of the article: 0.05 % of what is unpaid when the day begins, once the term is over.
fn naive(changes: &[(i32, Change)], until: i32) -> i64 {
    let mut parts = 0;
    for day in 1..=until {
        let before = |(on, change): &(i32, Change)| (*on < day).then_some(*change);
        let (mut total, mut settled) = (FINE, 0);
        for change in changes.iter().filter_map(before) {
            match change {
                Change::Amended(new) => total = new,
                Change::Pays(amount) | Change::Reduced(amount) | Change::Exempted(amount) => {
                    settled += amount
                }
                Change::PutOff(_) => {}
            }
        }
        let put_off = changes.iter().filter_map(|(on, change)| match change {
            Change::PutOff(until) if *on <= day => Some((*until).max(*on)),
            _ => None,
        });
        let term = date(&after(put_off.fold(10, i32::max)));
        if RULES.calendar().working_day_from(term).unwrap() < date(&after(day)) {
            parts += 5 * (total - settled).max(0);
        }
    }
    parts / 10_000
}

#[test]
fn what_is_reduced_bears_interest_up_to_the_day_of_the_reduction() {
    // due Monday 20/02: ten days at 1,250 up to 02/03, then 750 a day on the million and a half that is left
    let case = then(decided(), (20, Change::Reduced(1_000_000)));
    assert_eq!(interest(&case, "2023-03-02"), 10 * 1_250);
    assert_eq!(interest(&case, "2023-03-12"), 10 * 1_250 + 10 * 750);
    let case = then(decided(), (20, Change::Exempted(FINE)));
    assert_eq!(interest(&case, "2023-12-31"), 10 * 1_250, "what was late before it was exempted");
}

#[test]
fn an_amended_decision_bears_interest_on_each_sum_in_its_days() {
    let less = then(decided(), (20, Change::Amended(1_000_000)));
    assert_eq!(interest(&less, "2023-03-12"), 10 * 1_250 + 10 * 500);
    let more = then(decided(), (20, Change::Amended(3_000_000)));
    assert_eq!(interest(&more, "2023-03-12"), 10 * 1_250 + 10 * 1_500);
}

#[test]
fn a_delay_that_is_granted_late_takes_back_no_interest_of_the_days_before_it() {
    let case = then(decided(), (20, Change::PutOff(50)));
    assert_eq!(interest(&case, "2023-03-01"), 9 * 1_250);
    assert_eq!(interest(&case, "2023-03-31"), 9 * 1_250, "from its own day on no term is over");
    // 01/04 is a Saturday, so the term runs to Monday 03/04
    assert_eq!(interest(&case, "2023-04-04"), 10 * 1_250);
}

#[test]
fn the_days_to_comply_run_from_receipt_also_when_the_decision_was_served_after_its_term() {
    let served = json!({"action": "served", "amount": null, "until": null});
    let case = decided().fact(WARD, "2023-03-01", "penalty.execution_changed", served);
    assert_eq!(interest(&case, "2023-03-13"), 0, "ten days from 01/03 end on Saturday 11/03");
    assert_eq!(interest(&case, "2023-03-14"), 1_250);
}

#[test]
fn a_second_decision_does_not_stop_the_interest_on_the_first() {
    let line = json!({"act": "x", "bracket_min": 1_000_000, "bracket_max": 3_000_000, "amount": 2_000_000});
    let second = json!({
        "field": "urban_order", "form": "fine", "total": 2_000_000, "signer_level": "ward", "subject_kind": "individual",
        "on_the_spot": false, "due_on": "2023-03-20", "lines": [line],
    });
    let case = decided().fact(WARD, "2023-03-10", "penalty.decided", second);
    assert_eq!(interest(&case, "2023-03-09"), 17 * 1_250);
    assert_eq!(interest(&case, "2023-03-20"), 28 * 1_250);
    assert_eq!(interest(&case, "2023-03-21"), 29 * 1_250 + 1_000);
}

#[test]
fn an_annulled_decision_bears_none() {
    let data = json!({"action": "annulled", "new_total": null});
    let case = decided().fact(WARD, "2023-03-10", "penalty.decision_revised", data);
    assert_eq!(interest(&case, "2023-03-20"), 0);
}

fn a_change() -> impl Strategy<Value = (i32, Change)> {
    let money = 0..=FINE;
    let change = prop_oneof![
        money.clone().prop_map(Change::Pays),
        (0..=2 * FINE).prop_map(Change::Amended),
        money.clone().prop_map(|amount| Change::Reduced(amount / 2 + 1)),
        money.prop_map(|amount| Change::Exempted(amount / 4 + 1)),
        (0..=150_i32).prop_map(Change::PutOff),
    ];
    (0..=140_i32, change)
}

proptest! {
    #[test]
    fn interest_is_what_a_count_day_by_day_gives_and_never_shrinks(
        changes in prop::collection::vec(a_change(), 0..6)
    ) {
        let case = changes.iter().copied().fold(decided(), then);
        // facts of one day count in the order they were sealed, which is that of the list
        let mut ordered = changes;
        ordered.sort_by_key(|(days, _)| *days);
        let mut last = 0;
        for day in (0..=160).step_by(4) {
            let now = interest(&case, &after(day));
            prop_assert_eq!(now, naive(&ordered, day), "on {}", after(day));
            prop_assert!(last <= now, "{} fell to {} on {}", last, now, after(day));
            last = now;
        }
    }
}
