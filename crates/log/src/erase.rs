//! Erasing an annex in place, so that a crash in the middle is made good at the next start.
//!
//! What will be overwritten is noted first; the note is removed when it was. Layout: `proto/README.md`, Annex volume.

use std::path::{Path, PathBuf};

use crate::{
    disk::{self, Disk},
    error::{Damage, LogError},
    frame::{self, Frame, Kind, Parts},
    reader::damaged,
    record::AnnexAt,
};

/// An annex frame to overwrite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Erasure {
    /// Number of the file it is in.
    pub(crate) file: u64,
    pub(crate) at: AnnexAt,
    /// Leaf or record number of its record.
    pub(crate) owner: u64,
}

/// The note in `dir` of an erasure that has begun.
pub(crate) fn note_path(dir: &Path) -> PathBuf {
    dir.join("erasing")
}

/// Overwrites an annex with zeros. When it returns, they are on the disk.
pub(crate) fn erase(
    disk: &Disk,
    dir: &Path,
    path_of: fn(&Path, u64) -> PathBuf,
    erasure: Erasure,
) -> Result<(), LogError> {
    let mut note = Vec::new();
    erasure.push(&mut note);
    disk.create(&note_path(dir), &note)?;
    overwrite(disk, &path_of(dir, erasure.file), erasure)?;
    disk.remove(&note_path(dir))?;
    disk.sync_dir(dir)
}

/// Does again what a crash may have left half done.
pub(crate) fn finish(disk: &Disk, dir: &Path, path_of: fn(&Path, u64) -> PathBuf) -> Result<(), LogError> {
    let path = note_path(dir);
    let Some(note) = disk::read_if_there(&path)? else { return Ok(()) };
    let erasure = frame::parse(&note).and_then(|frame| Erasure::parse(&frame));
    let erasure = erasure.map_err(|what| damaged(&path, 0, what))?;
    overwrite(disk, &path_of(dir, erasure.file), erasure)?;
    disk.remove(&path)?;
    disk.sync_dir(dir)
}

fn overwrite(disk: &Disk, path: &Path, erasure: Erasure) -> Result<(), LogError> {
    let mut bytes = Vec::new();
    frame::push(&mut bytes, Kind::ErasedAnnex, |out| {
        out.extend(erasure.owner.to_be_bytes());
        out.resize(out.len() + erasure.at.len as usize, 0);
    });
    let file = disk.open(path)?;
    file.write_at(&bytes, erasure.at.offset)?;
    file.sync()
}

impl Erasure {
    fn push(&self, out: &mut Vec<u8>) {
        frame::push(out, Kind::Erasure, |out| {
            for number in [self.file, self.owner, self.at.offset] {
                out.extend(number.to_be_bytes());
            }
            out.extend(self.at.len.to_be_bytes());
        });
    }

    fn parse(frame: &Frame<'_>) -> Result<Self, Damage> {
        if frame.kind != Kind::Erasure {
            return Err(Damage::FrameKind { got: frame.kind as u8, expected: "an erasure" });
        }
        let mut parts = Parts::new(frame.payload, "an erasure");
        let (file, owner, offset) = (parts.u64()?, parts.u64()?, parts.u64()?);
        let at = AnnexAt { offset, len: parts.u32()? };
        parts.end()?;
        Ok(Erasure { file, at, owner })
    }
}
