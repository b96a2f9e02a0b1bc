//! Evidence that a record is its unit's, and the requests that carry consistency proofs.

#![allow(clippy::unwrap_used)] // helpers of tests

use crate::common::*;
use proptest::prelude::*;
use socai_tlog::*;

/// A segment of four records in a log, and the evidence for one of them.
fn evidence(of: usize) -> Evidence {
    let segment = segment(4);
    let records = segment.records();
    let entry = |i: usize| Entry {
        received_at_ms: 5 + i as u64,
        header_bytes: *records[i].header_bytes(),
        signature: (i == 3).then_some(*segment.signature()),
    };
    let key = KeyEvidence {
        leaf: LeafIndex(2),
        entry: entry(1),
        facts: records[1].facts().clone(),
        proof: vec![leaf_hash(b"a"), leaf_hash(b"b")],
    };
    Evidence {
        operator: *SealingKey::of(&operator()).as_bytes(),
        entry: entry(of),
        facts: records[of].facts().clone(),
        later: records[of + 1..].iter().map(|record| *record.header_bytes()).collect(),
        signature: *segment.signature(),
        keys: vec![key.clone(), KeyEvidence { proof: Vec::new(), ..key }],
    }
}

fn parsed(bytes: &[u8]) -> Result<Evidence, BadEvidence> {
    Evidence::parse(bytes.to_vec().into())
}

#[test]
fn evidence_survives_its_bytes_and_leads_to_the_unit_s_signature() {
    let key = SealingKey::of(&ward());
    for of in 0..4 {
        let evidence = evidence(of);
        let read = parsed(&evidence.to_bytes()).unwrap();
        assert_eq!(read, evidence);
        assert_eq!(read.header().unwrap().seq, UnitSeq(of as u64));
        let covering = read.covering().unwrap();
        assert_eq!(covering.last, EventName { unit: WARD, seq: UnitSeq(3) });
        assert!(covering.is_by(&origin(), &key));
        assert!(!covering.is_by(&origin(), &SealingKey::of(&operator())));
        assert!(!covering.is_by(&Origin::new("so-cai.example/dong-da").unwrap(), &key));
        assert_eq!(read.keys[0].header().unwrap().seq, UnitSeq(1));
    }
    let left_out = Evidence { facts: bytes::Bytes::new(), ..evidence(2) };
    assert!(parsed(&left_out.to_bytes()).unwrap().header().is_ok());
}

#[test]
fn no_bit_of_the_record_s_part_can_be_flipped_unnoticed() {
    let key = SealingKey::of(&ward());
    for of in [0, 3] {
        let evidence = evidence(of);
        let bytes = Evidence { keys: Vec::new(), ..evidence.clone() }.to_bytes();
        let (root, proof) = (evidence.entry.leaf_hash(), []);
        for bit in 0..bytes.len() * 8 {
            if (4..36).contains(&(bit / 8)) {
                continue; // the operator's key: believed only by whoever has no policy
            }
            let mut bad = bytes.clone();
            bad[bit / 8] ^= 1 << (bit % 8);
            let holds = parsed(&bad).is_ok_and(|evidence| {
                let included =
                    verify_inclusion(LeafIndex(0), &evidence.entry.leaf_hash(), TreeSize(1), &root, &proof);
                let chained = evidence.covering().is_ok_and(|end| end.is_by(&origin(), &key));
                included.is_ok() && chained && evidence.header().is_ok()
            });
            assert!(!holds, "bit {} of byte {} was flipped unnoticed", bit % 8, bit / 8);
        }
    }
}

#[test]
fn chains_of_headers_that_do_not_follow_each_other_are_refused() {
    let good = evidence(0);
    let with = |later: Vec<[u8; HEADER_LEN]>| Evidence { later, ..good.clone() }.covering();
    assert!(matches!(with(vec![good.later[1]]), Err(Malformed::Seq { .. })));
    let mut other = Header::decode(&good.later[0]).unwrap();
    other.prev = Link([9; 32]);
    assert!(matches!(with(vec![other.encode()]), Err(Malformed::BrokenLink { .. })));
    other.unit = UnitNo(18);
    assert!(matches!(with(vec![other.encode()]), Err(Malformed::Unit { .. })));
    let mut rotating = good.clone();
    rotating.entry.header_bytes[1] = Header::ROTATES_KEY;
    assert!(matches!(rotating.covering(), Err(Malformed::RotationNotLast { .. })));
    let other_facts = Evidence { facts: b"other".as_slice().into(), ..good.clone() };
    assert!(matches!(other_facts.header(), Err(Malformed::FactsDigest { .. })));
}

#[test]
fn evidence_has_one_form() {
    assert_eq!(parsed(b""), Err(BadEvidence::Magic));
    assert_eq!(parsed(b"EV02"), Err(BadEvidence::Magic));
    assert_eq!(
        parsed(b"EP01"),
        Err(BadEvidence::Paper),
        "the short form shows less and is not taken for the whole"
    );
    for of in [0, 3] {
        let bytes = evidence(of).to_bytes();
        for len in 0..bytes.len() {
            assert!(parsed(&bytes[..len]).is_err(), "cut to {len} bytes");
        }
        assert!(matches!(
            parsed(&[&bytes[..], &[0]].concat()),
            Err(BadEvidence::Part(Malformed::Trailing { .. }))
        ));
    }
    // a signed entry needs no headers, an unsigned one needs some
    let signed = Evidence { later: evidence(0).later, ..evidence(3) };
    let unsigned = Evidence { later: Vec::new(), ..evidence(0) };
    for bad in [signed, unsigned] {
        let refused = parsed(&bad.to_bytes());
        assert!(matches!(refused, Err(BadEvidence::Part(Malformed::SignatureLength { .. }))), "{refused:?}");
    }
    let many = Evidence { later: vec![[0; HEADER_LEN]; 512], ..evidence(0) };
    assert!(matches!(parsed(&many.to_bytes()), Err(BadEvidence::Part(Malformed::Count { got: 512, .. }))));
}

fn tree_of(size: u64) -> MemoryTree {
    let mut tree = MemoryTree::default();
    tree.extend((0..size).map(|i| leaf_hash(&i.to_be_bytes())));
    tree
}

fn checkpoint(size: u64) -> SignedCheckpoint {
    Checkpoint { origin: origin(), size: TreeSize(size), root: tree_of(size).root() }.sign(&operator())
}

fn request(old: u64, new: u64) -> AddCheckpoint {
    let proof = prove_consistency(&tree_of(new), TreeSize(old), TreeSize(new)).unwrap();
    AddCheckpoint { old: TreeSize(old), proof, checkpoint: checkpoint(new).to_string() }
}

fn policy() -> Policy {
    let log = NoteKey::log(origin(), SealingKey::of(&operator()));
    Policy::parse(format!("log {log}\nquorum none\n").as_bytes()).unwrap()
}

#[test]
fn a_request_with_a_consistency_proof_convinces_whoever_kept_the_older_checkpoint() {
    for (old, new) in [(0, 0), (0, 9), (1, 9), (6, 9), (8, 9), (9, 9), (64, 65)] {
        let request = request(old, new);
        let read = AddCheckpoint::parse(request.to_string().as_bytes()).unwrap();
        assert_eq!(read, request);
        assert!(read.verify(&checkpoint(old), &policy()).is_ok(), "{old} to {new}");
        let other = read.verify(&checkpoint(old + 1), &policy());
        assert!(matches!(other, Err(Unproven::Older { .. })), "{other:?}");
    }
    let forked = Checkpoint { origin: origin(), size: TreeSize(6), root: leaf_hash(b"another history") };
    let refused = request(6, 9).verify(&forked.sign(&operator()), &policy());
    assert!(matches!(refused, Err(Unproven::Consistency(_))));
    let elsewhere = Origin::new("so-cai.example/dong-da").unwrap();
    let elsewhere = Checkpoint { origin: elsewhere, size: TreeSize(6), root: tree_of(6).root() };
    assert!(request(6, 9).verify(&elsewhere.sign(&operator()), &policy()).is_err());
}

#[test]
fn no_bit_of_a_request_can_be_flipped_unnoticed() {
    let (good, old) = (request(6, 9).to_string().into_bytes(), checkpoint(6));
    for bit in 0..good.len() * 8 {
        let mut bad = good.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let holds = AddCheckpoint::parse(&bad).is_ok_and(|request| request.verify(&old, &policy()).is_ok());
        assert!(!holds, "bit {} of byte {} was flipped unnoticed", bit % 8, bit / 8);
    }
}

#[test]
fn what_is_not_a_request_is_refused_with_its_line() {
    let hash = "A".repeat(43) + "=";
    let cases = [
        (1, "".to_owned()),
        (1, "old 3\n".to_owned()),
        (1, "old 03\n\nnote\n".to_owned()),
        (1, "Old 3\n\nnote\n".to_owned()),
        (1, "old -3\n\nnote\n".to_owned()),
        (1, "\n\nnote\n".to_owned()),
        (2, format!("old 3\n{}\n\nnote\n", &hash[1..])),
        (3, format!("old 3\n{hash}\n{hash} \n\nnote\n")),
    ];
    for (at, request) in cases {
        let error = AddCheckpoint::parse(request.as_bytes()).unwrap_err();
        assert!(matches!(error, BadProofFile::Line { line, .. } if line == at), "{request:?}: {error}");
    }
    let many = format!("old 1\n{}\nnote\n", format!("{hash}\n").repeat(64));
    assert!(matches!(AddCheckpoint::parse(many.as_bytes()), Err(BadProofFile::TooMuch { got: 64, .. })));
}

proptest! {
    #[test]
    fn no_bytes_make_the_readers_panic(
        of in 0..4_usize,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        bytes in prop::collection::vec(any::<u8>(), 0..300),
    ) {
        let _ = parsed(&bytes);
        let _ = AddCheckpoint::parse(&bytes);
        let mut spoiled = evidence(of).to_bytes();
        changes.iter().for_each(|(at, byte)| { let at = at.index(spoiled.len()); spoiled[at] = *byte });
        spoiled.truncate(cut.index(spoiled.len() * 2));
        if let Ok(evidence) = parsed(&spoiled) {
            prop_assert_eq!(evidence.to_bytes(), spoiled, "evidence has one form");
            let _ = (evidence.covering(), evidence.header());
        }
        let mut spoiled = request(6, 9).to_string().into_bytes();
        changes.iter().for_each(|(at, byte)| { let at = at.index(spoiled.len()); spoiled[at] = *byte });
        if let Ok(request) = AddCheckpoint::parse(&spoiled) {
            prop_assert_eq!(request.to_string().into_bytes(), spoiled, "a request has one form");
        }
    }
}
