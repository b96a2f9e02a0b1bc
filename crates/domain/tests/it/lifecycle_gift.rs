//! Gift programmes: given facts, on a day, then a state and findings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Given, detail, given};
use serde_json::json;
use socai_domain::Dong;
use socai_domain::lifecycle::{State as Any, Value, gift::State};

trait Gift {
    fn approved(self, on: &str, lines: &[(&str, i64, u32)]) -> Given;
    fn delivered(self, on: &str, group: &str, value: i64, quantity: u32, returned: u32) -> Given;
}

impl Gift for Given {
    fn approved(self, on: &str, lines: &[(&str, i64, u32)]) -> Given {
        let line = |(group, unit_value, quantity): &(&str, i64, u32)| json!({"group": group, "recipient_kind": "person", "unit_value": unit_value, "quantity": quantity});
        let lines: Vec<_> = lines.iter().map(line).collect();
        self.fact(6, on, "gift.programme_approved", json!({"source": "district", "lines": lines}))
    }

    fn delivered(self, on: &str, group: &str, value: i64, quantity: u32, returned: u32) -> Given {
        let data = json!({
            "source": "district", "group": group, "form": "cash", "unit_value": value, "quantity": quantity,
            "amount": value * i64::from(quantity), "returned": returned,
        });
        self.fact(3, on, "gift.delivered", data)
    }
}

fn is(state: State) -> Any {
    Any::Gift(state)
}

#[test]
fn a_programme_is_approved_then_handed_out_in_batches_until_every_gift_is() {
    let gifts = given().approved("2022-12-20", &[("elderly", 500_000, 10), ("collective", 1_000_000, 2)]);
    gifts.expect("2022-12-20", is(State::Approved), &[]);
    let gifts = gifts.delivered("2022-12-26", "elderly", 500_000, 6, 0);
    gifts.expect("2022-12-26", is(State::Delivering), &[]);
    let gifts = gifts.delivered("2022-12-27", "elderly", 500_000, 4, 0).delivered(
        "2022-12-28",
        "collective",
        1_000_000,
        2,
        0,
    );
    gifts.expect("2022-12-31", is(State::Delivered), &[]);
    assert_eq!(detail(&gifts.on("2022-12-31"), "amount handed out"), Some(Value::Money(Dong(7_000_000))));
}

#[test]
fn gifts_that_came_back_may_be_handed_out_again() {
    let gifts = given()
        .approved("2022-12-20", &[("elderly", 500_000, 10)])
        .delivered("2022-12-26", "elderly", 500_000, 10, 3)
        .delivered("2022-12-28", "elderly", 500_000, 3, 0);
    gifts.expect("2022-12-27", is(State::Delivering), &[]);
    gifts.expect("2022-12-31", is(State::Delivered), &[]);
    let all = gifts.on("2022-12-31");
    assert_eq!(detail(&all, "gifts returned"), Some(Value::Count(3)));
    assert_eq!(detail(&all, "amount handed out"), Some(Value::Money(Dong(5_000_000))));
}

#[test]
fn no_group_gets_more_than_was_approved_for_it() {
    let gifts = given()
        .approved("2022-12-20", &[("elderly", 500_000, 10), ("collective", 1_000_000, 2)])
        .delivered("2022-12-26", "elderly", 500_000, 11, 0);
    gifts.expect("2022-12-31", is(State::Delivering), &["more_than_approved"]);
    let (message, _) = gifts.finding("2022-12-31", "more_than_approved");
    assert_eq!(message, "elderly: 11 handed out, 10 approved");
}

#[test]
fn a_group_or_a_value_that_was_not_approved_is_found() {
    let gifts = given().approved("2022-12-20", &[("elderly", 500_000, 10)]);
    let other = gifts.clone().delivered("2022-12-26", "collective", 500_000, 1, 0);
    other.expect("2022-12-31", is(State::Delivering), &["group_not_approved"]);
    let value = gifts.delivered("2022-12-26", "elderly", 400_000, 1, 0);
    value.expect("2022-12-31", is(State::Delivering), &["value_differs"]);
}

#[test]
fn gifts_before_their_programme_wait_for_it_and_are_listed() {
    let gifts = given().delivered("2022-12-26", "elderly", 500_000, 10, 0);
    gifts.expect("2022-12-31", is(State::Pending), &["programme_pending"]);
    gifts.approved("2022-12-20", &[("elderly", 500_000, 10)]).expect("2022-12-31", is(State::Delivered), &[]);
}
