//! Proof files (C2SP tlog-proof, `.tlog-proof`): an entry's inclusion, checked with no network against a policy.

use std::fmt;

use base64::{Engine as _, engine::general_purpose::STANDARD};

use crate::{
    digest::Hash,
    names::{LeafIndex, TreeSize, parse_decimal},
    note::MAX_NOTE_LEN,
    origin::Origin,
    policy::{Opened, Policy, PolicyError},
    tree::ProofError,
};

const FIRST_LINE: &str = "c2sp.org/tlog-proof@v1";

/// The most bytes of a proof file that is read: extra data of a record's whole content fits.
const MAX_PROOF_FILE_LEN: usize = 2 << 20;
/// A tree has at most 64 levels.
const MAX_PROOF_HASHES: usize = 64;

/// A leaf index, its inclusion proof and the checkpoint it leads to. Nothing is verified yet: [`ProofFile::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProofFile {
    /// Data of the application, which nothing vouches for.
    pub extra: Option<Vec<u8>>,
    /// The leaf.
    pub index: LeafIndex,
    /// Sibling hashes from the leaf up.
    pub proof: Vec<Hash>,
    /// The signed and cosigned checkpoint.
    pub checkpoint: String,
}

/// Bytes that are not a proof file, or a request with a consistency proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadProofFile {
    /// More bytes or hashes than are read.
    #[error("the proof file has {got} {what}, the limit is {limit}")]
    TooMuch {
        /// Bytes or hashes.
        what: &'static str,
        /// How many.
        got: usize,
        /// The most that are read.
        limit: usize,
    },
    /// A line that is not what it must be.
    #[error("line {line} of the proof file must be {expected}")]
    Line {
        /// The line, from 1.
        line: usize,
        /// What it must be.
        expected: &'static str,
    },
}

/// Why a proof file proves nothing to the holder of a policy.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// The checkpoint does not satisfy the policy.
    #[error(transparent)]
    Policy(#[from] PolicyError),
    /// The entry is not in that checkpoint's tree, or is another one.
    #[error("the entry is not the one in the log: {0}")]
    Inclusion(#[from] ProofError),
    /// The checkpoint's tree does not begin with the older one.
    #[error("the checkpoint does not continue the older one: {0}")]
    Consistency(#[source] ProofError),
    /// The proof starts from another checkpoint than the one at hand.
    #[error("the proof starts from size {expected}, the older checkpoint is of {origin}, size {got}")]
    Older {
        /// The log of the older checkpoint.
        origin: Origin,
        /// Its size.
        got: TreeSize,
        /// The size that the proof starts from.
        expected: TreeSize,
    },
}

impl ProofFile {
    /// Reads a proof file; the checkpoint is taken verbatim.
    pub fn parse(file: &[u8]) -> Result<Self, BadProofFile> {
        within("bytes", file.len(), MAX_PROOF_FILE_LEN)?;
        let bad = |line, expected| BadProofFile::Line { line, expected };
        let text = std::str::from_utf8(file).map_err(|_| bad(1, "text"))?;
        let (head, checkpoint) =
            text.split_once("\n\n").ok_or(bad(1, "followed by an empty line and a checkpoint"))?;
        within("bytes of checkpoint", checkpoint.len(), MAX_NOTE_LEN)?;
        let mut lines = head.split('\n').zip(1..).peekable();
        lines.next_if(|&(line, _)| line == FIRST_LINE).ok_or(bad(1, FIRST_LINE))?;
        let extra = match lines.peek().and_then(|(line, _)| line.strip_prefix("extra ")) {
            Some(extra) => Some(STANDARD.decode(extra).map_err(|_| bad(2, "extra data in base64"))?),
            None => None,
        };
        let lines = lines.skip(usize::from(extra.is_some())).collect::<Vec<_>>();
        let (&(index, at), hashes) = lines.split_first().ok_or(bad(2, "`index` and a leaf index"))?;
        let index = index.strip_prefix("index ").and_then(parse_decimal);
        let index = LeafIndex(index.ok_or(bad(at, "`index` and a leaf index"))?);
        within("hashes", hashes.len(), MAX_PROOF_HASHES)?;
        let hash = |&(line, at): &(&str, usize)| parse_hash(line).ok_or(bad(at, "a hash in base64"));
        let proof = hashes.iter().map(hash).collect::<Result<_, _>>()?;
        Ok(ProofFile { extra, index, proof, checkpoint: checkpoint.to_owned() })
    }

    /// Verifies that the entry with `leaf_hash` is at this index of a log of the policy, under a checkpoint with its quorum.
    pub fn verify(&self, leaf_hash: &Hash, policy: &Policy) -> Result<Opened, Unproven> {
        let opened = policy.verify(self.checkpoint.as_bytes())?;
        opened.checkpoint.verify_inclusion(self.index, leaf_hash, &self.proof)?;
        Ok(opened)
    }
}

pub(crate) fn within(what: &'static str, got: usize, limit: usize) -> Result<(), BadProofFile> {
    if got > limit { Err(BadProofFile::TooMuch { what, got, limit }) } else { Ok(()) }
}

pub(crate) fn parse_hash(line: &str) -> Option<Hash> {
    Some(Hash(STANDARD.decode(line).ok()?.try_into().ok()?))
}

/// The file.
impl fmt::Display for ProofFile {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{FIRST_LINE}")?;
        if let Some(extra) = &self.extra {
            writeln!(out, "extra {}", STANDARD.encode(extra))?;
        }
        writeln!(out, "index {}", self.index)?;
        self.proof.iter().try_for_each(|hash| writeln!(out, "{}", STANDARD.encode(hash.0)))?;
        write!(out, "\n{}", self.checkpoint)
    }
}
