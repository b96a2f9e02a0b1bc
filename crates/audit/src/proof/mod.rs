//! Proofs that leave the ledger: made from it, checked without it.
//!
//! A proof file (C2SP tlog-proof) says that a record is in the log under a checkpoint; its extra data shows that the record's unit signed
//! it. A consistency proof (the request of C2SP tlog-witness, kept as a file) says that a checkpoint continues an older one.

mod check;
mod keys;
mod prove;
mod proven;
mod signer;
mod text;

pub use check::{check_consistency, check_record, is_consistency, policy_for};
pub(crate) use check::{ledger_of, witnessed};
pub use prove::{OlderCheckpoint, ProveError, Prover, for_paper, prove_consistency, prove_record};
pub use proven::{Continued, NotProven, Proven, ProvenRecord, Witnessed};
pub use text::{continued_text, not_proven_text, proven_text};
