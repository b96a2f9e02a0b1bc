//! Tasks of the leadership: given facts, on a day, then a state and findings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Given, given};
use serde_json::json;
use socai_domain::lifecycle::{State as Any, directive::State};

trait Directive {
    fn issued(self, on: &str, due: &str) -> Given;
    fn progressed(self, on: &str, status: &str) -> Given;
}

impl Directive for Given {
    fn issued(self, on: &str, due: &str) -> Given {
        let data = json!({"lead_unit": "hn.tx.b.vp", "with_units": [], "due_on": due, "depends_on": null});
        self.fact(0, on, "directive.issued", data)
    }

    fn progressed(self, on: &str, status: &str) -> Given {
        self.fact(5, on, "directive.progressed", json!({"status": status, "evidence": null}))
    }
}

fn is(state: State) -> Any {
    Any::Directive(state)
}

#[test]
fn a_task_is_on_track_until_its_last_day_and_late_after_it() {
    let task = given().issued("2023-02-01", "2023-02-28");
    task.expect("2023-02-28", is(State::NotStarted), &[]);
    task.expect("2023-03-01", is(State::Late), &["overdue"]);
    let task = task.progressed("2023-02-10", "in_progress");
    task.expect("2023-02-28", is(State::OnTrack), &[]);
    task.expect("2023-03-03", is(State::Late), &["overdue"]);
    assert!(task.finding("2023-03-03", "overdue").0.starts_with("3 days past"));
}

#[test]
fn a_task_is_done_in_time_or_too_late_by_the_day_it_was_done() {
    let task = given().issued("2023-02-01", "2023-02-28");
    let in_time = task.clone().progressed("2023-02-28", "done");
    in_time.expect("2023-12-31", is(State::Done), &[]);
    let late = task.progressed("2023-03-02", "done");
    late.expect("2023-12-31", is(State::DoneLate), &["done_late"]);
    assert!(late.finding("2023-12-31", "done_late").0.starts_with("done 2 days after"));
}

#[test]
fn the_latest_progress_counts_by_its_day_whatever_was_sealed_last() {
    let task = given()
        .issued("2023-02-01", "2023-02-28")
        .progressed("2023-02-20", "done")
        .progressed("2023-02-10", "in_progress");
    task.expect("2023-03-31", is(State::Done), &[]);
    task.expect("2023-02-15", is(State::OnTrack), &[]);
}

#[test]
fn a_task_may_wait_on_a_higher_level_and_still_be_past_its_day() {
    let waiting = given()
        .fact(
            0,
            "2023-02-01",
            "directive.issued",
            json!({"lead_unit": "hn.tx.b.vp", "with_units": [], "due_on": "2023-02-28", "depends_on": "city_approval"}),
        )
        .progressed("2023-02-20", "waiting_on_higher_level");
    waiting.expect("2023-02-28", is(State::Waiting), &[]);
    waiting.expect("2023-03-01", is(State::Waiting), &["overdue"]);
    let alone =
        given().issued("2023-02-01", "2023-02-28").progressed("2023-02-20", "waiting_on_higher_level");
    alone.expect("2023-02-28", is(State::Waiting), &["waits_for_nothing"]);
}

#[test]
fn a_cancelled_task_is_not_late() {
    let task = given().issued("2023-02-01", "2023-02-28").progressed("2023-02-20", "cancelled");
    task.expect("2023-12-31", is(State::Cancelled), &[]);
}

#[test]
fn progress_before_its_task_waits_for_it_and_is_listed() {
    let task = given().progressed("2023-02-20", "done");
    task.expect("2023-02-20", is(State::Pending), &["task_pending"]);
    task.issued("2023-02-01", "2023-02-28").expect("2023-02-20", is(State::Done), &[]);
}
