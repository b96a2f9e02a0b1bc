//! What holds a unit's records together: the link of each header and the genesis before the first.

use std::sync::LazyLock;

use blake3::{
    Hasher,
    hazmat::{ContextKey, HasherExt, hash_derive_key_context},
};

use crate::{
    digest::Link,
    header::HEADER_LEN,
    key::SealingKey,
    lanes::{self, Mode},
    names::UnitNo,
    origin::Origin,
};

/// BLAKE3 context of links. Never reused for anything else.
pub const LINK_CONTEXT: &str = "socai.v1 unit chain link";
/// BLAKE3 context of the link before the first record of a unit.
pub const GENESIS_CONTEXT: &str = "socai.v1 unit chain genesis";

/// Hashing the context costs as much as hashing a header, so it is done once.
static LINK_KEY: LazyLock<ContextKey> = LazyLock::new(|| hash_derive_key_context(LINK_CONTEXT));

/// The link of a header: BLAKE3 `derive_key` with [`LINK_CONTEXT`] over its 120 bytes.
pub fn link(header: &[u8; HEADER_LEN]) -> Link {
    Link(keyed(header))
}

fn keyed(message: &[u8]) -> [u8; 32] {
    let mut hasher = Hasher::new_from_context_key(&LINK_KEY);
    hasher.update(message);
    *hasher.finalize().as_bytes()
}

/// [`link`] of each of many headers: sixteen at once where the processor can.
pub fn links<'h>(headers: impl IntoIterator<Item = &'h [u8; HEADER_LEN]>) -> Vec<Link> {
    let headers: Vec<&[u8]> = headers.into_iter().map(|header| &header[..]).collect();
    lanes::hash_each(&LINK_MODE, &headers).into_iter().map(Link).collect()
}

/// The mode of links for many headers.
static LINK_MODE: LazyLock<Mode> = LazyLock::new(|| {
    let mut start = [0; 8];
    for (word, bytes) in start.iter_mut().zip(LINK_KEY.chunks_exact(4)) {
        *word = u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
    }
    Mode { start, flag: DERIVE_KEY_MATERIAL, one: keyed }
});

/// The flag of BLAKE3's `derive_key` mode for what is hashed under a context.
const DERIVE_KEY_MATERIAL: u32 = 1 << 6;

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_of_many_headers_are_the_links_of_each() {
        let headers: Vec<[u8; HEADER_LEN]> =
            (0..50_u8).map(|i| std::array::from_fn(|at| i.wrapping_mul(at as u8))).collect();
        let expected: Vec<Link> = headers.iter().map(link).collect();
        assert_eq!(links(&headers), expected);
        assert_eq!(links(&headers[..3]), expected[..3]);
    }
}
