//! An event sealed by its unit.

use bytes::Bytes;

use crate::{
    digest::{Digest, Link},
    header::{HEADER_LEN, Header},
    link::link,
    malformed::Malformed,
    names::EventName,
};

/// The most bytes of facts in a record.
pub const MAX_FACTS: usize = 1 << 20;

/// A header with the content it commits to.
///
/// Every value holds a header that decodes to [`Record::header`], its link, facts with the header's digest and an annex that
/// is the header's, absent, or (read back from a log only) erased. Cloning copies no content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    header: Header,
    header_bytes: [u8; HEADER_LEN],
    link: Link,
    facts: Bytes,
    annex: Bytes,
}

impl Record {
    /// Bytes of a record in a segment besides facts and annex: the header and two lengths.
    pub const FRAMING: usize = HEADER_LEN + 4 + 4;

    /// Reads a record that a unit sends: facts and annex must both be there.
    pub fn received(header_bytes: [u8; HEADER_LEN], facts: Bytes, annex: Bytes) -> Result<Self, Malformed> {
        let record = Self::with_facts(header_bytes, facts, annex)?;
        let (got, expected) = (annex_digest(&record.annex), record.header.annex);
        if got != expected {
            return Err(Malformed::AnnexDigest { name: record.name(), got, expected });
        }
        Ok(record)
    }

    /// Reads a record kept by a log or journal, whose annex may have been erased; give an empty one then.
    pub fn restored(header_bytes: [u8; HEADER_LEN], facts: Bytes, annex: Bytes) -> Result<Self, Malformed> {
        if annex.is_empty() {
            return Self::with_facts(header_bytes, facts, annex);
        }
        Self::received(header_bytes, facts, annex)
    }

    fn with_facts(header_bytes: [u8; HEADER_LEN], facts: Bytes, annex: Bytes) -> Result<Self, Malformed> {
        let header = Header::decode(&header_bytes)?;
        if facts.len() > MAX_FACTS {
            return Err(Malformed::Oversize { what: "facts", got: facts.len(), limit: MAX_FACTS });
        }
        let got = Digest::of(&facts);
        if got != header.facts {
            return Err(Malformed::FactsDigest { name: header.name(), got, expected: header.facts });
        }
        Ok(Record { header, header_bytes, link: link(&header_bytes), facts, annex })
    }

    /// Seals: the caller made `header` from these `facts` and this `annex`.
    pub(crate) fn sealed(header: Header, facts: Bytes, annex: Bytes) -> Self {
        let header_bytes = header.encode();
        Record { header, header_bytes, link: link(&header_bytes), facts, annex }
    }

    /// The header, decoded.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The header as hashed, linked and published.
    pub fn header_bytes(&self) -> &[u8; HEADER_LEN] {
        &self.header_bytes
    }

    /// The link of the header.
    pub fn link(&self) -> Link {
        self.link
    }

    /// The facts: a protobuf `Event`.
    pub fn facts(&self) -> &Bytes {
        &self.facts
    }

    /// The annex: a protobuf `Annex`, empty when there is none or it was erased.
    pub fn annex(&self) -> &Bytes {
        &self.annex
    }

    /// Whether the header commits to an annex that is not here any more.
    pub fn annex_erased(&self) -> bool {
        self.annex.is_empty() && self.header.annex != Digest::ZERO
    }

    /// The permanent name of the record.
    pub fn name(&self) -> EventName {
        self.header.name()
    }

    /// Length in a segment, in bytes.
    pub fn encoded_len(&self) -> usize {
        Self::FRAMING + self.facts.len() + self.annex.len()
    }
}

/// What a header says of `annex`: BLAKE3, or zero when there is none.
pub(crate) fn annex_digest(annex: &[u8]) -> Digest {
    if annex.is_empty() { Digest::ZERO } else { Digest::of(annex) }
}
