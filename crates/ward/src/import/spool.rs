//! Private copies of files while they are imported.

use std::{
    fs::{self, File},
    io::{Read, Write as _},
    path::{Path, PathBuf},
};

use super::ImportError;
use crate::{
    dir::{FileError, make_dir},
    entropy::random,
};

/// The most bytes of a file.
pub const MAX_FILE_LEN: u64 = 1 << 30;

/// The unit's place for copies.
#[derive(Clone, Debug)]
pub struct Spool {
    dir: PathBuf,
}

/// A private copy that stays as it is, and is removed when dropped.
#[derive(Debug)]
pub struct Spooled {
    path: PathBuf,
    digest: [u8; 32],
}

/// A copy being written, piece by piece.
#[derive(Debug)]
pub struct Spooling {
    path: PathBuf,
    file: File,
    hasher: blake3::Hasher,
    len: u64,
}

impl Spool {
    /// Empties the place: what a crash left there was never sealed, or is found again by its ids.
    ///
    /// # Errors
    /// The directory cannot be made or emptied.
    pub fn open(dir: PathBuf) -> Result<Spool, FileError> {
        make_dir(&dir)?;
        for entry in fs::read_dir(&dir).map_err(FileError::at(&dir))? {
            let path = entry.map_err(FileError::at(&dir))?.path();
            fs::remove_file(&path).map_err(FileError::at(&path))?;
        }
        Ok(Spool { dir })
    }

    /// Begins a copy.
    ///
    /// # Errors
    /// The file cannot be made.
    pub fn begin(&self) -> Result<Spooling, FileError> {
        let name = hex::encode(random::<8>().unwrap_or_default());
        let path = self.dir.join(name);
        let file = File::create_new(&path).map_err(FileError::at(&path))?;
        Ok(Spooling { path, file, hasher: blake3::Hasher::new(), len: 0 })
    }

    /// Copies a whole reader.
    ///
    /// # Errors
    /// It cannot be read, is too long, or the copy cannot be written.
    pub fn copy(&self, mut from: impl Read, name: &Path) -> Result<Spooled, ImportError> {
        let mut copy = self.begin()?;
        let mut piece = vec![0; 1 << 16];
        loop {
            let read = from.read(&mut piece).map_err(FileError::at(name))?;
            if read == 0 {
                return Ok(copy.finish());
            }
            copy.write(&piece[..read])?;
        }
    }
}

impl Spooling {
    /// Adds a piece.
    ///
    /// # Errors
    /// The copy cannot be written, or is longer than [`MAX_FILE_LEN`].
    pub fn write(&mut self, piece: &[u8]) -> Result<(), ImportError> {
        self.len += piece.len() as u64;
        if self.len > MAX_FILE_LEN {
            return Err(ImportError::TooLarge);
        }
        self.hasher.update(piece);
        Ok(self.file.write_all(piece).map_err(FileError::at(&self.path))?)
    }

    /// The copy is whole.
    pub fn finish(mut self) -> Spooled {
        let digest = *self.hasher.finalize().as_bytes();
        Spooled { path: std::mem::take(&mut self.path), digest }
    }
}

impl Drop for Spooling {
    fn drop(&mut self) {
        if !self.path.as_os_str().is_empty() {
            let _ = fs::remove_file(&self.path); // the next start empties the place
        }
    }
}

impl Spooled {
    /// BLAKE3 of the file.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// Where the copy is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Opens the copy from its beginning.
    pub(super) fn open(&self) -> Result<File, FileError> {
        File::open(&self.path).map_err(FileError::at(&self.path))
    }
}

impl Drop for Spooled {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path); // the next start empties the place
    }
}
