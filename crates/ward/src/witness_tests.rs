//! What a unit cosigns, and what an operator cannot get it to cosign.

use std::sync::{Arc, Mutex as StdMutex};

use bytes::Bytes;
use prost::Message as _;
use socai_proto::v1;
use socai_tlog::{
    AddCheckpoint, ChainHead, Checkpoint, Digest, Entry, Hash, Header, MemoryTree, SealingKey, ShownEntries,
    SignedCheckpoint, SigningKey, TreeSize, UnitNo, UnitSeq, leaf_hash, prove_consistency,
};

use super::*;
use crate::keys::generate;

#[path = "witness_evidence_tests.rs"]
mod evidence_tests;

fn operator() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

fn origin() -> Origin {
    Origin::new("so-cai.example/thu").unwrap()
}

/// Links of the unit's journal.
type Journal = Arc<StdMutex<Vec<Link>>>;

/// A log as its operator writes it, honest or not.
#[derive(Clone)]
struct Log {
    entries: Vec<(Entry, Vec<u8>)>,
    heads: std::collections::BTreeMap<u32, ChainHead>,
    now_ms: u64,
}

impl Log {
    fn new(unit: &Unit) -> Log {
        let heads = [(unit.no.0, unit.genesis())].into();
        Log { entries: vec![], heads, now_ms: clock::now_ms() - 60_000 }
    }

    /// Appends a record of a unit; its link.
    fn add(&mut self, unit: u32, facts: &[u8]) -> Link {
        let head = self
            .heads
            .entry(unit)
            .or_insert(ChainHead { next_seq: UnitSeq(0), link: Link([unit as u8; 32]) });
        let header = Header {
            flags: 0,
            unit: UnitNo(unit),
            seq: head.next_seq,
            recorded_at_ms: self.now_ms,
            prev: head.link,
            facts: Digest::of(facts),
            annex: Digest([0; 32]),
        };
        let header_bytes = header.encode();
        let link = socai_tlog::link(&header_bytes);
        *head = ChainHead { next_seq: UnitSeq(head.next_seq.0 + 1), link };
        let shown = if unit == 0 { facts.to_vec() } else { vec![] };
        self.entries.push((Entry { received_at_ms: self.now_ms, header_bytes, signature: None }, shown));
        link
    }

    /// As many records of another unit.
    fn others(&mut self, count: u64) -> &mut Self {
        for _ in 0..count {
            self.add(3, b"facts");
        }
        self
    }

    /// What the operator says of keys.
    fn says(&mut self, kind: v1::event::Kind) -> &mut Self {
        let event = v1::Event {
            id: vec![7; 16].into(),
            occurred_on: 20_230_119,
            kind: Some(kind),
            ..Default::default()
        };
        self.add(0, &event.encode_to_vec());
        self
    }

    fn size(&self) -> u64 {
        self.entries.len() as u64
    }

    fn tree(&self) -> MemoryTree {
        let mut tree = MemoryTree::default();
        tree.extend(self.entries.iter().map(|(entry, _)| entry.leaf_hash()));
        tree
    }

    fn root(&self, size: u64) -> Hash {
        let mut tree = MemoryTree::default();
        tree.extend(self.entries.iter().take(size as usize).map(|(entry, _)| entry.leaf_hash()));
        tree.root()
    }

    fn checkpoint(&self, size: u64) -> SignedCheckpoint {
        Checkpoint { origin: origin(), size: TreeSize(size), root: self.root(size) }.sign(&operator())
    }

    fn reached(&self, old: u64, size: u64) -> AddCheckpoint {
        let proof = prove_consistency(&self.tree(), TreeSize(old), TreeSize(size)).unwrap();
        AddCheckpoint { old: TreeSize(old), proof, checkpoint: self.checkpoint(size).to_string() }
    }

    fn request(&self, old: u64, size: u64) -> Vec<u8> {
        self.reached(old, size).to_string().into_bytes()
    }

    /// The entries from one leaf to another, below the newest checkpoint.
    fn shown(&self, from: u64, to: u64) -> ShownEntries {
        let entries = self.entries[from as usize..to as usize].to_vec();
        ShownEntries { from: TreeSize(from), reached: self.reached(to, self.size()), entries }
    }

    fn show(&self, witness: &Witness, from: u64) -> Result<TreeSize, NotPassed> {
        witness.look(&self.shown(from, self.size()).encode().unwrap())
    }

    /// Shows and asks, as a district does.
    fn ask(&self, witness: &Witness, old: u64) -> Result<NoteSignature, WitnessError> {
        self.show(witness, old).unwrap();
        witness.add_checkpoint(&self.request(old, self.size()))
    }
}

struct Place {
    _dir: tempfile::TempDir,
    dir: UnitDir,
    unit: Unit,
    journal: Journal,
}

impl Place {
    fn new() -> Place {
        let place = tempfile::tempdir().unwrap();
        let dir = UnitDir::new(place.path());
        let keys = generate(&dir).unwrap();
        let config = crate::UnitConfig {
            unit: "hn.tx.ha-dinh.1".into(),
            no: 7,
            origin: origin().to_string(),
            ledger: "thu".into(),
            operator: NoteKey::log(origin(), SealingKey::of(&operator())).to_string(),
            first_key: keys.sealing_key,
            nats: "nats://127.0.0.1:1".into(),
            listen: "127.0.0.1:0".into(),
            token: "0123456789abcdef-token".into(),
            witness_clock_tolerance_s: Some(30),
        };
        Place { _dir: place, dir, unit: config.check().unwrap(), journal: Journal::default() }
    }

    /// The unit's witness, as a node opens it at a start.
    fn witness(&self) -> Witness {
        let journal = self.journal.clone();
        let own_link = move |seq: UnitSeq| Ok(journal.lock().unwrap().get(seq.0 as usize).copied());
        Witness::open(&self.dir, &self.unit, Box::new(own_link)).unwrap()
    }

    /// The unit seals a record and the log takes it.
    fn seal(&self, log: &mut Log) {
        let link = log.add(7, b"own");
        self.journal.lock().unwrap().push(link);
    }

    fn log(&self) -> Log {
        Log::new(&self.unit)
    }

    fn standing(&self) -> WitnessStanding {
        WitnessStanding::read(&self.dir, &self.unit)
    }

    fn registration(&self) -> v1::UnitRegistered {
        let enrolment = Keys::read(&self.dir).unwrap().enrolment().unwrap();
        let key = |text: &str| Bytes::from(hex::decode(text).unwrap());
        v1::UnitRegistered {
            unit_no: 7,
            unit_id: "hn.tx.ha-dinh.1".into(),
            transport_key: key(&enrolment.transport_key),
            sealing_key: key(&enrolment.sealing_key),
            witnessing_key: key(&enrolment.witnessing_key),
            ..Default::default()
        }
    }

    /// Shows a log that must not pass: why is kept, nothing below it is cosigned, and a start forgets none of it.
    fn refuses(&self, log: &Log, from: u64) -> NotPassed {
        let why = log.show(&self.witness(), from).unwrap_err();
        assert!(why.is_contradiction(), "{why}");
        assert_eq!(self.standing().refused, Some(why.to_string()));
        let refused = self.witness().add_checkpoint(&log.request(from, log.size())).unwrap_err();
        assert!(
            matches!(&refused, WitnessError::Contradicted(said) if *said == why.to_string()),
            "{refused}"
        );
        assert_eq!(self.standing().cosigned.unwrap_or_default(), from, "what was cosigned before stays");
        why
    }
}

#[test]
fn what_is_cosigned_is_stored_first_and_known_after_a_start() {
    let place = Place::new();
    let witness = place.witness();
    let mut log = place.log();
    let policy = format!("log {}\nwitness w {}\nquorum w\n", place.unit.config.operator, witness.vkey());
    let policy = socai_tlog::Policy::parse(policy.as_bytes()).unwrap();
    for (old, new) in [(0, 3), (3, 3), (3, 9)] {
        log.others(new - log.size());
        let mut cosigned = log.checkpoint(new);
        cosigned.add(log.ask(&witness, old).unwrap());
        assert!(policy.verify(cosigned.to_string().as_bytes()).is_ok());
    }
    let again = place.witness();
    let refused = again.add_checkpoint(&log.others(3).request(3, 12)).unwrap_err();
    assert!(matches!(refused, WitnessError::Refused(NotWitnessed::Seen { seen: TreeSize(9) })));
    let newest = again.newest(&origin_hash(&origin())).unwrap().unwrap();
    assert_eq!(policy.verify(&newest).unwrap().checkpoint.size(), TreeSize(9));
    assert_eq!(again.newest("00").unwrap(), None);
    assert_eq!(place.standing(), WitnessStanding { cosigned: Some(9), ..Default::default() });
}

#[test]
fn nothing_is_cosigned_that_was_not_looked_at() {
    let place = Place::new();
    let (witness, mut log) = (place.witness(), place.log());
    log.others(9);
    let refused = witness.add_checkpoint(&log.request(0, 9)).unwrap_err();
    assert!(
        matches!(refused, WitnessError::NotLooked { looked: TreeSize(0), size: TreeSize(9) }),
        "{refused}"
    );
    // in pieces, each below the same checkpoint
    for (from, to) in [(0, 4), (4, 5), (5, 9)] {
        assert_eq!(witness.look(&log.shown(from, to).encode().unwrap()).unwrap(), TreeSize(to));
        let skipped = place.witness().look(&log.shown(from, to).encode().unwrap()).unwrap_err();
        assert!(matches!(skipped, NotPassed::Elsewhere { looked } if looked.0 == to), "{skipped}");
    }
    witness.add_checkpoint(&log.request(0, 9)).unwrap();
}

#[test]
fn nothing_is_cosigned_that_cannot_be_stored() {
    let place = Place::new();
    let (witness, mut log) = (place.witness(), place.log());
    log.others(3).show(&witness, 0).unwrap();
    std::fs::remove_dir_all(place.dir.witness()).unwrap();
    std::fs::write(place.dir.witness(), "in the way").unwrap();
    let refused = witness.add_checkpoint(&log.request(0, 3)).unwrap_err();
    assert!(matches!(refused, WitnessError::File(_)), "{refused}");
}

#[test]
fn a_file_that_is_damaged_stops_the_witness_rather_than_starting_anew() {
    let place = Place::new();
    let (witness, mut log) = (place.witness(), place.log());
    log.others(3).ask(&witness, 0).unwrap();
    std::fs::write(&witness.file, "nonsense").unwrap();
    let refused = witness.add_checkpoint(&log.others(1).request(3, 4)).unwrap_err();
    assert!(matches!(refused, WitnessError::Content { .. }), "{refused}");
}

#[test]
fn how_far_was_looked_may_be_lost_and_is_shown_again() {
    let place = Place::new();
    let mut log = place.log();
    log.others(5).ask(&place.witness(), 0).unwrap();
    let path = place.dir.witness().join("looked");
    let whole = std::fs::read(&path).unwrap();
    for at in [0, 20, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        std::fs::write(&path, bytes).unwrap();
        let why = log.clone().others(2).show(&place.witness(), 5).unwrap_err();
        assert!(matches!(why, NotPassed::Elsewhere { looked: TreeSize(0) }), "{why}");
    }
    log.others(2).show(&place.witness(), 0).unwrap();
    place.witness().add_checkpoint(&log.request(5, 7)).unwrap();
}

#[test]
fn the_receipts_of_the_unit_are_never_contradicted() {
    let place = Place::new();
    let (witness, mut log) = (place.witness(), place.log());
    // a first request goes on from what the receipts say
    log.others(5);
    std::fs::write(place.dir.checkpoint(), log.checkpoint(5).to_string()).unwrap();
    log.others(1).show(&witness, 0).unwrap();
    let refused = witness.add_checkpoint(&log.request(0, 6)).unwrap_err();
    assert!(matches!(refused, WitnessError::Refused(NotWitnessed::Seen { seen: TreeSize(5) })));
    witness.add_checkpoint(&log.request(5, 6)).unwrap();
    // later a receipt of another history at the size that is shown
    let other = Checkpoint { origin: origin(), size: TreeSize(8), root: leaf_hash(b"other") };
    std::fs::write(place.dir.checkpoint(), other.sign(&operator()).to_string()).unwrap();
    log.others(2);
    let refused = witness.add_checkpoint(&log.request(6, 8)).unwrap_err();
    assert!(matches!(refused, WitnessError::AgainstReceipts { size: TreeSize(8) }), "{refused}");
    assert!(matches!(place.refuses_to_look(&log, 6), NotPassed::TwoHistories { size: TreeSize(8) }));
}

impl Place {
    fn refuses_to_look(&self, log: &Log, from: u64) -> NotPassed {
        let why = log.show(&self.witness(), from).unwrap_err();
        assert_eq!(self.standing().refused, Some(why.to_string()));
        why
    }
}

#[test]
fn of_many_requests_at_once_each_continues_the_one_before() {
    let place = Place::new();
    let (witness, mut log) = (place.witness(), place.log());
    log.others(3).show(&witness, 0).unwrap();
    let (first, second) = (log.request(0, 3), log.clone().others(1).request(0, 4));
    let witness = &witness;
    let answers: Vec<bool> = std::thread::scope(|scope| {
        let requests = [&first, &second].into_iter().cycle().take(16);
        let asked: Vec<_> =
            requests.map(|request| scope.spawn(move || witness.add_checkpoint(request).is_ok())).collect();
        asked.into_iter().map(|asked| asked.join().unwrap()).collect()
    });
    assert_eq!(answers.iter().filter(|cosigned| **cosigned).count(), 1, "both are from size 0");
}

#[test]
fn the_unit_s_own_records_and_keys_pass() {
    let place = Place::new();
    let mut log = place.log();
    log.says(v1::event::Kind::UnitRegistered(place.registration())).others(2);
    (0..3).for_each(|_| place.seal(&mut log));
    log.ask(&place.witness(), 0).unwrap();
    let size = log.size();
    place.seal(&mut log);
    log.others(1).ask(&place.witness(), size).unwrap();
}

#[test]
fn an_operator_that_gives_the_unit_another_key_gets_no_cosignature() {
    let forged = |what: &str, change: fn(&mut v1::UnitRegistered, Bytes)| {
        let place = Place::new();
        let mut log = place.log();
        let size = log.others(2).size();
        log.ask(&place.witness(), 0).unwrap();
        let mut registration = place.registration();
        change(&mut registration, Bytes::from_static(&[0x66; 32]));
        log.says(v1::event::Kind::UnitRegistered(registration));
        let why = place.refuses(&log, size);
        assert!(matches!(&why, NotPassed::ForeignKey { what: got, .. } if *got == what), "{why}");
    };
    forged("sealing", |registration, key| registration.sealing_key = key);
    forged("transport", |registration, key| registration.transport_key = key);
    forged("witnessing", |registration, key| registration.witnessing_key = key);
    // or replaces one that was registered, as if it had been lost
    let place = Place::new();
    let mut log = place.log();
    let size = log.says(v1::event::Kind::UnitRegistered(place.registration())).size();
    log.ask(&place.witness(), 0).unwrap();
    let rotation = |unit: &str| {
        v1::event::Kind::KeyRotated(v1::KeyRotated {
            key: v1::KeyUse::Sealing.into(),
            new_public_key: Bytes::from_static(&[0x66; 32]),
            ground: v1::KeyGround::Lost.into(),
            unit: unit.into(),
        })
    };
    log.says(rotation("hn.tx.nhan-chinh.1")).ask(&place.witness(), size).unwrap();
    let size = log.size();
    log.says(rotation("hn.tx.ha-dinh.1"));
    assert!(matches!(place.refuses(&log, size), NotPassed::ForeignKey { what: "sealing", .. }));
}

#[test]
fn an_operator_that_hides_what_its_record_says_gets_no_cosignature() {
    let place = Place::new();
    let mut log = place.log();
    log.says(v1::event::Kind::UnitRegistered(place.registration()));
    for facts in [vec![], b"something else".to_vec()] {
        log.entries[0].1 = facts;
        let why = log.show(&place.witness(), 0).unwrap_err();
        assert!(matches!(why, NotPassed::Hidden { leaf: socai_tlog::LeafIndex(0) }), "{why}");
        assert_eq!(place.standing().refused, None, "anybody can leave the facts out");
        let refused = place.witness().add_checkpoint(&log.request(0, 1)).unwrap_err();
        assert!(matches!(refused, WitnessError::NotLooked { .. }), "{refused}");
    }
}

#[test]
fn an_invented_record_under_the_unit_s_number_gets_no_cosignature_and_its_own_passes_again() {
    let place = Place::new();
    let mut log = place.log();
    place.seal(&mut log);
    let size = log.others(1).size();
    log.ask(&place.witness(), 0).unwrap();
    // one that continues the chain, and one that stands beside it
    let mut invented = log.clone();
    invented.add(7, b"made up");
    assert!(matches!(place.refuses(&invented, size), NotPassed::Invented { .. }));
    let mut beside = log.clone();
    beside.heads.insert(7, place.unit.genesis());
    beside.add(7, b"made up");
    assert!(matches!(place.refuses(&beside, size), NotPassed::Invented { .. }));
    // the log as it was goes on: the unit looks at it, and cosigns it once somebody has looked at what was forged
    place.seal(&mut log);
    let refused = log.ask(&place.witness(), size).unwrap_err();
    assert!(matches!(refused, WitnessError::Contradicted(_)), "{refused}");
    acknowledge(&place.dir, 5).unwrap();
    place.witness().add_checkpoint(&log.request(size, log.size())).unwrap();
    assert_eq!(place.standing(), WitnessStanding { cosigned: Some(log.size()), ..Default::default() });
}

#[test]
fn an_operator_that_drops_a_receipted_record_gets_no_cosignature() {
    let place = Place::new();
    let mut log = place.log();
    let size = log.others(2).size();
    log.ask(&place.witness(), 0).unwrap();
    let mut without = log.clone();
    place.seal(&mut log);
    std::fs::write(place.dir.checkpoint(), log.checkpoint(log.size()).to_string()).unwrap();
    // another history from what was cosigned, at the size of the receipt and beyond it
    without.others(4);
    assert!(matches!(place.refuses_to_look(&without, size), NotPassed::TwoHistories { size: TreeSize(3) }));
    let refused = place.witness().add_checkpoint(&without.request(size, without.size())).unwrap_err();
    assert!(matches!(refused, WitnessError::Contradicted(_)), "{refused}");
    assert_eq!(place.standing().cosigned, Some(size));
}

#[test]
fn times_beyond_the_tolerance_get_no_cosignature_until_they_are_reached() {
    let place = Place::new();
    let mut log = place.log();
    let honest_ms = log.now_ms;
    let size = log.others(1).size();
    log.ask(&place.witness(), 0).unwrap();
    let mut ahead = log.clone();
    ahead.now_ms = clock::now_ms() + 600_000;
    ahead.others(1);
    let why = place.refuses(&ahead, size);
    assert!(matches!(why, NotPassed::Future { tolerance_s: 30, ahead_s: 580..=600, .. }), "{why}");
    let mut back = log.clone();
    back.now_ms = honest_ms - 1;
    back.others(1);
    assert!(matches!(place.refuses(&back, size), NotPassed::Backwards { .. }));
    // within what is let pass
    log.now_ms = clock::now_ms() + 20_000;
    log.others(1).ask(&place.witness(), size).unwrap();
    assert_eq!((place.standing().refused, place.standing().evidence), (None, vec![]));
}

#[test]
fn entries_that_are_not_of_the_signed_tree_are_no_evidence_and_change_nothing() {
    let place = Place::new();
    let mut log = place.log();
    log.others(4);
    let mut shown = log.shown(0, 4);
    shown.entries[2].0.received_at_ms += 1;
    shown.entries[3].0.received_at_ms += 1;
    let why = place.witness().look(&shown.encode().unwrap()).unwrap_err();
    assert!(matches!(why, NotPassed::NotTheTree { to: TreeSize(4) }), "{why}");
    assert_eq!(place.standing().refused, None, "anybody can send such bytes");
    // neither can anybody accuse the operator of what it did not sign
    let mut accusing = log.shown(0, 4);
    accusing.entries[3].0.received_at_ms = u64::MAX;
    let why = place.witness().look(&accusing.encode().unwrap()).unwrap_err();
    assert!(matches!(why, NotPassed::NotTheTree { .. }) && place.standing().refused.is_none(), "{why}");
    let mut unsigned = log.shown(0, 4);
    unsigned.reached.checkpoint = unsigned.reached.checkpoint.replacen("\n4\n", "\n5\n", 1);
    let why = place.witness().look(&unsigned.encode().unwrap()).unwrap_err();
    assert!(matches!(why, NotPassed::Checkpoint(_)), "{why}");
    assert!(matches!(place.witness().look(b"nonsense").unwrap_err(), NotPassed::Request(_)));
    log.ask(&place.witness(), 0).unwrap();
}
