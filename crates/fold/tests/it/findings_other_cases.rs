//! Other cases against the law of their day: relief, compensation, projects, petitions, dossiers, tasks, call-up; and forks.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{
    Ledger,
    facts::{HA_DINH, NHAN_CHINH, OPERATOR},
    inspect::given,
};
use serde_json::{Value, json};
use socai_tlog::{EventName, Header, Link, UnitNo, UnitSeq};

const ON: &str = "2023-02-08";
/// Finance, project management and site clearance boards.
const FINANCE: u32 = 12;
const BOARD: u32 = 15;
const CLEARANCE: u32 = 16;

fn case(id: &str) -> Value {
    json!({"case": id})
}

#[test]
fn a_fine_too_small_to_be_put_off_is_found_and_a_large_one_is_not() {
    for (amount, is_found) in [(1_500_000, true), (2_500_000, false)] {
        let mut ledger = given();
        let line = json!({"act": "a", "bracket_min": amount, "bracket_max": amount, "amount": amount});
        let data = json!({
            "field": "urban_order", "form": "fine", "total": amount, "signer_level": "ward", "subject_kind": "individual",
            "on_the_spot": false, "due_on": "2023-01-31", "lines": [line],
        });
        let decision = ledger.fact(1, "2023-01-06", "penalty.decided", data, case("xp-1"));
        let data = json!({"action": "postponed", "amount": null, "until": "2023-03-01"});
        let postponed = ledger.fact(1, "2023-01-20", "penalty.execution_changed", data, case("xp-1"));
        let found = ledger.facts_found("relief", ON);
        assert_eq!(found, if is_found { vec![vec![decision, postponed]] } else { vec![] }, "{amount}");
    }
}

fn stage(ledger: &mut Ledger, on: &str, stage: &str) -> EventName {
    let data = json!({"project": "d", "plan": "pa", "round": 1, "stage": stage, "land_users": 3, "area_m2": 100, "amount": 900_000_000});
    ledger.fact(CLEARANCE, on, "clearance.stage_reached", data, case("pa"))
}

#[test]
fn compensation_paid_before_its_approval_is_found_and_after_it_is_not() {
    let mut ledger = given();
    let approved = stage(&mut ledger, "2023-01-16", "approved");
    let pay = |ledger: &mut Ledger, on: &str, amount: u64| {
        let data = json!({"project": "d", "plan": "pa", "round": 1, "land_users": 3, "amount": amount, "refused": 0});
        ledger.fact(CLEARANCE, on, "clearance.payment_made", data, case("pa"))
    };
    let says = |ledger: &Ledger| {
        let found = ledger.found("clearance", "2023-02-01");
        found.into_iter().filter(|told| told.says.contains("paid")).collect::<Vec<_>>()
    };
    pay(&mut ledger, "2023-01-17", 500_000_000);
    assert_eq!(says(&ledger), []);
    let early = pay(&mut ledger, "2023-01-13", 100_000_000);
    assert_eq!(says(&ledger)[0].facts.last(), Some(&early));
    ledger.void(CLEARANCE, early);
    pay(&mut ledger, "2023-01-18", 500_000_000);
    let above = says(&ledger);
    assert_eq!((above[0].facts[0], above[0].amount), (approved, Some(100_000_000)));
}

#[test]
fn a_work_accepted_twice_is_found_and_an_unregistered_project_is_only_to_be_known() {
    let mut ledger = given();
    let accept = |ledger: &mut Ledger| {
        let data = json!({"project": "da-1", "works": ["w"], "kind": "completion", "minutes": "1", "put_into_use_on": "2023-01-10"});
        ledger.fact(BOARD, "2023-01-10", "project.accepted", data, case("da-1"))
    };
    let first = accept(&mut ledger);
    assert_eq!(ledger.facts_found("project_unregistered", ON), [[first]]);
    assert_eq!(ledger.found("projects", ON), []);
    let work = json!([{"work": "w", "name": "Công trình"}]);
    let data = json!({"project": "da-1", "places": [HA_DINH.1], "works": work});
    ledger.fact(FINANCE, "2023-01-03", "project.registered", data, case("da-1"));
    assert_eq!(ledger.found("project_unregistered", ON), []);
    let second = accept(&mut ledger);
    assert_eq!(ledger.facts_found("projects", ON), [[first, second]]);
}

#[test]
fn a_complaint_that_nobody_took_up_in_ten_days_is_found() {
    let mut ledger = given();
    let data = json!({"class": "complaint", "field": "land", "eligible": true, "instance": 1});
    let received = ledger.fact(1, "2023-01-03", "petition.received", data, case("kn-1"));
    assert_eq!(ledger.found("petitions", "2023-01-13"), []);
    assert_eq!(ledger.facts_found("petitions", "2023-01-16"), [[received]]);
}

#[test]
fn a_dossier_past_the_promised_day_is_found() {
    let mut ledger = given();
    let data = json!({"promised_on": "2023-01-10"});
    let received = ledger.fact(1, "2023-01-03", "dossier.received", data, case("hs-1"));
    assert_eq!(ledger.found("dossiers", "2023-01-10"), []);
    let found = ledger.found("dossiers", "2023-01-12");
    assert_eq!((&found[0].facts, found[0].days), (&vec![received], Some(2)));
}

#[test]
fn a_task_past_its_last_day_is_found() {
    let mut ledger = given();
    let data = json!({
        "directive": "kl-1", "number": 1, "text": "việc", "lead_unit": NHAN_CHINH.1, "with_units": [], "due_on": "2023-01-31",
        "class": "task_group",
    });
    let task = ledger.fact(OPERATOR, "2023-01-03", "directive.issued", data, case("nv-1"));
    assert_eq!(ledger.found("tasks", "2023-01-31"), []);
    let found = ledger.found("tasks", ON);
    assert_eq!((&found[0].facts, found[0].days), (&vec![task], Some(8)));
}

#[test]
fn more_citizens_than_the_quota_are_found() {
    let mut ledger = given();
    let quota = |authority: &str, unit: &str| json!({"year": 2023, "call_no": 1, "authority": authority, "target_unit": unit, "service": "army", "quota": 7});
    ledger.fact(
        20,
        "2023-01-03",
        "conscription.quota_set",
        quota("district", NHAN_CHINH.1),
        case("nvqs-2023"),
    );
    let hand_over = |ledger: &mut Ledger, count: u32| {
        let data = json!({"year": 2023, "call_no": 1, "place": NHAN_CHINH.1, "service": "army", "count": count, "volunteers": 0, "returned": 0});
        ledger.fact(20, "2023-02-06", "conscription.handed_over", data, json!({}))
    };
    let seven = hand_over(&mut ledger, 7);
    assert_eq!(ledger.found("call_up", ON), []);
    let one_more = hand_over(&mut ledger, 1);
    let found = ledger.facts_found("call_up", ON);
    assert!(found.iter().any(|facts| facts.ends_with(&[seven, one_more])), "{found:?}");
}

#[test]
fn a_fork_is_found_with_the_number_that_was_signed_twice() {
    let mut ledger = given();
    assert_eq!(ledger.found("forked", ON), []);
    let header = |facts: u8| {
        let header = Header {
            flags: 0,
            unit: UnitNo(7),
            seq: UnitSeq(3),
            recorded_at_ms: 1,
            prev: Link([9; 32]),
            facts: socai_tlog::Digest::of(&[facts]),
            annex: socai_tlog::Digest([0; 32]),
        };
        header.encode().iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    };
    let data = json!({
        "first_header": header(1), "first_signature": "11".repeat(64), "second_header": header(2), "second_signature": "22".repeat(64),
    });
    let evidence = ledger.json(OPERATOR, json!({"kind": "fork.evidenced", "occurred_on": ON, "data": data}));
    let found = ledger.found_beside_rejections("forked", ON);
    let [fork] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((fork.unit, &fork.facts), (7, &vec![evidence]));
    assert!(fork.says.contains("7/3"), "{}", fork.says);
}
