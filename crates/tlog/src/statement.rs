//! What the operator signs besides checkpoints: heads, refusals, receipts and erasures sent back to a unit. Layouts: `proto/README.md`.
//!
//! Every message starts with a zero byte, which no note's text can hold, and a name of its own.

use ed25519_dalek::{Signer, SigningKey};

use crate::{
    chain::ChainHead,
    digest::{Digest, Hash, Link},
    key::SealingKey,
    names::{LeafIndex, TreeSize, UnitNo, UnitSeq},
    origin::Origin,
};

/// Where the log says a unit's chain ends, in answer to a hello or to a segment that does not continue it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeadStatement<'a> {
    /// The unit.
    pub unit: UnitNo,
    /// Its next number and last link in the log.
    pub head: ChainHead,
    /// Why it is sent: the number of the reason in `wire.proto`.
    pub reason: u32,
    /// The nonce of the hello it answers, else zero: an old answer cannot be played again.
    pub nonce: [u8; 16],
    /// The signed checkpoint whose log this is the head in, as text; empty when there is none yet.
    pub checkpoint: &'a str,
}

/// That records were received and will not be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RefusalStatement<'a> {
    /// The unit.
    pub unit: UnitNo,
    /// Number of the first record refused.
    pub first: UnitSeq,
    /// Number of the last record refused.
    pub last: UnitSeq,
    /// Why: the number of the code in `wire.proto`.
    pub code: u32,
    /// The reason in words.
    pub text: &'a str,
}

/// That records are in the log, with the proofs the operator gives for it. Signed, so that a proof that fails is the operator's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReceiptStatement<'a> {
    /// The unit.
    pub unit: UnitNo,
    /// Number of the first record covered.
    pub first: UnitSeq,
    /// Number of the last record covered.
    pub last: UnitSeq,
    /// Link of the last record.
    pub link: Link,
    /// When the last record's entry was received, ms UTC.
    pub received_at_ms: u64,
    /// Where the records lie, in order.
    pub runs: &'a [StatedRun],
    /// The signed checkpoint that covers them, as text.
    pub checkpoint: &'a str,
    /// Inclusion of the last record's leaf in that checkpoint.
    pub inclusion: &'a [Hash],
    /// Where the consistency proof starts; 0 for none.
    pub consistency_from: TreeSize,
    /// Consistency from there to the checkpoint.
    pub consistency: &'a [Hash],
}

/// That the annex of a record is to be destroyed, because an `annex.erased` that counts is in the log and says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErasureStatement<'a> {
    /// The unit whose record it is.
    pub unit: UnitNo,
    /// The record's number.
    pub seq: UnitSeq,
    /// Tree size after the unit's erasure before this one; 0 for the first; above `leaf` when nothing is said of others.
    pub from: TreeSize,
    /// The leaf of the `annex.erased`.
    pub leaf: LeafIndex,
    /// The hash of that leaf.
    pub entry: Hash,
    /// BLAKE3 of the annex, from the record's header.
    pub annex: Digest,
    /// The signed checkpoint that covers it, as text.
    pub checkpoint: &'a str,
    /// Inclusion of the leaf in that checkpoint.
    pub inclusion: &'a [Hash],
}

/// Records of a unit that lie side by side in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StatedRun {
    /// Number of the first one.
    pub first: UnitSeq,
    /// Its leaf.
    pub leaf: LeafIndex,
    /// How many.
    pub count: u64,
}

impl HeadStatement<'_> {
    /// The bytes that are signed.
    pub fn message(&self, origin: &Origin) -> Vec<u8> {
        let mut message = start(b"\0socai.v1 head", origin, self.unit);
        message.extend(self.head.next_seq.0.to_be_bytes());
        message.extend(self.head.link.0);
        message.extend(self.reason.to_be_bytes());
        message.extend(self.nonce);
        message.extend(self.checkpoint.as_bytes());
        message
    }

    /// Signs as the operator of `origin`.
    pub fn sign(&self, origin: &Origin, operator: &SigningKey) -> [u8; 64] {
        operator.sign(&self.message(origin)).to_bytes()
    }

    /// Whether the operator of `origin` made this statement.
    pub fn verify(&self, origin: &Origin, operator: &SealingKey, signature: &[u8; 64]) -> bool {
        operator.verifies(&self.message(origin), signature)
    }
}

impl RefusalStatement<'_> {
    /// The bytes that are signed.
    pub fn message(&self, origin: &Origin) -> Vec<u8> {
        let mut message = start(b"\0socai.v1 refusal", origin, self.unit);
        message.extend(self.first.0.to_be_bytes());
        message.extend(self.last.0.to_be_bytes());
        message.extend(self.code.to_be_bytes());
        message.extend(self.text.as_bytes());
        message
    }

    /// Signs as the operator of `origin`.
    pub fn sign(&self, origin: &Origin, operator: &SigningKey) -> [u8; 64] {
        operator.sign(&self.message(origin)).to_bytes()
    }

    /// Whether the operator of `origin` made this statement.
    pub fn verify(&self, origin: &Origin, operator: &SealingKey, signature: &[u8; 64]) -> bool {
        operator.verifies(&self.message(origin), signature)
    }
}

impl ReceiptStatement<'_> {
    /// The bytes that are signed.
    pub fn message(&self, origin: &Origin) -> Vec<u8> {
        let mut message = start(b"\0socai.v1 receipt", origin, self.unit);
        message.extend(self.first.0.to_be_bytes());
        message.extend(self.last.0.to_be_bytes());
        message.extend(self.link.0);
        message.extend(self.received_at_ms.to_be_bytes());
        message.extend(length(self.runs.len()));
        for run in self.runs {
            message.extend([run.first.0, run.leaf.0, run.count].map(u64::to_be_bytes).concat());
        }
        message.extend(length(self.checkpoint.len()));
        message.extend(self.checkpoint.as_bytes());
        push_proof(&mut message, self.inclusion);
        message.extend(self.consistency_from.0.to_be_bytes());
        push_proof(&mut message, self.consistency);
        message
    }

    /// Signs as the operator of `origin`.
    pub fn sign(&self, origin: &Origin, operator: &SigningKey) -> [u8; 64] {
        operator.sign(&self.message(origin)).to_bytes()
    }

    /// Whether the operator of `origin` made this statement.
    pub fn verify(&self, origin: &Origin, operator: &SealingKey, signature: &[u8; 64]) -> bool {
        operator.verifies(&self.message(origin), signature)
    }
}

impl ErasureStatement<'_> {
    /// The bytes that are signed.
    pub fn message(&self, origin: &Origin) -> Vec<u8> {
        let mut message = start(b"\0socai.v1 erasure", origin, self.unit);
        message.extend(self.seq.0.to_be_bytes());
        message.extend(self.from.0.to_be_bytes());
        message.extend(self.leaf.0.to_be_bytes());
        message.extend(self.entry.0);
        message.extend(self.annex.0);
        message.extend(length(self.checkpoint.len()));
        message.extend(self.checkpoint.as_bytes());
        push_proof(&mut message, self.inclusion);
        message
    }

    /// Signs as the operator of `origin`.
    pub fn sign(&self, origin: &Origin, operator: &SigningKey) -> [u8; 64] {
        operator.sign(&self.message(origin)).to_bytes()
    }

    /// Whether the operator of `origin` made this statement.
    pub fn verify(&self, origin: &Origin, operator: &SealingKey, signature: &[u8; 64]) -> bool {
        operator.verifies(&self.message(origin), signature)
    }
}

/// A count or a length before what it counts, so that no two receipts are the same bytes.
fn length(of: usize) -> [u8; 4] {
    (of as u32).to_be_bytes() // what is counted came in one message of the bus, far below 4 GiB
}

fn push_proof(message: &mut Vec<u8>, proof: &[Hash]) {
    message.extend(length(proof.len()));
    for hash in proof {
        message.extend(hash.0);
    }
}

/// Name of the statement, origin after its length, unit. What has no fixed length comes after its length, or at the end.
fn start(name: &[u8], origin: &Origin, unit: UnitNo) -> Vec<u8> {
    let mut message = name.to_vec();
    message.extend(origin.prefixed());
    message.extend(unit.0.to_be_bytes());
    message
}
