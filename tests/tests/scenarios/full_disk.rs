//! No room on the disk, played by a limit on the length of files: writes end with `File too large`, after some bytes or none.

use std::process::Command;

use serde_json::Value;
use socai_tests::{
    chance::Chance,
    facts,
    ledger::{self, Roots},
    load::{Accepted, hand_in},
    program::socai,
    running::{Running, assert_kept},
    service::Service,
    unit::Unit,
    wait,
    world::World,
};

#[test]
fn a_ward_without_room_says_so_and_loses_nothing_it_had_promised() {
    let mut chance = Chance::of_run("ward_without_room");
    let world = World::found(1);
    let unit = &world.units[0];
    let mut running = Running::start(&world);
    let mut accepted = vec![seal(unit, 20, &mut chance)];
    running.settle(&world);
    running.nodes[0].take().unwrap().stop();

    let node = limited("node", &["ward", "run", unit.dir.to_str().unwrap()], &unit.log);
    wait::until_so("the node answers", || {
        unit.address().is_some_and(|(_, pid)| pid == node.pid()) && unit.status().is_some()
    });
    let longest = ledger::journal_bytes(unit).values().map(Vec::len).max().unwrap();
    limit(&node, Some(longest + 9000));
    let facts: Vec<Value> = (0..60).map(|_| facts::inspection(&unit.id, &mut chance)).collect();
    let refused = refused(unit, &facts);
    eprintln!("the node says: {refused}");
    assert_eq!(refused["status"], 503, "{refused}");
    let detail = refused["detail"].as_str().unwrap();
    assert!(detail.contains("File too large") && detail.contains("journal"), "says what and where: {detail}");
    limit(&node, None);
    accepted.push(hand_in(unit, &facts));
    running.nodes[0] = Some(node);
    assert_kept(&accepted, &running.close(&world, &mut Roots::default()));
}

#[test]
fn a_district_without_room_says_so_and_records_everything_once_there_is_some() {
    let mut chance = Chance::of_run("district_without_room");
    let world = World::found(1);
    let unit = &world.units[0];
    let log = world.path().join("logs/district.log");
    let mut district =
        limited("district", &["district", "run", world.district_dir().to_str().unwrap()], &log);
    district.await_log("the district runs");
    let mut running = Running { district: None, nodes: vec![Some(unit.node())] };
    let mut accepted = vec![seal(unit, 20, &mut chance)];
    unit.await_recorded();
    let volume = std::fs::metadata(world.log_dir().join("volumes/0000000000.vol")).unwrap().len();
    limit(&district, Some(volume as usize + 5000));
    accepted.push(seal(unit, 200, &mut chance));
    // the read models meet the same limit, and may say so first
    wait::until_so("the district says that there is no room and names the file", || {
        let log = district.log();
        log.lines().any(|line| line.contains("File too large") && line.contains(".vol"))
    });
    if district.is_running() {
        limit(&district, None);
        running.district = Some(district);
    }
    assert_kept(&accepted, &running.close(&world, &mut Roots::default()));
}

fn seal(unit: &Unit, count: usize, chance: &mut Chance) -> Accepted {
    let facts: Vec<_> = (0..count).map(|_| facts::inspection(&unit.id, chance)).collect();
    hand_in(unit, &facts)
}

/// Hands facts in one by one until one is refused for want of room, and gives the answer.
fn refused(unit: &Unit, facts: &[Value]) -> Value {
    for fact in facts {
        let answer = unit.post(&Value::from(vec![fact.clone()])).unwrap();
        if answer.status != 201 {
            return answer.body;
        }
    }
    panic!("the limit was never met");
}

/// A service that a limit can be put on: the signal that would kill it is ignored, so that it sees the error as of a full disk.
fn limited(name: &str, args: &[&str], log: &std::path::Path) -> Service {
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$@\"", "sh"]).arg(socai()).args(args).args(["--lang", "en"]);
    Service::start(name, command, log)
}

/// Sets the length that files of a running process may have; none lifts the limit.
fn limit(service: &Service, bytes: Option<usize>) {
    let soft = bytes.map_or("unlimited".to_owned(), |bytes| bytes.to_string());
    let status = Command::new("prlimit")
        .args(["--pid", &service.pid().to_string(), &format!("--fsize={soft}:unlimited")])
        .status()
        .expect("prlimit of util-linux");
    assert!(status.success());
}
