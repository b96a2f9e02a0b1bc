//! The fixed-size part of a record, which the chain links and the tree publishes.

use crate::{
    digest::{Digest, Link},
    malformed::Malformed,
    names::{EventName, UnitNo, UnitSeq},
};

/// Length of an encoded header in bytes.
pub const HEADER_LEN: usize = 120;

/// The version this code writes and reads.
const VERSION: u8 = 1;

/// What a unit states about one record, without its content. Layout: `proto/README.md`, Header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Header {
    /// Bits; only [`Header::ROTATES_KEY`] is defined, any other is refused.
    pub flags: u8,
    /// The unit that sealed the record.
    pub unit: UnitNo,
    /// Its place in the unit's chain.
    pub seq: UnitSeq,
    /// When the unit sealed it by its own clock, milliseconds since 1970 UTC.
    pub recorded_at_ms: u64,
    /// Link of the record before; for seq 0 the unit's genesis.
    pub prev: Link,
    /// BLAKE3 of the facts.
    pub facts: Digest,
    /// BLAKE3 of the annex, zero when there is none.
    pub annex: Digest,
}

impl Header {
    /// Flag: the record is a `key.rotated` and the last of its segment; when it replaces the sealing key, the new one signs the next segment.
    pub const ROTATES_KEY: u8 = 1;

    /// The name of the record.
    pub const fn name(&self) -> EventName {
        EventName { unit: self.unit, seq: self.seq }
    }

    /// Whether the record brings in a new key; its facts say which.
    pub const fn rotates_key(&self) -> bool {
        self.flags & Self::ROTATES_KEY != 0
    }

    /// The 120 bytes.
    pub fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[0] = VERSION;
        bytes[1] = self.flags;
        bytes[4..8].copy_from_slice(&self.unit.0.to_be_bytes());
        bytes[8..16].copy_from_slice(&self.seq.0.to_be_bytes());
        bytes[16..24].copy_from_slice(&self.recorded_at_ms.to_be_bytes());
        bytes[24..56].copy_from_slice(&self.prev.0);
        bytes[56..88].copy_from_slice(&self.facts.0);
        bytes[88..].copy_from_slice(&self.annex.0);
        bytes
    }

    /// Reads 120 bytes; refuses another version, unknown flags and reserved bits, so `encode` gives the same bytes back.
    pub fn decode(bytes: &[u8; HEADER_LEN]) -> Result<Self, Malformed> {
        Ok(Header {
            flags: Self::flags(part(bytes, 0))?,
            unit: UnitNo(u32::from_be_bytes(part(bytes, 4))),
            seq: UnitSeq(u64::from_be_bytes(part(bytes, 8))),
            recorded_at_ms: u64::from_be_bytes(part(bytes, 16)),
            prev: Link(part(bytes, 24)),
            facts: Digest(part(bytes, 56)),
            annex: Digest(part(bytes, 88)),
        })
    }

    /// The flags in the first four bytes of a header, which hold all that can be wrong with one.
    ///
    /// # Errors
    /// As [`Header::decode`].
    #[inline]
    pub fn flags(first: [u8; 4]) -> Result<u8, Malformed> {
        let reserved = u16::from_be_bytes([first[2], first[3]]);
        match (first[0], first[1], reserved) {
            (VERSION, flags @ (0 | Self::ROTATES_KEY), 0) => Ok(flags),
            (VERSION, 0 | Self::ROTATES_KEY, got) => Err(Malformed::Reserved { got }),
            (VERSION, got, _) => Err(Malformed::Flags { got }),
            (got, ..) => Err(Malformed::Version { got, expected: VERSION }),
        }
    }
}

/// `N` bytes of a header from `at`; both are constants of the layout, so the slice is always there.
fn part<const N: usize>(bytes: &[u8; HEADER_LEN], at: usize) -> [u8; N] {
    let mut out = [0; N];
    out.copy_from_slice(&bytes[at..at + N]);
    out
}
