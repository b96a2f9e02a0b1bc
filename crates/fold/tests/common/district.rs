//! The reference district of `deploy/thanh-xuan`, as its ledger would begin.

use std::{fs, path::PathBuf};

use serde_json::{Value, json};
use socai_tlog::UnitNo;

use super::{Ledger, keys};

/// A file of the reference district.
pub fn read(path: &str) -> String {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../deploy/thanh-xuan");
    fs::read_to_string(root.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Units of the district by id, with their numbers.
pub fn units() -> Vec<(u32, String)> {
    let units: Value = serde_json::from_str(&read("units.json")).unwrap();
    let units = units["units"].as_array().unwrap().iter();
    units
        .map(|unit| (unit["unit_no"].as_u64().unwrap() as u32, unit["unit_id"].as_str().unwrap().to_owned()))
        .collect()
}

/// A ledger with the district's units and rules, and nothing else.
pub fn founded() -> Ledger {
    founded_with(&read("rules/holidays.toml"))
}

/// The same with these holidays.
pub fn founded_with(holidays: &str) -> Ledger {
    let mut ledger = Ledger::default();
    ledger.on("2022-12-01");
    let units: Value = serde_json::from_str(&read("units.json")).unwrap();
    for unit in units["units"].as_array().unwrap() {
        let [transport, sealing, witnessing] = keys(UnitNo(unit["unit_no"].as_u64().unwrap() as u32));
        let mut data = unit.clone();
        let fields = data.as_object_mut().unwrap();
        fields.remove("assumed");
        fields.insert("transport_key".into(), json!(transport));
        fields.insert("sealing_key".into(), json!(sealing));
        fields.insert("witnessing_key".into(), json!(witnessing));
        ledger.json(0, json!({"kind": "unit.registered", "occurred_on": "2022-12-01", "data": data}));
    }
    for name in ["indicators", "occasions", "grouping"] {
        adopt(&mut ledger, name, 1, "2022-01-01", &read(&format!("rules/{name}.toml")));
    }
    adopt(&mut ledger, "holidays", 1, "2022-01-01", holidays);
    ledger
}

/// Adds an adoption of a rule table.
pub fn adopt(ledger: &mut Ledger, name: &str, version: u32, effective_from: &str, content: &str) {
    let data = json!({
        "name": name, "version": version, "effective_from": effective_from, "content": content, "legal_source": "thử",
    });
    ledger.json(0, json!({"kind": "rules.adopted", "occurred_on": "2022-12-01", "data": data}));
}

/// The district with its month, unit after unit.
pub fn month() -> Ledger {
    let mut ledger = founded();
    ledger.on("2023-02-09");
    for (no, id) in units().into_iter().filter(|(no, _)| *no > 0) {
        for line in read(&format!("2023-02/{id}.jsonl")).lines() {
            ledger.json(no, serde_json::from_str(line).unwrap());
        }
    }
    ledger
}
