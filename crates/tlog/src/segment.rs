//! Consecutive records of one unit published as one message and signed once. Layout: `proto/README.md`, Segment.

use bytes::{BufMut, Bytes, BytesMut};
use ed25519_dalek::{Signer, SigningKey};

use crate::{
    chain::ChainHead,
    cursor::Cursor,
    digest::Link,
    header::{HEADER_LEN, Header},
    key::SealingKey,
    malformed::Malformed,
    names::{EventName, UnitNo, UnitSeq},
    origin::Origin,
    record::{MAX_FACTS, Record},
};

/// The most records in a segment.
pub const MAX_RECORDS: usize = 512;
/// The most bytes of a segment with more than one record.
pub const MAX_SEGMENT_LEN: usize = 512 << 10;
/// The most bytes of a segment with one record.
pub const MAX_SINGLE_LEN: usize = (1 << 20) + (64 << 10);
/// Bytes of a segment besides its records: magic, unit, first number, count and signature.
pub const SEGMENT_OVERHEAD: usize = 4 + 4 + 8 + 2 + 64;

const MAGIC: [u8; 4] = *b"SG01";

/// A segment whose sizes, numbers, inner links and digests hold. Who signed it is not known yet: [`Segment::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    bytes: Bytes,
    records: Vec<Record>,
    signature: [u8; 64],
}

/// A segment with a valid signature of the key it was verified with. Only [`Segment::verify`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerifiedSegment(Segment);

/// A signature that is not the given key's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the signature over records {first} to {last} was not made for this ledger with the sealing key {key}"
)]
pub struct BadSignature {
    /// First record of the segment.
    pub first: EventName,
    /// Last record of the segment, whose link is signed.
    pub last: EventName,
    /// The key it was verified with.
    pub key: Box<SealingKey>,
}

#[derive(Clone, Copy)]
enum Annexes {
    AllPresent,
    MayBeErased,
}

impl Segment {
    /// Reads a segment that a unit publishes. Content is shared with `bytes`, not copied.
    pub fn parse(bytes: Bytes) -> Result<Self, Malformed> {
        Self::read(bytes, Annexes::AllPresent)
    }

    /// Reads a segment sent back from a log, where annexes may have been erased.
    pub fn parse_restored(bytes: Bytes) -> Result<Self, Malformed> {
        Self::read(bytes, Annexes::MayBeErased)
    }

    /// Whose records the bytes of a segment say they are, from which number on and how many: a look at its head, believing nothing else.
    pub fn span(bytes: &Bytes) -> Option<(UnitNo, UnitSeq, u16)> {
        let mut cursor = Cursor::new(bytes);
        cursor.array("magic").ok().filter(|magic| *magic == MAGIC)?;
        let unit = UnitNo(u32::from_be_bytes(cursor.array("unit").ok()?));
        let first = UnitSeq(u64::from_be_bytes(cursor.array("first number").ok()?));
        Some((unit, first, u16::from_be_bytes(cursor.array("count").ok()?)))
    }

    fn read(bytes: Bytes, annexes: Annexes) -> Result<Self, Malformed> {
        within(bytes.len(), MAX_SINGLE_LEN)?;
        let mut cursor = Cursor::new(&bytes);
        let magic = cursor.array("magic")?;
        if magic != MAGIC {
            return Err(Malformed::Magic { got: magic, expected: MAGIC });
        }
        let unit = UnitNo(u32::from_be_bytes(cursor.array("unit")?));
        let first = UnitSeq(u64::from_be_bytes(cursor.array("first number")?));
        let count = usize::from(u16::from_be_bytes(cursor.array("count")?));
        check_count(count, bytes.len())?;
        let records = read_records(&mut cursor, count, annexes)?;
        let signature = cursor.array("signature")?;
        cursor.end()?;
        check_run(unit, first, &records)?;
        Ok(Segment { bytes, records, signature })
    }

    /// Signs consecutive `records` of one chain and makes them a segment.
    pub fn seal(
        records: Vec<Record>,
        key: &SigningKey,
        origin: &Origin,
    ) -> Result<VerifiedSegment, Malformed> {
        let last = records.last().map_or(Link::ZERO, Record::link);
        let signature = sign_segment(key, origin, last);
        let bytes = encode_segment(&records, &signature)?;
        Ok(VerifiedSegment(Segment { bytes, records, signature }))
    }

    /// Verifies the signature over `origin` and the last link.
    pub fn verify(self, origin: &Origin, key: &SealingKey) -> Result<VerifiedSegment, BadSignature> {
        if key.verifies(&segment_message(origin, self.last().link()), &self.signature) {
            return Ok(VerifiedSegment(self));
        }
        Err(BadSignature { first: self.first().name(), last: self.last().name(), key: Box::new(*key) })
    }

    /// The unit whose records these are.
    pub fn unit(&self) -> UnitNo {
        self.first().header().unit
    }

    /// The first record.
    pub fn first(&self) -> &Record {
        &self.records[0] // 1..=MAX_RECORDS by construction
    }

    /// The last record, whose link is signed.
    pub fn last(&self) -> &Record {
        &self.records[self.records.len() - 1] // 1..=MAX_RECORDS by construction
    }

    /// The head the segment continues: number and `prev` of its first record.
    pub fn continues(&self) -> ChainHead {
        let Header { seq, prev, .. } = *self.first().header();
        ChainHead { next_seq: seq, link: prev }
    }

    /// The head after its last record.
    pub fn head(&self) -> ChainHead {
        ChainHead::after(self.last())
    }

    /// The records in order, 1 to [`MAX_RECORDS`].
    pub fn records(&self) -> &[Record] {
        &self.records
    }

    /// The signature over the last link.
    pub fn signature(&self) -> &[u8; 64] {
        &self.signature
    }

    /// The bytes as received or encoded.
    pub fn bytes(&self) -> &Bytes {
        &self.bytes
    }
}

impl VerifiedSegment {
    /// The records and the signature that belongs to the last of them.
    pub fn into_parts(self) -> (Vec<Record>, [u8; 64]) {
        (self.0.records, self.0.signature)
    }
}

impl std::ops::Deref for VerifiedSegment {
    type Target = Segment;
    fn deref(&self) -> &Segment {
        &self.0
    }
}

/// What a unit signs: `00`, "socai.v1 segment", `u16` length and origin, the last record's link.
///
/// The zero byte keeps it apart from every signed note, whose text cannot hold one.
pub fn segment_message(origin: &Origin, last: Link) -> Vec<u8> {
    let mut message = b"\0socai.v1 segment".to_vec();
    message.extend(origin.prefixed());
    message.extend(last.0);
    message
}

/// Signs the records up to the one with link `last`.
pub fn sign_segment(key: &SigningKey, origin: &Origin, last: Link) -> [u8; 64] {
    key.sign(&segment_message(origin, last)).to_bytes()
}

/// The bytes of a segment of consecutive `records`; refuses what [`Segment::parse_restored`] would.
pub fn encode_segment(records: &[Record], signature: &[u8; 64]) -> Result<Bytes, Malformed> {
    let len = SEGMENT_OVERHEAD + records.iter().map(Record::encoded_len).sum::<usize>();
    check_count(records.len(), len)?;
    let Header { unit, seq: first, .. } = *records[0].header();
    check_run(unit, first, records)?;
    let mut out = BytesMut::with_capacity(len);
    out.put_slice(&MAGIC);
    out.put_u32(unit.0);
    out.put_u64(first.0);
    out.put_u16(records.len() as u16); // at most MAX_RECORDS
    for record in records {
        out.put_slice(record.header_bytes());
        out.put_u32(record.facts().len() as u32); // both below MAX_SINGLE_LEN
        out.put_slice(record.facts());
        out.put_u32(record.annex().len() as u32);
        out.put_slice(record.annex());
    }
    out.put_slice(signature);
    Ok(out.freeze())
}

/// How many of the leading `records` fit into one segment: 0 only when there are none.
///
/// Ends after a record that rotates the key and before one that would pass 512 records or 512 KiB.
pub fn segment_fit(records: &[Record]) -> usize {
    let mut len = SEGMENT_OVERHEAD;
    for (count, record) in records.iter().enumerate().take(MAX_RECORDS) {
        len += record.encoded_len();
        if count > 0 && len > MAX_SEGMENT_LEN {
            return count;
        }
        if record.header().rotates_key() {
            return count + 1;
        }
    }
    records.len().min(MAX_RECORDS)
}

fn within(got: usize, limit: usize) -> Result<(), Malformed> {
    if got > limit { Err(Malformed::Oversize { what: "segment", got, limit }) } else { Ok(()) }
}

/// Count and total length, before anything is allocated for the records.
fn check_count(count: usize, len: usize) -> Result<(), Malformed> {
    match count {
        1 => within(len, MAX_SINGLE_LEN),
        2..=MAX_RECORDS => within(len, MAX_SEGMENT_LEN),
        got => Err(Malformed::Count { got, limit: MAX_RECORDS }),
    }
}

fn read_records(cursor: &mut Cursor<'_>, count: usize, annexes: Annexes) -> Result<Vec<Record>, Malformed> {
    let mut records = Vec::with_capacity(count.min(cursor.left() / Record::FRAMING));
    for _ in 0..count {
        let header: [u8; HEADER_LEN] = cursor.array("header")?;
        let facts = cursor.prefixed("facts", MAX_FACTS)?;
        let annex = cursor.prefixed("annex", MAX_SINGLE_LEN)?;
        records.push(match annexes {
            Annexes::AllPresent => Record::received(header, facts, annex)?,
            Annexes::MayBeErased => Record::restored(header, facts, annex)?,
        });
    }
    Ok(records)
}

/// Records of `unit`, numbered from `first`, each continuing the one before, a key rotation only at the end.
fn check_run(unit: UnitNo, first: UnitSeq, records: &[Record]) -> Result<(), Malformed> {
    let count = records.len();
    if first.0.checked_add(count as u64).is_none() {
        return Err(Malformed::SeqExhausted { first, count });
    }
    for (index, record) in records.iter().enumerate() {
        let header = record.header();
        let expected = UnitSeq(first.0 + index as u64);
        if header.unit != unit {
            return Err(Malformed::Unit { index, got: header.unit, expected: unit });
        }
        if header.seq != expected {
            return Err(Malformed::Seq { index, got: header.seq, expected });
        }
        if let Some(before) = index.checked_sub(1).map(|before| &records[before]) {
            check_link(before, record)?;
        }
    }
    Ok(())
}

fn check_link(before: &Record, record: &Record) -> Result<(), Malformed> {
    if before.header().rotates_key() {
        return Err(Malformed::RotationNotLast { name: before.name() });
    }
    let (got, expected) = (record.header().prev, before.link());
    if got != expected {
        return Err(Malformed::BrokenLink { name: record.name(), got, expected });
    }
    Ok(())
}
