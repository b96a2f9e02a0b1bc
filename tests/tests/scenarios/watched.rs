//! A watch over a ledger: it says nothing while the ledger grows, and cries when history is not what it was.

use std::{
    fs,
    io::{ErrorKind, Read as _, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    sync::mpsc::{self, Receiver},
    thread,
};

use serde_json::Value;
use socai_tests::{
    command::command,
    files, ledger,
    service::Service,
    socai, wait,
    world::{World, reference_units},
};

/// An address that takes alarms.
fn listener() -> (String, Receiver<Value>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/alarm", listener.local_addr().unwrap());
    let (tell, told) = mpsc::channel();
    thread::spawn(move || {
        while let Ok((mut stream, _)) = listener.accept() {
            stream.set_read_timeout(Some(wait::LONG)).unwrap();
            let (mut bytes, mut piece) = (Vec::new(), [0; 4096]);
            let body = loop {
                let read = match stream.read(&mut piece) {
                    Err(error) if error.kind() == ErrorKind::Interrupted => continue, // it was stopped, and goes on
                    read => read.unwrap(),
                };
                bytes.extend_from_slice(&piece[..read]);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let body = text.split_once("\r\n\r\n").and_then(|(_, body)| serde_json::from_str(body).ok());
                if body.is_some() || read == 0 {
                    break body;
                }
            };
            stream.write_all(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n").unwrap();
            if tell.send(body.expect("an alarm is JSON")).is_err() {
                return;
            }
        }
    });
    (url, told)
}

fn grow(world: &World, district: &Path, no: usize) {
    let spec = &reference_units()[no];
    let dir = world.path().join(format!("unit-{no}-{}", district.file_name().unwrap().display()));
    socai!("unit", "keys", dir).ok();
    socai!("unit", "enrol", district, dir, "--json", spec.to_string()).ok();
}

fn watch(world: &World, state: &Path, url: &str, whole_every: &str) -> Service {
    let district = world.district_dir();
    let run = command(&[
        &"audit",
        &"watch",
        &district,
        &"--state",
        &state,
        &"--every",
        &"200ms",
        &"--whole-every",
        &whole_every,
        &"--webhook",
        &url,
    ]);
    Service::start("watch", run, &world.path().join("logs/watch.log"))
}

/// Puts another directory in the place of the ledger.
fn swap(world: &World, other: &Path, aside: &str) -> PathBuf {
    let aside = world.path().join(aside);
    fs::rename(world.district_dir(), &aside).unwrap();
    fs::rename(other, world.district_dir()).unwrap();
    aside
}

fn assert_alarm(watch: Service, told: &Receiver<Value>, code: &str) {
    let (exit, log) = watch.ended();
    assert_eq!(exit, Some(1), "{log}");
    assert!(log.contains("ALARM: "), "{log}");
    let alarm = told.recv_timeout(wait::LONG).unwrap();
    assert_eq!(
        (&alarm["alarm"], &alarm["faults"][0]["code"]),
        (&"inconsistent".into(), &code.into()),
        "{alarm}"
    );
    assert!(alarm["kept"].as_str().unwrap().starts_with(socai_tests::world::ORIGIN), "{alarm}");
}

#[test]
fn a_watch_cries_at_a_rollback_at_a_rewritten_history_and_at_a_changed_byte() {
    let world = World::found(1);
    let (url, told) = listener();
    let (district, state) = (world.district_dir(), world.path().join("state"));
    let (old, twin) = (world.path().join("old"), world.path().join("twin"));
    files::copy(&district, &old);
    files::copy(&district, &twin);
    for no in [3, 4] {
        grow(&world, &twin, no);
    }

    // what grows as it should is kept
    let mut service = watch(&world, &state, &url, "1h");
    service.await_log("verified at");
    grow(&world, &district, 2);
    let size = ledger::size(&world.log_dir());
    service.await_log(&format!("verified at {size} entries"));
    let kept = || fs::read(state.join("checkpoint")).unwrap();
    let good = kept();
    assert!(service.is_running());

    let honest = swap(&world, &old, "honest");
    assert_alarm(service, &told, "rolled_back");
    assert_eq!(kept(), good, "a bad checkpoint is not kept");
    // who starts it again hears it again
    socai!("audit", "watch", world.district_dir(), "--state", state, "--once").fails(1, &["an old copy"]);

    swap(&world, &honest, "rolled-back");
    let mut service = watch(&world, &state, &url, "1h");
    service.await_log("verified at");
    let honest = swap(&world, &twin, "honest");
    assert_alarm(service, &told, "rewritten");

    swap(&world, &honest, "rewritten");
    let mut service = watch(&world, &state, &url, "200ms");
    service.await_log("verified at");
    files::flip(&world.log_dir().join("volumes/0000000000.vol"), 400, 0);
    let (exit, log) = service.ended();
    assert_eq!(exit, Some(1), "{log}");
    assert_eq!(told.recv_timeout(wait::LONG).unwrap()["alarm"], "inconsistent");
    assert_eq!(kept(), good);
}

#[test]
fn a_watch_beside_a_writing_district_stays_calm_and_a_ledger_that_is_gone_is_told() {
    let world = World::found(1);
    let (url, told) = listener();
    let state = world.path().join("state");
    let mut service = watch(&world, &state, &url, "1h");
    service.await_log("verified at");
    let mut chance = socai_tests::chance::Chance::of_run("watched");
    let running = socai_tests::running::Running::start(&world);
    let unit = &world.units[0];
    for _ in 0..10 {
        let facts: Vec<_> = (0..10).map(|_| socai_tests::facts::inspection(&unit.id, &mut chance)).collect();
        socai_tests::load::hand_in(unit, &facts);
    }
    running.settle(&world);
    running.stop();
    let size = ledger::size(&world.log_dir());
    service.await_log(&format!("verified at {size} entries"));
    assert!(told.try_recv().is_err(), "nothing was wrong");
    fs::rename(world.district_dir(), world.path().join("gone")).unwrap();
    let (exit, log) = service.ended();
    assert_eq!(exit, Some(2), "{log}");
    assert_eq!(told.recv_timeout(wait::LONG).unwrap()["alarm"], "unreadable");
}
