//! A unit on a real disk for the tests inside this crate.

use bytes::Bytes;
use prost::Message as _;
use socai_domain::CivilDate;
use socai_log::{Disk, JournalSegment};
use socai_proto::v1;
use socai_tlog::{NoteKey, Origin, Record, SealingKey, SigningKey, UnitNo, UnitSeq};

use crate::{
    config::UnitConfig,
    dir::UnitDir,
    draft::{Draft, Drafter},
    entropy::IdMaker,
    keeper::{Judge, Keeper},
    keys::generate,
};

pub(crate) fn enrolled() -> (tempfile::TempDir, UnitDir) {
    let dir = tempfile::tempdir().unwrap();
    let unit = UnitDir::new(dir.path().join("unit"));
    let keys = generate(&unit).unwrap();
    let origin = Origin::new("so-cai.example/thu").unwrap();
    let config = UnitConfig {
        unit: "hn.tx.ha-dinh.1".into(),
        no: 7,
        origin: origin.to_string(),
        ledger: "thu".into(),
        operator: NoteKey::log(origin, SealingKey::of(&SigningKey::from_bytes(&[1; 32]))).to_string(),
        first_key: keys.sealing_key,
        nats: "nats://127.0.0.1:1".into(),
        listen: "127.0.0.1:0".into(),
        token: "0123456789abcdef".into(),
        witness_clock_tolerance_s: None,
    };
    config.write(&unit).unwrap();
    (dir, unit)
}

pub(crate) fn open(unit: &UnitDir) -> Keeper {
    Keeper::open(unit, Disk::default()).unwrap()
}

/// A fact whose id is its number.
pub(crate) fn draft(number: u64) -> Draft {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    let payment =
        v1::PenaltyPaymentReceived { amount: 5, voucher: format!("BL-{number}"), ..Default::default() };
    let event = v1::Event {
        id: id.to_vec().into(),
        occurred_on: 20_230_119,
        kind: Some(v1::event::Kind::PenaltyPaymentReceived(payment)),
        ..Default::default()
    };
    Draft { id, facts: event.encode_to_vec().into(), annex: Bytes::new() }
}

pub(crate) fn segments(keeper: &Keeper) -> Vec<JournalSegment> {
    keeper.reader().segments(UnitSeq(0)).unwrap().map(Result::unwrap).collect()
}

pub(crate) fn records(keeper: &Keeper) -> Vec<Record> {
    segments(keeper).into_iter().flat_map(|segment| segment.records).collect()
}

/// The rules on a day, for a unit that knows of no others.
pub(crate) fn judge(today: CivilDate) -> Judge {
    let drafter = Drafter::new(
        "hn.tx.ha-dinh.1",
        UnitNo(7),
        IdMaker::new([0; 32]),
        None,
        std::sync::Arc::new(crate::vault::Vault::of(&crate::dir::UnitDir::new("nowhere"))),
    );
    Judge { drafter: drafter.into(), today }
}
