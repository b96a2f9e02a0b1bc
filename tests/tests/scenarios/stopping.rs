//! How the program ends: when it is asked to, when it is asked wrongly, when nobody listens any more.

use std::{
    ffi::OsStr,
    fs,
    time::{Duration, Instant},
};

use socai_tests::{
    chance::Chance,
    command,
    demo::Demo,
    facts,
    ledger::{self, Roots},
    load::{Load, hand_in},
    running::{Running, assert_kept},
    service::Service,
    socai, wait,
    world::World,
};

#[test]
fn sigterm_and_ctrl_c_drain_and_end_with_0_under_load() {
    let mut chance = Chance::of_run("sigterm_and_ctrl_c");
    let world = World::found(2);
    let mut running = Running::start(&world);
    let load = Load::begin(&world.units, &mut chance, 20, Duration::from_millis(10));
    for signal in ["TERM", "INT"] {
        wait::until_so("facts flow", || {
            world.units[0].status().is_some_and(|status| status["recorded"].as_u64() > Some(20))
        });
        for place in 0..3 {
            let service = if place == 0 { running.district.take() } else { running.nodes[place - 1].take() };
            let service = service.unwrap();
            service.signal(signal);
            let (code, said) = service.ended();
            assert_eq!(code, Some(0), "{signal}: {said}");
            assert!(!said.contains("panicked"), "{said}");
            running.start_rest(&world);
        }
    }
    let accepted = load.end();
    assert_kept(&accepted, &running.close(&world, &mut Roots::default()));
}

/// Whoever waits for an answer of the broker waits five seconds.
const AT_ONCE: Duration = Duration::from_secs(4);

#[test]
fn without_a_broker_everything_still_stops_at_once_when_asked() {
    let mut chance = Chance::new(1);
    let mut world = World::found(1);
    wait::one_of_three_within(AT_ONCE, || {
        world.broker.restart();
        let running = Running::start(&world);
        hand_in(&world.units[0], &[facts::inspection(&world.units[0].id, &mut chance)]);
        running.settle(&world);
        world.broker.kill();
        stops(running)
    });
    for signal in ["TERM", "INT"] {
        wait::one_of_three_within(AT_ONCE, || {
            let mut run = command::command(&[&"district", &"run", &world.district_dir()]);
            run.env("SOCAI_LOG", "socai_district=info");
            let mut district = Service::start("district", run, &world.path().join("logs/district.log"));
            district.await_log("the broker is not there yet"); // nor can it ask its units
            let begun = Instant::now();
            district.signal(signal);
            let (code, said) = district.ended();
            assert_eq!(code, Some(0), "{signal}: {said}");
            begun.elapsed()
        });
    }
    wait::one_of_three_within(AT_ONCE, || {
        stops(Running { district: None, nodes: vec![Some(world.units[0].node())] })
    });
    world.broker.restart();
    Running::start(&world).close(&world, &mut Roots::default());
}

fn stops(running: Running) -> Duration {
    let begun = Instant::now();
    running.stop();
    begun.elapsed()
}

#[test]
fn whoever_is_asked_to_stop_at_any_moment_of_its_start_ends_with_0() {
    let mut chance = Chance::of_run("stopped_while_starting");
    let world = World::found(1);
    let (district, unit) = (world.district_dir(), &world.units[0]);
    let services: [&[&dyn AsRef<OsStr>]; 4] = [
        &[&"district", &"run", &district],
        &[&"ward", &"run", &unit.dir],
        &[&"serve", &district, &"--http", &"127.0.0.1:0"],
        &[&"audit", &"watch", &district],
    ];
    for round in 0..4 {
        for args in services {
            let name = format!("{} {}", args[0].as_ref().display(), args[1].as_ref().display());
            let mut service =
                Service::start(&name, command::command(args), &world.path().join("logs/stopped.log"));
            wait::until_so("it listens for signals", || listens(&service));
            service.live_for(chance.time(Duration::from_millis(200)));
            service.signal(if round % 2 == 0 { "TERM" } else { "INT" });
            let (code, said) = service.ended();
            assert_eq!(code, Some(0), "{name}: {said}");
        }
    }
}

/// Whether SIGTERM no longer ends it on the spot.
fn listens(service: &Service) -> bool {
    let status = fs::read_to_string(format!("/proc/{}/status", service.pid())).unwrap_or_default();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:"));
    let caught = caught.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    caught.is_some_and(|mask| mask & 1 << (15 - 1) != 0)
}

#[test]
fn the_whole_district_of_up_and_demo_ends_with_0_on_ctrl_c() {
    let place = tempfile::tempdir().unwrap();
    let start = |args: &[&dyn AsRef<OsStr>]| {
        Service::start("socai", command::command(args), &place.path().join("log"))
    };
    let data = place.path().join("data");
    let mut demo = start(&[&"demo", &"--data", &data]);
    demo.await_log("Ctrl-C stops it");
    demo.signal("INT");
    let (code, said) = demo.ended();
    assert_eq!(code, Some(0), "{said}");
    let mut up = start(&[&"up", &data]);
    up.await_log("Ctrl-C stops them");
    let before = ledger::size(&data.join("district/log"));
    let again = socai!("up", data);
    again.fails(75, &["runs already", "data"]);
    up.signal("TERM");
    let (code, said) = up.ended();
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(ledger::size(&data.join("district/log")), before, "nothing was recorded twice");
    ledger::audit(&data.join("district")).ok();
}

#[test]
fn every_office_of_up_records_while_it_runs() {
    let place = tempfile::tempdir().unwrap();
    let data = place.path().join("data");
    socai!("demo", "--exit", "--data", data).ok();
    let mut up = Service::start("up", command::command(&[&"up", &data]), &place.path().join("log"));
    up.await_log("Ctrl-C stops them");
    let units = fs::read_dir(data.join("units")).unwrap().map(|unit| unit.unwrap().path());
    let form = r#"{"occurred_on": "2023-02-10", "data": {"kind": "propaganda", "name": "Tuyên truyền", "from": "2023-02-10", "to": "2023-02-10", "venue": "Hội trường"}}"#;
    let recorded = units.map(|unit| socai!("ward", "record", unit, "activity.held", "--json", form).ok());
    assert_eq!(recorded.count(), 25);
    up.signal("TERM");
    assert_eq!(up.ended().0, Some(0));
}

#[test]
fn a_demo_that_was_killed_at_any_moment_is_completed_by_the_next() {
    let mut chance = Chance::of_run("demo_killed");
    for _ in 0..4 {
        let place = tempfile::tempdir().unwrap();
        let data = place.path().join("data");
        let mut demo = Service::start(
            "demo",
            command::command(&[&"demo", &"--exit", &"--data", &data]),
            &place.path().join("log"),
        );
        demo.live_for(chance.time(Duration::from_millis(2500)));
        demo.kill();
        let again = socai!("demo", "--exit", "--data", data);
        assert_eq!(again.code, Some(0), "{again}");
        ledger::audit(&data.join("district")).ok();
    }
}

#[test]
fn a_wrong_flag_ends_with_2_and_says_what_was_meant() {
    socai!("replay", "--untill", "7").fails(2, &["--untill", "--until"]);
    socai!("frobnicate").fails(2, &["frobnicate"]);
    socai!("report").fails(2, &["LEDGER"]);
    socai!("report", "/nowhere", "--period", "2023-02").fails(2, &["/nowhere", "no ledger here"]);
    socai!("audit", "verify", "/nowhere").fails(2, &["/nowhere"]);
    socai!("kinds", "penalty.decide").fails(2, &["penalty.decided"]);
    let world = World::found(0);
    let district = world.district_dir();
    socai!("replay", district, "--kind", "nonsense").fails(2, &["nonsense", "socai kinds"]);
    socai!("replay", district, "--until", "9999999").fails(2, &["9999999"]);
    socai!("report", district, "--period", "2023-13").fails(2, &["2023-13"]);
    socai!("units", district, "--on", "yesterday").fails(2, &["yesterday"]);
    socai!("district", "run", world.path().join("nothing-here")).fails(2, &["nothing-here"]);
    socai!("ward", "run", world.path().join("nothing-here")).fails(2, &["nothing-here"]);
}

#[test]
fn a_reader_that_goes_away_ends_the_program_quietly() {
    let world = World::found(0);
    let district = world.district_dir();
    for arguments in ["replay \"$2\"", "replay \"$2\" --format jsonl", "units \"$2\"", "kinds"] {
        let said = command::shell(
            &format!("{{ \"$1\" {arguments}; echo \"code $?\" >&2; }} | head -n 1"),
            &[&district],
        );
        assert_eq!(said.out.lines().count(), 1, "{said}");
        assert_eq!(said.err.trim(), "code 0", "{arguments}: {said}");
    }
    // the reader is gone before anything is written
    let said =
        command::shell("{ sleep 0.2; \"$1\" replay \"$2\"; echo \"code $?\" >&2; } | true", &[&district]);
    assert_eq!(said.err.trim(), "code 0", "{said}");
}

#[test]
fn a_standard_error_that_cannot_be_written_changes_no_exit_code() {
    let demo = Demo::played();
    let (district, nowhere) = (demo.district(), demo.district().join("nowhere"));
    for closed in ["2>/dev/full", "2>&-"] {
        let report = format!("exec \"$1\" report \"$2\" --period 2023-02 --as-of 2123-01-01 {closed}");
        assert!(
            command::shell(&report, &[&district]).ok().contains("BÁO CÁO"),
            "{closed}: a warning is lost"
        );
        let fails = format!("exec \"$1\" report \"$2\" --period 2023-02 {closed}");
        command::shell(&fails, &[&nowhere]).fails(2, &[]);
    }
}
