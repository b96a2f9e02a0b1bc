//! What holds a unit's records together: the link of each header and the genesis before the first.

use std::sync::LazyLock;

use blake3::{
    Hasher,
    hazmat::{ContextKey, HasherExt, hash_derive_key_context},
};

use crate::{digest::Link, header::HEADER_LEN, key::SealingKey, names::UnitNo, origin::Origin};

/// BLAKE3 context of links. Never reused for anything else.
pub const LINK_CONTEXT: &str = "socai.v1 unit chain link";
/// BLAKE3 context of the link before the first record of a unit.
pub const GENESIS_CONTEXT: &str = "socai.v1 unit chain genesis";

/// Hashing the context costs as much as hashing a header, so it is done once.
static LINK_KEY: LazyLock<ContextKey> = LazyLock::new(|| hash_derive_key_context(LINK_CONTEXT));

/// The link of a header: BLAKE3 `derive_key` with [`LINK_CONTEXT`] over its 120 bytes.
pub fn link(header: &[u8; HEADER_LEN]) -> Link {
    let mut hasher = Hasher::new_from_context_key(&LINK_KEY);
    hasher.update(header);
    Link(*hasher.finalize().as_bytes())
}

/// The `prev` of a unit's record 0, which ties the chain to one ledger, operator, unit number and sealing key.
///
/// BLAKE3 `derive_key` with [`GENESIS_CONTEXT`] over origin, operator key, unit number and sealing key, each after its
/// `u16` length. For unit 0 the two keys are the same.
pub fn genesis(origin: &Origin, operator: &SealingKey, unit: UnitNo, sealing: &SealingKey) -> Link {
    let mut message: Vec<u8> = origin.prefixed().collect();
    for part in [&operator.as_bytes()[..], &unit.0.to_be_bytes(), sealing.as_bytes()] {
        message.extend([0, part.len() as u8]);
        message.extend(part);
    }
    Link(blake3::derive_key(GENESIS_CONTEXT, &message))
}
