//! What goes with an inclusion proof so that a record can be checked as its unit's: the entry that was proven, the facts, the headers up
//! to the one that the unit signed, and the records that made the unit's key known. Layout: `proto/README.md`, Evidence.

use bytes::Bytes;

use crate::{
    cursor::Cursor,
    digest::{Digest, Hash, Link},
    entry::{Entry, SIGNED_ENTRY_LEN},
    header::{HEADER_LEN, Header},
    key::SealingKey,
    link::link,
    malformed::Malformed,
    names::{EventName, LeafIndex},
    origin::Origin,
    record::MAX_FACTS,
    segment::{MAX_RECORDS, segment_message},
};

const MAGIC: [u8; 4] = *b"EV01";
/// Of the short form for paper.
const PAPER_MAGIC: [u8; 4] = *b"EP01";

/// The extra data of a record's proof file. Nothing in it is believed until it hashes to a proven leaf or follows from one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The operator's key: whom to believe if nobody else was named.
    pub operator: [u8; 32],
    /// The entry whose inclusion is proven.
    pub entry: Entry,
    /// The record's facts; empty when they were left out.
    pub facts: Bytes,
    /// Headers of the unit's records after it, up to the one that ends its segment. None when the entry itself is signed.
    pub later: Vec<[u8; HEADER_LEN]>,
    /// The signature that ends the segment.
    pub signature: [u8; 64],
    /// Records that made the unit's sealing key known, in the order of the log; none for the operator, whose key is the log's.
    pub keys: Vec<KeyEvidence>,
}

/// A record of the same log that brought in a key, with its own inclusion proof under the same checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEvidence {
    /// Its leaf.
    pub leaf: LeafIndex,
    /// Its entry.
    pub entry: Entry,
    /// Its facts: a `unit.registered` or `key.rotated`.
    pub facts: Bytes,
    /// Its inclusion proof.
    pub proof: Vec<Hash>,
}

/// Bytes that are not evidence of a record.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEvidence {
    /// Extra data of some other application.
    #[error("the extra data is not evidence of a record of socai: it does not start with `EV01`")]
    Magic,
    /// The short form that a QR code has room for.
    #[error(
        "this is the short form of a proof that stands on paper: it shows that an entry is in the log and not that its unit signed it; \
         take the whole proof of the record from the ledger"
    )]
    Paper,
    /// A part that is not in its layout.
    #[error("the evidence of the record is not in its layout: {0}")]
    Part(#[from] Malformed),
}

/// The end of a chain of headers, and the signature over its link, which is not verified yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Covering {
    /// The record whose link was signed.
    pub last: EventName,
    /// Its link.
    pub link: Link,
    /// The signature.
    pub signature: [u8; 64],
}

impl Covering {
    /// Whether the signature was made with `key` for this ledger: then the unit signed every header that leads here.
    pub fn is_by(&self, origin: &Origin, key: &SealingKey) -> bool {
        key.verifies(&segment_message(origin, self.link), &self.signature)
    }
}

impl Evidence {
    /// Follows the links from the proven entry's header to the signed one.
    pub fn covering(&self) -> Result<Covering, Malformed> {
        let mut at = self.entry.header_bytes;
        for (place, next) in self.later.iter().enumerate() {
            check_next(place + 1, &at, next)?;
            at = *next;
        }
        Ok(Covering { last: Header::decode(&at)?.name(), link: link(&at), signature: self.signature })
    }

    /// The header of the proven entry, after comparing the facts with it if they are there.
    pub fn header(&self) -> Result<Header, Malformed> {
        if self.facts.is_empty() {
            return Header::decode(&self.entry.header_bytes);
        }
        header_of(&self.entry, &self.facts)
    }

    /// The bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = MAGIC.to_vec();
        out.extend(self.operator);
        push_entry(&mut out, &self.entry);
        push_facts(&mut out, &self.facts);
        out.extend((self.later.len() as u16).to_be_bytes()); // below MAX_RECORDS
        self.later.iter().for_each(|header| out.extend(header));
        if !self.later.is_empty() {
            out.extend(self.signature);
        }
        out.extend((self.keys.len() as u16).to_be_bytes()); // bounded by the length of a proof file
        for key in &self.keys {
            out.extend(key.leaf.0.to_be_bytes());
            push_entry(&mut out, &key.entry);
            push_facts(&mut out, &key.facts);
            out.push(key.proof.len() as u8); // a proof has at most 64 hashes
            key.proof.iter().for_each(|hash| out.extend(hash.0));
        }
        out
    }

    /// The short form for paper: the entry and whom to believe, without what shows that its unit signed it.
    pub fn to_paper_bytes(&self) -> Vec<u8> {
        let mut out = PAPER_MAGIC.to_vec();
        out.extend(self.operator);
        push_entry(&mut out, &self.entry);
        out
    }

    /// Reads [`Evidence::to_bytes`]; nothing is verified.
    pub fn parse(bytes: Bytes) -> Result<Self, BadEvidence> {
        let mut cursor = Cursor::new(&bytes);
        match cursor.array("magic") {
            Ok(MAGIC) => {}
            Ok(PAPER_MAGIC) => return Err(BadEvidence::Paper),
            _ => return Err(BadEvidence::Magic),
        }
        let operator = cursor.array("operator's key")?;
        let entry = read_entry(&mut cursor)?;
        let facts = cursor.prefixed("facts", MAX_FACTS)?;
        let count = usize::from(u16::from_be_bytes(cursor.array("count of headers")?));
        if count >= MAX_RECORDS {
            return Err(Malformed::Count { got: count, limit: MAX_RECORDS - 1 }.into());
        }
        let later = (0..count).map(|_| cursor.array("header")).collect::<Result<Vec<_>, _>>()?;
        let signature = match (entry.signature, count) {
            (Some(signature), 0) => signature,
            (None, 1..) => cursor.array("signature")?,
            // one form: the signature ends the chain of headers and stands nowhere else
            (None, 0) | (Some(_), _) => {
                return Err(Malformed::SignatureLength { got: entry.signature.map_or(0, |_| 64) }.into());
            }
        };
        let count = u16::from_be_bytes(cursor.array("count of key records")?);
        let keys = (0..count).map(|_| KeyEvidence::read(&mut cursor)).collect::<Result<_, _>>()?;
        cursor.end()?;
        Ok(Evidence { operator, entry, facts, later, signature, keys })
    }
}

impl KeyEvidence {
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Malformed> {
        let leaf = LeafIndex(u64::from_be_bytes(cursor.array("leaf")?));
        let (entry, facts) = (read_entry(cursor)?, cursor.prefixed("facts", MAX_FACTS)?);
        let [count] = cursor.array("count of hashes")?;
        let proof = (0..count).map(|_| cursor.array("hash").map(Hash)).collect::<Result<_, _>>()?;
        Ok(KeyEvidence { leaf, entry, facts, proof })
    }

    /// The header of the entry, after comparing the facts with it.
    pub fn header(&self) -> Result<Header, Malformed> {
        header_of(&self.entry, &self.facts)
    }
}

fn header_of(entry: &Entry, facts: &[u8]) -> Result<Header, Malformed> {
    let header = Header::decode(&entry.header_bytes)?;
    let (got, expected) = (Digest::of(facts), header.facts);
    match got == expected {
        true => Ok(header),
        false => Err(Malformed::FactsDigest { name: header.name(), got, expected }),
    }
}

/// Whether `next` is the header of the record after `before`, in the same segment.
fn check_next(index: usize, before: &[u8; HEADER_LEN], next: &[u8; HEADER_LEN]) -> Result<(), Malformed> {
    let (expected, got) = (Header::decode(before)?, Header::decode(next)?);
    if expected.rotates_key() {
        return Err(Malformed::RotationNotLast { name: expected.name() });
    }
    if got.unit != expected.unit {
        return Err(Malformed::Unit { index, got: got.unit, expected: expected.unit });
    }
    let exhausted = Malformed::SeqExhausted { first: expected.seq, count: 1 };
    let seq = expected.seq.next().ok_or(exhausted)?;
    if got.seq != seq {
        return Err(Malformed::Seq { index, got: got.seq, expected: seq });
    }
    match (got.prev, link(before)) {
        (got, expected) if got == expected => Ok(()),
        (prev, expected) => Err(Malformed::BrokenLink { name: got.name(), got: prev, expected }),
    }
}

fn push_entry(out: &mut Vec<u8>, entry: &Entry) {
    let bytes = entry.encode();
    out.push(bytes.len() as u8); // 129 or 193
    out.extend_from_slice(&bytes);
}

fn read_entry(cursor: &mut Cursor<'_>) -> Result<Entry, Malformed> {
    let [len] = cursor.array("length of the entry")?;
    let (got, limit) = (usize::from(len), SIGNED_ENTRY_LEN);
    if got > limit {
        return Err(Malformed::Oversize { what: "entry", got, limit });
    }
    Entry::decode(&cursor.bytes("entry", got)?)
}

fn push_facts(out: &mut Vec<u8>, facts: &[u8]) {
    out.extend((facts.len() as u32).to_be_bytes()); // at most MAX_FACTS
    out.extend(facts);
}
