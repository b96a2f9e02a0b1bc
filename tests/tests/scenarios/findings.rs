//! `socai audit findings` on the reference month: what it finds on the day of the report, its forms and its exit codes.

use std::{collections::BTreeMap, fs};

use serde_json::Value;
use socai_tests::{
    demo::{Demo, TO},
    ledger, socai,
    world::deploy,
};

#[test]
fn the_month_has_no_grave_finding_and_every_other_one_has_its_reason() {
    let demo = Demo::played();
    let district = demo.district();
    let found = socai!("audit", "findings", district, "--on", TO, "--format", "json").json();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let findings = found["findings"].as_array().unwrap();
    for line in findings {
        *counts.entry(line["rule"].as_str().unwrap()).or_default() += 1;
        assert_ne!(line["severity"], "high", "{line}");
    }
    let known = [
        // the demo records a month of 2023 now: years late for every unit that has more than a closing; those with decisions, records or payments twice
        ("decision_entered_late", 15),
        ("entered_late", 24),
        // two batches of 74 gifts to one ward and group ten days apart, by chance of the generator
        ("gift_batch_twice", 1),
        // gifts that bodies of the district handed out in wards: the month has no word of the wards that they were
        ("hand_over_open", 28),
        // 13 fines paid late without interest, one with too much
        ("interest", 14),
        // works and appraisals of projects registered before the ledger
        ("project_unregistered", 11),
    ];
    assert_eq!(counts, BTreeMap::from(known));
    every_event_is_in_the_log(&demo, findings);
}

/// Name, leaf and publisher of each event are those of a replay.
fn every_event_is_in_the_log(demo: &Demo, findings: &[Value]) {
    let log: Vec<(ledger::Entry, Value)> = ledger::replay(&demo.district());
    for event in findings.iter().flat_map(|line| line["events"].as_array().unwrap()) {
        let leaf = event["leaf"].as_u64().unwrap() as usize;
        let (entry, fact) = &log[leaf];
        assert_eq!(event["event"], entry.name.as_str(), "{event}");
        assert_eq!(event["kind"], fact["event"]["kind"], "{event}");
    }
}

#[test]
fn it_exits_with_nothing_unless_it_is_asked_to_fail_and_with_two_for_what_cannot_be_asked() {
    let demo = Demo::played();
    let district = demo.district();
    let found = |more: &[&str]| {
        let mut args: Vec<&dyn AsRef<std::ffi::OsStr>> = vec![&"audit", &"findings", &district, &"--on", &TO];
        args.extend(more.iter().map(|arg| arg as &dyn AsRef<std::ffi::OsStr>));
        socai_tests::command::run(socai_tests::command::command(&args), None)
    };
    let page = found(&["--unit", "hn.tx.nhan-chinh.1"]).ok();
    assert!(page.contains("xp-nhan-chinh-2023-3") && !page.contains("xp-ca-2023-5"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    found(&["--fail"]).fails(1, &["gift_batch_twice"]);
    found(&["--fail", "--rule", "lapsed"]).ok();
    found(&["--rule", "nothing"]).fails(2, &["there is no rule `nothing`", "over_competence"]);
    found(&["--unit", "999"]).fails(2, &["no unit `999`"]);
    found(&["--until", "1"]).fails(2, &["no table `findings`", "--rules FILE"]);
    let own = demo.path().join("own.toml");
    let table = fs::read_to_string(deploy().join("rules/findings.toml")).unwrap();
    fs::write(&own, table.replacen("severity = \"high\"", "severity = \"grave\"", 1)).unwrap();
    found(&["--rules", own.to_str().unwrap()]).fails(2, &["table `findings`, line", "grave"]);
    fs::write(&own, table.replace("days = 15", "days = 9")).unwrap();
    found(&["--rules", own.to_str().unwrap(), "--rule", "gift_batch_twice", "--fail"]).ok();
    let rows = found(&["--format", "csv"]).ok();
    assert_eq!(rows.lines().count(), 1 + 93, "{rows}");
    assert!(found(&["--format", "html"]).ok().starts_with("<!DOCTYPE html>"));
}
