//! Old apartment blocks: given facts, on a day, then a state and findings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Given, detail, given};
use serde_json::json;
use socai_domain::lifecycle::{State as Any, Value, housing::State};
use socai_proto::v1::RenovationMilestone as Milestone;

trait Housing {
    fn reached(self, on: &str, milestone: &str, grade: Option<&str>) -> Given;
}

impl Housing for Given {
    fn reached(self, on: &str, milestone: &str, grade: Option<&str>) -> Given {
        let data = json!({"block": "c1", "milestone": milestone, "grade": grade, "households": 64});
        self.fact(10, on, "housing.renovation_milestone", data)
    }
}

fn at(milestone: Milestone) -> Any {
    Any::Housing(State::At(milestone))
}

/// A block of grade C with an approved plan.
fn planned() -> Given {
    given()
        .reached("2022-01-10", "inventoried", None)
        .reached("2022-06-01", "safety_graded", Some("c"))
        .reached("2022-12-01", "plan_approved", None)
}

#[test]
fn a_block_stands_at_its_latest_milestone_with_its_latest_grade() {
    let block = planned();
    block.expect("2022-02-01", at(Milestone::Inventoried), &[]);
    block.expect("2022-12-01", at(Milestone::PlanApproved), &[]);
    assert!(
        matches!(detail(&block.on("2022-12-01"), "grade"), Some(Value::Words(words)) if words.en == "grade C")
    );
    assert_eq!(detail(&block.on("2022-12-01"), "households"), Some(Value::Count(64)));
}

#[test]
fn a_milestone_dated_after_a_later_one_is_out_of_order_but_a_block_may_be_graded_again() {
    let graded = planned().reached("2023-01-10", "safety_graded", Some("c"));
    graded.expect("2023-01-10", at(Milestone::SafetyGraded), &[]);
    let back = planned().reached("2023-01-10", "inventoried", None);
    back.expect("2023-01-10", at(Milestone::Inventoried), &["out_of_order"]);
}

#[test]
fn a_milestone_without_the_one_before_it_is_found_where_the_ledger_knows_the_beginning() {
    let block = planned().reached("2023-01-10", "compensation_approved", None);
    block.expect("2023-01-10", at(Milestone::CompensationApproved), &["milestone_missing"]);
    let message = block.finding("2023-01-10", "milestone_missing").0;
    assert_eq!(message, "`compensation approved` is recorded, `investor selected` is not");
    given().reached("2023-01-10", "demolished", None).expect("2023-01-10", at(Milestone::Demolished), &[]);
}

#[test]
fn a_block_of_grade_d_has_to_be_left_until_it_is_demolished() {
    let block = planned().reached("2023-01-10", "safety_graded", Some("d")).reached(
        "2023-02-01",
        "investor_selected",
        Some("d"),
    );
    block.expect("2023-01-09", at(Milestone::PlanApproved), &[]);
    block.expect("2023-02-09", at(Milestone::InvestorSelected), &["grade_d_stands"]);
    let judged = block.on("2023-02-09");
    assert_eq!(judged.findings[0].extent.days, Some(30), "since it was graded, not since it was said again");
    assert!(judged.findings[0].message_en.contains("64 households"), "{judged:?}");
    let down =
        block.reached("2023-03-01", "compensation_approved", None).reached("2023-04-01", "demolished", None);
    down.expect("2023-04-01", at(Milestone::Demolished), &[]);
    let better = planned().reached("2023-01-10", "safety_graded", Some("d")).reached(
        "2023-01-20",
        "safety_graded",
        Some("c"),
    );
    better.expect("2023-02-09", at(Milestone::SafetyGraded), &[]);
}
