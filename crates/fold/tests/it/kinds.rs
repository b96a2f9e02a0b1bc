//! Every kind is folded, and the district's rows count those that figures are made of.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district};
use serde_json::{Value, json};
use socai_tlog::EventName;

const HA_DINH: u32 = 7;
const ANOTHER_UNIT: u32 = 8;

fn given() -> Ledger {
    let mut ledger = district::founded();
    ledger.on("2023-03-09");
    ledger
}

/// The example of a kind with some of its data changed, as Hạ Đình records it.
fn state(ledger: &mut Ledger, kind: &str, changes: Value) -> EventName {
    let mut form = socai_proto::kind(kind).unwrap().example();
    let form = form.as_object_mut().unwrap();
    ["id", "refs"].iter().for_each(|part| drop(form.remove(*part)));
    let data = form["data"].as_object_mut().unwrap();
    changes
        .as_object()
        .unwrap()
        .iter()
        .for_each(|(field, value)| drop(data.insert(field.clone(), value.clone())));
    ledger.json(HA_DINH, Value::Object(form.clone()))
}

#[test]
fn the_rows_of_the_district_count_every_domain() {
    for (code, kind, facts, value, events) in [
        (
            "NS.04",
            "tax.debt_changed",
            &[json!({"action": "recovered", "measure": null}), json!({})][..],
            86_500_000,
            1,
        ),
        (
            "DT.03",
            "project.disbursed",
            &[json!({"plan_year": 2023}), json!({"plan_year": 2022})],
            3_120_000_000,
            1,
        ),
        (
            "DT.04",
            "project.disbursed",
            &[json!({"kind": "final_settlement"}), json!({"kind": "final_settlement"})],
            1,
            2,
        ),
        (
            "GP.02",
            "clearance.stage_reached",
            &[json!({"stage": "published"}), json!({"stage": "published", "project": "b"})],
            2,
            2,
        ),
        ("GP.03", "clearance.stage_reached", &[json!({"stage": "approved"}), json!({})], 1, 1),
        (
            "GP.04",
            "clearance.stage_reached",
            &[json!({"stage": "inventory"}), json!({"stage": "inventory"})],
            24,
            2,
        ),
        ("GP.05", "clearance.payment_made", &[json!({}), json!({"amount": 1_000})], 8_950_001_000, 2),
        ("GP.05.th", "clearance.payment_made", &[json!({"land_users": 5}), json!({"land_users": 2})], 7, 2),
        ("GP.05.kn", "clearance.payment_made", &[json!({}), json!({"refused": 2})], 3, 2),
        ("GP.06", "clearance.site_handed_over", &[json!({"complete": true}), json!({})], 1, 1),
        ("TT.06", "penalty.decision_revised", &[json!({}), json!({"action": "replaced"})], 2, 2),
        ("TT.07", "violation.closed_without_penalty", &[json!({})], 1, 1),
        (
            "NO.02",
            "housing.renovation_milestone",
            &[json!({}), json!({"grade": "d"}), json!({"milestone": "started"})],
            1,
            2,
        ),
        ("YT.08", "epidemic.cases_reported", &[json!({}), json!({"new": 4, "disease": "covid-19"})], 7, 2),
        (
            "PC.03",
            "inspection.conducted",
            &[json!({"field": "fire", "suspension": "temporary"}), json!({"field": "fire"})],
            1,
            1,
        ),
        (
            "YT.04.mac",
            "incident.reported",
            &[json!({"kind": "food_poisoning", "injured": 5}), json!({"kind": "rescue", "injured": 7})],
            5,
            1,
        ),
        (
            "QS.03",
            "conscription.handed_over",
            &[
                json!({"year": 2023, "count": 7, "returned": 1}),
                json!({"year": 2023, "count": 6, "returned": 0}),
            ],
            13,
            2,
        ),
        (
            "PC.04.tien",
            "incident.reported",
            &[json!({"kind": "fire", "damage": 5}), json!({"kind": "rescue", "damage": 7})],
            5,
            1,
        ),
        ("MC.01", "dossier.received", &[json!({}), json!({"channel": "counter"})], 2, 2),
        ("MC.01.tt", "dossier.received", &[json!({}), json!({"channel": "counter"})], 1, 1),
        ("MC.02.xong", "dossier.status_changed", &[json!({}), json!({"status": "returned"})], 1, 1),
        ("MC.04.tp", "dossier.component_digitised", &[json!({}), json!({"digitised": 3})], 5, 2),
        ("MC.05.tp", "dossier.component_digitised", &[json!({}), json!({"reused": 3})], 4, 2),
        ("MC.06", "dossier.status_changed", &[json!({}), json!({"decided_by_delegation": false})], 1, 1),
        ("VB.01.den", "document.registered", &[json!({}), json!({"direction": "out"})], 1, 1),
        ("VB.01.kyso", "document.registered", &[json!({}), json!({"direction": "out"})], 1, 1),
        ("TD.01", "citizen.reception_held", &[json!({}), json!({"visits": 2})], 6, 2),
        ("TD.01.doan", "citizen.reception_held", &[json!({}), json!({"crowds": 0})], 1, 2),
        ("TD.02", "petition.received", &[json!({}), json!({"class": "feedback"})], 2, 2),
        (
            "TD.02.gq",
            "petition.handled",
            &[json!({}), json!({"action": "accepted", "outcome": null, "recovered": null})],
            1,
            1,
        ),
    ] {
        let mut ledger = given();
        for changes in facts {
            state(&mut ledger, kind, changes.clone());
        }
        assert_eq!(ledger.fold().1, [], "{code}");
        let figure = ledger.figure(code);
        assert_eq!((figure.value, figure.events), (value, events), "{code}");
    }
}

#[test]
fn slices_tell_the_parts_of_a_figure_apart() {
    let mut ledger = given();
    state(&mut ledger, "petition.received", json!({}));
    state(&mut ledger, "petition.received", json!({"class": "feedback"}));
    state(&mut ledger, "petition.received", json!({"class": "feedback"}));
    let slices = ledger.figure("TD.02").slices;
    let parts: Vec<_> = slices.iter().map(|slice| (slice.value.as_str(), slice.part.value)).collect();
    assert_eq!(parts, [("complaint", 1), ("feedback", 2)]);
}

#[test]
fn an_erasure_is_noted_and_changes_no_figure() {
    let mut ledger = given();
    let received = state(&mut ledger, "petition.received", json!({}));
    let before = ledger.figure("TD.02");
    state(&mut ledger, "annex.erased", json!({"target": received.to_string()}));
    state(&mut ledger, "identity.erased", json!({}));
    assert_eq!(ledger.fold().1, []);
    assert_eq!(ledger.figure("TD.02"), before);
    // Nor is it undone: kinds of the ledger have no voids.
    let erasure = EventName::new(HA_DINH, 1);
    let void = json!({"target": erasure.to_string(), "reason": "test"});
    ledger.json(HA_DINH, json!({"kind": "event.voided", "occurred_on": "2023-03-07", "data": void}));
    assert_eq!(ledger.figure("TD.02"), before);
    let (fold, _) = ledger.fold();
    let listed: Vec<_> = fold.erasures().iter().map(|erasure| (erasure.target, erasure.by)).collect();
    assert_eq!(listed, [(received, erasure)]);
    let first = fold.erasures().of(received).unwrap().leaf;
    assert_eq!(fold.erasures().since(first).len(), 1);
    assert_eq!(fold.erasures().since(socai_tlog::LeafIndex(first.0 + 1)).len(), 0);
    assert_eq!(fold.erasures().of(erasure), None);
}

#[test]
fn an_erasure_that_breaks_a_rule_destroys_nothing() {
    let mut ledger = given();
    let received = state(&mut ledger, "petition.received", json!({}));
    let erased = json!({"target": received.to_string(), "ground": "personal_data",
                        "procedure": "14/QĐ-UBND", "approver_position": "chu-tich-ubnd-phuong"});
    ledger.json(ANOTHER_UNIT, json!({"kind": "annex.erased", "occurred_on": "2023-03-07", "data": erased}));
    let (fold, rejected) = ledger.fold();
    assert_eq!(rejected.len(), 1, "another unit's record");
    assert_eq!(fold.erasures().iter().count(), 0);
}
