//! The state of a ledger at a cut-off: from the nearest snapshot of the fold below it, and the log from there.

use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::Result;
use socai_fold::{Fold, Scope};
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

/// The state at a size as far as a scope needs it: cells that it does not need may be missing. Small when little is asked, and then at hand in a
/// fraction of the time.
pub fn about(reader: &Reader, size: TreeSize, scope: &Scope) -> Result<Fold> {
    if SNAPSHOTS.load(Ordering::Relaxed)
        && let Some(fold) = on_from_about(Snapshots::beside(reader.dir()), reader, size, scope)?
    {
        return Ok(fold);
    }
    at(reader, size)
}

/// The same from whatever of these snapshots serves; none when none does, or when rules came after it that need more.
fn on_from_about(
    snapshots: Option<Snapshots>,
    reader: &Reader,
    size: TreeSize,
    scope: &Scope,
) -> Result<Option<Fold>> {
    let nearest = snapshots.and_then(|place| place.nearest_about(scope, size, |at| reader.root_at(at).ok()));
    let Some(mut fold) = nearest else { return Ok(None) };
    socai_follow::replay(reader, &mut fold, size, |_, _| ())?;
    Ok(Some(fold).filter(Fold::covers_its_scope))
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
