//! Bytes of a unit's chain that are not what the layouts allow. The sender is at fault; nothing was recorded.

use crate::{
    digest::{Digest, Link},
    names::{EventName, UnitNo, UnitSeq},
};

/// Why bytes are not a header, record, segment or entry. Positions count from the start of the given bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// The bytes end inside a part.
    #[error(
        "{what} at byte {at} needs {need} bytes, {have} are left: the message was cut or a length is wrong"
    )]
    Truncated {
        /// The part being read.
        what: &'static str,
        /// Where it starts.
        at: usize,
        /// Its length in bytes.
        need: usize,
        /// The bytes that are there.
        have: usize,
    },
    /// A part is longer than its limit.
    #[error(
        "{what} has {got} bytes, the limit is {limit}: send fewer records in a segment or a smaller record"
    )]
    Oversize {
        /// The part.
        what: &'static str,
        /// Its length in bytes.
        got: usize,
        /// The most bytes allowed.
        limit: usize,
    },
    /// Bytes follow the last part.
    #[error("{extra} bytes follow the end at byte {at}")]
    Trailing {
        /// Where the last part ended.
        at: usize,
        /// How many bytes follow.
        extra: usize,
    },
    /// A segment does not start with its magic.
    #[error("a segment starts with {:?}, got {:?}", expected.escape_ascii().to_string(), got.escape_ascii().to_string())]
    Magic {
        /// The first four bytes.
        got: [u8; 4],
        /// `SG01`.
        expected: [u8; 4],
    },
    /// A header of another version.
    #[error("header version is {got}, this program reads {expected}: one side needs another release")]
    Version {
        /// The version byte.
        got: u8,
        /// The version understood here.
        expected: u8,
    },
    /// A header with reserved bits set.
    #[error("reserved header bytes are {got:#06x}, they must be zero")]
    Reserved {
        /// The two bytes.
        got: u16,
    },
    /// A header with flags that have no meaning yet.
    #[error(
        "header flags are {got:#04x}, only bit 0 (rotates key) has a meaning: one side needs another release"
    )]
    Flags {
        /// The flags byte.
        got: u8,
    },
    /// A segment of no records or too many.
    #[error("a segment holds 1 to {limit} records, got {got}")]
    Count {
        /// The count it states.
        got: usize,
        /// The most allowed.
        limit: usize,
    },
    /// A record of another unit than its segment's.
    #[error("record {index} of the segment is of unit {got}, the segment of unit {expected}")]
    Unit {
        /// Place of the record in the segment, from 0.
        index: usize,
        /// Unit of the header.
        got: UnitNo,
        /// Unit of the segment.
        expected: UnitNo,
    },
    /// A record whose number does not follow the one before.
    #[error("record {index} of the segment has number {got}, {expected} comes next")]
    Seq {
        /// Place of the record in the segment, from 0.
        index: usize,
        /// Number in the header.
        got: UnitSeq,
        /// Number that comes next.
        expected: UnitSeq,
    },
    /// The chain has no numbers left: 2^64 − 1 is never used, so a next number always exists.
    #[error("{count} records from number {first} do not fit: numbers end below {}", u64::MAX)]
    SeqExhausted {
        /// Number of the first record.
        first: UnitSeq,
        /// How many records.
        count: usize,
    },
    /// A header that does not continue the record before it.
    #[error("record {name} names {got} as the link before it, the link is {expected}")]
    BrokenLink {
        /// The record.
        name: EventName,
        /// Its `prev`.
        got: Link,
        /// The link of the record before.
        expected: Link,
    },
    /// Facts that are not the ones the header commits to.
    #[error("the facts of {name} hash to {got}, its header says {expected}")]
    FactsDigest {
        /// The record.
        name: EventName,
        /// BLAKE3 of the facts received.
        got: Digest,
        /// BLAKE3 in the header.
        expected: Digest,
    },
    /// An annex that is not the one the header commits to; `got` is zero for an absent annex.
    #[error("the annex of {name} hashes to {got}, its header says {expected} (zero: no annex)")]
    AnnexDigest {
        /// The record.
        name: EventName,
        /// BLAKE3 of the annex received, zero when none was.
        got: Digest,
        /// BLAKE3 in the header.
        expected: Digest,
    },
    /// Records after the one that rotates the sealing key, which must be signed by the new key.
    #[error("record {name} rotates the sealing key, so it must be the last of its segment")]
    RotationNotLast {
        /// The record.
        name: EventName,
    },
    /// An entry whose signature is neither absent nor an Ed25519 signature.
    #[error("an entry's signature has 0 or 64 bytes, got {got}")]
    SignatureLength {
        /// The length it states.
        got: u8,
    },
}
