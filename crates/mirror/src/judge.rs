//! Whether bytes that were copied may become part of the copy.

use std::{path::Path, thread};

use socai_follow::{Fault, Kept, Options, Signatures, Standing, Trust, Verified, verify_copy};
use socai_log::{Committed, Delta, LogCopy, Reader};

use crate::error::MirrorError;

/// A copy that verifies to its last byte.
pub(crate) struct Good {
    pub(crate) committed: Committed,
    pub(crate) verified: Verified,
}

/// Verifies every byte of the copy in `log` that is behind `from`, and writes its derived files meanwhile if they are to be; the inner error says
/// what is wrong and where, in the source's own names.
pub(crate) fn judge(
    log: &Path,
    copy: &LogCopy,
    trust: &Trust,
    kept: Option<Kept>,
    from: Option<&Standing>,
    is_to_write: bool,
) -> Result<Result<Good, String>, MirrorError> {
    let named = |text: String| text.replace(&format!("{}/", log.display()), "log/");
    let reader = match Reader::open(log) {
        Ok(reader) => reader,
        Err(error) if error.is_damage() => return Ok(Err(named(error.to_string()))),
        Err(error) => return Err(error.into()),
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let options = Options { threads, is_live: false, signatures: Signatures::Covering, kept };
    let mut derived = copy.derived()?;
    let mut write = |delta: &Delta| if is_to_write { derived.write(delta) } else { Ok(()) };
    let verified = verify_copy(&reader, trust, options, from, &mut write)?;
    let mut wrong = Vec::new();
    for fault in &verified.faults {
        match (fault, &verified.end) {
            (Fault::Tail { path, offset, .. }, Some(end)) if *path == reader.annex_file(end.volume) => {
                copy.cut_annexes(end.volume, *offset)?; // of a batch on its way
            }
            // what is torn looks like a crash to a log; nothing torn is ever given to a copy
            (Fault::Tail { .. }, Some(end)) => {
                let damage = reader.ending(end.clone())?.damage;
                wrong.push(damage.map_or_else(|| fault.to_string(), |damage| damage.to_string()));
            }
            (fault, _) if fault.is_unreadable() => return Err(MirrorError::Unreachable(fault.to_string())),
            (fault, _) => wrong.push(fault.to_string()),
        }
    }
    match (wrong.first(), verified.end.clone()) {
        (None, Some(committed)) => Ok(Ok(Good { committed, verified })),
        (None, None) => Ok(Err("the volumes have no end".to_owned())),
        (Some(first), _) => Ok(Err(named(first.clone()))),
    }
}
