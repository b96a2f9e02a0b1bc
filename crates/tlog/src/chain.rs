//! Sealing: facts become the next record of a unit.

use bytes::Bytes;

use crate::{
    digest::{Digest, Link},
    header::Header,
    malformed::Malformed,
    names::{UnitNo, UnitSeq},
    record::{MAX_FACTS, Record, annex_digest},
    segment::{MAX_SINGLE_LEN, SEGMENT_OVERHEAD},
};

/// Where a unit's chain ends: what the next record must be numbered and name as `prev`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ChainHead {
    /// Number of the next record.
    pub next_seq: UnitSeq,
    /// Link of the last record, or the genesis before record 0.
    pub link: Link,
}

impl ChainHead {
    /// The head of a chain without records.
    pub const fn genesis(link: Link) -> Self {
        ChainHead { next_seq: UnitSeq(0), link }
    }

    /// The head after `record`.
    pub fn after(record: &Record) -> Self {
        // a record's number is below u64::MAX: parsing and sealing refuse the last one
        ChainHead { next_seq: UnitSeq(record.header().seq.0.saturating_add(1)), link: record.link() }
    }
}

/// The end of one unit's chain, which seals what comes next. Pure: the caller gives the time and stores the records.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    unit: UnitNo,
    head: ChainHead,
}

impl Chain {
    /// A chain of `unit` that continues `head`.
    pub const fn new(unit: UnitNo, head: ChainHead) -> Self {
        Chain { unit, head }
    }

    /// The unit that seals.
    pub const fn unit(&self) -> UnitNo {
        self.unit
    }

    /// What the next record continues.
    pub const fn head(&self) -> ChainHead {
        self.head
    }

    /// Seals the next record. `flags` are those of [`Header`]; an empty `annex` is none.
    ///
    /// Fails, leaving the chain as it was, when the content is too large for a segment of its own, a flag is unknown, or
    /// the numbers are used up.
    pub fn seal(
        &mut self,
        facts: Bytes,
        annex: Bytes,
        recorded_at_ms: u64,
        flags: u8,
    ) -> Result<Record, Malformed> {
        check_content(&facts, &annex)?;
        if flags & !Header::ROTATES_KEY != 0 {
            return Err(Malformed::Flags { got: flags });
        }
        let ChainHead { next_seq: seq, link: prev } = self.head;
        let next_seq = seq.next().ok_or(Malformed::SeqExhausted { first: seq, count: 1 })?;
        let (unit, annex_digest) = (self.unit, annex_digest(&annex));
        let header =
            Header { flags, unit, seq, recorded_at_ms, prev, facts: Digest::of(&facts), annex: annex_digest };
        let record = Record::sealed(header, facts, annex);
        self.head = ChainHead { next_seq, link: record.link() };
        Ok(record)
    }
}

fn check_content(facts: &[u8], annex: &[u8]) -> Result<(), Malformed> {
    if facts.len() > MAX_FACTS {
        return Err(Malformed::Oversize { what: "facts", got: facts.len(), limit: MAX_FACTS });
    }
    let limit = MAX_SINGLE_LEN - SEGMENT_OVERHEAD - Record::FRAMING;
    match facts.len() + annex.len() {
        got if got > limit => Err(Malformed::Oversize { what: "facts and annex", got, limit }),
        _ => Ok(()),
    }
}
