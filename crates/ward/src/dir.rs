//! The places inside one unit's directory, and the small files that are replaced whole.

use std::{
    fs,
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use socai_log::{Readers, replace_durably, replace_remakable};

/// A file or directory of the unit that could not be read or written.
#[derive(Debug, thiserror::Error)]
#[error("{}: {cause}", path.display())]
pub struct FileError {
    /// The file or directory.
    pub path: PathBuf,
    /// What the system said.
    pub cause: io::Error,
}

impl FileError {
    /// For `map_err`: names the file the system complained about.
    pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> FileError + '_ {
        move |cause| FileError { path: path.to_owned(), cause }
    }
}

/// One unit's directory. Naming places reads and makes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitDir(PathBuf);

impl UnitDir {
    /// Names the directory.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        UnitDir(dir.into())
    }

    /// The directory itself.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// `unit.toml`: who the unit is and where its broker is.
    pub fn config(&self) -> PathBuf {
        self.0.join("unit.toml")
    }

    /// `registry.json`: the units of the ledger as handed over at enrolment; may be absent.
    pub fn registry(&self) -> PathBuf {
        self.0.join("registry.json")
    }

    /// `enrolment.json`: the public part that the operator registers.
    pub fn enrolment(&self) -> PathBuf {
        self.0.join("enrolment.json")
    }

    /// `keys/`: the unit's secrets, for its owner alone.
    pub fn keys(&self) -> PathBuf {
        self.0.join("keys")
    }

    /// `journal/`: generations of the journal and the file that names the one in use.
    pub fn journal(&self) -> PathBuf {
        self.0.join("journal")
    }

    /// `receipts/`: what came back from the district, proven.
    pub fn receipts(&self) -> PathBuf {
        self.0.join("receipts")
    }

    /// `ids/`: which event ids are sealed; derived from the journal.
    pub fn ids(&self) -> PathBuf {
        self.0.join("ids")
    }

    /// `vault/`: who is behind a token, encrypted; it never leaves.
    pub fn vault(&self) -> PathBuf {
        self.0.join("vault")
    }

    /// `spool/`: private copies of files being imported; emptied at every start.
    pub fn spool(&self) -> PathBuf {
        self.0.join("spool")
    }

    /// `checkpoint`: the newest checkpoint of the ledger that this unit has verified.
    pub fn checkpoint(&self) -> PathBuf {
        self.0.join("checkpoint")
    }

    /// `erased`: up to where orders to destroy annexes are carried out here.
    pub fn erased(&self) -> PathBuf {
        self.0.join("erased")
    }

    /// `witness/`: the newest checkpoint that this unit cosigned, how far it looked, and what it refused.
    pub fn witness(&self) -> PathBuf {
        self.0.join("witness")
    }

    /// `alarm.json`: why nothing is published until somebody has looked; absent when all is well.
    pub fn alarm(&self) -> PathBuf {
        self.0.join("alarm.json")
    }

    /// `lock`: held by the one process that may seal.
    pub fn lock(&self) -> PathBuf {
        self.0.join("lock")
    }

    /// `node.json`: where the running node answers.
    pub fn node(&self) -> PathBuf {
        self.0.join("node.json")
    }
}

/// Makes a directory and its parents.
pub(crate) fn make_dir(path: &Path) -> Result<(), FileError> {
    fs::create_dir_all(path).map_err(FileError::at(path))
}

/// Makes renames and new names in a directory survive a power cut.
pub(crate) fn sync_dir(path: &Path) -> Result<(), FileError> {
    fs::File::open(path).and_then(|dir| dir.sync_all()).map_err(FileError::at(path))
}

/// The whole of a file, or `None` when there is none.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, FileError> {
    match fs::read(path) {
        Ok(content) => Ok(Some(content)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(FileError::at(path)(error)),
    }
}

/// Replaces a small file, synced: a reader and a crash see the old one or the new one, never half.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), FileError> {
    replace_durably(path, content, Readers::OwnerAlone).map_err(FileError::at(path))
}

/// Replaces a small file that is derived from others: a reader sees the old one or the new one, a crash may leave either.
pub(crate) fn replace_unsynced(path: &Path, content: &[u8]) -> Result<(), FileError> {
    replace_remakable(path, content, Readers::OwnerAlone).map_err(FileError::at(path))
}

/// Writes a new file for its owner alone, synced; one that is there already is left as it is and is an error.
pub(crate) fn write_new(path: &Path, content: &[u8]) -> Result<(), FileError> {
    let mut file = owners_file().create_new(true).open(path).map_err(FileError::at(path))?;
    file.write_all(content).and_then(|()| file.sync_all()).map_err(FileError::at(path))?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Removes a file; it may be gone already.
pub(crate) fn remove_if_there(path: &Path) -> Result<(), FileError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(FileError::at(path)(error)),
        _ => Ok(()),
    }
}

fn owners_file() -> fs::OpenOptions {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).mode(0o600);
    options
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_secret_is_for_its_owner_alone_and_never_overwritten() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret");
        write_new(&path, b"one").unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        let error = write_new(&path, b"two").unwrap_err();
        assert_eq!(error.cause.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(fs::read(&path).unwrap(), b"one");
    }

    #[test]
    fn replacing_leaves_no_half_and_no_rest() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("checkpoint");
        replace(&path, b"a longer first content").unwrap();
        replace(&path, b"short").unwrap();
        assert_eq!(read_if_there(&path).unwrap().unwrap(), b"short");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        remove_if_there(&path).unwrap();
        remove_if_there(&path).unwrap();
        assert_eq!(read_if_there(&path).unwrap(), None);
    }
}
