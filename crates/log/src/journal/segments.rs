//! Frames of a journal back into records and segments.

use bytes::Bytes;
use socai_tlog::{ChainHead, HEADER_LEN, Header, Record, UnitNo, UnitSeq};

use crate::{
    annex::{self, Annex},
    error::Damage,
    frame::{Frame, Kind},
    journal::frames::{Seal, SealedRecord},
};

/// Records that were sealed together, from the one asked for on: the signature is over the last link, so a segment without its
/// first records is still a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JournalSegment {
    /// Consecutive records, at least one.
    pub records: Vec<Record>,
    /// The unit's signature over the last one's link.
    pub signature: [u8; 64],
}

/// Assembles segments from frames in order and verifies that records follow each other.
pub(crate) struct Assembler {
    unit: UnitNo,
    from: UnitSeq,
    /// What the next record continues, once known.
    head: Option<ChainHead>,
    /// A record whose annex may follow.
    pending: Option<([u8; HEADER_LEN], Bytes)>,
    records: Vec<Record>,
}

impl Assembler {
    /// For records of `unit` numbered `from` and later; earlier ones are passed over unread.
    pub(crate) fn new(unit: UnitNo, from: UnitSeq, head: Option<ChainHead>) -> Self {
        Assembler { unit, from, head, pending: None, records: Vec::new() }
    }

    /// The head after the records so far.
    pub(crate) fn head(&self) -> Option<ChainHead> {
        self.head
    }

    /// Takes a frame; gives a segment when it is a seal over records that were asked for.
    pub(crate) fn take(&mut self, frame: &Frame<'_>) -> Result<Option<JournalSegment>, Damage> {
        match frame.kind {
            Kind::SealedRecord => self.record(frame.payload).map(|()| None),
            Kind::Annex | Kind::ErasedAnnex => self.annex(frame).map(|()| None),
            Kind::Seal => self.seal(frame.payload),
            Kind::JournalHead => Ok(None),
            other => Err(Damage::FrameKind { got: other as u8, expected: "a frame of a journal" }),
        }
    }

    fn record(&mut self, payload: &[u8]) -> Result<(), Damage> {
        self.finish(Bytes::new())?;
        if SealedRecord::seq(payload)? < self.from {
            return Ok(());
        }
        let sealed = SealedRecord::parse(payload)?;
        self.pending = Some((sealed.header_bytes, Bytes::copy_from_slice(sealed.facts)));
        Ok(())
    }

    fn annex(&mut self, frame: &Frame<'_>) -> Result<(), Damage> {
        let Some((header, _)) = &self.pending else { return Ok(()) };
        let owner = Header::decode(header).map_err(Damage::Header)?.seq;
        match annex::parse(frame, owner.0)? {
            Annex::Present(bytes) => self.finish(bytes.into()),
            Annex::Erased | Annex::None => self.finish(Bytes::new()),
        }
    }

    /// Verifies the pending record against its header and the record before.
    fn finish(&mut self, annex: Bytes) -> Result<(), Damage> {
        let Some((header_bytes, facts)) = self.pending.take() else { return Ok(()) };
        let record = Record::restored(header_bytes, facts, annex).map_err(Damage::Header)?;
        let (header, name) = (record.header(), record.name());
        let continues = ChainHead { next_seq: header.seq, link: header.prev };
        if header.unit != self.unit || self.head.is_some_and(|head| head != continues) {
            return Err(Damage::Chain { unit: self.unit, name });
        }
        self.head = Some(ChainHead::after(&record));
        self.records.push(record);
        Ok(())
    }

    fn seal(&mut self, payload: &[u8]) -> Result<Option<JournalSegment>, Damage> {
        self.finish(Bytes::new())?;
        let Seal { next, signature, .. } = Seal::parse(payload)?;
        if self.records.is_empty() {
            return Ok(None);
        }
        let expected = self.head.map_or(0, |head| head.next_seq.0);
        if next.0 != expected {
            return Err(Damage::Number { what: "the number after the segment", got: next.0, expected });
        }
        Ok(Some(JournalSegment { records: std::mem::take(&mut self.records), signature }))
    }
}
