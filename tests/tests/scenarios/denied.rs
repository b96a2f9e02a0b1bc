//! A key that the broker does not let in, or lets in for something else: told at once and by its name, never as a time-out.

use std::time::{Duration, Instant};

use serde_json::Value;
use socai_bus::{Role, TransportKey};
use socai_tests::{
    chance::Chance, facts, ledger::Roots, load::hand_in, running::Running, unit::Unit, wait, world::World,
};
use socai_tlog::UnitNo;

/// Whatever waits for an answer of the broker waits five seconds: what takes less, on however busy a machine, was told without waiting.
const AT_ONCE: Duration = Duration::from_secs(4);

#[test]
fn a_ward_with_a_foreign_transport_key_is_told_at_once_and_seals_on() {
    let world = World::found(1);
    let unit = &world.units[0];
    let right = std::fs::read_to_string(unit.dir.join("keys/transport")).unwrap();
    std::fs::write(unit.dir.join("keys/transport"), TransportKey::generate().unwrap().seed()).unwrap();
    let node = unit.node();
    let status = refused(unit);
    assert_eq!(status["connection"]["up"], false, "{status}");
    let fact = facts::inspection(&unit.id, &mut Chance::new(1));
    let accepted = hand_in(unit, &[fact]);
    assert!(node.log().to_lowercase().contains("authorization"), "the log says it too: {}", node.log());
    node.stop();
    std::fs::write(unit.dir.join("keys/transport"), right).unwrap();
    let log = Running::start(&world).close(&world, &mut Roots::default());
    socai_tests::running::assert_kept(&[accepted], &log);
}

#[test]
fn a_ward_that_may_not_publish_or_hear_is_told_at_once_and_goes_on_when_it_may() {
    let mut world = World::found(1);
    let unit = world.units[0].clone();
    let users = world.users();
    let mut wrong = users.clone();
    wrong[1].1 = Role::Unit(UnitNo(99)); // its key is let in, for another unit's subject and inbox
    world.broker.admit(&wrong);
    let node = unit.node();
    let status = refused(&unit);
    let error = status["connection"]["error"].as_str().unwrap();
    assert!(error.contains(".u1.") || error.contains("seg.1"), "names the subject that is denied: {error}");
    let accepted = hand_in(&unit, &[facts::inspection(&unit.id, &mut Chance::new(1))]);
    world.broker.admit(&users);
    let running = Running { district: Some(world.district()), nodes: vec![Some(node)] };
    let log = running.close(&world, &mut Roots::default());
    socai_tests::running::assert_kept(&[accepted], &log);
}

#[test]
fn a_district_that_the_broker_does_not_let_in_ends_at_once_with_the_reason() {
    let mut world = World::found(0);
    world.broker.admit(&[(TransportKey::generate().unwrap().public().to_owned(), Role::District)]);
    wait::one_of_three_within(AT_ONCE, || {
        let started = Instant::now();
        let (code, said) = world.launch_district().ended();
        assert_eq!(code, Some(2), "{said}");
        assert!(said.to_lowercase().contains("authorization") || said.contains("key"), "{said}");
        started.elapsed()
    });
}

/// The status of a node whose broker denies it something, once it says so.
fn refused(unit: &Unit) -> Value {
    let started = Instant::now();
    let is_told = |status: &Value| {
        let error = status["connection"]["error"].as_str().unwrap_or_default().to_lowercase();
        assert!(!error.contains("timed out") && !error.contains("time-out"), "{status}");
        error.contains("authorization")
            || error.contains("permission")
            || error.contains("denied")
            || error.contains("may not")
    };
    let status = unit.status_within(wait::LONG, is_told);
    let took = started.elapsed();
    let status = status.unwrap_or_else(|| panic!("never told: {:?}", unit.status()));
    eprintln!("told after {took:?}: {}", status["connection"]["error"]);
    assert!(took < AT_ONCE, "told after {took:?}: {status}");
    status
}
