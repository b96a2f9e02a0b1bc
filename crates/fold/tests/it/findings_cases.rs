//! Cases against the law of their day: penalties and gifts.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, facts::TREASURY, inspect::given};
use serde_json::{Value, json};
use socai_tlog::EventName;

const ON: &str = "2023-02-08";
const ACT: &str = "100/2019/NĐ-CP:12.5";

fn recorded(ledger: &mut Ledger, on: &str) -> EventName {
    let data =
        json!({"field": "urban_order", "acts": [ACT], "subject_kind": "individual", "transferred": false});
    ledger.fact(1, on, "violation.recorded", data, json!({"case": "xp-1"}))
}

/// A fine of 2,500,000, the mid-point of its bracket, by the ward's chair.
fn decided(ledger: &mut Ledger, on: &str, due: &str, other: Value) -> EventName {
    let mut data = json!({
        "field": "urban_order", "form": "fine", "total": 2_500_000, "signer_level": "ward", "subject_kind": "individual",
        "on_the_spot": false, "due_on": due, "lines": [line(2_000_000, 3_000_000, 2_500_000)],
    });
    data.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    ledger.fact(1, on, "penalty.decided", data, json!({"case": "xp-1"}))
}

fn line(min: u64, max: u64, amount: u64) -> Value {
    json!({"act": ACT, "bracket_min": min, "bracket_max": max, "amount": amount})
}

fn paid(ledger: &mut Ledger, on: &str, amount: u64, more: Value) -> EventName {
    let data = json!({"amount": amount, "late_interest": 0, "instalment_no": null});
    ledger.fact(TREASURY, on, "penalty.payment_received", data, more)
}

fn in_case() -> Value {
    json!({"case": "xp-1"})
}

#[test]
fn a_fine_above_the_competence_of_the_day_is_found_with_its_money_and_article() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    let above = json!({"total": 5_000_000, "lines": [line(4_000_000, 6_000_000, 5_000_000)]});
    let decision = decided(&mut ledger, "2023-01-06", "2023-02-20", above);
    let found = ledger.found("over_competence", ON);
    let [over] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(
        (&over.facts, over.amount, over.case.as_deref()),
        (&vec![decision], Some(5_000_000), Some("xp-1"))
    );
    assert!(over.source.contains("Điều 38"), "{}", over.source);
}

#[test]
fn the_same_fine_by_the_districts_chair_is_within_his() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    let above = json!({"total": 5_000_000, "signer_level": "district", "lines": [line(4_000_000, 6_000_000, 5_000_000)]});
    decided(&mut ledger, "2023-01-06", "2023-02-20", above);
    assert_eq!(ledger.found("over_competence", ON), []);
}

#[test]
fn a_fine_outside_its_bracket_is_found_and_one_at_its_middle_is_not() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    let decision = decided(
        &mut ledger,
        "2023-01-06",
        "2023-02-20",
        json!({"total": 3_500_000, "lines": [line(2_000_000, 3_000_000, 3_500_000)]}),
    );
    assert_eq!(ledger.facts_found("outside_bracket", ON), [[decision]]);
    ledger.correct(
        1,
        decision,
        &[
            ("data.total", json!(3_500_000), json!(2_500_000)),
            ("data.lines.0.amount", json!(3_500_000), json!(2_500_000)),
        ],
    );
    assert_eq!(ledger.found("outside_bracket", ON), [], "it was typed wrongly");
}

#[test]
fn a_decision_after_its_term_is_late_and_one_on_its_last_day_is_not() {
    for (on, days) in [("2023-01-12", None), ("2023-01-13", Some(1))] {
        let mut ledger = given();
        let record = recorded(&mut ledger, "2023-01-03");
        let decision = decided(&mut ledger, on, "2023-02-20", json!({}));
        let found = ledger.found("decided_late", ON);
        assert_eq!(found.first().map(|told| told.days), days.map(Some), "{on}: {found:?}");
        if days.is_some() {
            assert_eq!(found[0].facts, [record, decision]);
        }
    }
}

#[test]
fn a_decision_with_an_explanation_has_a_month() {
    for (ground, on, days) in [(Value::Null, "2023-01-13", Some(1)), (json!("explained"), "2023-02-03", None)]
    {
        let mut ledger = given();
        recorded(&mut ledger, "2023-01-03");
        decided(&mut ledger, on, "2023-02-20", json!({"longer_term": ground}));
        let found = ledger.found("decided_late", ON);
        assert_eq!(found.first().map(|told| told.days), days.map(Some), "{on}: {found:?}");
    }
}

#[test]
fn what_no_row_of_law_says_is_found_as_not_judged_and_not_passed_over() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    let decision = decided(&mut ledger, "2023-01-06", "2023-02-20", json!({"signer_level": "inspector"}));
    assert_eq!(ledger.facts_found("not_judged", ON), [[decision]]);
    assert_eq!(ledger.found("over_competence", ON), []);
}

#[test]
fn more_reduced_than_the_fine_is_found_with_the_money() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    let decision = decided(&mut ledger, "2023-01-06", "2023-02-20", json!({}));
    let data = json!({"action": "exempted", "amount": 2_600_000, "until": null});
    ledger.fact(1, "2023-01-20", "penalty.execution_changed", data, in_case());
    let found = ledger.found("interest", ON);
    assert_eq!((&found[0].facts, found[0].amount), (&vec![decision], Some(100_000)));
}

#[test]
fn an_unpaid_fine_is_found_the_day_after_its_term_with_interest_to_date() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    let decision = decided(&mut ledger, "2023-01-06", "2023-01-31", json!({}));
    assert_eq!(ledger.found("unpaid", "2023-01-31"), []);
    let found = ledger.found("unpaid", ON);
    let [unpaid] = found.as_slice() else { panic!("{found:?}") };
    // eight days at 0.05 % of 2,500,000
    assert_eq!((unpaid.amount, unpaid.interest, unpaid.days), (Some(2_500_000), Some(10_000), Some(8)));
    assert_eq!(unpaid.facts, [decision]);
    let payment = paid(&mut ledger, "2023-02-08", 1_000_000, in_case());
    let part = ledger.found("unpaid", ON);
    assert_eq!((part[0].amount, &part[0].facts), (Some(1_500_000), &vec![decision, payment]));
}

#[test]
fn a_fine_paid_in_its_term_is_no_finding() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    decided(&mut ledger, "2023-01-06", "2023-01-31", json!({}));
    paid(&mut ledger, "2023-01-31", 2_500_000, in_case());
    assert_eq!(ledger.found("unpaid", ON), []);
    assert_eq!(ledger.found("interest", ON), []);
}

#[test]
fn a_changed_threshold_changes_what_is_found_from_its_first_day_on() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    decided(&mut ledger, "2023-01-06", "2023-01-31", json!({}));
    ledger.adopt_findings(2, "2023-02-06", "min_days = 1", "min_days = 9");
    assert_eq!(ledger.found("unpaid", "2023-02-05").len(), 1, "the first version still judges that day");
    assert_eq!(ledger.found("unpaid", "2023-02-06"), []);
    assert_eq!(ledger.found("unpaid", "2023-02-08"), []);
    assert_eq!(ledger.found("unpaid", "2023-02-09").len(), 1, "nine days");
}

#[test]
fn a_fine_that_nobody_executed_within_a_year_has_lapsed() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    let decision = decided(&mut ledger, "2023-01-06", "2023-01-31", json!({}));
    assert_eq!(ledger.found("lapsed", "2024-01-06"), []);
    let found = ledger.found("lapsed", "2024-01-10");
    assert_eq!(
        (&found[0].facts, found[0].amount, found[0].days),
        (&vec![decision], Some(2_500_000), Some(4))
    );
    assert_eq!(ledger.found("unpaid", "2024-01-10"), [], "what has lapsed is not overdue as well");
}

#[test]
fn a_decision_without_a_record_is_found_until_the_record_arrives_or_it_was_on_the_spot() {
    let mut ledger = given();
    let decision = decided(&mut ledger, "2023-01-06", "2023-02-20", json!({}));
    assert_eq!(ledger.facts_found("without_record", ON), [[decision]]);
    recorded(&mut ledger, "2023-01-05");
    assert_eq!(ledger.found("without_record", ON), []);
    let mut ledger = given();
    let spot = json!({"on_the_spot": true, "total": 150_000, "lines": [line(100_000, 200_000, 150_000)]});
    decided(&mut ledger, "2023-01-06", "2023-02-20", spot);
    assert_eq!(ledger.found("without_record", ON), []);
}

#[test]
fn a_payment_without_a_decision_is_found_until_the_payment_is_voided() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    let payment = paid(&mut ledger, "2023-01-10", 2_500_000, in_case());
    let found = ledger.found("without_decision", ON);
    assert_eq!((&found[0].facts, found[0].amount), (&vec![payment], Some(2_500_000)));
    ledger.void(TREASURY, payment);
    assert_eq!(ledger.found("without_decision", ON), []);
}

#[test]
fn a_payment_that_names_no_case_belongs_to_the_case_of_the_decision_it_refers_to() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    let decision = decided(&mut ledger, "2023-01-06", "2023-01-31", json!({}));
    let refs = json!({"refs": [decision.to_string()]});
    paid(&mut ledger, "2023-01-20", 2_500_000, refs);
    assert_eq!(ledger.found("without_decision", ON), []);
    assert_eq!(ledger.found("unpaid", ON), []);
}

#[test]
fn a_case_closed_and_decided_contradicts_itself() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    let decision = decided(&mut ledger, "2023-01-06", "2023-02-20", json!({}));
    assert_eq!(ledger.found("penalty_contradicts", ON), []);
    let ground = json!({"ground": "not_violation"});
    let closed = ledger.fact(1, "2023-01-07", "violation.closed_without_penalty", ground, in_case());
    assert_eq!(ledger.facts_found("penalty_contradicts", ON), [[decision, closed]]);
}

fn programme(ledger: &mut Ledger, name: &str, quantity: u32) -> EventName {
    let line = json!({"group": "poor_household", "recipient_kind": "household", "unit_value": 300_000, "quantity": quantity});
    let data = json!({"programme": name, "occasion": "tet-quy-mao-2023", "source": "city", "lines": [line]});
    ledger.fact(1, "2022-12-20", "gift.programme_approved", data, json!({"case": name}))
}

fn given_out(ledger: &mut Ledger, on: &str, programme: &str, quantity: u32, group: &str) -> EventName {
    let data = json!({
        "programme": programme, "occasion": "tet-quy-mao-2023", "source": "city", "group": group, "form": "cash",
        "unit_value": 300_000, "quantity": quantity, "amount": 300_000 * quantity, "returned": 0,
    });
    ledger.fact(1, on, "gift.delivered", data, json!({"case": programme, "place": ["hn.tx.nhan-chinh.1"]}))
}

#[test]
fn gifts_above_the_approved_list_are_found_with_the_money_of_the_excess() {
    let mut ledger = given();
    let approved = programme(&mut ledger, "qua-tp", 10);
    let first = given_out(&mut ledger, "2023-01-05", "qua-tp", 10, "poor_household");
    assert_eq!(ledger.found("gifts_above_list", ON), [], "as many as were approved");
    let second = given_out(&mut ledger, "2023-01-06", "qua-tp", 2, "poor_household");
    let found = ledger.found("gifts_above_list", ON);
    assert_eq!((&found[0].facts, found[0].amount), (&vec![approved, first, second], Some(600_000)));
    ledger.void(1, second);
    assert_eq!(ledger.found("gifts_above_list", ON), []);
}

#[test]
fn a_group_that_the_programme_does_not_plan_is_above_the_list() {
    let mut ledger = given();
    programme(&mut ledger, "qua-tp", 10);
    let batch = given_out(&mut ledger, "2023-01-05", "qua-tp", 3, "elderly");
    let found = ledger.found("gifts_above_list", ON);
    assert_eq!((&found[0].facts, found[0].amount), (&vec![batch], Some(900_000)));
}

#[test]
fn two_equal_batches_within_the_days_may_be_one_and_later_or_other_ones_are_not() {
    let mut ledger = given();
    programme(&mut ledger, "qua-tp", 100);
    let first = given_out(&mut ledger, "2023-01-05", "qua-tp", 10, "poor_household");
    given_out(&mut ledger, "2023-01-06", "qua-tp", 11, "poor_household");
    given_out(&mut ledger, "2023-01-21", "qua-tp", 10, "poor_household");
    assert_eq!(ledger.found("gift_batch_twice", ON), [], "another number, or sixteen days later");
    let again = given_out(&mut ledger, "2023-01-06", "qua-tp", 10, "poor_household");
    let found = ledger.found("gift_batch_twice", ON);
    assert_eq!(found[0].facts, [first, again]);
    assert_eq!((found[0].amount, found[0].days), (Some(3_000_000), Some(1)));
}

#[test]
fn a_group_given_under_two_programmes_of_one_source_and_occasion_is_found() {
    let mut ledger = given();
    let first = given_out(&mut ledger, "2023-01-05", "qua-tp", 10, "poor_household");
    given_out(&mut ledger, "2023-01-06", "qua-khac", 4, "elderly");
    assert_eq!(ledger.found("gift_two_programmes", ON), []);
    let other = given_out(&mut ledger, "2023-01-07", "qua-khac", 4, "poor_household");
    let found = ledger.found("gift_two_programmes", ON);
    assert_eq!((&found[0].facts, found[0].amount), (&vec![first, other], Some(1_200_000)));
    ledger.void(1, other);
    assert_eq!(ledger.found("gift_two_programmes", ON), []);
}

#[test]
fn fines_paid_and_revenue_posted_as_fines_are_equal_or_a_finding() {
    let mut ledger = given();
    recorded(&mut ledger, "2023-01-05");
    decided(&mut ledger, "2023-01-06", "2023-01-31", json!({}));
    let payment = paid(&mut ledger, "2023-01-20", 2_500_000, in_case());
    let posted = |ledger: &mut Ledger, category: &str, amount: i64| {
        let data = json!({"fiscal_year": 2023, "category": category, "amount": amount, "voucher": "v", "collector": "treasury"});
        ledger.fact(TREASURY, "2023-01-20", "budget.revenue_posted", data, json!({}))
    };
    let first = posted(&mut ledger, "fines", 2_000_000);
    posted(&mut ledger, "fees", 500_000);
    let found = ledger.found("fines_against_revenue", ON);
    assert_eq!((&found[0].facts, found[0].amount), (&vec![payment, first], Some(500_000)));
    posted(&mut ledger, "fines", 500_000);
    assert_eq!(ledger.found("fines_against_revenue", ON), []);
}

#[test]
fn two_violations_of_one_inspection_stay_two_cases() {
    let mut ledger = given();
    let inspection = json!({"lead_unit": "hn.tx.nhan-chinh.1", "participants": []});
    let visit = ledger.fact(1, "2023-01-05", "inspection.conducted", inspection, json!({"case": "kt-1"}));
    for _ in 0..2 {
        let refs = |name: EventName| json!({"refs": [name.to_string()]});
        let data = json!({"field": "urban_order", "acts": [ACT], "subject_kind": "individual", "transferred": false});
        let record = ledger.fact(1, "2023-01-05", "violation.recorded", data, refs(visit));
        let data = json!({
            "field": "urban_order", "form": "fine", "total": 2_500_000, "signer_level": "ward", "subject_kind": "individual",
            "on_the_spot": false, "due_on": "2023-02-20", "lines": [line(2_000_000, 3_000_000, 2_500_000)],
        });
        ledger.fact(1, "2023-01-06", "penalty.decided", data, refs(record));
    }
    assert_eq!(ledger.found("penalty_contradicts", ON), [], "one act fined twice would be one case");
    assert_eq!(ledger.found("without_record", ON), []);
}
