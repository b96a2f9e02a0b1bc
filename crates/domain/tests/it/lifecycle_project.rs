//! Capital projects: given facts, on a day, then a state and findings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Given, given};
use serde_json::json;
use socai_domain::lifecycle::{State as Any, project::State};

const BILLION: i64 = 1_000_000_000;

trait Project {
    fn registered(self, on: &str, works: &[&str]) -> Given;
    fn appraised(self, on: &str, result: &str, value: i64) -> Given;
    fn disbursed(self, on: &str, kind: &str, amount: i64) -> Given;
    fn accepted(self, on: &str, kind: &str, work: &str) -> Given;
}

impl Project for Given {
    /// A project of ten billion.
    fn registered(self, on: &str, works: &[&str]) -> Given {
        let works: Vec<_> = works.iter().map(|work| json!({"work": work, "name": "Nhà văn hóa"})).collect();
        self.fact(10, on, "project.registered", json!({"works": works, "total_investment": 10 * BILLION}))
    }

    fn appraised(self, on: &str, result: &str, value: i64) -> Given {
        let data =
            json!({"doc_kind": "economic_technical_report", "result": result, "appraised_value": value});
        self.fact(10, on, "project.appraised", data)
    }

    /// Under the plan of the year.
    fn disbursed(self, on: &str, kind: &str, amount: i64) -> Given {
        let year: u32 = on[..4].parse().unwrap();
        self.fact(10, on, "project.disbursed", json!({"kind": kind, "amount": amount, "plan_year": year}))
    }

    fn accepted(self, on: &str, kind: &str, work: &str) -> Given {
        self.fact(10, on, "project.accepted", json!({"kind": kind, "works": [work]}))
    }
}

fn is(state: State) -> Any {
    Any::Project(state)
}

#[test]
fn a_project_is_registered_appraised_paid_accepted_and_settled() {
    let project = given().registered("2022-01-10", &["a", "b"]);
    project.expect("2022-01-10", is(State::Registered), &[]);
    let project = project.appraised("2022-02-10", "pass", 9 * BILLION);
    project.expect("2022-02-10", is(State::Appraised), &[]);
    let project =
        project.disbursed("2022-06-10", "payment", 4 * BILLION).accepted("2022-12-01", "completion", "a");
    project.expect("2022-12-01", is(State::Disbursing), &[]);
    let project = project.accepted("2023-01-05", "completion", "b");
    project.expect("2023-01-05", is(State::Accepted), &[]);
    project.disbursed("2023-06-10", "final_settlement", BILLION).expect(
        "2023-06-10",
        is(State::Settled),
        &[],
    );
}

#[test]
fn a_work_is_accepted_in_parts_but_completed_once_and_is_one_of_the_projects() {
    let project = given().registered("2022-01-10", &["a"]).accepted("2022-10-01", "partial", "a");
    project.expect("2022-10-01", is(State::Registered), &[]);
    let project = project.accepted("2022-12-01", "completion", "a");
    project.expect("2022-12-01", is(State::Accepted), &[]);
    project.clone().accepted("2022-12-05", "completion", "a").expect(
        "2022-12-05",
        is(State::Accepted),
        &["accepted_twice"],
    );
    project.accepted("2022-12-05", "completion", "c").expect(
        "2022-12-05",
        is(State::Accepted),
        &["unknown_work"],
    );
}

#[test]
fn no_more_is_paid_out_than_the_investment_and_nothing_after_the_settlement() {
    let project = given().registered("2022-01-10", &[]).disbursed("2022-06-10", "payment", 10 * BILLION);
    project.expect("2022-06-10", is(State::Disbursing), &[]);
    let over = project.clone().disbursed("2022-07-10", "advance", 1);
    over.expect("2022-07-10", is(State::Disbursing), &["more_than_investment"]);
    let settled =
        project.disbursed("2022-07-10", "final_settlement", 0).disbursed("2022-08-10", "payment", 1);
    settled.expect("2022-08-10", is(State::Settled), &["more_than_investment", "paid_after_settlement"]);
}

#[test]
fn a_report_is_for_works_up_to_the_limit_of_its_day() {
    let report = |on: &str| given().registered("2022-01-10", &[]).appraised(on, "pass", 18 * BILLION);
    report("2024-12-29").expect("2025-01-31", is(State::Appraised), &["above_the_report_limit"]);
    report("2024-12-30").expect("2025-01-31", is(State::Appraised), &[]);
}

#[test]
fn nothing_is_paid_on_a_failed_appraisal() {
    let project = given().registered("2022-01-10", &[]).appraised("2022-02-10", "fail", BILLION);
    project.expect("2022-02-10", is(State::Appraised), &[]);
    let paid = project.disbursed("2022-06-10", "payment", BILLION);
    paid.expect("2022-06-10", is(State::Disbursing), &["appraisal_failed"]);
}

#[test]
fn facts_before_the_registration_wait_for_it_and_are_listed() {
    let project = given().accepted("2022-12-01", "completion", "a");
    project.expect("2022-12-01", is(State::Pending), &["registration_pending"]);
    project.registered("2022-01-10", &["a"]).expect("2022-12-01", is(State::Accepted), &[]);
}

#[test]
fn a_plan_is_paid_out_until_the_end_of_january_and_later_only_when_it_was_extended() {
    let paid = |on: &str| {
        let data = json!({"kind": "payment", "amount": BILLION, "plan_year": 2022});
        given().registered("2022-01-10", &[]).fact(10, on, "project.disbursed", data)
    };
    paid("2023-01-31").expect("2023-12-31", is(State::Disbursing), &[]);
    let late = paid("2023-02-01");
    late.expect("2023-12-31", is(State::Disbursing), &["after_plan_year"]);
    let (message, source) = late.finding("2023-12-31", "after_plan_year");
    assert_eq!(message, "paid out after 2023-01-31 under the plan of 2022, which must have been extended");
    assert!(source.contains("39/2019/QH14"), "{source}");
    let never = paid("2024-01-02");
    assert_eq!(
        never.finding("2024-12-31", "after_plan_year").0,
        "paid out after 2023-12-31 under the plan of 2022: no plan is extended so far"
    );
}

#[test]
fn a_plan_is_paid_out_a_year_ahead_at_most() {
    let paid = |amount: i64, year: u32| {
        let data = json!({"kind": "payment", "amount": amount, "plan_year": year});
        given().registered("2022-01-10", &[]).fact(10, "2022-06-10", "project.disbursed", data)
    };
    paid(BILLION, 2023).expect("2022-12-31", is(State::Disbursing), &[]);
    let early = paid(BILLION, 2024);
    early.expect("2022-12-31", is(State::Disbursing), &["before_plan_year"]);
    let (message, source) = early.finding("2022-12-31", "before_plan_year");
    assert_eq!(message, "paid out under the plan of 2024; the plan of 2023 is the latest");
    assert!(source.contains("83/2015/QH13"), "{source}");
}

#[test]
fn the_settlement_follows_the_acceptance_of_every_registered_work() {
    let project = given().registered("2022-01-10", &["a", "b"]).accepted("2022-12-01", "completion", "a");
    let settled = |project: &Given| project.clone().disbursed("2023-06-10", "final_settlement", BILLION);
    settled(&project).expect("2023-06-10", is(State::Settled), &["settled_before_acceptance"]);
    assert_eq!(
        settled(&project).finding("2023-06-10", "settled_before_acceptance").0,
        "settled, but not accepted: b"
    );
    let in_parts = project.clone().accepted("2022-12-01", "partial", "b");
    settled(&in_parts).expect("2023-06-10", is(State::Settled), &["settled_before_acceptance"]);
    let whole = project.accepted("2023-06-10", "completion", "b");
    settled(&whole).expect("2023-06-10", is(State::Settled), &[]);
}

#[test]
fn a_failed_appraisal_is_made_good_by_one_of_the_same_document_only() {
    let failed = given().registered("2022-01-10", &[]).appraised("2022-02-10", "fail", BILLION);
    let other = json!({"doc_kind": "design", "result": "pass", "appraised_value": BILLION});
    let other = failed.clone().fact(10, "2022-03-10", "project.appraised", other);
    other.disbursed("2022-06-10", "payment", BILLION).expect(
        "2022-06-10",
        is(State::Disbursing),
        &["appraisal_failed"],
    );
    let again = failed.appraised("2022-03-10", "conditional", BILLION);
    again.disbursed("2022-06-10", "payment", BILLION).expect("2022-06-10", is(State::Disbursing), &[]);
}

#[test]
fn a_project_is_settled_within_the_months_of_its_group() {
    let project = |group: &str| {
        let works = json!([{"work": "a", "name": "Nhà văn hóa"}]);
        let data = json!({"works": works, "total_investment": 10 * BILLION, "group": group});
        given().fact(10, "2022-01-10", "project.registered", data).accepted("2022-12-01", "completion", "a")
    };
    // group C has seven months and fifteen days, until Sunday 16/07; group B ten months and twenty days, until Saturday 21/10
    project("c").expect("2023-07-17", is(State::Accepted), &[]);
    project("c").expect("2023-07-18", is(State::Accepted), &["settlement_late"]);
    project("b").expect("2023-10-23", is(State::Accepted), &[]);
    project("b").expect("2023-10-24", is(State::Accepted), &["settlement_late"]);
    let late = project("c").disbursed("2023-07-18", "final_settlement", 0);
    late.expect("2023-12-31", is(State::Settled), &["settlement_late"]);
    assert_eq!(late.finding("2023-12-31", "settlement_late").0, "to be settled by 2023-07-17");
    let in_time = project("c").disbursed("2023-07-17", "final_settlement", 0);
    in_time.expect("2023-12-31", is(State::Settled), &[]);
}

#[test]
fn a_late_settlement_says_when_its_last_day_was_moved_without_the_holidays_of_the_year() {
    let works = json!([{"work": "a", "name": "Nhà văn hóa"}]);
    let data = json!({"works": works, "total_investment": 10 * BILLION, "group": "c"});
    let project = given().fact(10, "2026-01-12", "project.registered", data);
    let project = project.accepted("2026-12-01", "completion", "a");
    project.expect("2027-07-16", is(State::Accepted), &[]);
    project.expect("2027-07-19", is(State::Accepted), &["settlement_late", "holidays_unknown"]);
    let said = project.finding("2027-07-19", "holidays_unknown").0;
    assert!(said.contains("2027"), "{said}");
}
