//! Finding the log in what the user named.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use socai_log::Reader;

/// The log directory of a ledger: `DIR/log`, or `DIR` itself when it is one.
///
/// # Errors
/// There is no log in either place; says what was looked for.
pub fn log_dir(ledger: &Path) -> Result<PathBuf> {
    if ledger.to_str().is_some_and(|text| text.starts_with("http://") || text.starts_with("https://")) {
        bail!("{}: only directories can be read yet; copy or mount the ledger", ledger.display());
    }
    for candidate in [ledger.join("log"), ledger.join("district").join("log"), ledger.to_owned()] {
        if candidate.join("volumes").is_dir() {
            return Ok(candidate);
        }
    }
    bail!("{}: no ledger here (looked for log/volumes, district/log/volumes and volumes)", ledger.display());
}

/// A reader of that log.
///
/// # Errors
/// There is no log, or its first volume cannot be read.
pub fn reader(ledger: &Path) -> Result<Reader> {
    let dir = log_dir(ledger)?;
    Reader::open(&dir).with_context(|| format!("ledger {}", ledger.display()))
}
