//! Finding and overwriting annexes in a journal's files.
//!
//! A journal is read from the start of a file, since erasing is rare.

use std::{path::Path, sync::Arc};

use socai_tlog::{Digest, HEADER_LEN, UnitSeq};

use crate::{
    annex,
    disk::{self, Disk},
    erase::{self, Erasure, erase},
    error::LogError,
    frame::{self, Frame, Kind},
    journal::{file_path, frames::SealedRecord},
    record::AnnexAt,
    volume::numbered,
    walk::{Frames, Walk},
};

/// Where the digest of the annex stands in a header.
const ANNEX_DIGEST: usize = HEADER_LEN - 32;

/// Erases every annex with this digest in the journal in `dir`, and tells how many were there. Erasing again is harmless.
///
/// By digest, because a journal that was given up may hold the annex under another number than the one it was recorded with. Only the
/// process that holds the unit's lock may do this, also to a journal that is not in use.
///
/// # Errors
/// A file cannot be read or written; do it again.
pub fn erase_annexes(dir: &Path, disk: &Disk, digest: Digest) -> Result<u64, LogError> {
    erase::finish(disk, dir, file_path)?;
    let mut erased = 0;
    for number in numbered(dir, "jnl")? {
        let found = find(dir, number, |record| record.header_bytes[ANNEX_DIGEST..] == digest.0)?;
        for (owner, at) in found {
            erase(disk, dir, file_path, Erasure { file: number, at, owner: owner.0 })?;
            erased += 1;
        }
    }
    Ok(erased)
}

/// The annexes in file `number` that are there, of the records that `wanted` picks. Ends at the first frame that is not whole.
pub(super) fn find(
    dir: &Path,
    number: u64,
    wanted: impl Fn(&SealedRecord<'_>) -> bool,
) -> Result<Vec<(UnitSeq, AnnexAt)>, LogError> {
    let path = file_path(dir, number);
    let mut found = Vec::new();
    let Some(file) = disk::open_read(&path)? else { return Ok(found) };
    let mut walk = Walk::new(Arc::new(file), Arc::new(path), 0)?;
    let (mut piece, mut owner) = (Vec::new(), None);
    loop {
        let start = walk.offset();
        if walk.next(&mut piece, |_| true)?.is_some() {
            return Ok(found);
        }
        let mut at = 0;
        while let Some(len) = frame::stated_len(&piece[at..]) {
            let kind = piece[at + 4];
            let pending: Option<UnitSeq> = owner.take();
            if let Some(owner) = pending.filter(|_| kind == Kind::Annex as u8) {
                let offset = start + at as u64;
                found.push((owner, AnnexAt { offset, len: len.saturating_sub(annex::OVERHEAD) as u32 }));
            }
            if kind == Kind::SealedRecord as u8
                && let Some((_, Ok(frame))) = Frames::new(&piece[at..at + len], 0).next()
            {
                owner = picked(&frame, &wanted);
            }
            at += len;
        }
    }
}

fn picked(frame: &Frame<'_>, wanted: impl Fn(&SealedRecord<'_>) -> bool) -> Option<UnitSeq> {
    let record = SealedRecord::parse(frame.payload).ok()?;
    if wanted(&record) { SealedRecord::seq(frame.payload).ok() } else { None }
}
