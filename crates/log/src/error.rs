//! What can go wrong, grouped by the remedy.

use std::{io, path::PathBuf, sync::Arc};

use socai_tlog::{ChainHead, Digest, EventName, Hash, LeafIndex, Malformed, TreeSize, UnitNo};

/// Why the log or journal could not do what was asked. Every variant says where, and what to do.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogError {
    /// Unavailable: the file system refused. What was committed is untouched; reopen when the cause is gone.
    #[error("cannot {action} {}{}: {source}{}", path.display(), At(*offset), advice(source))]
    Io {
        /// What was tried, as a verb.
        action: &'static str,
        /// The file or directory.
        path: PathBuf,
        /// Byte position of a read or write.
        offset: Option<u64>,
        /// The system's reason.
        source: Arc<io::Error>,
    },
    /// Tampered or rotten: bytes that were committed are not what they were. Stop and restore.
    #[error(
        "{} is damaged at byte {offset}: {what}. Nothing was changed; restore this file from a mirror or backup of the log",
        path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Where the first part that does not hold starts.
        offset: u64,
        /// What does not hold there.
        what: Box<Damage>,
    },
    /// Lost: a checkpoint of this very log says that it was longer. Signing on would fork the log.
    #[error(
        "{} is a valid checkpoint of this log at size {published}, but the log ends at size {found} (byte {offset} of {}): \
         committed records are missing. Restore the log from a mirror or backup that reaches size {published}; \
         never delete the checkpoint to go on, that would sign a second history",
        checkpoint.display(), volume.display()
    )]
    Ahead {
        /// The checkpoint file.
        checkpoint: PathBuf,
        /// Size it is for.
        published: TreeSize,
        /// Size of the last commit that could be read.
        found: TreeSize,
        /// Last volume.
        volume: PathBuf,
        /// End of the last commit that could be read, in bytes of that volume.
        offset: u64,
    },
    /// Lost: a journal's note of its own end says that it was longer.
    #[error(
        "{} says that records up to number {noted} were sealed, but the journal ends at number {found} (byte {offset} of {}). \
         Restore the journal from a backup, or delete {} to go on without them: \
         the district's signed head then tells which of them it holds",
        note.display(), volume.display(), note.display()
    )]
    JournalShort {
        /// The file that notes the end.
        note: PathBuf,
        /// Next number according to it.
        noted: u64,
        /// Next number according to the journal.
        found: u64,
        /// Last journal file.
        volume: PathBuf,
        /// End of the last sealed segment, in bytes of that file.
        offset: u64,
    },
    /// Misuse: the directory belongs to another ledger or unit.
    #[error("{} belongs to {what} {got}, opened as {expected}: check the directory given", path.display())]
    Foreign {
        /// The file that says so.
        path: PathBuf,
        /// Which mark differs.
        what: &'static str,
        /// The mark in the file.
        got: String,
        /// The mark asked for.
        expected: String,
    },
    /// Conflict: another process writes here.
    #[error("{} is locked: another process writes here; stop it, or use the commands that only read", path.display())]
    Locked {
        /// The lock file.
        path: PathBuf,
    },
    /// Retry: a write or sync failed before, so what is on the disk is not known until the files are read again.
    #[error("the writer stopped after `{cause}`: open the log again, which re-reads what is on the disk")]
    Poisoned {
        /// The first failure.
        cause: Arc<LogError>,
    },
    /// Retry: a derived file ends before what was committed, as after a power cut.
    #[error("{} has {have} bytes, {need} are needed: `socai rebuild` or the next start of the writer completes it", path.display())]
    Behind {
        /// The derived file.
        path: PathBuf,
        /// Bytes needed.
        need: u64,
        /// Bytes there.
        have: u64,
    },
    /// The derived file `positions` says of a leaf what the volume refutes; nothing of the log is lost.
    #[error(
        "{} is wrong at byte {offset}: leaf {leaf} is not at byte {said} of {}. It is derived, nothing of the log is lost: \
         `socai rebuild` or the next start of the writer makes it right",
        path.display(), volume.display()
    )]
    Position {
        /// The derived file.
        path: PathBuf,
        /// Where it is wrong.
        offset: u64,
        /// The leaf that was looked for.
        leaf: LeafIndex,
        /// Where the file says that the leaf's frame is.
        said: u64,
        /// The volume.
        volume: PathBuf,
    },
    /// The derived file of a unit says of a record what the log refutes; nothing of the log is lost.
    #[error(
        "{} is wrong at byte {offset}: record {name} is not leaf {said}. It is derived, nothing of the log is lost: \
         `socai rebuild` makes it right",
        path.display()
    )]
    Name {
        /// The derived file.
        path: PathBuf,
        /// Where it is wrong.
        offset: u64,
        /// The record that was looked for.
        name: EventName,
        /// The leaf that the file says it is.
        said: u64,
    },
    /// Misuse: a leaf, tree or record that does not exist.
    #[error("{what} {got} is outside this log, which ends at {end}")]
    Outside {
        /// What was asked for.
        what: &'static str,
        /// Its number.
        got: u64,
        /// The first number that does not exist.
        end: u64,
    },
    /// Misuse: there is no such record.
    #[error("record {name} is not in this log")]
    NoRecord {
        /// The name asked for.
        name: EventName,
    },
    /// Misuse: a record that does not continue its unit's chain; the caller must discard it and answer with the head.
    #[error("{name} continues {}, the head of unit {} is {}", Head(got), name.unit, Head(expected))]
    NotNext {
        /// The record.
        name: EventName,
        /// The head it would continue.
        got: ChainHead,
        /// The head there is.
        expected: ChainHead,
    },
    /// Misuse: entries are received in order of time.
    #[error(
        "an entry received at {got} ms cannot follow one received at {last} ms: clamp the clock to the last entry's time"
    )]
    TimeBackwards {
        /// Time of the new entry.
        got: u64,
        /// Time of the last entry.
        last: u64,
    },
    /// Misuse: calls in an order that cannot work.
    #[error("{0}")]
    Misuse(&'static str),
}

/// What does not hold at a place of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Damage {
    /// The file ends inside a frame.
    #[error("a frame needs {need} bytes, {have} are left")]
    Truncated {
        /// Bytes the frame needs.
        need: u64,
        /// Bytes left.
        have: u64,
    },
    /// A frame longer than any can be.
    #[error("a frame of {got} bytes, the limit is {limit}")]
    FrameLength {
        /// Length it states.
        got: u64,
        /// The most allowed.
        limit: u64,
    },
    /// The checksum of a frame is wrong.
    #[error("the checksum is {got:08x}, the bytes give {expected:08x}")]
    Checksum {
        /// CRC stored.
        got: u32,
        /// CRC of the bytes.
        expected: u32,
    },
    /// A frame that cannot stand here.
    #[error("a frame of kind {got}, expected {expected}")]
    FrameKind {
        /// Kind byte.
        got: u8,
        /// What may stand here.
        expected: &'static str,
    },
    /// A frame whose parts contradict each other or their layout.
    #[error("{0} is not in its layout")]
    Layout(&'static str),
    /// A header that does not decode.
    #[error("{0}")]
    Header(Malformed),
    /// A number that does not follow.
    #[error("{what} is {got}, expected {expected}")]
    Number {
        /// What is counted.
        what: &'static str,
        /// Number stored.
        got: u64,
        /// Number that follows from what stands before.
        expected: u64,
    },
    /// A header that does not continue its unit's chain.
    #[error("the chain of unit {unit} is broken at {name}")]
    Chain {
        /// The unit.
        unit: UnitNo,
        /// The record.
        name: EventName,
    },
    /// An annex that is not stored behind the one before.
    #[error("the annex of {name} lies at byte {got} of its volume, expected {expected}")]
    Annex {
        /// The record.
        name: EventName,
        /// Position in its record.
        got: u64,
        /// End of the annex before.
        expected: u64,
    },
    /// Facts or annex that are not those of the header.
    #[error("{what} of {name} hash to {got}, the header says {expected}")]
    Content {
        /// `the facts` or `the annex`.
        what: &'static str,
        /// The record.
        name: EventName,
        /// BLAKE3 of the stored bytes.
        got: Digest,
        /// BLAKE3 in the header.
        expected: Digest,
    },
    /// The tree over the entries is not the one that was signed.
    #[error("the entries hash to root {expected}, the commit signed {got}")]
    Root {
        /// Root in the commit.
        got: Hash,
        /// Root of the stored entries.
        expected: Hash,
    },
    /// A checkpoint that is not a signed note of this log.
    #[error("the checkpoint is not one that this log's key signed: {0}")]
    Checkpoint(String),
    /// A file of the sequence is not there.
    #[error("the file is missing")]
    Missing,
}

impl LogError {
    /// Whether the disk is full: nothing is lost, free space and open again.
    pub fn is_disk_full(&self) -> bool {
        match self {
            LogError::Io { source, .. } => {
                matches!(source.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
            }
            LogError::Poisoned { cause } => cause.is_disk_full(),
            _ => false,
        }
    }

    /// Whether stored bytes are wrong, as opposed to unavailable or misused.
    pub fn is_damage(&self) -> bool {
        matches!(
            self,
            LogError::Damaged { .. }
                | LogError::Position { .. }
                | LogError::Name { .. }
                | LogError::Ahead { .. }
                | LogError::JournalShort { .. }
        )
    }

    pub(crate) fn outside(what: &'static str, leaf: LeafIndex, size: TreeSize) -> Self {
        LogError::Outside { what, got: leaf.0, end: size.0 }
    }
}

/// What to do about a failure of the file system.
fn advice(source: &io::Error) -> &'static str {
    match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            ". Nothing that was committed is affected: free some space and start again"
        }
        io::ErrorKind::PermissionDenied => ". Check who owns the directory",
        _ => "",
    }
}

struct At(Option<u64>);

impl std::fmt::Display for At {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.map_or(Ok(()), |offset| write!(out, " at byte {offset}"))
    }
}

struct Head<'a>(&'a ChainHead);

impl std::fmt::Display for Head<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "number {} after link {}", self.0.next_seq, self.0.link)
    }
}
