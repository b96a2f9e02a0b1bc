//! The right edge of the tree: all that is needed to append and to know the root.

use crate::{
    digest::Hash,
    names::TreeSize,
    tree::{empty_root, node_hash},
};

/// Sizes a frontier may be read back with; no pushing gets from there to the end of `u64`.
const MAX_SIZE: u64 = 1 << 62;

/// A subtree that a push completed: `hash` covers leaves `index << level` to `(index + 1) << level`.
///
/// Levels are binary: the leaf is level 0, and level `8 * L` holds the hashes of tile level `L`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Completed {
    /// Height of the subtree.
    pub level: u8,
    /// Its place among the subtrees of that height.
    pub index: u64,
    /// Its hash.
    pub hash: Hash,
}

/// The roots of the complete subtrees that make up a tree, one per bit of its size.
#[derive(Clone)]
pub struct Frontier {
    size: u64,
    /// `peaks[level]` is the subtree of height `level`, meaningful where `size` has that bit.
    peaks: [Hash; 64],
}

/// Bytes that are not a frontier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a frontier of size {size} has {expected} bytes, got {got}")]
pub struct BadFrontier {
    /// The size in its first 8 bytes, 0 if they are not there.
    pub size: u64,
    /// Length of the given bytes.
    pub got: usize,
    /// Length for that size; 0 for a size over 2^62.
    pub expected: usize,
}

impl Default for Frontier {
    fn default() -> Self {
        Frontier { size: 0, peaks: [Hash::ZERO; 64] }
    }
}

impl Frontier {
    /// Appends a leaf, at one node hash on average.
    pub fn push(&mut self, leaf: Hash) {
        self.push_with(leaf, |_| ());
    }

    /// Appends a leaf and hands over each subtree it completes, from the leaf upwards.
    #[inline]
    pub fn push_with(&mut self, leaf: Hash, mut completed: impl FnMut(Completed)) {
        let mut hash = leaf;
        let mut level = 0;
        completed(Completed { level: 0, index: self.size, hash });
        while self.size >> level & 1 == 1 {
            hash = node_hash(&self.peaks[level as usize], &hash);
            level += 1;
            completed(Completed { level, index: self.size >> level, hash });
        }
        self.peaks[level as usize] = hash; // size is below 2^63, so level is below 63
        self.size += 1;
    }

    /// The number of leaves.
    pub fn size(&self) -> TreeSize {
        TreeSize(self.size)
    }

    /// The root of the tree so far; costs a node hash per peak.
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks_up();
        let Some(smallest) = peaks.next() else { return empty_root() };
        peaks.fold(*smallest, |right, left| node_hash(left, &right))
    }

    /// The peaks from the lowest, rightmost one up.
    fn peaks_up(&self) -> impl DoubleEndedIterator<Item = &Hash> {
        (0..64).filter(|level| self.size >> level & 1 == 1).map(|level| &self.peaks[level])
    }

    /// `u64` size, then the peaks from left to right, 32 bytes each.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = self.size.to_be_bytes().to_vec();
        self.peaks_up().rev().for_each(|peak| bytes.extend(peak.0));
        bytes
    }

    /// Reads [`Frontier::to_bytes`]. The peaks are taken as they are: compare the root with one you trust.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadFrontier> {
        let got = bytes.len();
        let Some((size, mut peaks)) = bytes.split_first_chunk() else {
            return Err(BadFrontier { size: 0, got, expected: 8 });
        };
        let size = u64::from_be_bytes(*size);
        let expected = if size <= MAX_SIZE { 8 + 32 * size.count_ones() as usize } else { 0 };
        if got != expected {
            return Err(BadFrontier { size, got, expected });
        }
        let mut frontier = Frontier { size, ..Frontier::default() };
        for level in (0..64).rev().filter(|level| size >> level & 1 == 1) {
            if let Some((peak, rest)) = peaks.split_first_chunk() {
                (frontier.peaks[level], peaks) = (Hash(*peak), rest);
            }
        }
        Ok(frontier)
    }
}

impl PartialEq for Frontier {
    fn eq(&self, other: &Self) -> bool {
        self.size == other.size && self.peaks_up().eq(other.peaks_up())
    }
}

impl Eq for Frontier {}

impl std::fmt::Debug for Frontier {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "Frontier(size {}, root {})", self.size, self.root())
    }
}
