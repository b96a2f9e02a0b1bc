//! Signing and recognising this log's own checkpoints.

use std::fmt;

use socai_tlog::{
    Checkpoint, CheckpointError, Hash, NoteKey, Origin, SealingKey, SignedCheckpoint, SigningKey, TreeSize,
};

/// The operator's key for one ledger.
#[derive(Clone)]
pub struct LogKey {
    origin: Origin,
    secret: SigningKey,
    /// The key itself, then those it followed.
    known: Vec<NoteKey>,
}

impl LogKey {
    /// The key that signs the checkpoints of `origin`.
    pub fn new(origin: Origin, secret: SigningKey) -> Self {
        let known = vec![NoteKey::log(origin.clone(), SealingKey::of(&secret))];
        LogKey { origin, secret, known }
    }

    /// Also recognises checkpoints signed with a key that this one followed (`key.rotated` of the operator).
    pub fn following(mut self, former: SealingKey) -> Self {
        self.known.push(NoteKey::log(self.origin.clone(), former));
        self
    }

    /// The ledger.
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// The key that outsiders verify with.
    pub fn note_key(&self) -> &NoteKey {
        &self.known[0] // `new` puts it there
    }

    pub(crate) fn sign(&self, size: TreeSize, root: Hash) -> SignedCheckpoint {
        Checkpoint { origin: self.origin.clone(), size, root }.sign(&self.secret)
    }

    /// Reads a checkpoint of this log.
    pub(crate) fn open(&self, note: &[u8]) -> Result<SignedCheckpoint, CheckpointError> {
        let signed = SignedCheckpoint::open(note, &self.known)?;
        match signed.checkpoint().origin == self.origin {
            true => Ok(signed),
            false => Err(CheckpointError::NotByLog { origin: signed.checkpoint().origin.clone() }),
        }
    }
}

impl fmt::Debug for LogKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "LogKey({})", self.known[0]) // never the secret
    }
}

/// What a checkpoint states, its signatures unread.
pub(crate) fn stated(note: &[u8]) -> Option<Checkpoint> {
    let note = socai_tlog::Note::parse(note).ok()?;
    Checkpoint::parse(note.text()).ok()
}
