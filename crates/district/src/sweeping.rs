//! Erasing annexes from the broker's stream: copies on their way to a log that has destroyed its own.
//!
//! `swept` in the ledger's directory is the tree size up to which every erasure was carried out in the stream. It is written after a search of
//! the whole stream and removed before a message with such an annex, sent again, is passed over: a start without it searches again.

use std::{collections::BTreeSet, fs, path::Path, time::Duration};

use bytes::Bytes;
use socai_bus::{BusError, DistrictLink};
use socai_tlog::{EventName, TreeSize, UnitNo};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::{
    config::{ConfigError, replace},
    erasing::carries,
};

/// Pause after a failure of the broker.
const RETRY: Duration = Duration::from_secs(5);
/// Pause when the stream denies erasure: an administrator has to act.
const DENIED: Duration = Duration::from_secs(600);

/// What must not be in the stream.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) targets: BTreeSet<EventName>,
    /// The end of the log when the last of them was ordered.
    pub(crate) to: TreeSize,
    /// How often a message with one of them was seen since the start.
    pub(crate) seen: u64,
}

/// Searches the stream whenever something is wanted and not swept yet, until told to stop.
pub(crate) async fn sweep(
    link: DistrictLink,
    note: std::path::PathBuf,
    mut wanted: watch::Receiver<Wanted>,
    stop: CancellationToken,
) {
    let (mut told, mut seen) = (String::new(), 0);
    loop {
        let now = wanted.borrow_and_update().clone();
        let found = tokio::select! {
            () = stop.cancelled() => return,
            found = search(&link, &note, &now, seen, &wanted) => found,
        };
        let pause = match found {
            Ok(true) => {
                seen = now.seen;
                told.clear();
                None
            }
            Ok(false) => continue, // seen again meanwhile
            Err(error) => {
                let said = error.to_string();
                if said != told {
                    tracing::error!(error = said, "erased annexes may still be in the broker's stream");
                    told = said;
                }
                Some(if matches!(error, SweepError::Bus(BusError::Rejected { .. })) { DENIED } else { RETRY })
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            changed = wanted.changed() => if changed.is_err() { return },
            () = tokio::time::sleep(pause.unwrap_or_default()), if pause.is_some() => {}
        }
    }
}

/// Why the stream could not be searched.
#[derive(Debug, thiserror::Error)]
enum SweepError {
    #[error(transparent)]
    Bus(#[from] BusError),
    #[error(transparent)]
    File(#[from] ConfigError),
}

/// One search, if one is needed. False when another is needed behind it.
async fn search(
    link: &DistrictLink,
    note: &Path,
    now: &Wanted,
    seen: u64,
    newer: &watch::Receiver<Wanted>,
) -> Result<bool, SweepError> {
    if now.to <= swept(note) && now.seen == seen {
        return Ok(true);
    }
    let units: BTreeSet<UnitNo> = now.targets.iter().map(|target| target.unit).collect();
    let is_it = |unit: UnitNo, message: &Bytes| units.contains(&unit) && carries(&now.targets, message);
    let erased = link.erase_all(is_it).await?;
    tracing::info!(erased, "the broker's stream was searched for erased annexes");
    let is_last = || newer.borrow().seen == now.seen;
    if !is_last() {
        return Ok(false);
    }
    replace(note, format!("{}\n", now.to).as_bytes())?;
    // one that was seen while the note was written removed the older note, not this one
    if !is_last() {
        forget(note)?;
        return Ok(false);
    }
    Ok(true)
}

/// The size up to which the stream was searched; 0 when nothing says so.
fn swept(note: &Path) -> TreeSize {
    let text = fs::read_to_string(note).unwrap_or_default();
    TreeSize(text.trim().parse().unwrap_or_default())
}

/// From now on the stream has to be searched again, after a power cut too.
pub(crate) fn forget(note: &Path) -> Result<(), ConfigError> {
    match fs::remove_file(note) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        removed => removed.map_err(ConfigError::io(note))?,
    }
    let dir = note.parent().unwrap_or(note);
    fs::File::open(dir).and_then(|dir| dir.sync_all()).map_err(ConfigError::io(dir))
}
