//! Checkpoints (C2SP tlog-checkpoint): the operator's statement of what the log is at one size.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::SigningKey;

use crate::{
    digest::Hash,
    names::{LeafIndex, TreeSize, parse_decimal},
    note::{Note, NoteError, NoteSignature, Verified},
    note_key::{self, NoteKey},
    origin::Origin,
    tree::{ProofError, verify_consistency, verify_inclusion},
};

/// Sizes above are refused: tools in other languages count in 63 bits.
const MAX_SIZE: u64 = i64::MAX as u64;

/// The tree of a log at one size. Its text has no extension lines; those of others are refused, as by the public witnesses.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Checkpoint {
    /// The log.
    pub origin: Origin,
    /// Its number of entries.
    pub size: TreeSize,
    /// The root of the tree over them.
    pub root: Hash,
}

/// A checkpoint whose note carries a verified signature of the log, and perhaps cosignatures.
///
/// Made only by signing or by verifying; Ed25519 is deterministic, so signing the same checkpoint gives the same bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: Note,
}

/// Why bytes are not a checkpoint to trust.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Not a note, or not signed by the log.
    #[error(transparent)]
    Note(#[from] NoteError),
    /// Another text than origin, size and root.
    #[error("line {line} of the checkpoint must be {expected}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What it must be.
        expected: &'static str,
    },
    /// Signed by keys that are not the log's: cosignatures, or the key of another log.
    #[error("the checkpoint of {origin} is not signed by a trusted key of that log")]
    NotByLog {
        /// The origin it states.
        origin: Origin,
    },
}

impl Checkpoint {
    /// Origin, size and root in base64, a line each.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0))
    }

    /// Reads [`Checkpoint::text`].
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let missing = |line, expected| CheckpointError::Line { line, expected };
        let mut lines = text.strip_suffix('\n').ok_or(missing(1, "text that a newline ends"))?.split('\n');
        let mut line = || lines.next().unwrap_or_default();
        let origin = Origin::new(line()).map_err(|_| missing(1, "an origin such as example.com/log"))?;
        let size = parse_decimal(line()).filter(|&size| size <= MAX_SIZE);
        let size = size.ok_or(missing(2, "a tree size in decimal"))?;
        let root = STANDARD.decode(line()).ok().and_then(|root| root.try_into().ok());
        let root = root.ok_or(missing(3, "a root hash in base64"))?;
        if lines.next().is_some() {
            return Err(missing(4, "absent, extension lines are not accepted"));
        }
        Ok(Checkpoint { origin, size: TreeSize(size), root: Hash(root) })
    }

    /// Signs as the log, whose key name is the origin.
    ///
    /// The caller never signs two roots for one size, nor a tree that does not begin with the last one signed.
    pub fn sign(self, key: &SigningKey) -> SignedCheckpoint {
        let text = self.text();
        let mut signed = SignedCheckpoint::unsigned(self, text);
        signed.note.add(note_key::sign_as_log(signed.note.text(), &signed.checkpoint.origin, key));
        signed
    }
}

impl SignedCheckpoint {
    /// Parts that belong together; the caller adds the log's signature.
    fn unsigned(checkpoint: Checkpoint, text: String) -> Self {
        SignedCheckpoint { checkpoint, note: Note::unsigned(text) }
    }

    /// Reads a note and verifies the signatures of `keys`: one of them must be a log's and its name the checkpoint's origin.
    pub fn open<'k>(
        note: &[u8],
        keys: impl IntoIterator<Item = &'k NoteKey>,
    ) -> Result<Self, CheckpointError> {
        Ok(Self::open_verified(note, keys)?.0)
    }

    /// As [`SignedCheckpoint::open`], and which of the keys signed.
    pub fn open_verified<'k>(
        note: &[u8],
        keys: impl IntoIterator<Item = &'k NoteKey>,
    ) -> Result<(Self, Vec<Verified<'k>>), CheckpointError> {
        let note = Note::parse(note)?;
        let checkpoint = Checkpoint::parse(note.text())?;
        let verified = note.verify(keys)?;
        if verified.iter().any(|by| by.key.is_log() && *by.key.name() == checkpoint.origin) {
            return Ok((SignedCheckpoint { checkpoint, note }, verified));
        }
        Err(CheckpointError::NotByLog { origin: checkpoint.origin })
    }

    /// What is stated.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The number of entries.
    pub fn size(&self) -> TreeSize {
        self.checkpoint.size
    }

    /// The root over them.
    pub fn root(&self) -> &Hash {
        &self.checkpoint.root
    }

    /// The note with all its signatures.
    pub fn note(&self) -> &Note {
        &self.note
    }

    /// Adds a cosignature line, in place of an earlier one of the same witness. It is not verified here.
    pub fn add(&mut self, cosignature: NoteSignature) {
        self.note.add(cosignature);
    }

    /// Verifies that the entry with `leaf_hash` is leaf `leaf` of this tree.
    pub fn verify_inclusion(
        &self,
        leaf: LeafIndex,
        leaf_hash: &Hash,
        proof: &[Hash],
    ) -> Result<(), ProofError> {
        verify_inclusion(leaf, leaf_hash, self.size(), self.root(), proof)
    }

    /// Verifies that `later` only appended to this tree.
    pub fn verify_consistency(&self, later: &SignedCheckpoint, proof: &[Hash]) -> Result<(), ProofError> {
        verify_consistency(self.size(), self.root(), later.size(), later.root(), proof)
    }
}

/// The note as it is stored and served.
impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(out)
    }
}
