//! An export that is there as a whole or not at all.

use std::{
    fs, io,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use tempfile::TempDir;

use super::manifest::NAME as MANIFEST;

/// Files under way, in a directory of their own inside the one that was named: a disk that is full or any other error takes them away again. A process
/// that is killed leaves `.new.…` and no file under its name.
pub struct Whole {
    new: TempDir,
    out: PathBuf,
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
            let name = entry.with_context(at)?.file_name();
            let name = name.to_string_lossy();
            ensure!(
                !is_mine(&name),
                "{}: not empty, `{name}` is there already; export into a new directory, or into an empty one",
                out.display()
            );
        }
        let new = tempfile::Builder::new().prefix(".new.").tempdir_in(out).with_context(at)?;
        Ok(Whole { new, out: out.to_owned() })
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
        Ok(())
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
