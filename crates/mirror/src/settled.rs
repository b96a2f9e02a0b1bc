//! What verifying the copy left for the next process that trusts this disk.

use std::{fs, path::Path};

use serde::{Deserialize, Serialize};
use socai_follow::{Standing, Trust};

use crate::{error::MirrorError, held::replace};

/// The file `verified`, as JSON. Disposable: without it the next process verifies everything.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// The start of the system during which it was written: derived files are not synced, so they may have holes after another.
    boot: String,
    /// [`Standing::save`].
    standing: serde_json::Value,
}

/// What was kept, if it is of use.
pub(crate) struct Settled {
    pub(crate) standing: Standing,
    /// Whether the system ran on since, so that derived files are as they were written.
    pub(crate) is_derived: bool,
}

impl Settled {
    /// Reads it; `None` for one of another copy, key or version of the program.
    pub(crate) fn read(path: &Path, checkpoint: &str, trust: &Trust) -> Option<Settled> {
        let file: File = serde_json::from_slice(&fs::read(path).ok()?).ok()?;
        let standing = Standing::load(&serde_json::to_vec(&file.standing).ok()?, trust).ok()?;
        let is_derived = boot().is_some_and(|boot| boot == file.boot);
        (standing.checkpoint() == checkpoint.as_bytes()).then_some(Settled { standing, is_derived })
    }
}

/// Keeps it.
pub(crate) fn write(standing: &Standing, path: &Path) -> Result<(), MirrorError> {
    let unkept = |why: String| MirrorError::Io { path: path.to_owned(), cause: std::io::Error::other(why) };
    let saved = standing.save().map_err(|error| unkept(error.to_string()))?;
    let standing = serde_json::from_slice(&saved).map_err(|error| unkept(error.to_string()))?;
    let file = File { boot: boot().unwrap_or_default(), standing };
    replace(path, &serde_json::to_vec(&file).map_err(|error| unkept(error.to_string()))?)
}

fn boot() -> Option<String> {
    fs::read_to_string("/proc/sys/kernel/random/boot_id").ok().filter(|id| !id.is_empty())
}
