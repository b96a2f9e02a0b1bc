//! Roots of older trees, from the records themselves: no derived file is believed.

use std::collections::{BTreeMap, BTreeSet};

use socai_log::{Chunk, HashedChunk, LogError, Reader, Replay};
use socai_tlog::{Hash, LeafIndex, TreeSize};

use crate::crew::with_crew;

/// Chunks under way for each thread.
const CHUNKS_PER_THREAD: usize = 3;

/// The roots of the trees of these sizes, none of which is larger than the log, after every record up to the largest of them was hashed: facts
/// against headers, each unit's links, order of time, and the root of every commit on the way. Signatures and annexes are not looked at.
///
/// # Errors
/// The first damage, with its place; a size beyond the log; what cannot be read.
pub fn roots(
    reader: &Reader,
    sizes: &[TreeSize],
    threads: usize,
) -> Result<BTreeMap<TreeSize, Hash>, LogError> {
    let threads = threads.max(1);
    let wanted: BTreeSet<TreeSize> = sizes.iter().copied().collect();
    let Some(last) = wanted.last() else { return Ok(BTreeMap::new()) };
    let mut scan = reader.scan(LeafIndex(0), *last)?;
    let mut replay = Replay::from_start();
    let mut roots = BTreeMap::new();
    let mut wanted = wanted.iter().peekable();
    if wanted.next_if_eq(&&TreeSize(0)).is_some() {
        roots.insert(TreeSize(0), replay.state().root());
    }
    let hash = || {
        |(chunk, mut room): (Chunk, HashedChunk)| {
            chunk.hash_into(&mut room);
            (chunk, room)
        }
    };
    with_crew(threads, hash, |crew| {
        let mut read = |(mut chunk, room): (Chunk, HashedChunk)| {
            scan.next_into(&mut chunk).map(|is_more| is_more.then_some((chunk, room)))
        };
        // why reading ended early; counts once everything before it was passed
        let mut failed = None;
        for _ in 0..CHUNKS_PER_THREAD * threads {
            match read(Default::default()) {
                Ok(Some(work)) => crew.give(work),
                Ok(None) => break,
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        while let Some((chunk, hashed)) = crew.take() {
            replay.hashed(
                &chunk,
                &hashed,
                |state, _, _| -> Result<(), LogError> {
                    if let Some(size) = wanted.next_if(|size| **size == state.size()) {
                        roots.insert(*size, state.root());
                    }
                    Ok(())
                },
                |_| Ok(()),
            )?;
            if failed.is_none() {
                match read((chunk, hashed)) {
                    Ok(next) => next.into_iter().for_each(|work| crew.give(work)),
                    Err(error) => failed = Some(error),
                }
            }
        }
        failed.map_or(Ok(()), Err)
    })?;
    Ok(roots)
}
