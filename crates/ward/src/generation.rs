//! Generations of a journal: a journal is only ever appended to, so one that must change is written anew and swapped in.
//!
//! `journal/current` names the generation in use; `journal/g<number>/` are the generations. The swap is one rename of `current`. Earlier
//! generations stay, because nothing that was signed is thrown away; an annex that is destroyed by procedure is destroyed in all of them.

use std::{
    fs,
    path::{Path, PathBuf},
};

use socai_log::{Disk, Journal, JournalOptions, Lock, LogError, Owner};

use crate::dir::{FileError, make_dir, read_if_there, replace, sync_dir};

/// The directory of a unit's journals.
#[derive(Clone, Debug)]
pub(crate) struct Generations {
    dir: PathBuf,
}

/// Why the journal in use cannot be told or opened.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// A file could not be read or written.
    #[error(transparent)]
    File(#[from] FileError),
    /// The journal itself cannot be opened.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Generations are there, but not the file that names one.
    #[error(
        "{path}: does not name one of the journal's generations; write its number there, the highest complete one"
    )]
    Current {
        /// `journal/current`.
        path: String,
    },
}

impl Generations {
    pub(crate) fn new(dir: PathBuf) -> Generations {
        Generations { dir }
    }

    /// The number of the generation in use; 0 for a new unit.
    pub(crate) fn current(&self) -> Result<u64, JournalError> {
        make_dir(&self.dir)?;
        let path = self.dir.join("current");
        let wrong = || JournalError::Current { path: path.display().to_string() };
        match read_if_there(&path)? {
            Some(bytes) => {
                let number = String::from_utf8(bytes).ok().and_then(|text| text.trim().parse().ok());
                number.filter(|number| self.path(*number).is_dir()).ok_or_else(wrong)
            }
            // a new unit, or one whose first start was cut short
            None if !self.path(1).exists() => {
                make_dir(&self.path(0))?;
                self.put_in_use(0)?;
                Ok(0)
            }
            None => Err(wrong()),
        }
    }

    /// Where generation `number` is.
    pub(crate) fn path(&self, number: u64) -> PathBuf {
        self.dir.join(format!("g{number}"))
    }

    /// The numbers of all generations that are there, also of one that is being written.
    pub(crate) fn all(&self) -> Result<Vec<u64>, FileError> {
        let mut numbers = Vec::new();
        for entry in fs::read_dir(&self.dir).map_err(FileError::at(&self.dir))? {
            let name = entry.map_err(FileError::at(&self.dir))?.file_name();
            let number =
                name.to_str().and_then(|name| name.strip_prefix('g')).and_then(|n| n.parse::<u64>().ok());
            numbers.extend(number);
        }
        numbers.sort_unstable();
        Ok(numbers)
    }

    /// An empty place for the generation after `number`; one that was never finished is removed.
    pub(crate) fn begin_next(&self, number: u64) -> Result<PathBuf, JournalError> {
        let path = self.path(number + 1);
        if path.exists() {
            fs::remove_dir_all(&path).map_err(FileError::at(&path))?;
        }
        make_dir(&path)?;
        sync_dir(&self.dir)?;
        Ok(path)
    }

    /// From now on generation `number` is the journal.
    pub(crate) fn put_in_use(&self, number: u64) -> Result<(), FileError> {
        replace(&self.dir.join("current"), format!("{number}\n").as_bytes())
    }
}

/// Opens one generation for writing.
pub(crate) fn open(path: &Path, owner: Owner, lock: &Lock, disk: &Disk) -> Result<Journal, LogError> {
    let options = JournalOptions { disk: disk.clone(), ..JournalOptions::default() };
    let (journal, recovery) = Journal::open(path, owner, lock, options)?;
    if recovery.cut_bytes > 0 {
        tracing::warn!(bytes = recovery.cut_bytes, "cut records that were never sealed from the journal");
    }
    Ok(journal)
}
