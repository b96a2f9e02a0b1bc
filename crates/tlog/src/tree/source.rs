//! Where proofs get hashes from: stored tile levels.

use std::ops::Range;

use crate::{
    digest::Hash,
    names::TreeSize,
    tree::{ProofError, empty_root, node_hash},
};

/// Stored hashes of the tree, as tiles hold them: hash `i` of tile level `L` covers leaves `i * 256^L` to `(i + 1) * 256^L`.
///
/// Only complete subtrees are ever asked for, at most 128 neighbours at once, all inside one tile.
pub trait HashSource {
    /// Why hashes could not be read.
    type Error;

    /// Fills `out` with hashes `first..` of tile level `tile_level`.
    fn read_hashes(&self, tile_level: u8, first: u64, out: &mut [Hash]) -> Result<(), Self::Error>;
}

impl<S: HashSource + ?Sized> HashSource for &S {
    type Error = S::Error;
    fn read_hashes(&self, tile_level: u8, first: u64, out: &mut [Hash]) -> Result<(), S::Error> {
        (**self).read_hashes(tile_level, first, out)
    }
}

/// Why a proof could not be made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProveError<E> {
    /// There is no such proof.
    #[error(transparent)]
    Impossible(ProofError),
    /// Stored hashes could not be read.
    #[error("hashes of the tree could not be read")]
    Source(#[source] E),
}

/// The root the log had at `size`.
pub fn root_at<S: HashSource>(source: &S, size: TreeSize) -> Result<Hash, S::Error> {
    if size.0 == 0 { Ok(empty_root()) } else { span_hash(source, 0..size.0) }
}

/// The hash of leaves `span`, one of the ranges that RFC 6962 splits a tree into, so its start is aligned to its length.
pub(super) fn span_hash<S: HashSource>(source: &S, span: Range<u64>) -> Result<Hash, S::Error> {
    let len = span.end - span.start;
    let mut levels = (0..64).filter(|level| len >> level & 1 == 1);
    let mut end = span.end;
    let mut next = |level: u8| {
        end -= 1 << level;
        subtree_hash(source, level, end >> level)
    };
    // len is at least 1, so it has a lowest bit
    let mut hash = next(levels.next().unwrap_or(0))?;
    for level in levels {
        hash = node_hash(&next(level)?, &hash);
    }
    Ok(hash)
}

/// The hash of complete subtree `index` of height `level`: its 1 to 128 stored hashes, folded.
fn subtree_hash<S: HashSource>(source: &S, level: u8, index: u64) -> Result<Hash, S::Error> {
    let mut hashes = [Hash::ZERO; 128];
    let mut width = 1 << (level % 8);
    source.read_hashes(level / 8, index << (level % 8), &mut hashes[..width])?;
    while width > 1 {
        width /= 2;
        for i in 0..width {
            hashes[i] = node_hash(&hashes[2 * i], &hashes[2 * i + 1]);
        }
    }
    Ok(hashes[0])
}

/// The hashes of `spans` in order.
pub(super) fn span_hashes<S: HashSource>(
    source: &S,
    spans: Vec<Range<u64>>,
) -> Result<Vec<Hash>, ProveError<S::Error>> {
    spans.into_iter().map(|span| span_hash(source, span).map_err(ProveError::Source)).collect()
}
