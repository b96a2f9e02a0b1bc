//! A ledger with two wards and no broker: messages go straight into rounds.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::panic)] // each test file uses its part

use bytes::Bytes;
use prost::Message as _;
use socai_district::{
    Ledger, LedgerConfig, LedgerDir, Message, Outgoing, PublicKeys, UnitSpec, establish, registration,
};
use socai_log::Cursor;
use socai_proto::v1;
use socai_tlog::{Chain, ChainHead, Origin, Record, SealingKey, Segment, SigningKey, UnitNo, genesis};

pub const ORIGIN: &str = "socai.test/quan";
pub const NOW: u64 = 1_680_000_000_000;

pub struct World {
    pub place: tempfile::TempDir,
    pub ledger: Ledger,
    pub seq: u64,
}

pub fn spec(no: u32) -> UnitSpec {
    let unit_type = if no == 0 { "operator" } else { "ward" };
    UnitSpec {
        unit_no: no,
        unit_id: format!("test.phuong-{no}"),
        code: format!("{no:05}"),
        name: format!("Phường {no}"),
        unit_type: unit_type.to_owned(),
        parent: String::new(),
        valid_from: "2000-01-01".to_owned(),
        valid_to: None,
        assumed: Vec::new(),
    }
}

pub fn key(no: u32, use_of: u8) -> SigningKey {
    let mut seed = [use_of; 32];
    seed[0] = no as u8;
    SigningKey::from_bytes(&seed)
}

pub fn keys(no: u32) -> PublicKeys {
    let public = |use_of| *SealingKey::of(&key(no, use_of)).as_bytes();
    PublicKeys { transport: public(3), sealing: public(1), witnessing: public(2) }
}

impl World {
    pub fn new() -> World {
        let place = tempfile::tempdir().unwrap();
        let dir = LedgerDir::new(place.path().join("district"));
        let config =
            LedgerConfig { origin: ORIGIN.into(), ledger: "quan".into(), nats: "nats://127.0.0.1:1".into() };
        let mut ledger = establish(&dir, &config, &spec(0), &[], NOW).unwrap();
        let units: Vec<_> = (1..=2).map(|no| registration(&spec(no), &keys(no), NOW).unwrap()).collect();
        ledger.publish(&units, NOW).unwrap();
        World { place, ledger, seq: 0 }
    }

    pub fn dir(&self) -> LedgerDir {
        LedgerDir::new(self.place.path().join("district"))
    }

    /// Closes the ledger and opens it again, as a restart does.
    pub fn restart(self) -> World {
        let World { place, ledger, seq } = self;
        drop(ledger);
        let ledger = Ledger::open_alone(&LedgerDir::new(place.path().join("district"))).unwrap();
        World { place, ledger, seq }
    }

    pub fn ward(&self, no: u32) -> Chain {
        let origin = Origin::new(ORIGIN).unwrap();
        let sealing = SealingKey::of(&key(no, 1));
        Chain::new(
            UnitNo(no),
            ChainHead::genesis(genesis(&origin, &self.ledger.operator(), UnitNo(no), &sealing)),
        )
    }

    /// One round with these payloads, in this order, each on its unit's subject.
    pub fn round(&mut self, payloads: Vec<(u32, Bytes)>) -> Vec<(u32, v1::down::Message)> {
        let messages = payloads.into_iter().map(|(subject, payload)| {
            self.seq += 1;
            let cursor = Cursor { stream_created_ns: 7, stream_seq: self.seq };
            Message { subject: UnitNo(subject), cursor, payload }
        });
        let messages = messages.collect();
        let answers = self.ledger.round(messages, NOW).unwrap();
        answers.into_iter().map(said).collect()
    }

    pub fn size(&self) -> u64 {
        self.ledger.checkpoint().size().0
    }
}

pub fn said(outgoing: Outgoing) -> (u32, v1::down::Message) {
    let down = v1::Down::decode(outgoing.payload).unwrap();
    (outgoing.unit.0, down.message.unwrap())
}

pub fn facts(text: &str) -> Bytes {
    let mut id = [0; 16];
    id[..text.len().min(16)].copy_from_slice(&text.as_bytes()[..text.len().min(16)]);
    let event = v1::Event {
        id: Bytes::copy_from_slice(&id),
        occurred_on: 20_230_112,
        place: vec!["test.phuong-1".into()],
        level: v1::Level::Internal.into(),
        source: Some(v1::Source { kind: v1::SourceKind::Manual.into(), ..v1::Source::default() }),
        entered_by: "can-bo".into(),
        kind: Some(v1::event::Kind::HealthVisitsReported(v1::HealthVisitsReported {
            facility: "tyt-1".into(),
            kind: v1::VisitKind::Curative.into(),
            from: 20_230_109,
            to: 20_230_112,
            visits: 12,
        })),
        ..v1::Event::default()
    };
    Bytes::from(event.encode_to_vec())
}

pub fn seal(chain: &mut Chain, names: &[&str]) -> Vec<Record> {
    names.iter().map(|name| chain.seal(facts(name), Bytes::new(), NOW, 0).unwrap()).collect()
}

pub fn publish(no: u32, records: Vec<Record>) -> Bytes {
    publish_signed(records, &key(no, 1), ORIGIN)
}

pub fn publish_signed(records: Vec<Record>, key: &SigningKey, origin: &str) -> Bytes {
    let segment = Segment::seal(records, key, &Origin::new(origin).unwrap()).unwrap();
    up(v1::up::Message::Publish(v1::Publish { seen_size: 0, segment: segment.bytes().clone() }))
}

pub fn publish_seen(no: u32, records: Vec<Record>, seen_size: u64) -> Bytes {
    let segment = Segment::seal(records, &key(no, 1), &Origin::new(ORIGIN).unwrap()).unwrap();
    up(v1::up::Message::Publish(v1::Publish { seen_size, segment: segment.bytes().clone() }))
}

pub fn hello(no: u32, recorded: ChainHead, sealed_next: u64, checkpoint: &str) -> Bytes {
    up(v1::up::Message::Hello(v1::Hello {
        unit: no,
        next_seq: recorded.next_seq.0,
        head: Bytes::copy_from_slice(&recorded.link.0),
        checkpoint: checkpoint.to_owned(),
        nonce: Bytes::from_static(&[9; 16]),
        sealed_next_seq: sealed_next,
        erased_size: 0,
    }))
}

fn up(message: v1::up::Message) -> Bytes {
    Bytes::from(v1::Up { message: Some(message) }.encode_to_vec())
}

pub fn receipt(message: &v1::down::Message) -> &v1::Receipt {
    match message {
        v1::down::Message::Receipt(receipt) => receipt,
        other => panic!("expected a receipt, got {other:?}"),
    }
}

pub fn head(message: &v1::down::Message) -> &v1::Head {
    match message {
        v1::down::Message::Head(head) => head,
        other => panic!("expected a head, got {other:?}"),
    }
}

pub fn refusal(message: &v1::down::Message) -> &v1::Refusal {
    match message {
        v1::down::Message::Refusal(refusal) => refusal,
        other => panic!("expected a refusal, got {other:?}"),
    }
}
