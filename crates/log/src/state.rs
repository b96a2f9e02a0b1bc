//! The state after a prefix of the log: tree, chain heads, and the derived bytes that each leaf adds.
//!
//! The writer, recovery, rebuild and verification all advance through [`State::push`], so what one writes another expects.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use socai_tlog::{
    ChainHead, Digest, ENTRY_LEN, EventName, Frontier, HEADER_LEN, Hash, LeafIndex, Link, SIGNED_ENTRY_LEN,
    TreeSize, UnitNo, UnitSeq,
};

use crate::{
    delta::Delta,
    volume::{Cursor, VolumeHead},
};

/// A record as the tree, the chains and the derived files see it.
#[derive(Clone, Copy, Debug)]
pub struct Leaf<'a> {
    /// Position of its frame in its volume, in bytes.
    pub position: u64,
    /// When the operator took it, milliseconds since 1970 UTC.
    pub received_at_ms: u64,
    /// The header.
    pub header_bytes: &'a [u8; HEADER_LEN],
    /// The unit and number in that header.
    pub name: EventName,
    /// The link before, in that header.
    pub prev: Link,
    /// The link of that header.
    pub link: Link,
    /// Signature of the segment that ends with the record.
    pub signature: Option<&'a [u8; 64]>,
    /// Leaf hash of the entry made of the parts above.
    pub hash: Hash,
}

/// Why a leaf cannot come next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// Its unit's chain goes on from another head. For a unit without records: number 0 after any genesis.
    NotNext(ChainHead),
    /// The last entry was received later, at this time in milliseconds.
    TimeBackwards(u64),
}

/// Everything that the next leaf depends on.
#[derive(Clone, Debug, Default)]
pub struct State {
    frontier: Frontier,
    received_at_ms: u64,
    entries_len: u64,
    heads: HashMap<UnitNo, ChainHead, BuildHasherDefault<UnitHasher>>,
}

/// Spreads unit numbers at the cost of a multiplication, since every record asks for one. The operator gives them out, so nobody
/// else can aim at collisions.
#[derive(Clone, Debug, Default)]
struct UnitHasher(u64);

impl Hasher for UnitHasher {
    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u32(u32::from(*byte)));
    }

    fn write_u32(&mut self, number: u32) {
        const ODD: u64 = 0x9e37_79b9_7f4a_7c15; // 2^64 divided by the golden ratio
        self.0 = (self.0 ^ u64::from(number)).wrapping_mul(ODD);
    }

    fn finish(&self) -> u64 {
        self.0 ^ self.0 >> 32
    }
}

impl State {
    /// The state that a volume starts from.
    pub fn at(head: &VolumeHead) -> Self {
        State {
            frontier: head.frontier.clone(),
            received_at_ms: head.received_at_ms,
            entries_len: head.entries_len,
            heads: head.heads.iter().copied().collect(),
        }
    }

    /// The head of a volume that goes on from here.
    pub(crate) fn head_of(
        &self,
        origin: Digest,
        volume: u64,
        cursor: Cursor,
        checkpoint: &[u8],
    ) -> VolumeHead {
        VolumeHead {
            origin,
            volume,
            first: LeafIndex(self.size().0),
            received_at_ms: self.received_at_ms,
            entries_len: self.entries_len,
            cursor,
            frontier: self.frontier.clone(),
            heads: self.heads(),
            checkpoint: checkpoint.to_vec(),
        }
    }

    /// Appends a leaf; `delta` takes the bytes it adds to the derived files. Changes nothing when it refuses.
    #[inline]
    pub fn push(&mut self, leaf: &Leaf<'_>, delta: &mut Delta) -> Result<(), Refused> {
        if leaf.received_at_ms < self.received_at_ms {
            return Err(Refused::TimeBackwards(self.received_at_ms));
        }
        let continues = ChainHead { next_seq: leaf.name.seq, link: leaf.prev };
        let after = ChainHead { next_seq: UnitSeq(leaf.name.seq.0.wrapping_add(1)), link: leaf.link };
        match self.heads.get_mut(&leaf.name.unit) {
            Some(head) if *head == continues => *head = after,
            None if leaf.name.seq.0 == 0 => {
                self.heads.insert(leaf.name.unit, after);
            }
            Some(head) => return Err(Refused::NotNext(*head)),
            None => return Err(Refused::NotNext(ChainHead::genesis(leaf.prev))),
        }
        self.received_at_ms = leaf.received_at_ms;
        let index = self.frontier.size().0;
        delta.push(leaf, index, self.entries_len);
        self.frontier.push_with(leaf.hash, |done| delta.hash(done));
        let len = if leaf.signature.is_some() { SIGNED_ENTRY_LEN } else { ENTRY_LEN };
        self.entries_len += 2 + len as u64;
        Ok(())
    }

    /// Number of leaves.
    pub fn size(&self) -> TreeSize {
        self.frontier.size()
    }

    /// Root of the tree; costs a hash per bit of the size.
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Time of the last entry, milliseconds since 1970 UTC; 0 before the first.
    pub fn received_at_ms(&self) -> u64 {
        self.received_at_ms
    }

    /// Length of the file `entries`, in bytes.
    pub(crate) fn entries_len(&self) -> u64 {
        self.entries_len
    }

    /// Where a unit's chain ends; `None` before its first record.
    pub fn head(&self, unit: UnitNo) -> Option<ChainHead> {
        self.heads.get(&unit).copied()
    }

    /// Every unit's head, by unit.
    pub fn heads(&self) -> Vec<(UnitNo, ChainHead)> {
        let mut heads: Vec<_> = self.heads.iter().map(|(unit, head)| (*unit, *head)).collect();
        heads.sort_unstable_by_key(|(unit, _)| *unit);
        heads
    }

    /// Whether `head` is that of a volume which goes on from here, leaving aside cursor and checkpoint.
    pub fn leads_to(&self, head: &VolumeHead) -> bool {
        let VolumeHead { origin, volume, cursor, checkpoint, .. } = head;
        self.head_of(*origin, *volume, *cursor, checkpoint) == *head
    }
}
