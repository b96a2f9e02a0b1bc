//! What the tree hashes for a record: public, and free of content. Layout: `proto/README.md`, Entry.

use crate::{digest::Hash, header::HEADER_LEN, malformed::Malformed, tree::entry_hash};

/// Length in bytes of an entry without signature.
pub const ENTRY_LEN: usize = 8 + HEADER_LEN + 1;
/// Length in bytes of an entry with the signature of its segment.
pub const SIGNED_ENTRY_LEN: usize = ENTRY_LEN + 64;

/// One leaf of the log: when the operator took a record, the record's header, and the segment's signature if it was the last of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When the operator took it, milliseconds since 1970 UTC; never decreases along the log.
    pub received_at_ms: u64,
    /// The header as the unit sealed it.
    pub header_bytes: [u8; HEADER_LEN],
    /// The signature of the segment, on its last record only.
    pub signature: Option<[u8; 64]>,
}

/// The bytes of an entry, held on the stack.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct EntryBytes {
    bytes: [u8; SIGNED_ENTRY_LEN],
    signed: bool,
}

impl std::ops::Deref for EntryBytes {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        if self.signed { &self.bytes } else { &self.bytes[..ENTRY_LEN] }
    }
}

impl std::fmt::Debug for EntryBytes {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(out, "EntryBytes(")?;
        crate::hex::write(out, self)?;
        write!(out, ")")
    }
}

impl Entry {
    /// The bytes: 129 without, 193 with signature.
    pub fn encode(&self) -> EntryBytes {
        let mut bytes = [0; SIGNED_ENTRY_LEN];
        bytes[..8].copy_from_slice(&self.received_at_ms.to_be_bytes());
        bytes[8..128].copy_from_slice(&self.header_bytes);
        if let Some(signature) = &self.signature {
            bytes[128] = 64;
            bytes[ENTRY_LEN..].copy_from_slice(signature);
        }
        EntryBytes { bytes, signed: self.signature.is_some() }
    }

    /// The leaf hash: SHA-256 of `00` and [`Entry::encode`].
    pub fn leaf_hash(&self) -> Hash {
        entry_hash(self.received_at_ms, &self.header_bytes, self.signature.as_ref())
    }

    /// Reads an entry; the header is taken as it is, [`crate::Header::decode`] reads it.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let Some((&fixed, rest)) = bytes.split_first_chunk::<ENTRY_LEN>() else {
            return Err(Malformed::Truncated { what: "entry", at: 0, need: ENTRY_LEN, have: bytes.len() });
        };
        let (at, need, have) = (ENTRY_LEN, 64, rest.len());
        let signature = match (fixed[128], rest.first_chunk::<64>()) {
            (0, _) if have == 0 => None,
            (64, Some(signature)) if have == 64 => Some(*signature),
            (64, None) => return Err(Malformed::Truncated { what: "signature", at, need, have }),
            (0, _) => return Err(Malformed::Trailing { at, extra: have }),
            (64, _) => return Err(Malformed::Trailing { at: SIGNED_ENTRY_LEN, extra: have - 64 }),
            (got, _) => return Err(Malformed::SignatureLength { got }),
        };
        let (mut received_at, mut header_bytes) = ([0; 8], [0; HEADER_LEN]);
        received_at.copy_from_slice(&fixed[..8]);
        header_bytes.copy_from_slice(&fixed[8..128]);
        Ok(Entry { received_at_ms: u64::from_be_bytes(received_at), header_bytes, signature })
    }
}
