//! A district in memory that follows the protocol: what the ward must get along with.

use std::collections::BTreeMap;

use bytes::Bytes;
use socai_proto::v1::{self, down, up};
use socai_tlog::{
    ChainHead, Checkpoint, Entry, Hash, HeadStatement, LeafIndex, Link, MemoryTree, Origin, ReceiptStatement,
    Record, RefusalStatement, SealingKey, Segment, SignedCheckpoint, SigningKey, StatedRun, TreeSize, UnitNo,
    UnitSeq, encode_segment, genesis, leaf_hash, prove_consistency, prove_inclusion, segment_fit,
};

/// One record as the log holds it.
#[derive(Clone)]
pub struct Logged {
    pub record: Record,
    pub signature: Option<[u8; 64]>,
    pub leaf: LeafIndex,
    pub received_at_ms: u64,
}

/// A log with one unit whose facts count and other units that are only leaves.
#[derive(Clone)]
pub struct FakeDistrict {
    pub origin: Origin,
    pub operator: SigningKey,
    pub unit: UnitNo,
    pub keys: Vec<SealingKey>,
    pub records: Vec<Logged>,
    pub tree: MemoryTree,
    pub suspended: bool,
    /// Refuse segments with this code.
    pub refuses: Option<v1::RefusalCode>,
    /// Proofs of new records start at the checkpoint last sent to the unit, if that is newer than the one it says it has seen.
    pub follows_sent: bool,
    /// Receipts with a proof that is none.
    pub lies: bool,
    /// A checkpoint of ours that is ahead of our log was shown: we stopped.
    pub stopped: bool,
    pub sent_size: u64,
    pub clock_ms: u64,
}

impl FakeDistrict {
    pub fn new(origin: Origin, operator: SigningKey, unit: UnitNo, first_key: SealingKey) -> Self {
        let mut district = FakeDistrict {
            origin,
            operator,
            unit,
            keys: vec![first_key],
            records: Vec::new(),
            tree: MemoryTree::default(),
            suspended: false,
            refuses: None,
            follows_sent: false,
            lies: false,
            stopped: false,
            sent_size: 0,
            clock_ms: 1_675_000_000_000,
        };
        district.noise(3);
        district
    }

    pub fn operator_key(&self) -> SealingKey {
        SealingKey::of(&self.operator)
    }

    pub fn genesis(&self) -> ChainHead {
        ChainHead::genesis(genesis(&self.origin, &self.operator_key(), self.unit, &self.keys[0]))
    }

    pub fn head(&self) -> ChainHead {
        self.records.last().map_or(self.genesis(), |last| ChainHead::after(&last.record))
    }

    /// Other units' entries.
    pub fn noise(&mut self, leaves: u64) {
        for _ in 0..leaves {
            let number = self.tree.size().0;
            self.tree.push(leaf_hash(&number.to_be_bytes()));
        }
    }

    pub fn checkpoint(&self) -> SignedCheckpoint {
        let (size, root) = (self.tree.size(), self.tree.root());
        Checkpoint { origin: self.origin.clone(), size, root }.sign(&self.operator)
    }

    /// One message from the stream, committed at once.
    pub fn take(&mut self, up: v1::Up) -> Vec<v1::Down> {
        if self.stopped {
            return Vec::new();
        }
        match up.message.unwrap() {
            up::Message::Hello(hello) => self.greet(hello),
            up::Message::Publish(publish) => self.publish(publish),
        }
    }

    fn greet(&mut self, hello: v1::Hello) -> Vec<v1::Down> {
        assert_eq!(hello.unit, self.unit.0);
        assert_eq!(hello.nonce.len(), 16);
        if !hello.checkpoint.is_empty() {
            let key = socai_tlog::NoteKey::log(self.origin.clone(), self.operator_key());
            let shown = SignedCheckpoint::open(hello.checkpoint.as_bytes(), [&key]).unwrap();
            if shown.size() > self.tree.size() {
                self.stopped = true;
                return Vec::new();
            }
        }
        let reason = if self.suspended { v1::HeadReason::Suspended } else { v1::HeadReason::Hello };
        let lacks = hello.sealed_next_seq < self.head().next_seq.0;
        let mut downs = if lacks { self.restore(UnitSeq(hello.next_seq)) } else { Vec::new() };
        downs.push(self.say_head(reason, &hello.nonce));
        downs
    }

    /// What the unit lacks, with the signatures as recorded.
    pub fn restore(&self, from: UnitSeq) -> Vec<v1::Down> {
        let mut downs = Vec::new();
        let mut segment = Vec::new();
        for logged in self.records.iter().skip(from.0 as usize) {
            segment.push(logged.record.clone());
            let Some(signature) = logged.signature else { continue };
            assert_eq!(segment_fit(&segment), segment.len());
            let bytes = encode_segment(&std::mem::take(&mut segment), &signature).unwrap();
            let first_seq = Segment::parse_restored(bytes.clone()).unwrap().first().header().seq.0;
            let restore = v1::Restore { unit: self.unit.0, first_seq, segments: vec![bytes] };
            downs.push(v1::Down { message: Some(down::Message::Restore(restore)) });
        }
        downs
    }

    pub fn say_head(&self, reason: v1::HeadReason, nonce: &[u8]) -> v1::Down {
        let checkpoint = self.checkpoint().to_string();
        let head = self.head();
        let statement = HeadStatement {
            unit: self.unit,
            head,
            reason: reason as u32,
            nonce: nonce.try_into().unwrap_or_default(),
            checkpoint: &checkpoint,
        };
        let signature = statement.sign(&self.origin, &self.operator);
        let head = v1::Head {
            unit: self.unit.0,
            next_seq: head.next_seq.0,
            link: head.link.0.to_vec().into(),
            reason: reason as i32,
            nonce: nonce.to_vec().into(),
            checkpoint,
            signature: signature.to_vec().into(),
        };
        v1::Down { message: Some(down::Message::Head(head)) }
    }

    fn publish(&mut self, publish: v1::Publish) -> Vec<v1::Down> {
        let segment = Segment::parse(publish.segment).unwrap();
        let (first, last) = (segment.first().header().seq, segment.last().header().seq);
        if let Some(code) = self.refuses {
            return vec![self.say_refusal(first, last, code, "because")];
        }
        if first > self.head().next_seq {
            return vec![self.say_head(v1::HeadReason::Gap, &[])];
        }
        let known = (self.head().next_seq.0 - first.0) as usize;
        for record in segment.records().iter().take(known) {
            let held = &self.records[record.header().seq.0 as usize].record;
            assert_eq!(held.link(), record.link(), "FORK: record {} was signed twice", record.name());
        }
        let mut seen_size = publish.seen_size;
        if segment.records().len() > known {
            if self.follows_sent {
                seen_size = seen_size.max(self.sent_size);
            }
            if self.suspended {
                return vec![self.say_head(v1::HeadReason::Suspended, &[])];
            }
            let next = &segment.records()[known];
            if next.header().prev != self.head().link {
                return vec![self.say_head(v1::HeadReason::Gap, &[])];
            }
            let segment =
                segment.verify(&self.origin, self.keys.last().unwrap()).expect("signed by the unit");
            self.append(&segment, known);
        }
        vec![self.say_receipt(first, last, seen_size)]
    }

    fn append(&mut self, segment: &socai_tlog::VerifiedSegment, known: usize) {
        let end = segment.records().len();
        for (index, record) in segment.records().iter().enumerate().skip(known) {
            self.clock_ms += 7;
            let signature = (index + 1 == end).then_some(*segment.signature());
            let entry =
                Entry { received_at_ms: self.clock_ms, header_bytes: *record.header_bytes(), signature };
            let leaf = LeafIndex(self.tree.size().0);
            self.tree.push(leaf_hash(&entry.encode()));
            if record.header().rotates_key() {
                let event = <v1::Event as prost::Message>::decode(record.facts().clone()).unwrap();
                let Some(v1::event::Kind::KeyRotated(rotated)) = event.kind else { panic!("no rotation") };
                let key = rotated.new_public_key.as_ref().try_into().unwrap();
                self.keys.push(SealingKey::from_bytes(&key).unwrap());
            }
            self.records.push(Logged {
                record: record.clone(),
                signature,
                leaf,
                received_at_ms: self.clock_ms,
            });
        }
    }

    pub fn say_receipt(&mut self, first: UnitSeq, last: UnitSeq, from: u64) -> v1::Down {
        let size = self.tree.size();
        self.sent_size = size.0;
        let logged = &self.records[last.0 as usize];
        let hashes = |proof: Vec<socai_tlog::Hash>| -> Vec<Bytes> {
            proof.iter().map(|hash| Bytes::copy_from_slice(hash.as_bytes())).collect()
        };
        let mut runs: Vec<v1::Run> = Vec::new();
        for logged in &self.records[first.0 as usize..=last.0 as usize] {
            match runs.last_mut() {
                Some(run) if run.first_leaf + run.count == logged.leaf.0 => run.count += 1,
                _ => runs.push(v1::Run {
                    first_seq: logged.record.header().seq.0,
                    first_leaf: logged.leaf.0,
                    count: 1,
                }),
            }
        }
        let mut receipt = v1::Receipt {
            unit: self.unit.0,
            first_seq: first.0,
            last_seq: last.0,
            runs,
            head: logged.record.link().0.to_vec().into(),
            checkpoint: self.checkpoint().to_string(),
            received_at_ms: logged.received_at_ms,
            inclusion: hashes(prove_inclusion(&self.tree, logged.leaf, size).unwrap()),
            consistency_from_size: from,
            consistency: hashes(prove_consistency(&self.tree, TreeSize(from), size).unwrap()),
            signature: Bytes::new(),
        };
        if self.lies {
            receipt.inclusion[0] = vec![7; 32].into();
        }
        self.sign_receipt(&mut receipt);
        v1::Down { message: Some(down::Message::Receipt(receipt)) }
    }

    /// Signs a receipt as it stands, true or not.
    pub fn sign_receipt(&self, receipt: &mut v1::Receipt) {
        let hashes = |proof: &[Bytes]| -> Vec<Hash> {
            proof.iter().map(|hash| Hash(hash[..].try_into().unwrap_or_default())).collect()
        };
        let run = |run: &v1::Run| StatedRun {
            first: UnitSeq(run.first_seq),
            leaf: LeafIndex(run.first_leaf),
            count: run.count,
        };
        let statement = ReceiptStatement {
            unit: UnitNo(receipt.unit),
            first: UnitSeq(receipt.first_seq),
            last: UnitSeq(receipt.last_seq),
            link: Link(receipt.head[..].try_into().unwrap()),
            received_at_ms: receipt.received_at_ms,
            runs: &receipt.runs.iter().map(run).collect::<Vec<_>>(),
            checkpoint: &receipt.checkpoint,
            inclusion: &hashes(&receipt.inclusion),
            consistency_from: TreeSize(receipt.consistency_from_size),
            consistency: &hashes(&receipt.consistency),
        };
        receipt.signature = statement.sign(&self.origin, &self.operator).to_vec().into();
    }

    pub fn say_refusal(&self, first: UnitSeq, last: UnitSeq, code: v1::RefusalCode, text: &str) -> v1::Down {
        let statement = RefusalStatement { unit: self.unit, first, last, code: code as u32, text };
        let signature = statement.sign(&self.origin, &self.operator);
        let refusal = v1::Refusal {
            unit: self.unit.0,
            first_seq: first.0,
            last_seq: last.0,
            code: code as i32,
            text: text.to_owned(),
            signature: signature.to_vec().into(),
        };
        v1::Down { message: Some(down::Message::Refusal(refusal)) }
    }

    /// How often each event's facts are in the log.
    pub fn facts(&self) -> BTreeMap<Bytes, usize> {
        let mut facts = BTreeMap::new();
        for logged in &self.records {
            *facts.entry(logged.record.facts().clone()).or_default() += 1;
        }
        facts
    }

    /// The links in the log, in order.
    pub fn links(&self) -> Vec<Link> {
        self.records.iter().map(|logged| logged.record.link()).collect()
    }
}
