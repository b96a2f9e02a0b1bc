//! What does not verify, and where.

use std::path::{Path, PathBuf};

use socai_log::{DerivedFault, LogError, Tail};
use socai_tlog::{EventName, SealingKey, TreeSize, UnitNo};

use crate::options::Kept;

/// One thing that does not verify.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Fault {
    /// A file cannot be read, or its bytes are not what the log commits to.
    #[error(transparent)]
    Log(#[from] LogError),
    /// An annex is not the one its record commits to.
    #[error("{cause} (annex of record {name})")]
    Annex {
        /// The record.
        name: EventName,
        /// Where the annex should be, and what is there.
        cause: LogError,
    },
    /// A derived file differs from what the volumes give, or a file does not belong.
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
    /// A record that no signature made with its unit's key of that place covers.
    #[error("{}, byte {offset}: record {name} is covered by no signature of its unit", path.display())]
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
    /// Evidence of a fork that proves none: a unit was suspended by it.
    #[error("{}, byte {offset}: record {name} claims that a unit forked its chain and does not prove it: {reason}", path.display())]
    Evidence {
        /// The volume.
        path: PathBuf,
        /// The record's frame.
        offset: u64,
        /// The operator's record.
        name: EventName,
        /// What is wrong.
        reason: &'static str,
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
        /// The volume or annex volume.
        path: PathBuf,
        /// Where they start.
        offset: u64,
        /// How many.
        len: u64,
    },
    /// The `checkpoint` file is of this log and ahead of it: records were lost.
    #[error("{}: the operator signed size {published}, but the log can be read to size {found} only: committed records are missing", path.display())]
    Ahead {
        /// The checkpoint file.
        path: PathBuf,
        /// The size it states.
        published: TreeSize,
        /// Where the log ends.
        found: TreeSize,
    },
    /// The log is another than the one an older checkpoint was signed for: history was changed under the operator's key.
    #[error("{}, byte {offset}: the operator signed size {} with root {} before, and this log is another there: history was rewritten", path.display(), kept.size, kept.root)]
    Rewritten {
        /// The volume.
        path: PathBuf,
        /// The first commit at or behind that size.
        offset: u64,
        /// What was signed before.
        kept: Kept,
    },
    /// The log ends before an older checkpoint: an old copy, or its end was cut off.
    #[error("{}: the operator signed size {kept} before, and the log has {found} entries: it is an old copy or was cut", path.display())]
    RolledBack {
        /// The last volume.
        path: PathBuf,
        /// The size that was signed before.
        kept: TreeSize,
        /// Where the log ends.
        found: TreeSize,
    },
}

impl Fault {
    pub(crate) fn tail(tail: Tail) -> Self {
        Fault::Tail { path: tail.path, offset: tail.offset, len: tail.len }
    }

    /// Whether the next start of the district repairs it, nothing of the record being lost.
    #[must_use]
    pub fn is_repaired_by_start(&self) -> bool {
        match self {
            Fault::Derived(fault) => fault.what.is_repaired_by_start(),
            Fault::Tail { .. } => true,
            _ => false,
        }
    }

    /// Whether nothing is known to be wrong, a file only could not be read.
    #[must_use]
    pub fn is_unreadable(&self) -> bool {
        match self {
            Fault::Log(error) | Fault::Annex { cause: error, .. } => !error.is_damage() && !is_foreign(error),
            _ => false,
        }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match self {
            Fault::Log(error) | Fault::Annex { cause: error, .. } => place_of(error).map(|(path, _)| path),
            Fault::Derived(DerivedFault { path, .. })
            | Fault::Signature { path, .. }
            | Fault::Uncovered { path, .. }
            | Fault::Unregistered { path, .. }
            | Fault::Genesis { path, .. }
            | Fault::Evidence { path, .. }
            | Fault::Checkpoint { path, .. }
            | Fault::Tail { path, .. }
            | Fault::Rewritten { path, .. }
            | Fault::RolledBack { path, .. }
            | Fault::Ahead { path, .. } => Some(path),
        }
    }

    /// Where in the file, in bytes: for a record or checkpoint the start of its frame.
    #[must_use]
    pub fn offset(&self) -> Option<u64> {
        match self {
            Fault::Log(error) | Fault::Annex { cause: error, .. } => place_of(error).and_then(|(_, at)| at),
            Fault::Derived(DerivedFault { offset, .. })
            | Fault::Signature { offset, .. }
            | Fault::Uncovered { offset, .. }
            | Fault::Unregistered { offset, .. }
            | Fault::Genesis { offset, .. }
            | Fault::Evidence { offset, .. }
            | Fault::Checkpoint { offset, .. }
            | Fault::Rewritten { offset, .. }
            | Fault::Tail { offset, .. } => Some(*offset),
            Fault::Ahead { .. } => Some(0),
            Fault::RolledBack { .. } => None,
        }
    }

    /// The record, when the fault is one record's.
    #[must_use]
    pub fn name(&self) -> Option<EventName> {
        match self {
            Fault::Annex { name, .. }
            | Fault::Signature { name, .. }
            | Fault::Uncovered { name, .. }
            | Fault::Unregistered { name, .. }
            | Fault::Genesis { name, .. }
            | Fault::Evidence { name, .. } => Some(*name),
            Fault::Log(_)
            | Fault::Derived(_)
            | Fault::Checkpoint { .. }
            | Fault::Tail { .. }
            | Fault::Rewritten { .. }
            | Fault::RolledBack { .. }
            | Fault::Ahead { .. } => None,
        }
    }
}

fn is_foreign(error: &LogError) -> bool {
    matches!(error, LogError::Foreign { .. })
}

fn place_of(error: &LogError) -> Option<(&Path, Option<u64>)> {
    match error {
        LogError::Io { path, offset, .. } => Some((path, *offset)),
        LogError::Damaged { path, offset, .. } => Some((path, Some(*offset))),
        LogError::Position { path, offset, .. } | LogError::Name { path, offset, .. } => {
            Some((path, Some(*offset)))
        }
        LogError::Foreign { path, .. } => Some((path, Some(0))),
        LogError::Behind { path, have, .. } => Some((path, Some(*have))),
        LogError::Ahead { volume, offset, .. } => Some((volume, Some(*offset))),
        _ => None,
    }
}
