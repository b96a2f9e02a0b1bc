//! Who somebody is stays on his ward's own disk, encrypted: not in the journal, the broker, the district, a trace or a message.

use std::{
    fs,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use socai_tests::{command, http::Answer, service::Service, socai, unit::Unit, wait, world::World};

const NUMBER: &str = "001099012345";
const NAME: &str = "Nguyễn Thị Hoà Bình";
const ADDRESS: &str = "Số 17 ngõ 93 phố Vọng Hà";
/// Whole and in parts, as somebody would look for them.
const WORDS: [&str; 6] = [NUMBER, NAME, ADDRESS, "Hoà Bình", "Vọng Hà", "001099054321"];

/// Files below a directory that hold any of the words.
fn holding(dir: &Path, words: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, words));
        } else if let Ok(bytes) = fs::read(&path)
            && words.iter().any(|word| bytes.windows(word.len()).any(|piece| piece == word.as_bytes()))
        {
            found.push(path);
        }
    }
    found
}

/// A service that tells everything it has words for.
fn talking(name: &str, args: &[&dyn AsRef<std::ffi::OsStr>], log: &Path) -> Service {
    let mut run = command::command(args);
    run.env("SOCAI_LOG", "trace,async_nats=trace");
    Service::start(name, run, log)
}

fn violation(unit: &Unit, number: u32, identity: Value) -> Value {
    json!({
        "kind": "violation.recorded", "unit": unit.id, "occurred_on": "2023-01-19", "case": format!("vp/{number}"), "place": [unit.id],
        "entered_by": "tu-phap", "identity": identity,
        "data": {"record_no": format!("{number}/BB-VPHC"), "field": "food_safety", "acts": ["115/2018/NĐ-CP:15.1.a"],
                 "subject_kind": "individual", "transferred": false},
    })
}

fn named(answer: Answer) -> String {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.body["name"].as_str().expect("one record").to_owned()
}

#[test]
fn a_persons_number_name_and_address_are_in_no_file_trace_or_message_that_a_district_and_its_ward_produce() {
    let world = World::found(1);
    let (unit, logs) = (&world.units[0], world.path().join("logs"));
    let mut district =
        talking("district", &[&"district", &"run", &world.district_dir()], &logs.join("district.log"));
    district.await_log("the district runs");
    let mut node = talking("node", &[&"ward", &"run", &unit.dir], &unit.log);
    node.await_log("API at");
    wait::until_so("the node answers", || unit.status().is_some());

    // over HTTP, by the command through the node, and as a file; what is wrong too
    let own = json!({"number": NUMBER, "name": NAME, "address": ADDRESS});
    let first = named(unit.post(&violation(unit, 1, own.clone())).unwrap());
    let outside = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let file = outside.path().join(name);
        fs::write(&file, text).unwrap();
        file
    };
    let event = write("event.json", &violation(unit, 2, own.clone()).to_string());
    let mut told = vec![socai!(
        "ward",
        "record",
        unit.dir,
        "violation.recorded",
        "--json",
        format!("@{}", event.display())
    )];
    let head = "Ngày phát sinh;record_no;field;acts;subject_kind;transferred;Số định danh;Họ và tên;Địa chỉ;case;place;entered_by";
    let row = |number: u32, person: &str| {
        let facts =
            format!("19/01/2023;{number}/BB;food_safety;115/2018/NĐ-CP:15.1.a;individual;không;{person}");
        format!("{facts};vp/{number};{};tu-phap\n", unit.id)
    };
    let good = format!(
        "{head}\n{}{}",
        row(3, &format!("{NUMBER};{NAME};{ADDRESS}")),
        row(4, "001099054321;Lê Văn Tám;Số 8")
    );
    let good = write("good.csv", &good);
    told.push(socai!("ward", "import", unit.dir, good, "--kind", "violation.recorded"));
    assert_eq!(told[1].json()["sealed"], 2, "{}", told[1]);
    let bad =
        format!("{head}\n{}{}", row(5, &format!("{NUMBER};{NAME} khác;{ADDRESS}")), row(6, ";Hoà Bình;"));
    let bad = write("bad.csv", &bad);
    told.push(
        socai!("ward", "import", unit.dir, bad, "--kind", "violation.recorded")
            .fails(1, &["other_name", "unknowable"]),
    );
    let refused = unit.post(&violation(unit, 7, json!({"number": NUMBER, "who": NAME}))).unwrap();
    assert_eq!(refused.status, 422, "{}", refused.body);
    let refused = refused.body.to_string();
    unit.await_recorded();

    // the same person, the same token, and only the ward knows whose it is
    let facts = socai!("replay", world.district_dir(), "--unit", "1", "--format", "jsonl").ok();
    let subject = |line: &str| {
        let line: Value = serde_json::from_str(line).unwrap();
        line["event"]["data"]["subject"].as_str().unwrap().to_owned()
    };
    let tokens: Vec<String> = facts.lines().map(subject).collect();
    assert_eq!(tokens.len(), 4, "{facts}");
    assert!(
        tokens[1] == tokens[0] && tokens[2] == tokens[0] && tokens[3] != tokens[0],
        "{first}: {tokens:?}"
    );
    let whose = socai!("ward", "vault", "find", unit.dir, tokens[0]).json();
    assert_eq!((&whose["number"], &whose["name"]), (&json!(NUMBER), &json!(NAME)));
    let asked = write("person.json", &own.to_string());
    assert_eq!(socai!("ward", "vault", "find", unit.dir, "--person", asked).ok().trim(), tokens[0]);
    assert_eq!(socai!("ward", "vault", "add", unit.dir, asked).ok().trim(), tokens[0]);
    let status = socai!("ward", "vault", "status", unit.dir).ok();
    assert!(
        status.contains("2 entries") && status.contains("back up") && status.contains("keys/vault"),
        "{status}"
    );

    // erased while everything runs
    let erase = || {
        let (ground, by) =
            (["--ground", "personal_data"], ["--procedure", "14/QĐ-UBND", "--on", "2023-02-01"]);
        let mut erase = command::command(&[&"ward", &"vault", &"erase", &unit.dir, &tokens[3]]);
        command::run(
            {
                erase.args(ground).args(by);
                erase
            },
            None,
        )
    };
    told.push(erase());
    assert_eq!(told[3].code, Some(0), "{}", told[3]);
    erase().fails(2, &["no such entry"]);
    socai!("ward", "vault", "find", unit.dir, tokens[3]).fails(1, &["no such entry"]);
    unit.await_recorded();
    let facts = socai!("replay", world.district_dir(), "--unit", "1", "--format", "jsonl").ok();
    assert!(
        facts.lines().last().unwrap().contains("identity.erased") && facts.contains(&tokens[3]),
        "{facts}"
    );
    node.stop();
    district.stop();

    let everything: Vec<String> =
        told.iter().map(ToString::to_string).chain([refused, facts, status]).collect();
    for (word, said) in WORDS.iter().flat_map(|word| everything.iter().map(move |said| (word, said))) {
        assert!(!said.contains(word), "{word} is said: {said}");
    }
    let log = fs::read_to_string(&unit.log).unwrap();
    assert!(log.contains("TRACE") || log.contains("DEBUG"), "the traces are on");
    assert_eq!(holding(world.path(), &WORDS), Vec::<PathBuf>::new());
    assert!(!holding(&world.log_dir(), &[&tokens[0]]).is_empty(), "the search finds what is there");

    // a wrong key says so, and nothing is sealed of persons
    fs::write(unit.dir.join("keys/vault"), "ab".repeat(32)).unwrap();
    socai!("ward", "vault", "status", unit.dir).fails(2, &["not the key of these entries", "backup"]);
    let said =
        socai!("ward", "record", unit.dir, "violation.recorded", "--json", format!("@{}", event.display()));
    said.fails(1, &["vault_unavailable"]);
}

#[test]
fn an_erasure_that_could_not_be_recorded_destroys_nothing_beside_a_node_or_without_one() {
    let world = World::found(1);
    let unit = &world.units[0];
    let person = world.path().join("person.json");
    fs::write(&person, json!({"number": NUMBER, "name": NAME}).to_string()).unwrap();
    let token = socai!("ward", "vault", "add", unit.dir, person).ok().trim().to_owned();
    let erase = |procedure: &str, on: &str| {
        socai!(
            "ward",
            "vault",
            "erase",
            unit.dir,
            token,
            "--ground",
            "personal_data",
            "--procedure",
            procedure,
            "--on",
            on
        )
    };
    let is_refused = || {
        let nothing = "nothing was destroyed";
        erase("14/QĐ-UBND", "2123-02-01").fails(1, &[nothing, "occurred_on"]);
        erase(&"14 ".repeat(90), "2023-02-01").fails(1, &[nothing, "data.procedure"]);
        socai!("ward", "vault", "find", unit.dir, token).ok();
    };
    is_refused();
    let node = unit.node();
    is_refused();
    erase("14/QĐ-UBND", "2023-02-01").ok();
    socai!("ward", "vault", "find", unit.dir, token).fails(1, &["no such entry"]);
    node.stop();
}
