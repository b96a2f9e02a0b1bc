//! A small ledger for tests: an operator, units that seal, and a log that takes whatever it is given.
//!
//! The log crate's writer checks nothing that a key could: so a test can write here what an insider would.
#![allow(dead_code, clippy::unwrap_used, clippy::panic)]

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use prost::Message as _;
use socai_follow::{Options as Check, Signatures, Trust, Verified, verify};
use socai_log::{Cursor, Lock, LogKey, NewEntry, Options, Reader, Writer};
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{
    Chain, ChainHead, Header, NoteKey, Origin, Record, SealingKey, SigningKey, UnitNo, genesis, sign_segment,
};

/// A day in January 2023, in milliseconds.
pub const NOW_MS: u64 = 1_673_500_000_000;

/// Records of one unit and the signature over the last.
pub type Segment = (Vec<Record>, [u8; 64]);

pub fn origin() -> Origin {
    Origin::new("so-cai.example/thu").unwrap()
}

pub fn secret(number: u8) -> SigningKey {
    SigningKey::from_bytes(&[number; 32])
}

pub fn operator() -> SigningKey {
    secret(200)
}

/// A unit's own side: its chain and the key it seals with now.
#[derive(Clone)]
pub struct Unit {
    pub chain: Chain,
    pub key: SigningKey,
    sealed: u64,
}

impl Unit {
    /// A unit of the ledger, with the sealing key of its number.
    pub fn new(no: u32) -> Self {
        let key = if no == 0 { operator() } else { secret(no as u8) };
        let first = genesis(&origin(), &SealingKey::of(&operator()), UnitNo(no), &SealingKey::of(&key));
        Unit { chain: Chain::new(UnitNo(no), ChainHead::genesis(first)), key, sealed: 0 }
    }

    pub fn seal_bytes(&mut self, facts: impl Into<Bytes>, annex: impl Into<Bytes>, flags: u8) -> Record {
        self.sealed += 1;
        self.chain.seal(facts.into(), annex.into(), NOW_MS, flags).unwrap()
    }

    pub fn seal_event(&mut self, kind: Kind, flags: u8) -> Record {
        let id = [[self.chain.unit().0 as u8; 8], self.sealed.to_be_bytes()].concat();
        self.seal_bytes(event(id, kind).encode_to_vec(), Bytes::new(), flags)
    }

    /// Facts that nobody decodes, every other record with an annex if asked for.
    pub fn segment(&mut self, count: usize, with_annex: bool) -> Segment {
        let unit = self.chain.unit();
        let records = (0..count).map(|i| {
            let number = self.sealed;
            let facts = format!("facts {number} of unit {unit} {}", "·".repeat(number as usize % 7));
            let annex =
                if with_annex && i % 2 == 0 { format!("annex {number} of {unit}") } else { String::new() };
            self.seal_bytes(facts, annex, 0)
        });
        let records = records.collect();
        self.sign(records)
    }

    pub fn sign(&self, records: Vec<Record>) -> Segment {
        let signature = sign_segment(&self.key, &origin(), records[records.len() - 1].link());
        (records, signature)
    }

    /// A rotation signed with the old key; from then on the unit seals with `key`.
    pub fn rotate(&mut self, key: SigningKey) -> Segment {
        let record = self.seal_event(rotation(&key, ""), Header::ROTATES_KEY);
        let segment = self.sign(vec![record]);
        self.key = key;
        segment
    }
}

fn event(id: Vec<u8>, kind: Kind) -> v1::Event {
    v1::Event {
        id: id.into(),
        occurred_on: 20_230_105,
        level: v1::Level::Public.into(),
        source: Some(v1::Source {
            kind: v1::SourceKind::System.into(),
            system: "thu".to_owned(),
            ..v1::Source::default()
        }),
        entered_by: "van-hanh".to_owned(),
        kind: Some(kind),
        ..v1::Event::default()
    }
}

pub fn registration(no: u32) -> Kind {
    let key_of = |number: u8| Bytes::copy_from_slice(SealingKey::of(&secret(number)).as_bytes());
    let operator = Bytes::copy_from_slice(SealingKey::of(&operator()).as_bytes());
    let kind = if no == 0 { v1::UnitType::Operator } else { v1::UnitType::Ward };
    Kind::UnitRegistered(v1::UnitRegistered {
        unit_no: no,
        unit_id: if no == 0 { "hn.thu.q".to_owned() } else { format!("hn.thu.p{no}") },
        name: format!("Phường thử {no}"),
        r#type: kind.into(),
        parent: if no == 0 { String::new() } else { "hn.thu.q".to_owned() },
        valid_from: 19_970_101,
        transport_key: key_of(100 + no as u8),
        sealing_key: if no == 0 { operator } else { key_of(no as u8) },
        witnessing_key: key_of(150 + no as u8),
        ..v1::UnitRegistered::default()
    })
}

/// A new sealing key: the publisher's own, or of the unit with the id.
pub fn rotation(key: &SigningKey, unit: &str) -> Kind {
    Kind::KeyRotated(v1::KeyRotated {
        key: v1::KeyUse::Sealing.into(),
        new_public_key: Bytes::copy_from_slice(SealingKey::of(key).as_bytes()),
        ground: v1::KeyGround::Lost.into(),
        unit: unit.to_owned(),
    })
}

/// A log under way.
pub struct Ledger {
    root: PathBuf,
    pub writer: Writer,
    pub units: BTreeMap<u32, Unit>,
    now_ms: u64,
    commits: u64,
}

impl Ledger {
    /// A new log in `root/log` whose operator has registered these units in one commit, and a policy beside it.
    pub fn found(root: &Path, volume_records: u32, units: &[u32]) -> Self {
        let mut ledger = Self::empty(root, volume_records);
        let mut operator = Unit::new(0);
        let records = units.iter().map(|no| operator.seal_event(registration(*no), 0)).collect();
        ledger.append(&operator.sign(records));
        ledger.units.insert(0, operator);
        ledger.units.extend(units.iter().filter(|no| **no > 0).map(|no| (*no, Unit::new(*no))));
        ledger.commit();
        ledger
    }

    pub fn empty(root: &Path, volume_records: u32) -> Self {
        write_policy(root, &operator());
        Ledger {
            root: root.to_owned(),
            writer: writer(root, LogKey::new(origin(), operator()), volume_records),
            units: BTreeMap::new(),
            now_ms: NOW_MS,
            commits: 0,
        }
    }

    pub fn unit(&mut self, no: u32) -> &mut Unit {
        self.units.get_mut(&no).unwrap()
    }

    /// Appends a segment as the gate would.
    pub fn append(&mut self, (records, signature): &Segment) {
        for (place, record) in records.iter().enumerate() {
            self.append_one(record, (place + 1 == records.len()).then_some(signature));
        }
    }

    /// Appends a record as nobody should.
    pub fn append_one(&mut self, record: &Record, signature: Option<&[u8; 64]>) {
        self.now_ms += 1;
        self.writer.append(&NewEntry { received_at_ms: self.now_ms, record, signature }).unwrap();
    }

    pub fn commit(&mut self) {
        self.commits += 1;
        self.writer.commit(Cursor { stream_created_ns: 77, stream_seq: self.commits }).unwrap();
    }

    pub fn publish(&mut self, unit: u32, count: usize, with_annex: bool) {
        let segment = self.unit(unit).segment(count, with_annex);
        self.append(&segment);
    }

    pub fn rotate(&mut self, unit: u32, key: SigningKey) {
        let segment = self.unit(unit).rotate(key);
        self.append(&segment);
    }

    pub fn reader(&self) -> Reader {
        reader(&self.root)
    }
}

pub fn writer(root: &Path, key: LogKey, volume_records: u32) -> Writer {
    let lock = Lock::acquire(&root.join("lock")).unwrap();
    let options = Options { volume_records, ..Options::default() };
    Writer::open(&root.join("log"), key, &lock, options).unwrap().0
}

pub fn reader(root: &Path) -> Reader {
    Reader::open(&root.join("log")).unwrap()
}

pub fn write_policy(root: &Path, key: &SigningKey) {
    let vkey = NoteKey::log(origin(), SealingKey::of(key));
    fs::write(root.join("policy"), format!("log {vkey}\nquorum none\n")).unwrap();
}

pub fn trust(root: &Path) -> Trust {
    Trust::pinned(&root.join("policy"), None).unwrap()
}

pub fn check(root: &Path, options: Check) -> Verified {
    match Reader::open(&root.join("log")) {
        Ok(reader) => verify(&reader, &trust(root), options, &mut |_| ()),
        Err(error) => Verified { faults: vec![error.into()], faults_found: 1, ..Verified::default() },
    }
}

/// On one thread, nobody writing.
pub fn alone() -> Check {
    Check { threads: 1, is_live: false, signatures: Signatures::Covering, kept: None }
}

pub fn live() -> Check {
    Check { threads: 1, is_live: true, signatures: Signatures::Covering, kept: None }
}

/// Every file below `dir`, by path, with its bytes.
pub fn files(dir: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => found.extend(files(&path)),
            false => found.push((path.clone(), fs::read(&path).unwrap())),
        }
    }
    found.sort();
    found
}
