//! The frames of a journal. Layouts: `proto/README.md`, Journal.

use socai_tlog::{ChainHead, Digest, HEADER_LEN, Link, Origin, Record, UnitNo, UnitSeq};

use crate::{
    annex,
    error::Damage,
    frame::{self, Frame, Kind, Parts},
    record::{SHORT_HEADER, read_header, stored_header},
    volume::origin_mark,
};

const MAGIC: [u8; 8] = *b"socaijnl";
const VERSION: u16 = 1;

/// Whose journal it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owner {
    /// The ledger the unit publishes to.
    pub origin: Origin,
    /// The unit.
    pub unit: UnitNo,
    /// The link before its record 0.
    pub genesis: Link,
}

/// First frame of a journal file: whose it is and what its first record continues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct JournalHead {
    pub(crate) origin: Digest,
    pub(crate) unit: UnitNo,
    pub(crate) genesis: Link,
    pub(crate) number: u64,
    pub(crate) continues: ChainHead,
}

impl JournalHead {
    pub(crate) fn new(owner: &Owner, number: u64, continues: ChainHead) -> Self {
        let Owner { origin, unit, genesis } = owner;
        JournalHead { origin: origin_mark(origin), unit: *unit, genesis: *genesis, number, continues }
    }

    pub(crate) fn push(&self, out: &mut Vec<u8>) -> usize {
        frame::push(out, Kind::JournalHead, |out| {
            out.extend(MAGIC);
            out.extend(VERSION.to_be_bytes());
            out.extend(self.origin.0);
            out.extend(self.unit.0.to_be_bytes());
            out.extend(self.genesis.0);
            out.extend(self.number.to_be_bytes());
            push_head(out, self.continues);
        })
    }

    pub(crate) fn parse(payload: &[u8]) -> Result<Self, Damage> {
        let mut parts = Parts::new(payload, "a journal head");
        if *parts.array()? != MAGIC || parts.u16()? != VERSION {
            return Err(Damage::Layout("the magic or version of a journal head"));
        }
        let origin = Digest(*parts.array()?);
        let unit = UnitNo(parts.u32()?);
        let genesis = Link(*parts.array()?);
        let number = parts.u64()?;
        let continues = read_head(&mut parts)?;
        parts.end()?;
        Ok(JournalHead { origin, unit, genesis, number, continues })
    }
}

fn push_head(out: &mut Vec<u8>, head: ChainHead) {
    out.extend(head.next_seq.0.to_be_bytes());
    out.extend(head.link.0);
}

fn read_head(parts: &mut Parts<'_>) -> Result<ChainHead, Damage> {
    Ok(ChainHead { next_seq: UnitSeq(parts.u64()?), link: Link(*parts.array()?) })
}

/// Appends a record, followed by its annex when it has one here.
pub(crate) fn push_record(out: &mut Vec<u8>, record: &Record) {
    let header = stored_header(record.header_bytes());
    frame::push(out, Kind::SealedRecord, |out| {
        out.push(u8::from(header.len() == HEADER_LEN));
        out.extend(header);
        out.extend_from_slice(record.facts());
    });
    if !record.annex().is_empty() {
        annex::push(out, record.header().seq.0, record.annex());
    }
}

/// A record's header and facts, as read.
pub(crate) struct SealedRecord<'a> {
    pub(crate) header_bytes: [u8; HEADER_LEN],
    pub(crate) facts: &'a [u8],
}

impl<'a> SealedRecord<'a> {
    pub(crate) fn parse(payload: &'a [u8]) -> Result<Self, Damage> {
        let mut parts = Parts::new(payload, "a sealed record");
        let has_annex = match parts.u8()? {
            0 => false,
            1 => true,
            _ => return Err(Damage::Layout("the flags of a sealed record")),
        };
        let header = read_header(&mut parts, has_annex)?;
        let mut header_bytes = [0; HEADER_LEN];
        header_bytes[..header.len()].copy_from_slice(header);
        Ok(SealedRecord { header_bytes, facts: parts.rest() })
    }

    /// The number of the record, of a payload that is at least as long as a header; without parsing the rest.
    pub(crate) fn seq(payload: &[u8]) -> Result<UnitSeq, Damage> {
        let short = payload.get(1..=SHORT_HEADER).ok_or(Damage::Layout("a sealed record"))?;
        Ok(UnitSeq(short[8..16].iter().fold(0, |number, byte| number << 8 | u64::from(*byte))))
    }
}

/// The end of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Seal {
    /// Where the segment starts in its file, in bytes: everything before was synced when this was written.
    pub(crate) start: u64,
    /// Number after its last record.
    pub(crate) next: UnitSeq,
    pub(crate) signature: [u8; 64],
}

impl Seal {
    pub(crate) fn push(&self, out: &mut Vec<u8>) {
        frame::push(out, Kind::Seal, |out| {
            out.extend(self.start.to_be_bytes());
            out.extend(self.next.0.to_be_bytes());
            out.extend(self.signature);
        });
    }

    pub(crate) fn parse(payload: &[u8]) -> Result<Self, Damage> {
        let mut parts = Parts::new(payload, "a seal");
        let seal = Seal { start: parts.u64()?, next: UnitSeq(parts.u64()?), signature: *parts.array()? };
        parts.end()?;
        Ok(seal)
    }
}

/// The note of the journal's end.
pub(crate) fn end_note(head: ChainHead) -> Vec<u8> {
    let mut out = Vec::new();
    frame::push(&mut out, Kind::JournalEnd, |out| push_head(out, head));
    out
}

/// Reads the note; `None` when it is not whole, as after a power cut.
pub(crate) fn parse_end_note(bytes: &[u8]) -> Option<ChainHead> {
    match frame::parse(bytes) {
        Ok(Frame { kind: Kind::JournalEnd, payload }) => {
            let mut parts = Parts::new(payload, "a journal's end");
            read_head(&mut parts).ok()
        }
        _ => None,
    }
}
