//! A world whose units are witnesses of their ledger.

use std::{fs, path::PathBuf};

use socai_bus::server::free_port;

use crate::{socai, unit::Unit, world::World};

/// Gives a unit's node an address that stays, and gives the line that names it in a policy.
fn witness_line(unit: &Unit) -> String {
    let port = free_port().unwrap();
    let path = unit.dir.join("unit.toml");
    let config = fs::read_to_string(&path).unwrap();
    let listen = |line: &str| match line.starts_with("listen = ") {
        true => format!("listen = \"127.0.0.1:{port}\"\n"),
        false => format!("{line}\n"),
    };
    fs::write(&path, config.lines().map(listen).collect::<String>()).unwrap();
    socai!("ward", "witness", unit.dir, "--url", format!("http://127.0.0.1:{port}")).ok()
}

/// A world whose policy asks for two of its three units, and a copy of the policy as an auditor keeps it.
///
/// # Panics
/// A file cannot be written, or a command fails.
pub fn world() -> (World, PathBuf) {
    let world = World::found(3);
    let policy = world.district_dir().join("policy");
    let log = fs::read_to_string(&policy).unwrap().lines().next().unwrap().to_owned();
    let witnesses: Vec<String> = world.units.iter().map(witness_line).collect();
    let names: Vec<&str> = world.units.iter().map(|unit| unit.id.as_str()).collect();
    let group = format!("group wards 2 {}\nquorum wards\n", names.join(" "));
    fs::write(&policy, format!("{log}\n{}{group}", witnesses.concat())).unwrap();
    let kept = world.path().join("policy-of-the-auditor");
    fs::copy(&policy, &kept).unwrap();
    (world, kept)
}
