//! The state of a ledger at a cut-off: from the nearest snapshot of the fold below it, and the log from there.

use anyhow::Result;
use socai_fold::Fold;
use socai_log::Reader;
use socai_models::Snapshots;
use socai_tlog::TreeSize;

/// The state after everything that is committed.
pub fn newest(reader: &Reader) -> Result<Fold> {
    at(reader, reader.committed()?.size)
}

/// The state at a size.
pub fn at(reader: &Reader, size: TreeSize) -> Result<Fold> {
    on_from(Snapshots::beside(reader.dir()), reader, size)
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
