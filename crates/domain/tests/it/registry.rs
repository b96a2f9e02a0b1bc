//! Units, names, keys and suspensions as the operator's records say.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::*;
use serde_json::{Value, json};
use socai_proto::v1::UnitType;
use socai_tlog::{Header, LeafIndex, Link, SealingKey, UnitNo, UnitSeq};

fn suspension(kind: &str, unit: &str, from: u64) -> Value {
    with(with(example(kind), "data.unit", json!(unit)), "data.from_leaf_index", json!(from))
}

/// A fact that rests on no other record.
fn fact() -> Value {
    with(example("violation.recorded"), "refs", json!(null))
}

fn rotation(use_of_key: &str, new: SealingKey) -> Value {
    let form = with(example("key.rotated"), "data.new_public_key", json!(new.to_string()));
    with(form, "data.key", json!(use_of_key))
}

fn succession(from: &str, to: &str, portion: &str, effective: &str) -> Value {
    let mut form = example("unit.succeeded");
    form["data"] =
        json!({"from": from, "to": to, "portion": portion, "effective": effective, "legal": "NQ 1286"});
    form
}

#[test]
fn identity_is_the_unit_id_because_codes_and_names_are_reused() {
    let mut world = World::new();
    // From 01/01/2025 the code 00373 of Kim Giang is the new Hạ Đình's, which keeps the old name but is another unit.
    let new = registration(UnitNo(11), "hn.tx.ha-dinh.2", "00373", "Phường Hạ Đình", "ward", 110);
    let new = with(with(new, "data.valid_from", json!("2025-01-01")), "data.valid_to", json!("2025-06-30"));
    world.record(OPERATOR, &new).unwrap();
    let on = |id: &str, day: &str| {
        unit_on(&world.registry, id, date(day)).map(|(unit, span)| (unit.no, span.code.as_str()))
    };
    assert_eq!(on("hn.tx.kim-giang.1", "2024-12-31"), Some((KIM_GIANG, "00373")));
    assert_eq!(on("hn.tx.kim-giang.1", "2025-01-01"), None);
    assert_eq!(on("hn.tx.ha-dinh.2", "2025-01-01"), Some((UnitNo(11), "00373")));
    assert_eq!(on("hn.tx.ha-dinh.2", "2024-12-31"), None);
    assert_eq!(on("hn.tx.ha-dinh.2", "2025-07-01"), None);
    assert_eq!(on("00373", "2025-01-01"), None, "a code is no id");
    assert_eq!(of_type(&world.registry, UnitType::Ward, date("2023-02-08")).len(), 4);
    assert_eq!(of_type(&world.registry, UnitType::Ward, date("2025-02-08")).len(), 1);
}

#[test]
fn units_are_listed_in_official_order() {
    let world = World::new();
    let listed = world.registry.on(date("2023-02-08"));
    let names: Vec<_> = listed.iter().map(|(unit, span)| (span.code.as_str(), unit.id.as_str())).collect();
    assert_eq!(
        names,
        [
            ("", "hn.tx.b.vp"),
            ("00349", "hn.tx.khuong-trung.1"),
            ("00361", "hn.tx.ha-dinh.1"),
            ("00364", "hn.tx.khuong-dinh.1"),
            ("00373", "hn.tx.kim-giang.1"),
            ("", "hn.tx.b.yte"),
        ]
    );
}

#[test]
fn a_unit_registered_again_begins_a_new_span_of_names_and_keeps_its_keys() {
    let mut world = World::new();
    let again = registration(HEALTH, "hn.tx.b.yte", "", "Trung tâm Y tế", "district_body", 40);
    world.record(OPERATOR, &with(again.clone(), "data.valid_from", json!("2024-01-01"))).unwrap();
    let name = |day: &str| unit_on(&world.registry, "hn.tx.b.yte", date(day)).unwrap().1.name.clone();
    assert_eq!((name("2023-12-31").as_str(), name("2024-01-01").as_str()), ("Phòng Y tế", "Trung tâm Y tế"));

    let other_keys = registration(HEALTH, "hn.tx.b.yte", "", "Trung tâm Y tế", "district_body", 200);
    assert_eq!(codes(&world.record(OPERATOR, &other_keys)), ["data.sealing_key keys_changed"]);
}

#[test]
fn a_registration_that_would_confuse_units_is_refused() {
    let fresh = || registration(UnitNo(12), "hn.tx.moi.1", "", "Phường Mới", "ward", 120);
    for (path, value, expected) in [
        ("data.unit_no", json!(3), vec!["data.unit_no number_taken"]),
        ("data.unit_id", json!("hn.tx.ha-dinh.1"), vec!["data.unit_id id_taken"]),
        ("data.unit_no", json!(65_536), vec!["data.unit_no out_of_range"]),
        ("data.parent", json!("hn.tx.moi.1"), vec!["data.parent own_parent"]),
        ("data.valid_to", json!("1996-12-31"), vec!["data.valid_to ends_before_it_begins"]),
        ("data.sealing_key", json!(key(120).to_string()), vec!["data.sealing_key key_reused"]),
        ("data.witnessing_key", json!(key(21).to_string()), vec!["data.witnessing_key key_reused"]),
        ("data.transport_key", json!("00".repeat(32)), vec!["data.transport_key weak_key"]),
        ("data.sealing_key", json!(format!("01{}", "00".repeat(31))), vec!["data.sealing_key weak_key"]),
        ("data.sealing_key", json!("ff".repeat(32)), vec!["data.sealing_key weak_key"]),
    ] {
        let mut world = World::new();
        let before = world.registry.clone();
        let outcome = world.record(OPERATOR, &with(fresh(), path, value));
        assert_eq!(codes(&outcome), expected, "{path}");
        assert_eq!(world.registry, before, "what is refused changes nothing");
    }
    assert_eq!(codes(&World::new().record(OPERATOR, &fresh())), [""; 0]);
    assert!(codes(&World::new().record(HA_DINH, &fresh())).contains(&"kind operator_only".to_owned()));
}

#[test]
fn a_suspension_counts_from_a_leaf_and_never_backwards() {
    let mut world = World::new();
    let at = world.leaf;
    world.record(OPERATOR, &suspension("unit.suspended", "hn.tx.ha-dinh.1", at + 5)).unwrap();
    world.record(OPERATOR, &suspension("unit.suspended", "hn.tx.kim-giang.1", 0)).unwrap();
    world.record(OPERATOR, &suspension("unit.resumed", "hn.tx.ha-dinh.1", at + 8)).unwrap();
    let suspended = |unit, leaf: u64| world.registry.is_suspended_at(unit, LeafIndex(leaf));
    let range: Vec<u64> = (0..at + 12).filter(|leaf| suspended(HA_DINH, *leaf)).collect();
    assert_eq!(range, [at + 5, at + 6, at + 7]);
    assert!(!suspended(KIM_GIANG, at + 1) && suspended(KIM_GIANG, at + 2), "after the record that says so");
    assert!(!world.registry.unit(HA_DINH).unwrap().is_suspended());

    let record = world.record(KIM_GIANG, &fact());
    assert_eq!(codes(&record), ["unit suspended"]);
    assert_eq!(
        codes(&world.record(OPERATOR, &suspension("unit.resumed", "hn.tx.ha-dinh.1", 0))),
        ["data.unit not_suspended"]
    );
    assert_eq!(
        codes(&world.record(OPERATOR, &suspension("unit.suspended", "hn.tx.xa.1", 0))),
        ["data.unit unknown_unit"]
    );
}

#[test]
fn a_rotated_key_covers_what_comes_after_it() {
    let mut world = World::new();
    world.record(HA_DINH, &fact()).unwrap();
    let rotated_at = world.leaf;
    world.record(HA_DINH, &rotation("sealing", key(221))).unwrap();
    let covering = |seq| world.registry.sealing_key(HA_DINH, UnitSeq(seq)).unwrap();
    assert_eq!([0, 1, 2, 900].map(covering), [key(21), key(21), key(221), key(221)]);
    assert_eq!(world.registry.first_sealing_key(HA_DINH), Some(key(21)), "the genesis commits to it");
    let unit = world.registry.unit(HA_DINH).unwrap();
    let last = unit.sealing.all().last().unwrap();
    assert_eq!((last.made_known_at, last.key), (LeafIndex(rotated_at), key(221)));
    assert_eq!((unit.witnessing.newest(), unit.transport.newest()), (key(22), *key(20).as_bytes()));
}

#[test]
fn the_operator_replaces_a_lost_key_from_the_next_record_the_log_does_not_hold() {
    let mut world = World::new();
    for _ in 0..3 {
        world.record(HA_DINH, &fact()).unwrap();
    }
    let lost = with(rotation("sealing", key(222)), "data.unit", json!("hn.tx.ha-dinh.1"));
    assert_eq!(codes(&world.record(KIM_GIANG, &lost)), ["data.unit operator_only"]);
    world.record(OPERATOR, &lost).unwrap();
    let covering = |seq| world.registry.sealing_key(HA_DINH, UnitSeq(seq)).unwrap();
    assert_eq!([2, 3].map(covering), [key(21), key(222)]);
    let again = with(rotation("sealing", key(223)), "data.unit", json!("hn.tx.ha-dinh.1"));
    world.record(OPERATOR, &again).unwrap();
    assert_eq!(
        world.registry.sealing_key(HA_DINH, UnitSeq(3)),
        Some(key(223)),
        "nothing was sealed with the key between"
    );
}

#[test]
fn a_new_key_is_strong_and_nobodys() {
    let mut world = World::new();
    for (new, expected) in [
        (json!(key(21).to_string()), "data.new_public_key key_reused"),
        (json!(key(31).to_string()), "data.new_public_key key_reused"),
        (json!("00".repeat(32)), "data.new_public_key weak_key"),
    ] {
        let form = with(rotation("sealing", key(224)), "data.new_public_key", new);
        assert_eq!(codes(&world.record(HA_DINH, &form)), [expected]);
    }
    world.record(HA_DINH, &rotation("sealing", key(224))).unwrap();
    let back = rotation("sealing", key(21));
    assert_eq!(
        codes(&world.record(HA_DINH, &back)),
        ["data.new_public_key key_reused"],
        "an old key never comes back"
    );
}

#[test]
fn the_headers_flag_and_the_kind_agree() {
    let mut world = World::new();
    let new = rotation("sealing", key(225));
    assert_eq!(codes(&world.record_flagged(HA_DINH, &new, "2023-07-15", false)), ["kind flag_differs"]);
    assert_eq!(codes(&world.record_flagged(HA_DINH, &new, "2023-07-15", true)), [""; 0]);
    let record = fact();
    assert_eq!(codes(&world.record_flagged(HA_DINH, &record, "2023-07-15", true)), ["kind flag_differs"]);
}

#[test]
fn a_rotation_that_gate_and_audit_do_not_look_at_never_counts() {
    // an unflagged one of a unit is skipped by them, so whatever it says it changes nothing
    for (seed, usage) in [(225, "sealing"), (226, "transport"), (227, "witnessing")] {
        for named in [None, Some("hn.tx.ha-dinh.1")] {
            let mut world = World::new();
            let mut form = rotation(usage, key(seed));
            if let Some(named) = named {
                form = with(form, "data.unit", json!(named));
            }
            let before = format!("{:?}", world.registry);
            let unflagged = world.record_flagged(HA_DINH, &form, "2023-07-15", false);
            assert_eq!(codes(&unflagged), ["kind flag_differs"], "{usage} {named:?}");
            assert_eq!(format!("{:?}", world.registry), before, "{usage} {named:?}");
            let flagged = world.record_flagged(HA_DINH, &form, "2023-07-15", true);
            assert_eq!(codes(&flagged), [""; 0], "{usage} {named:?}");
            let covering = world.registry.sealing_key(HA_DINH, UnitSeq(9)).unwrap();
            assert_eq!(covering, if usage == "sealing" { key(seed) } else { key(21) }, "{usage}");
        }
    }
}

#[test]
fn a_rotation_before_its_unit_is_known_is_skipped_by_all_or_refused_by_all() {
    // named by its id: whether it is its own must not depend on whether the unit is registered yet
    let named = with(rotation("sealing", key(225)), "data.unit", json!("hn.tx.moi.1"));
    let unknown = UnitNo(12);
    for rotates_key in [false, true] {
        let mut world = World::new();
        let outcome = world.record_flagged(unknown, &named, "2023-07-15", rotates_key);
        assert!(outcome.is_err() && world.registry.unit(unknown).is_none());
        assert_eq!(codes(&outcome).contains(&"kind flag_differs".to_owned()), !rotates_key);
    }
}

#[test]
fn the_operators_rotation_for_a_unit_ends_no_segment_and_needs_no_flag() {
    for (seed, usage) in [(225, "sealing"), (226, "transport"), (227, "witnessing")] {
        for rotates_key in [false, true] {
            let mut world = World::new();
            let form = with(rotation(usage, key(seed)), "data.unit", json!("hn.tx.ha-dinh.1"));
            assert_eq!(codes(&world.record_flagged(OPERATOR, &form, "2023-07-15", rotates_key)), [""; 0]);
        }
    }
    let mut world = World::new();
    let own = rotation("sealing", key(228));
    assert_eq!(codes(&world.record_flagged(OPERATOR, &own, "2023-07-15", false)), ["kind flag_differs"]);
}

fn header(unit: UnitNo, seq: u64, recorded_at_ms: u64) -> String {
    let header = Header {
        flags: 0,
        unit,
        seq: UnitSeq(seq),
        recorded_at_ms,
        prev: Link::ZERO,
        facts: socai_tlog::Digest::ZERO,
        annex: socai_tlog::Digest::ZERO,
    };
    header.encode().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn fork(first: String, second: String) -> Value {
    let form = with(example("fork.evidenced"), "data.first_header", json!(first));
    let form = with(form, "data.second_header", json!(second));
    with(with(form, "data.first_following", json!(null)), "data.second_following", json!(null))
}

#[test]
fn a_fork_suspends_that_unit_only() {
    let mut world = World::new();
    world.record(OPERATOR, &fork(header(HA_DINH, 5, 1), header(HA_DINH, 5, 2))).unwrap();
    assert!(world.registry.unit(HA_DINH).unwrap().is_suspended());
    assert!(world.registry.units().all(|unit| unit.no == HA_DINH || !unit.is_suspended()));
    for (first, second, expected) in [
        (header(HA_DINH, 5, 1), header(HA_DINH, 6, 1), "data.second_header no_fork"),
        (header(HA_DINH, 5, 1), header(KIM_GIANG, 5, 1), "data.second_header no_fork"),
        (header(HA_DINH, 5, 1), header(HA_DINH, 5, 1), "data.second_header no_fork"),
        (header(UnitNo(99), 5, 1), header(UnitNo(99), 5, 2), "data.first_header unknown_unit"),
        ("ab".repeat(120), header(HA_DINH, 5, 1), "data.first_header not_a_header"),
    ] {
        assert_eq!(codes(&world.record(OPERATOR, &fork(first, second))), [expected]);
    }
}

#[test]
fn a_unit_that_went_whole_ends_and_its_heir_continues_it() {
    let mut world = World::new();
    let ends = |form| with(form, "data.valid_from", json!("2025-01-01"));
    world
        .record(
            OPERATOR,
            &ends(registration(UnitNo(11), "hn.tx.ha-dinh.2", "00373", "Phường Hạ Đình", "ward", 110)),
        )
        .unwrap();
    world
        .record(
            OPERATOR,
            &ends(registration(UnitNo(12), "hn.p.khuong-dinh", "00364", "Phường Khương Đình", "ward", 120)),
        )
        .unwrap();
    world.record(OPERATOR, &succession("hn.tx.b.yte", "hn.other-ledger", "whole", "2025-01-01")).unwrap();
    world.record(OPERATOR, &succession("hn.tx.ha-dinh.1", "hn.tx.ha-dinh.2", "part", "2025-01-01")).unwrap();
    world
        .record(OPERATOR, &succession("hn.tx.ha-dinh.2", "hn.p.khuong-dinh", "whole", "2025-07-01"))
        .unwrap();

    let exists = |id: &str, day: &str| unit_on(&world.registry, id, date(day)).is_some();
    assert!(exists("hn.tx.b.yte", "2024-12-31") && !exists("hn.tx.b.yte", "2025-01-01"));
    assert!(exists("hn.tx.ha-dinh.2", "2025-06-30") && !exists("hn.tx.ha-dinh.2", "2025-07-01"));

    let continues =
        |later: u32, earlier, day: &str| world.registry.continues(UnitNo(later), earlier, date(day));
    assert!(continues(3, HA_DINH, "2023-01-01"));
    assert!(continues(11, HA_DINH, "2025-01-01") && !continues(11, HA_DINH, "2024-12-31"));
    assert!(
        continues(12, HA_DINH, "2025-07-01") && !continues(12, HA_DINH, "2025-06-30"),
        "through two successions"
    );
    assert!(!continues(3, UnitNo(11), "2025-07-01"), "not the other way round");
    assert!(!continues(12, KIM_GIANG, "2025-07-01"));
    assert_eq!(
        codes(
            &world.record(OPERATOR, &succession("hn.tx.ha-dinh.1", "hn.tx.ha-dinh.1", "part", "2025-01-01"))
        ),
        ["data.to own_successor"]
    );
}

#[test]
fn the_operator_may_register_units_before_itself() {
    let mut world = World::new();
    world.registry = socai_domain::Registry::new();
    world
        .record(OPERATOR, &registration(HA_DINH, "hn.tx.ha-dinh.1", "00361", "Phường Hạ Đình", "ward", 20))
        .unwrap();
    assert_eq!(world.registry.units().count(), 1);
    assert_eq!(world.registry.unit(OPERATOR), None);
}
