//! The log's tree: RFC 6962 section 2.1 with SHA-256, nothing of our own.

mod consistency;
mod frontier;
mod hash;
mod inclusion;
mod memory;
mod source;

pub use consistency::{prove_consistency, verify_consistency};
pub use frontier::{BadFrontier, Completed, Frontier};
pub use hash::{empty_root, entry_hash, leaf_hash, node_hash};
pub use inclusion::{prove_inclusion, root_from_inclusion, verify_inclusion};
pub use memory::{MemoryTree, NotHeld};
pub use source::{HashSource, ProveError, root_at};

use crate::{
    digest::Hash,
    names::{LeafIndex, TreeSize},
};

/// Why a proof does not hold. Either it was damaged or the log shows two faces: nothing may be trusted under that root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// A leaf that the tree does not have.
    #[error("leaf {leaf} is not in a tree of size {size}")]
    NoSuchLeaf {
        /// The leaf asked for.
        leaf: LeafIndex,
        /// The tree.
        size: TreeSize,
    },
    /// A later tree that is smaller than the earlier one.
    #[error("the tree shrank from size {old} to {new}")]
    Shrank {
        /// Size of the earlier tree.
        old: TreeSize,
        /// Size of the later tree.
        new: TreeSize,
    },
    /// A proof with more or fewer hashes than one between these places has.
    #[error("the proof has {got} hashes, one for these sizes has {expected}")]
    Length {
        /// Hashes given.
        got: usize,
        /// Hashes it must have.
        expected: usize,
    },
    /// The proof leads to another root.
    #[error("the proof gives root {got} at size {size}, the checkpoint has {expected}")]
    Root {
        /// The tree whose root is wrong.
        size: TreeSize,
        /// The root that leaf and proof give.
        got: Hash,
        /// The root that was stated.
        expected: Hash,
    },
}

/// The largest power of two below `n`, where RFC 6962 splits a tree of `n` leaves; `n` is at least 2.
fn split(n: u64) -> u64 {
    1 << (n - 1).ilog2()
}
