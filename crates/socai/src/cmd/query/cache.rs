//! The tables of a ledger at a cut-off, exported once and kept for the next question.
//!
//! `tables/<ledger>-<size>-<root>-<version>` below the user's cache directory; nobody else may read it, since facts are not public. A directory counts
//! once it has its manifest and every file has the length that is written there.

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
}

/// The directory with the tables of this cut-off, exported now if they are not there.
///
/// # Errors
/// The log cannot be read, or the cache not be written.
pub fn tables(cache: &Path, reader: &Reader, bound: &Bound, lang: Lang) -> Result<PathBuf> {
    let all = cache.join("tables");
    let at = || all.display().to_string();
    fs::DirBuilder::new().recursive(true).mode(0o700).create(&all).with_context(at)?;
    let ledger = blake3::hash(bound.ledger.as_bytes()).to_hex();
    let name = format!("{}-{}-{}-{VERSION}", &ledger[..12], bound.size, &bound.root.to_string()[..16]);
    let dir = all.join(name);
    if is_whole(&dir) {
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
        if is_whole(&dir) {
            return Ok(dir);
        }
        fs::remove_dir_all(&dir).with_context(at)?;
    }
    fs::rename(new.path(), &dir).with_context(at)?;
    remove_oldest(&all, &dir)?;
    Ok(dir)
}

fn is_whole(dir: &Path) -> bool {
    let Ok(text) = fs::read(dir.join("manifest.json")) else { return false };
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&text) else { return false };
    let is_there =
        |file: &Listed| fs::metadata(dir.join(&file.name)).is_ok_and(|found| found.len() == file.bytes);
    manifest.files.iter().all(is_there)
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
