//! The derived files: written beside every commit without a sync, completed and corrected at the next start.
//!
//! They hold nothing that the volumes do not. A power cut may leave any of them behind or with holes.

use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

use socai_tlog::UnitNo;

use crate::{
    delta::{Delta, DerivedFile, HASH_LEN, NUMBER_LEN, TILE_WIDTH},
    disk::{self, Disk, DiskFile},
    error::LogError,
    state::State,
};

/// Unit files kept open. A district has some dozens of units, a province some thousands.
const MAX_OPEN: usize = 512;

/// The derived files of a log, open for writing.
pub(crate) struct DerivedFiles {
    disk: Disk,
    dir: PathBuf,
    open: HashMap<DerivedFile, DiskFile>,
    /// Bytes read back when comparing.
    stored: Vec<u8>,
}

/// Length that `file` has after `state`, in bytes.
pub(crate) fn expected_len(state: &State, file: DerivedFile) -> u64 {
    let size = state.size().0;
    match file {
        DerivedFile::Entries => state.entries_len(),
        DerivedFile::EntriesIndex => size.div_ceil(TILE_WIDTH) * NUMBER_LEN,
        DerivedFile::Positions => size * NUMBER_LEN,
        DerivedFile::Hashes(level @ 0..8) => (size >> (8 * level)) * HASH_LEN,
        DerivedFile::Hashes(_) => 0,
        DerivedFile::Unit(unit) => state.head(unit).map_or(0, |head| head.next_seq.0) * NUMBER_LEN,
    }
}

/// Path of the newest checkpoint of the log in `dir`.
pub(crate) fn checkpoint_path(dir: &Path) -> PathBuf {
    dir.join("checkpoint")
}

/// Every derived file that exists or should, in a fixed order.
pub(crate) fn all_files(dir: &Path, state: &State) -> Result<Vec<DerivedFile>, LogError> {
    let mut files = vec![DerivedFile::Entries, DerivedFile::EntriesIndex, DerivedFile::Positions];
    let levels = (0..8).map(DerivedFile::Hashes);
    files.extend(levels.filter(|file| expected_len(state, *file) > 0 || file.path(dir).exists()));
    let mut units: Vec<UnitNo> = state.heads().into_iter().map(|(unit, _)| unit).collect();
    units.extend(names(&dir.join("units"))?.iter().filter_map(|name| name.parse::<UnitNo>().ok()));
    units.sort_unstable();
    units.dedup();
    files.extend(units.into_iter().map(DerivedFile::Unit));
    Ok(files)
}

/// Names in a directory, sorted; a missing directory has none, and names that are not text are left out.
pub(crate) fn names(dir: &Path) -> Result<Vec<String>, LogError> {
    let failed = |source| disk::read_failed(dir, None, source);
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(failed(source)),
    };
    let mut names = Vec::new();
    for entry in entries {
        names.extend(entry.map_err(failed)?.file_name().into_string().ok());
    }
    names.sort_unstable();
    Ok(names)
}

/// Whether a derived file ends before what it has at `state`, as far as lengths tell.
pub(crate) fn is_behind(dir: &Path, state: &State) -> Result<bool, LogError> {
    let len = |file: DerivedFile| std::fs::metadata(file.path(dir)).map_or(0, |metadata| metadata.len());
    Ok(all_files(dir, state)?.into_iter().any(|file| len(file) < expected_len(state, file)))
}

impl DerivedFiles {
    pub(crate) fn new(disk: Disk, dir: &Path) -> Result<Self, LogError> {
        disk.make_dir(&dir.join("units"))?;
        Ok(DerivedFiles { disk, dir: dir.to_owned(), open: HashMap::new(), stored: Vec::new() })
    }

    fn file(&mut self, file: DerivedFile) -> Result<&DiskFile, LogError> {
        if self.open.len() >= MAX_OPEN {
            self.open.retain(|file, _| !matches!(file, DerivedFile::Unit(_)));
        }
        match self.open.entry(file) {
            std::collections::hash_map::Entry::Occupied(open) => Ok(open.into_mut()),
            std::collections::hash_map::Entry::Vacant(slot) => {
                Ok(slot.insert(self.disk.open(&file.path(&self.dir))?))
            }
        }
    }

    /// Writes what new leaves add.
    pub(crate) fn write(&mut self, delta: &Delta) -> Result<(), LogError> {
        for (file, offset, bytes) in delta.pieces() {
            self.file(file)?.write_at(bytes, offset)?;
        }
        Ok(())
    }

    /// Writes those pieces that are missing or wrong; adds their files to `repaired`.
    pub(crate) fn repair(&mut self, delta: &Delta, repaired: &mut Vec<DerivedFile>) -> Result<(), LogError> {
        let mut stored = std::mem::take(&mut self.stored);
        for (file, offset, bytes) in delta.pieces() {
            let open = self.file(file)?;
            stored.resize(bytes.len(), 0);
            let there = open.len()? >= offset + bytes.len() as u64;
            if there {
                disk::read_at(open.file(), open.path(), &mut stored, offset)?;
            }
            if !there || stored != bytes {
                open.write_at(bytes, offset)?;
                repaired.push(file);
            }
        }
        self.stored = stored;
        Ok(())
    }

    /// Cuts every file to the length it has after `state`.
    pub(crate) fn cut(&mut self, state: &State, repaired: &mut Vec<DerivedFile>) -> Result<(), LogError> {
        for file in all_files(&self.dir.clone(), state)? {
            let expected = expected_len(state, file);
            let open = self.file(file)?;
            if open.len()? != expected {
                open.set_len(expected)?;
                repaired.push(file);
            }
        }
        Ok(())
    }

    /// Publishes a checkpoint: readers take the log to end there.
    pub(crate) fn publish(&self, checkpoint: &[u8]) -> Result<(), LogError> {
        self.disk.replace(&checkpoint_path(&self.dir), checkpoint)
    }
}
