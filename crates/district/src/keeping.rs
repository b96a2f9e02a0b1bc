//! Snapshots of the fold, made beside the district's work by a fold of their own, from the log.
//!
//! The models know only the newest state; these are for questions about the past. They may lag or be missing: then such a question
//! replays more.

use socai_log::Reader;
use socai_models::{Keeper, Snapshots};
use socai_tlog::TreeSize;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::ledger::DistrictError;

/// Entries between two looks at whether to go on.
const STEP: u64 = 8_192;

/// Makes every snapshot that a log of `end` entries should have and does not; the number made. Ends early, and makes nothing half, once
/// `goes_on` says no.
///
/// # Errors
/// The log cannot be replayed, or the directory cannot be written.
pub fn keep_snapshots(
    place: Snapshots,
    reader: &Reader,
    end: TreeSize,
    goes_on: impl Fn() -> bool,
) -> Result<u64, DistrictError> {
    let root_at = |size| reader.root_at(size).ok();
    let Some(mut keeper) = Keeper::open(place, end, root_at)? else { return Ok(0) };
    let mut made = 0;
    while let Some(due) = keeper.due() {
        while keeper.fold().size() < due {
            if !goes_on() {
                return Ok(made);
            }
            let next = TreeSize(due.0.min(keeper.fold().size().0 + STEP));
            socai_follow::replay(reader, keeper.fold(), next, |_, _| ())?;
        }
        // A crash before the file is whole leaves one that nobody reads, and the next start makes it.
        keeper.keep(reader.root_at(due)?)?;
        made += 1;
    }
    Ok(made)
}

/// Follows a district until it stops. What goes wrong is told and tried again at the next snapshot: nobody waits for them.
pub(crate) async fn follow(
    snapshots: Snapshots,
    reader: Reader,
    mut committed: watch::Receiver<TreeSize>,
    stop: CancellationToken,
) {
    let mut is_first = true;
    loop {
        let end = *committed.borrow_and_update();
        // the first look is at every file, later ones only at whether the newest is there
        if is_first || snapshots.due(end).is_some() {
            is_first = false;
            let (place, reader, stop) = (snapshots.clone(), reader.clone(), stop.clone());
            let keep = move || keep_snapshots(place, &reader, end, || !stop.is_cancelled());
            match tokio::task::spawn_blocking(keep).await {
                Ok(Ok(made)) if made > 0 => tracing::info!(made, %end, "snapshots of the fold"),
                Ok(Ok(_)) => {}
                Ok(Err(error)) => {
                    tracing::warn!(%error, "no snapshot of the fold; questions about the past take longer");
                }
                Err(_) => return, // the runtime ends
            }
        }
        tokio::select! {
            () = stop.cancelled() => return,
            grown = committed.changed() => if grown.is_err() { return },
        }
    }
}
