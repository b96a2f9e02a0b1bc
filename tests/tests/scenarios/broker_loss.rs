//! Everything the broker holds is lost, in four ways. It is noticed, and heals without anybody's help.

use std::time::Duration;

use socai_bus::{Role, Subjects, TransportKey};
use socai_tests::{
    broker::LEDGER,
    chance::Chance,
    facts,
    ledger::{self, Roots},
    load::{Load, hand_in},
    nats::Nats,
    running::{Running, assert_kept},
    wait,
    world::World,
};

/// What the district says when it meets another stream than the one it read.
const NOTICED: &str = "the stream is not the one we read";

#[test]
fn the_jetstream_directory_deleted_under_load_comes_back_from_the_wards() {
    let mut chance = Chance::of_run("jetstream_deleted_under_load");
    let mut world = World::found(2);
    let running = Running::start(&world);
    let load = Load::begin(&world.units, &mut chance, 40, Duration::from_millis(20));
    for _ in 0..3 {
        await_more(&world, 30);
        world.broker.wipe();
        std::thread::sleep(chance.time(Duration::from_millis(300))); // some outages are longer
        world.broker.restart();
    }
    await_more(&world, 30);
    let accepted = load.end();
    let said = running.district.as_ref().map(|district| district.log()).unwrap_or_default();
    assert!(said.contains(NOTICED), "{said}");
    let log = running.close(&world, &mut Roots::default());
    assert_kept(&accepted, &log);
}

#[test]
fn files_deleted_under_the_running_server_come_back_after_its_restart() {
    let mut chance = Chance::of_run("files_deleted_under_the_running_server");
    let mut world = World::found(2);
    let running = Running::start(&world);
    let load = Load::begin(&world.units, &mut chance, 20, Duration::from_millis(20));
    await_more(&world, 30);
    world.broker.wipe_under_it();
    std::thread::sleep(chance.time(Duration::from_millis(500)));
    world.broker.kill();
    world.broker.restart();
    await_more(&world, 30);
    let accepted = load.end();
    assert_kept(&accepted, &running.close(&world, &mut Roots::default()));
}

#[test]
fn a_stream_that_an_administrator_deletes_is_made_again() {
    let mut chance = Chance::of_run("an_administrator_deletes");
    let mut world = World::found(2);
    let (admin, subjects) = (TransportKey::generate().unwrap(), Subjects::new(LEDGER).unwrap());
    let mut users = world.users();
    users.push((admin.public().to_owned(), Role::Admin));
    world.broker.admit(&users);
    let running = Running::start(&world);
    let load = Load::begin(&world.units, &mut chance, 20, Duration::from_millis(20));
    for _ in 0..2 {
        await_more(&world, 30);
        Nats::connect(&world.broker.url(), &admin).delete_stream(&subjects);
    }
    await_more(&world, 30);
    let accepted = load.end();
    assert_kept(&accepted, &running.close(&world, &mut Roots::default()));
}

#[test]
fn a_broker_wiped_while_everybody_is_away_costs_nothing() {
    let mut chance = Chance::of_run("wiped_while_everybody_is_away");
    let mut world = World::found(2);
    let running = Running::start(&world);
    let unit = world.units[0].clone();
    let fact = |chance: &mut Chance| facts::inspection(&unit.id, chance);
    let recorded: Vec<_> = (0..20).map(|_| fact(&mut chance)).collect();
    let mut accepted = vec![hand_in(&unit, &recorded)];
    running.settle(&world);
    if let Some(district) = running.district {
        district.stop();
    }
    // the broker takes these, the district is away, and then the broker loses them
    let lost: Vec<_> = (0..20).map(|_| fact(&mut chance)).collect();
    accepted.push(hand_in(&unit, &lost));
    wait::until_so("the broker has them", || unit.status().is_some_and(|status| status["in_transit"] == 20));
    running.nodes.into_iter().flatten().for_each(|node| drop(node.stop()));
    world.broker.wipe();
    world.broker.restart();
    let running = Running::start(&world);
    assert_kept(&accepted, &running.close(&world, &mut Roots::default()));
    assert_eq!(ledger::journal(&unit).len(), 40);
}

/// Waits until every unit has this many more records with receipts: the ledger is moving.
fn await_more(world: &World, records: u64) {
    for unit in &world.units {
        let recorded = || unit.status().and_then(|status| status["recorded"].as_u64());
        let now = wait::until("the node answers", recorded);
        wait::until(&format!("{} is recorded further", unit.id), || {
            recorded().filter(|then| *then >= now + records)
        });
    }
}
