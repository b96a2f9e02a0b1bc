//! How a verification is done, and how far it is.

use socai_tlog::{Hash, TreeSize};

/// How a verification is done.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Threads, at least one.
    pub threads: usize,
    /// Whether a writer may be at work: then the log ends at the published checkpoint, and what lies behind is on its way.
    pub is_live: bool,
    /// Which signatures of units are verified.
    pub signatures: Signatures,
    /// What the operator signed before and the log must still hold.
    pub kept: Option<Kept>,
}

/// Size and root of an older checkpoint that somebody kept outside the ledger. Its signature was verified by whoever kept it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Number of entries, at least one.
    pub size: TreeSize,
    /// Root over them.
    pub root: Hash,
}

/// Which signatures of units are verified. All of them are read, and bound by the tree, either way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signatures {
    /// The last of each unit under each of its keys. It is over a link, and a link hangs on every record before it, so it vouches for
    /// all that the key covers. Should one fail, all are verified, to find the first that does not hold.
    Covering,
    /// Every one.
    Every,
}

/// How far a verification is.
#[derive(Clone, Copy, Debug)]
pub struct Progress {
    /// Entries passed.
    pub done: u64,
    /// Entries in all.
    pub of: u64,
}
