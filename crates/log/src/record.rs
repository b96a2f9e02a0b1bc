//! The record frame of a volume: what the tree hashes, and the facts.
//!
//! Layout: `proto/README.md`, Volume. The header is stored as received, except that an annex digest of zero
//! (no annex) is a flag instead of 32 bytes.

use bytes::Bytes;
use socai_tlog::{
    Digest, Entry, EventName, HEADER_LEN, Header, LeafIndex, Link, MAX_FACTS, Malformed, Record, UnitNo,
    UnitSeq,
};

use crate::{
    error::Damage,
    frame::{self, Kind, Parts},
};

/// Flag: the signature of the record's segment follows.
const SIGNED: u8 = 1;
/// Flag: the header commits to an annex, so all 120 bytes are stored.
const HAS_ANNEX: u8 = 2;
/// Flag: that annex is in the annex volume of the same number.
const STORES_ANNEX: u8 = 4;
/// Bytes of a record frame's payload before the header: flags, place in the volume, time of receipt.
const BEFORE_HEADER: usize = 1 + 4 + 8;
/// Bytes of a header before the digest of its annex.
pub(crate) const SHORT_HEADER: usize = HEADER_LEN - 32;

/// Where an annex lies in the annex volume of its record's volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnnexAt {
    /// Position of its frame, in bytes.
    pub offset: u64,
    /// Length of the annex itself, in bytes.
    pub len: u32,
}

/// What goes into a record frame besides the header, which the record holds.
pub(crate) struct Placed<'a> {
    pub(crate) index: u32,
    pub(crate) received_at_ms: u64,
    pub(crate) record: &'a Record,
    pub(crate) signature: Option<&'a [u8; 64]>,
    pub(crate) annex: Option<AnnexAt>,
}

/// Appends the frame of a record.
pub(crate) fn push(out: &mut Vec<u8>, placed: &Placed<'_>) {
    let header = stored_header(placed.record.header_bytes());
    let flags = flag(placed.signature.is_some(), SIGNED)
        | flag(header.len() == HEADER_LEN, HAS_ANNEX)
        | flag(placed.annex.is_some(), STORES_ANNEX);
    frame::push(out, Kind::Record, |out| {
        out.push(flags);
        out.extend_from_slice(&placed.index.to_be_bytes());
        out.extend_from_slice(&placed.received_at_ms.to_be_bytes());
        out.extend_from_slice(header);
        if let Some(annex) = placed.annex {
            out.extend_from_slice(&annex.offset.to_be_bytes());
            out.extend_from_slice(&annex.len.to_be_bytes());
        }
        if let Some(signature) = placed.signature {
            out.extend_from_slice(signature);
        }
        out.extend_from_slice(placed.record.facts());
    });
}

fn flag(set: bool, bit: u8) -> u8 {
    if set { bit } else { 0 }
}

/// The part of a header that is stored: without the digest of an annex that it does not have.
pub(crate) fn stored_header(header: &[u8; HEADER_LEN]) -> &[u8] {
    if header[SHORT_HEADER..] == [0; 32] { &header[..SHORT_HEADER] } else { header }
}

/// Reads a stored header of either length; a digest of zero must not be stored.
pub(crate) fn read_header<'a>(parts: &mut Parts<'a>, has_annex: bool) -> Result<&'a [u8], Damage> {
    if !has_annex {
        return Ok(parts.array::<SHORT_HEADER>()?);
    }
    let header = parts.array::<HEADER_LEN>()?;
    if stored_header(header).len() != HEADER_LEN {
        return Err(Damage::Layout("a record frame with an annex digest of zero"));
    }
    Ok(header)
}

/// A record read from a volume, borrowed from the piece it was read with.
///
/// Its checksum holds; that its facts and links do is for the reader to verify.
#[derive(Clone, Copy, Debug)]
pub struct RecordRef<'a> {
    leaf: LeafIndex,
    offset: u64,
    received_at_ms: u64,
    header: &'a [u8],
    annex: Option<AnnexAt>,
    signature: Option<&'a [u8; 64]>,
    facts: &'a [u8],
    /// Position of the facts in the volume, in bytes.
    facts_at: u64,
}

impl<'a> RecordRef<'a> {
    /// As [`RecordRef::parse`] for a record without an annex, which most are; none for others and for what does not hold.
    #[inline]
    pub(crate) fn parse_plain(payload: &'a [u8], offset: u64, first: LeafIndex, index: u32) -> Option<Self> {
        let (start, rest) = payload.split_first_chunk::<{ BEFORE_HEADER + SHORT_HEADER }>()?;
        let (before, header) = start.split_first_chunk::<BEFORE_HEADER>()?;
        let [flags, a, b, c, d, received_at @ ..] = *before;
        let (signature, facts) = match flags {
            0 => (None, rest),
            SIGNED => rest.split_first_chunk().map(|(signature, facts)| (Some(signature), facts))?,
            _ => return None,
        };
        if u32::from_be_bytes([a, b, c, d]) != index || facts.len() > MAX_FACTS {
            return None;
        }
        let leaf = LeafIndex(first.0 + u64::from(index));
        let received_at_ms = u64::from_be_bytes(received_at);
        let facts_at = offset + (frame::BEFORE_PAYLOAD + payload.len() - facts.len()) as u64;
        Some(RecordRef { leaf, offset, received_at_ms, header, annex: None, signature, facts, facts_at })
    }

    /// Reads the payload of a record frame at `offset` that must have `index` in a volume that starts with `first`.
    pub(crate) fn parse(
        payload: &'a [u8],
        offset: u64,
        first: LeafIndex,
        index: u32,
    ) -> Result<Self, Damage> {
        let mut parts = Parts::new(payload, "a record frame");
        let [flags, a, b, c, d, received_at @ ..] = *parts.array::<BEFORE_HEADER>()?;
        let canonical = flags & !(SIGNED | HAS_ANNEX | STORES_ANNEX) == 0
            && (flags & STORES_ANNEX == 0 || flags & HAS_ANNEX != 0);
        if !canonical {
            return Err(Damage::Layout("the flags of a record frame"));
        }
        let got = u32::from_be_bytes([a, b, c, d]);
        if got != index {
            return Err(Damage::Number {
                what: "the record's place in its volume",
                got: got.into(),
                expected: index.into(),
            });
        }
        let received_at_ms = u64::from_be_bytes(received_at);
        let header = read_header(&mut parts, flags & HAS_ANNEX != 0)?;
        let annex = match flags & STORES_ANNEX {
            0 => None,
            _ => Some(AnnexAt { offset: parts.u64()?, len: parts.u32()? }),
        };
        let signature = match flags & SIGNED {
            0 => None,
            _ => Some(parts.array()?),
        };
        let facts = parts.rest();
        if facts.len() > MAX_FACTS {
            return Err(Damage::Layout("facts above their limit"));
        }
        let leaf = LeafIndex(first.0 + u64::from(index));
        let facts_at = offset + (frame::BEFORE_PAYLOAD + payload.len() - facts.len()) as u64;
        Ok(RecordRef { leaf, offset, received_at_ms, header, annex, signature, facts, facts_at })
    }

    /// Place in the log.
    pub fn leaf(&self) -> LeafIndex {
        self.leaf
    }

    /// Position of the frame in its volume, in bytes.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// When the operator took it, milliseconds since 1970 UTC.
    pub fn received_at_ms(&self) -> u64 {
        self.received_at_ms
    }

    /// The header as the unit sealed it.
    pub fn header_bytes(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[..self.header.len()].copy_from_slice(self.header);
        bytes
    }

    /// The header, decoded.
    pub fn header(&self) -> Result<Header, Malformed> {
        Header::decode(&self.header_bytes())
    }

    /// The permanent name, read from the header without decoding the rest.
    pub fn name(&self) -> EventName {
        EventName { unit: UnitNo(self.number::<4>(4) as u32), seq: UnitSeq(self.number::<8>(8)) }
    }

    /// The link before, in the header.
    pub fn prev(&self) -> Link {
        Link(self.part(24))
    }

    /// BLAKE3 of the facts, in the header.
    pub fn facts_digest(&self) -> Digest {
        Digest(self.part(56))
    }

    /// BLAKE3 of the annex, in the header; zero when there is none.
    pub fn annex_digest(&self) -> Digest {
        if self.has_annex() { Digest(self.part(SHORT_HEADER)) } else { Digest::ZERO }
    }

    /// The header's flags, read without decoding the rest.
    ///
    /// # Errors
    /// What [`RecordRef::header`] would refuse.
    #[inline]
    pub fn flags(&self) -> Result<u8, Malformed> {
        Header::flags([self.header[0], self.header[1], self.header[2], self.header[3]])
    }

    /// Whether the header says that the record rotates a key.
    pub fn rotates_key(&self) -> bool {
        self.header[1] & Header::ROTATES_KEY != 0
    }

    /// 32 bytes of the header.
    fn part(&self, at: usize) -> [u8; 32] {
        let mut part = [0; 32];
        part.copy_from_slice(&self.header[at..at + 32]);
        part
    }

    /// When the unit sealed it by its own clock, milliseconds since 1970 UTC.
    pub fn recorded_at_ms(&self) -> u64 {
        self.number::<8>(16)
    }

    /// A big-endian number of the header; every header stored has its first 88 bytes.
    fn number<const N: usize>(&self, at: usize) -> u64 {
        let mut number = [0; 8];
        number[8 - N..].copy_from_slice(&self.header[at..at + N]);
        u64::from_be_bytes(number)
    }

    /// Signature of the segment that ends with this record.
    pub fn signature(&self) -> Option<&'a [u8; 64]> {
        self.signature
    }

    /// The facts: a protobuf `Event`.
    pub fn facts(&self) -> &'a [u8] {
        self.facts
    }

    /// Position of the facts in its volume, in bytes.
    pub fn facts_at(&self) -> u64 {
        self.facts_at
    }

    /// Whether the header commits to an annex.
    pub fn has_annex(&self) -> bool {
        self.header.len() == HEADER_LEN
    }

    /// Where the annex is stored; `None` when there is none or this log never had it.
    pub fn annex_at(&self) -> Option<AnnexAt> {
        self.annex
    }

    /// The entry that the tree hashes.
    pub fn entry(&self) -> Entry {
        Entry {
            received_at_ms: self.received_at_ms,
            header_bytes: self.header_bytes(),
            signature: self.signature.copied(),
        }
    }

    /// The record with its facts copied; verifies that they are those of the header. Give the annex, or nothing.
    pub fn to_record(&self, annex: Bytes) -> Result<Record, Malformed> {
        Record::restored(self.header_bytes(), Bytes::copy_from_slice(self.facts), annex)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A payload with these flags and the parts that they announce.
    fn payload(flags: u8, index: u32) -> Vec<u8> {
        let part = |flag: u8, len: usize| if flags & flag == 0 { 0 } else { len };
        let header = SHORT_HEADER + part(HAS_ANNEX, HEADER_LEN - SHORT_HEADER);
        let behind_header = part(STORES_ANNEX, 12) + part(SIGNED, 64) + 20;
        let mut bytes = vec![flags];
        bytes.extend(index.to_be_bytes());
        bytes.extend(1_700_000_000_000_u64.to_be_bytes());
        bytes.extend((1_u8..).cycle().take(header + behind_header));
        bytes
    }

    #[test]
    fn read_in_one_step_a_record_is_what_it_is_read_part_by_part() {
        let mut plain = 0;
        for flags in 0..8 {
            let whole = payload(flags, 7);
            let flipped = (0..8 * whole.len()).map(|bit| {
                let mut bytes = whole.clone();
                bytes[bit / 8] ^= 1 << (bit % 8);
                bytes
            });
            let cut = (0..=whole.len()).map(|len| whole[..len].to_vec());
            for bytes in flipped.chain(cut) {
                let parsed = RecordRef::parse(&bytes, 100, LeafIndex(40), 7);
                let expected = parsed.ok().filter(|record| !record.has_annex());
                let got = RecordRef::parse_plain(&bytes, 100, LeafIndex(40), 7);
                assert_eq!(format!("{got:?}"), format!("{expected:?}"), "{flags}");
                plain += u32::from(got.is_some());
            }
        }
        assert!(plain > 1_000, "{plain}");
    }
}
