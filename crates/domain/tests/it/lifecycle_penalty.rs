//! Violations and penalties: given facts, on a day, then a state and findings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Adopted, Given, detail, given};
use serde_json::{Value as Json, json};
use socai_domain::Dong;
use socai_domain::lifecycle::{State as Any, Value, penalty::State};

pub(crate) const WARD: u32 = 3;
const TREASURY: u32 = 14;
pub(crate) const ACT: &str = "100/2019/NĐ-CP:12.5";

pub(crate) trait Penalty {
    fn recorded(self, on: &str) -> Given;
    fn recorded_as(self, on: &str, data: Json) -> Given;
    fn decided(self, on: &str, due: &str) -> Given;
    fn decided_as(self, on: &str, due: &str, data: Json) -> Given;
    fn paid(self, on: &str, amount: i64) -> Given;
    fn revised(self, on: &str, action: &str, new_total: Json) -> Given;
    fn executed(self, on: &str, action: &str, data: Json) -> Given;
    fn paid_with_interest(self, on: &str, amount: i64, interest: i64) -> Given;
}

impl Penalty for Given {
    fn recorded(self, on: &str) -> Given {
        self.recorded_as(on, json!({}))
    }

    fn recorded_as(self, on: &str, data: Json) -> Given {
        let mut all = json!({"field": "urban_order", "acts": [ACT], "subject_kind": "individual", "transferred": false});
        all.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        self.fact(WARD, on, "violation.recorded", all)
    }

    /// A fine of 2,500,000, the mid-point of its bracket.
    fn decided(self, on: &str, due: &str) -> Given {
        self.decided_as(on, due, json!({}))
    }

    fn decided_as(self, on: &str, due: &str, data: Json) -> Given {
        let mut all = json!({
            "field": "urban_order", "form": "fine", "total": 2_500_000, "signer_level": "ward",
            "subject_kind": "individual", "on_the_spot": false, "due_on": due, "lines": [line(ACT, 2_000_000, 3_000_000, 2_500_000)],
        });
        all.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        self.fact(WARD, on, "penalty.decided", all)
    }

    fn revised(self, on: &str, action: &str, new_total: Json) -> Given {
        self.fact(WARD, on, "penalty.decision_revised", json!({"action": action, "new_total": new_total}))
    }

    fn executed(self, on: &str, action: &str, data: Json) -> Given {
        let mut all = json!({"action": action, "amount": null, "until": null});
        all.as_object_mut().unwrap().extend(data.as_object().unwrap().clone());
        self.fact(WARD, on, "penalty.execution_changed", all)
    }

    fn paid(self, on: &str, amount: i64) -> Given {
        self.paid_with_interest(on, amount, 0)
    }

    fn paid_with_interest(self, on: &str, amount: i64, interest: i64) -> Given {
        let data = json!({"amount": amount, "late_interest": interest, "instalment_no": null});
        self.fact(TREASURY, on, "penalty.payment_received", data)
    }
}

pub(crate) fn line(act: &str, min: i64, max: i64, amount: i64) -> Json {
    json!({"act": act, "bracket_min": min, "bracket_max": max, "amount": amount})
}

pub(crate) fn is(state: State) -> Any {
    Any::Penalty(state)
}

#[test]
fn a_violation_is_recorded_then_decided_then_paid() {
    let case = given().recorded("2023-02-06");
    case.expect("2023-02-10", is(State::Recorded), &[]);
    let case = case.decided("2023-02-10", "2023-02-20");
    case.expect("2023-02-20", is(State::Decided), &[]);
    let case = case.paid("2023-02-15", 1_000_000);
    case.expect("2023-02-20", is(State::PartlyPaid), &[]);
    let case = case.paid("2023-02-20", 1_500_000);
    case.expect("2023-06-01", is(State::Paid), &[]);
    case.expect("2023-02-16", is(State::PartlyPaid), &[]);
    case.expect("2023-02-07", is(State::Recorded), &[]);
}

#[test]
fn a_payment_before_its_decision_is_recorded_waits_for_it_and_is_listed() {
    let case = given().paid("2023-02-15", 2_500_000);
    case.expect("2023-02-20", is(State::Pending), &["payment_pending"]);
    case.recorded("2023-02-06").decided("2023-02-10", "2023-02-20").expect(
        "2023-02-20",
        is(State::Paid),
        &[],
    );
}

#[test]
fn a_decision_without_its_record_is_listed_until_the_record_comes_unless_made_on_the_spot() {
    let case = given().decided("2023-02-10", "2023-02-20");
    case.expect("2023-02-11", is(State::Decided), &["record_missing"]);
    case.recorded("2023-02-06").expect("2023-02-11", is(State::Decided), &[]);
    let spot = json!({"on_the_spot": true, "total": 150_000, "lines": [line("100/2019/NĐ-CP:12.1", 100_000, 200_000, 150_000)]});
    given().decided_as("2023-02-10", "2023-02-20", spot).expect("2023-02-11", is(State::Decided), &[]);
}

#[test]
fn the_decision_has_seven_working_days_over_weekends_and_tet() {
    // 18/01 is the Wednesday before Tết; the seventh working day after it is Friday 03/02
    let case = given().recorded("2023-01-18");
    case.clone().decided("2023-02-03", "2023-02-13").expect("2023-02-03", is(State::Decided), &[]);
    let late = case.clone().decided("2023-02-06", "2023-02-16");
    late.expect("2023-02-06", is(State::Decided), &["decision_late"]);
    let (message, source) = late.finding("2023-02-06", "decision_late");
    assert!(message.starts_with("decided after 8 working days, the term is 7"), "{message}");
    assert!(source.contains("Điều 66"), "{source}");
    case.expect("2023-02-03", is(State::Recorded), &[]);
    case.expect("2023-02-04", is(State::Recorded), &["undecided"]);
}

#[test]
fn a_transferred_file_has_ten_working_days() {
    let case = given().recorded_as("2023-02-06", json!({"transferred": true}));
    case.clone().decided("2023-02-20", "2023-03-02").expect("2023-02-20", is(State::Decided), &[]);
    case.decided("2023-02-21", "2023-03-03").expect("2023-02-21", is(State::Decided), &["decision_late"]);
}

#[test]
fn each_decision_is_judged_by_the_caps_of_its_day() {
    let act = "999/2024/NĐ-CP:1.1";
    let fine = json!({"total": 15_000_000, "lines": [line(act, 10_000_000, 20_000_000, 15_000_000)]});
    let on = |recorded: &str, decided: &str, due: &str, data: &Json| {
        given().recorded_as(recorded, json!({"acts": [act]})).decided_as(decided, due, data.clone())
    };
    // 10 % of 40 million is 4 million before 01/07/2025; 50 % is 20 million from then on
    let before = on("2025-06-27", "2025-06-30", "2025-07-10", &fine);
    before.expect("2025-06-30", is(State::Decided), &["over_competence"]);
    assert!(before.finding("2025-06-30", "over_competence").0.contains("4,000,000"));
    on("2025-06-30", "2025-07-01", "2025-07-11", &fine).expect("2025-07-01", is(State::Decided), &[]);
    let mut district = fine.clone();
    district["signer_level"] = json!("district");
    on("2025-06-27", "2025-06-30", "2025-07-10", &district).expect("2025-06-30", is(State::Decided), &[]);
}

#[test]
fn an_organisation_doubles_the_competence_and_the_bracket() {
    let line = line(ACT, 4_000_000, 6_000_000, 5_000_000);
    let fine = |subject: &str| json!({"subject_kind": subject, "total": 5_000_000, "lines": [line]});
    let case = |subject: &str| {
        given().recorded_as("2023-02-06", json!({"subject_kind": subject})).decided_as(
            "2023-02-10",
            "2023-02-20",
            fine(subject),
        )
    };
    case("organisation").expect("2023-02-10", is(State::Decided), &[]);
    case("household").expect("2023-02-10", is(State::Decided), &["over_competence", "bracket_differs"]);
}

#[test]
fn a_fine_is_the_mid_point_of_its_bracket_unless_factors_are_stated() {
    let case = |line: Json| {
        let total = line["amount"].clone();
        given().recorded("2023-02-06").decided_as(
            "2023-02-10",
            "2023-02-20",
            json!({"total": total, "lines": [line]}),
        )
    };
    case(line(ACT, 2_000_000, 3_000_000, 2_200_000)).expect(
        "2023-02-10",
        is(State::Decided),
        &["not_the_midpoint"],
    );
    let mut mitigated = line(ACT, 2_000_000, 3_000_000, 2_000_000);
    mitigated["factors"] = json!(["giam.9.1"]);
    case(mitigated).expect("2023-02-10", is(State::Decided), &[]);
    let mut below = line(ACT, 2_000_000, 3_000_000, 1_999_999);
    below["factors"] = json!(["giam.9.1"]);
    case(below).expect("2023-02-10", is(State::Decided), &["outside_bracket"]);
}

#[test]
fn a_fine_on_the_spot_has_a_limit_that_grew_in_july_2025() {
    let spot =
        json!({"on_the_spot": true, "total": 400_000, "lines": [line("x", 300_000, 500_000, 400_000)]});
    let case = |on: &str, due: &str| given().decided_as(on, due, spot.clone());
    case("2025-06-30", "2025-07-10").expect("2025-06-30", is(State::Decided), &["above_the_spot_limit"]);
    case("2025-07-01", "2025-07-11").expect("2025-07-01", is(State::Decided), &[]);
}

#[test]
fn act_field_and_subject_are_those_of_the_record() {
    let other =
        json!({"acts": ["100/2019/NĐ-CP:12.1"], "field": "traffic_order", "subject_kind": "household"});
    let case = given().recorded_as("2023-02-06", other).decided("2023-02-10", "2023-02-20");
    case.expect("2023-02-10", is(State::Decided), &["act_differs", "field_differs", "subject_differs"]);
}

#[test]
fn one_act_is_fined_once() {
    let case = given()
        .recorded("2023-02-06")
        .decided("2023-02-10", "2023-02-20")
        .decided("2023-02-13", "2023-02-23");
    case.expect("2023-02-13", is(State::Decided), &["decided_twice"]);
}

#[test]
fn interest_runs_from_the_day_after_the_term_on_what_is_unpaid() {
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20");
    case.expect("2023-02-20", is(State::Decided), &[]);
    // 0,05 % of 2,500,000 is 1,250 a day
    case.expect("2023-02-21", is(State::Overdue), &["overdue"]);
    assert_eq!(detail(&case.on("2023-02-21"), "late interest"), Some(Value::Money(Dong(1_250))));
    let case = case.paid("2023-03-02", 1_500_000);
    // ten days on the whole fine, then two on a million
    let later = case.on("2023-03-04");
    assert_eq!(detail(&later, "late interest"), Some(Value::Money(Dong(10 * 1_250 + 2 * 500))));
    assert_eq!(detail(&later, "unpaid"), Some(Value::Money(Dong(1_000_000))));
    let case = case.paid("2023-03-04", 1_000_000);
    case.expect("2023-12-31", is(State::Paid), &["interest_unpaid"]);
    case.paid_with_interest("2023-03-06", 0, 13_500).expect("2023-12-31", is(State::Paid), &[]);
}

#[test]
fn a_term_that_ends_on_a_day_off_moves_to_the_next_working_day() {
    // 25/02/2023 is a Saturday
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-25");
    case.expect("2023-02-27", is(State::Decided), &[]);
    case.expect("2023-02-28", is(State::Overdue), &["overdue"]);
    assert_eq!(detail(&case.on("2023-02-28"), "late interest"), Some(Value::Money(Dong(1_250))));
}

#[test]
fn more_than_is_owed_is_found_for_the_fine_and_for_the_interest() {
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20");
    let over = case.clone().paid("2023-02-15", 2_500_001);
    over.expect("2023-02-20", is(State::Paid), &["overpaid"]);
    let interest = case.paid_with_interest("2023-02-21", 2_500_000, 1_251);
    interest.expect("2023-03-20", is(State::Paid), &["interest_overpaid"]);
}

#[test]
fn a_decision_gives_at_least_ten_days() {
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-17");
    case.expect("2023-02-10", is(State::Decided), &["term_too_short"]);
}

#[test]
fn an_unpaid_decision_lapses_after_a_year() {
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20");
    case.expect("2024-02-10", is(State::Overdue), &["overdue"]);
    case.expect("2024-02-11", is(State::Lapsed), &["execution_lapsed"]);
}

#[test]
fn limitation_is_one_year_and_two_for_construction() {
    let case = |field: &str, decided: &str, due: &str| {
        given().recorded_as("2023-02-06", json!({"field": field, "acts": ["a"]})).decided_as(
            decided,
            due,
            json!({"field": field, "lines": [line("a", 2_000_000, 3_000_000, 2_500_000)]}),
        )
    };
    let codes = |given: Given, on: &str| given.on(on).findings.iter().map(|f| f.code).collect::<Vec<_>>();
    let late = ["decision_late"];
    let past = ["decision_late", "limitation_passed"];
    assert_eq!(codes(case("urban_order", "2024-02-06", "2024-02-16"), "2024-02-06"), late);
    assert_eq!(codes(case("urban_order", "2024-02-07", "2024-02-19"), "2024-02-07"), past);
    assert_eq!(codes(case("construction", "2025-02-06", "2025-02-17"), "2025-02-06"), late);
    assert_eq!(codes(case("construction", "2025-02-07", "2025-02-17"), "2025-02-07"), past);
}

/// 08/02 to 14/02/2024 are Tết: 6, 7, 15, 16, 19 and 20 February are worked.
#[test]
fn a_record_of_5_and_a_decision_of_20_february_2024_are_six_working_days_apart_and_in_time() {
    let case = given().recorded("2024-02-05").decided("2024-02-20", "2024-03-01");
    case.expect("2024-02-20", is(State::Decided), &[]);
    let of_2023 = Adopted::with_holidays_of(&[2023]);
    assert_eq!(
        case.codes_under(&of_2023, "2024-02-20"),
        ["decision_late", "holidays_unknown"],
        "as it was judged before"
    );
    let late = given().recorded("2024-02-05").decided("2024-02-22", "2024-03-04");
    late.expect("2024-02-22", is(State::Decided), &["decision_late"]);
    assert!(late.finding("2024-02-22", "decision_late").0.contains("after 8 working days"));
}

/// A record of 2027, or a term that runs into it: what is found by working days says that nobody entered its holidays.
#[test]
fn whatever_is_late_by_days_of_a_year_without_holidays_says_so() {
    let recorded = given().recorded("2027-02-01");
    recorded.expect("2027-03-01", is(State::Recorded), &["undecided", "holidays_unknown"]);
    let said = recorded.finding("2027-03-01", "holidays_unknown").0;
    assert_eq!(said, "no table of holidays covers 2027: the working days leave out weekends only");
    let across = given().recorded("2026-12-25").decided("2027-01-15", "2027-01-25");
    across.expect("2027-01-15", is(State::Decided), &["decision_late", "holidays_unknown"]);
    let sent = given().recorded("2026-12-25").decided("2026-12-28", "2027-01-20");
    let sent = sent.executed("2027-01-06", "served", json!({}));
    sent.expect("2027-01-06", is(State::Served), &["sent_late", "holidays_unknown"]);
    let unpaid = given().recorded("2026-12-25").decided("2026-12-28", "2027-01-11");
    unpaid.expect("2027-01-11", is(State::Decided), &[]);
    unpaid.expect("2027-01-12", is(State::Overdue), &["overdue", "holidays_unknown"]);
    let interest = unpaid.paid("2027-01-20", 2_500_000);
    interest.expect("2027-01-20", is(State::Paid), &["interest_unpaid", "holidays_unknown"]);
    let in_time = given().recorded("2027-02-01").decided("2027-02-05", "2027-02-20");
    in_time.expect("2027-02-05", is(State::Decided), &[]);
}

#[test]
fn a_warning_asks_for_no_money() {
    let warning = json!({"form": "warning", "total": 0, "lines": [line(ACT, 2_000_000, 3_000_000, 0)]});
    let case = given().recorded("2023-02-06").decided_as("2023-02-10", "2023-02-20", warning);
    case.expect("2024-12-31", is(State::Warned), &[]);
}

#[test]
fn without_adopted_law_nothing_is_judged_by_law() {
    let case = given().recorded("2023-02-06").decided("2023-06-10", "2023-06-11");
    let judged = case.under(&crate::given::Adopted::none(), "2023-07-01");
    assert!(judged[0].findings.iter().all(|found| found.source.is_empty()), "{judged:#?}");
    assert_eq!(judged[0].state, is(State::Overdue));
}

#[test]
fn serving_late_is_found_and_the_days_to_comply_run_from_it() {
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20");
    let in_time = case.clone().executed("2023-02-14", "served", json!({}));
    // ten days from Tuesday 14/02 end on Friday 24/02
    in_time.expect("2023-02-24", is(State::Served), &[]);
    in_time.expect("2023-02-25", is(State::Overdue), &["overdue"]);
    let late = case.executed("2023-02-15", "served", json!({}));
    late.expect("2023-02-15", is(State::Served), &["sent_late"]);
}

#[test]
fn a_rectified_decision_owes_its_new_total_and_an_annulled_one_nothing() {
    let case =
        given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20").paid("2023-02-15", 2_000_000);
    case.expect("2023-02-16", is(State::PartlyPaid), &[]);
    let amended = case.clone().revised("2023-02-16", "amended", json!(2_000_000));
    amended.expect("2023-02-16", is(State::Paid), &[]);
    let annulled = case.revised("2023-02-16", "annulled", json!(null));
    annulled.expect("2023-03-16", is(State::Annulled), &["refund_due"]);
    assert_eq!(detail(&annulled.on("2023-03-16"), "late interest"), None);
}

#[test]
fn a_replaced_decision_gives_way_to_the_one_that_replaces_it() {
    let case = given()
        .recorded("2023-02-06")
        .decided("2023-02-10", "2023-02-20")
        .revised("2023-02-12", "replaced", json!(null))
        .decided("2023-02-13", "2023-02-23");
    case.expect("2023-02-12", is(State::Annulled), &[]);
    case.expect("2023-02-13", is(State::Decided), &[]);
    case.paid("2023-02-20", 2_500_000).expect("2023-02-24", is(State::Paid), &[]);
}

#[test]
fn what_is_reduced_or_exempted_is_owed_no_more() {
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20");
    let reduced = case.clone().executed("2023-02-15", "reduced", json!({"amount": 500_000}));
    reduced.clone().paid("2023-02-16", 2_000_000).expect("2023-06-01", is(State::Paid), &[]);
    reduced.paid("2023-02-16", 2_500_000).expect("2023-06-01", is(State::Paid), &["overpaid"]);
    let exempted = case.executed("2023-02-15", "exempted", json!({"amount": 2_500_000}));
    exempted.expect("2023-06-01", is(State::Exempted), &[]);
}

#[test]
fn a_fine_is_put_off_for_three_months_from_two_million_on() {
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20");
    let put_off = case.clone().executed("2023-02-15", "postponed", json!({"until": "2023-05-15"}));
    put_off.expect("2023-05-15", is(State::Postponed), &[]);
    put_off.expect("2023-05-16", is(State::Overdue), &["overdue"]);
    let longer = case.executed("2023-02-15", "postponed", json!({"until": "2023-05-16"}));
    longer.expect("2023-02-15", is(State::Postponed), &["postponement_not_allowed"]);
}

#[test]
fn a_large_fine_is_paid_in_at_most_three_parts_of_which_the_first_is_two_fifths() {
    let act = "16/2022/NĐ-CP:16.1.b";
    let large = json!({
        "field": "construction", "signer_level": "district", "total": 17_500_000,
        "lines": [line(act, 15_000_000, 20_000_000, 17_500_000)],
    });
    let case = given()
        .recorded_as("2023-02-06", json!({"field": "construction", "acts": [act]}))
        .decided_as("2023-02-10", "2023-02-20", large)
        .executed("2023-02-15", "instalments", json!({"until": "2023-08-10"}));
    case.expect("2023-06-01", is(State::InInstalments), &[]);
    let parts = case.clone().paid("2023-02-20", 7_000_000).paid("2023-05-20", 5_000_000);
    parts.expect("2023-08-10", is(State::InInstalments), &[]);
    parts.paid("2023-08-10", 5_500_000).expect("2023-12-31", is(State::Paid), &[]);
    case.clone().paid("2023-02-20", 6_999_999).expect(
        "2023-03-01",
        is(State::InInstalments),
        &["instalments_differ"],
    );
    let small = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20").executed(
        "2023-02-15",
        "instalments",
        json!({"until": "2023-08-10"}),
    );
    small.expect("2023-02-15", is(State::InInstalments), &["instalments_not_allowed"]);
}

#[test]
fn enforcement_ordered_within_the_year_keeps_a_decision_from_lapsing() {
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20");
    let ordered = case.executed("2023-06-01", "enforcement_ordered", json!({}));
    assert_eq!(ordered.on("2024-06-01").state, is(State::EnforcementOrdered));
    let done = ordered.executed("2024-03-01", "enforced", json!({}));
    assert_eq!(done.on("2024-06-01").state, is(State::Enforced));
}

#[test]
fn a_complaint_suspends_execution_only_when_it_is_said_so() {
    let case = given().recorded("2023-02-06").decided("2023-02-10", "2023-02-20");
    let suspended = case.executed("2023-02-15", "suspended_by_complaint", json!({}));
    assert_eq!(suspended.on("2023-06-01").state, is(State::Suspended));
}

#[test]
fn a_record_may_be_closed_without_a_penalty_but_not_decided_as_well() {
    let ground = json!({"ground": "not_violation"});
    let case =
        given().recorded("2023-02-06").fact(WARD, "2023-02-20", "violation.closed_without_penalty", ground);
    case.expect("2023-12-31", is(State::Closed), &[]);
    case.decided("2023-02-10", "2023-02-20").expect(
        "2023-02-20",
        is(State::Decided),
        &["closed_and_decided"],
    );
}

#[test]
fn a_change_before_its_decision_is_recorded_waits_for_it_and_is_listed() {
    let case = given().executed("2023-02-14", "served", json!({}));
    case.expect("2023-02-14", is(State::Pending), &["decision_pending"]);
}

#[test]
fn a_finding_states_the_money_and_days_it_is_about() {
    // 2,500,000 due on 20 January, which Tết moves to the 27th: 11 days at 0.05 %
    let unpaid = given().recorded("2023-01-05").decided("2023-01-10", "2023-01-20").on("2023-02-07");
    let found = unpaid.findings.iter().find(|found| found.code == "overdue").unwrap();
    assert_eq!(found.extent.amount, Some(Dong(2_500_000)));
    assert_eq!((found.extent.days, found.extent.interest), (Some(11), Some(Dong(13_750))));
    let late = given().recorded("2023-01-03").decided("2023-01-13", "2023-02-10").on("2023-01-31");
    let found = late.findings.iter().find(|found| found.code == "decision_late").unwrap();
    assert_eq!(
        (found.extent.days, found.extent.amount),
        (Some(1), None),
        "eight working days, seven allowed"
    );
}
