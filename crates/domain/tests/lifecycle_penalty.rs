//! Violations and penalties: given facts, on a day, then a state and findings.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

mod given;

use given::{Given, detail, given};
use serde_json::{Value as Json, json};
use socai_domain::Dong;
use socai_domain::lifecycle::{State as Any, Value, penalty::State};

const WARD: u32 = 3;
const TREASURY: u32 = 14;
const ACT: &str = "100/2019/NĐ-CP:12.5";

trait Penalty {
    fn recorded(self, on: &str) -> Given;
    fn recorded_as(self, on: &str, data: Json) -> Given;
    fn decided(self, on: &str, due: &str) -> Given;
    fn decided_as(self, on: &str, due: &str, data: Json) -> Given;
    fn paid(self, on: &str, amount: i64) -> Given;
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

    fn paid(self, on: &str, amount: i64) -> Given {
        self.paid_with_interest(on, amount, 0)
    }

    fn paid_with_interest(self, on: &str, amount: i64, interest: i64) -> Given {
        let data = json!({"amount": amount, "late_interest": interest, "instalment_no": null});
        self.fact(TREASURY, on, "penalty.payment_received", data)
    }
}

fn line(act: &str, min: i64, max: i64, amount: i64) -> Json {
    json!({"act": act, "bracket_min": min, "bracket_max": max, "amount": amount})
}

fn is(state: State) -> Any {
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
    assert!(before.finding("2025-06-30", "over_competence").0.contains("4 000 000"));
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

#[test]
fn a_warning_asks_for_no_money() {
    let warning = json!({"form": "warning", "total": 0, "lines": [line(ACT, 2_000_000, 3_000_000, 0)]});
    let case = given().recorded("2023-02-06").decided_as("2023-02-10", "2023-02-20", warning);
    case.expect("2024-12-31", is(State::Warned), &[]);
}

#[test]
fn without_adopted_law_nothing_is_judged_by_law() {
    let case = given().recorded("2023-02-06").decided("2023-06-10", "2023-06-11");
    let judged = case.under(&given::Adopted::none(), "2023-07-01");
    assert!(judged[0].findings.iter().all(|found| found.source.is_empty()), "{judged:#?}");
    assert_eq!(judged[0].state, is(State::Overdue));
}
