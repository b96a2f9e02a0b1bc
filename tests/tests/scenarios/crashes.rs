//! `kill -9` of anybody at any moment, under load.

use std::time::Duration;

use socai_tests::{
    chance::Chance,
    ledger::Roots,
    load::Load,
    running::{Running, assert_kept},
    world::World,
};

/// How often each part is killed.
const KILLS: usize = 8;
/// Longest life between two kills.
const LONGEST: Duration = Duration::from_millis(400);

/// Who is killed.
#[derive(Clone, Copy, Debug)]
enum Victim {
    Node(usize),
    District,
    Broker,
}

#[test]
fn whoever_is_killed_at_whatever_moment_nothing_is_lost_or_doubled() {
    let mut chance = Chance::of_run("whoever_is_killed");
    let mut world = World::found(3);
    let mut running = Running::start(&world);
    let load = Load::begin(&world.units, &mut chance, 40, Duration::from_millis(30));
    let mut roots = Roots::default();
    let mut left: Vec<Victim> =
        (0..KILLS).flat_map(|n| [Victim::Node(n % 3), Victim::District, Victim::Broker]).collect();
    while !left.is_empty() {
        let victim = left.swap_remove(chance.below(left.len() as u64) as usize);
        let (before, down) = (chance.time(LONGEST), chance.time(LONGEST / 4));
        std::thread::sleep(before); // the moment is chance, not a wait for something
        strike(&mut world, &mut running, victim, down);
        world.units.iter().for_each(|unit| roots.of_unit(unit));
    }
    running.start_rest(&world);
    let accepted = load.end();
    let count: usize = accepted.iter().map(|of_unit| of_unit.len()).sum();
    let settled = running.settle(&world);
    let log = running.close(&world, &mut roots);
    assert_kept(&accepted, &log);
    let (kills, seen) = (3 * KILLS, roots.len());
    eprintln!("{count} events kept through {kills} kills, {seen} checkpoints seen, settled in {settled:?}");
}

/// Kills, leaves it down for a while, and starts it again without waiting: the next kill may meet it in its start.
fn strike(world: &mut World, running: &mut Running, victim: Victim, down: Duration) {
    match victim {
        Victim::Node(n) => {
            if let Some(node) = running.nodes[n].take() {
                node.kill();
            }
            std::thread::sleep(down);
            running.nodes[n] = Some(world.units[n].launch());
        }
        Victim::District => {
            if let Some(district) = running.district.take() {
                district.kill();
            }
            std::thread::sleep(down);
            running.district = Some(world.launch_district());
        }
        Victim::Broker => {
            world.broker.kill();
            std::thread::sleep(down);
            world.broker.restart();
        }
    }
}
