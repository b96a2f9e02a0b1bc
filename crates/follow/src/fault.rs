//! What does not verify, and where.

use std::path::PathBuf;

use socai_log::{DerivedFault, LogError};
use socai_tlog::{EventName, SealingKey, TreeSize, UnitNo};

/// One thing that does not verify.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Fault {
    /// A file cannot be read, or its bytes are not what the log commits to.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A derived file differs from what the volumes give.
    #[error(transparent)]
    Derived(#[from] DerivedFault),
    /// The signature over a segment is not the unit's.
    #[error("{}, byte {offset}: the signature that ends with record {name} was not made with the key {key} of its unit", path.display())]
    Signature {
        /// The volume.
        path: PathBuf,
        /// The record's frame.
        offset: u64,
        /// The last record of the segment.
        name: EventName,
        /// The key registered for that place.
        key: Box<SealingKey>,
    },
    /// A record at the end of a commit that no signature covers.
    #[error("{}, byte {offset}: record {name} is covered by no signature of its unit when its batch is committed", path.display())]
    Uncovered {
        /// The volume.
        path: PathBuf,
        /// The record's frame.
        offset: u64,
        /// The record.
        name: EventName,
    },
    /// A record of a unit that the operator had not registered at that place.
    #[error("{}, byte {offset}: record {name} is of unit {unit}, which is not registered before it", path.display())]
    Unregistered {
        /// The volume.
        path: PathBuf,
        /// The record's frame.
        offset: u64,
        /// The record.
        name: EventName,
        /// Its unit.
        unit: UnitNo,
    },
    /// A chain that begins in another ledger, or under another key.
    #[error("{}, byte {offset}: record {name} does not begin at the genesis of {origin} for its unit's first key", path.display())]
    Genesis {
        /// The volume.
        path: PathBuf,
        /// The record's frame.
        offset: u64,
        /// The record.
        name: EventName,
        /// The ledger.
        origin: String,
    },
    /// A commit's checkpoint that the operator did not sign.
    #[error("{}, byte {offset}: the checkpoint of size {size} does not verify: {reason}", path.display())]
    Checkpoint {
        /// The volume.
        path: PathBuf,
        /// The commit's frame.
        offset: u64,
        /// The size it is for.
        size: TreeSize,
        /// What is wrong.
        reason: String,
    },
    /// Bytes behind the last commit while nobody writes.
    #[error("{}, byte {offset}: {len} bytes behind the last commit are covered by no checkpoint; the next start of the district cuts them", path.display())]
    Tail {
        /// The volume.
        path: PathBuf,
        /// Where they start.
        offset: u64,
        /// How many.
        len: u64,
    },
    /// The `checkpoint` file is of this log and ahead of it: records were lost.
    #[error("{}: the operator signed size {published}, but the log ends at size {found}: committed records are missing", path.display())]
    Ahead {
        /// The checkpoint file.
        path: PathBuf,
        /// The size it states.
        published: TreeSize,
        /// Where the log ends.
        found: TreeSize,
    },
}

impl Fault {
    /// Whether the next start of the district repairs it, nothing of the record being lost.
    #[must_use]
    pub fn is_repaired_by_start(&self) -> bool {
        matches!(self, Fault::Derived(_) | Fault::Tail { .. })
    }
}
