//! One process for one directory.

use socai_tests::{
    chance::Chance,
    facts,
    ledger::Roots,
    load::hand_in,
    running::Running,
    socai,
    world::{World, reference_units},
};

#[test]
fn a_second_node_on_a_units_directory_refuses_and_the_first_goes_on() {
    let world = World::found(1);
    let running = Running::start(&world);
    let unit = &world.units[0];
    socai!("ward", "run", unit.dir).fails(75, &["lock", "another process"]);
    let (address, pid) = unit.address().unwrap();
    assert_eq!(
        Some(pid),
        running.nodes[0].as_ref().map(|node| node.pid()),
        "node.json is the first one's: {address}"
    );
    // commands of the same unit go through the node instead
    let fact = facts::inspection(&unit.id, &mut Chance::new(1));
    socai!("ward", "record", unit.dir, "inspection.conducted", "--json", fact.to_string()).ok();
    let status = socai!("ward", "status", unit.dir, "--json");
    assert_eq!(status.json()["sealed"], 1, "{status}");
    running.close(&world, &mut Roots::default());
}

#[test]
fn a_second_district_on_a_ledger_refuses_and_the_first_goes_on() {
    let world = World::found(1);
    let running = Running::start(&world);
    let district = world.district_dir();
    socai!("district", "run", district).fails(75, &["lock", "another process"]);
    // whatever else would write waits for the district to stop, and says so
    let spec = reference_units()[5].to_string();
    let other = world.path().join("units/other");
    socai!("unit", "keys", other).ok();
    socai!("unit", "enrol", district, other, "--json", spec).fails(2, &["lock", "another process"]);
    socai!("rebuild", district).fails(2, &["lock", "another process"]);
    let said = socai!("report", "issue", district, "--no", "45/BC-UBND", "--period", "2023-02");
    said.fails(2, &["lock", "a district runs on this ledger; stop it", "Nothing was recorded"]);
    // readers need no lock
    socai!("units", district).ok();
    socai!("report", district, "--period", "2023-02").ok();
    hand_in(&world.units[0], &[facts::inspection(&world.units[0].id, &mut Chance::new(2))]);
    running.close(&world, &mut Roots::default());
}

#[test]
fn a_second_ledger_is_never_founded_in_the_place_of_the_first() {
    let world = World::found(0);
    let before = std::fs::read(world.district_dir().join("keys/operator")).unwrap();
    let operator = reference_units()[0].to_string();
    socai!(
        "district",
        "found",
        world.district_dir(),
        "--origin",
        "socai.example/other",
        "--ledger",
        "other",
        "--unit",
        operator
    )
    .fails(2, &["choose another directory"]);
    assert_eq!(std::fs::read(world.district_dir().join("keys/operator")).unwrap(), before);
}
