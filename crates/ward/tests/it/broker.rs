//! A node on real disks with a real nats-server between it and a district in memory.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail loudly

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use crate::common::{
    district::FakeDistrict,
    unit::{self, NO, copy, enrol_at, event},
};
use prost::Message as _;
use socai_bus::{
    DistrictLink, Item, LinkConfig, ReaderConfig, Role, StreamSpec, Subjects, TransportKey, User,
    server::{Server, ServerConfig},
};
use socai_proto::v1;
use socai_tlog::UnitNo;
use socai_ward::{NodeError, Status, UnitDir, Ward, generate};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

const LONG: Duration = Duration::from_secs(60);
/// Whatever waits for an answer of the broker waits five seconds: what takes less was told without waiting.
const AT_ONCE: Duration = Duration::from_secs(4);

/// A broker, and a district that reads it.
struct World {
    server: Server,
    district: Arc<Mutex<FakeDistrict>>,
    subjects: Subjects,
    district_key: TransportKey,
    projector: Option<JoinHandle<()>>,
    dir: tempfile::TempDir,
    unit: UnitDir,
}

impl World {
    async fn start() -> World {
        let dir = tempfile::tempdir().unwrap();
        let unit = UnitDir::new(dir.path().join("unit"));
        let nkey = generate(&unit).unwrap().transport_nkey;
        let district_key = TransportKey::generate().unwrap();
        let subjects = Subjects::new("thu").unwrap();
        let users = users(&district_key, &nkey, UnitNo(NO));
        let config = ServerConfig::new(dir.path().join("nats"), subjects.clone(), users);
        let server = Server::start(config).await.unwrap();
        let unit = enrol_at(unit.path(), &server.client_url());
        let district = Arc::new(Mutex::new(unit::district(&unit)));
        let mut world = World { server, district, subjects, district_key, projector: None, dir, unit };
        world.open_district().await;
        world
    }

    async fn open_district(&mut self) {
        let config = LinkConfig::new(&self.server.client_url(), self.district_key.clone());
        let spec = StreamSpec::single(self.subjects.clone());
        let link = DistrictLink::open(&config, spec, true).await.unwrap();
        link.ready(LONG).await.unwrap();
        link.ensure_stream().await.unwrap();
        self.projector = Some(tokio::spawn(project(link, self.district.clone())));
    }

    fn close_district(&mut self) {
        self.projector.take().unwrap().abort();
    }

    fn recorded(&self) -> usize {
        self.district.lock().unwrap().records.len()
    }

    /// Everything in the log is in it once, and is the journal.
    fn check(&self, expected: usize) {
        let district = self.district.lock().unwrap();
        assert_eq!(district.records.len(), expected);
        assert!(district.facts().values().all(|count| *count == 1));
    }
}

fn users(district: &TransportKey, unit: &str, no: UnitNo) -> Vec<User> {
    vec![
        User { public_key: district.public().to_owned(), role: Role::District },
        User { public_key: unit.to_owned(), role: Role::Unit(no) },
    ]
}

/// Reads the stream and answers, as the projector does.
async fn project(link: DistrictLink, district: Arc<Mutex<FakeDistrict>>) {
    let mut reader = link.reader(ReaderConfig::from(None));
    loop {
        let Ok(Item::Message(arrived)) = reader.next().await else { continue };
        let up = v1::Up::decode(arrived.message).unwrap();
        let downs = district.lock().unwrap().take(up);
        for down in downs {
            let _ = link.send_down(arrived.unit, down.encode_to_vec().into()).await;
        }
    }
}

/// A node that runs until told to stop.
struct Running {
    ward: Ward,
    stop: CancellationToken,
    ended: JoinHandle<Result<(), NodeError>>,
}

impl Running {
    fn start(dir: &Path) -> Running {
        let (ward, stop) = (Ward::open(dir).unwrap(), CancellationToken::new());
        let ended = tokio::spawn(socai_ward::run(ward.clone(), stop.clone()));
        Running { ward, stop, ended }
    }

    async fn stop(self) {
        self.stop.cancel();
        self.ended.await.unwrap().unwrap();
    }

    async fn seal(&self, numbers: std::ops::Range<u64>) {
        for number in numbers {
            self.ward.record(vec![event(number)], None).await.unwrap();
        }
    }

    async fn recorded(&self, count: u64) {
        let done = tokio::time::timeout(LONG, self.ward.until_recorded(count)).await;
        assert!(done.is_ok(), "not recorded: {:?}", self.ward.status());
    }

    async fn shows(&self, within: Duration, what: impl Fn(&Status) -> bool) -> Status {
        let deadline = Instant::now() + within;
        loop {
            let status = self.ward.status();
            if what(&status) {
                return status;
            }
            assert!(Instant::now() < deadline, "not within {within:?}: {status:?}");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn facts_travel_from_the_disk_to_a_verified_receipt_and_the_next_start_knows_it() {
    let world = World::start().await;
    let node = Running::start(world.unit.path());
    node.seal(0..1).await;
    node.recorded(1).await;
    let mut each = Vec::new();
    for number in 1..60 {
        let begun = Instant::now();
        node.seal(number..number + 1).await;
        node.recorded(number + 1).await;
        each.push(begun.elapsed());
    }
    each.sort();
    println!(
        "sealed to recorded, debug build: median {:?}, longest {:?}",
        each[each.len() / 2],
        each[each.len() - 1]
    );
    let status = node.shows(LONG, |status| status.in_transit == 0).await;
    assert_eq!((status.sealed, status.recorded, status.state), (60, 60, "publishing"));
    assert!(status.connection.up && status.connection.error.is_none());
    assert_eq!(status.checkpoint.unwrap().size, world.district.lock().unwrap().tree.size().0);
    node.stop().await;
    world.check(60);
    assert_eq!(Ward::open(world.unit.path()).unwrap().status().recorded, 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_line_of_small_segments_goes_out_in_large_ones() {
    let world = World::start().await;
    let ward = Ward::open(world.unit.path()).unwrap();
    for number in 0..300 {
        ward.record(vec![event(number)], None).await.unwrap(); // offline, one segment each
    }
    let text: String = (1_000..5_000).map(|number| format!("{}\n", event(number))).collect();
    let importing = ward.clone();
    let import = move || importing.import(text.as_bytes(), Path::new("x"), socai_ward::Format::Jsonl, None);
    tokio::task::spawn_blocking(import).await.unwrap().unwrap();
    drop(ward);
    let node = Running::start(world.unit.path());
    node.recorded(4_300).await;
    let signed =
        world.district.lock().unwrap().records.iter().filter(|logged| logged.signature.is_some()).count();
    assert!(signed < 20, "{signed} segments");
    node.stop().await;
    world.check(4_300);
}

#[tokio::test(flavor = "multi_thread")]
async fn broker_district_and_node_may_die_at_any_time_and_the_stream_may_vanish() {
    let mut world = World::start().await;
    let mut node = Running::start(world.unit.path());
    let mut sealed = 0;
    for round in 0..6 {
        node.seal(sealed..sealed + 20).await;
        sealed += 20;
        match round {
            0 => world.server.restart().await.unwrap(),
            1 => {
                world.close_district();
                node.seal(sealed..sealed + 5).await;
                sealed += 5;
                world.open_district().await;
            }
            2 => {
                node.stop().await;
                node = Running::start(world.unit.path());
            }
            3 => {
                world.server.kill();
                node.shows(LONG, |status| !status.connection.up).await;
                world.server.wipe_jetstream().unwrap();
                node.seal(sealed..sealed + 5).await;
                sealed += 5;
                world.server.restart().await.unwrap();
            }
            4 => std::fs::remove_dir_all(world.unit.receipts()).unwrap_or_default(),
            _ => {}
        }
        node.recorded(sealed).await;
    }
    node.stop().await;
    world.check(sealed as usize);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_on_an_old_copy_of_its_disk_rejoins_without_a_fork() {
    let world = World::start().await;
    let node = Running::start(world.unit.path());
    node.seal(0..10).await;
    node.recorded(10).await;
    node.stop().await;
    let backup = world.dir.path().join("backup");
    copy(world.unit.path(), &backup);
    let node = Running::start(world.unit.path());
    node.seal(10..25).await;
    node.recorded(25).await;
    node.stop().await;

    // the disk dies; the copy takes its place and is worked with before the line is up again
    std::fs::remove_dir_all(world.unit.path()).unwrap();
    copy(&backup, world.unit.path());
    let ward = Ward::open(world.unit.path()).unwrap();
    for number in 100..103 {
        ward.record(vec![event(number)], None).await.unwrap();
    }
    drop(ward);
    let node = Running::start(world.unit.path());
    node.recorded(28).await;
    node.seal(103..105).await;
    node.recorded(30).await;
    node.stop().await;
    world.check(30);
    assert_eq!(unit::sealed(&world.unit).len(), 30);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proof_that_fails_halts_publishing_over_restarts_until_somebody_has_looked() {
    let world = World::start().await;
    world.district.lock().unwrap().lies = true;
    let node = Running::start(world.unit.path());
    node.seal(0..2).await;
    let status = node.shows(LONG, |status| status.alarm.is_some()).await;
    assert_eq!((status.state, status.recorded), ("halted", 0));
    node.stop().await;
    world.district.lock().unwrap().lies = false;
    let kept = std::fs::read_to_string(world.unit.alarm()).unwrap();
    assert!(kept.contains("not-included") && kept.contains(unit::ORIGIN), "{kept}");

    let node = Running::start(world.unit.path());
    node.seal(2..4).await;
    node.shows(LONG, |status| status.connection.up && status.state == "halted").await;
    assert_eq!(node.ward.status().sealed, 4, "sealing goes on");
    node.ward.clear_alarm().unwrap();
    node.recorded(4).await;
    let status = node.ward.status();
    assert!(status.alarm.is_none() && !world.unit.alarm().exists());
    node.stop().await;
    world.check(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_denied_key_or_subject_is_shown_at_once_and_heals() {
    let mut world = World::start().await;
    let nkey = generate(&world.unit).unwrap().transport_nkey;
    let stranger = TransportKey::generate().unwrap();
    world.server.set_users(users(&world.district_key, stranger.public(), UnitNo(NO))).await.unwrap();
    let node = Running::start(world.unit.path());
    let begun = Instant::now();
    let told = |status: &Status| {
        status.connection.error.as_ref().is_some_and(|error| error.contains("transport key"))
    };
    node.shows(LONG, told).await;
    assert!(begun.elapsed() < AT_ONCE, "{:?}", begun.elapsed());
    node.seal(0..3).await;

    // known, but as another unit: its own subject is denied
    world.server.set_users(users(&world.district_key, &nkey, UnitNo(99))).await.unwrap();
    let told =
        |status: &Status| status.connection.error.as_ref().is_some_and(|error| error.contains("may not"));
    node.shows(LONG, told).await;
    world.server.set_users(users(&world.district_key, &nkey, UnitNo(NO))).await.unwrap();
    node.recorded(3).await;
    let status = node.shows(LONG, |status| status.connection.error.is_none()).await;
    assert!(status.connection.up);
    node.stop().await;
    assert_eq!(world.recorded(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_a_broker_seals_says_so_and_stops_when_told() {
    let dir = tempfile::tempdir().unwrap();
    let unit = enrol_at(dir.path(), "nats://127.0.0.1:9");
    let node = Running::start(unit.path());
    node.seal(0..2).await;
    let status = node.shows(LONG, |status| status.connection.error.is_some()).await;
    assert_eq!(
        (status.sealed, status.recorded, status.connection.up, status.state),
        (2, 0, false, "offline")
    );
    let begun = Instant::now();
    node.stop().await;
    assert!(begun.elapsed() < Duration::from_secs(8), "{:?}", begun.elapsed());
}
