//! The tables of a ledger at a cut-off, exported once and kept for the next question.
//!
//! `tables/<ledger>-<size>-<root>-<version>` below the user's cache directory; nobody else may read it, since facts are not public. A directory counts
//! once it has its manifest and every file has the length that is written there; the files that a question reads have the digest too, or all are made anew.

use std::{
    env, fs,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result};
use serde::Deserialize;
use socai_log::Reader;

use crate::{
    cmd::export::{self, manifest, manifest::Bound, parquet::Parquet},
    lang::Lang,
};

/// Version of the tables: a change of their columns is a new one.
const VERSION: &str = concat!("2-", env!("CARGO_PKG_VERSION"));
/// Exports that are kept, those used last.
const MOST_KEPT: usize = 6;

/// The user's cache: `XDG_CACHE_HOME/socai`, else `~/.cache/socai`.
pub fn place() -> PathBuf {
    let set = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let cache = set("XDG_CACHE_HOME").filter(|dir| dir.is_absolute());
    let cache = cache.or_else(|| set("HOME").map(|home| home.join(".cache"))).unwrap_or_else(env::temp_dir);
    cache.join("socai")
}

#[derive(Deserialize)]
struct Manifest {
    files: Vec<Listed>,
}

#[derive(Deserialize)]
struct Listed {
    name: String,
    bytes: u64,
    blake3: String,
}

/// The directory with the tables of this cut-off, exported now if they are not there, or if a file below one of the `needed` directories is not the
/// one that was written: a bit that flips on a disk is read by the engine as another number. Costs one reading of these files.
///
/// # Errors
/// The log cannot be read, or the cache not be written.
pub fn tables(
    cache: &Path,
    reader: &Reader,
    bound: &Bound,
    needed: &[String],
    lang: Lang,
) -> Result<PathBuf> {
    let all = cache.join("tables");
    let at = || all.display().to_string();
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&all).with_context(at)?;
    let ledger = blake3::hash(bound.ledger.as_bytes()).to_hex();
    let name = format!("{}-{}-{}-{VERSION}", &ledger[..12], bound.size, &bound.root.to_string()[..16]);
    let dir = all.join(name);
    if is_whole(&dir, needed) {
        // the newest use counts when old ones are removed
        fs::File::open(&dir)
            .and_then(|dir| dir.set_modified(std::time::SystemTime::now()))
            .with_context(at)?;
        return Ok(dir);
    }
    let new = tempfile::Builder::new().prefix("new.").tempdir_in(&all).with_context(at)?;
    let output = Parquet::new(new.path(), bound.clone()).with_every_table()?;
    let files = export::written(reader, bound, Box::new(output), 0, lang)?;
    manifest::write(bound, &files, new.path())?;
    if dir.exists() {
        // half of one, or another process was quicker: its tables are the same
        if is_whole(&dir, needed) {
            return Ok(dir);
        }
        tracing::warn!("{}: not as it was written; the tables were made anew", dir.display());
        fs::remove_dir_all(&dir).with_context(at)?;
    }
    fs::rename(new.path(), &dir).with_context(at)?;
    remove_oldest(&all, &dir)?;
    Ok(dir)
}

fn is_whole(dir: &Path, needed: &[String]) -> bool {
    let Ok(text) = fs::read(dir.join("manifest.json")) else { return false };
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&text) else { return false };
    let is_there =
        |file: &Listed| fs::metadata(dir.join(&file.name)).is_ok_and(|found| found.len() == file.bytes);
    let is_needed = |file: &&Listed| needed.iter().any(|needed| Path::new(&file.name).starts_with(needed));
    manifest.files.iter().all(is_there)
        && manifest.files.iter().filter(is_needed).all(|file| is_as_written(dir, file))
}

fn is_as_written(dir: &Path, file: &Listed) -> bool {
    let Ok(found) = fs::File::open(dir.join(&file.name)) else { return false };
    let mut hasher = blake3::Hasher::new();
    hasher.update_reader(found).is_ok() && hasher.finalize().to_hex().as_str() == file.blake3
}

/// Keeps those that were used last, and what others are writing.
fn remove_oldest(all: &Path, just_made: &Path) -> Result<()> {
    let mut kept = Vec::new();
    for entry in fs::read_dir(all)? {
        let entry = entry?;
        let is_new = entry.file_name().to_string_lossy().starts_with("new.");
        if !is_new && entry.path() != just_made {
            kept.push((entry.metadata()?.modified()?, entry.path()));
        }
    }
    kept.sort();
    let spare = kept.len().saturating_sub(MOST_KEPT - 1);
    for (_, dir) in kept.into_iter().take(spare) {
        fs::remove_dir_all(&dir).with_context(|| dir.display().to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::FileExt as _;

    use serde_json::json;

    use super::*;

    #[test]
    fn a_file_counts_with_its_length_and_one_that_is_needed_with_every_bit() {
        let dir = tempfile::tempdir().unwrap();
        let dir = dir.path();
        let names = ["entries/month=2023-01/1.parquet", "facts/gift.planned/month=2023-01/1.parquet"];
        let files: Vec<_> = names.iter().map(|name| {
            let file = dir.join(name);
            fs::create_dir_all(file.parent().unwrap()).unwrap();
            fs::write(&file, name).unwrap();
            json!({"name": name, "lines": 1, "bytes": name.len(), "blake3": blake3::hash(name.as_bytes()).to_hex().as_str()})
        }).collect();
        fs::write(dir.join("manifest.json"), json!({ "files": files }).to_string()).unwrap();
        let is_whole = |needed: &str| is_whole(dir, &[needed.to_owned()]);
        assert!(is_whole("entries") && is_whole("facts/gift.planned"));
        let damaged = fs::File::options().write(true).open(dir.join(names[0])).unwrap();
        damaged.write_at(b"E", 0).unwrap();
        assert!(!is_whole("entries") && is_whole("facts/gift.planned"));
        damaged.set_len(3).unwrap();
        assert!(!is_whole("facts/gift.planned"), "a short one is half of an export");
    }
}
