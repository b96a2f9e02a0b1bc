//! Writing a file so that nothing half-written ever stands under its name, and not where the program keeps its own.

use std::{
    fs, io,
    io::Write as _,
    os::unix::fs::PermissionsExt as _,
    path::{self, Path, PathBuf},
};

use anyhow::{Result, bail};

use crate::lang::Lang;

/// Refuses, before any work, what flags name to be written: a place inside the directory of a ledger or a unit, where it could take that of a key or a
/// record, and one file under two flags.
///
/// # Errors
/// One of them is refused: says which, and where to write.
pub fn refuse(flags: &[(&str, Option<&Path>)], lang: Lang) -> Result<()> {
    let mut before: Vec<(&str, PathBuf)> = Vec::new();
    for (flag, path) in flags.iter().filter_map(|(flag, path)| Some((*flag, (*path)?))) {
        let (place, named) = (resolved(path), path.display());
        if let Some(dir) = place.ancestors().find(|dir| is_kept_by_us(dir)) {
            let dir = dir.display();
            bail!(
                "{flag} {named}: {}",
                match lang {
                    Lang::Vi => format!("nằm trong {dir}, nơi giữ khóa và bản ghi; hãy ghi ra chỗ khác"),
                    Lang::En => format!("lies in {dir}, which keeps keys and records; write it elsewhere"),
                }
            );
        }
        // a pipe or a terminal takes both
        let is_file = fs::metadata(&place).map_or(true, |found| found.is_file());
        if let Some((other, _)) = before.iter().find(|(_, one)| is_file && *one == place) {
            bail!("{other}, {flag}: {}", lang.pick("cùng một tệp", "both name one file"));
        }
        before.push((flag, place));
    }
    Ok(())
}

/// Where a path leads: what is there of it without links, the rest as it is written.
fn resolved(path: &Path) -> PathBuf {
    let path = path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let resolved = path.ancestors().find_map(|there| {
        let rest = path.strip_prefix(there).ok()?;
        let there = fs::canonicalize(there).ok()?;
        Some(if rest.as_os_str().is_empty() { there } else { there.join(rest) })
    });
    resolved.unwrap_or(path)
}

/// Whether a directory is that of a ledger, a mirror, a unit or a log.
fn is_kept_by_us(dir: &Path) -> bool {
    let is_log = |dir: &Path| dir.join("volumes").is_dir() && dir.join("checkpoint").is_file();
    ["ledger.toml", "unit.toml"].iter().any(|name| dir.join(name).is_file())
        || is_log(dir)
        || is_log(&dir.join("log"))
}

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
    fn no_flag_writes_where_keys_and_records_are_and_no_two_write_one_file() {
        let dir = tempfile::tempdir().unwrap();
        let (ledger, beside) = (dir.path().join("ledger"), dir.path().join("beside"));
        fs::create_dir_all(ledger.join("keys")).unwrap();
        fs::write(ledger.join("ledger.toml"), "").unwrap();
        fs::write(ledger.join("keys/operator"), "").unwrap();
        std::os::unix::fs::symlink(ledger.join("keys/operator"), &beside).unwrap();
        let refused =
            |flags: &[(&str, Option<&Path>)]| refuse(flags, Lang::En).err().map(|error| error.to_string());
        for path in [&ledger.join("keys/operator"), &ledger.join("new/dir"), &ledger, &beside] {
            let said = refused(&[("--out", None), ("--save", Some(path))]).unwrap();
            assert!(said.starts_with("--save ") && said.contains("write it elsewhere"), "{said}");
        }
        let (one, other) = (dir.path().join("one"), dir.path().join("./one"));
        assert_eq!(
            refused(&[("--out", Some(&one)), ("--save", Some(&other))]).unwrap(),
            "--out, --save: both name one file"
        );
        assert_eq!(refused(&[("--out", Some(&one)), ("--save", Some(&dir.path().join("two")))]), None);
        let nowhere = Some(Path::new("/dev/null"));
        assert_eq!(refused(&[("--out", nowhere), ("--save", nowhere)]), None);
    }

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
