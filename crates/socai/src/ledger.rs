//! Finding the log in what the user named: a directory, or an address whose copy is one.

use std::{
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context as _, Result};
use socai_audit::AuditError;
use socai_log::Reader;

use crate::{
    cli_remote::RemoteArgs,
    remote::{self, Followed, Remote, is_url},
};

/// What the command line says about addresses: the same for every ledger of a command.
static REMOTE: OnceLock<RemoteArgs> = OnceLock::new();

/// Takes what the command line says about addresses, once and before any ledger is opened.
pub fn read_addresses_with(args: RemoteArgs) {
    let _ = REMOTE.set(args); // the first one counts
}

/// The ledger at an address; none for a directory. `policy` pins its operator's key.
///
/// # Errors
/// There is no token, or no place for a copy.
pub fn remote(ledger: &Path, policy: Option<&Path>) -> Result<Option<Remote>> {
    let args = REMOTE.get().cloned().unwrap_or_default();
    is_url(ledger).then(|| Remote::new(ledger, policy, &args)).transpose()
}

/// The address of a ledger of which only the public part can be read, since nobody named a token.
pub fn public_only(ledger: &Path) -> Option<&str> {
    let has_token = REMOTE.get().is_some_and(|args| args.token_file.is_some());
    ledger.to_str().filter(|_| is_url(ledger) && !has_token)
}

/// The policy that pins the operator's key of an address: the command's own, else `--pin`.
pub fn pinned(policy: Option<&Path>) -> Option<PathBuf> {
    policy.map(Path::to_owned).or_else(|| REMOTE.get().and_then(|args| args.pin.clone()))
}

/// The ledger's directory: what the user named, or the copy of an address, brought up to date. `policy` pins the operator's key of an address.
///
/// # Errors
/// The address cannot be read, or does not verify.
pub fn dir(ledger: &Path, policy: Option<&Path>) -> Result<PathBuf> {
    let Some(remote) = remote(ledger, policy)? else { return Ok(ledger.to_owned()) };
    remote.bring(&remote::wait)?;
    Ok(remote.dir().to_owned())
}

/// The log directory of a ledger: `DIR/log`, or `DIR` itself when it is one.
///
/// # Errors
/// There is no log in either place; says what was looked for.
pub fn log_dir(ledger: &Path) -> Result<PathBuf> {
    let dir = dir(ledger, None)?;
    for candidate in [dir.join("log"), dir.join("district").join("log"), dir.clone()] {
        if candidate.join("volumes").is_dir() {
            return Ok(candidate);
        }
    }
    Err(AuditError::NoLedger(ledger.to_owned()).into())
}

/// A reader of that log.
///
/// # Errors
/// There is no log, or its first volume cannot be read.
pub fn reader(ledger: &Path) -> Result<Reader> {
    let dir = log_dir(ledger)?;
    Reader::open(&dir).with_context(|| ledger.display().to_string())
}

/// Keeps the copy of an address up to date for a live reader; nothing to do for a directory.
///
/// # Errors
/// There is no token, or no place for a copy.
pub fn followed(ledger: &Path) -> Result<Option<Followed>> {
    Ok(remote(ledger, None)?.map(Followed::new))
}
