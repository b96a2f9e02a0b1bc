//! The part of verifying a chunk that no other chunk is needed for: checksums, digests, links and leaf hashes.
//!
//! This is nearly all the work, and threads can do it apart; [`Replay::hashed`](crate::Replay::hashed) then takes the
//! results in order.

use socai_tlog::{Digest, EventName, HEADER_LEN, Hash, LeafIndex, Link, TreeSize, UnitNo, entry_hash, link};

use crate::{
    error::{Damage, LogError},
    record::{AnnexAt, RecordRef},
    scan::{Chunk, Item},
    state::Leaf,
    volume::{Cursor, VolumeEnd, VolumeHead},
};

/// A record whose facts match its header, with its link and leaf hash.
#[derive(Clone, Debug)]
pub struct HashedRecord {
    /// Place in the log.
    pub leaf: LeafIndex,
    /// Position of its frame in the volume, in bytes.
    pub offset: u64,
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
    /// Signature of the segment that ends with the record.
    pub signature: Option<[u8; 64]>,
    /// Leaf hash.
    pub hash: Hash,
    /// Whether the header says that the record rotates a key.
    pub rotates_key: bool,
    /// The annex digest of the header.
    pub annex_digest: Digest,
    /// Where the annex is stored.
    pub annex: Option<AnnexAt>,
    /// The facts, of records that may change units or keys: the operator's and those that rotate a key.
    pub control: Option<Box<[u8]>>,
}

/// What stands in a volume, hashed.
#[derive(Clone, Debug)]
pub enum HashedItem {
    /// The first frame of a volume.
    Head(Box<VolumeHead>),
    /// A record.
    Record(Box<HashedRecord>),
    /// The end of a batch.
    Commit {
        /// Where it says that its batch starts in the volume, in bytes.
        start: u64,
        /// Number of entries.
        size: TreeSize,
        /// Where the broker was read up to.
        cursor: Cursor,
        /// The signed checkpoint.
        checkpoint: Vec<u8>,
    },
    /// The last frame of a sealed volume.
    End(VolumeEnd),
}

/// A chunk's items with their positions, up to the first that is damaged.
#[derive(Debug)]
pub struct HashedChunk {
    pub(crate) volume: u64,
    pub(crate) items: Vec<(u64, HashedItem)>,
    pub(crate) damage: Option<LogError>,
}

impl HashedChunk {
    /// The items with their positions in the volume.
    pub fn items(&self) -> &[(u64, HashedItem)] {
        &self.items
    }
}

impl Chunk {
    /// Verifies checksums and facts and hashes every record; damage is kept for its turn.
    pub fn hash(&self) -> HashedChunk {
        let mut items = Vec::with_capacity(self.len() / 256);
        let mut damage = None;
        for item in self.items() {
            let hashed = item.and_then(|(offset, item)| {
                let hashed = hash_item(item).map_err(|what| self.damaged(offset, what))?;
                Ok((offset, hashed))
            });
            match hashed {
                Ok(hashed) => items.push(hashed),
                Err(error) => {
                    damage = Some(error);
                    break;
                }
            }
        }
        HashedChunk { volume: self.volume(), items, damage }
    }
}

fn hash_item(item: Item<'_>) -> Result<HashedItem, Damage> {
    Ok(match item {
        Item::Head(head) => HashedItem::Head(head),
        Item::Record(record) => HashedItem::Record(Box::new(HashedRecord::of(&record)?)),
        Item::Commit(commit) => HashedItem::Commit {
            start: commit.start,
            size: commit.size,
            cursor: commit.cursor,
            checkpoint: commit.checkpoint.to_vec(),
        },
        Item::End(end) => HashedItem::End(end),
    })
}

impl HashedRecord {
    /// Hashes a record; an error if its header cannot be read or its facts are others.
    pub fn of(record: &RecordRef<'_>) -> Result<Self, Damage> {
        let header_bytes = record.header_bytes();
        let header = record.header().map_err(Damage::Header)?;
        let name = header.name();
        let got = Digest::of(record.facts());
        if got != header.facts {
            return Err(Damage::Content { what: "the facts", name, got, expected: header.facts });
        }
        let controls = name.unit == UnitNo::OPERATOR || header.rotates_key();
        Ok(HashedRecord {
            control: controls.then(|| record.facts().into()),
            leaf: record.leaf(),
            offset: record.offset(),
            received_at_ms: record.received_at_ms(),
            name,
            prev: header.prev,
            link: link(&header_bytes),
            signature: record.signature().copied(),
            hash: entry_hash(record.received_at_ms(), &header_bytes, record.signature()),
            rotates_key: header.rotates_key(),
            annex_digest: header.annex,
            annex: record.annex_at(),
            header_bytes,
        })
    }

    /// The record as the state sees it.
    pub(crate) fn as_leaf(&self) -> Leaf<'_> {
        Leaf {
            position: self.offset,
            received_at_ms: self.received_at_ms,
            header_bytes: &self.header_bytes,
            name: self.name,
            prev: self.prev,
            link: self.link,
            signature: self.signature.as_ref(),
            hash: self.hash,
        }
    }
}
