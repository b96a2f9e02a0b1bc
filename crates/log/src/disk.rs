//! Every change to the file system goes through here, so that a test can make any of them fail.
//!
//! Reads do not: they are plain positional reads of [`std::fs::File`].

use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
    sync::Arc,
};

use crate::error::LogError;

/// One change to the file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op<'a> {
    /// Create an empty file, or open the one that exists.
    Create(&'a Path),
    /// Create a directory and those above it.
    MakeDir(&'a Path),
    /// Write bytes at a position.
    Write {
        /// The file.
        path: &'a Path,
        /// Position of the first byte.
        offset: u64,
        /// What is written.
        bytes: &'a [u8],
    },
    /// Cut or extend a file.
    SetLen {
        /// The file.
        path: &'a Path,
        /// Its new length in bytes.
        len: u64,
    },
    /// `fdatasync` of a file.
    Sync(&'a Path),
    /// `fsync` of a directory: its names are on the disk.
    SyncDir(&'a Path),
    /// Replace a file by another, atomically.
    Rename {
        /// The file that moves.
        from: &'a Path,
        /// The name it takes.
        to: &'a Path,
    },
    /// Delete a file.
    Remove(&'a Path),
}

/// What becomes of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It happens.
    Do,
    /// It does not happen and an error of this kind is reported.
    Lose(io::ErrorKind),
    /// It happens and yet an error of this kind is reported.
    DoThenFail(io::ErrorKind),
    /// The first bytes of a write happen, then an error of this kind is reported; other changes are lost.
    Cut(usize, io::ErrorKind),
}

/// Decides over every change before it happens. For tests of crashes, failing disks and full disks.
pub trait Faults: Send + Sync {
    /// The fate of `op`.
    fn verdict(&self, op: Op<'_>) -> Verdict;
}

/// The file system, or one with faults. Cheap to clone.
#[derive(Clone, Default)]
pub struct Disk {
    faults: Option<Arc<dyn Faults>>,
}

impl Disk {
    /// A disk whose changes fail as `faults` says.
    pub fn with_faults(faults: Arc<dyn Faults>) -> Self {
        Disk { faults: Some(faults) }
    }

    fn run<T>(&self, op: Op<'_>, act: impl FnOnce() -> io::Result<T>) -> Result<T, LogError> {
        let verdict = self.faults.as_ref().map_or(Verdict::Do, |faults| faults.verdict(op));
        let done = match (verdict, op) {
            (Verdict::Do, _) => act(),
            (Verdict::DoThenFail(kind), _) => act().and(Err(kind.into())),
            (Verdict::Cut(len, kind), Op::Write { path, offset, bytes }) => {
                write_part(path, &bytes[..len.min(bytes.len())], offset).and(Err(kind.into()))
            }
            (Verdict::Lose(kind) | Verdict::Cut(_, kind), _) => Err(kind.into()),
        };
        done.map_err(|source| op.failed(source))
    }

    /// Opens `path` for reading and writing, creating it when missing.
    pub(crate) fn open(&self, path: &Path) -> Result<DiskFile, LogError> {
        let file = self.run(Op::Create(path), || {
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(path)
        })?;
        Ok(DiskFile { file, path: path.to_owned(), disk: self.clone() })
    }

    pub(crate) fn make_dir(&self, path: &Path) -> Result<(), LogError> {
        if path.is_dir() {
            return Ok(());
        }
        self.run(Op::MakeDir(path), || fs::create_dir_all(path))
    }

    /// Makes the names in a new directory durable, and its own name.
    pub(crate) fn sync_new_dir(&self, path: &Path) -> Result<(), LogError> {
        let above = path.parent().filter(|above| !above.as_os_str().is_empty());
        self.sync_dir(above.unwrap_or(Path::new(".")))?;
        self.sync_dir(path)
    }

    /// Makes the names in a directory durable.
    pub(crate) fn sync_dir(&self, path: &Path) -> Result<(), LogError> {
        self.run(Op::SyncDir(path), || File::open(path)?.sync_all())
    }

    pub(crate) fn remove(&self, path: &Path) -> Result<(), LogError> {
        self.run(Op::Remove(path), || fs::remove_file(path))
    }

    /// Gives a file another name, in place of a file that has it.
    pub(crate) fn rename(&self, from: &Path, to: &Path) -> Result<(), LogError> {
        self.run(Op::Rename { from, to }, || fs::rename(from, to))
    }

    /// Creates `path` with `bytes` so that it is never seen without them, also after a power cut. Replaces a file that is there.
    pub(crate) fn create(&self, path: &Path, bytes: &[u8]) -> Result<DiskFile, LogError> {
        let side = side_name(path);
        let mut file = self.open(&side)?;
        file.set_len(0)?;
        file.write_at(bytes, 0)?;
        file.sync()?;
        self.rename(&side, path)?;
        file.path = path.to_owned();
        path.parent().map_or(Ok(()), |dir| self.sync_dir(dir))?;
        Ok(file)
    }

    /// Writes `bytes` to a side file and renames it to `path`: a reader sees the old content or the new one.
    pub(crate) fn replace(&self, path: &Path, bytes: &[u8]) -> Result<(), LogError> {
        let side = side_name(path);
        let file = self.open(&side)?;
        file.write_at(bytes, 0)?;
        file.set_len(bytes.len() as u64)?;
        self.rename(&side, path)
    }
}

fn write_part(path: &Path, bytes: &[u8], offset: u64) -> io::Result<()> {
    OpenOptions::new().write(true).open(path)?.write_all_at(bytes, offset)
}

/// Name of the side file of [`Disk::replace`].
pub(crate) fn side_name(path: &Path) -> PathBuf {
    path.with_extension("next")
}

impl Op<'_> {
    fn failed(self, source: io::Error) -> LogError {
        let (action, path, offset) = match self {
            Op::Create(path) => ("open", path, None),
            Op::MakeDir(path) => ("create", path, None),
            Op::Write { path, offset, .. } => ("write", path, Some(offset)),
            Op::SetLen { path, len } => ("set the length of", path, Some(len)),
            Op::Sync(path) | Op::SyncDir(path) => ("sync", path, None),
            Op::Rename { to, .. } => ("replace", to, None),
            Op::Remove(path) => ("delete", path, None),
        };
        LogError::Io { action, path: path.to_owned(), offset, source: Arc::new(source) }
    }
}

/// A file open for reading and writing.
pub(crate) struct DiskFile {
    file: File,
    path: PathBuf,
    disk: Disk,
}

impl DiskFile {
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// For reads, which no fault touches.
    pub(crate) fn file(&self) -> &File {
        &self.file
    }

    pub(crate) fn len(&self) -> Result<u64, LogError> {
        file_len(&self.file, &self.path)
    }

    pub(crate) fn write_at(&self, bytes: &[u8], offset: u64) -> Result<(), LogError> {
        let op = Op::Write { path: &self.path, offset, bytes };
        self.disk.run(op, || self.file.write_all_at(bytes, offset))
    }

    pub(crate) fn set_len(&self, len: u64) -> Result<(), LogError> {
        self.disk.run(Op::SetLen { path: &self.path, len }, || self.file.set_len(len))
    }

    /// `fdatasync`: the data and the length are on the disk when it returns.
    pub(crate) fn sync(&self) -> Result<(), LogError> {
        self.disk.run(Op::Sync(&self.path), || self.file.sync_data())
    }
}

/// Opens for reading; `None` when there is no such file.
pub(crate) fn open_read(path: &Path) -> Result<Option<File>, LogError> {
    match File::open(path) {
        Ok(file) => Ok(Some(file)),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(read_failed(path, None, source)),
    }
}

/// The whole of a small file; `None` when there is no such file, and only then.
pub(crate) fn read_if_there(path: &Path) -> Result<Option<Vec<u8>>, LogError> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(source) if source.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => Err(read_failed(path, None, source)),
    }
}

/// Fills `bytes` from `offset`; a file that ends before is an error.
pub(crate) fn read_at(file: &File, path: &Path, bytes: &mut [u8], offset: u64) -> Result<(), LogError> {
    file.read_exact_at(bytes, offset).map_err(|source| read_failed(path, Some(offset), source))
}

/// Reads from `offset` until `bytes` are full or the file ends; gives how many there were. No file reaches beyond 2^63.
pub(crate) fn read_up_to(file: &File, bytes: &mut [u8], offset: u64) -> io::Result<usize> {
    let mut got = 0;
    while got < bytes.len() && i64::try_from(offset).is_ok() {
        match file.read_at(&mut bytes[got..], offset + got as u64) {
            Ok(0) => break,
            Ok(more) => got += more,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(got)
}

pub(crate) fn file_len(file: &File, path: &Path) -> Result<u64, LogError> {
    Ok(file.metadata().map_err(|source| read_failed(path, None, source))?.len())
}

pub(crate) fn read_failed(path: &Path, offset: Option<u64>, source: io::Error) -> LogError {
    LogError::Io { action: "read", path: path.to_owned(), offset, source: Arc::new(source) }
}
