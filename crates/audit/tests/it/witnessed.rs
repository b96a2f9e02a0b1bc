//! Cosigned checkpoints that are kept beside the log: verified one by one, and compared with the times that records claim.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use std::{fs, path::Path};

use socai_audit::{
    Asked, Language,
    findings::{Findings, Question, csv, find, html, text as page},
    text, verify,
};
use socai_district::{Ledger, LedgerConfig, LedgerDir, RuleSet, UnitSpec, adoption, establish};
use socai_log::{Disk, Reader, WitnessedFile};
use socai_tlog::{NoteKey, Origin, Policy, PolicyWitness, SignedCheckpoint, SigningKey, WitnessKey, cosign};

/// 28 March 2023, 17:40 in Viet Nam.
const NOW: u64 = 1_680_000_000_000;
const MINUTE: u64 = 60_000;
const NAME: &str = "socai.test/quan";

const TABLE: &str = r#"
[[finding]]
id = "received_before_witnessed"
label = "Giờ nhận bị nhân chứng bác"
label_en = "Received before witnesses allow"
severity = "high"
check = "witnessed-without"
claim = "received"
minutes = 15
valid_from = 2013-07-01
source = "Quy chế"
"#;

fn rules(version: u32) -> RuleSet {
    RuleSet {
        name: "findings".into(),
        version,
        effective_from: "2022-01-01".parse().unwrap(),
        content: format!("{TABLE}# {version}\n"),
        legal_source: "thử".into(),
    }
}

fn key(no: u8) -> SigningKey {
    SigningKey::from_bytes(&[no; 32])
}

/// A ledger whose policy asks for two witnesses.
struct World {
    _place: tempfile::TempDir,
    dir: LedgerDir,
    ledger: Option<Ledger>,
}

impl World {
    fn new() -> World {
        let place = tempfile::tempdir().unwrap();
        let dir = LedgerDir::new(place.path().join("district"));
        let config =
            LedgerConfig { origin: NAME.into(), ledger: "quan".into(), nats: "nats://127.0.0.1:1".into() };
        let operator: UnitSpec = serde_json::from_str(
            r#"{"unit_no":0,"unit_id":"test.quan","name":"Quận","type":"operator","valid_from":"2000-01-01"}"#,
        )
        .unwrap();
        let ledger = establish(&dir, &config, &operator, &[rules(1)], NOW).unwrap();
        let log = Policy::parse(&fs::read(dir.policy()).unwrap()).unwrap().logs()[0].clone();
        let witness = |no: u8| PolicyWitness {
            name: format!("phuong-{no}"),
            key: NoteKey::witness(witness_name(no), WitnessKey::of(&key(no))),
            url: None,
        };
        let policy = Policy::threshold(log, vec![witness(1), witness(2)], 2).unwrap();
        fs::write(dir.policy(), policy.to_string()).unwrap();
        World { _place: place, dir, ledger: Some(ledger) }
    }

    /// The operator adopts something, received at this minute after the start by the district's clock.
    fn record(&mut self, version: u32, minute: u64) {
        let now = NOW + minute * MINUTE;
        let ledger = self.ledger.as_mut().unwrap();
        ledger.publish(&[adoption(&rules(version), now).unwrap()], now).unwrap();
    }

    /// The newest checkpoint, cosigned by both witnesses at these minutes.
    fn cosigned(&self, minutes: [u64; 2]) -> Vec<u8> {
        cosigned(self.ledger.as_ref().unwrap().checkpoint(), minutes)
    }

    fn keep(&self, note: &[u8]) {
        let origin = Origin::new(NAME).unwrap();
        let (mut file, _) = WitnessedFile::open(&self.dir.witnessed(), &origin, &Disk::default()).unwrap();
        file.keep(note).unwrap();
    }

    fn found(&self) -> Findings {
        let reader = Reader::open(&self.dir.log()).unwrap();
        let size = reader.committed().unwrap().size;
        let on = "2023-03-28".parse().unwrap();
        find(&reader, &Question { on, size, rule: None, unit: None, own_table: None }).unwrap()
    }

    /// What `audit verify` says once the writer is gone: codes of its faults.
    fn verified(&mut self) -> (socai_audit::Report, Vec<&'static str>) {
        self.ledger = None;
        let policy = self.dir.policy();
        let asked = Asked { policy: Some(&policy), ..Asked::default() };
        let report = verify(self.dir.path(), asked, &mut |_| ()).unwrap();
        let codes = report.faults.iter().map(|fault| fault.code).collect();
        (report, codes)
    }
}

fn witness_name(no: u8) -> Origin {
    Origin::new(&format!("{NAME}/{no}")).unwrap()
}

fn cosigned(checkpoint: &SignedCheckpoint, minutes: [u64; 2]) -> Vec<u8> {
    let mut note = checkpoint.clone();
    for (no, minute) in [1, 2].into_iter().zip(minutes) {
        let time_s = (NOW + minute * MINUTE) / 1_000;
        note.add(cosign(checkpoint, &witness_name(no), &key(no), time_s).unwrap());
    }
    note.to_string().into_bytes()
}

/// A record that the district says it received five minutes after the start; witnesses saw the log without it an hour after, and with it after two.
fn backdated() -> World {
    let mut world = World::new();
    world.keep(&world.cosigned([60, 61]));
    world.record(2, 5);
    fs::write(world.dir.cosigned(), world.cosigned([120, 121])).unwrap();
    world
}

#[test]
fn a_time_of_receipt_that_witnesses_refute_is_found_with_the_checkpoints_the_witnesses_and_their_times() {
    let found = backdated().found();
    let [line] = found.findings.as_slice() else { panic!("{:?}", found.findings) };
    assert_eq!(
        (line.rule.as_str(), line.severity, found.sightings),
        ("received_before_witnessed", "high", 2)
    );
    assert!(
        line.message_en.contains("received 2023-03-28 17:45:00")
            && line.message_en.contains("at 2023-03-28 18:40:00 phuong-1, phuong-2 still cosigned size 2"),
        "{}",
        line.message_en
    );
    let event = &line.events[0];
    let (unseen, seen) = (event.unseen.as_ref().unwrap(), event.seen.as_ref().unwrap());
    assert_eq!((event.event.as_str(), event.leaf), ("0/2", Some(2)));
    assert_eq!((unseen.size, unseen.at.as_str()), (2, "2023-03-28T18:40:00.000+07:00"));
    assert_eq!((seen.size, seen.at.as_str()), (3, "2023-03-28T19:41:00.000+07:00"));
    assert_eq!(seen.by, "phuong-1, phuong-2");
    // every form says when it was first seen
    for form in [page(&found, Language::En), html(&found, Language::En)] {
        assert!(form.contains("(seen 2023-03-28 19:41:00)"), "{form}");
        assert!(form.contains("compared with 2 checkpoints"), "{form}");
    }
    assert!(csv(&found).contains(",2023-03-28T19:41:00.000+07:00\n"), "{}", csv(&found));
}

#[test]
fn an_honest_record_is_bounded_by_what_witnesses_saw_and_nothing_is_found() {
    let mut world = World::new();
    world.keep(&world.cosigned([1, 60]));
    world.record(2, 10);
    world.keep(&world.cosigned([11, 12]));
    assert_eq!(world.found().findings.len(), 0, "one of the two clocks is an hour ahead: the other decides");
    assert_eq!(world.found().sightings, 2);
}

#[test]
fn every_kept_cosignature_is_verified_and_counted_and_a_lost_file_is_no_fault() {
    let mut world = backdated();
    world.keep(&world.cosigned([130, 131]));
    let (report, faults) = world.verified();
    assert_eq!((faults, report.exit_code()), (vec![], 0));
    let seen = report.sightings.as_ref().unwrap();
    assert_eq!((seen.checkpoints, seen.cosignatures), (2, 4));
    let said = text(&report, Language::En);
    let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        said.contains(
            "cosignatures on older checkpoints verify: 4 on 2, from 2023-03-28 18:40 to 2023-03-28 19:51"
        ),
        "{said}"
    );
    fs::remove_file(world.dir.witnessed()).unwrap();
    let (report, faults) = world.verified();
    assert_eq!((faults, report.sightings.unwrap().checkpoints), (vec![], 0));
    assert_eq!(world.found().findings.len(), 0, "without the first there is no word against the record");
}

#[test]
fn what_is_wrong_with_a_kept_cosignature_is_told_with_its_place() {
    let bytes = |world: &World| fs::read(world.dir.witnessed()).unwrap();
    // a bit of a note that others follow
    let mut world = backdated();
    world.keep(&world.cosigned([130, 131]));
    let mut flipped = bytes(&world);
    flipped[100] ^= 1;
    fs::write(world.dir.witnessed(), &flipped).unwrap();
    let (report, faults) = world.verified();
    assert_eq!((faults, report.exit_code(), report.faults[0].offset), (vec!["damaged"], 1, Some(51)));
    // a torn end
    let mut world = backdated();
    let whole = bytes(&world);
    fs::write(world.dir.witnessed(), &whole[..whole.len() - 1]).unwrap();
    let (report, faults) = world.verified();
    assert_eq!((faults, report.faults[0].repaired_by_start), (vec!["tail"], true));
    // a time that a witness did not sign
    let mut world = backdated();
    let note = String::from_utf8(world.cosigned([120, 121])).unwrap();
    let other = String::from_utf8(world.cosigned([120, 122])).unwrap();
    let (line, others) = (note.lines().last().unwrap(), other.lines().last().unwrap());
    let at = line.len() - 88; // behind key ID and time
    let mixed = format!("{}{}", &others[..at], &line[at..]);
    world.keep(note.replace(line, &mixed).as_bytes());
    assert_eq!(world.verified().1, ["checkpoint"]);
}

#[test]
fn a_second_history_that_witnesses_cosigned_once_is_told_although_the_log_was_built_anew() {
    let mut world = World::new();
    let copy = world.dir.path().with_extension("copy");
    world.ledger = None;
    copy_dir(world.dir.path(), &copy);
    world.ledger = Some(Ledger::open_alone(&world.dir).unwrap());
    world.record(2, 5);
    world.keep(&world.cosigned([6, 6]));
    // the operator builds history anew from the copy, with another record in that place
    world.ledger = None;
    let seen = fs::read(world.dir.witnessed()).unwrap();
    fs::remove_dir_all(world.dir.path()).unwrap();
    copy_dir(&copy, world.dir.path());
    fs::write(world.dir.witnessed(), seen).unwrap();
    world.ledger = Some(Ledger::open_alone(&world.dir).unwrap());
    world.record(3, 5);
    fs::write(world.dir.cosigned(), world.cosigned([7, 7])).unwrap();
    let (report, faults) = world.verified();
    assert_eq!((faults, report.exit_code()), (vec!["forked"], 1));
    assert!(report.faults[0].what.contains("another history"), "{:?}", report.faults[0]);
}

#[test]
fn damaged_hashes_are_their_own_fault_and_no_other_history() {
    for name in ["hashes.0", "positions", "entries"] {
        for spoil in [
            (|bytes: &mut Vec<u8>| bytes[9] ^= 1) as fn(&mut Vec<u8>),
            |bytes| bytes.truncate(bytes.len() / 2),
            |bytes| bytes.clear(),
        ] {
            let mut world = backdated();
            world.keep(&world.cosigned([130, 131]));
            let path = world.dir.log().join(name);
            let mut bytes = fs::read(&path).unwrap();
            spoil(&mut bytes);
            fs::write(&path, bytes).unwrap();
            let (report, faults) = world.verified();
            assert_eq!(faults, ["derived"], "{name}: {:?}", report.faults);
            assert!(report.faults[0].repaired_by_start && !report.faults[0].what_vi.is_empty(), "{name}");
            // what witnesses saw is compared with the records themselves
            assert_eq!(report.witnesses.as_ref().map(|answer| answer.size), Some(3), "{name}");
            assert_eq!(report.sightings.unwrap().checkpoints, 2, "{name}");
        }
    }
}

#[test]
fn another_history_is_found_by_the_records_where_the_hashes_are_damaged() {
    let mut world = World::new();
    let copy = world.dir.path().with_extension("copy");
    world.ledger = None;
    copy_dir(world.dir.path(), &copy);
    world.ledger = Some(Ledger::open_alone(&world.dir).unwrap());
    world.record(2, 5);
    let seen = world.cosigned([6, 6]);
    world.ledger = None;
    fs::remove_dir_all(world.dir.path()).unwrap();
    copy_dir(&copy, world.dir.path());
    world.ledger = Some(Ledger::open_alone(&world.dir).unwrap());
    world.record(3, 5);
    fs::write(world.dir.cosigned(), seen).unwrap();
    fs::write(world.dir.log().join("hashes.0"), []).unwrap();
    assert_eq!(world.verified().1, ["derived", "forked"]);
}

fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let path = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_dir(&entry.path(), &path),
            false => drop(fs::copy(entry.path(), path).unwrap()),
        }
    }
}
