//! Signatures that wait to be verified: dear, and independent of each other.

use std::{path::Path, sync::Arc};

use socai_tlog::{EventName, Link, SealingKey, SignedCheckpoint, TreeSize, segment_message};

use crate::{fault::Fault, faults::Place, trust::Trust};

/// A signature with everything needed to verify it.
pub(crate) struct Claim {
    pub(crate) path: Arc<Path>,
    pub(crate) place: Place,
    pub(crate) signed: Signed,
}

/// What was signed.
pub(crate) enum Signed {
    /// A unit signed its chain up to this record.
    Segment { name: EventName, link: Link, signature: Box<[u8; 64]>, key: Box<SealingKey> },
    /// The operator signed the log at this size.
    Checkpoint { size: TreeSize, note: Vec<u8> },
}

impl Claim {
    /// The unit's key that a segment is to be signed with.
    pub(crate) fn key(&self) -> Option<&SealingKey> {
        match &self.signed {
            Signed::Segment { key, .. } => Some(key),
            Signed::Checkpoint { .. } => None,
        }
    }

    /// The fault, if the signature does not hold.
    pub(crate) fn fault(&self, trust: &Trust) -> Option<Fault> {
        let at = || (self.path.to_path_buf(), self.place.offset);
        match &self.signed {
            Signed::Segment { name, link, signature, key } => {
                let message = segment_message(trust.origin(), *link);
                if key.verifies(&message, signature) {
                    return None;
                }
                let (path, offset) = at();
                Some(Fault::Signature { path, offset, name: *name, key: key.clone() })
            }
            Signed::Checkpoint { size, note } => {
                let reason = match SignedCheckpoint::open(note, [trust.note_key()]) {
                    Ok(signed) if signed.size() == *size => return None,
                    Ok(signed) => format!("it is for size {}", signed.size()),
                    Err(error) => error.to_string(),
                };
                let (path, offset) = at();
                Some(Fault::Checkpoint { path, offset, size: *size, reason })
            }
        }
    }
}
