//! An export that is there as a whole or not at all.

use std::{
    ffi::OsStr,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::Duration,
};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use super::manifest::NAME as MANIFEST;
use crate::{mistake::Mistake, stop};

/// How the names of directories with files under way begin.
const UNDER_WAY: &str = ".new.";
/// How often files under way are taken away, while others still write them.
const TRIES: u32 = 100;

/// Files under way, in a directory of their own inside the one that was named: a disk that is full, any other error, Ctrl-C and SIGTERM take them away
/// again. A process that is killed leaves `.new.…` and no file under its name; the next export there takes it away.
pub struct Whole {
    new: TempDir,
    out: PathBuf,
    /// Whether the files have their names, or are gone; held while they get them.
    is_over: Arc<Mutex<bool>>,
    /// As long as it is open, others see that the files are somebody's.
    _lock: File,
}

impl Whole {
    /// Begins one in `out`, which holds nothing that the export would bring; `is_mine` says of a name whether it would.
    ///
    /// # Errors
    /// There is an export already, or the directory cannot be written.
    pub fn begin(out: &Path, is_mine: impl Fn(&str) -> bool) -> Result<Whole> {
        let at = || out.display().to_string();
        fs::create_dir_all(out).with_context(at)?;
        for entry in fs::read_dir(out).with_context(at)? {
            let entry = entry.with_context(at)?;
            let name = entry.file_name();
            if is_left_over(&name, &entry.path()) {
                let (dir, name) = (out.display(), name.display());
                fs::remove_dir_all(entry.path()).with_context(|| {
                    format!("{dir}: `{name}` is left of an export that was killed; remove it")
                })?;
                continue;
            }
            let name = name.to_string_lossy();
            let is_there = || {
                Mistake::new(
                    format!("không trống, đã có `{name}`; hãy xuất vào thư mục mới, hoặc một thư mục trống"),
                    format!(
                        "not empty, `{name}` is there already; export into a new directory, or into an empty one"
                    ),
                )
            };
            ensure!(!is_mine(&name), is_there().of(&at()));
        }
        let new = tempfile::Builder::new().prefix(UNDER_WAY).tempdir_in(out).with_context(at)?;
        let lock = File::open(new.path()).with_context(at)?;
        // a file system without locks has the files of killed exports named, not taken away
        let _: io::Result<()> = lock.lock();
        Ok(Whole { new, out: out.to_owned(), is_over: Arc::default(), _lock: lock })
    }

    /// From now on Ctrl-C and SIGTERM take the files away and end the process.
    ///
    /// # Errors
    /// The system lets nobody listen.
    pub fn end_with_signals(&self) -> Result<()> {
        let (dir, is_over) = (self.dir().to_owned(), Arc::clone(&self.is_over));
        stop::end_after(move || take_away_under_way(&dir, &is_over))
    }

    /// Where its files are written.
    pub fn dir(&self) -> &Path {
        self.new.path()
    }

    /// Puts them under their names, the manifest last.
    ///
    /// # Errors
    /// A file cannot be moved; what was moved before it is taken away again.
    pub fn end(self) -> Result<()> {
        // whoever asks to stop now waits until all of them have their names
        let mut is_over = self.is_over.lock().unwrap_or_else(PoisonError::into_inner);
        let mut names = Vec::new();
        for entry in fs::read_dir(self.dir())? {
            names.push(entry?.file_name());
        }
        names.sort_by_key(|name| name == MANIFEST);
        for (at, name) in names.iter().enumerate() {
            let moved = fs::rename(self.dir().join(name), self.out.join(name));
            if let Err(error) = moved {
                names[..at].iter().for_each(|name| take_away(&self.out.join(name)));
                return Err(error).with_context(|| self.out.join(name).display().to_string());
            }
        }
        *is_over = true;
        Ok(())
    }
}

/// Whether it is a directory of an export that nobody writes any more.
fn is_left_over(name: &OsStr, path: &Path) -> bool {
    let is_named = name.to_str().is_some_and(|name| name.starts_with(UNDER_WAY));
    is_named && path.is_dir() && File::open(path).is_ok_and(|dir| dir.try_lock().is_ok())
}

/// Before the process ends: others may be writing in the directory until then.
fn take_away_under_way(dir: &Path, is_over: &Mutex<bool>) {
    let is_over = is_over.lock().unwrap_or_else(PoisonError::into_inner);
    for _ in 0..TRIES {
        if *is_over || fs::remove_dir_all(dir).is_ok() || !dir.exists() {
            return;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

fn take_away(path: &Path) {
    // what cannot be taken away either is told by the error that is returned for the next one
    let _: io::Result<()> = if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_export_left_is_taken_away_and_what_another_writes_is_not() {
        let out = tempfile::tempdir().unwrap();
        let left = out.path().join(".new.abc123");
        fs::create_dir_all(left.join("facts")).unwrap();
        let whole = Whole::begin(out.path(), |_| true).unwrap();
        assert!(!left.exists());
        let error = Whole::begin(out.path(), |_| true).err().unwrap().to_string();
        assert!(error.contains("`.new.") && whole.dir().exists(), "{error}");
        // Ctrl-C: what is under way goes, what has its name stays
        let is_over = Mutex::new(false);
        take_away_under_way(whole.dir(), &is_over);
        assert!(!whole.dir().exists());
        *is_over.lock().unwrap() = true;
        take_away_under_way(out.path(), &is_over);
        assert!(out.path().exists());
    }

    #[test]
    fn files_come_under_their_names_together_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let out = dir.path().join("out");
        let names = || {
            let mut names: Vec<_> = fs::read_dir(&out)
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .collect();
            names.sort();
            names
        };
        let whole = Whole::begin(&out, |_| true).unwrap();
        fs::write(whole.dir().join("half"), "x").unwrap();
        drop(whole);
        assert!(names().is_empty());
        let whole = Whole::begin(&out, |_| true).unwrap();
        fs::create_dir(whole.dir().join("facts")).unwrap();
        fs::write(whole.dir().join(MANIFEST), "{}").unwrap();
        assert!(names()[0].starts_with(".new."));
        whole.end().unwrap();
        assert_eq!(names(), ["facts", MANIFEST]);
        let error = Whole::begin(&out, |_| true).err().unwrap().to_string();
        assert!(error.contains("`facts` is there already") && error.contains("new directory"), "{error}");
        assert!(Whole::begin(&out, |name| name == "other").is_ok());
    }
}
