//! Replay: the records of a log, in order, through the fold.
//!
//! Start-up, live operation, rebuild and every question about the past run this loop; they differ in where they stop. Threads share it chunk by
//! chunk: each reads, judges and works out chunks apart from the others, and what came of them is taken in one after the other.

use std::{collections::BTreeMap, num::NonZero, thread::available_parallelism};

use socai_fold::{Fold, Preparer, Recorded, Verdict};
use socai_log::Reader;
use socai_tlog::{LeafIndex, TreeSize};

use crate::{
    crew::with_crew,
    parts::{Part, Source},
    recorded::{LogFacts, ReplayError, recorded},
};

/// So few records are sooner taken in one after the other than prepared together.
const FEW: u64 = 1 << 9;
/// So many records take longer than a thread's start by far.
const WORTH_A_THREAD: u64 = 1 << 16;
/// Chunks under way for each thread: enough that nobody waits while a table grows.
const CHUNKS_PER_THREAD: usize = 8;

/// Takes a fold from where it is to `to`, telling `each` verdict as it falls. Every processor helps when there is much to take in.
///
/// # Errors
/// The log cannot be read, or the fold cannot go on; the fold then stands after the last record it took.
pub fn replay(
    reader: &Reader,
    fold: &mut Fold,
    to: TreeSize,
    each: impl FnMut(&Recorded<'_>, &Verdict),
) -> Result<(), ReplayError> {
    let is_long = to.0.saturating_sub(fold.size().0) >= WORTH_A_THREAD;
    let threads = if is_long { available_parallelism().map_or(1, NonZero::get) } else { 1 };
    replay_on(threads, reader, fold, to, each)
}

/// The same on so many threads. The outcome is the same.
///
/// # Errors
/// As [`replay`].
pub fn replay_on(
    threads: usize,
    reader: &Reader,
    fold: &mut Fold,
    to: TreeSize,
    mut each: impl FnMut(&Recorded<'_>, &Verdict),
) -> Result<(), ReplayError> {
    let at = fold.size();
    let alone = match to.0.saturating_sub(at.0) {
        ..=FEW => to,
        // units and rules come first: what is prepared before they are there is done again
        _ => at.max(TreeSize(FEW)),
    };
    if alone < to {
        reader.scan(LeafIndex(at.0), to)?; // an end outside of the log is told before anything is taken in
    }
    if at != alone {
        let facts = LogFacts { reader, within: to };
        reader.for_each(LeafIndex(at.0), alone, |record| {
            let record = recorded(&record)?;
            let verdict = fold.apply(&record, &facts)?;
            each(&record, &verdict);
            Ok::<_, ReplayError>(())
        })?;
    }
    if alone < to { shared(threads.max(1), reader, fold, to, each) } else { Ok(()) }
}

/// Takes records in chunk by chunk, each prepared by whichever thread is free.
fn shared(
    threads: usize,
    reader: &Reader,
    fold: &mut Fold,
    to: TreeSize,
    mut each: impl FnMut(&Recorded<'_>, &Verdict),
) -> Result<(), ReplayError> {
    let facts = LogFacts { reader, within: to };
    let source = Source::new(reader.scan(LeafIndex(fold.size().0), to)?);
    let worker = || {
        let mut preparer = Preparer::default();
        let (source, facts) = (&source, LogFacts { reader, within: to });
        move |part: Part| part.prepared(source, &mut preparer, &facts)
    };
    let ahead = if threads > 1 { CHUNKS_PER_THREAD * threads } else { 1 };
    with_crew(threads, worker, |crew| {
        (0..ahead).for_each(|_| crew.give(Part::default().room(fold.books())));
        // whoever came first has read first: chunks may be done before those in front of them
        let (mut early, mut next) = (BTreeMap::new(), 0);
        while let Some(part) = crew.take() {
            early.extend(part.number.map(|number| (number, part)));
            while let Some(mut part) = early.remove(&next) {
                next += 1;
                let (records, prepared) = part.records();
                for record in records {
                    let verdict = fold.take(&record, prepared, &facts)?;
                    each(&record, &verdict);
                }
                part.failed.take().map_or(Ok(()), Err)?;
                crew.give(part.room(fold.books()));
            }
        }
        Ok(())
    })
}
