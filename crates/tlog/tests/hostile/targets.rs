//! What strangers may send, each with the reader it goes to: shared by `cargo fuzz` and by the test that runs everywhere.
//!
//! Nothing may panic. What is accepted has one form: printed or encoded again, it is the same bytes.
#![allow(missing_docs, dead_code, clippy::unwrap_used, clippy::panic)] // a target says what went wrong by panicking

use bytes::Bytes;
use socai_tlog::*;

/// A reader of hostile bytes.
pub type Target = fn(&[u8]);

/// Every target by the name of its corpus.
pub const TARGETS: [(&str, Target); 12] = [
    ("add_checkpoint", add_checkpoint),
    ("bundle", bundle),
    ("evidence", evidence),
    ("frontier", frontier),
    ("note", note),
    ("policy", policy),
    ("proof_file", proof_file),
    ("segment", segment),
    ("shown_entries", shown_entries),
    ("tile_path", tile_path),
    ("tree_proof", tree_proof),
    ("vkey", vkey),
];

/// The keys of `proto/vectors/tlog`, so that signatures of the corpus verify and one that is spoilt must not.
fn keys() -> [NoteKey; 2] {
    let name = |name| Origin::new(name).unwrap();
    let secret = |byte| SigningKey::from_bytes(&[byte; 32]);
    [
        NoteKey::log(name("so-cai.example/thanh-xuan"), SealingKey::of(&secret(0x11))),
        NoteKey::witness(name("so-cai.example/thanh-xuan/17"), WitnessKey::of(&secret(0x33))),
    ]
}

fn trusted() -> Policy {
    let [log, witness] = keys();
    Policy::parse(format!("log {log}\nwitness w {witness}\nquorum w\n").as_bytes()).unwrap()
}

pub fn note(bytes: &[u8]) {
    if let Ok(note) = Note::parse(bytes) {
        assert_eq!(note.to_string().as_bytes(), bytes, "a note has one form");
        let _ = Checkpoint::parse(note.text());
    }
    if let Ok(opened) = trusted().open(bytes) {
        let again = SignedCheckpoint::open(opened.checkpoint.to_string().as_bytes(), &keys());
        assert_eq!(again.as_ref(), Ok(&opened.checkpoint));
    }
}

pub fn proof_file(bytes: &[u8]) {
    let Ok(file) = ProofFile::parse(bytes) else { return };
    assert_eq!(file.to_string().as_bytes(), bytes, "a proof file has one form");
    let leaf = file.extra.as_deref().map_or(Hash::ZERO, leaf_hash);
    let _ = file.verify(&leaf, &trusted());
    if let Some(extra) = file.extra {
        evidence(&extra);
    }
}

pub fn evidence(bytes: &[u8]) {
    let Ok(evidence) = Evidence::parse(Bytes::copy_from_slice(bytes)) else { return };
    assert_eq!(evidence.to_bytes(), bytes, "evidence has one form");
    let _ = evidence.header();
    if let Ok(covering) = evidence.covering() {
        let [log, _] = keys();
        let _ = covering.is_by(log.name(), log.log_key().unwrap());
    }
    for key in &evidence.keys {
        let _ = (key.header(), key.entry.leaf_hash());
    }
}

pub fn add_checkpoint(bytes: &[u8]) {
    let Ok(request) = AddCheckpoint::parse(bytes) else { return };
    assert_eq!(request.to_string().as_bytes(), bytes, "a request has one form");
    if let Ok(opened) = trusted().open(request.checkpoint.as_bytes()) {
        let _ = request.verify(&opened.checkpoint, &trusted());
    }
}

pub fn policy(bytes: &[u8]) {
    let Ok(policy) = Policy::parse(bytes) else { return };
    if std::str::from_utf8(bytes).is_ok() {
        assert_eq!(Policy::parse(policy.to_string().as_bytes()), Ok(policy), "a policy reads back as itself");
    }
}

pub fn tile_path(bytes: &[u8]) {
    let Ok(path) = std::str::from_utf8(bytes) else { return };
    let Ok(tile) = path.parse::<Tile>() else { return };
    assert_eq!(tile.to_string(), path, "a tile has one path");
    assert!(!path.contains("..") && !path.starts_with('/') && !path.contains('\0'), "{path}");
    let _ = (tile.leaves(), tile.byte_range(), tile.positions(), tile.full());
    for size in [0, 1, 255, 256, 70_000, u64::MAX] {
        let _ = tile.is_within(TreeSize(size));
    }
}

pub fn bundle(bytes: &[u8]) {
    let mut whole = Vec::new();
    let mut is_whole = true;
    for entry in bundled(bytes) {
        let Ok(entry) = entry else {
            is_whole = false;
            continue;
        };
        push_bundled(&mut whole, entry).unwrap();
        if let Ok(read) = Entry::decode(entry) {
            assert_eq!(&read.encode()[..], entry, "an entry has one form");
            assert_eq!(read.leaf_hash(), leaf_hash(entry));
        }
    }
    assert!(!is_whole || whole == bytes, "a bundle has one form");
    let _ = Entry::decode(bytes);
}

pub fn segment(bytes: &[u8]) {
    let Ok(segment) = Segment::parse_restored(Bytes::copy_from_slice(bytes)) else { return };
    let again = encode_segment(segment.records(), segment.signature()).unwrap();
    assert_eq!(again, bytes, "a segment has one form");
    let [log, _] = keys();
    let _ = segment.verify(log.name(), log.log_key().unwrap());
}

pub fn shown_entries(bytes: &[u8]) {
    let Ok(shown) = ShownEntries::parse(bytes) else { return };
    assert_eq!(shown.encode().unwrap(), bytes, "shown entries have one form");
    assert_eq!(shown.from.0 + shown.entries.len() as u64, shown.reached.old.0);
}

pub fn frontier(bytes: &[u8]) {
    let Ok(mut frontier) = Frontier::from_bytes(bytes) else { return };
    assert_eq!(frontier.to_bytes(), bytes, "a frontier has one form");
    frontier.push(Hash::ZERO);
    let _ = frontier.root();
}

pub fn vkey(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = text.parse::<NoteKey>() {
        assert_eq!(key.to_string(), text, "a key has one form");
    }
}

/// Two numbers of 8 bytes, then hashes: as an inclusion and as a consistency proof.
pub fn tree_proof(bytes: &[u8]) {
    let Some((a, rest)) = bytes.split_first_chunk::<8>() else { return };
    let Some((b, rest)) = rest.split_first_chunk::<8>() else { return };
    let (a, b) = (u64::from_be_bytes(*a), u64::from_be_bytes(*b));
    let proof: Vec<Hash> = rest.as_chunks::<32>().0.iter().map(|hash| Hash(*hash)).collect();
    let _ = verify_inclusion(LeafIndex(a), &Hash::ZERO, TreeSize(b), &Hash::ZERO, &proof);
    let _ = root_from_inclusion(LeafIndex(a), &Hash::ZERO, TreeSize(b), &proof);
    let _ = verify_consistency(TreeSize(a), &Hash::ZERO, TreeSize(b), &Hash::ZERO, &proof);
}
