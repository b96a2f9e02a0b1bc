//! The order in which a batch reaches the disk.

use std::path::{Path, PathBuf};

use crate::{
    annex::annex_path,
    delta::Delta,
    derived::DerivedFiles,
    disk::{Disk, DiskFile},
    error::LogError,
    volume::volume_path,
};

/// A batch in the bytes that will be written. Cleared and used again.
#[derive(Default)]
pub(crate) struct Batch {
    /// Record frames, then the commit frame.
    pub(crate) frames: Vec<u8>,
    /// Annex frames.
    pub(crate) annexes: Vec<u8>,
    /// What the batch adds to the derived files.
    pub(crate) delta: Delta,
    /// The note in the commit frame.
    pub(crate) checkpoint: Vec<u8>,
    /// The next volume, when this one is full after the batch.
    pub(crate) roll: Option<Roll>,
}

/// The end of a volume and the start of the next.
pub(crate) struct Roll {
    pub(crate) end: Vec<u8>,
    pub(crate) next: u64,
    pub(crate) head: Vec<u8>,
}

impl Batch {
    pub(crate) fn clear(&mut self) {
        self.frames.clear();
        self.annexes.clear();
        self.delta.clear();
        self.checkpoint.clear();
        self.roll = None;
    }
}

/// What became of a batch.
pub(crate) struct Outcome {
    /// Whether it is committed.
    pub(crate) committed: Result<(), LogError>,
    /// Whether what follows a commit was done too. If not, the next start does it.
    pub(crate) followed: Result<(), LogError>,
}

/// The files of a log while it is written. Only the writer's second thread touches them.
pub(crate) struct Store {
    pub(crate) disk: Disk,
    pub(crate) dir: PathBuf,
    pub(crate) volume: DiskFile,
    pub(crate) number: u64,
    /// End of the last commit in the volume, in bytes.
    pub(crate) end: u64,
    pub(crate) annex: Option<DiskFile>,
    /// End of the last committed annex, in bytes.
    pub(crate) annex_end: u64,
    pub(crate) derived: DerivedFiles,
}

impl Store {
    /// Commits a batch. Each comment says what a crash right after the step leaves.
    ///
    /// A failure at any step stops the writer; the steps are then what the next start finds, so a failure is a crash that was
    /// noticed.
    pub(crate) fn commit(&mut self, batch: &Batch) -> Outcome {
        // Annexes nobody points to yet. The next start cuts them; the batch comes again from the broker.
        if let Err(cause) = self.write_annexes(&batch.annexes) {
            return Outcome::lost(cause);
        }
        // A part of the frames, in any order of sectors, without a commit frame or with one that was never synced. The next start
        // cuts them, or, finding the whole batch, syncs it before anything else: either way one root for the size.
        if let Err(cause) = self.volume.write_at(&batch.frames, self.end) {
            return Outcome::lost(cause);
        }
        // The batch is committed, for ever, though nobody was told. The next start publishes its checkpoint.
        if let Err(cause) = self.volume.sync() {
            return Outcome::lost(cause);
        }
        self.end += batch.frames.len() as u64;
        Outcome { committed: Ok(()), followed: self.follow(batch) }
    }

    /// What follows from a commit.
    fn follow(&mut self, batch: &Batch) -> Result<(), LogError> {
        // Derived files partly ahead of the published checkpoint, or after a power cut behind it or with holes. Readers
        // stop at the checkpoint; the next start compares and completes.
        self.derived.write(&batch.delta)?;
        // Readers see the batch. The file is not synced: after a power cut it may be an older one.
        self.derived.publish(&batch.checkpoint)?;
        match &batch.roll {
            Some(roll) => self.roll(roll),
            None => Ok(()),
        }
    }

    /// Seals the volume and starts the next.
    fn roll(&mut self, roll: &Roll) -> Result<(), LogError> {
        // A sealed volume without a successor, or a torn end frame behind the last commit, which is cut. The next start
        // goes on from here in both cases.
        self.volume.write_at(&roll.end, self.end)?;
        self.volume.sync()?;
        // The next volume, whole: it takes its name only once its head is on the disk. Before that, a side file that is
        // overwritten next time.
        self.volume = self.disk.create(&volume_path(&self.dir, roll.next), &roll.head)?;
        (self.number, self.end) = (roll.next, roll.head.len() as u64);
        (self.annex, self.annex_end) = (None, 0);
        Ok(())
    }

    fn write_annexes(&mut self, annexes: &[u8]) -> Result<(), LogError> {
        if annexes.is_empty() {
            return Ok(());
        }
        let file = match &mut self.annex {
            Some(file) => file,
            none => none.insert(open_annexes(&self.disk, &self.dir, self.number)?),
        };
        file.write_at(annexes, self.annex_end)?;
        file.sync()?;
        self.annex_end += annexes.len() as u64;
        Ok(())
    }
}

/// Opens or creates an annex volume, its name durable.
fn open_annexes(disk: &Disk, dir: &Path, number: u64) -> Result<DiskFile, LogError> {
    let path = annex_path(dir, number);
    let existed = path.exists();
    let file = disk.open(&path)?;
    if !existed {
        disk.sync_dir(&dir.join("annex"))?;
    }
    Ok(file)
}

impl Outcome {
    fn lost(cause: LogError) -> Self {
        Outcome { committed: Err(cause), followed: Ok(()) }
    }
}
