//! Consistency proofs, RFC 6962 section 2.1.2: a later tree only appended to an earlier one.

use std::ops::Range;

use crate::{
    digest::Hash,
    names::TreeSize,
    tree::{
        ProofError, empty_root, node_hash,
        source::{HashSource, ProveError, span_hashes},
        split,
    },
};

/// The proof that the tree of size `new` begins with the tree of size `old`; empty when `old` is 0 or `new`.
pub fn prove_consistency<S: HashSource>(
    source: &S,
    old: TreeSize,
    new: TreeSize,
) -> Result<Vec<Hash>, ProveError<S::Error>> {
    span_hashes(source, spans(old, new).map_err(ProveError::Impossible)?)
}

/// Verifies that the tree with size `new` and `new_root` begins with the one with size `old` and `old_root`.
///
/// An empty old tree begins every tree, if its root is the empty one; equal sizes need equal roots. Both with an empty proof.
pub fn verify_consistency(
    old: TreeSize,
    old_root: &Hash,
    new: TreeSize,
    new_root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    let spans = spans(old, new)?;
    let (got, expected) = (proof.len(), spans.len());
    if got != expected {
        return Err(ProofError::Length { got, expected });
    }
    let (old_got, new_got) = match old.0 {
        0 => (empty_root(), if new.0 == 0 { empty_root() } else { *new_root }),
        same if same == new.0 => (*old_root, *old_root),
        _ => roots(old, old_root, &spans, proof),
    };
    check(old, old_got, old_root)?;
    check(new, new_got, new_root)
}

fn check(size: TreeSize, got: Hash, expected: &Hash) -> Result<(), ProofError> {
    if got == *expected { Ok(()) } else { Err(ProofError::Root { size, got, expected: *expected }) }
}

/// Both roots that a proof leads to; `0 < old < new`.
///
/// The ranges left of `old` make up the old tree; with those right of it they make up the new one. When the old tree is a
/// complete subtree of the new one, the proof leaves its hash out, since the verifier holds it as `old_root`.
fn roots(old: TreeSize, old_root: &Hash, spans: &[Range<u64>], proof: &[Hash]) -> (Hash, Hash) {
    let mut path = spans.iter().zip(proof);
    let start = if old.0.is_power_of_two() { None } else { path.next() };
    let start = start.map_or(*old_root, |(_, hash)| *hash);
    path.fold((start, start), |(old_hash, new_hash), (span, hash)| {
        if span.start >= old.0 {
            (old_hash, node_hash(&new_hash, hash))
        } else {
            (node_hash(hash, &old_hash), node_hash(hash, &new_hash))
        }
    })
}

/// The ranges of leaves whose hashes make the proof, RFC 6962's SUBPROOF, lowest first.
fn spans(old: TreeSize, new: TreeSize) -> Result<Vec<Range<u64>>, ProofError> {
    if old.0 > new.0 {
        return Err(ProofError::Shrank { old, new });
    }
    if old.0 == 0 || old == new {
        return Ok(Vec::new());
    }
    let mut tree = 0..new.0;
    let mut spans = Vec::new();
    while tree.end != old.0 {
        let middle = tree.start + split(tree.end - tree.start);
        let (path, beside) = match old.0 <= middle {
            true => (tree.start..middle, middle..tree.end),
            false => (middle..tree.end, tree.start..middle),
        };
        spans.push(beside);
        tree = path;
    }
    if tree.start > 0 {
        spans.push(tree);
    }
    spans.reverse();
    Ok(spans)
}
