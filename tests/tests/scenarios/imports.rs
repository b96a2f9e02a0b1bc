//! Files handed in again and again, and nodes that die in the middle of one.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use serde_json::Value;
use socai_tests::{
    chance::Chance,
    command, facts,
    ledger::{self, Roots},
    running::Running,
    service::Service,
    socai,
    unit::Unit,
    wait,
    world::World,
};

#[test]
fn a_file_imported_twice_is_sealed_once_with_a_node_and_without() {
    let world = World::found(1);
    let unit = &world.units[0];
    let file = month(&world, 300);
    let first = socai!("ward", "import", unit.dir, file);
    assert_eq!((&first.json()["sealed"], &first.json()["already"]), (&300.into(), &0.into()), "{first}");
    let before = ledger::journal_bytes(unit);
    let again = socai!("ward", "import", unit.dir, file);
    assert_eq!((&again.json()["sealed"], &again.json()["already"]), (&0.into(), &300.into()), "{again}");
    let running = Running::start(&world);
    let through_node = socai!("ward", "import", unit.dir, file);
    assert_eq!(through_node.json()["already"], 300, "{through_node}");
    assert_eq!(ledger::journal_bytes(unit), before);
    let log = running.close(&world, &mut Roots::default());
    assert_eq!(log.iter().filter(|entry| entry.name.starts_with("1/")).count(), 300);
}

#[test]
fn an_import_that_was_killed_in_the_middle_is_completed_by_the_next() {
    let mut chance = Chance::of_run("import_killed");
    let world = World::found(1);
    let unit = &world.units[0];
    let rows = 12_000;
    let file = month(&world, rows);
    let (mut cut, mut sealed) = (0, 0);
    for round in 0..6 {
        let import = importing(&world, &file);
        // somewhere behind the first reading, when sealing has begun
        wait::until_so("sealing begins", || journal_len(unit) > sealed || ended(&import));
        std::thread::sleep(chance.time(Duration::from_millis(40)));
        import.kill();
        sealed = journal_len(unit);
        let records = count(unit);
        cut += usize::from(records > 0 && records < rows);
        eprintln!("round {round}: {records} records");
        if records == rows {
            break;
        }
    }
    assert!(cut > 0, "no kill met an import in the middle; a longer file is needed");
    let done = socai!("ward", "import", unit.dir, file);
    assert_eq!(done.json()["rows"], rows, "{done}");
    assert_eq!(count(unit), rows);
    let log = Running::start(&world).close(&world, &mut Roots::default());
    assert_eq!(log.iter().filter(|entry| entry.name.starts_with("1/")).count(), rows);
}

#[test]
fn a_node_killed_while_it_imports_completes_when_the_file_is_sent_again() {
    let world = World::found(1);
    let unit = &world.units[0];
    let rows = 12_000;
    let file = month(&world, rows);
    let mut running = Running::start(&world);
    let before = journal_len(unit);
    let import = importing(&world, &file);
    // by the disk: the answer of a busy node might come when all is over
    wait::until_so("sealing begins", || journal_len(unit) > before);
    running.nodes[0].take().unwrap().kill();
    let (code, said) = import.ended();
    assert_eq!(code, Some(2), "{said}");
    assert!(said.contains("does not answer"), "{said}");
    running.nodes[0] = Some(unit.node());
    let done: Value = socai!("ward", "import", unit.dir, file).json();
    assert_eq!(done["rows"], rows);
    running.close(&world, &mut Roots::default());
    assert_eq!(count(unit), rows);
}

#[test]
fn a_table_and_the_same_facts_as_json_lines_are_both_taken() {
    let world = World::found(1);
    let unit = &world.units[0];
    let file = world.path().join("visits.csv");
    let header = "occurred_on,level,entered_by,data.kind,data.name,data.from,data.to,data.venue";
    let row = |day: u32| {
        format!(
            "2023-01-{day:02},public,thu-nghiem,campaign,\"Ra quân, đợt {day}\",2023-01-{day:02},2023-01-{day:02},chợ"
        )
    };
    fs::write(&file, format!("{header}\n{}\n", (1..=9).map(row).collect::<Vec<_>>().join("\n"))).unwrap();
    let done = socai!("ward", "import", unit.dir, file, "--kind", "activity.held");
    assert_eq!(done.json()["sealed"], 9, "{done}");
    let log = Running::start(&world).close(&world, &mut Roots::default());
    assert_eq!(log.iter().filter(|entry| entry.name.starts_with("1/")).count(), 9);
}

/// A file with this many inspections, which state no id of their own.
fn month(world: &World, rows: usize) -> PathBuf {
    let mut chance = Chance::new(7);
    let fact = |_| {
        let mut fact = facts::inspection(&world.units[0].id, &mut chance);
        fact.as_object_mut().unwrap().remove("id");
        fact
    };
    let facts: Vec<_> = (0..rows).map(fact).collect();
    let file = world.path().join("month.jsonl");
    fs::write(&file, facts::lines(&facts)).unwrap();
    file
}

fn importing(world: &World, file: &Path) -> Service {
    let command: Command = command::command(&[&"ward", &"import", &world.units[0].dir, &file]);
    Service::start("import", command, &world.path().join("logs/import.log"))
}

/// Bytes of the longest file of a unit's journal.
fn journal_len(unit: &Unit) -> usize {
    ledger::journal_bytes(unit).values().map(Vec::len).max().unwrap_or(0)
}

fn ended(import: &Service) -> bool {
    !Path::new(&format!("/proc/{}/exe", import.pid())).exists()
}

/// Records in the journal after whatever a crash left is put in order.
fn count(unit: &Unit) -> usize {
    let status = socai!("ward", "status", unit.dir, "--json");
    status.json()["sealed"].as_u64().unwrap() as usize
}
