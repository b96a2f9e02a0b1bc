//! Inspections: who publishes a joint visit, visits counted twice, suspensions that nobody ended, and violations recorded from visits.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{
    Ledger,
    facts::{HA_DINH, NHAN_CHINH},
    inspect::given,
};
use serde_json::{Value, json};
use socai_tlog::EventName;

const ON: &str = "2023-02-08";
const HEALTH: (u32, &str) = (20, "hn.tx.b.yte");
const SHOP: &str = "cs_8fK3pWq6ZtY1";

/// A visit in Nhân Chính that its publisher leads, and nothing was found.
fn visit(ledger: &mut Ledger, by: (u32, &str), on: &str, other: Value) -> EventName {
    let mut data = json!({
        "field": "food_safety", "facility": SHOP, "facility_kind": "catering", "lead_unit": by.1, "participants": [], "result": "pass",
        "shortcomings": 0, "suspension": "none", "samples_taken": 0, "samples_failed": 0,
    });
    data.as_object_mut().unwrap().extend(other.as_object().unwrap().clone());
    ledger.fact(by.0, on, "inspection.conducted", data, json!({"place": [NHAN_CHINH.1]}))
}

#[test]
fn a_joint_visit_is_published_by_its_lead() {
    let mut ledger = given();
    visit(&mut ledger, HEALTH, "2023-01-05", json!({"participants": [NHAN_CHINH.1]}));
    assert_eq!(ledger.found("inspection_not_lead", ON), []);
    let copy = visit(&mut ledger, NHAN_CHINH, "2023-01-05", json!({"lead_unit": HEALTH.1}));
    let found = ledger.found("inspection_not_lead", ON);
    assert_eq!((found[0].unit, &found[0].facts), (1, &vec![copy]));
    assert_eq!(
        found[0].says,
        "published by hn.tx.nhan-chinh.1, led by hn.tx.b.yte, who publishes a joint visit once for all"
    );
}

#[test]
fn a_facility_that_two_units_visited_on_one_day_for_one_field_may_be_one_visit() {
    let mut ledger = given();
    let wards = visit(&mut ledger, NHAN_CHINH, "2023-01-05", json!({}));
    visit(&mut ledger, NHAN_CHINH, "2023-01-05", json!({}));
    visit(&mut ledger, HEALTH, "2023-01-06", json!({}));
    visit(&mut ledger, HEALTH, "2023-01-05", json!({"field": "environment"}));
    visit(&mut ledger, HEALTH, "2023-01-05", json!({"facility": "cs_8fK3pWq6ZtY2"}));
    assert_eq!(ledger.found("inspection_twice", ON), [], "one unit may come again, and others on other days");
    let districts = visit(&mut ledger, HEALTH, "2023-01-05", json!({}));
    let found = ledger.found("inspection_twice", ON);
    let [twice] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((twice.facts[0], *twice.facts.last().unwrap()), (wards, districts));
    assert!(twice.says.contains("hn.tx.nhan-chinh.1, hn.tx.b.yte"), "{}", twice.says);
}

#[test]
fn two_joint_visits_that_name_each_other_may_be_one_though_the_tokens_of_two_vaults_differ() {
    let mut ledger = given();
    let wards = visit(&mut ledger, NHAN_CHINH, "2023-01-05", json!({"participants": [HEALTH.1]}));
    let other = json!({"participants": [NHAN_CHINH.1], "facility": "cs_8fK3pWq6ZtY2"});
    let mut kind = other.clone();
    kind["facility_kind"] = json!("street_food");
    visit(&mut ledger, HEALTH, "2023-01-05", kind);
    visit(
        &mut ledger,
        HEALTH,
        "2023-01-05",
        json!({"participants": [HA_DINH.1], "facility": "cs_8fK3pWq6ZtY2"}),
    );
    assert_eq!(ledger.found("inspection_twice", ON), []);
    let districts = visit(&mut ledger, HEALTH, "2023-01-05", other);
    assert_eq!(ledger.facts_found("inspection_twice", ON), [[wards, districts]]);
}

#[test]
fn a_temporary_suspension_for_fire_safety_ends_within_thirty_days() {
    let fire = |suspension: &str| {
        let result = if suspension == "none" { "pass" } else { "violation" };
        json!({"field": "fire", "facility_kind": "fire_safety_facility", "suspension": suspension, "result": result})
    };
    let mut ledger = given();
    ledger.on("2023-06-01");
    let first = visit(&mut ledger, NHAN_CHINH, "2023-01-05", fire("temporary"));
    visit(&mut ledger, NHAN_CHINH, "2023-01-05", json!({"suspension": "temporary", "result": "violation"}));
    assert_eq!(ledger.found("suspension_open", "2023-02-04"), []);
    let found = ledger.found("suspension_open", "2023-02-05");
    assert_eq!((found.len(), &found[0].facts, found[0].days), (1, &vec![first], Some(1)), "food is not fire");
    let lifted = visit(&mut ledger, NHAN_CHINH, "2023-02-04", fire("none"));
    assert_eq!(ledger.found("suspension_open", "2023-06-01"), []);
    ledger.void(1, lifted);
    let again = visit(&mut ledger, NHAN_CHINH, "2023-02-01", fire("temporary"));
    let full = visit(&mut ledger, NHAN_CHINH, "2023-02-06", fire("full"));
    let found = ledger.found("suspension_open", "2023-06-01");
    assert_eq!(
        (&found[0].facts, found[0].days),
        (&vec![first, again, full], Some(2)),
        "said again is no new term"
    );
}

#[test]
fn no_more_violations_are_recorded_from_visits_than_visits_found_one() {
    let mut ledger = given();
    let found = json!({"result": "violation"});
    let visited = visit(&mut ledger, NHAN_CHINH, "2023-01-05", found);
    let record = |ledger: &mut Ledger, case: &str, from: EventName| {
        ledger.fact(
            1,
            "2023-01-06",
            "violation.recorded",
            json!({}),
            json!({"case": case, "refs": [from.to_string()]}),
        )
    };
    let first = record(&mut ledger, "vp-1", visited);
    assert_eq!(ledger.found("records_beyond_visits", ON), []);
    let second = record(&mut ledger, "vp-2", visited);
    assert_eq!(ledger.facts_found("records_beyond_visits", ON), [[visited, first, second]]);
    ledger.void(1, second);
    let passed = visit(&mut ledger, NHAN_CHINH, "2023-01-05", json!({}));
    let third = record(&mut ledger, "vp-3", passed);
    let found = ledger.found("records_beyond_visits", ON);
    assert_eq!((found.len(), &found[0].facts), (1, &vec![passed, third]));
    assert!(found[0].says.contains("found no violation"), "{found:?}");
}
