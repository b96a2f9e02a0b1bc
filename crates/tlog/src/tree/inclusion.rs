//! Inclusion proofs, RFC 6962 section 2.1.1: an entry is in the tree of a checkpoint.

use std::ops::Range;

use crate::{
    digest::Hash,
    names::{LeafIndex, TreeSize},
    tree::{
        ProofError, node_hash,
        source::{HashSource, ProveError, span_hashes},
        split,
    },
};

/// The proof that `leaf` is in the tree of `size`: sibling hashes from the leaf up, at most 64.
pub fn prove_inclusion<S: HashSource>(
    source: &S,
    leaf: LeafIndex,
    size: TreeSize,
) -> Result<Vec<Hash>, ProveError<S::Error>> {
    span_hashes(source, siblings(leaf, size).map_err(ProveError::Impossible)?)
}

/// Verifies that the entry with hash `leaf_hash` is leaf `leaf` of the tree with `size` and `root`.
pub fn verify_inclusion(
    leaf: LeafIndex,
    leaf_hash: &Hash,
    size: TreeSize,
    root: &Hash,
    proof: &[Hash],
) -> Result<(), ProofError> {
    let got = root_from_inclusion(leaf, leaf_hash, size, proof)?;
    if got == *root { Ok(()) } else { Err(ProofError::Root { size, got, expected: *root }) }
}

/// The root that a leaf and its proof lead to.
pub fn root_from_inclusion(
    leaf: LeafIndex,
    leaf_hash: &Hash,
    size: TreeSize,
    proof: &[Hash],
) -> Result<Hash, ProofError> {
    let siblings = siblings(leaf, size)?;
    let (got, expected) = (proof.len(), siblings.len());
    if got != expected {
        return Err(ProofError::Length { got, expected });
    }
    let path = siblings.iter().zip(proof);
    Ok(path.fold(*leaf_hash, |hash, (span, sibling)| {
        if span.start > leaf.0 { node_hash(&hash, sibling) } else { node_hash(sibling, &hash) }
    }))
}

/// The ranges of leaves beside the path from `leaf` to the root, lowest first.
fn siblings(leaf: LeafIndex, size: TreeSize) -> Result<Vec<Range<u64>>, ProofError> {
    if leaf.0 >= size.0 {
        return Err(ProofError::NoSuchLeaf { leaf, size });
    }
    let mut tree = 0..size.0;
    let mut spans = Vec::new();
    while tree.end - tree.start > 1 {
        let middle = tree.start + split(tree.end - tree.start);
        let (path, beside) = match leaf.0 < middle {
            true => (tree.start..middle, middle..tree.end),
            false => (middle..tree.end, tree.start..middle),
        };
        spans.push(beside);
        tree = path;
    }
    spans.reverse();
    Ok(spans)
}
