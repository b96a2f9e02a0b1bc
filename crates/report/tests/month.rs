//! The reference month as its units would seal it: every line is a valid fact that breaks no rule.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use prost::Message;
use serde_json::{Value, json};
use socai_domain::{CivilDate, Event, Position, Registry, rules};
use socai_proto::{json::event_from_json, validate_facts};
use socai_tlog::{EventName, LeafIndex, SigningKey, UnitNo, UnitSeq};

fn district() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/thanh-xuan")
}

fn units() -> Vec<Value> {
    let text = fs::read_to_string(district().join("units.json")).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    file["units"].as_array().unwrap().clone()
}

/// The facts bytes of a form, with what the importer would supply.
fn facts(mut form: Value, serial: u64) -> Vec<u8> {
    form["id"] = json!(format!("{serial:032x}"));
    form["source"] = json!({"kind": "manual"});
    for (key, value) in [("level", "public"), ("entered_by", "van-phong")] {
        if form[key].is_null() {
            form[key] = json!(value);
        }
    }
    let (event, _) = event_from_json(&form).unwrap_or_else(|errors| panic!("{form}: {errors:?}"));
    let bytes = event.encode_to_vec();
    assert_eq!(validate_facts(&bytes), [], "{form}");
    bytes
}

/// A registry in which every unit of `units.json` was registered by the operator.
fn registry() -> Registry {
    let mut registry = Registry::new();
    for (seq, unit) in units().into_iter().enumerate() {
        let mut data = unit.as_object().unwrap().clone();
        data.remove("assumed");
        for (at, key) in ["transport_key", "sealing_key", "witnessing_key"].into_iter().enumerate() {
            let public = SigningKey::from_bytes(&[(seq * 3 + at + 1) as u8; 32]).verifying_key();
            data.insert(
                key.to_owned(),
                json!(public.as_bytes().iter().map(|b| format!("{b:02x}")).collect::<String>()),
            );
        }
        let form = json!({"kind": "unit.registered", "occurred_on": "2023-01-01", "data": data});
        let bytes = facts(form, seq as u64);
        let at = Position {
            name: EventName { unit: UnitNo::OPERATOR, seq: UnitSeq(seq as u64) },
            leaf: LeafIndex(seq as u64),
            received_at_ms: 1_700_000_000_000,
            rotates_key: false,
        };
        let event = Event::decode(&bytes).unwrap();
        registry.apply(&event, &at, |_| UnitSeq(0)).unwrap_or_else(|breaches| panic!("{unit}: {breaches:?}"));
    }
    registry
}

/// Every unit's number and the forms of its file.
fn month() -> Vec<(UnitNo, Vec<Value>)> {
    let publishing = units().into_iter().filter(|unit| unit["unit_no"] != 0);
    let read = |unit: Value| {
        let id = unit["unit_id"].as_str().unwrap().to_owned();
        let text = fs::read_to_string(district().join(format!("2023-02/{id}.jsonl"))).unwrap();
        let forms: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert!(forms.iter().all(|form| form["unit"] == id.as_str()), "{id}");
        (UnitNo(unit["unit_no"].as_u64().unwrap() as u32), forms)
    };
    publishing.map(read).collect()
}

#[test]
fn every_unit_publishes_and_no_file_belongs_to_nobody() {
    let files: BTreeSet<String> = fs::read_dir(district().join("2023-02"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected: BTreeSet<String> =
        units()[1..].iter().map(|unit| format!("{}.jsonl", unit["unit_id"].as_str().unwrap())).collect();
    assert_eq!(files, expected);
    assert_eq!(expected.len(), 25);
}

#[test]
fn every_line_is_a_valid_fact_that_breaks_no_rule() {
    let registry = registry();
    let today = CivilDate::new(2023, 2, 8).unwrap();
    let ctx = rules::Ctx::draft(&registry, today);
    let mut serial = 0;
    for (unit, forms) in month() {
        for form in forms {
            serial += 1;
            let bytes = facts(form.clone(), serial);
            let event = Event::decode(&bytes).unwrap();
            assert_eq!(rules::check(&event, unit, &ctx), [], "{form}");
        }
    }
    assert!(serial > 1_000, "{serial}");
}

#[test]
fn every_unit_closes_the_period_last_and_declares_that_nobody_was_poisoned() {
    for (unit, forms) in month() {
        let closed = forms.iter().filter(|form| form["kind"] == "period.closed").count();
        let last = forms.last().unwrap();
        assert_eq!((closed, &last["kind"]), (1, &json!("period.closed")), "{unit}");
        assert!(last["data"]["nil_kinds"].as_array().unwrap().contains(&json!("YT.04")), "{unit}");
        for nil in last["data"]["nil_kinds"].as_array().unwrap() {
            assert!(forms.iter().all(|form| form["kind"] != *nil), "{unit} has facts of {nil}");
        }
    }
}

#[test]
fn every_invented_fact_says_so() {
    for (unit, forms) in month() {
        for form in forms {
            assert!(form["entered_by"].as_str().unwrap().starts_with("mau."), "{unit}: {form}");
            assert_ne!(form["entered_by"], form["approved_by"]);
        }
    }
}

#[test]
fn every_rule_table_can_be_adopted_as_it_is_written() {
    let registry = registry();
    let ctx = rules::Ctx::draft(&registry, CivilDate::new(2023, 2, 8).unwrap());
    for (name, file) in [
        ("indicators", "indicators.toml"),
        ("occasions", "occasions.toml"),
        ("grouping", "grouping.toml"),
        ("holidays", "holidays.toml"),
        ("template.monthly", "template.monthly.jinja"),
    ] {
        let content = fs::read_to_string(district().join("rules").join(file)).unwrap();
        let data = json!({
            "name": name, "version": 1, "effective_from": "2023-01-01", "content": content,
            "legal_source": "quy ước của bộ dữ liệu mẫu",
        });
        let form = json!({"kind": "rules.adopted", "occurred_on": "2023-01-01", "data": data});
        let bytes = facts(form, 1);
        let event = Event::decode(&bytes).unwrap();
        assert_eq!(rules::check(&event, UnitNo::OPERATOR, &ctx), [], "{name}");
    }
}

/// Skipped where there is no Python 3.11: the files themselves are what everything else reads.
#[test]
fn the_files_are_what_the_generator_writes_and_add_up_to_the_printed_figures() {
    let python = |arguments: &[&str]| {
        Command::new("python3")
            .args(arguments)
            .current_dir(district())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
    };
    let new_enough = python(&["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]);
    if !new_enough.is_ok_and(|run| run.status.success()) {
        return;
    }
    let run = python(&["generate.py", "--check"]).unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
