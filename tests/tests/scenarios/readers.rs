//! Readers beside a writer: no lock, no half-written batch, no false alarm.

use std::time::Duration;

use socai_tests::{
    chance::Chance,
    command, ledger,
    ledger::Roots,
    load::Load,
    running::{Running, assert_kept},
    service::Service,
    socai, wait,
    world::World,
};

#[test]
fn audits_reports_and_replays_of_a_ledger_that_is_being_written_are_right_each_time() {
    let mut chance = Chance::of_run("beside_a_writer");
    let world = World::found(2);
    let running = Running::start(&world);
    let district = world.district_dir();
    let follow = command::command(&[&"replay", &district, &"--follow", &"--format", &"jsonl"]);
    let following = Service::start("replay", follow, &world.path().join("logs/follow.jsonl"));
    let load = Load::begin(&world.units, &mut chance, 20, Duration::from_millis(10));
    let mut last = 0;
    for _ in 0..6 {
        ledger::audit(&district).ok();
        let size = ledger::replay(&district).len();
        assert!(size >= last, "{size} entries after {last}");
        last = size;
        let report = socai!("report", district, "--period", "2023-02", "--format", "json").json();
        assert!(report["as_of"]["size"].as_u64() >= Some(last as u64));
    }
    let accepted = load.end();
    running.settle(&world);
    let size = ledger::size(&world.log_dir());
    wait::until_so("the follower has printed everything", || following.log().lines().count() as u64 == size);
    let names: Vec<String> = following.log().lines().map(name).collect();
    following.kill();
    let log = running.close(&world, &mut Roots::default());
    assert_eq!(
        names,
        log.iter().map(|entry| entry.name.clone()).collect::<Vec<_>>(),
        "what was followed is the log"
    );
    assert_kept(&accepted, &log);
}

fn name(line: &str) -> String {
    let fact: serde_json::Value = serde_json::from_str(line).unwrap();
    fact["name"].as_str().unwrap().to_owned()
}
