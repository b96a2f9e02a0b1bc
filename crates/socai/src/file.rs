//! Writing a file so that nothing half-written ever stands under its name.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

/// Writes beside the file and puts it in its place once it is whole: a disk that is full, or an end half way, leaves what was there before. What is no
/// file, such as a pipe or a terminal, is written to as it is. A file that is replaced keeps its permissions.
///
/// # Errors
/// What the system said; nothing has changed.
pub fn put(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // what a link names is replaced, never the link
    let place = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let found = fs::metadata(&place).ok();
    if found.as_ref().is_some_and(|found| !found.is_file()) {
        return fs::write(&place, bytes);
    }
    let mode = found.as_ref().map_or(0o666, |found| found.permissions().mode() & 0o777);
    let mut beside = tempfile::Builder::new();
    let beside =
        beside.prefix(".new.").permissions(fs::Permissions::from_mode(mode)).tempfile_in(parent(&place));
    let mut beside = match beside {
        Ok(beside) => beside,
        // a directory that takes no new file may hold one that may be written
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied && found.is_some() => {
            return fs::write(&place, bytes);
        }
        // the name of a file that never was helps nobody
        Err(error) => {
            let dir = parent(&place);
            return Err(io::Error::new(error.kind(), format!("{}: {}", dir.display(), error.kind())));
        }
    };
    beside.as_file_mut().write_all(bytes)?;
    if found.is_some() {
        // the mask of the user took bits away that the file had
        beside.as_file().set_permissions(fs::Permissions::from_mode(mode))?;
    }
    beside.persist(&place).map_err(|error| error.error)?;
    Ok(())
}

fn parent(path: &Path) -> PathBuf {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    dir.unwrap_or(Path::new(".")).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_as_a_whole_and_keeps_its_permissions_and_links_stay_links() {
        let dir = tempfile::tempdir().unwrap();
        let (file, link) = (dir.path().join("a"), dir.path().join("b"));
        put(&file, b"first").unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o646)).unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        put(&link, b"second").unwrap();
        assert_eq!(fs::read(&file).unwrap(), b"second");
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o646);
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2, "nothing is left beside");
        assert!(put(Path::new("/dev/full"), b"x").is_err(), "written to as it is");
        assert!(put(&dir.path().join("no/such"), b"x").is_err());
    }
}
