//! Compensation plans: given facts, on a day, then a state and findings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Given, detail, given};
use serde_json::json;
use socai_domain::Dong;
use socai_domain::lifecycle::{State as Any, Value, clearance::State};
use socai_proto::v1::ClearanceStage as Stage;

trait Clearance {
    fn reached(self, on: &str, round: u32, stage: &str) -> Given;
    fn approved(self, on: &str, round: u32, amount: i64) -> Given;
    fn paid(self, on: &str, amount: i64) -> Given;
    fn handed_over(self, on: &str, complete: bool) -> Given;
}

impl Clearance for Given {
    fn reached(self, on: &str, round: u32, stage: &str) -> Given {
        let data = json!({"plan": "pa-1", "round": round, "stage": stage, "land_users": 3, "area_m2": 100, "amount": null});
        self.fact(8, on, "clearance.stage_reached", data)
    }

    fn paid(self, on: &str, amount: i64) -> Given {
        let data = json!({"plan": "pa-1", "round": 1, "land_users": 3, "amount": amount, "refused": 0});
        self.fact(8, on, "clearance.payment_made", data)
    }

    fn handed_over(self, on: &str, complete: bool) -> Given {
        let data = json!({"plan": "pa-1", "area_m2": 50, "enforced": false, "complete": complete});
        self.fact(8, on, "clearance.site_handed_over", data)
    }

    fn approved(self, on: &str, round: u32, amount: i64) -> Given {
        let data = json!({"plan": "pa-1", "round": round, "stage": "approved", "land_users": 3, "area_m2": 100, "amount": amount});
        self.fact(8, on, "clearance.stage_reached", data)
    }
}

fn at(stage: Stage) -> Any {
    Any::Clearance(State::At(stage))
}

/// A round up to its posting on 1 March 2023.
fn posted() -> Given {
    given().reached("2023-01-03", 1, "draft_prepared").reached("2023-02-20", 1, "draft_passed").reached(
        "2023-03-01",
        1,
        "published",
    )
}

#[test]
fn a_plan_goes_from_draft_to_approval_in_order() {
    let plan = posted().reached("2023-03-21", 1, "consulted").reached("2023-03-22", 1, "appraised").approved(
        "2023-03-30",
        1,
        9_000_000,
    );
    plan.expect("2023-02-19", at(Stage::DraftPrepared), &[]);
    plan.expect("2023-03-21", at(Stage::Consulted), &[]);
    plan.expect("2023-03-30", at(Stage::Approved), &[]);
    assert_eq!(detail(&plan.on("2023-03-30"), "amount approved"), Some(Value::Money(Dong(9_000_000))));
}

#[test]
fn a_draft_is_posted_for_twenty_days_and_thirty_since_august_2024() {
    let short = posted().reached("2023-03-20", 1, "appraised");
    short.expect("2023-03-20", at(Stage::Appraised), &["posting_too_short"]);
    let (message, source) = short.finding("2023-03-20", "posting_too_short");
    assert!(message.starts_with("posted for 19 days, the law asks for 20 (until 2023-03-21)"), "{message}");
    assert!(source.contains("45/2013/QH13"), "{source}");
    posted().reached("2023-03-21", 1, "appraised").expect("2023-03-21", at(Stage::Appraised), &[]);
    let under_the_new_law = |appraised: &str| {
        given()
            .reached("2024-07-20", 1, "draft_prepared")
            .reached("2024-07-25", 1, "draft_passed")
            .reached("2024-08-01", 1, "published")
            .reached(appraised, 1, "appraised")
    };
    under_the_new_law("2024-08-30").expect("2024-09-30", at(Stage::Appraised), &["posting_too_short"]);
    under_the_new_law("2024-08-31").expect("2024-09-30", at(Stage::Appraised), &[]);
}

#[test]
fn a_stage_dated_after_a_later_one_is_out_of_order_unless_drafted_again() {
    let plan = posted().reached("2023-03-02", 1, "draft_prepared");
    plan.expect("2023-03-02", at(Stage::DraftPrepared), &["out_of_order"]);
    let again = posted().reached("2023-03-02", 1, "redrafted").reached("2023-03-06", 1, "draft_prepared");
    again.expect("2023-03-02", at(Stage::Redrafted), &[]);
    again.expect("2023-03-06", at(Stage::DraftPrepared), &[]);
    let withdrawn = posted().reached("2023-03-02", 1, "withdrawn");
    withdrawn.expect("2023-03-02", at(Stage::Withdrawn), &[]);
}

#[test]
fn approval_without_appraisal_and_appraisal_without_posting_are_found() {
    let plan = given().reached("2023-01-03", 1, "draft_prepared").reached("2023-02-20", 1, "draft_passed");
    let plan = plan.approved("2023-03-30", 1, 9_000_000);
    plan.expect("2023-03-30", at(Stage::Approved), &["stage_missing"]);
    given().reached("2023-03-30", 1, "appraised").expect(
        "2023-03-30",
        at(Stage::Appraised),
        &["stage_missing"],
    );
}

#[test]
fn a_plan_that_was_under_way_before_the_ledger_lacks_nothing() {
    given().reached("2023-01-20", 1, "draft_passed").expect("2023-02-08", at(Stage::DraftPassed), &[]);
}

#[test]
fn a_plan_stands_where_its_slowest_round_does() {
    let plan = posted().reached("2023-01-10", 2, "draft_prepared");
    plan.expect("2023-03-01", at(Stage::DraftPrepared), &[]);
    assert_eq!(detail(&plan.on("2023-03-01"), "rounds"), Some(Value::Count(2)));
}

/// A plan approved on 30 March 2023 for 9,000,000.
fn granted() -> Given {
    posted().reached("2023-03-21", 1, "appraised").approved("2023-03-30", 1, 9_000_000)
}

#[test]
fn an_approved_plan_is_paid_then_the_land_handed_over_until_the_project_is_cleared() {
    let plan = granted().paid("2023-04-10", 9_000_000);
    plan.expect("2023-12-31", Any::Clearance(State::Paying), &[]);
    let plan = plan.handed_over("2023-05-10", false);
    plan.expect("2023-12-31", Any::Clearance(State::Paying), &[]);
    let plan = plan.handed_over("2023-06-10", true);
    plan.expect("2023-12-31", Any::Clearance(State::Cleared), &[]);
    assert_eq!(detail(&plan.on("2023-12-31"), "area handed over (m²)"), Some(Value::Count(100)));
}

#[test]
fn a_plan_is_paid_within_thirty_days_and_never_beyond_what_was_approved() {
    let plan = granted().paid("2023-04-10", 8_000_000);
    // thirty days end on Saturday 29/04, a holiday, and the holidays end on Wednesday 03/05
    plan.expect("2023-05-04", Any::Clearance(State::Paying), &[]);
    plan.expect("2023-05-05", Any::Clearance(State::Paying), &["payment_late"]);
    let over = plan.paid("2023-04-20", 1_000_001);
    over.expect("2023-04-20", Any::Clearance(State::Paying), &["more_than_approved"]);
}

#[test]
fn a_payment_waits_for_its_approval_and_does_not_come_before_it() {
    let paid = given().paid("2023-04-10", 9_000_000);
    paid.expect("2023-04-10", Any::Clearance(State::Pending), &["payment_pending"]);
    let early = granted().paid("2023-03-29", 9_000_000);
    early.expect("2023-03-30", Any::Clearance(State::Paying), &["paid_before_approval"]);
}

/// A plan announced on a day and approved on another, posted for thirty days between.
fn announced(noticed: &str, approved: &str) -> Given {
    given()
        .reached(noticed, 1, "notice")
        .reached("2023-03-01", 1, "inventory")
        .reached("2023-03-06", 1, "draft_prepared")
        .reached("2023-03-10", 1, "draft_passed")
        .reached("2023-03-13", 1, "published")
        .reached("2023-04-12", 1, "appraised")
        .approved(approved, 1, 9_000_000)
        .paid(approved, 9_000_000)
}

#[test]
fn land_is_recovered_ninety_days_after_the_notice_and_a_hundred_and_eighty_unless_it_is_farm_land() {
    let paying = Any::Clearance(State::Paying);
    announced("2023-01-20", "2023-07-19").expect("2023-07-19", paying, &[]);
    // ninety days from 20/01 are over on 20/04, a hundred and eighty on 19/07
    announced("2023-01-20", "2023-07-18").expect("2023-07-18", paying, &["notice_for_farm_land_only"]);
    announced("2023-01-20", "2023-04-20").expect("2023-04-20", paying, &["notice_for_farm_land_only"]);
    let short = announced("2023-01-20", "2023-04-19");
    short.expect("2023-04-19", paying, &["notice_too_short"]);
    let (message, source) = short.finding("2023-04-19", "notice_too_short");
    assert!(message.starts_with("approved 89 days after the notice, the law asks for 90"), "{message}");
    assert!(source.contains("Điều 67"), "{source}");
}

#[test]
fn a_draft_of_a_plan_that_was_announced_follows_its_inventory() {
    let plan = given().reached("2023-01-03", 1, "notice").reached("2023-03-06", 1, "draft_prepared");
    plan.expect("2023-03-06", at(Stage::DraftPrepared), &["stage_missing"]);
    let plan = plan.reached("2023-03-01", 1, "inventory");
    plan.expect("2023-03-06", at(Stage::DraftPrepared), &[]);
}
