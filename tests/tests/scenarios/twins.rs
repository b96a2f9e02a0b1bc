//! One unit, two machines: a directory that was copied and run twice is a fork, and no lock can see it.

use std::thread;

use socai_tests::{
    chance::Chance, facts, files, ledger, load::hand_in, running::Running, socai, unit::Unit, wait,
    world::World,
};

#[test]
fn a_units_directory_run_twice_is_kept_as_evidence_and_suspends_that_unit_only() {
    let mut chance = Chance::of_run("run_twice");
    let world = World::found(2);
    let mut running = Running::start(&world);
    let (unit, other) = (&world.units[0], &world.units[1]);
    hand_in(unit, &[facts::inspection(&unit.id, &mut chance)]);
    unit.await_recorded();
    running.nodes[0].take().unwrap().stop();
    let twin = Unit { dir: world.path().join("twin"), ..unit.clone() };
    files::copy(&unit.dir, &twin.dir);

    // both seal record 1 while nobody hears the other; the second to say hello sees it in time, and seals its fact again
    for dir in [&unit.dir, &twin.dir] {
        let fact = facts::inspection(&unit.id, &mut chance);
        socai!("ward", "record", dir, "inspection.conducted", "--json", fact.to_string()).ok();
    }
    running.nodes[0] = Some(unit.node());
    unit.await_recorded();
    let second = twin.node();
    assert_eq!((twin.await_recorded(), forks(&world)), (3, 0));

    // whoever is told of records that are not its own takes them in; only both at one moment sign two records with one number
    wait::until_so("two records with one number", || {
        let facts = [(); 2].map(|()| [facts::inspection(&unit.id, &mut chance)]);
        thread::scope(|both| {
            both.spawn(|| hand_in(unit, &facts[0]));
            both.spawn(|| hand_in(&twin, &facts[1]));
        });
        forks(&world) > 0
    });
    assert_eq!(forks(&world), 1, "evidence is taken once");
    let status = unit.status_within(wait::LONG, |status| status["suspended"] == true);
    let status = status.unwrap_or_else(|| panic!("never told: {:?}", unit.status()));
    assert!(status["reason"].as_str().is_some_and(|reason| reason.contains("suspended")), "{status}");

    // the other unit goes on
    hand_in(other, &[facts::inspection(&other.id, &mut chance)]);
    other.await_recorded();
    second.stop();
    running.stop();
    ledger::audit(&world.district_dir()).ok();
}

fn forks(world: &World) -> usize {
    let text = socai!("replay", world.district_dir(), "--kind", "fork.evidenced", "--format", "jsonl").ok();
    text.lines().count()
}
