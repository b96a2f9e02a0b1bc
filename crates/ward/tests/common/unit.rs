//! A unit's directory on a real disk, enrolled in a ledger of its own.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use socai_tlog::{NoteKey, Origin, SealingKey, SigningKey, UnitNo};
use socai_ward::{UnitConfig, UnitDir, Ward, generate};

use super::district::FakeDistrict;

pub const ORIGIN: &str = "so-cai.example/thu";
pub const UNIT: &str = "hn.tx.ha-dinh.1";
pub const NO: u32 = 7;
pub const TOKEN: &str = "0123456789abcdef-token";

pub fn operator() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

/// Keys, `unit.toml` and `registry.json` in `dir`.
pub fn enrol(dir: &Path) -> UnitDir {
    enrol_at(dir, "nats://127.0.0.1:1")
}

pub fn enrol_at(dir: &Path, nats: &str) -> UnitDir {
    let unit = UnitDir::new(dir);
    let keys = generate(&unit).unwrap();
    let origin = Origin::new(ORIGIN).unwrap();
    let config = UnitConfig {
        unit: UNIT.into(),
        no: NO,
        origin: ORIGIN.into(),
        ledger: "thu".into(),
        operator: NoteKey::log(origin, SealingKey::of(&operator())).to_string(),
        first_key: keys.sealing_key.clone(),
        nats: nats.into(),
        listen: "127.0.0.1:0".into(),
        token: TOKEN.into(),
        witness_clock_tolerance_s: None,
    };
    config.write(&unit).unwrap();
    std::fs::write(unit.registry(), registry(&keys.sealing_key).to_string()).unwrap();
    unit
}

/// The unit and one that ended in 2010.
fn registry(sealing: &str) -> Value {
    let key = |byte: u8| SealingKey::of(&SigningKey::from_bytes(&[byte; 32])).to_string();
    let fact = |no: u32, id: &str, sealing: &str, byte: u8, to: Option<&str>| {
        json!({
            "kind": "unit.registered", "occurred_on": "2023-01-01", "level": "public",
            "source": {"kind": "manual"}, "entered_by": "van-hanh",
            "data": {"unit_no": no, "unit_id": id, "code": "", "name": "Phường", "type": "ward",
                "valid_from": "1997-01-01", "valid_to": to,
                "transport_key": key(byte), "sealing_key": sealing, "witnessing_key": key(byte + 1)}
        })
    };
    json!([fact(NO, UNIT, sealing, 50, None), fact(8, "hn.tx.cu.1", &key(60), 70, Some("2010-12-31"))])
}

/// A district that knows the unit by its first key.
pub fn district(dir: &UnitDir) -> FakeDistrict {
    let first_key = UnitConfig::read(dir).unwrap().first_key;
    FakeDistrict::new(Origin::new(ORIGIN).unwrap(), operator(), UnitNo(NO), first_key)
}

/// A small event; `number` tells one from another.
pub fn event(number: u64) -> Value {
    json!({
        "kind": "penalty.payment_received", "occurred_on": "2023-01-19", "case": format!("vp/2023/{number}"),
        "data": {"amount": 1_000_000 + number, "late_interest": 0, "voucher": format!("BL-{number}")}
    })
}

/// Copies a unit's directory as a backup does.
pub fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target: PathBuf = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// What is sealed: the events' case keys in the order of the chain, read by a node that starts afresh.
pub fn sealed(dir: &UnitDir) -> Vec<String> {
    drop(Ward::open(dir.path()).unwrap());
    let current = std::fs::read_to_string(dir.journal().join("current")).unwrap();
    let reader = socai_log::JournalReader::open(&dir.journal().join(format!("g{}", current.trim()))).unwrap();
    let mut cases = Vec::new();
    for segment in reader.segments(socai_tlog::UnitSeq(0)).unwrap() {
        for record in segment.unwrap().records {
            let event = socai_domain::Event::decode(record.facts()).unwrap();
            cases.push(event.case().unwrap_or_default().to_owned());
        }
    }
    cases
}
