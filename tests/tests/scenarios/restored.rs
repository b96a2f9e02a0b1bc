//! Old copies put back in the place of a directory: the wards', then the district's.

use std::{path::PathBuf, time::Duration};

use serde_json::Value;
use socai_tests::{
    chance::Chance,
    facts, files,
    ledger::{self, Roots},
    load::{Accepted, hand_in},
    running::{Running, assert_kept},
    service::Service,
    socai,
    unit::Unit,
    wait,
    world::World,
};

#[test]
fn a_ward_restored_from_an_old_copy_gets_its_records_back_and_forks_nothing() {
    let mut chance = Chance::of_run("ward_restored");
    let world = World::found(2);
    let running = Running::start(&world);
    let unit = &world.units[0];
    let mut accepted = vec![seal(unit, 20, &mut chance)];
    let mut running = settle(running, &world);
    running.nodes[0].take().unwrap().stop();
    let copy = world.path().join("copy");
    files::copy(&unit.dir, &copy);
    running.nodes[0] = Some(unit.node());
    accepted.push(seal(unit, 30, &mut chance));
    let mut running = settle(running, &world);
    running.nodes[0].take().unwrap().stop();

    files::restore(&copy, &unit.dir, Some(&world.path().join("lost-ward")));
    let again = record_without_a_node(unit, 3, &mut chance);
    assert_eq!(ledger::journal(unit).len(), 23, "sealed on the stale journal");
    running.nodes[0] = Some(unit.node());
    let log = running.close(&world, &mut Roots::default());
    assert_kept(&accepted, &log);
    for id in again {
        assert!(log.iter().any(|entry| entry.id == id), "{id}, sealed on the stale journal, is in the log");
    }
    let of_unit = log.iter().filter(|entry| entry.name.starts_with(&format!("{}/", unit.no))).count();
    assert_eq!(of_unit, 20 + 30 + 3);
    no_fork(&world);
}

#[test]
fn a_ward_copied_while_it_worked_is_restored_all_the_same() {
    let mut chance = Chance::of_run("ward_copied_while_it_worked");
    let world = World::found(1);
    let mut running = Running::start(&world);
    let unit = &world.units[0];
    let load = socai_tests::load::Load::begin(&world.units, &mut chance, 10, Duration::from_millis(5));
    wait::until_so("a journal to copy", || {
        unit.status().is_some_and(|status| status["recorded"].as_u64() > Some(50))
    });
    let copy = world.path().join("copy");
    files::copy(&unit.dir, &copy);
    let accepted = load.end();
    running.settle(&world);
    running.nodes[0].take().unwrap().kill();
    files::restore(&copy, &unit.dir, None);
    running.nodes[0] = Some(unit.node());
    let log = running.close(&world, &mut Roots::default());
    assert_kept(&accepted, &log);
    no_fork(&world);
}

#[test]
fn a_ward_that_lost_everything_but_its_keys_gets_its_journal_back() {
    let mut chance = Chance::of_run("ward_lost_everything");
    let world = World::found(1);
    let mut running = Running::start(&world);
    let unit = &world.units[0];
    // more than one segment of the district's answer
    let accepted: Vec<_> = (0..4).map(|_| seal(unit, 400, &mut chance)).collect();
    running.settle(&world);
    running.nodes[0].take().unwrap().stop();
    for lost in ["journal", "receipts", "ids", "spool"] {
        std::fs::remove_dir_all(unit.dir.join(lost)).unwrap();
    }
    std::fs::remove_file(unit.dir.join("checkpoint")).unwrap();
    running.nodes[0] = Some(unit.node());
    wait::until_so("the journal came back", || unit.status().is_some_and(|status| status["sealed"] == 1600));
    let twice: Vec<Value> =
        vec![facts::with_id(&unit.id, accepted[0].keys().next().unwrap(), &mut Chance::new(1))];
    let answer = unit.post(&Value::from(twice)).unwrap();
    assert_eq!(answer.status, 409, "an id of the restored journal is known: {}", answer.body);
    let log = running.close(&world, &mut Roots::default());
    assert_kept(&accepted, &log);
    no_fork(&world);
}

#[test]
fn a_district_restored_from_an_old_copy_never_signs_a_second_tree() {
    let mut chance = Chance::of_run("district_restored");
    let Restored { mut world, mut running, mut accepted, mut roots, old, newest } = old_copy(&mut chance);
    // the broker still holds what came after the copy
    files::restore(&old, &world.district_dir(), None);
    refuses(&mut running, &world, &mut roots);
    // the broker has lost it as well
    files::restore(&old, &world.district_dir(), None);
    world.broker.wipe();
    world.broker.restart();
    refuses(&mut running, &world, &mut roots);
    // with the right copy back everything goes on
    files::restore(&newest, &world.district_dir(), None);
    running.district = Some(world.district());
    accepted.push(seal(&world.units[1], 7, &mut chance));
    let log = running.close(&world, &mut roots);
    assert_kept(&accepted, &log);
}

#[test]
fn a_district_restored_while_every_ward_is_away_does_not_record_again_what_the_broker_holds() {
    let mut chance = Chance::of_run("restored_while_away");
    let Restored { world, mut running, accepted, mut roots, old, newest } = old_copy(&mut chance);
    running.nodes.iter_mut().for_each(|node| drop(node.take().unwrap().stop()));
    files::restore(&old, &world.district_dir(), None);
    running.district = Some(restored_district(&world));
    note_all(&mut roots, &world);
    running.nodes = world.nodes().into_iter().map(Some).collect();
    ends_with_the_reason(running.district.take().unwrap());
    note_all(&mut roots, &world);
    files::restore(&newest, &world.district_dir(), None);
    let log = running.close(&world, &mut roots);
    assert_kept(&accepted, &log);
}

/// A world whose district went on after it was copied, and is stopped now.
struct Restored {
    world: World,
    running: Running,
    accepted: Vec<Accepted>,
    roots: Roots,
    old: PathBuf,
    newest: PathBuf,
}

fn old_copy(chance: &mut Chance) -> Restored {
    let world = World::found(2);
    let (old, newest) = (world.path().join("old"), world.path().join("newest"));
    let mut running = Running::start(&world);
    let mut accepted = vec![seal(&world.units[0], 20, chance), seal(&world.units[1], 5, chance)];
    running.settle(&world);
    running.district.take().unwrap().stop();
    files::copy(&world.district_dir(), &old);
    running.district = Some(world.district());
    accepted.push(seal(&world.units[0], 30, chance));
    running.settle(&world);
    running.district.take().unwrap().stop();
    files::copy(&world.district_dir(), &newest);
    let mut roots = Roots::default();
    note_all(&mut roots, &world);
    Restored { world, running, accepted, roots, old, newest }
}

/// Runs the restored district among wards that know better. It has to end with the clear error; whatever it signed before has to agree with
/// what was signed before the copy was put back.
fn refuses(running: &mut Running, world: &World, roots: &mut Roots) {
    let district = restored_district(world);
    running.nodes[0].take().unwrap().stop();
    running.nodes[0] = Some(world.units[0].node()); // says hello with the newest checkpoint
    ends_with_the_reason(district);
    note_all(roots, world);
}

/// Starts it, and gives it time to do the wrong thing: to record again, as if it were new, what the broker still holds.
fn restored_district(world: &World) -> Service {
    let before = ledger::size(&world.log_dir());
    let mut district = world.launch_district();
    wait::within(Duration::from_secs(4), || {
        (!district.is_running() || ledger::size(&world.log_dir()) > before).then_some(())
    });
    district
}

fn ends_with_the_reason(district: Service) {
    let (code, said) = district.ended();
    assert_ne!(code, Some(0), "{said}");
    assert!(said.contains("restored from an old copy") && said.contains("Restore"), "{said}");
}

fn note_all(roots: &mut Roots, world: &World) {
    roots.of_log(&world.log_dir());
    world.units.iter().for_each(|unit| roots.of_unit(unit));
}

fn settle(running: Running, world: &World) -> Running {
    running.settle(world);
    running
}

fn seal(unit: &Unit, count: usize, chance: &mut Chance) -> Accepted {
    let facts: Vec<_> = (0..count).map(|_| facts::inspection(&unit.id, chance)).collect();
    hand_in(unit, &facts)
}

/// Seals through the command line while no node runs; the ids.
fn record_without_a_node(unit: &Unit, count: usize, chance: &mut Chance) -> Vec<String> {
    let one = |_| {
        let fact = facts::inspection(&unit.id, chance);
        socai!("ward", "record", unit.dir, "inspection.conducted", "--json", fact.to_string()).ok();
        fact["id"].as_str().unwrap().to_owned()
    };
    (0..count).map(one).collect()
}

fn no_fork(world: &World) {
    let kinds = |kind: &str| socai!("replay", world.district_dir(), "--kind", kind, "--format", "jsonl").ok();
    assert_eq!(kinds("fork.evidenced"), "");
    assert_eq!(kinds("unit.suspended"), "");
}
