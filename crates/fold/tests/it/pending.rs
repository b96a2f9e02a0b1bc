//! Facts that build on nothing known are accepted and listed until it comes, in whatever order.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district};
use serde_json::{Value, json};
use socai_fold::{Awaited, Pending, PendingFacts};
use socai_tlog::EventName;

const HA_DINH: u32 = 7;
const NHAN_CHINH: u32 = 1;

fn given() -> Ledger {
    let mut ledger = district::founded();
    ledger.on("2023-03-09");
    ledger
}

fn pending_on(ledger: &Ledger, day: &str) -> Vec<Pending> {
    let (fold, _) = ledger.fold();
    let mut pass = PendingFacts::new(&fold, day.parse().unwrap());
    ledger.iter().for_each(|record| pass.visit(&record).unwrap());
    pass.finish().unwrap()
}

fn pending(ledger: &Ledger) -> Vec<(EventName, Vec<Awaited>)> {
    pending_on(ledger, "2023-03-09").into_iter().map(|pending| (pending.name, pending.awaits)).collect()
}

/// The example of a kind with parts of its envelope replaced, as a unit records it.
fn state(ledger: &mut Ledger, unit: u32, kind: &str, parts: Value) -> EventName {
    let mut form = socai_proto::kind(kind).unwrap().example();
    let form = form.as_object_mut().unwrap();
    ["id", "refs", "case"].iter().for_each(|part| drop(form.remove(*part)));
    for (name, value) in parts.as_object().unwrap() {
        match name.strip_prefix("data.") {
            Some(field) => form["data"][field] = value.clone(),
            None => drop(form.insert(name.clone(), value.clone())),
        }
    }
    ledger.json(unit, Value::Object(form.clone()))
}

fn begun(kind: &'static str, case: &str) -> Awaited {
    Awaited::Begun { kind, case: case.to_owned() }
}

#[test]
fn a_fact_of_a_case_that_nothing_has_begun_waits_for_its_beginning() {
    for (begins, goes_on) in [
        ("petition.received", "petition.handled"),
        ("directive.issued", "directive.progressed"),
        ("dossier.received", "dossier.component_digitised"),
        ("penalty.decided", "penalty.payment_received"),
        ("penalty.decided", "penalty.decision_revised"),
        ("violation.recorded", "violation.closed_without_penalty"),
        ("gift.programme_approved", "gift.delivered"),
    ] {
        let mut ledger = given();
        let case = json!({"case": "vu-1", "data.on_the_spot": true});
        let case = if begins == "penalty.decided" { case } else { json!({"case": "vu-1"}) };
        let plain = json!({"case": "vu-1"});
        let name = state(&mut ledger, HA_DINH, goes_on, plain.clone());
        let other = state(&mut ledger, NHAN_CHINH, goes_on, json!({"case": "vu-2"}));
        let waits = |ledger: &Ledger| -> Vec<EventName> {
            let of = |(name, awaits): (EventName, Vec<Awaited>)| {
                awaits
                    .iter()
                    .any(|a| matches!(a, Awaited::Begun { kind, .. } if *kind == begins))
                    .then_some(name)
            };
            pending(ledger).into_iter().filter_map(of).collect()
        };
        assert_eq!(waits(&ledger), [name, other], "{goes_on}");
        state(&mut ledger, NHAN_CHINH, begins, case);
        assert_eq!(waits(&ledger), [other], "{goes_on}: its beginning has come, from another unit and late");
    }
}

#[test]
fn the_order_of_arrival_changes_nothing() {
    let mut before = given();
    state(&mut before, NHAN_CHINH, "petition.received", json!({"case": "don-1"}));
    state(&mut before, HA_DINH, "petition.handled", json!({"case": "don-1"}));
    let mut after = given();
    state(&mut after, HA_DINH, "petition.handled", json!({"case": "don-1"}));
    state(&mut after, NHAN_CHINH, "petition.received", json!({"case": "don-1"}));
    assert_eq!((pending(&before), pending(&after)), (vec![], vec![]));
}

#[test]
fn a_reference_to_a_record_that_is_not_there_waits_for_it() {
    let mut ledger = given();
    let ahead = format!("{NHAN_CHINH}/0");
    let name = state(&mut ledger, HA_DINH, "petition.handled", json!({"refs": [ahead]}));
    let awaited = EventName::new(NHAN_CHINH, 0);
    assert_eq!(pending(&ledger), [(name, vec![Awaited::Record(awaited)])]);
    let row = &pending_on(&ledger, "2023-03-09")[0];
    assert_eq!((row.kind, row.case.as_deref()), ("petition.handled", None));
    assert_eq!(state(&mut ledger, NHAN_CHINH, "petition.received", json!({})), awaited);
    assert_eq!(pending(&ledger), []);
}

#[test]
fn targets_of_the_ledgers_own_kinds_are_waited_for_too() {
    let mut ledger = given();
    let answer = json!({"data.target": format!("{NHAN_CHINH}/0"), "data.answer": "confirmed"});
    let name = state(&mut ledger, HA_DINH, "event.acknowledged", answer);
    assert_eq!(pending(&ledger), [(name, vec![Awaited::Record(EventName::new(NHAN_CHINH, 0))])]);
    state(&mut ledger, NHAN_CHINH, "petition.received", json!({}));
    assert_eq!(pending(&ledger), []);
}

#[test]
fn a_record_that_was_voided_or_rejected_is_waited_for_by_what_builds_on_it() {
    let mut ledger = given();
    let received = state(&mut ledger, HA_DINH, "petition.received", json!({"case": "don-1"}));
    let by_ref = state(&mut ledger, HA_DINH, "petition.handled", json!({"refs": [received.to_string()]}));
    let by_case = state(&mut ledger, HA_DINH, "petition.handled", json!({"case": "don-1"}));
    assert_eq!(pending(&ledger), []);
    let void = json!({"target": received.to_string(), "reason": "test"});
    ledger.json(HA_DINH, json!({"kind": "event.voided", "occurred_on": "2023-03-07", "data": void}));
    let waiting = pending(&ledger);
    let of =
        |name: EventName| waiting.iter().find(|(waits, _)| *waits == name).map(|(_, awaits)| awaits.clone());
    assert_eq!(of(by_ref), Some(vec![Awaited::Counting(received)]));
    assert_eq!(of(by_case), Some(vec![begun("petition.received", "don-1")]));
}

#[test]
fn a_reference_to_what_begins_the_case_stands_for_the_case() {
    let mut ledger = given();
    let received = state(&mut ledger, HA_DINH, "petition.received", json!({"case": "don-cu"}));
    let parts = json!({"case": "don-moi", "refs": [received.to_string()]});
    state(&mut ledger, HA_DINH, "petition.handled", parts);
    assert_eq!(pending(&ledger), []);
}

#[test]
fn a_code_that_no_fact_has_named_waits_for_the_fact_that_does() {
    let mut ledger = given();
    let name = state(
        &mut ledger,
        HA_DINH,
        "project.accepted",
        json!({"case": "du-an-9", "data.project": "du-an-9"}),
    );
    let code = "du-an-9".to_owned();
    let awaited = Awaited::Named { kind: "project.registered", field: "project", code };
    assert_eq!(pending(&ledger), [(name, vec![awaited])]);
    state(&mut ledger, HA_DINH, "project.registered", json!({"case": "du-an-9", "data.project": "du-an-9"}));
    assert_eq!(pending(&ledger), []);
}

#[test]
fn a_fine_on_the_spot_has_no_record_before_it_and_another_one_has() {
    let mut ledger = given();
    let form = |on_the_spot: bool, case: &str| json!({"case": case, "data.on_the_spot": on_the_spot});
    state(&mut ledger, HA_DINH, "penalty.decided", form(true, "vp-1"));
    let file = state(&mut ledger, HA_DINH, "penalty.decided", form(false, "vp-2"));
    assert_eq!(pending(&ledger), [(file, vec![begun("violation.recorded", "vp-2")])]);
}

#[test]
fn facts_after_the_asked_day_are_not_listed_yet() {
    let mut ledger = given();
    state(&mut ledger, HA_DINH, "petition.handled", json!({"case": "don-1", "occurred_on": "2023-03-05"}));
    assert_eq!(pending_on(&ledger, "2023-03-04").len(), 0);
    assert_eq!(pending_on(&ledger, "2023-03-05").len(), 1);
}

#[test]
fn a_succession_waits_until_its_successor_is_registered_here() {
    let mut ledger = given();
    let mut form = socai_proto::kind("unit.succeeded").unwrap().example();
    form.as_object_mut().unwrap().remove("id");
    form["occurred_on"] = json!("2023-03-01");
    form["data"]["effective"] = json!("2023-03-01");
    form["data"]["from"] = json!("hn.tx.ha-dinh.1");
    form["data"]["to"] = json!("hn.tx.nhan-chinh.1");
    ledger.json(0, form.clone());
    assert_eq!(pending(&ledger), []);
    form["data"]["to"] = json!("hn.tx.nhan-chinh.9");
    let name = ledger.json(0, form);
    assert_eq!(pending(&ledger), [(name, vec![Awaited::Unit("hn.tx.nhan-chinh.9".into())])]);
}
