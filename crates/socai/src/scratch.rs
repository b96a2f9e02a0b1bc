//! Where benchmarks and drills put what nobody needs afterwards.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

/// A directory that is removed at the end unless the user named it.
pub enum Place {
    /// The user's.
    Kept(PathBuf),
    /// Ours.
    Temporary(tempfile::TempDir),
}

impl Place {
    /// The user's directory, or a new one of ours.
    pub fn new(data: Option<&Path>) -> Result<Self> {
        match data {
            Some(dir) => {
                std::fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
                Ok(Place::Kept(dir.to_owned()))
            }
            None => Ok(Place::Temporary(tempfile::tempdir().context("a temporary directory")?)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        match self {
            Place::Kept(dir) => dir,
            Place::Temporary(dir) => dir.path(),
        }
    }
}
