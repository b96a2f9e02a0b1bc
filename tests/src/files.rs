//! Whole directories: copied, listed, damaged.

use std::{
    fs,
    io::ErrorKind,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

/// Every file below a directory, sorted.
///
/// # Panics
/// The directory cannot be read.
pub fn all(dir: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in fs::read_dir(&dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() { dirs.push(path) } else { files.push(path) }
        }
    }
    files.sort();
    files
}

/// Copies a directory with everything below it, notes of ends first, as `deploy/README.md` says of running units. Files are read from the
/// first byte to the last, as a backup does, and one that was renamed or removed since the directory was listed is passed over.
///
/// # Panics
/// A file cannot be read or written.
pub fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    let mut files = all(from);
    files.sort_by_key(|file| !file.ends_with("end"));
    for file in files {
        let target = to.join(file.strip_prefix(from).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        match fs::copy(&file, &target) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            copied => drop(copied.unwrap_or_else(|error| panic!("{}: {error}", file.display()))),
        }
    }
}

/// Puts a copy in the place of a directory; what was there is moved to `aside`, or removed.
///
/// # Panics
/// It cannot be moved.
pub fn restore(copy_of: &Path, place: &Path, aside: Option<&Path>) {
    match aside {
        Some(aside) => fs::rename(place, aside).unwrap(),
        None => fs::remove_dir_all(place).unwrap(),
    }
    copy(copy_of, place);
}

/// Flips one bit of a file and gives back the byte that was there.
///
/// # Panics
/// The file has no byte there.
pub fn flip(file: &Path, offset: u64, bit: u8) -> u8 {
    let open = fs::File::options().read(true).write(true).open(file).unwrap();
    let mut byte = [0];
    open.read_exact_at(&mut byte, offset).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    open.write_all_at(&[byte[0] ^ (1 << bit)], offset).unwrap();
    byte[0]
}

/// Puts a byte back.
///
/// # Panics
/// The file cannot be written.
pub fn put(file: &Path, offset: u64, byte: u8) {
    fs::File::options().write(true).open(file).unwrap().write_all_at(&[byte], offset).unwrap();
}
