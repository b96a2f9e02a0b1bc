//! The state of a ledger at a cut-off: from the nearest snapshot of the fold below it, and the log from there.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use socai_fold::Fold;
use socai_log::Reader;
use socai_models::Snapshots;
use socai_tlog::TreeSize;

/// The state after everything that is committed.
pub fn newest(reader: &Reader) -> Result<Fold> {
    at(reader, reader.committed()?.size)
}

/// Whether this process may start from snapshots.
static SNAPSHOTS: AtomicBool = AtomicBool::new(true);

/// From here on this process replays every state from the log alone: auditors believe nothing that lies beside it.
pub fn from_the_log_alone() {
    SNAPSHOTS.store(false, Ordering::Relaxed);
}

/// The state at a size.
pub fn at(reader: &Reader, size: TreeSize) -> Result<Fold> {
    let may_start_later = SNAPSHOTS.load(Ordering::Relaxed);
    on_from(Snapshots::beside(reader.dir()).filter(|_| may_start_later), reader, size)
}

/// The state at a size, from whatever of these snapshots serves.
fn on_from(snapshots: Option<Snapshots>, reader: &Reader, size: TreeSize) -> Result<Fold> {
    let nearest = snapshots.and_then(|place| place.nearest(size, |at| reader.root_at(at).ok()));
    let (mut fold, _) = nearest.unwrap_or_default();
    socai_follow::replay(reader, &mut fold, size, |_, _| ())?;
    Ok(fold)
}

#[cfg(test)]
mod tests;
