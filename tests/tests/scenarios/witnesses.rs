//! Units as witnesses of their ledger: what most of them cosigned, nobody can take back.

use std::{fs, path::Path};

use socai_tests::{
    chance::Chance, facts, http, ledger, load, outside, running::Running, service::Service, socai, wait,
    witnessed, world::World,
};
use socai_tlog::{Policy, TreeSize};

/// The newest checkpoint with the quorum, and by whom.
fn cosigned(world: &World, policy: &Path) -> Option<(TreeSize, usize)> {
    let policy = Policy::parse(&fs::read(policy).unwrap()).unwrap();
    let note = fs::read(world.district_dir().join("cosigned")).ok()?;
    let opened = policy.verify(&note).expect("what is kept has the quorum");
    Some((opened.checkpoint.size(), opened.witnessed_by.len()))
}

/// Waits until everything recorded is witnessed by the quorum at least; one of the three may be behind still.
fn until_witnessed(world: &World, policy: &Path) -> usize {
    wait::until("everything recorded is witnessed", || {
        let size = ledger::size(&world.log_dir());
        cosigned(world, policy).filter(|(cosigned, _)| cosigned.0 == size).map(|(_, by)| by)
    })
}

/// Waits until each unit itself has cosigned everything recorded: the district asks those who are behind again.
fn until_each_cosigned(world: &World) {
    let size = ledger::size(&world.log_dir());
    for unit in &world.units {
        let has_cosigned = |status: &serde_json::Value| status["witness"]["cosigned"].as_u64() == Some(size);
        let status = unit.status_within(wait::LONG, has_cosigned);
        assert!(status.is_some(), "{} has not cosigned {size}: {:?}", unit.id, unit.status());
    }
}

fn hand_in(world: &World, chance: &mut Chance, count: usize) {
    for unit in &world.units[..2] {
        let facts: Vec<_> = (0..count).map(|_| facts::inspection(&unit.id, chance)).collect();
        load::hand_in(unit, &facts);
    }
}

fn served(world: &World) -> (Service, String) {
    let dir = world.district_dir();
    let command = socai_tests::command::command(&[&"district", &"run", &dir, &"--http", &"127.0.0.1:0"]);
    let mut district = Service::start("district", command, &world.path().join("logs/district.log"));
    district.await_log("the district runs");
    let log = district.log();
    let url =
        log.lines().find_map(|line| line.split_once("as C2SP tiles: http://")?.1.split_once("/checkpoint"));
    let address = url.unwrap().0.to_owned();
    (district, address)
}

#[test]
fn what_is_recorded_is_witnessed_and_goes_on_unwitnessed_while_too_few_answer() {
    let mut chance = Chance::of_run("witnesses");
    let (world, policy) = witnessed::world();
    let mut running = Running::start(&world);
    hand_in(&world, &mut chance, 20);
    running.settle(&world);
    assert!(until_witnessed(&world, &policy) >= 2);
    // one of three may be away
    drop(running.nodes[2].take());
    hand_in(&world, &mut chance, 20);
    for unit in &world.units[..2] {
        unit.await_recorded();
    }
    until_witnessed(&world, &policy);
    let before = cosigned(&world, &policy).unwrap().0;
    // a district that starts before its witnesses may have said both already
    let said =
        |running: &Running, words: &str| running.district.as_ref().unwrap().log().matches(words).count();
    let (gone, back) = (said(&running, "unwitnessed since"), said(&running, "witnessed again"));
    // two may not: recording goes on and says since when nobody vouches
    drop(running.nodes[1].take());
    let facts: Vec<_> = (0..5).map(|_| facts::inspection(&world.units[0].id, &mut chance)).collect();
    load::hand_in(&world.units[0], &facts);
    world.units[0].await_recorded();
    assert!(ledger::size(&world.log_dir()) > before.0);
    wait::until_so("it is told", || said(&running, "unwitnessed since") > gone);
    assert_eq!(cosigned(&world, &policy).unwrap().0, before, "what is kept stays witnessed");
    running.start_rest(&world);
    until_witnessed(&world, &policy);
    wait::until_so("the end of it is told", || said(&running, "witnessed again") > back);
    running.stop();
    // an auditor who asks for the quorum is convinced, by the directory and by a proof that left it
    let audited = socai!("audit", "verify", world.district_dir(), "--policy", policy, "--json");
    let report = audited.json();
    audited.ok();
    assert_eq!(report["witnesses"]["size"], report["size"]);
    let name = format!("{}/3", world.units[0].no);
    let proof = world.path().join("record.tlog-proof");
    fs::write(&proof, socai!("audit", "prove", world.district_dir(), name).ok()).unwrap();
    let checked = socai!("audit", "check", proof, "--policy", policy, "--json");
    assert!(checked.json()["witnessed_by"].as_array().unwrap().len() >= 2, "{checked}");
    checked.ok();
    // one who has no word of the witnesses is not
    fs::remove_file(world.district_dir().join("cosigned")).unwrap();
    socai!("audit", "verify", world.district_dir(), "--policy", policy).fails(1, &["cosignatures"]);
}

#[test]
fn a_district_that_shows_a_second_history_gets_no_cosignature_for_it() {
    let mut chance = Chance::of_run("second_history");
    let (world, policy) = witnessed::world();
    let copy = world.path().join("copy");
    socai_tests::files::copy(&world.district_dir(), &copy);
    let running = Running::start(&world);
    hand_in(&world, &mut chance, 2);
    running.settle(&world);
    until_witnessed(&world, &policy);
    until_each_cosigned(&world);
    let seen = cosigned(&world, &policy).unwrap().0;
    running.stop();
    // the operator grows the old copy into another history and shows it to the same witnesses
    for note in 0..6 {
        let dir = world.path().join(format!("made-up-{note}"));
        socai!("unit", "keys", dir).ok();
        let spec = socai_tests::world::spec_until(900 + note, &format!("hn.tx.made-up.{note}"), "2030-12-31");
        socai!("unit", "enrol", copy, dir, "--json", spec.to_string()).ok();
    }
    assert!(ledger::size(&copy.join("log")) > seen.0);
    let nodes = world.nodes();
    let unit = &world.units[0];
    let (address, _) = unit.address().unwrap();
    let request = socai!("audit", "prove", copy, "--consistency", "0").ok();
    let said = http::request(&address, "POST", "/add-checkpoint", &[], request.as_bytes()).unwrap();
    assert_eq!(said.status, 409, "the witness has seen size {seen}");
    let proof = socai!("audit", "prove", copy, "--consistency", seen.to_string()).ok();
    let said = http::request(&address, "POST", "/add-checkpoint", &[], proof.as_bytes()).unwrap();
    assert_eq!(said.status, 422, "no proof leads from one history to the other");
    for node in nodes {
        node.stop();
    }
}

/// The operator's word that a unit's sealing key was lost and is another now.
fn replaced_key(unit: &socai_tests::unit::Unit) -> socai_proto::v1::Event {
    let made_up = socai_tlog::SealingKey::of(&socai_tlog::SigningKey::from_bytes(&[0x5a; 32]));
    let form = serde_json::json!({
        "kind": "key.rotated", "id": "5a".repeat(16), "occurred_on": "2026-01-05", "level": "public", "entered_by": "thu",
        "source": {"kind": "manual"},
        "data": {"key": "sealing", "new_public_key": made_up.to_string(), "ground": "lost", "unit": unit.id},
    });
    socai_proto::json::event_from_json(&form).unwrap_or_else(|errors| panic!("{form}: {errors:?}")).0
}

#[test]
fn a_unit_whose_key_the_operator_replaced_cosigns_nothing_more_and_says_why() {
    let mut chance = Chance::of_run("replaced_key");
    let (world, policy) = witnessed::world();
    let mut running = Running::start(&world);
    hand_in(&world, &mut chance, 5);
    running.settle(&world);
    until_each_cosigned(&world);
    running.district.take().unwrap().stop();
    let before = ledger::size(&world.log_dir());
    let dir = socai_district::LedgerDir::new(world.district_dir());
    let mut operator = socai_district::Ledger::open_alone(&dir).unwrap();
    operator.publish(&[replaced_key(&world.units[0])], socai_district::now_ms()).unwrap();
    drop(operator);
    running.start_rest(&world);
    // the two others have no quarrel with it, and they are enough
    assert_eq!(until_witnessed(&world, &policy), 2);
    let is_refusing = |status: &serde_json::Value| status["witness"]["refused"].is_string();
    let status = world.units[0].status_within(wait::LONG, is_refusing).unwrap();
    let said = status["witness"]["refused"].as_str().unwrap();
    assert!(said.contains("gives this unit the sealing key") && said.contains("none of its own"), "{said}");
    assert_eq!(status["witness"]["cosigned"].as_u64(), Some(before), "what was true stays");
    running.nodes[0].as_mut().unwrap().await_log("this unit cosigns no checkpoint of this log");
    running.district.as_mut().unwrap().await_log("a witness has seen another history of this log");
    let shown = socai!("ward", "status", world.units[0].dir).ok();
    assert!(shown.contains("KHÔNG KÝ CHỨNG") || shown.contains("COSIGNS NOTHING"), "{shown}");
    running.stop();
}

/// The operator's word on a table, so that something is recorded.
fn adopted(now_ms: u64) -> socai_proto::v1::Event {
    let content = fs::read_to_string(socai_tests::world::deploy().join("rules/findings.toml")).unwrap();
    let rules = socai_district::RuleSet {
        name: "findings".into(),
        version: 9,
        effective_from: "2022-01-01".parse().unwrap(),
        content,
        legal_source: "thử".into(),
    };
    socai_district::adoption(&rules, now_ms).unwrap()
}

#[test]
fn what_witnesses_saw_is_kept_and_a_district_whose_clock_is_not_theirs_is_found() {
    let mut chance = Chance::of_run("witnessed_times");
    let (world, policy) = witnessed::world();
    for unit in &world.units {
        // else they would not cosign what follows
        let path = unit.dir.join("unit.toml");
        let config = fs::read_to_string(&path).unwrap();
        fs::write(&path, format!("witness_clock_tolerance_s = 86400\n{config}")).unwrap();
    }
    let mut running = Running::start(&world);
    hand_in(&world, &mut chance, 5);
    running.settle(&world);
    until_witnessed(&world, &policy);
    running.district.take().unwrap().stop();
    let (before, now) = (ledger::size(&world.log_dir()), socai_district::now_ms());
    let dir = socai_district::LedgerDir::new(world.district_dir());
    let mut operator = socai_district::Ledger::open_alone(&dir).unwrap();
    let ahead = now + 3_600_000;
    operator.publish(&[adopted(ahead)], ahead).unwrap();
    drop(operator);
    running.start_rest(&world);
    until_witnessed(&world, &policy);
    // the newest one before it lies in the file now, and in a copy
    let token = crate::mirrors::token_file(&world, "token", crate::mirrors::TOKEN);
    running.district.take().unwrap().stop();
    let (district, url) = crate::mirrors::served(&world, &token);
    running.district = Some(district);
    let copy = world.path().join("copy");
    socai!("mirror", url, copy, "--policy", policy, "--token", token).ok();
    let kept = fs::read(world.district_dir().join("witnessed")).unwrap();
    assert_eq!(fs::read(copy.join("witnessed")).unwrap(), kept);
    running.stop();
    for ledger in [world.district_dir(), copy] {
        let audited = socai!("audit", "verify", ledger, "--policy", policy, "--json");
        let report = audited.json();
        audited.ok();
        assert!(report["sightings"]["cosignatures"].as_u64() >= Some(2), "{report}");
        let found = socai!("audit", "findings", ledger, "--format", "json").json();
        assert!(found["sightings"].as_u64() >= Some(2), "{found}");
        let of = |rule: &str| -> Vec<&serde_json::Value> {
            found["findings"].as_array().unwrap().iter().filter(|line| line["rule"] == rule).collect()
        };
        let [line] = of("received_after_witnessed")[..] else { panic!("{found}") };
        assert_eq!(line["events"][0]["leaf"].as_u64(), Some(before), "{line}");
        let (unseen, seen) = (&line["events"][0]["unseen"], &line["events"][0]["seen"]);
        // of the checkpoints of one minute not all are kept
        assert!(unseen["size"].as_u64().is_some_and(|size| (1..=before).contains(&size)), "{line}");
        assert!(
            seen["size"].as_u64() > Some(before) && seen["by"].as_str().unwrap().contains(", "),
            "{line}"
        );
        assert_eq!(of("received_before_witnessed").len(), 0, "{found}");
    }
}

#[test]
fn a_tool_that_is_not_ours_counts_the_cosignatures() {
    let got = outside::python("tlog-tools.txt", &["--ignore-requires-python"]);
    let Some(python) = outside::or_skip("aics-tlog", got) else { return };
    let mut chance = Chance::of_run("outside_quorum");
    let (world, policy) = witnessed::world();
    let (district, address) = served(&world);
    let nodes = world.nodes();
    hand_in(&world, &mut chance, 20);
    settle(&world);
    until_witnessed(&world, &policy);
    let text = fs::read_to_string(&policy).unwrap();
    let key = |line: &str| line.split(' ').find(|word| word.contains('+')).unwrap().to_owned();
    let mut command = std::process::Command::new(python.with_file_name("aics-tlog"));
    command.args(["verify-checkpoint", "--tiles", &format!("http://{address}"), "--quorum", "2"]);
    for line in text.lines() {
        match line.split_once(' ') {
            Some(("log", _)) => command.args(["--log-key", &key(line)]),
            Some(("witness", _)) => command.args(["--witness-key", &key(line)]),
            _ => &mut command,
        };
    }
    let said = socai_tests::command::run(command, None);
    let answer = said.json();
    assert!(answer["ok"] == true && answer["cosignatures"].as_u64() >= Some(2), "{said}");
    for node in nodes {
        node.stop();
    }
    district.stop();
}

fn settle(world: &World) {
    for unit in &world.units {
        unit.await_recorded();
    }
}
