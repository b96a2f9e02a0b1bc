//! What a verification comes to.

use socai_log::Committed;
use socai_tlog::{Hash, TreeSize};

use crate::{fault::Fault, keys::KeyChange, standing::Standing, unkept::Unkept};

/// What a pass went over.
#[derive(Clone, Debug, Default)]
pub struct Verified {
    /// Number of entries.
    pub size: TreeSize,
    /// Root over them.
    pub root: Option<Hash>,
    /// The newest checkpoint, a signed note.
    pub checkpoint: Vec<u8>,
    /// When the operator took the last entry, milliseconds since 1970 UTC.
    pub received_at_ms: u64,
    /// Commits, each with its checkpoint.
    pub commits: u64,
    /// Signatures of units that were read.
    pub signatures: u64,
    /// How many of them were verified.
    pub signatures_verified: u64,
    /// Units that the operator registered.
    pub units: u64,
    /// Units registered and keys replaced, in the order of the log; the first 10,000.
    pub key_changes: Vec<KeyChange>,
    /// Annexes that are there and match.
    pub annexes: u64,
    /// Annexes that were erased.
    pub erased_annexes: u64,
    /// Annexes that a header commits to and this log never had.
    pub absent_annexes: u64,
    /// The erased and the absent ones, in the order of the log.
    pub unkept: Vec<Unkept>,
    /// Bytes of volumes.
    pub volume_bytes: u64,
    /// Bytes of annex volumes.
    pub annex_bytes: u64,
    /// Bytes of derived files.
    pub derived_bytes: u64,
    /// What does not verify, in the order of the log, then what concerns the whole; empty is the only good answer.
    ///
    /// The first 100; [`Verified::faults_found`] tells how many there are.
    pub faults: Vec<Fault>,
    /// How many faults there are.
    pub faults_found: u64,
    /// The commit it went up to; none when there is no end to be found.
    pub end: Option<Committed>,
    /// Entries that were verified before and not gone over again. What is counted above is behind them, but size, root and units.
    pub skipped: TreeSize,
    /// Where the next verification may go on; none when the record does not hold.
    pub standing: Option<Standing>,
}

impl Verified {
    /// Whether everything verified.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.faults.is_empty()
    }
}
