//! Nobody dies, but somebody does not answer: a process that hangs, a broker that is full.

use std::time::Duration;

use serde_json::Value;
use socai_tests::{
    chance::Chance,
    facts,
    ledger::Roots,
    load::{Load, hand_in},
    running::{Running, assert_kept},
    service, wait,
    world::World,
};

/// Longer than a publish is waited for.
const HANGS: Duration = Duration::from_secs(6);

#[test]
fn whoever_hangs_for_a_while_costs_time_and_nothing_else() {
    let mut chance = Chance::of_run("whoever_hangs");
    let world = World::found(2);
    let running = Running::start(&world);
    let load = Load::begin(&world.units, &mut chance, 20, Duration::from_millis(20));
    let district = running.district.as_ref().unwrap().pid();
    for pid in [world.broker.pid(), district] {
        wait::until_so("facts flow", || {
            world.units[0].status().is_some_and(|status| status["recorded"].as_u64() > Some(20))
        });
        service::signal(pid, "STOP");
        std::thread::sleep(HANGS); // the length of the outage is the scenario
        service::signal(pid, "CONT");
    }
    let accepted = load.end();
    assert_kept(&accepted, &running.close(&world, &mut Roots::default()));
}

#[test]
fn a_broker_that_is_full_is_named_as_the_reason_and_a_new_one_heals_it() {
    let mut chance = Chance::of_run("broker_full");
    let mut world = World::with_room(1, Some(400_000));
    let running = Running::start(&world);
    let unit = world.units[0].clone();
    let mut accepted = Vec::new();
    let is_full =
        |status: &Value| status["connection"]["error"].as_str().is_some_and(|error| error.contains("full"));
    // in steps, so that what is on its way when the broker is full has room in the next one, which is no larger
    let full = wait::within(wait::LONG, || {
        let facts: Vec<_> = (0..200).map(|_| facts::inspection(&unit.id, &mut chance)).collect();
        accepted.push(hand_in(&unit, &facts)); // sealing goes on whatever the broker does
        let is_settled = |status: &Value| is_full(status) || status["recorded"] == status["sealed"];
        unit.status_within(wait::LONG, is_settled).filter(is_full)
    });
    let full = full.unwrap_or_else(|| panic!("never full: {:?}", unit.status()));
    eprintln!("the node says: {}", full["connection"]["error"]);
    world.broker.wipe();
    world.broker.restart();
    assert_kept(&accepted, &running.close(&world, &mut Roots::default()));
}
