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
        Lock::acquire_pausing(path, || thread::sleep(TRY_EVERY))
    }

    /// The same, with `pause` between one try and the next.
    fn acquire_pausing(path: &Path, mut pause: impl FnMut()) -> Result<Self, LogError> {
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
            pause();
            tries += 1;
        }
    }

    /// The lock file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shared(path: &Path) -> File {
        let file = OpenOptions::new().create(true).append(true).open(path).unwrap();
        file.try_lock_shared().unwrap();
        file
    }

    #[test]
    fn those_who_look_whether_somebody_writes_keep_no_writer_out() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("lock");
        let (mut looking, mut pauses) = (Some(shared(&path)), 0);
        let lock = Lock::acquire_pausing(&path, || {
            pauses += 1;
            looking.take_if(|_| pauses == 10);
        });
        assert_eq!((lock.unwrap().path(), pauses), (&*path, 10));
        // who never goes away is told
        let (_looking, mut pauses) = (shared(&path), 0);
        let refused = Lock::acquire_pausing(&path, || pauses += 1);
        assert!(matches!(refused, Err(LogError::Locked { .. })));
        assert_eq!(pauses + 1, TRIES_SHARED);
    }

    #[test]
    fn a_writer_keeps_others_out_and_is_waited_for_less_long() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("lock");
        let (writer, mut pauses) = (Lock::acquire(&path).unwrap(), 0);
        let refused = Lock::acquire_pausing(&path, || pauses += 1);
        assert!(matches!(refused, Err(LogError::Locked { .. })));
        assert_eq!(pauses + 1, TRIES_ALONE);
        drop(writer);
        Lock::acquire(&path).unwrap();
    }
}
