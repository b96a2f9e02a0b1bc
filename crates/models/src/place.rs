//! The directory of the models: databases by number, and the file that says which one counts.
//!
//! `db.<n>` are databases, `current` holds the number in use, `published` the digest told to others, `aside.<n>` databases that
//! did not open. A rebuild fills `db.<n+1>` and then replaces `current`.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use socai_log::{Readers, replace_remakable};

use crate::error::ModelsError;

/// The directory of the models.
#[derive(Clone, Debug)]
pub struct Place(PathBuf);

impl Place {
    /// Names the directory; nothing is read or made.
    pub fn new(dir: impl Into<PathBuf>) -> Self {
        Place(dir.into())
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// The file that others read the digest from.
    #[must_use]
    pub fn published(&self) -> PathBuf {
        self.0.join("published")
    }

    pub(crate) fn database(&self, number: u64) -> PathBuf {
        self.0.join(format!("db.{number}"))
    }

    /// The database in use; 0 when nothing was written yet.
    pub(crate) fn current(&self) -> Result<u64, ModelsError> {
        let path = self.0.join("current");
        match fs::read_to_string(&path) {
            // an unreadable pointer costs a rebuild, nothing else
            Ok(text) => Ok(text.trim().parse().unwrap_or(0)),
            Err(cause) if cause.kind() == io::ErrorKind::NotFound => Ok(0),
            Err(cause) => Err(ModelsError::Io { path, cause }),
        }
    }

    /// Points to another database; readers see the old number or the new one.
    pub(crate) fn point_to(&self, number: u64) -> Result<(), ModelsError> {
        self.replace(&self.0.join("current"), &format!("{number}\n"))
    }

    /// Replaces a small file as a whole; like everything here it can be made again.
    pub(crate) fn replace(&self, path: &Path, text: &str) -> Result<(), ModelsError> {
        let replaced = replace_remakable(path, text.as_bytes(), Readers::Others);
        replaced.map_err(|cause| ModelsError::Io { path: path.to_owned(), cause })
    }

    /// Moves a database that cannot be used out of the way, where it can be looked at.
    pub(crate) fn put_aside(&self, number: u64) -> Result<PathBuf, ModelsError> {
        let from = self.database(number);
        let free = (0..).map(|n| self.0.join(format!("aside.{n}"))).find(|path| !path.exists());
        let to = free.unwrap_or_else(|| self.0.join("aside"));
        fs::rename(&from, &to).map_err(|cause| ModelsError::Io { path: from, cause })?;
        Ok(to)
    }

    /// Removes a database that nothing points to.
    pub(crate) fn remove(&self, number: u64) -> Result<(), ModelsError> {
        let path = self.database(number);
        match fs::remove_dir_all(&path) {
            Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(ModelsError::Io { path, cause }),
            _ => Ok(()),
        }
    }
}
