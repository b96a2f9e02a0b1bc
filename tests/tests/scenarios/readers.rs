//! Readers beside a writer: no lock, no half-written batch, no false alarm.

use std::{fs, time::Duration};

use socai_tests::{
    chance::Chance,
    command,
    demo::Demo,
    files, ledger,
    ledger::Roots,
    load::Load,
    running::{Running, assert_kept},
    service::Service,
    socai, wait,
    world::World,
};

#[test]
fn audits_reports_and_replays_of_a_ledger_that_is_being_written_are_right_each_time() {
    let mut chance = Chance::of_run("beside_a_writer");
    let world = World::found(2);
    let running = Running::start(&world);
    let district = world.district_dir();
    let follow = command::command(&[&"replay", &district, &"--follow", &"--format", &"jsonl"]);
    let following = Service::start("replay", follow, &world.path().join("logs/follow.jsonl"));
    let load = Load::begin(&world.units, &mut chance, 20, Duration::from_millis(10));
    let mut last = 0;
    for _ in 0..6 {
        ledger::audit(&district).ok();
        let size = ledger::replay(&district).len();
        assert!(size >= last, "{size} entries after {last}");
        last = size;
        let report = socai!("report", district, "--period", "2023-02", "--format", "json").json();
        assert!(report["as_of"]["size"].as_u64() >= Some(last as u64));
    }
    let accepted = load.end();
    running.settle(&world);
    let size = ledger::size(&world.log_dir());
    wait::until_so("the follower has printed everything", || following.lines() as u64 == size);
    let names: Vec<String> = following.log().lines().map(name).collect();
    following.kill();
    let log = running.close(&world, &mut Roots::default());
    assert_eq!(
        names,
        log.iter().map(|entry| entry.name.clone()).collect::<Vec<_>>(),
        "what was followed is the log"
    );
    assert_kept(&accepted, &log);
}

fn name(line: &str) -> String {
    let fact: serde_json::Value = serde_json::from_str(line).unwrap();
    fact["name"].as_str().unwrap().to_owned()
}

#[test]
fn what_was_torn_behind_the_last_commit_is_nothing_to_readers_and_rot_before_it_is_told() {
    let demo = Demo::played();
    let district = demo.district();
    let answers = || {
        let report = socai!("report", district, "--period", "2023-02", "--format", "json").ok();
        let replay = socai!("replay", district, "--format", "jsonl").ok();
        let series =
            socai!("series", district, "NS.01", "--from", "2023-01", "--to", "2023-02", "--format", "csv")
                .ok();
        let told = socai!("case", district, "xp-thanh-xuan-trung-2023-5", "--on", "2023-03-20").ok();
        [report, replay, series, told]
    };
    let before = answers();
    let volumes = files::all(&district.join("log/volumes"));
    let newest = volumes.iter().filter(|path| !path.display().to_string().contains("annex")).max().unwrap();
    let good = fs::read(newest).unwrap();
    // a writer that died: half a frame, bytes from anywhere, zeroes
    for tail in [&good[good.len() - 300..good.len() - 7], &good[100..2_000], &[0; 4_096][..]] {
        fs::write(newest, [good.as_slice(), tail].concat()).unwrap();
        assert!(answers() == before, "{} bytes behind the last commit change an answer", tail.len());
    }
    // cut before its end, a log is no smaller log: its checkpoint says what is missing
    fs::write(newest, &good[..good.len() * 2 / 3]).unwrap();
    for said in [
        socai!("report", district, "--period", "2023-02", "--format", "json"),
        socai!("replay", district, "--format", "jsonl"),
        socai!("rebuild", district),
    ] {
        assert!(said.code == Some(2) && said.err.contains("committed records are missing"), "{said}");
    }
    fs::write(newest, &good).unwrap();
    assert!(answers() == before, "nothing was cut to match");
    // rot in the middle is told, with its place
    let mut rotten = good.clone();
    rotten[good.len() / 3] ^= 4;
    fs::write(newest, &rotten).unwrap();
    for said in [
        socai!("report", district, "--period", "2023-02", "--format", "json"),
        socai!("replay", district, "--format", "jsonl"),
        socai!("series", district, "NS.01", "--from", "2023-01", "--to", "2023-02"),
    ] {
        assert_eq!(said.code, Some(2), "{}", said.err);
        assert!(said.err.contains("is damaged at byte"), "{}", said.err);
    }
}
