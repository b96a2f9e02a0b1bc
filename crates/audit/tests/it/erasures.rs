//! An annex destroyed by procedure verifies; one destroyed otherwise does not, and is named.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use std::{fs, path::Path};

use bytes::Bytes;
use prost::Message as _;
use socai_audit::{Asked, Language, Report, text, verify};
use socai_district::{
    Ledger, LedgerConfig, LedgerDir, Message, PublicKeys, UnitSpec, establish, registration,
};
use socai_log::Cursor;
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{Chain, ChainHead, Origin, SealingKey, Segment, SigningKey, UnitNo, genesis};

const NOW: u64 = 1_680_000_000_000;
const ORIGIN: &str = "socai.test/quan";
const SECRET: &[u8] = b"a name that should not have been written";

fn spec(no: u32) -> UnitSpec {
    let kind = if no == 0 { "operator" } else { "ward" };
    serde_json::from_value(serde_json::json!({
        "unit_no": no, "unit_id": format!("test.phuong-{no}"), "name": "Phường", "type": kind,
        "valid_from": "2000-01-01",
    }))
    .unwrap()
}

/// A closed ledger with two records of unit 1, each with an annex.
fn ledger() -> (tempfile::TempDir, LedgerDir) {
    let place = tempfile::tempdir().unwrap();
    let dir = LedgerDir::new(place.path().join("district"));
    let config =
        LedgerConfig { origin: ORIGIN.into(), ledger: "quan".into(), nats: "nats://127.0.0.1:1".into() };
    let mut ledger = establish(&dir, &config, &spec(0), &[], NOW).unwrap();
    let key = SigningKey::from_bytes(&[1; 32]);
    let public = |seed| *SealingKey::of(&SigningKey::from_bytes(&[seed; 32])).as_bytes();
    let keys = PublicKeys { transport: public(3), sealing: public(1), witnessing: public(2) };
    ledger.publish(&[registration(&spec(1), &keys, NOW).unwrap()], NOW).unwrap();
    let origin = Origin::new(ORIGIN).unwrap();
    let start = genesis(&origin, &ledger.operator(), UnitNo(1), &SealingKey::of(&key));
    let mut chain = Chain::new(UnitNo(1), ChainHead::genesis(start));
    let mut seal = |id: u8, annex: &[u8]| {
        let event = v1::Event { id: vec![id; 16].into(), occurred_on: 20_230_112, ..v1::Event::default() };
        chain.seal(event.encode_to_vec().into(), Bytes::copy_from_slice(annex), NOW, 0).unwrap()
    };
    let segment = Segment::seal(vec![seal(1, SECRET), seal(2, b"something else")], &key, &origin).unwrap();
    let publish = v1::Publish { seen_size: 0, segment: segment.bytes().clone() };
    let payload = v1::Up { message: Some(v1::up::Message::Publish(publish)) }.encode_to_vec().into();
    let cursor = Cursor { stream_created_ns: 7, stream_seq: 1 };
    ledger.round(vec![Message { subject: UnitNo(1), cursor, payload }], NOW).unwrap();
    drop(ledger);
    (place, dir)
}

fn order(dir: &LedgerDir, seq: u64) {
    let erased = v1::AnnexErased {
        target: Some(v1::Ref { unit: 1, seq }),
        ground: v1::ErasureGround::PersonalData.into(),
        procedure: "14/QĐ-UBND".into(),
        approver_position: "chu-tich".into(),
    };
    let event = socai_district::draft::operator_event(vec![9; 16].into(), NOW, Kind::AnnexErased(erased));
    Ledger::open_alone(dir).unwrap().publish(&[event], NOW).unwrap();
}

fn audit(dir: &Path) -> Report {
    verify(dir, Asked { threads: 2, ..Asked::default() }, &mut |_| ()).unwrap()
}

fn annexes(dir: &LedgerDir) -> std::path::PathBuf {
    dir.log().join("annex/0000000000.anx")
}

/// What somebody does who destroys an annex behind everybody's back and leaves a well-formed file.
fn overwrite_behind(dir: &LedgerDir) {
    let config = dir.read_config().unwrap();
    let operator = fs::read_to_string(dir.key("operator")).unwrap();
    let seed: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&operator[2 * at..2 * at + 2], 16).unwrap()).collect();
    let key = socai_log::LogKey::new(
        Origin::new(&config.origin).unwrap(),
        SigningKey::from_bytes(&seed.try_into().unwrap()),
    );
    let lock = socai_log::Lock::acquire(&dir.lock()).unwrap();
    let (mut writer, _) =
        socai_log::Writer::open(&dir.log(), key, &lock, socai_log::Options::default()).unwrap();
    let leaf = writer.reader().unwrap().leaf_of(socai_tlog::EventName::new(1, 0)).unwrap();
    writer.erase_annex(leaf).unwrap();
}

#[test]
fn an_annex_erased_by_procedure_verifies_and_is_counted() {
    let (_place, dir) = ledger();
    let before = audit(dir.path());
    assert!(before.verified, "{:?}", before.faults);
    order(&dir, 0);
    drop(Ledger::open_alone(&dir).unwrap());
    let report = audit(dir.path());
    assert!(report.verified, "{:?}", report.faults);
    assert_eq!((report.counts.annexes, report.counts.erased_annexes), (1, 1));
    assert!(text(&report, Language::En).contains("1 annexes match, 1 erased by procedure"));
    assert!(text(&report, Language::Vi).contains("1 đã tiêu hủy theo thủ tục"));
}

#[test]
fn an_annex_destroyed_without_an_order_does_not_verify_and_is_named() {
    let (_place, dir) = ledger();
    overwrite_behind(&dir);
    let report = audit(dir.path());
    assert_eq!(report.exit_code(), 1);
    let fault = &report.faults[0];
    assert_eq!((fault.code, fault.record.as_deref()), ("destroyed", Some("1/0")));
    assert_eq!(fault.file.as_deref(), annexes(&dir).to_str());
    assert!(!fault.repaired_by_start);
    // an order for another record does not cover it
    order(&dir, 1);
    drop(Ledger::open_alone(&dir).unwrap());
    let report = audit(dir.path());
    assert_eq!(report.faults.len(), 1, "{:?}", report.faults);
    assert_eq!((report.exit_code(), report.counts.erased_annexes), (1, 2));
    // a decision recorded afterwards does
    order(&dir, 0);
    assert!(audit(dir.path()).verified);
}

#[test]
fn an_annex_that_an_order_has_not_reached_yet_is_named_and_the_next_start_destroys_it() {
    let (_place, dir) = ledger();
    order(&dir, 0); // recorded, and the process ended before anything else
    let report = audit(dir.path());
    assert_eq!(report.exit_code(), 1);
    let fault = &report.faults[0];
    assert_eq!(
        (fault.code, fault.record.as_deref(), fault.repaired_by_start),
        ("unerased", Some("1/0"), true)
    );
    assert!(fault.what.contains("by record 0/2"), "{}", fault.what);
    drop(Ledger::open_alone(&dir).unwrap());
    assert!(audit(dir.path()).verified);
    assert!(!fs::read(annexes(&dir)).unwrap().windows(SECRET.len()).any(|bytes| bytes == SECRET));
}

#[test]
fn a_damaged_or_missing_annex_is_no_erasure() {
    let (_place, dir) = ledger();
    let mut bytes = fs::read(annexes(&dir)).unwrap();
    let at = bytes.windows(SECRET.len()).position(|window| window == SECRET).unwrap();
    bytes[at] ^= 1;
    fs::write(annexes(&dir), &bytes).unwrap();
    assert_eq!((audit(dir.path()).exit_code(), audit(dir.path()).faults[0].code), (1, "annex"));
    fs::remove_file(annexes(&dir)).unwrap();
    let report = audit(dir.path());
    assert_eq!(report.exit_code(), 1);
    assert_eq!(report.faults[0].record.as_deref(), Some("1/0"), "{:?}", report.faults);
}
