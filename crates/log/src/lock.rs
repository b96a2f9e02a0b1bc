//! One writer per directory.

use std::{
    fs::{File, OpenOptions, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

use crate::error::LogError;

/// Tries while somebody only looks whether there is a writer: he shares the lock for an instant, which may be long on a busy machine.
const TRIES_SHARED: u32 = 200;
/// Tries while somebody has it alone: a writer, or for an instant a program that does not run yet and whose parent has just let go of it.
const TRIES_ALONE: u32 = 5;
const TRY_EVERY: Duration = Duration::from_millis(5);

/// Proof that this process is the only writer of a directory: an exclusive `flock` on a file beside it.
///
/// The kernel drops it with the last clone, also when the process is killed. Readers take none.
#[derive(Clone, Debug)]
pub struct Lock {
    path: PathBuf,
    _file: Arc<File>,
}

impl Lock {
    /// Takes the lock, creating the file when missing; [`LogError::Locked`] when another process has it, and not just for an instant.
    pub fn acquire(path: &Path) -> Result<Self, LogError> {
        let failed = |source| {
            let (action, path) = ("lock", path.to_owned());
            LogError::Io { action, path, offset: None, source: Arc::new(source) }
        };
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path).map_err(failed)?;
        let mut tries = 1;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Lock { path: path.to_owned(), _file: Arc::new(file) }),
                Err(TryLockError::WouldBlock) => {}
                Err(TryLockError::Error(source)) => return Err(failed(source)),
            }
            // a writer shares it with nobody
            let most = if file.try_lock_shared().is_ok() { TRIES_SHARED } else { TRIES_ALONE };
            if tries >= most {
                return Err(LogError::Locked { path: path.to_owned() });
            }
            file.unlock().map_err(failed)?;
            thread::sleep(TRY_EVERY);
            tries += 1;
        }
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}
