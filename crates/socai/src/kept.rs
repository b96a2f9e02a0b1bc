//! What an audit keeps for the next one: the checkpoint, and beside it the state to go on from.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use socai_audit::Place;
use socai_follow::{Standing, Trust};
use socai_log::{Readers, replace_durably, replace_remakable};

use crate::mistake::Mistake;

/// Puts both where the next audit finds them; a crash leaves the ones before, or a state that belongs to no checkpoint, which is then refused. The checkpoint is
/// durable, since nobody can make it again; without its state the next audit reads everything.
///
/// # Errors
/// A file cannot be written.
pub fn keep(path: &Path, checkpoint: &str, standing: &Standing) -> Result<()> {
    let state = state_of(path);
    let failed = |path: &Path| format!("{}: cannot be kept", path.display());
    replace_remakable(&state, &standing.save()?, Readers::Others).with_context(|| failed(&state))?;
    replace_durably(path, checkpoint.as_bytes(), Readers::Others).with_context(|| failed(path))
}

/// The state beside a kept checkpoint, of the ledger in `dir`; `policy` is whom the auditor believes, else the one that lies with the ledger.
///
/// # Errors
/// There is none, it is of another checkpoint or version, or somebody else's.
pub fn standing(since: &Path, dir: &Path, policy: Option<&Path>) -> Result<Standing> {
    let path = state_of(since);
    let (state, kept) = (path.display(), since.display());
    let help = || {
        Mistake::new(
            format!("{state}: --only-new cần tệp mà --keep {kept} đã ghi bên cạnh"),
            format!("{state}: --only-new needs what --keep {kept} wrote beside it"),
        )
    };
    let checkpoint = fs::read(since).with_context(|| since.display().to_string())?;
    let ledger = std::str::from_utf8(&checkpoint).ok().and_then(|note| note.lines().next());
    let trust = match policy {
        Some(policy) => Trust::pinned(policy, ledger)?,
        None => Trust::found_with(&Place::find(dir)?.policy(), ledger)?,
    };
    let standing = Standing::load(&fs::read(&path).with_context(help)?, &trust).with_context(help)?;
    ensure!(
        standing.checkpoint() == checkpoint,
        Mistake::new(
            format!("{state}: là của mốc khác, không phải {kept}"),
            format!("{state}: belongs to another checkpoint than {kept}")
        )
    );
    Ok(standing)
}

fn state_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".state");
    name.into()
}
