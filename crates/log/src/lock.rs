//! One writer per directory.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::error::LogError;

/// Proof that this process is the only writer of a directory: an exclusive `flock` on a file beside it.
///
/// The kernel drops it with the last clone, also when the process is killed. Readers take none.
#[derive(Clone, Debug)]
pub struct Lock {
    path: PathBuf,
    _file: Arc<File>,
}

impl Lock {
    /// Takes the lock, creating the file when missing; [`LogError::Locked`] at once when another process has it.
    pub fn acquire(path: &Path) -> Result<Self, LogError> {
        let failed = |source| {
            let (action, path) = ("lock", path.to_owned());
            LogError::Io { action, path, offset: None, source: Arc::new(source) }
        };
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Lock { path: path.to_owned(), _file: Arc::new(file) }),
            Err(TryLockError::WouldBlock) => Err(LogError::Locked { path: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(failed(source)),
        }
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
