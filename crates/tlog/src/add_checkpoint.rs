//! The request by which a log shows a witness its next checkpoint (C2SP tlog-witness, `add-checkpoint`): the size that the witness has
//! seen, a consistency proof from there, the checkpoint. Also the form of a consistency proof that is kept in a file.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    checkpoint::SignedCheckpoint,
    digest::Hash,
    names::{TreeSize, parse_decimal},
    note::MAX_NOTE_LEN,
    policy::{Opened, Policy},
    proof_file::{BadProofFile, Unproven, parse_hash, within},
    tree::verify_consistency,
};

/// The most hashes of a request, by the specification.
const MAX_HASHES: usize = 63;
/// The most bytes of a request: a line of at most 25, hashes of 45 each, a blank line, the note.
const MAX_LEN: usize = 25 + 45 * MAX_HASHES + 1 + MAX_NOTE_LEN;

/// An older size, the proof that the checkpoint's tree begins with the tree of that size, and the checkpoint. Nothing is verified yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// The size that the proof starts from.
    pub old: TreeSize,
    /// Hashes from the leaves up; none when `old` is 0 or the checkpoint's own size.
    pub proof: Vec<Hash>,
    /// The signed checkpoint.
    pub checkpoint: String,
}

impl AddCheckpoint {
    /// Reads a request; the checkpoint is taken verbatim.
    pub fn parse(request: &[u8]) -> Result<Self, BadProofFile> {
        within("bytes", request.len(), MAX_LEN)?;
        let bad = |line, expected| BadProofFile::Line { line, expected };
        let text = std::str::from_utf8(request).map_err(|_| bad(1, "text"))?;
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(bad(1, "followed by an empty line and a checkpoint"))?;
        within("bytes of checkpoint", checkpoint.len(), MAX_NOTE_LEN)?;
        let mut lines = head.split('\n');
        let old = lines.next().and_then(|line| line.strip_prefix("old ")).and_then(parse_decimal);
        let old = TreeSize(old.ok_or(bad(1, "`old` and a tree size"))?);
        within("hashes", lines.clone().count(), MAX_HASHES)?;
        let hash = |(line, text)| parse_hash(text).ok_or(bad(line, "a hash in base64"));
        let proof = (2..).zip(lines).map(hash).collect::<Result<_, _>>()?;
        Ok(AddCheckpoint { old, proof, checkpoint: checkpoint.to_owned() })
    }

    /// Verifies that the checkpoint is of a log of the policy, has its quorum, and only appended to `older`, which the caller trusts.
    pub fn verify(&self, older: &SignedCheckpoint, policy: &Policy) -> Result<Opened, Unproven> {
        let opened = policy.verify(self.checkpoint.as_bytes())?;
        let (origin, got) = (&older.checkpoint().origin, older.size());
        if got != self.old || *origin != opened.checkpoint.checkpoint().origin {
            return Err(Unproven::Older { origin: origin.clone(), got, expected: self.old });
        }
        let (new, root) = (opened.checkpoint.size(), opened.checkpoint.root());
        verify_consistency(older.size(), older.root(), new, root, &self.proof)
            .map_err(Unproven::Consistency)?;
        Ok(opened)
    }
}

/// The request's body.
impl fmt::Display for AddCheckpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(out, "{}", STANDARD.encode(hash.0)))?;
        write!(out, "\n{}", self.checkpoint)
    }
}
