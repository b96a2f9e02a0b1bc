//! One small ledger in every format.

use socai_tlog::*;

use crate::{Files, common::*, hex_lines, note_keys};

/// Name of a part and its bytes.
type Part = (&'static str, Vec<u8>);

pub fn header_parts(bytes: &[u8; HEADER_LEN]) -> Vec<Part> {
    let layout = [
        ("version", 0..1),
        ("flags", 1..2),
        ("reserved", 2..4),
        ("unit", 4..8),
        ("number", 8..16),
        ("recorded at, ms", 16..24),
        ("link before", 24..56),
        ("BLAKE3 of the facts", 56..88),
        ("BLAKE3 of the annex, zero if none", 88..120),
    ];
    layout.into_iter().map(|(name, range)| (name, bytes[range].to_vec())).collect()
}

fn record_parts(record: &Record) -> Vec<Part> {
    let mut parts = header_parts(record.header_bytes());
    for (len, name, content) in
        [("length of the facts", "facts", record.facts()), ("length of the annex", "annex", record.annex())]
    {
        parts.push((len, (content.len() as u32).to_be_bytes().to_vec()));
        parts.push((name, content.to_vec()));
    }
    parts
}

/// The parts of a segment, so that refused ones can differ in one of them.
pub fn segment_parts(records: &[Record], signature: &[u8; 64]) -> Vec<Part> {
    let first = records[0].header();
    let mut parts = vec![
        ("magic", b"SG01".to_vec()),
        ("unit", first.unit.0.to_be_bytes().to_vec()),
        ("first number", first.seq.0.to_be_bytes().to_vec()),
        ("count", (records.len() as u16).to_be_bytes().to_vec()),
    ];
    parts.extend(records.iter().flat_map(record_parts));
    parts.push(("signature", signature.to_vec()));
    parts
}

pub fn entries() -> [Entry; 3] {
    let segment = segment(3);
    std::array::from_fn(|i| Entry {
        received_at_ms: 1_673_488_900_000 + i as u64,
        header_bytes: *segment.records()[i].header_bytes(),
        signature: (i == 2).then_some(*segment.signature()),
    })
}

pub fn entry_parts(entry: &Entry) -> Vec<Part> {
    let signature = entry.signature.map_or(Vec::new(), |signature| signature.to_vec());
    let mut parts = vec![("received at, ms", entry.received_at_ms.to_be_bytes().to_vec())];
    parts.extend(header_parts(&entry.header_bytes));
    parts.extend([("length of the signature", vec![signature.len() as u8]), ("signature", signature)]);
    parts
}

pub fn tree() -> MemoryTree {
    let mut tree = MemoryTree::default();
    tree.extend(entries().iter().map(Entry::leaf_hash));
    tree
}

pub fn checkpoint() -> SignedCheckpoint {
    Checkpoint { origin: origin(), size: tree().size(), root: tree().root() }.sign(&operator())
}

pub fn cosigned() -> SignedCheckpoint {
    let mut checkpoint = checkpoint();
    let [_, witness] = note_keys();
    checkpoint.add(cosign(&checkpoint, witness.name(), &key(0x33), 1_673_488_960).unwrap());
    checkpoint
}

pub fn proof_file() -> ProofFile {
    let index = LeafIndex(1);
    let proof = prove_inclusion(&tree(), index, tree().size()).unwrap();
    let extra = Some(entries()[1].encode().to_vec());
    ProofFile { extra, index, proof, checkpoint: cosigned().to_string() }
}

pub fn add_checkpoint() -> AddCheckpoint {
    let old = TreeSize(2);
    let proof = prove_consistency(&tree(), old, tree().size()).unwrap();
    AddCheckpoint { old, proof, checkpoint: checkpoint().to_string() }
}

/// Evidence for the second entry. The key record is what its layout asks for, not one that brings in a key.
pub fn evidence() -> Evidence {
    let segment = segment(3);
    let [first, second, _] = entries();
    let key = KeyEvidence {
        leaf: LeafIndex(0),
        entry: first,
        facts: segment.records()[0].facts().clone(),
        proof: prove_inclusion(&tree(), LeafIndex(0), tree().size()).unwrap(),
    };
    Evidence {
        operator: *SealingKey::of(&operator()).as_bytes(),
        entry: second,
        facts: segment.records()[1].facts().clone(),
        later: vec![*segment.records()[2].header_bytes()],
        signature: *segment.signature(),
        keys: vec![key],
    }
}

/// The parts of evidence in which each is one field of the layout.
pub fn evidence_parts(evidence: &Evidence) -> Vec<Part> {
    let entry = |entry: &Entry| {
        let bytes = entry.encode().to_vec();
        [("length of the entry", vec![bytes.len() as u8]), ("entry", bytes)]
    };
    let facts = |facts: &[u8]| {
        [("length of the facts", (facts.len() as u32).to_be_bytes().to_vec()), ("facts", facts.to_vec())]
    };
    let mut parts = vec![("magic", b"EV01".to_vec()), ("operator's key", evidence.operator.to_vec())];
    parts.extend(entry(&evidence.entry));
    parts.extend(facts(&evidence.facts));
    parts.push(("count of headers", (evidence.later.len() as u16).to_be_bytes().to_vec()));
    parts.extend(evidence.later.iter().map(|header| ("header", header.to_vec())));
    parts.push(("signature of the segment", evidence.signature.to_vec()));
    parts.push(("count of key records", (evidence.keys.len() as u16).to_be_bytes().to_vec()));
    for key in &evidence.keys {
        parts.push(("leaf", key.leaf.0.to_be_bytes().to_vec()));
        parts.extend(entry(&key.entry));
        parts.extend(facts(&key.facts));
        parts.push(("count of hashes", vec![key.proof.len() as u8]));
        parts.extend(key.proof.iter().map(|hash| ("hash", hash.0.to_vec())));
    }
    parts
}

pub fn policy() -> Policy {
    let [log, witness] = note_keys();
    let log = PolicyLog { key: log, url: None };
    let witness = PolicyWitness { name: "ha-dinh".to_owned(), key: witness, url: None };
    Policy::threshold(log, vec![witness], 1).unwrap()
}

fn head() -> (String, [u8; 64], Vec<u8>) {
    let checkpoint = checkpoint().to_string();
    let (head, nonce) = (segment(3).head(), [0x4e; 16]);
    let head = HeadStatement { unit: WARD, head, reason: 1, nonce, checkpoint: &checkpoint };
    let (signature, message) = (head.sign(&origin(), &operator()), head.message(&origin()));
    (checkpoint, signature, message)
}

fn refusal() -> RefusalStatement<'static> {
    RefusalStatement { unit: WARD, first: UnitSeq(3), last: UnitSeq(5), code: 2, text: "bad signature" }
}

fn receipt() -> (Vec<u8>, [u8; 64]) {
    let (size, leaf, from) = (tree().size(), LeafIndex(1), TreeSize(1));
    let record = &records(3)[1];
    let seq = record.name().seq;
    let receipt = ReceiptStatement {
        unit: WARD,
        first: seq,
        last: seq,
        link: record.link(),
        received_at_ms: entries()[1].received_at_ms,
        runs: &[StatedRun { first: seq, leaf, count: 1 }],
        checkpoint: &checkpoint().to_string(),
        inclusion: &prove_inclusion(&tree(), leaf, size).unwrap(),
        consistency_from: from,
        consistency: &prove_consistency(&tree(), from, size).unwrap(),
    };
    (receipt.message(&origin()), receipt.sign(&origin(), &operator()))
}

/// Every file, made from the keys and records of the tests.
pub fn files() -> Files {
    let (segment, records) = (segment(3), records(3));
    let operator_key = SealingKey::of(&operator());
    let keys = [
        ("operator: sealing key of unit 0 and log key", operator_key.as_bytes().to_vec()),
        ("unit 17: sealing key", SealingKey::of(&ward()).as_bytes().to_vec()),
        ("unit 17: witnessing key", WitnessKey::of(&key(0x33)).as_bytes().to_vec()),
    ];
    let tree_parts = tree().read(0, 3).into_iter().map(|hash| ("leaf hash", hash.0.to_vec()));
    let links = records.iter().map(|record| ("link of the header", record.link().0.to_vec()));
    let message = segment_message(&origin(), records[2].link());
    let (_, head_signature, head_message) = head();
    let (receipt_message, receipt_signature) = receipt();
    let mut bundle = Vec::new();
    entries().iter().for_each(|entry| push_bundled(&mut bundle, &entry.encode()).unwrap());
    let mut frontier = Frontier::default();
    entries().iter().for_each(|entry| frontier.push(entry.leaf_hash()));
    [
        ("keys.hex", hex_lines(keys)),
        ("genesis.hex", hex_lines([("genesis of unit 17", ward_chain().head().link.0.to_vec())])),
        ("header.hex", hex_lines(header_parts(records[1].header_bytes()))),
        ("links.hex", hex_lines(links)),
        ("segment-message.hex", hex_lines([("what the unit signs", message)])),
        ("segment.hex", hex_lines(segment_parts(&records, segment.signature()))),
        ("entry.hex", hex_lines(entry_parts(&entries()[0]))),
        ("entry-signed.hex", hex_lines(entry_parts(&entries()[2]))),
        ("bundle.hex", hex_lines([("three entries", bundle)])),
        ("tree.hex", hex_lines(tree_parts.chain([("root", tree().root().0.to_vec())]))),
        ("frontier.hex", hex_lines([("frontier of three leaves", frontier.to_bytes())])),
        ("log.vkey", note_keys()[0].to_string()),
        ("witness.vkey", note_keys()[1].to_string()),
        ("checkpoint.txt", checkpoint().to_string()),
        ("checkpoint-cosigned.txt", cosigned().to_string()),
        ("proof.tlog-proof", proof_file().to_string()),
        ("policy.txt", policy().to_string()),
        ("add-checkpoint.txt", add_checkpoint().to_string()),
        ("evidence.hex", hex_lines(evidence_parts(&evidence()))),
        ("head.hex", hex_lines([("message", head_message), ("signature", head_signature.to_vec())])),
        (
            "refusal.hex",
            hex_lines([
                ("message", refusal().message(&origin())),
                ("signature", refusal().sign(&origin(), &operator()).to_vec()),
            ]),
        ),
        ("receipt.hex", hex_lines([("message", receipt_message), ("signature", receipt_signature.to_vec())])),
    ]
    .map(|(name, content)| (name.to_owned(), content))
    .into()
}

trait ReadAll {
    fn read(&self, level: u8, count: usize) -> Vec<Hash>;
}

impl ReadAll for MemoryTree {
    fn read(&self, level: u8, count: usize) -> Vec<Hash> {
        let mut hashes = vec![Hash::ZERO; count];
        self.read_hashes(level, 0, &mut hashes).unwrap();
        hashes
    }
}

/// Reads the stored bytes the way a stranger would: from keys to segment, entries, checkpoint and proof.
pub fn read(bytes: impl Fn(&str) -> Vec<u8>) {
    let text = |name: &str| String::from_utf8(bytes(name)).unwrap();
    let keys = bytes("keys.hex");
    let key_at = |at: usize| SealingKey::from_bytes(&keys[at * 32..][..32].try_into().unwrap()).unwrap();
    let (operator, ward) = (key_at(0), key_at(1));

    let segment = Segment::parse(bytes("segment.hex").into()).unwrap().verify(&origin(), &ward).unwrap();
    assert_eq!(segment.continues().link, genesis(&origin(), &operator, WARD, &ward));
    assert_eq!(segment.continues().link.0.to_vec(), bytes("genesis.hex"));
    let links: Vec<u8> = segment.records().iter().flat_map(|record| link(record.header_bytes()).0).collect();
    assert_eq!(links, bytes("links.hex"));
    assert_eq!(
        Header::decode(&bytes("header.hex").try_into().unwrap()).unwrap(),
        *segment.records()[1].header()
    );
    assert!(ward.verifies(&bytes("segment-message.hex"), segment.signature()));

    let mut frontier = Frontier::default();
    let bundle = bytes("bundle.hex");
    let leaves: Vec<_> = bundled(&bundle).map(|entry| entry.unwrap()).collect();
    leaves.iter().for_each(|leaf| frontier.push(leaf_hash(leaf)));
    assert_eq!((leaves[0], leaves[2]), (&bytes("entry.hex")[..], &bytes("entry-signed.hex")[..]));
    assert_eq!(Entry::decode(leaves[2]).unwrap().signature.as_ref(), Some(segment.signature()));
    assert_eq!(frontier, Frontier::from_bytes(&bytes("frontier.hex")).unwrap());
    assert_eq!(frontier.root().0, bytes("tree.hex")[96..]);

    let note_keys: [NoteKey; 2] = ["log.vkey", "witness.vkey"].map(|name| text(name).parse().unwrap());
    let signed = SignedCheckpoint::open(&bytes("checkpoint.txt"), &note_keys).unwrap();
    assert_eq!(*signed.root(), frontier.root());
    let (_, verified) =
        SignedCheckpoint::open_verified(&bytes("checkpoint-cosigned.txt"), &note_keys).unwrap();
    assert_eq!(verified[1].time_s, Some(1_673_488_960));
    let policy = Policy::parse(&bytes("policy.txt")).unwrap();
    let proof = ProofFile::parse(&bytes("proof.tlog-proof")).unwrap();
    assert!(proof.verify(&leaf_hash(proof.extra.as_ref().unwrap()), &policy).is_ok());

    let two =
        Checkpoint { origin: origin(), size: TreeSize(2), root: root_at(&tree(), TreeSize(2)).unwrap() };
    let log_alone = Policy::parse(format!("log {}\nquorum none\n", note_keys[0]).as_bytes()).unwrap();
    let request = AddCheckpoint::parse(&bytes("add-checkpoint.txt")).unwrap();
    assert!(request.verify(&two.sign(&crate::common::operator()), &log_alone).is_ok());
    let evidence = Evidence::parse(bytes("evidence.hex").into()).unwrap();
    assert_eq!(evidence.header().unwrap(), *segment.records()[1].header());
    assert!(evidence.covering().unwrap().is_by(&origin(), &ward));

    for name in ["head.hex", "refusal.hex", "receipt.hex"] {
        let bytes = bytes(name);
        let (message, signature) = bytes.split_last_chunk().unwrap();
        assert!(operator.verifies(message, signature), "{name}");
    }
}
