//! Replay: the records of a log, in order, through the fold.
//!
//! Start-up, live operation, rebuild and every question about the past run this loop; they differ in where they stop.

use std::{num::NonZero, thread::available_parallelism};

use socai_domain::Position;
use socai_fold::{Facts, FactsUnavailable, Fold, FoldError, Original, Recorded, Verdict};
use socai_log::{LogError, Reader, RecordRef};
use socai_tlog::{EventName, Header, LeafIndex, Malformed, TreeSize};

/// Why a replay stopped early.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log could not be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A header of the log does not decode.
    #[error("leaf {leaf}: {cause}; verify the log")]
    Header {
        /// The record.
        leaf: LeafIndex,
        /// What is wrong.
        cause: Malformed,
    },
    /// The fold cannot go on.
    #[error(transparent)]
    Fold(#[from] FoldError),
}

/// Earlier facts by name, from the log's own indexes.
pub struct LogFacts<'a> {
    /// The log.
    pub reader: &'a Reader,
    /// Facts behind this committed size are not looked at.
    pub within: TreeSize,
}

impl Facts for LogFacts<'_> {
    fn find(&self, name: EventName) -> Result<Option<Original>, FactsUnavailable> {
        let found = self.reader.find_with(name, self.within, |found| Original {
            leaf: found.leaf,
            received_at_ms: found.record.received_at_ms(),
            facts: found.record.facts().to_vec(),
        });
        found.map_err(|error| FactsUnavailable { name, why: error.to_string() })
    }
}

/// So many records take longer than a thread's start by far.
const WORTH_A_THREAD: u64 = 1 << 16;

/// Takes a fold from where it is to `to`, telling `each` verdict as it falls. A second thread reads ahead when there is much to read and a
/// processor for it.
///
/// # Errors
/// The log cannot be read, or the fold cannot go on; the fold then stands after the last record it took.
pub fn replay(
    reader: &Reader,
    fold: &mut Fold,
    to: TreeSize,
    each: impl FnMut(&RecordRef<'_>, &Verdict),
) -> Result<(), ReplayError> {
    let is_long = to.0.saturating_sub(fold.size().0) >= WORTH_A_THREAD;
    let threads = if is_long { available_parallelism().map_or(1, NonZero::get) } else { 1 };
    replay_on(threads, reader, fold, to, each)
}

/// The same on one thread, or on two when there are more. The outcome is the same.
///
/// # Errors
/// As [`replay`].
pub fn replay_on(
    threads: usize,
    reader: &Reader,
    fold: &mut Fold,
    to: TreeSize,
    mut each: impl FnMut(&RecordRef<'_>, &Verdict),
) -> Result<(), ReplayError> {
    let facts = LogFacts { reader, within: to };
    let from = LeafIndex(fold.size().0);
    let take = |record: RecordRef<'_>| {
        let verdict = fold.apply(&recorded(&record)?, &facts)?;
        each(&record, &verdict);
        Ok(())
    };
    match threads {
        0 | 1 => reader.for_each(from, to, take),
        _ => reader.for_each_ahead(from, to, take),
    }
}

/// A record of the log as the fold takes it.
///
/// # Errors
/// Its header does not decode.
#[inline]
pub fn recorded<'a>(record: &RecordRef<'a>) -> Result<Recorded<'a>, ReplayError> {
    let flags = record.flags().map_err(|cause| ReplayError::Header { leaf: record.leaf(), cause })?;
    let at = Position {
        name: record.name(),
        leaf: record.leaf(),
        received_at_ms: record.received_at_ms(),
        rotates_key: flags & Header::ROTATES_KEY != 0,
    };
    Ok(Recorded { at, facts: record.facts() })
}
