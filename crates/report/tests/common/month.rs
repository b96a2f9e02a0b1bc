//! The files of the reference district, read as its operator and its units would seal them.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::panic)] // test code; each file uses its own part

use std::fs;
use std::path::{Path, PathBuf};

use prost::Message;
use serde_json::{Value, json};
use socai_domain::Position;
use socai_fold::figures::{Asked, Contributions, figures};
use socai_fold::{Fold, NoFacts, Recorded, Rulebook, Verdict};
use socai_proto::{json::event_from_json, validate_facts};
use socai_report::Figures;
use socai_tlog::{EventName, Hash, LeafIndex, SigningKey, UnitNo};

pub fn district() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/thanh-xuan")
}

pub fn units() -> Vec<Value> {
    let text = fs::read_to_string(district().join("units.json")).unwrap();
    let file: Value = serde_json::from_str(&text).unwrap();
    file["units"].as_array().unwrap().clone()
}

/// The facts bytes of a form, with what the importer would supply.
pub fn facts(mut form: Value, serial: u64) -> Vec<u8> {
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

/// What the operator says first: every unit of `units.json`, then every rule table.
pub fn of_the_operator() -> Vec<Value> {
    let mut forms: Vec<Value> =
        units().iter().enumerate().map(|(serial, unit)| registered(serial, unit)).collect();
    forms.extend(TABLES.iter().map(|(name, file)| {
        let content = fs::read_to_string(district().join("rules").join(file)).unwrap();
        let data = json!({
            "name": name, "version": 1, "effective_from": "2023-01-01", "content": content,
            "legal_source": "quy ước của bộ dữ liệu mẫu",
        });
        json!({"kind": "rules.adopted", "occurred_on": "2023-01-01", "data": data})
    }));
    forms
}

/// Names of the rule tables and their files.
const TABLES: [(&str, &str); 7] = [
    ("indicators", "indicators.toml"),
    ("occasions", "occasions.toml"),
    ("grouping", "grouping.toml"),
    ("holidays", "holidays.toml"),
    ("periods", "periods.toml"),
    ("obligations", "obligations.toml"),
    ("template.monthly", "template.monthly.jinja"),
];

fn registered(serial: usize, unit: &Value) -> Value {
    let mut data = unit.as_object().unwrap().clone();
    data.remove("assumed");
    for (at, key) in ["transport_key", "sealing_key", "witnessing_key"].into_iter().enumerate() {
        let public = SigningKey::from_bytes(&[(serial * 3 + at + 1) as u8; 32]).verifying_key();
        data.insert(
            key.to_owned(),
            json!(public.as_bytes().iter().map(|b| format!("{b:02x}")).collect::<String>()),
        );
    }
    json!({"kind": "unit.registered", "occurred_on": "2023-01-01", "data": data})
}

/// Every unit's number and the forms of its file.
pub fn month() -> Vec<(UnitNo, Vec<Value>)> {
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

/// The ledger's records in leaf order: the operator's, then every unit's, without the files of `absent` units.
pub fn records(absent: &[&str]) -> Vec<(Position, Vec<u8>)> {
    let mut chains = vec![(UnitNo::OPERATOR, of_the_operator())];
    chains.extend(month());
    let mut records = Vec::new();
    for (unit, forms) in chains {
        let present = forms.into_iter().filter(|form| !absent.iter().any(|id| form["unit"] == *id));
        for (seq, form) in present.enumerate() {
            let leaf = records.len() as u64;
            let at = Position {
                name: EventName::new(unit.0, seq as u64),
                leaf: LeafIndex(leaf),
                received_at_ms: 1_675_874_700_000,
                rotates_key: false,
            };
            records.push((at, facts(form, leaf)));
        }
    }
    records
}

/// The fold of these records, every one of which counts.
pub fn folded(records: &[(Position, Vec<u8>)]) -> Fold {
    let mut fold = Fold::new();
    for (at, facts) in records {
        let verdict = fold.apply(&Recorded { at: *at, facts }, &NoFacts).unwrap();
        assert_eq!(verdict, Verdict::Counts, "{}", at.name);
    }
    fold
}

/// What the ledger of these records answers, with the second pass that makes the digests.
pub fn answer(records: &[(Position, Vec<u8>)], asked: impl FnOnce(&Rulebook) -> Asked) -> Figures {
    let fold = folded(records);
    let asked = asked(fold.rulebook());
    let mut pass = Contributions::new(&fold, &asked);
    for (at, facts) in records {
        pass.visit(&Recorded { at: *at, facts }).unwrap();
    }
    let found = pass.finish().unwrap();
    let figures = figures(&fold, &asked, Some(&found)).unwrap();
    Figures::of(&fold, &asked, &figures, "socai.example/thanh-xuan", Hash([0xab; 32]))
}

/// The published question.
pub fn february(rulebook: &Rulebook) -> Asked {
    Asked::named(rulebook, "2023-02").unwrap()
}
