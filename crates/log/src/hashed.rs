//! The part of verifying a chunk that no other chunk is needed for: checksums, digests, links and leaf hashes.
//!
//! This is nearly all the work, and threads can do it apart; [`Replay::hashed`](crate::Replay::hashed) then takes the
//! results in order.

use socai_tlog::{Digest, Hash, Header, Link, entry_hash, link};

use crate::{
    chunk::{Chunk, Item},
    error::Damage,
    record::RecordRef,
};

/// What hashing a chunk gave, up to the first damage. Used again, so its room is allocated once.
#[derive(Debug, Default)]
pub struct HashedChunk {
    /// For each record in order.
    pub(crate) records: Vec<Hashes>,
    /// Where the chunk is damaged; everything before holds.
    pub(crate) damage: Option<(u64, Damage)>,
}

/// The two hashes of a record whose facts match its header.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hashes {
    /// The link of its header.
    pub(crate) link: Link,
    /// Its leaf hash.
    pub(crate) leaf: Hash,
}

impl Chunk {
    /// Verifies checksums and facts and hashes every record into `out`; damage is kept for its turn.
    pub fn hash_into(&self, out: &mut HashedChunk) {
        out.records.clear();
        out.damage = None;
        let mut items = self.items();
        while let Some((offset, item)) = items.read_next() {
            let hashes = match item {
                Ok(Item::Record(record)) => Hashes::of(&record),
                Ok(_) => continue,
                Err(what) => Err(what),
            };
            match hashes {
                Ok(hashes) => out.records.push(hashes),
                Err(what) => return out.damage = Some((offset, what)),
            }
        }
    }
}

impl Hashes {
    /// Hashes a record; an error if its header cannot be read or its facts are others.
    #[inline]
    fn of(record: &RecordRef<'_>) -> Result<Self, Damage> {
        let header_bytes = record.header_bytes();
        let header = Header::decode(&header_bytes).map_err(Damage::Header)?;
        let (got, expected) = (Digest::of(record.facts()), header.facts);
        if got != expected {
            return Err(Damage::Content { what: "the facts", name: header.name(), got, expected });
        }
        Ok(Hashes {
            link: link(&header_bytes),
            leaf: entry_hash(record.received_at_ms(), &header_bytes, record.signature()),
        })
    }
}
