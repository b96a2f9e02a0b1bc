//! Replacing a small file whole, for files beside a log: pins, settings, notes of how far somebody came.
//!
//! Both write a side file `<name>.new` and rename it, so that a reader sees the old content or the new one and never half. They differ in what a power cut may leave.
//! A log's own files go through [`Disk`](crate::Disk) instead, where a test can make every step fail.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

/// Who may read a file that is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readers {
    /// Whoever the umask lets.
    Others,
    /// Its owner alone.
    OwnerAlone,
}

/// Replaces a file that nobody can make again. A power cut at any moment leaves the old content or the new one; when this returns, the new one.
///
/// # Errors
/// What the system said of the side file, the rename or the directory; the old content is still there unless the directory's sync failed.
pub fn replace_durably(path: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    let beside = side_of(path);
    write(&beside, content, readers)?.sync_all()?;
    fs::rename(&beside, path)?;
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    File::open(dir.unwrap_or(Path::new(".")))?.sync_all()
}

/// Replaces a file that can be made again from others. Nothing is synced: a power cut may leave the old content, the new one, or an empty file.
///
/// # Errors
/// What the system said of the side file or the rename; the old content is still there.
pub fn replace_remakable(path: &Path, content: &[u8], readers: Readers) -> io::Result<()> {
    let beside = side_of(path);
    write(&beside, content, readers)?;
    fs::rename(&beside, path)
}

fn side_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".new");
    name.into()
}

fn write(path: &Path, content: &[u8], readers: Readers) -> io::Result<File> {
    let mut options = OpenOptions::new();
    if readers == Readers::OwnerAlone {
        options.mode(0o600);
    }
    let mut file = options.write(true).create(true).truncate(true).open(path)?;
    file.write_all(content)?;
    Ok(file)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test says what went wrong by panicking
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    type Replace = fn(&Path, &[u8], Readers) -> io::Result<()>;
    const BOTH: [Replace; 2] = [replace_durably, replace_remakable];

    #[test]
    fn replacing_leaves_no_half_and_no_rest_and_not_even_a_rest_of_a_crash_before() {
        for replace in BOTH {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("pinned.toml");
            fs::write(dir.path().join("pinned.toml.new"), b"longer than all that comes after it").unwrap();
            replace(&path, b"a longer first content", Readers::Others).unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"a longer first content");
            replace(&path, b"short", Readers::Others).unwrap();
            assert_eq!(fs::read(&path).unwrap(), b"short");
            assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn a_file_for_its_owner_alone_is_read_by_nobody_else() {
        for replace in BOTH {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("alarm.json");
            fs::write(&path, b"for all").unwrap();
            replace(&path, b"{}", Readers::OwnerAlone).unwrap();
            assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn what_cannot_be_replaced_stays_as_it_was() {
        for replace in BOTH {
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("taken");
            fs::create_dir_all(path.join("by a directory")).unwrap();
            replace(&path, b"content", Readers::Others).unwrap_err();
            assert!(path.join("by a directory").is_dir());
            let missing = dir.path().join("no/such/dir/file");
            let error = replace(&missing, b"content", Readers::Others).unwrap_err();
            assert_eq!(error.kind(), io::ErrorKind::NotFound);
        }
    }
}
