//! Copies of a ledger: of a growing district over HTTP, of one that lies, and one that takes its place.

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use serde_json::{Value, json};
use socai_tests::{
    chance::Chance,
    command::command,
    facts, files, ledger,
    running::Running,
    service::Service,
    socai,
    unit::Unit,
    wait,
    world::{World, reference_units},
};

pub(crate) const TOKEN: &str = "0123456789abcdef0123456789abcdef";
const SECRET: &str = "Nguyễn Văn Không Nên Chép";

/// Volumes and annexes of a log, by name.
fn raw(log: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let of = |part: &str| {
        let dir = log.join(part);
        if dir.exists() { files::all(&dir) } else { Vec::new() }
    };
    let both = of("volumes").into_iter().chain(of("annex"));
    both.map(|file| (file.strip_prefix(log).unwrap().to_owned(), fs::read(&file).unwrap_or_default()))
        .collect()
}

fn until_same(world: &World, copy: &Path) {
    wait::until_so("the copy has the same bytes", || raw(&world.log_dir()) == raw(&copy.join("log")));
}

pub(crate) fn token_file(world: &World, name: &str, token: &str) -> PathBuf {
    let path = world.path().join(name);
    fs::write(&path, token).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
    path
}

/// A district that serves its files to mirrors, and its address.
pub(crate) fn served(world: &World, token: &Path) -> (Service, String) {
    let dir = world.district_dir();
    let run = command(&[&"district", &"run", &dir, &"--http", &"127.0.0.1:0", &"--serve-log", &token]);
    let mut district = Service::start("district", run, &world.path().join("logs/district.log"));
    district.await_log("the district runs");
    let log = district.log();
    let url = log.lines().find_map(|line| line.split_once("as C2SP tiles: ")?.1.split_once("/checkpoint"));
    let url = url.unwrap().0.to_owned();
    (district, url)
}

pub(crate) fn hand_in(unit: &Unit, chance: &mut Chance, count: usize) {
    let facts: Vec<Value> = (0..count).map(|_| facts::inspection(&unit.id, chance)).collect();
    assert_eq!(unit.post(&Value::from(facts)).unwrap().status, 201);
    unit.await_recorded();
}

pub(crate) fn seal_secret(unit: &Unit, chance: &mut Chance) -> String {
    let mut fact = facts::inspection(&unit.id, chance);
    fact["annex"] = json!({"text": {"narrative": format!("Chủ cơ sở là {SECRET}.")}});
    let answer = unit.post(&fact).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.body);
    unit.await_recorded();
    answer.body["name"].as_str().unwrap().to_owned()
}

fn order(unit: &Unit, target: &str) -> Value {
    json!({
        "kind": "annex.erased", "unit": unit.id, "occurred_on": "2023-03-06", "level": "public", "entered_by": "van-thu",
        "approved_by": "chu-tich",
        "data": {"target": target, "ground": "personal_data", "procedure": "14/QĐ-UBND", "approver_position": "chu-tich"},
    })
}

fn holds_secret(dir: &Path) -> bool {
    let holds = |bytes: Vec<u8>| bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
    files::all(dir).into_iter().any(|file| holds(fs::read(file).unwrap_or_default()))
}

#[test]
fn a_copy_of_a_growing_district_is_the_same_bytes_erases_what_is_erased_and_takes_its_place() {
    let mut chance = Chance::of_run("mirrors");
    let world = World::found(1);
    let (token, wrong) = (token_file(&world, "token", TOKEN), token_file(&world, "wrong", &"x".repeat(32)));
    let (policy, copy) = (world.district_dir().join("policy"), world.path().join("copy"));
    let (district, url) = served(&world, &token);
    let unit = &world.units[0];
    let node = unit.node();
    let target = seal_secret(unit, &mut chance);
    hand_in(unit, &mut chance, 50);

    socai!("mirror", url, copy, "--token", token).fails(2, &["--policy FILE"]);
    socai!("mirror", url, copy, "--policy", policy, "--token", wrong).fails(2, &["refuses the token"]);
    socai!("mirror", world.district_dir(), world.district_dir(), "--policy", policy)
        .fails(2, &["holds an operator's keys"]);
    socai!("mirror", url, copy, "--policy", policy, "--token", token).ok();
    until_same(&world, &copy);
    assert!(holds_secret(&copy));

    // it goes on while the ledger grows, and destroys what is ordered to be destroyed
    let follow = [
        &"mirror" as &dyn AsRef<std::ffi::OsStr>,
        &url,
        &copy,
        &"--token",
        &token,
        &"--follow",
        &"--every",
        &"100ms",
    ];
    let log = world.path().join("logs/mirror.log");
    let mirror = Service::start("mirror", command(&follow), &log);
    for _ in 0..5 {
        hand_in(unit, &mut chance, 20);
    }
    assert_eq!(unit.post(&order(unit, &target)).unwrap().status, 201);
    unit.await_recorded();
    wait::until_so("the secret is in no copy", || !holds_secret(&copy));
    until_same(&world, &copy);
    // killed anywhere, it goes on where it stood
    mirror.kill();
    hand_in(unit, &mut chance, 20);
    let mirror = Service::start("mirror", command(&follow), &log);
    until_same(&world, &copy);

    // the district is lost: the copy gets the keys and goes on with the same tree
    node.stop();
    district.stop();
    until_same(&world, &copy);
    assert!(mirror.stop().contains("the copy has"));
    let kept = world.path().join("kept");
    let audit = |since: &[&str]| {
        let mut args: Vec<&dyn AsRef<std::ffi::OsStr>> =
            vec![&"audit", &"verify", &copy, &"--policy", &policy, &"--json"];
        args.extend(since.iter().map(|arg| arg as &dyn AsRef<std::ffi::OsStr>));
        let said = socai_tests::command::run(command(&args), None);
        assert_eq!(said.code, Some(0), "{said}");
        said.json()
    };
    let before = audit(&["--keep", kept.to_str().unwrap()]);
    assert_eq!(before["counts"]["erased_annexes"], 1);
    assert_eq!(before["root"], ledger::audit(&world.district_dir()).json()["root"]);
    let lost = world.path().join("lost");
    fs::rename(world.district_dir(), &lost).unwrap();
    fs::rename(&copy, world.district_dir()).unwrap();
    files::copy(&lost.join("keys"), &world.district_dir().join("keys"));
    fs::copy(lost.join("ledger.toml"), world.district_dir().join("ledger.toml")).unwrap();
    let running = Running::start(&world);
    hand_in(unit, &mut chance, 10);
    running.stop();
    let promoted = world.district_dir();
    let policy = lost.join("policy");
    let said = socai!("audit", "verify", promoted, "--policy", policy, "--since", kept, "--json");
    assert_eq!(said.code, Some(0), "{said}");
    assert_eq!(said.json()["since"], before["size"]);
    assert!(said.json()["size"].as_u64() >= before["size"].as_u64().map(|size| size + 10), "{said}");
    ledger::assert_exactly_once(&world);
    socai!("mirror", lost, promoted).fails(2, &["holds an operator's keys"]);
}

/// Registers a unit with the operator's key: two records more.
pub(crate) fn grow(district: &Path, place: &Path, no: usize) {
    let spec = &reference_units()[no];
    let dir = place.join(format!("unit-{no}-{}", district.file_name().unwrap().display()));
    socai!("unit", "keys", dir).ok();
    socai!("unit", "enrol", district, dir, "--json", spec.to_string()).ok();
}

#[test]
fn a_source_that_lies_is_refused_by_name_and_the_copy_keeps_what_it_had() {
    let world = World::found(1);
    let (district, copy) = (world.district_dir(), world.path().join("copy"));
    let old = world.path().join("old");
    files::copy(&district, &old);
    grow(&district, world.path(), 2);
    socai!("mirror", district, copy).ok();
    let had = files::all(&copy).into_iter().map(|file| (fs::read(&file).unwrap(), file)).collect::<Vec<_>>();
    let assert_kept = || {
        for (bytes, file) in &had {
            assert!(fs::read(file).unwrap() == *bytes, "{}", file.display());
        }
        let policy = district.join("policy");
        socai!("audit", "verify", copy, "--policy", policy).ok();
    };
    socai!("mirror", old, copy).fails(1, &["refused", "rolled back"]);
    assert_kept();

    // another history of the same size, under the same key
    let twin = world.path().join("twin");
    files::copy(&old, &twin);
    grow(&twin, world.path(), 3);
    assert_eq!(ledger::size(&twin.join("log")), ledger::size(&district.join("log")));
    socai!("mirror", twin, copy).fails(1, &["refused", "history was rewritten"]);
    assert_kept();
    // and a longer one
    grow(&twin, world.path(), 4);
    socai!("mirror", twin, copy).fails(1, &["refused", "log/volumes/0000000000.vol, byte "]);
    assert_kept();

    // one bit of what is new
    let volume = district.join("log/volumes/0000000000.vol");
    let end = fs::metadata(&volume).unwrap().len();
    grow(&district, world.path(), 5);
    let byte = files::flip(&volume, end + 200, 3);
    socai!("mirror", district, copy).fails(1, &["refused", "log/volumes/0000000000.vol"]);
    assert_kept();
    files::put(&volume, end + 200, byte);
    socai!("mirror", district, copy).ok();
    assert_eq!(raw(&district.join("log")), raw(&copy.join("log")));

    // one bit of what is old, at a first copy
    let fresh = world.path().join("fresh");
    let byte = files::flip(&volume, 300, 2);
    socai!("mirror", district, fresh).fails(1, &["refused", "log/volumes/0000000000.vol"]);
    assert_eq!(raw(&fresh.join("log")), [], "nothing of it was kept");
    files::put(&volume, 300, byte);
    socai!("mirror", district, fresh).ok();

    // damage of the copy itself is not blamed on the source
    files::flip(&copy.join("log/volumes/0000000000.vol"), 300, 1);
    socai!("mirror", district, copy).fails(1, &["this copy is damaged"]);
    // nor is anybody's log taken for a copy
    let foreign = world.path().join("foreign");
    files::copy(&old.join("log"), &foreign.join("log"));
    socai!("mirror", district, foreign).fails(2, &["holds a log that no mirror made"]);
}
