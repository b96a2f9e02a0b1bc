//! What the operator states after founding: corrected rules, answers, successions; and that what is wrong changes nothing.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use socai_tests::{
    chance::Chance,
    command::{self, Said},
    demo::{Demo, TO},
    facts,
    ledger::{self, Roots},
    running::Running,
    socai,
    unit::Unit,
    world::{World, deploy, reference_units},
};
use tempfile::TempDir;

/// A founded ledger with nothing in it but unit 0 and the rules; no broker.
fn founded() -> (TempDir, PathBuf) {
    let place = tempfile::Builder::new().prefix("socai-stating-").tempdir().unwrap();
    let district = place.path().join("district");
    let operator = reference_units()[0].to_string();
    let (origin, ledger) = ("socai.example/lap", "lap");
    socai!("district", "found", district, "--origin", origin, "--ledger", ledger, "--unit", operator).ok();
    (place, district)
}

#[test]
fn the_districts_nkey_is_printed_and_no_units_keys_are_made_among_its_own() {
    let (place, district) = founded();
    let seed = fs::read_to_string(district.join("keys/transport")).unwrap();
    let key = socai_bus::TransportKey::from_seed(&seed).unwrap();
    let status = socai!("district", "status", district);
    assert!(status.ok().contains(key.public()));
    assert_eq!(socai!("district", "status", district, "--json").json()["transport_nkey"], key.public());
    let before = socai_tests::files::all(&district);
    socai!("unit", "keys", district).fails(2, &["ledger.toml", "district status"]);
    assert_eq!(socai_tests::files::all(&district), before);
    let (other, operator) = (place.path().join("other"), reference_units()[0].to_string());
    let said = socai!(
        "district",
        "found",
        other,
        "--origin",
        "socai.example/khac",
        "--ledger",
        "khac",
        "--unit",
        operator
    );
    let said = said.ok();
    let nkey = said.split_whitespace().last().unwrap();
    assert!(nkey.starts_with('U') && nkey.len() == 56, "{said}");
}

fn size(district: &Path) -> u64 {
    socai!("district", "status", district, "--json").json()["size"].as_u64().unwrap()
}

/// Hands facts to `district record` on its standard input.
fn record(district: &Path, text: &str) -> Said {
    command::run(command::command(&[&"district", &"record", &district, &"-"]), Some(text.as_bytes()))
}

/// A rule file of the reference district, as somebody changed it.
fn changed(dir: &Path, name: &str, from: &str, to: &str) -> PathBuf {
    let text = fs::read_to_string(deploy().join("rules").join(name)).unwrap();
    assert!(text.contains(from), "{name} has {from:?}");
    let file = dir.join(name);
    fs::write(&file, text.replacen(from, to, 1)).unwrap();
    file
}

/// Days of the decisions that are found to be over their signer's competence, with how many there are.
fn over_competence(district: &Path) -> (usize, BTreeSet<String>) {
    let found =
        socai!("audit", "findings", district, "--on", TO, "--rule", "over_competence", "--format", "json")
            .json();
    let log: Vec<(ledger::Entry, Value)> = ledger::replay(district);
    let findings = found["findings"].as_array().unwrap();
    let leaves = findings.iter().flat_map(|line| line["events"].as_array().unwrap());
    let facts = leaves.map(|event| &log[event["leaf"].as_u64().unwrap() as usize].1["event"]);
    let decisions = facts.filter(|fact| fact["kind"] == "penalty.decided");
    (findings.len(), decisions.map(|fact| fact["occurred_on"].as_str().unwrap().to_owned()).collect())
}

#[test]
fn a_corrected_law_adopted_from_a_date_judges_later_decisions_and_no_earlier_one() {
    let demo = Demo::played();
    let district = demo.district();
    assert_eq!(over_competence(&district), (0, BTreeSet::new()));
    // a ward's chair may fine up to 5 million until somebody says 1 thousand
    let law = changed(demo.path(), "law.penalty.toml", "max = 5_000_000", "max = 1_000");
    let adopt = || {
        socai!("district", "adopt", district, law, "--from", "2023-02-01", "--source", "Nghị quyết 01/2023")
    };
    let said = adopt().ok();
    assert!(said.contains("law.penalty version 2, in force from 2023-02-01: record 0/"), "{said}");
    let (count, days) = over_competence(&district);
    let days: Vec<&str> = days.iter().map(String::as_str).collect();
    assert_eq!(count, 17, "the decisions of wards in February: {days:?}");
    assert!(days.iter().all(|day| ("2023-02-01"..="2023-02-08").contains(day)), "{days:?}");
    // the same file again is no third version
    let before = size(&district);
    assert!(adopt().ok().contains("law.penalty: the same text as version 2, not adopted again"));
    assert_eq!(size(&district), before);
    // an official takes it back: the newest version of the day is the one that judges
    let good = deploy().join("rules/law.penalty.toml");
    let said = socai!("district", "adopt", district, good, "--from", "2023-02-01").ok();
    assert!(said.contains("law.penalty version 3"), "{said}");
    assert_eq!(over_competence(&district), (0, BTreeSet::new()));
    let audited = ledger::audit(&district);
    assert_eq!(audited.code, Some(0), "{audited}");
}

#[test]
fn a_broken_rule_file_names_its_line_and_changes_nothing() {
    let (place, district) = founded();
    let (before, dir) = (size(&district), place.path());
    let adopt = |file: &Path| socai!("district", "adopt", district, file, "--from", "2023-02-01");
    let law = changed(dir, "law.penalty.toml", "max = 5_000_000", "max = five");
    let text = fs::read_to_string(&law).unwrap();
    let line = text.lines().position(|line| line.contains("max = five")).unwrap() + 1;
    adopt(&law).fails(1, &["nothing was sealed", "law.penalty.toml", &format!("line {line}")]);
    // what only the fold can see
    let rows =
        changed(dir, "indicators.toml", "where = { field = [\"relic\"] }", "where = { fild = [\"relic\"] }");
    adopt(&rows).fails(1, &["indicators.toml", "fild"]);
    let template = changed(dir, "template.monthly.jinja", "{% filter cau %}", "{% filter cua %}");
    adopt(&template).fails(1, &["template.monthly.jinja", "line "]);
    let unknown = dir.join("lawpenalty.toml");
    fs::write(&unknown, "").unwrap();
    adopt(&unknown).fails(1, &["lawpenalty.toml", "expected indicators"]);
    adopt(&dir.join("law.pdf")).fails(2, &["a .toml or .jinja file is needed"]);
    // one that is good does not get in beside one that is not
    let good = deploy().join("rules/holidays.toml");
    socai!("district", "adopt", district, good, law, "--from", "2023-02-01").fails(1, &["line"]);
    socai!("district", "adopt", district, good, "--from", "1/2/2023").fails(2, &["--from"]);
    assert_eq!(size(&district), before);
    let said = adopt(&good).ok();
    assert!(said.contains("holidays version 2"), "{said}");
    assert_eq!(size(&district), before + 1);
}

#[test]
fn the_operator_records_facts_all_or_none_and_none_twice() {
    let (_place, district) = founded();
    let before = size(&district);
    let baseline = |id: &str, value: i64| {
        json!({
            "kind": "baseline.declared", "id": id, "occurred_on": "2023-02-08", "level": "public",
            "data": {"indicator": "YT.01", "period_from": "2022-01-01", "period_to": "2022-01-31", "value": value,
                     "unit_of_measure": "lượt cơ sở", "source_doc": "Báo cáo 12/BC-UBND năm 2022"},
        })
    };
    let (first, second) = (baseline(&"01".repeat(16), 40), baseline(&"02".repeat(16), 41));
    let mut wrong = baseline(&"03".repeat(16), 42);
    wrong["data"]["period_to"] = "2021-01-31".into();
    wrong["unit"] = "hn.tx.ha-dinh.1".into();
    let suspension = json!({
        "kind": "unit.suspended", "occurred_on": "2023-02-08",
        "data": {"unit": "hn.nobody", "ground": "decision", "from_leaf_index": 1},
    });
    record(&district, &format!("{first}\n{wrong}\n"))
        .fails(1, &["nothing was sealed", "- #2, unit", "wrong_unit"]);
    wrong["unit"] = Value::Null;
    let both = json!([first, wrong, suspension]).to_string();
    record(&district, &both).fails(1, &["- #2, data.period_to", "- #3, data.unit"]);
    record(&district, &format!("{first}\n{{")).fails(2, &["events in JSON form"]);
    record(&district, "").fails(2, &["no event"]);
    let twice = "{\"kind\": \"baseline.declared\",\n\"data\": {\"value\": 40, \"value\": 41}}";
    record(&district, twice).fails(2, &["`data.value` is stated twice", "line 2"]);
    record(&district, &json!([first, first]).to_string()).fails(1, &["id_taken"]);
    assert_eq!(size(&district), before, "nothing was recorded");

    let said = record(&district, &format!("{first}\n{second}\n")).ok();
    let lines: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(
        lines.iter().map(|line| line["leaf"].as_u64().unwrap()).collect::<Vec<_>>(),
        [before, before + 1]
    );
    assert!(lines[0]["name"].as_str().unwrap().starts_with("0/"), "{said}");
    // again, with one that is new
    let third = baseline(&"04".repeat(16), 43);
    let said = record(&district, &json!([third, second]).to_string()).ok();
    let again: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&again[0]["leaf"], &again[0]["recorded_before"]), (&json!(before + 2), &Value::Null));
    assert_eq!((&again[1]["name"], &again[1]["recorded_before"]), (&lines[1]["name"], &json!(true)));
    assert_eq!(size(&district), before + 3);
    // an id stands for one fact
    record(&district, &baseline(&"04".repeat(16), 44).to_string()).fails(1, &["id_taken"]);
    // what is more than a record has its own command
    let report = json!({"kind": "key.rotated", "occurred_on": "2023-02-08",
        "data": {"unit": "", "key": "sealing", "new_public_key": "07".repeat(32), "ground": "scheduled"}});
    record(&district, &report.to_string()).fails(1, &["own_command"]);
    assert_eq!(size(&district), before + 3);
    let audited = ledger::audit(&district);
    assert_eq!(audited.code, Some(0), "{audited}");
}

/// Hands in one fact that has to be taken; its name.
fn post(unit: &Unit, fact: &Value) -> String {
    let answer = unit.post(fact).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body["name"].as_str().unwrap().to_owned()
}

fn void(unit: &Unit, target: &str, on: &str) -> Value {
    json!({
        "kind": "event.voided", "unit": unit.id, "occurred_on": on, "level": "internal", "entered_by": "van-thu",
        "data": {"target": target, "reason": "duplicate"},
    })
}

/// How many inspections of food premises January had, as known now.
fn inspections(world: &World) -> Value {
    let report = socai!("report", world.district_dir(), "--period", "cal:2023-01", "--format", "json").json();
    let figures = report["figures"].as_array().unwrap();
    figures.iter().find(|figure| figure["indicator"] == "YT.01").unwrap()["value"].clone()
}

#[test]
fn a_correction_after_closing_counts_once_the_operator_acknowledges_it() {
    let mut chance = Chance::of_run("acknowledges");
    let world = World::found(1);
    let running = Running::start(&world);
    let (unit, district) = (&world.units[0], world.district_dir());
    let seen: Vec<String> = (0..3).map(|_| post(unit, &facts::inspection(&unit.id, &mut chance))).collect();
    let closing = json!({
        "kind": "period.closed", "unit": unit.id, "occurred_on": "2023-02-08", "level": "public", "entered_by": "van-thu",
        "data": {"period_kind": "month", "from": "2023-01-01", "to": "2023-01-31", "nil_kinds": [],
                 "signer_position": "chu-tich-ubnd-phuong"},
    });
    post(unit, &closing);
    let voids: Vec<String> =
        seen[..2].iter().map(|seen| post(unit, &void(unit, seen, "2023-02-09"))).collect();
    running.settle(&world);
    let acknowledge = |record: &str, more: &[&str]| {
        let mut args: Vec<&dyn AsRef<std::ffi::OsStr>> =
            vec![&"district", &"acknowledge", &district, &record];
        args.extend(more.iter().map(|arg| arg as &dyn AsRef<std::ffi::OsStr>));
        command::run(command::command(&args), None)
    };
    acknowledge(&voids[0], &[]).fails(2, &["a district runs on this ledger; stop it"]);
    running.stop();
    let waiting = |expected: &[&String]| {
        let waiting = socai!("obligations", district, "--json").json();
        let names: Vec<&str> =
            waiting.as_array().unwrap().iter().map(|row| row["event"].as_str().unwrap()).collect();
        assert_eq!(names, expected.iter().map(|name| name.as_str()).collect::<Vec<_>>());
    };
    waiting(&[&voids[0], &voids[1]]);
    assert_eq!(inspections(&world), 3);
    acknowledge(&seen[2], &[]).fails(2, &["waits for no answer", "socai obligations"]);
    acknowledge("1/999", &[]).fails(2, &["is not in the ledger", "socai obligations"]);
    acknowledge(&voids[0], &["--refuse"]).fails(2, &["--ground"]);
    waiting(&[&voids[0], &voids[1]]);

    let said = acknowledge(&voids[0], &["--accept"]).ok();
    assert!(said.contains(&format!("acknowledged {}: record 0/", voids[0])), "{said}");
    assert_eq!(inspections(&world), 2, "it counts");
    waiting(&[&voids[1]]);
    acknowledge(&voids[0], &[]).fails(2, &["waits for no answer"]);
    acknowledge(&voids[1], &["--refuse", "--ground", "thieu-can-cu"]).ok();
    assert_eq!(inspections(&world), 2, "a refused one does not count");
    waiting(&[]);
    // the district goes on from the operator's own records
    Running::start(&world).close(&world, &mut Roots::default());
    assert_eq!(inspections(&world), 2);
}

#[test]
fn a_succession_that_the_operator_records_lets_the_successor_amend() {
    let mut chance = Chance::of_run("succession");
    let world = World::found(2);
    let running = Running::start(&world);
    let (old, new, district) = (&world.units[0], &world.units[1], world.district_dir());
    let seen: Vec<String> = (0..2).map(|_| post(old, &facts::inspection(&old.id, &mut chance))).collect();
    running.settle(&world);
    post(new, &void(new, &seen[0], "2023-03-01"));
    running.settle(&world);
    running.stop();
    assert_eq!(inspections(&world), 2, "a stranger amends nothing");
    let succession = json!({
        "kind": "unit.succeeded", "occurred_on": "2023-03-02", "level": "public",
        "data": {"from": old.id, "to": new.id, "portion": "whole", "effective": "2023-03-02", "legal": "Nghị quyết 02/2023"},
    });
    let said = record(&district, &succession.to_string());
    assert!(said.out.contains("unit.succeeded") && !said.err.contains("not registered"), "{said}");
    let mut unknown = succession;
    (unknown["data"]["from"], unknown["data"]["to"]) = (json!(new.id), json!("hn.tx.khac.1"));
    unknown["data"]["portion"] = "part".into();
    let said = record(&district, &unknown.to_string());
    assert!(said.err.contains("the successor hn.tx.khac.1 is not registered in this ledger"), "{said}");
    let pending = socai!("pending", district, "--on", "2023-03-03").ok();
    assert!(pending.contains("awaits the registration of unit hn.tx.khac.1"), "{pending}");
    let running = Running::start(&world);
    post(new, &void(new, &seen[1], "2023-03-03"));
    running.close(&world, &mut Roots::default());
    assert_eq!(inspections(&world), 1, "the successor does");
}
