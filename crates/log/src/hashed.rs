//! The part of verifying a chunk that no other chunk is needed for: checksums, digests, links and leaf hashes.
//!
//! This is nearly all the work, and threads can do it apart; [`Replay::hashed`](crate::Replay::hashed) then takes the
//! results in order.

use socai_tlog::{
    Digest, EventName, HEADER_LEN, Hash, Header, LeafIndex, Link, TreeSize, UnitNo, entry_hash, link,
};

use crate::{
    chunk::{Chunk, Item},
    error::{Damage, LogError},
    record::{AnnexAt, RecordRef},
    state::Leaf,
    volume::{Cursor, VolumeEnd, VolumeHead},
};

/// A record whose facts match its header, with its link and leaf hash. Rare parts are boxed: there are thousands in a chunk.
#[derive(Clone, Debug)]
pub struct HashedRecord {
    /// Place in the log.
    pub leaf: LeafIndex,
    /// When the operator took it, milliseconds since 1970 UTC.
    pub received_at_ms: u64,
    /// The header.
    pub header_bytes: [u8; HEADER_LEN],
    /// The unit and number in that header.
    pub name: EventName,
    /// The link before.
    pub prev: Link,
    /// The link of the header.
    pub link: Link,
    /// Leaf hash.
    pub hash: Hash,
    /// Signature of the segment that ends with the record.
    pub signature: Option<Box<[u8; 64]>>,
    /// Whether the header says that the record rotates a key.
    pub rotates_key: bool,
    /// The annex that the header commits to.
    pub annex: Option<Box<HashedAnnex>>,
    /// The facts, of records that may change units or keys: the operator's and those that rotate a key.
    pub control: Option<Box<[u8]>>,
}

/// An annex as its record states it; its bytes are elsewhere.
#[derive(Clone, Copy, Debug)]
pub struct HashedAnnex {
    /// BLAKE3 of the annex.
    pub digest: Digest,
    /// Where it is stored; `None` when this log never had it.
    pub at: Option<AnnexAt>,
}

/// The end of a batch.
#[derive(Clone, Debug)]
pub struct HashedCommit {
    /// Where it says that its batch starts in the volume, in bytes.
    pub start: u64,
    /// Number of entries.
    pub size: TreeSize,
    /// Where the broker was read up to.
    pub cursor: Cursor,
    /// The signed checkpoint.
    pub checkpoint: Vec<u8>,
}

/// What stands in a volume, hashed.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant)] // nearly all are records, and a box for each would cost more than the room
pub enum HashedItem {
    /// The first frame of a volume.
    Head(Box<VolumeHead>),
    /// A record.
    Record(HashedRecord),
    /// The end of a batch.
    Commit(Box<HashedCommit>),
    /// The last frame of a sealed volume.
    End(VolumeEnd),
}

/// A chunk's items with their positions, up to the first that is damaged. Used again, so its room is allocated once.
#[derive(Debug, Default)]
pub struct HashedChunk {
    pub(crate) items: Vec<(u64, HashedItem)>,
    pub(crate) damage: Option<LogError>,
}

impl Chunk {
    /// Verifies checksums and facts and hashes every record into `out`; damage is kept for its turn.
    pub fn hash_into(&self, out: &mut HashedChunk) {
        out.items.clear();
        out.damage = None;
        for item in self.items() {
            match item {
                Ok((offset, item)) => match hash_item(item) {
                    Ok(hashed) => out.items.push((offset, hashed)),
                    Err(what) => return out.damage = Some(self.damaged(offset, what)),
                },
                Err(error) => return out.damage = Some(error),
            }
        }
    }
}

#[inline]
fn hash_item(item: Item<'_>) -> Result<HashedItem, Damage> {
    Ok(match item {
        Item::Head(head) => HashedItem::Head(head),
        Item::Record(record) => HashedItem::Record(HashedRecord::of(&record)?),
        Item::Commit(commit) => HashedItem::Commit(Box::new(HashedCommit {
            start: commit.start,
            size: commit.size,
            cursor: commit.cursor,
            checkpoint: commit.checkpoint.to_vec(),
        })),
        Item::End(end) => HashedItem::End(end),
    })
}

impl HashedRecord {
    /// Hashes a record; an error if its header cannot be read or its facts are others.
    #[inline]
    pub fn of(record: &RecordRef<'_>) -> Result<Self, Damage> {
        let header_bytes = record.header_bytes();
        let header = Header::decode(&header_bytes).map_err(Damage::Header)?;
        let name = header.name();
        let got = Digest::of(record.facts());
        if got != header.facts {
            return Err(Damage::Content { what: "the facts", name, got, expected: header.facts });
        }
        let controls = name.unit == UnitNo::OPERATOR || header.rotates_key();
        let annex = HashedAnnex { digest: header.annex, at: record.annex_at() };
        Ok(HashedRecord {
            leaf: record.leaf(),
            received_at_ms: record.received_at_ms(),
            name,
            prev: header.prev,
            link: link(&header_bytes),
            hash: entry_hash(record.received_at_ms(), &header_bytes, record.signature()),
            signature: record.signature().map(|signature| Box::new(*signature)),
            rotates_key: header.rotates_key(),
            annex: record.has_annex().then(|| Box::new(annex)),
            control: controls.then(|| record.facts().into()),
            header_bytes,
        })
    }

    /// The record as the state sees it; its frame is at `position` of its volume.
    #[inline]
    pub(crate) fn as_leaf(&self, position: u64) -> Leaf<'_> {
        Leaf {
            position,
            received_at_ms: self.received_at_ms,
            header_bytes: &self.header_bytes,
            name: self.name,
            prev: self.prev,
            link: self.link,
            signature: self.signature.as_deref(),
            hash: self.hash,
        }
    }
}
