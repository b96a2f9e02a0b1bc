//! Finding the end of a log before anything is changed: its last volume and last commit, and whether something is lost.

use std::{path::Path, sync::Arc};

use socai_tlog::{SignedCheckpoint, TreeSize};

use crate::{
    checkpoint::LogKey,
    derived::checkpoint_path,
    disk::{self, Disk, DiskFile},
    error::{Damage, LogError},
    frame::{Frame, Kind},
    reader::{Reader, damaged, read_frame},
    tail::{self, Ends},
    volume::{CommitRef, VolumeEnd, VolumeHead, numbered, origin_mark, volume_path},
};

/// The last volume of an unbroken sequence from 0.
pub(crate) fn last_volume(dir: &Path) -> Result<Option<u64>, LogError> {
    let numbers = numbered(&dir.join("volumes"), "vol")?;
    match numbers.iter().zip(0..).find(|(number, expected)| *number != expected) {
        Some((_, missing)) => Err(damaged(&volume_path(dir, missing), 0, Damage::Missing)),
        None => Ok(numbers.last().copied()),
    }
}

/// The last volume and its last commit, by checksums.
pub(crate) struct Found {
    pub(crate) file: DiskFile,
    pub(crate) ends: Ends,
    pub(crate) size: TreeSize,
}

/// Finds them. An error when committed bytes are damaged or missing.
pub(crate) fn find_end(
    dir: &Path,
    key: &LogKey,
    disk: &Disk,
    last: u64,
    published: Option<&SignedCheckpoint>,
) -> Result<Found, LogError> {
    let path = volume_path(dir, last);
    let head = Reader::open(dir)?.volume_head(last)?;
    let (got, expected) = (head.origin, origin_mark(key.origin()));
    if got != expected {
        let (got, expected) = (got.to_string(), format!("{expected} ({})", key.origin()));
        return Err(LogError::Foreign { path, what: "the ledger with origin hash", got, expected });
    }
    let file = disk.open(&path)?;
    let reading = disk::open_read(&path)?.ok_or_else(|| damaged(&path, 0, Damage::Missing))?;
    let closes = |kind| matches!(kind, Kind::VolumeHead | Kind::Commit | Kind::End);
    let ends = tail::find(Arc::new(reading), Arc::new(path.clone()), closes)?;
    let size = closing_size(&file, &ends, &head)?;
    if let Some((at, what)) = &ends.damage {
        let start_of = |frame: &Frame<'_>| later_commit(frame, key, size).map(|commit| commit.start);
        if tail::was_synced(file.file(), &path, &ends, start_of)? {
            return Err(damaged(&path, *at, what.clone()));
        }
    }
    let end = ends.damage.as_ref().map_or(ends.closed, |(at, _)| *at);
    refuse_behind(dir, published, size, (&path, end))?;
    Ok(Found { file, ends, size })
}

/// Size of the tree at the frame that closed the last batch.
fn closing_size(file: &DiskFile, ends: &Ends, head: &VolumeHead) -> Result<TreeSize, LogError> {
    let Some((_, offset)) = ends.closing else { return Ok(TreeSize(head.first.0)) };
    let mut bytes = Vec::new();
    let frame = read_frame(file.file(), file.path(), offset, &mut bytes)?;
    let size = match frame.kind {
        Kind::Commit => CommitRef::parse(frame.payload, offset).map(|commit| commit.size),
        Kind::End => VolumeEnd::parse(frame.payload).map(|end| end.size),
        _ => Ok(TreeSize(head.first.0)),
    };
    size.map_err(|what| damaged(file.path(), offset, what))
}

/// A commit of this very log that is later than `size`; facts could hold anything that only looks like one.
fn later_commit<'a>(frame: &Frame<'a>, key: &LogKey, size: TreeSize) -> Option<CommitRef<'a>> {
    let commit = match frame.kind {
        Kind::Commit => CommitRef::parse(frame.payload, 0).ok()?,
        _ => return None,
    };
    (commit.size >= size && key.open(commit.checkpoint).is_ok()).then_some(commit)
}

/// An error when a published checkpoint is of a larger tree than what was found.
pub(crate) fn refuse_behind(
    dir: &Path,
    published: Option<&SignedCheckpoint>,
    found: TreeSize,
    (volume, offset): (&Path, u64),
) -> Result<(), LogError> {
    match published.map(SignedCheckpoint::size) {
        Some(published) if published > found => {
            let (checkpoint, volume) = (checkpoint_path(dir), volume.to_owned());
            Err(LogError::Ahead { checkpoint, published, found, volume, offset })
        }
        _ => Ok(()),
    }
}
