//! What a witness decides, by the status codes of C2SP tlog-witness.

#![allow(clippy::unwrap_used)] // helpers of tests

use crate::common::*;
use socai_tlog::*;

fn tree_of(size: u64) -> MemoryTree {
    let mut tree = MemoryTree::default();
    tree.extend((0..size).map(|i| leaf_hash(&i.to_be_bytes())));
    tree
}

fn checkpoint(size: u64) -> SignedCheckpoint {
    Checkpoint { origin: origin(), size: TreeSize(size), root: tree_of(size).root() }.sign(&operator())
}

fn forked(size: u64) -> SignedCheckpoint {
    Checkpoint { origin: origin(), size: TreeSize(size), root: leaf_hash(b"another history") }
        .sign(&operator())
}

fn request(old: u64, new: u64, checkpoint: &SignedCheckpoint) -> AddCheckpoint {
    let proof = prove_consistency(&tree_of(new.max(old)), TreeSize(old), TreeSize(new)).unwrap_or_default();
    AddCheckpoint { old: TreeSize(old), proof, checkpoint: checkpoint.to_string() }
}

fn log() -> NoteKey {
    NoteKey::log(origin(), SealingKey::of(&operator()))
}

fn judged(request: &AddCheckpoint, seen: Option<&SignedCheckpoint>) -> Result<TreeSize, u16> {
    let judged = judge_checkpoint(request.to_string().as_bytes(), &log(), seen);
    judged.map(|shown| shown.size()).map_err(|why| why.status())
}

#[test]
fn every_step_of_a_small_history_is_witnessed_and_no_other() {
    for seen in 0..20 {
        let stored = (seen > 0).then(|| checkpoint(seen));
        for new in 0..20 {
            for old in 0..20 {
                let answer = judged(&request(old, new, &checkpoint(new)), stored.as_ref());
                let expected = match (old, new) {
                    _ if old > new => Err(400),
                    _ if old != seen => Err(409),
                    _ => Ok(TreeSize(new)),
                };
                assert_eq!(answer, expected, "seen {seen}, from {old} to {new}");
            }
        }
    }
}

#[test]
fn a_second_history_is_never_witnessed() {
    for seen in 1..20 {
        let stored = checkpoint(seen);
        for new in seen..20 {
            let answer = judged(&request(seen, new, &forked(new)), Some(&stored));
            assert_eq!(answer, Err(422), "seen {seen}, another {new}");
        }
    }
    assert_eq!(judged(&request(0, 0, &forked(0)), None), Err(422), "an empty tree has one root");
    let mut with_proof = request(0, 5, &checkpoint(5));
    with_proof.proof.push(Hash::ZERO);
    assert_eq!(judged(&with_proof, None), Err(422), "nothing is proven from nothing");
}

#[test]
fn what_is_not_this_log_s_is_told_apart() {
    let seen = checkpoint(5);
    let good = request(5, 9, &checkpoint(9));
    let other_key = Checkpoint { origin: origin(), size: TreeSize(9), root: tree_of(9).root() }.sign(&key(9));
    assert_eq!(judged(&request(5, 9, &other_key), Some(&seen)), Err(403));
    let elsewhere = Origin::new("so-cai.example/dong-da").unwrap();
    let elsewhere = Checkpoint { origin: elsewhere, size: TreeSize(9), root: tree_of(9).root() };
    assert_eq!(judged(&request(5, 9, &elsewhere.sign(&operator())), Some(&seen)), Err(404));
    let mut bad = good.clone();
    bad.proof[0].0[0] ^= 1;
    assert_eq!(judged(&bad, Some(&seen)), Err(422));
    bad.proof.pop();
    assert_eq!(judged(&bad, Some(&seen)), Err(422));
    for text in ["", "old 5\n", "old x\n\n", "old 5\n\nnot a note\n", "old 5\n\na\n1\nb\n\n— n AAAAAAAA\n"]
    {
        let refused = judge_checkpoint(text.as_bytes(), &log(), Some(&seen)).unwrap_err();
        assert_eq!(refused.status(), 400, "{text:?}: {refused}");
    }
    let refused = judge_checkpoint(good.to_string().as_bytes(), &log(), Some(&checkpoint(6))).unwrap_err();
    assert_eq!(refused, NotWitnessed::Seen { seen: TreeSize(6) });
}
