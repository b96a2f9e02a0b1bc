//! Whether bytes that were copied may become part of the copy.

use std::{path::Path, thread};

use socai_follow::{Fault, Kept, Options, Signatures, Standing, Trust, Verified, verify, verify_new};
use socai_log::{Committed, LogCopy, Reader};

use crate::error::MirrorError;

/// A copy that verifies to its last byte.
pub(crate) struct Good {
    pub(crate) committed: Committed,
    pub(crate) verified: Verified,
}

/// Verifies every byte of the copy in `log` that is behind `from`, its derived files aside; the inner error says what is wrong and where, in the
/// source's own names.
pub(crate) fn judge(
    log: &Path,
    copy: &LogCopy,
    trust: &Trust,
    kept: Option<Kept>,
    from: Option<&Standing>,
) -> Result<Result<Good, String>, MirrorError> {
    let named = |text: String| text.replace(&format!("{}/", log.display()), "log/");
    let reader = match Reader::open(log) {
        Ok(reader) => reader,
        Err(error) if error.is_damage() => return Ok(Err(named(error.to_string()))),
        Err(error) => return Err(error.into()),
    };
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let options = Options { threads, is_live: false, signatures: Signatures::Covering, kept };
    let verified = match from {
        Some(from) => verify_new(&reader, trust, options, from, &mut |_| ()),
        None => verify(&reader, trust, options, &mut |_| ()),
    };
    let ending = match reader.committed().and_then(|committed| reader.ending(committed)) {
        Ok(ending) => ending,
        Err(error) => return Ok(Err(named(error.to_string()))),
    };
    let mut wrong = Vec::new();
    for fault in &verified.faults {
        match fault {
            Fault::Derived(_) => {} // made here, after this
            Fault::Tail { path, offset, .. } if *path == reader.annex_file(ending.committed.volume) => {
                copy.cut_annexes(ending.committed.volume, *offset)?; // of a batch on its way
            }
            // what is torn looks like a crash to a log; nothing torn is ever given to a copy
            Fault::Tail { .. } => {
                wrong.push(ending.damage.as_ref().map_or_else(|| fault.to_string(), ToString::to_string));
            }
            fault if fault.is_unreadable() => return Err(MirrorError::Unreachable(fault.to_string())),
            fault => wrong.push(fault.to_string()),
        }
    }
    match wrong.first() {
        None => Ok(Ok(Good { committed: ending.committed, verified })),
        Some(first) => Ok(Err(named(first.clone()))),
    }
}
