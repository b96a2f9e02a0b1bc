//! Signatures that wait to be verified: dear, and independent of each other.

use std::{path::PathBuf, sync::Arc};

use socai_tlog::{EventName, Link, SealingKey, SignedCheckpoint, TreeSize, segment_message};

use crate::{fault::Fault, trust::Trust};

/// A signature with everything needed to verify it.
pub(crate) struct Job {
    pub(crate) path: Arc<PathBuf>,
    pub(crate) offset: u64,
    pub(crate) claim: Claim,
}

/// What was signed.
pub(crate) enum Claim {
    /// A unit signed its chain up to this record.
    Segment { name: EventName, link: Link, signature: [u8; 64], key: SealingKey },
    /// The operator signed the log at this size.
    Checkpoint { size: TreeSize, note: Vec<u8> },
}

impl Job {
    /// The fault, if the signature does not hold.
    pub(crate) fn verify(&self, trust: &Trust) -> Option<Fault> {
        let (path, offset) = (self.path.to_path_buf(), self.offset);
        match &self.claim {
            Claim::Segment { name, link, signature, key } => {
                let message = segment_message(trust.origin(), *link);
                let holds = key.verifies(&message, signature);
                (!holds).then(|| Fault::Signature { path, offset, name: *name, key: Box::new(*key) })
            }
            Claim::Checkpoint { size, note } => {
                let wrong = |reason| Some(Fault::Checkpoint { path, offset, size: *size, reason });
                match SignedCheckpoint::open(note, [trust.note_key()]) {
                    Ok(signed) if signed.size() == *size => None,
                    Ok(signed) => wrong(format!("it is for size {}", signed.size())),
                    Err(error) => wrong(error.to_string()),
                }
            }
        }
    }
}
