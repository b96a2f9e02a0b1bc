//! Up to where a copy was verified.

use std::{fs, io, path::Path};

use serde::{Deserialize, Serialize};
use socai_log::{CopyEnd, Readers, replace_durably};

use crate::error::MirrorError;

/// The file `held`, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Held {
    /// The last volume.
    pub(crate) volume: u64,
    /// Its length in bytes.
    pub(crate) end: u64,
    /// The length of its annexes.
    pub(crate) annex_end: u64,
    /// The checkpoint of the last commit, a signed note.
    pub(crate) checkpoint: String,
}

impl Held {
    /// Reads it; `None` when nothing was verified yet, which the file says too.
    pub(crate) fn read(path: &Path) -> Result<Option<Held>, MirrorError> {
        let bytes = fs::read(path).map_err(MirrorError::io(path))?;
        serde_json::from_slice(&bytes).map_err(io::Error::from).map_err(MirrorError::io(path))
    }

    pub(crate) fn write(held: Option<&Held>, path: &Path) -> Result<(), MirrorError> {
        let bytes =
            serde_json::to_vec_pretty(&held).map_err(io::Error::from).map_err(MirrorError::io(path))?;
        replace(path, &bytes)
    }

    pub(crate) fn copy_end(&self) -> CopyEnd {
        CopyEnd { volume: self.volume, end: self.end, annex_end: self.annex_end }
    }
}

/// Replaces a small file whole and durably.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> Result<(), MirrorError> {
    replace_durably(path, bytes, Readers::Others).map_err(MirrorError::io(path))
}
