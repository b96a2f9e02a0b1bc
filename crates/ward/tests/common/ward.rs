//! A ward in memory: the machine under test with a journal that is a vector.

use bytes::Bytes;
use socai_proto::v1::{self, up};
use socai_tlog::{
    Chain, ChainHead, Header, Record, SealingKey, Segment, SignedCheckpoint, SigningKey, TreeSize, UnitNo,
    UnitSeq, VerifiedSegment, segment_fit, sign_segment,
};
use socai_ward::{
    Trust,
    publisher::{Alarm, Input, Ordered, Output, Own, Proven, Publisher, Standing, Start},
};

use super::district::FakeDistrict;

/// What a ward's disk holds; cloning it is taking a backup.
#[derive(Clone)]
pub struct Disk {
    pub records: Vec<Record>,
    pub receipts: Vec<Proven>,
    pub checkpoint: Option<SignedCheckpoint>,
    pub alarm: Option<Alarm>,
    pub keys: Vec<SigningKey>,
    pub genesis: ChainHead,
}

/// A running node on a disk.
pub struct FakeWard {
    pub disk: Disk,
    pub machine: Publisher,
    pub ignored: Vec<String>,
    pub rejoined: usize,
    pub erased: Vec<Ordered>,
    trust: Trust,
    unit: UnitNo,
    restored: Vec<VerifiedSegment>,
}

pub fn facts(number: u64) -> Bytes {
    let mut id = [0; 16];
    id[8..].copy_from_slice(&number.to_be_bytes());
    let event = v1::Event { id: id.to_vec().into(), occurred_on: 20_230_112, ..Default::default() };
    Bytes::from(prost::Message::encode_to_vec(&event))
}

impl Disk {
    pub fn new(district: &FakeDistrict, key: SigningKey) -> Disk {
        let genesis = district.genesis();
        Disk {
            records: Vec::new(),
            receipts: Vec::new(),
            checkpoint: None,
            alarm: None,
            keys: vec![key],
            genesis,
        }
    }

    pub fn head(&self) -> ChainHead {
        self.records.last().map_or(self.genesis, ChainHead::after)
    }

    /// The end of what receipts prove of this journal.
    pub fn recorded(&self) -> ChainHead {
        let held = |proven: &Proven| self.records.get(proven.last.0 as usize).map(Record::link);
        let newest = self.receipts.iter().rev().find(|proven| held(proven) == Some(proven.link));
        newest.map_or(self.genesis, |proven| ChainHead {
            next_seq: UnitSeq(proven.last.0 + 1),
            link: proven.link,
        })
    }
}

impl FakeWard {
    pub fn start(disk: Disk, district: &FakeDistrict, seed: u8) -> FakeWard {
        let trust = Trust::new(district.origin.clone(), district.operator_key());
        let machine = Publisher::new(Start {
            unit: district.unit,
            trust: trust.clone(),
            keys: disk.keys.iter().map(SealingKey::of).collect(),
            journal: disk.head(),
            recorded: disk.recorded(),
            newest: disk.checkpoint.clone(),
            erased: TreeSize(0),
            alarm: disk.alarm.clone(),
            nonce_seed: [seed; 32],
        });
        let (unit, ignored) = (district.unit, Vec::new());
        FakeWard {
            disk,
            machine,
            ignored,
            rejoined: 0,
            erased: Vec::new(),
            trust,
            unit,
            restored: Vec::new(),
        }
    }

    /// Seals one event.
    pub fn seal(&mut self, now_ms: u64, facts: Bytes) {
        let mut chain = Chain::new(self.unit, self.disk.head());
        let record = chain.seal(facts, Bytes::new(), 1_674_000_000_000 + now_ms, 0).unwrap();
        self.disk.records.push(record);
        self.machine.handle(now_ms, Input::Sealed(self.disk.head()));
    }

    /// Seals the rotation to `key`, which signs from then on.
    pub fn rotate(&mut self, now_ms: u64, key: SigningKey) {
        let rotated = v1::KeyRotated {
            key: v1::KeyUse::Sealing as i32,
            new_public_key: SealingKey::of(&key).as_bytes().to_vec().into(),
            ground: v1::KeyGround::Scheduled as i32,
            ..Default::default()
        };
        let kind = Some(v1::event::Kind::KeyRotated(rotated));
        let event = v1::Event { id: vec![9; 16].into(), kind, ..Default::default() };
        let facts = Bytes::from(prost::Message::encode_to_vec(&event));
        let mut chain = Chain::new(self.unit, self.disk.head());
        self.disk.records.push(chain.seal(facts, Bytes::new(), now_ms, Header::ROTATES_KEY).unwrap());
        self.disk.keys.push(key);
        self.machine.handle(now_ms, Input::Sealed(self.disk.head()));
    }

    fn key_for(&self, seq: UnitSeq) -> &SigningKey {
        let rotations = self.disk.records[..seq.0 as usize].iter().filter(|r| r.header().rotates_key());
        &self.disk.keys[rotations.count()]
    }

    /// What happens, and the messages it leads to.
    pub fn handle(&mut self, now_ms: u64, input: Input) -> Vec<v1::Up> {
        let outputs = self.machine.handle(now_ms, input);
        let mut ups = self.perform(now_ms, outputs);
        while let Some(from) = self.machine.next_send() {
            let rest = &self.disk.records[from.0 as usize..];
            let count = segment_fit(rest).min(8); // small segments make more of them
            let key = self.key_for(from).clone();
            let segment = Segment::seal(rest[..count].to_vec(), &key, self.trust.origin()).unwrap();
            self.machine.sent(now_ms, from, segment.last().header().seq);
            let publish =
                v1::Publish { seen_size: self.machine.seen_size().0, segment: segment.bytes().clone() };
            ups.push(v1::Up { message: Some(up::Message::Publish(publish)) });
        }
        ups
    }

    fn perform(&mut self, now_ms: u64, outputs: Vec<Output>) -> Vec<v1::Up> {
        let mut ups = Vec::new();
        for output in outputs {
            match output {
                Output::Hello(hello) => ups.push(v1::Up { message: Some(up::Message::Hello(hello)) }),
                Output::Save(proven) => {
                    if proven.advances {
                        self.disk.checkpoint = Some(proven.checkpoint.clone());
                    }
                    self.disk.receipts.push(*proven);
                }
                Output::BeginRestore(_) => self.restored.clear(),
                Output::Restore(segment) => self.restored.push(segment),
                Output::Rejoin { base, head } => {
                    let input = self.rejoin(now_ms, base, head);
                    let outputs = self.machine.handle(now_ms, input);
                    ups.extend(self.perform(now_ms, outputs));
                }
                Output::Erase(ordered) => {
                    self.erased.push(ordered);
                    if let Some(size) = ordered.size {
                        let outputs = self.machine.handle(now_ms, Input::Erased(size));
                        ups.extend(self.perform(now_ms, outputs));
                    }
                }
                Output::Alarm(alarm) => self.disk.alarm = Some(alarm),
                Output::Ignored(why) => self.ignored.push(why),
            }
        }
        ups
    }

    /// What the node does with files, here with vectors.
    fn rejoin(&mut self, now_ms: u64, base: ChainHead, head: ChainHead) -> Input {
        let mut records = self.disk.records.clone();
        let own = records.split_off((base.next_seq.0 as usize).min(records.len()));
        for segment in self.restored.drain(..) {
            records.extend(segment.records().iter().cloned());
        }
        assert_eq!(records.last().map(ChainHead::after), Some(head), "restored records end at the head");
        let mut chain = Chain::new(self.unit, head);
        for record in own {
            if records.iter().any(|held| held.facts() == record.facts()) {
                continue;
            }
            let flags = record.header().flags;
            records.push(chain.seal(record.facts().clone(), Bytes::new(), now_ms, flags).unwrap());
        }
        self.disk.records = records;
        self.rejoined += 1;
        Input::Rejoined(self.disk.head())
    }

    /// Our record at the place a message is about.
    pub fn own(&self, down: &v1::Down) -> Option<Box<Own>> {
        let seq = Publisher::asks(down)?;
        let record = self.disk.records.get(seq.0 as usize)?;
        let signature = sign_segment(self.key_for(seq), self.trust.origin(), record.link());
        Some(Box::new(Own {
            header_bytes: *record.header_bytes(),
            link: record.link(),
            signature: Some(signature),
        }))
    }

    pub fn hear(&mut self, now_ms: u64, down: v1::Down) -> Vec<v1::Up> {
        let own = self.own(&down);
        self.handle(now_ms, Input::Down { down: Box::new(down), own })
    }

    /// Everything that is under way between the two, without loss, until both are silent.
    pub fn settle(&mut self, now_ms: u64, district: &mut FakeDistrict, ups: Vec<v1::Up>) {
        let mut ups: std::collections::VecDeque<_> = ups.into();
        for _ in 0..10_000 {
            let Some(up) = ups.pop_front() else { return };
            for down in district.take(up) {
                ups.extend(self.hear(now_ms, down));
            }
        }
        panic!("ward and district talk in a circle");
    }

    pub fn standing(&self) -> Standing {
        self.machine.standing()
    }
}
