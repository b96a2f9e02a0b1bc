//! Replays of the reference month: filters, going on from where one stood, live and as playback.

use std::time::{Duration, Instant};

use serde_json::Value;
use socai_tests::{
    chance::Chance,
    command::{self, Said},
    demo::Demo,
    facts, ledger, load,
    running::Running,
    service::Service,
    socai, wait,
    world::World,
};

/// A replay with these flags, as JSON lines.
fn replay(demo: &Demo, flags: &[&str]) -> Vec<Value> {
    lines(&said(demo, flags).ok())
}

fn said(demo: &Demo, flags: &[&str]) -> Said {
    let district = demo.district();
    let mut command = command::command(&[&"replay", &district, &"--format", &"jsonl"]);
    command.args(flags);
    command::run(command, None)
}

fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn of<'a>(fact: &'a Value, field: &str) -> &'a str {
    fact["event"][field].as_str().unwrap_or_default()
}

#[test]
fn filters_print_exactly_the_facts_that_a_reader_of_the_whole_log_would_pick() {
    let demo = Demo::played();
    let all: Vec<Value> = ledger::replay(&demo.district()).into_iter().map(|(_, fact)| fact).collect();
    let case = all.iter().map(|fact| of(fact, "case")).find(|case| !case.is_empty()).unwrap();
    let in_days = |fact: &Value| ("2023-01-20".."2023-02-02").contains(&of(fact, "occurred_on"));
    let is_of = |fact: &Value, kinds: &[&str]| kinds.contains(&of(fact, "kind"));
    let is_by = |fact: &Value| ["hn.tx.ha-dinh.1", "hn.tx.b.thue"].contains(&of(fact, "unit"));
    let fifth = all.iter().find(|fact| of(fact, "unit") == "hn.tx.b.thue").unwrap()["name"].as_str().unwrap();
    let number = fifth.split('/').next().unwrap();
    let days = ["--from", "2023-01-20", "--to", "2023-02-01"];
    let third = all.iter().find(|fact| in_days(fact) && is_by(fact)).map(|fact| of(fact, "kind")).unwrap();
    let kinds = ["--kind", "penalty.decided", "--kind", third];
    let units = ["--unit", "hn.tx.ha-dinh.1", "--unit", number];
    type Wants<'a> = &'a dyn Fn(&Value) -> bool;
    let questions: [(&[&str], Wants<'_>); 6] = [
        (&days, &in_days),
        (&kinds, &|fact| is_of(fact, &["penalty.decided", third])),
        (&units, &is_by),
        (&["--case", case], &|fact| of(fact, "case") == case),
        (&["--from-leaf", "700", "--until", "900"], &|fact| {
            (700..900).contains(&fact["leaf"].as_u64().unwrap())
        }),
        (&[&days[..], &kinds, &units].concat(), &|fact| {
            in_days(fact) && is_of(fact, &["penalty.decided", third]) && is_by(fact)
        }),
    ];
    for (flags, wants) in questions {
        let expected: Vec<&Value> = all.iter().filter(|fact| wants(fact)).collect();
        assert!(!expected.is_empty() && expected.len() < all.len(), "{flags:?} picks something");
        assert_eq!(replay(&demo, flags).iter().collect::<Vec<_>>(), expected, "{flags:?}");
    }
    let keys: Vec<&String> = all[700].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["leaf", "name", "link", "recorded_at", "received_at", "event"]);
}

#[test]
fn two_replays_one_going_on_from_the_other_are_one() {
    let demo = Demo::played();
    let whole = said(&demo, &[]).ok();
    let end = whole.lines().count().to_string();
    for cut in ["0", "1", "40", "1000", &end] {
        let (before, after) = (said(&demo, &["--until", cut]).ok(), said(&demo, &["--from-leaf", cut]).ok());
        assert_eq!(before + &after, whole, "cut at {cut}");
    }
    // units are known by their ids also when the log's index of the operator is gone
    std::fs::remove_file(demo.district().join("log/units/0")).unwrap();
    assert!(whole.ends_with(&said(&demo, &["--from-leaf", "1000"]).ok()));
    assert_eq!(replay(&demo, &["--unit", "hn.tx.b.thue"]).len(), 104);
}

#[test]
fn what_cannot_be_asked_is_refused_with_what_was_probably_meant() {
    let demo = Demo::played();
    for (flags, words) in [
        (["--kind", "penalti.decidd"], &["penalti.decidd", "penalty.decided?", "socai kinds"][..]),
        (["--unit", "hn.tx.ha-din.1"], &["hn.tx.ha-dinh.1?", "socai units"]),
        (["--unit", "4711"], &["4711", "socai units"]),
        (["--from", "2023-02-30"], &["--from: `2023-02-30`", "2023-01-12"]),
        (["--to", "08/02/2023"], &["--to: `08/02/2023`", "2023-01-12"]),
        (["--until", "tomorrow"], &["--until", "tomorrow", "2026-11-23"]),
        (["--until", "9999999"], &["--until", "9999999"]),
        (["--from-leaf", "9999999"], &["--from-leaf", "9999999"]),
        (["--speed", "fast"], &["fast", "3600x"]),
    ] {
        said(&demo, &flags).fails(2, words);
    }
    said(&demo, &["--from", "2023-02-02", "--to", "2023-02-01"]).fails(2, &["2023-02-02 is after"]);
    said(&demo, &["--until", "7", "--follow"]).fails(2, &["--until", "--follow"]);
}

#[test]
fn playback_takes_as_long_as_the_facts_took_divided_by_the_speed_and_says_where_it_was_stopped() {
    let demo = Demo::played();
    let facts = replay(&demo, &[]);
    // the units were founded some time before their facts came; slowed down, that gap is hours long
    let district = demo.district();
    let log = demo.path().join("playback");
    let slow = command::command(&[&"replay", &district, &"--speed", &"0.001x"]);
    let slow = Service::start("playback", slow, &log);
    wait::until_so("the first facts are shown", || slow.lines() >= 1);
    slow.signal("INT");
    let (code, said) = slow.ended();
    assert_eq!(code, Some(130), "{said}");
    let stood = said.lines().last().unwrap().split("--from-leaf ").nth(1).unwrap();
    let stood: usize = stood.split(' ').next().unwrap().parse().unwrap();
    assert!(0 < stood && stood < facts.len(), "{said}");
    assert_eq!(said.lines().count(), stood + 1, "what was passed was printed");

    let began = Instant::now();
    assert_eq!(replay(&demo, &["--speed", "1000000x"]).len(), facts.len());
    assert!(began.elapsed() < Duration::from_secs(30), "fast playback is fast");
}

#[test]
fn a_live_replay_prints_what_is_recorded_with_its_filters_and_ends_well_when_asked() {
    let mut chance = Chance::of_run("live_replay");
    let world = World::found(2);
    let running = Running::start(&world);
    let district = world.district_dir();
    let unit = "1";
    let follow =
        command::command(&[&"replay", &district, &"--follow", &"--unit", &unit, &"--format", &"jsonl"]);
    let following = Service::start("replay", follow, &world.path().join("follow.jsonl"));
    let load = load::Load::begin(&world.units, &mut chance, 10, Duration::from_millis(10));
    wait::until_so("facts are followed", || following.lines() >= 10);
    load.end();
    running.settle(&world);
    // the last fact of the log is one that is shown: whoever has shown it stands at the end
    load::hand_in(&world.units[0], &[facts::inspection(&world.units[0].id, &mut chance)]);
    running.settle(&world);
    let all = lines(&socai!("replay", district, "--unit", unit, "--format", "jsonl").ok());
    wait::until_so("every fact is followed", || following.lines() == all.len());
    following.signal("INT");
    let (code, log) = following.ended();
    assert_eq!(code, Some(0), "{log}");
    let (printed, stood) = log.trim_end().rsplit_once('\n').unwrap();
    assert_eq!(lines(printed), all);
    let size = ledger::size(&world.log_dir());
    assert!(stood.contains(&format!("--from-leaf {size}")), "{stood}");
}

#[test]
fn a_live_replay_is_behind_the_commit_by_no_more_than_a_few_looks() {
    let mut chance = Chance::of_run("tail_lag");
    let world = World::found(1);
    let running = Running::start(&world);
    let (district, unit) = (world.district_dir(), &world.units[0]);
    let follow = command::command(&[&"replay", &district, &"--follow"]);
    let following = Service::start("replay", follow, &world.path().join("follow.txt"));
    let shown = || following.lines() as u64;
    let mut lags: Vec<Duration> = Vec::new();
    for _ in 0..20 {
        let before = ledger::size(&world.log_dir());
        wait::until_so("the past is shown", || shown() == before);
        let event = facts::inspection(&unit.id, &mut chance);
        assert_eq!(unit.post(&event).unwrap().status, 201);
        let size = wait::until("the fact is committed", || {
            Some(ledger::size(&world.log_dir())).filter(|size| *size > before)
        });
        let committed = Instant::now();
        wait::until_so("the fact is shown", || shown() >= size);
        lags.push(committed.elapsed());
    }
    drop(running);
    lags.sort();
    eprintln!("lags of a live replay: {lags:?}");
    // the machine may be busy with other scenarios, so the quickest quarter is what tells how it works
    assert!(lags[lags.len() / 4] <= Duration::from_millis(50), "{lags:?}");
}
