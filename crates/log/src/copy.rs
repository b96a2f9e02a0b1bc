//! Writing a copy of a log from the bytes of another, without a key.
//!
//! New bytes are put behind those that were verified, and become part of the copy for readers only when its end is published. What does not
//! verify is cut again, so nothing that was good is ever written over; only an erasure changes bytes in place.

use std::{
    path::{Path, PathBuf},
    sync::mpsc::sync_channel,
    thread,
};

use socai_tlog::LeafIndex;

use crate::{
    annex,
    chunk::Chunk,
    committed::Committed,
    delta::{Delta, DerivedFile},
    derived::{DerivedFiles, checkpoint_path},
    disk::{self, Disk},
    erase::{self, Erasure, erase},
    error::LogError,
    hashed::HashedChunk,
    lock::Lock,
    raw::RawFile,
    reader::Reader,
    replay::{Replay, Roots},
    scan::{Scan, Target},
    state::State,
    volume::numbered,
};

/// Hashed chunks that wait to be taken: enough that nobody waits, few enough to stay small.
const AHEAD: usize = 4;

/// The next chunk with its hashes; `None` at the end.
fn next_hashed(scan: &mut Scan) -> Result<Option<(Chunk, HashedChunk)>, LogError> {
    let (mut chunk, mut hashes) = (Chunk::default(), HashedChunk::default());
    if !scan.next_into(&mut chunk)? {
        return Ok(None);
    }
    chunk.hash_into(&mut hashes);
    Ok(Some((chunk, hashes)))
}

/// How far a copy goes, in bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CopyEnd {
    /// Its last volume.
    pub volume: u64,
    /// Length of that volume.
    pub end: u64,
    /// Length of its annexes.
    pub annex_end: u64,
}

/// A log directory that is written as a copy.
pub struct LogCopy {
    dir: PathBuf,
    disk: Disk,
    _lock: Lock,
}

/// The derived files of a copy.
pub struct CopyDerived {
    files: DerivedFiles,
    /// Room.
    repaired: Vec<DerivedFile>,
}

impl CopyDerived {
    /// Writes what leaves add, where it is not there already.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn write(&mut self, delta: &Delta) -> Result<(), LogError> {
        self.repaired.clear();
        self.files.repair(delta, &mut self.repaired)
    }
}

impl LogCopy {
    /// Opens or makes the copy in `dir`; an erasure that a crash cut short is finished.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn open(dir: &Path, lock: &Lock, disk: &Disk) -> Result<Self, LogError> {
        for part in ["volumes", "annex", "units"] {
            disk.make_dir(&dir.join(part))?;
        }
        erase::finish(disk, &annex::annex_dir(dir), annex::annex_file)?;
        Ok(LogCopy { dir: dir.to_owned(), disk: disk.clone(), _lock: lock.clone() })
    }

    /// Length of a file; 0 when it is missing.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn len(&self, file: RawFile) -> Result<u64, LogError> {
        let path = file.path(&self.dir);
        disk::open_read(&path)?.map_or(Ok(0), |open| disk::file_len(&open, &path))
    }

    /// Whether there is nothing at all.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn is_empty(&self) -> Result<bool, LogError> {
        Ok(numbered(&self.dir.join("volumes"), "vol")?.is_empty())
    }

    /// Whether any annex was ever copied.
    ///
    /// # Errors
    /// The directory cannot be read.
    pub fn has_annexes(&self) -> Result<bool, LogError> {
        Ok(!numbered(&annex::annex_dir(&self.dir), "anx")?.is_empty())
    }

    /// Puts bytes at the end of a file. A file takes its name only with its first bytes; nothing else is synced.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn append(&self, file: RawFile, bytes: &[u8]) -> Result<(), LogError> {
        let path = file.path(&self.dir);
        match self.len(file)? {
            0 => self.disk.create(&path, bytes).map(drop),
            end => self.disk.open(&path)?.write_at(bytes, end),
        }
    }

    /// Makes the volumes from `volume` on durable, with their annexes.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn sync(&self, volume: u64) -> Result<(), LogError> {
        for (dir, extension) in [("annex", "anx"), ("volumes", "vol")] {
            let dir = self.dir.join(dir);
            for number in numbered(&dir, extension)?.into_iter().filter(|number| *number >= volume) {
                self.disk.open(&dir.join(format!("{number:010}.{extension}")))?.sync()?;
            }
            self.disk.sync_dir(&dir)?;
        }
        Ok(())
    }

    /// Cuts everything behind `to`; all of it when there is no end. Derived files are left to [`LogCopy::publish`].
    ///
    /// # Errors
    /// The file system refuses; files shorter than `to` are left as they are, which a verification tells.
    pub fn cut(&self, to: Option<CopyEnd>) -> Result<(), LogError> {
        for (dir, extension) in [("volumes", "vol"), ("annex", "anx")] {
            let dir = self.dir.join(dir);
            for number in numbered(&dir, extension)?.into_iter().rev() {
                let path = dir.join(format!("{number:010}.{extension}"));
                let len = to.filter(|to| number <= to.volume).map_or(0, |to| match extension {
                    _ if number < to.volume => u64::MAX,
                    "vol" => to.end,
                    _ => to.annex_end,
                });
                if len == 0 {
                    self.disk.remove(&path)?;
                    continue;
                }
                let file = self.disk.open(&path)?;
                if file.len()? > len {
                    file.set_len(len)?;
                    file.sync()?;
                }
            }
            self.disk.sync_dir(&dir)?;
        }
        Ok(())
    }

    /// Cuts annexes that no commit points to.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn cut_annexes(&self, volume: u64, len: u64) -> Result<(), LogError> {
        let file = self.disk.open(&RawFile::Annexes(volume).path(&self.dir))?;
        file.set_len(len)?;
        file.sync()
    }

    /// Completes the derived files up to `end`, reading from volume `from` on, and shows the copy to readers up to there.
    ///
    /// # Errors
    /// Damage of a volume, or the file system refuses.
    pub fn publish(&self, from: u64, end: &Committed) -> Result<(), LogError> {
        self.complete(from, end)?;
        self.publish_completed(end)
    }

    /// Completes the derived files up to `end`, reading from volume `from` on. Readers see nothing of it before [`LogCopy::publish_completed`].
    ///
    /// # Errors
    /// Damage of a volume, or the file system refuses.
    pub fn complete(&self, from: u64, end: &Committed) -> Result<(), LogError> {
        let reader = Reader::open(&self.dir)?;
        let head = reader.volume_head(from)?;
        let replay = Replay::new(State::at(&head), Roots::At(vec![end.size]));
        self.complete_from(replay, Scan::volumes(reader, from, Target::within(end.size, end))?)
    }

    /// The derived files, to be written while what they are derived from is verified. What lies behind is then to be cut
    /// ([`LogCopy::cut_derived`]). Readers see nothing of it before [`LogCopy::publish_completed`].
    ///
    /// # Errors
    /// The file system refuses.
    pub fn derived(&self) -> Result<CopyDerived, LogError> {
        let files = DerivedFiles::new(self.disk.clone(), &self.dir)?;
        Ok(CopyDerived { files, repaired: Vec::new() })
    }

    /// Shows the copy to readers up to `end`, whose derived files are complete.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn publish_completed(&self, end: &Committed) -> Result<(), LogError> {
        self.derived()?.files.publish(&end.checkpoint)?;
        self.disk.sync_dir(&self.dir)
    }

    /// Cuts derived files behind `state`.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn cut_derived(&self, state: &State) -> Result<(), LogError> {
        self.derived()?.files.cut(state, &mut Vec::new())
    }

    /// One thread reads and hashes, this one puts the tree together and writes.
    fn complete_from(&self, mut replay: Replay, mut scan: Scan) -> Result<(), LogError> {
        let mut files = self.derived()?;
        thread::scope(|scope| {
            let (give, hashed) = sync_channel(AHEAD);
            scope.spawn(move || while give.send(next_hashed(&mut scan)).is_ok() {});
            while let Some((chunk, hashes)) = hashed.recv().ok().and_then(Result::transpose).transpose()? {
                replay.hashed(
                    &chunk,
                    &hashes,
                    |_, _, _| Ok::<_, LogError>(()),
                    |delta| files.write(delta),
                )?;
            }
            Ok::<_, LogError>(())
        })?;
        self.cut_derived(&replay.state)
    }

    /// Takes back what is published, when a copy has no end yet.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn unpublish(&self) -> Result<(), LogError> {
        let path = checkpoint_path(&self.dir);
        if path.exists() { self.disk.remove(&path) } else { Ok(()) }
    }

    /// Erases the annex of a record of the copy: overwrites it with zeros, in place, as the source does, and syncs.
    ///
    /// # Errors
    /// There is no such record, or the file system refuses.
    pub fn erase_annex(&self, reader: &Reader, leaf: LeafIndex) -> Result<(), LogError> {
        let stored = reader.record(leaf)?;
        let Some(at) = stored.annex_at else { return Ok(()) };
        let erasure = Erasure { file: stored.volume, at, owner: leaf.0 };
        erase(&self.disk, &annex::annex_dir(&self.dir), annex::annex_file, erasure)
    }
}
