//! A whole tree in memory.

use crate::{
    digest::Hash,
    names::TreeSize,
    tree::{Frontier, HashSource},
};

/// Every tile hash of a tree, for tests and for readers small enough to hold one: 32 bytes a leaf and a little.
#[derive(Clone, Debug, Default)]
pub struct MemoryTree {
    frontier: Frontier,
    /// `levels[L][i]` is hash `i` of tile level `L`.
    levels: Vec<Vec<Hash>>,
}

/// A hash that the tree in memory does not reach to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the tree in memory has no {count} hashes from {first} at tile level {tile_level}")]
pub struct NotHeld {
    /// Tile level asked for.
    pub tile_level: u8,
    /// First hash asked for.
    pub first: u64,
    /// How many.
    pub count: usize,
}

impl MemoryTree {
    /// Appends a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        self.frontier.push_with(leaf, |done| {
            if done.level % 8 == 0 {
                let level = usize::from(done.level / 8);
                levels.resize_with(levels.len().max(level + 1), Vec::new);
                levels[level].push(done.hash);
            }
        });
    }

    /// The number of leaves.
    pub fn size(&self) -> TreeSize {
        self.frontier.size()
    }

    /// The root now.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }
}

impl Extend<Hash> for MemoryTree {
    fn extend<T: IntoIterator<Item = Hash>>(&mut self, leaves: T) {
        leaves.into_iter().for_each(|leaf| self.push(leaf));
    }
}

impl HashSource for MemoryTree {
    type Error = NotHeld;

    fn read_hashes(&self, tile_level: u8, first: u64, out: &mut [Hash]) -> Result<(), NotHeld> {
        let count = out.len();
        let level = self.levels.get(usize::from(tile_level));
        let start = usize::try_from(first).ok();
        let held = level.zip(start).and_then(|(level, start)| level.get(start..start.checked_add(count)?));
        out.copy_from_slice(held.ok_or(NotHeld { tile_level, first, count })?);
        Ok(())
    }
}
