//! What the operator signs besides checkpoints: heads and refusals sent back to a unit. Layouts: `proto/README.md`.
//!
//! Every message starts with a zero byte, which no note's text can hold, and a name of its own.

use ed25519_dalek::{Signer, SigningKey};

use crate::{
    chain::ChainHead,
    key::SealingKey,
    names::{UnitNo, UnitSeq},
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

/// Name of the statement, origin after its length, unit. One text of free length may follow fixed fields, at the end.
fn start(name: &[u8], origin: &Origin, unit: UnitNo) -> Vec<u8> {
    let mut message = name.to_vec();
    message.extend(origin.prefixed());
    message.extend(unit.0.to_be_bytes());
    message
}
