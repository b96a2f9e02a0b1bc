//! One process seals for a unit.

use std::fs::{self, File, TryLockError};

use crate::dir::{FileError, UnitDir, make_dir};

/// The right to seal for one unit, held until dropped. The system releases it when the process ends in any way.
#[derive(Debug)]
pub struct UnitLock {
    _file: File,
}

/// Why the right to seal was not given.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Another process holds it.
    #[error(
        "{dir}: another process seals for this unit; stop it, or send the facts to its HTTP address in node.json"
    )]
    Held {
        /// The unit's directory.
        dir: String,
    },
    /// The lock file could not be opened or locked.
    #[error(transparent)]
    File(#[from] FileError),
}

impl UnitLock {
    /// Takes the lock of the unit's directory, at once or not at all.
    ///
    /// # Errors
    /// [`LockError::Held`] when another process has it.
    pub fn take(dir: &UnitDir) -> Result<UnitLock, LockError> {
        make_dir(dir.path())?;
        let path = dir.lock();
        let file = fs::OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(FileError::at(&path))?;
        match file.try_lock() {
            Ok(()) => Ok(UnitLock { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LockError::Held { dir: dir.path().display().to_string() }),
            Err(TryLockError::Error(cause)) => Err(FileError { path, cause }.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_sealers_never_hold_one_unit() {
        let dir = tempfile::tempdir().unwrap();
        let unit = UnitDir::new(dir.path().join("u"));
        let first = UnitLock::take(&unit).unwrap();
        assert!(matches!(UnitLock::take(&unit), Err(LockError::Held { .. })));
        drop(first);
        UnitLock::take(&unit).unwrap();
    }
}
