//! The three epochs of the reference district: 11 wards of 2023, 9 from 01/01/2025, the communes from 01/07/2025.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::BTreeSet;

use crate::common::{OPERATOR, date, example, key, of_type};
use serde_json::{Value, json};
use socai_domain::corrections::{acknowledger, may_amend};
use socai_domain::rules::{self, Ctx};
use socai_domain::tables::{Table, parse};
use socai_domain::{Event, Position, Registry, search, time};
use socai_proto::v1::UnitType;
use socai_tlog::{EventName, LeafIndex, UnitNo, UnitSeq};

const UNITS: &str = include_str!("../../../../deploy/thanh-xuan/units.json");

/// Every unit that the reference file knows, registered, and every succession recorded.
fn registry() -> Registry {
    let file: Value = serde_json::from_str(UNITS).unwrap();
    let mut registry = Registry::new();
    let (now, later) = (file["units"].as_array().unwrap(), file["later"]["units"].as_array().unwrap());
    for (no, unit) in now.iter().chain(later).enumerate() {
        let mut data = unit.clone();
        let fields = data.as_object_mut().unwrap();
        ["assumed", "legal"].iter().for_each(|name| drop(fields.remove(*name)));
        fields.retain(|_, value| !value.is_null());
        fields.insert("unit_no".into(), json!(no));
        for (at, name) in ["transport_key", "sealing_key", "witnessing_key"].iter().enumerate() {
            fields.insert((*name).into(), json!(key(u8::try_from(no * 3 + at + 1).unwrap()).to_string()));
        }
        record(&mut registry, "unit.registered", data);
    }
    for succession in file["later"]["successions"].as_array().unwrap() {
        record(&mut registry, "unit.succeeded", succession.clone());
    }
    registry
}

/// Takes a fact of the operator in; it breaks no rule.
fn record(registry: &mut Registry, kind: &str, data: Value) {
    let mut form = example(kind);
    (form["data"], form["occurred_on"]) = (data, json!("2025-07-01"));
    let facts = crate::common::facts(&form);
    let received_at_ms = time::start_of_day_ms(date("2025-07-02"));
    let name = EventName { unit: OPERATOR, seq: UnitSeq(0) };
    let at = Position { name, leaf: LeafIndex(0), received_at_ms, rotates_key: false };
    registry
        .apply(&Event::decode(&facts).unwrap(), &at, |_| UnitSeq(0))
        .unwrap_or_else(|error| panic!("{form}: {error:?}"));
}

fn no(registry: &Registry, id: &str) -> UnitNo {
    registry.by_id(id).unwrap_or_else(|| panic!("{id}")).no
}

/// Codes of the wards on a day, in official order.
fn wards<'r>(registry: &'r Registry, day: &str) -> Vec<(&'r str, &'r str)> {
    let on = registry.on(date(day)).into_iter().filter(|(_, span)| span.unit_type == UnitType::Ward);
    on.map(|(_, span)| (span.code.as_str(), span.name.strip_prefix("Phường ").unwrap())).collect()
}

#[test]
fn each_epoch_has_its_own_wards_to_the_day() {
    let registry = registry();
    let of_2023 = [
        ("00343", "Nhân Chính"),
        ("00346", "Thượng Đình"),
        ("00349", "Khương Trung"),
        ("00352", "Khương Mai"),
        ("00355", "Thanh Xuân Trung"),
        ("00358", "Phương Liệt"),
        ("00361", "Hạ Đình"),
        ("00364", "Khương Đình"),
        ("00367", "Thanh Xuân Bắc"),
        ("00370", "Thanh Xuân Nam"),
        ("00373", "Kim Giang"),
    ];
    assert_eq!(wards(&registry, "2023-02-08"), of_2023);
    assert_eq!(wards(&registry, "2024-12-31"), of_2023);
    let of_early_2025 = [
        ("00343", "Nhân Chính"),
        ("00346", "Thượng Đình"),
        ("00349", "Khương Trung"),
        ("00352", "Khương Mai"),
        ("00355", "Thanh Xuân Trung"),
        ("00358", "Phương Liệt"),
        ("00364", "Khương Đình"),
        ("00367", "Thanh Xuân Bắc"),
        ("00373", "Hạ Đình"),
    ];
    assert_eq!(wards(&registry, "2025-01-01"), of_early_2025);
    assert_eq!(wards(&registry, "2025-06-30"), of_early_2025);
    let since_july = [
        ("00175", "Yên Hòa"),
        ("00322", "Tương Mai"),
        ("00352", "Phương Liệt"),
        ("00364", "Khương Đình"),
        ("00367", "Thanh Xuân"),
        ("00637", "Đại Mỗ"),
        ("00643", "Thanh Liệt"),
    ];
    assert_eq!(wards(&registry, "2025-07-01"), since_july);
}

#[test]
fn a_code_and_a_name_stand_for_another_unit_in_another_epoch() {
    let registry = registry();
    let by_code = |code: &str, day: &str| {
        let units = registry.on(date(day)).into_iter().filter(|(_, span)| span.code == code);
        units.map(|(unit, _)| unit.id.as_str()).collect::<Vec<_>>()
    };
    for (code, ids) in [
        ("00373", ["hn.tx.kim-giang.1", "hn.tx.ha-dinh.2", ""]),
        ("00352", ["hn.tx.khuong-mai.1", "hn.tx.khuong-mai.1", "hn.p.phuong-liet"]),
        ("00367", ["hn.tx.thanh-xuan-bac.1", "hn.tx.thanh-xuan-bac.2", "hn.p.thanh-xuan"]),
        ("00364", ["hn.tx.khuong-dinh.1", "hn.tx.khuong-dinh.1", "hn.p.khuong-dinh"]),
    ] {
        for (day, id) in ["2024-12-31", "2025-01-01", "2025-07-01"].into_iter().zip(ids) {
            assert_eq!(by_code(code, day).first().copied().unwrap_or_default(), id, "{code} on {day}");
            assert!(by_code(code, day).len() <= 1, "{code} on {day}");
        }
    }
    let ha_dinh = |id: &str| registry.by_id(id).unwrap().newest().unwrap().code.clone();
    assert_eq!((ha_dinh("hn.tx.ha-dinh.1"), ha_dinh("hn.tx.ha-dinh.2")), ("00361".into(), "00373".into()));
    assert_eq!(
        search::search_key("Phường Yên Hoà"),
        search::search_key("Phường Yên Hòa"),
        "the two spellings of one law"
    );
}

fn heirs<'r>(registry: &'r Registry, id: &str, day: &str) -> Vec<&'r str> {
    registry.heirs(id, date(day)).into_iter().map(|unit| unit.id.as_str()).collect()
}

#[test]
fn work_passes_to_whoever_continues_the_unit_through_both_reforms() {
    let registry = registry();
    let kim_giang = |day| heirs(&registry, "hn.tx.kim-giang.1", day);
    assert_eq!(kim_giang("2024-12-31"), ["hn.tx.kim-giang.1"]);
    assert_eq!(kim_giang("2025-01-01"), ["hn.tx.ha-dinh.2"]);
    assert_eq!(kim_giang("2025-07-01"), ["hn.p.khuong-dinh", "hn.p.thanh-liet"], "split in July");
    assert_eq!(heirs(&registry, "hn.tx.khuong-mai.1", "2025-07-01"), ["hn.p.phuong-liet"]);
    assert_eq!(heirs(&registry, "hn.tx.nhan-chinh.1", "2025-07-01").len(), 3);
    assert_eq!(heirs(&registry, "hn.la.khac", "2025-07-01"), [""; 0]);
}

#[test]
fn only_a_unit_that_went_whole_can_be_added_to_its_successor() {
    let registry = registry();
    let whole = |id: &str, day: &str| registry.whole_heir(id, date(day)).map(|unit| unit.id.clone());
    assert_eq!(whole("hn.tx.kim-giang.1", "2025-01-01").as_deref(), Some("hn.tx.ha-dinh.2"));
    let of_2023: Vec<_> = of_type(&registry, UnitType::Ward, date("2023-02-08"))
        .into_iter()
        .map(|unit| unit.id.clone())
        .collect();
    let in_july: Vec<_> = of_2023.iter().filter(|id| whole(id, "2025-07-01").is_some()).collect();
    assert_eq!(in_july, ["hn.tx.khuong-mai.1"], "every other ward was split");
    assert_eq!(whole("hn.tx.khuong-mai.1", "2023-02-08").as_deref(), Some("hn.tx.khuong-mai.1"));
}

#[test]
fn every_ward_of_2023_has_heirs_and_every_ward_of_today_has_predecessors() {
    let registry = registry();
    for day in ["2023-02-08", "2025-01-01", "2025-07-01"] {
        let present: BTreeSet<_> =
            of_type(&registry, UnitType::Ward, date(day)).into_iter().map(|unit| unit.no).collect();
        for old in of_type(&registry, UnitType::Ward, date("2023-02-08")) {
            let heirs = registry.heirs(&old.id, date(day));
            assert!(
                !heirs.is_empty() && heirs.iter().all(|heir| present.contains(&heir.no)),
                "{} on {day}",
                old.id
            );
            for heir in heirs {
                assert!(registry.continues(heir.no, old.no, date(day)), "{} continues {}", heir.id, old.id);
            }
        }
    }
    for today in of_type(&registry, UnitType::Ward, date("2025-07-01")) {
        let before = registry.predecessors(&today.id, date("2025-07-01"));
        assert!(
            !before.is_empty() && before.iter().all(|(_, succession)| !succession.legal.is_empty()),
            "{}",
            today.id
        );
        assert_eq!(registry.predecessors(&today.id, date("2025-06-30")).len(), 0);
    }
}

#[test]
fn a_successor_may_amend_what_its_predecessors_published_from_its_first_day_on() {
    let registry = registry();
    let old = EventName { unit: no(&registry, "hn.tx.kim-giang.1"), seq: UnitSeq(4) };
    for (id, day, may) in [
        ("hn.tx.kim-giang.1", "2024-12-31", true),
        ("hn.tx.ha-dinh.2", "2024-12-31", false),
        ("hn.tx.ha-dinh.2", "2025-01-01", true),
        ("hn.p.thanh-liet", "2025-06-30", false),
        ("hn.p.thanh-liet", "2025-07-01", true),
        ("hn.p.phuong-liet", "2025-07-01", false),
    ] {
        assert_eq!(may_amend(&registry, no(&registry, id), old, date(day)), may, "{id} on {day}");
    }
}

#[test]
fn a_successor_continues_an_open_case_and_the_old_unit_only_its_own_days() {
    let registry = registry();
    let may_publish = |id: &str, day: &str| {
        let mut form = example("penalty.decided");
        (form["occurred_on"], form["place"], form["case"]) =
            (json!(day), json!([id]), json!("xp-kim-giang-9"));
        for path in ["refs", "doc"] {
            form = crate::common::with(form, path, Value::Null);
        }
        form = crate::common::with(form, "data.due_on", json!("2025-09-30"));
        let facts = crate::common::facts(&form);
        let breaches = rules::check(
            &Event::decode(&facts).unwrap(),
            no(&registry, id),
            &Ctx::draft(&registry, date("2025-08-01")),
        );
        breaches.into_iter().map(|breach| breach.code).find(|code| *code == "unit_not_valid")
    };
    assert_eq!(may_publish("hn.tx.kim-giang.1", "2024-12-30"), None, "a fact of its days that was sent late");
    assert_eq!(may_publish("hn.tx.kim-giang.1", "2025-01-01"), Some("unit_not_valid"));
    assert_eq!(may_publish("hn.tx.ha-dinh.2", "2025-01-01"), None);
    assert_eq!(may_publish("hn.p.khuong-dinh", "2025-07-01"), None);
    assert_eq!(may_publish("hn.p.khuong-dinh", "2025-06-30"), Some("unit_not_valid"));
}

#[test]
fn who_acknowledges_a_unit_is_the_groupings_to_say_on_the_day() {
    let registry = registry();
    let text = r#"
[[grouping]]
type = "ward"
aggregator = "hn.tx.b.tckh"
valid_to = 2025-06-30

[[grouping]]
unit = "hn.p.thanh-liet"
aggregator = "hn.p.khuong-dinh"
valid_from = 2025-07-01

[[grouping]]
unit = "hn.p.khuong-dinh"
aggregator = "hn.p.thanh-xuan"
valid_from = 2025-07-01
"#;
    let Ok(Table::Grouping(grouping)) = parse("grouping", text) else { panic!() };
    let of = |id: &str, day: &str| acknowledger(&registry, &grouping, no(&registry, id), date(day));
    assert_eq!(of("hn.tx.ha-dinh.1", "2023-02-08"), no(&registry, "hn.tx.b.tckh"));
    assert_eq!(of("hn.p.thanh-liet", "2025-07-01"), no(&registry, "hn.p.khuong-dinh"));
    assert_eq!(of("hn.p.khuong-dinh", "2025-07-01"), no(&registry, "hn.p.thanh-xuan"), "a third level");
    assert_eq!(of("hn.p.thanh-xuan", "2025-07-01"), UnitNo::OPERATOR, "nobody is named: the operator");
}
