//! Verifying what a volume states against what its frames give.

use socai_tlog::{Digest, EventName, LeafIndex, TreeSize};

use crate::{
    checkpoint,
    chunk::{Chunk, Item},
    delta::Delta,
    error::{Damage, LogError},
    hashed::{HashedChunk, Hashes},
    record::{AnnexAt, RecordRef},
    state::{Leaf, Refused, State},
    volume::{Cursor, VolumeEnd, VolumeHead},
};

/// Which commits have their root recomputed. A root costs as much as five leaves, so recovery asks only for what it needs.
#[derive(Clone, Debug)]
pub(crate) enum Roots {
    /// Every commit's.
    All,
    /// Those of these sizes.
    At(Vec<TreeSize>),
}

/// Advances a state over the items of a log and stops at the first that does not follow.
///
/// Verifies volume heads against the state, facts against headers, chains, order of time, sizes and roots. It does not verify
/// signatures of units, which needs the registry, nor annexes.
pub struct Replay {
    pub(crate) state: State,
    pub(crate) delta: Delta,
    pub(crate) last: Last,
    /// Annexes that the last chunk's records point to.
    pub(crate) annexes: Vec<StoredAnnex>,
    roots: Roots,
    /// Whose volumes these are, by the first head.
    pub(crate) origin: Option<Digest>,
    /// Room for the chunk that is hashed here.
    hashed: HashedChunk,
}

/// An annex that a record says is stored.
#[derive(Clone, Copy, Debug)]
pub struct StoredAnnex {
    /// The record's place in the log.
    pub leaf: LeafIndex,
    /// The record.
    pub name: EventName,
    /// Where the annex is, in the annex volume of the same number.
    pub at: AnnexAt,
    /// BLAKE3 of the annex by the record's header.
    pub digest: Digest,
}

/// The newest commit that was passed, and what it covers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Last {
    pub(crate) commit: Option<(TreeSize, Cursor, Vec<u8>)>,
    /// Records of the present volume.
    pub(crate) records: u32,
    /// End of the annexes of the present volume, in bytes.
    pub(crate) annex_end: u64,
    /// Whether the present volume ended.
    pub(crate) ended: bool,
    /// Position of the first frame since the last one that closed a batch.
    pub(crate) batch: Option<u64>,
}

impl Replay {
    /// From the first leaf on, with every commit's root recomputed.
    pub fn from_start() -> Self {
        Self::new(State::default(), Roots::All)
    }

    pub(crate) fn new(state: State, roots: Roots) -> Self {
        Replay {
            state,
            delta: Delta::default(),
            last: Last::default(),
            annexes: Vec::new(),
            roots,
            origin: None,
            hashed: HashedChunk::default(),
        }
    }

    /// Passes over a chunk; then `full` gets what it adds to the derived files.
    pub(crate) fn chunk(
        &mut self,
        chunk: &Chunk,
        full: impl FnMut(&Delta) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        let mut hashed = std::mem::take(&mut self.hashed);
        chunk.hash_into(&mut hashed);
        let passed = self.hashed(chunk, &hashed, |_, _, _| Ok(()), full);
        self.hashed = hashed;
        passed
    }

    /// Passes over a chunk that was hashed elsewhere: `each` sees every item after it was found to follow, with its position
    /// and the state behind it; at the end `full` gets what the chunk adds to the derived files.
    ///
    /// # Errors
    /// The first damage, with its place; what `each` or `full` refuse.
    pub fn hashed<E: From<LogError>>(
        &mut self,
        chunk: &Chunk,
        hashed: &HashedChunk,
        mut each: impl FnMut(&State, u64, &Item<'_>) -> Result<(), E>,
        mut full: impl FnMut(&Delta) -> Result<(), LogError>,
    ) -> Result<(), E> {
        self.annexes.clear();
        let mut hashes = hashed.records.iter();
        let mut items = chunk.items_again(hashed.damage.as_ref().map(|(offset, _)| *offset));
        while let Some((offset, item)) = items.read_next() {
            let item = item.map_err(|what| chunk.damaged(offset, what))?;
            let passed = self.item(offset, &item, chunk.volume(), &mut hashes);
            passed.map_err(|what| chunk.damaged(offset, what))?;
            each(&self.state, offset, &item)?;
        }
        if let Some((offset, what)) = &hashed.damage {
            return Err(chunk.damaged(*offset, what.clone()).into());
        }
        full(&self.delta)?;
        self.delta.clear();
        Ok(())
    }

    /// The state after everything that was passed.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Size and checkpoint of the newest commit that was passed.
    pub fn last_commit(&self) -> Option<(TreeSize, &[u8])> {
        self.last.commit.as_ref().map(|(size, _, checkpoint)| (*size, checkpoint.as_slice()))
    }

    /// Annexes that the last chunk's records point to, in order and without gaps.
    pub fn annexes(&self) -> &[StoredAnnex] {
        &self.annexes
    }

    /// Where the annexes of the present volume end, in bytes of its annex volume; 0 when it has none.
    pub fn annex_end(&self) -> u64 {
        self.last.annex_end
    }

    #[inline]
    fn item(
        &mut self,
        offset: u64,
        item: &Item<'_>,
        volume: u64,
        hashes: &mut std::slice::Iter<'_, Hashes>,
    ) -> Result<(), Damage> {
        match item {
            Item::Head(head) => self.head(head, volume),
            _ if self.last.ended => Err(Damage::Layout("a volume with frames behind its end")),
            Item::Record(record) => {
                self.last.batch.get_or_insert(offset);
                // there is one for each record before the first damage
                hashes.next().map_or(Ok(()), |hashes| self.record(record, hashes))
            }
            Item::Commit(commit) => {
                let (got, expected) = (commit.start, self.last.batch.take().unwrap_or(offset));
                if got != expected {
                    return Err(Damage::Number { what: "the start of the batch", got, expected });
                }
                self.commit(commit.size, commit.cursor, commit.checkpoint)
            }
            Item::End(end) => self.end(end),
        }
    }

    fn head(&mut self, head: &VolumeHead, volume: u64) -> Result<(), Damage> {
        if head.volume != volume {
            return Err(Damage::Number {
                what: "the number of the volume",
                got: head.volume,
                expected: volume,
            });
        }
        if *self.origin.get_or_insert(head.origin) != head.origin {
            return Err(Damage::Layout("the origin in the volume's head"));
        }
        if !self.state.leads_to(head) {
            return Err(Damage::Layout("the state in the volume's head"));
        }
        let size = TreeSize(head.first.0);
        // a replay that starts here knows no commit before
        let before = match (&self.last.commit, volume) {
            (Some((_, cursor, note)), _) => Some((*cursor, note.as_slice())),
            (None, 0) => Some((Cursor::default(), &[][..])),
            (None, _) => None,
        };
        if before.is_some_and(|before| before != (head.cursor, head.checkpoint.as_slice())) {
            return Err(Damage::Layout("the cursor or checkpoint in the volume's head"));
        }
        if volume > 0 {
            self.check_root(size, &head.checkpoint)?;
            self.last.commit = Some((size, head.cursor, head.checkpoint.clone()));
        }
        (self.last.records, self.last.annex_end, self.last.ended) = (0, 0, false);
        Ok(())
    }

    #[inline]
    fn record(&mut self, record: &RecordRef<'_>, hashes: &Hashes) -> Result<(), Damage> {
        let leaf = Leaf {
            position: record.offset(),
            received_at_ms: record.received_at_ms(),
            header_bytes: &record.header_bytes(),
            name: record.name(),
            prev: record.prev(),
            link: hashes.link,
            signature: record.signature(),
            hash: hashes.leaf,
        };
        self.state.push(&leaf, &mut self.delta).map_err(|refused| refused_as_damage(refused, &leaf))?;
        self.last.records += 1;
        record.annex_at().map_or(Ok(()), |at| self.annex(record, at))
    }

    /// Annexes lie one behind the other, in the order of their records.
    fn annex(&mut self, record: &RecordRef<'_>, at: AnnexAt) -> Result<(), Damage> {
        let (leaf, name, digest) = (record.leaf(), record.name(), record.annex_digest());
        let expected = if self.last.annex_end == 0 { crate::annex::HEAD_LEN } else { self.last.annex_end };
        if at.offset != expected {
            return Err(Damage::Annex { name, got: at.offset, expected });
        }
        self.last.annex_end = at.offset + crate::annex::OVERHEAD as u64 + u64::from(at.len);
        self.annexes.push(StoredAnnex { leaf, name, at, digest });
        Ok(())
    }

    fn commit(&mut self, size: TreeSize, cursor: Cursor, checkpoint: &[u8]) -> Result<(), Damage> {
        let (got, expected) = (size.0, self.state.size().0);
        if got != expected {
            return Err(Damage::Number { what: "the size of the commit", got, expected });
        }
        self.check_root(size, checkpoint)?;
        self.last.commit = Some((size, cursor, checkpoint.to_vec()));
        Ok(())
    }

    fn check_root(&self, size: TreeSize, note: &[u8]) -> Result<(), Damage> {
        let wanted = match &self.roots {
            Roots::All => true,
            Roots::At(sizes) => sizes.contains(&size),
        };
        if !wanted {
            return Ok(());
        }
        let stated = checkpoint::stated(note).ok_or(Damage::Layout("the checkpoint of a commit"))?;
        if stated.size != size {
            let (got, expected) = (stated.size.0, size.0);
            return Err(Damage::Number { what: "the size of the checkpoint", got, expected });
        }
        match self.state.root() {
            root if root == stated.root => Ok(()),
            expected => Err(Damage::Root { got: stated.root, expected }),
        }
    }

    fn end(&mut self, end: &VolumeEnd) -> Result<(), Damage> {
        let (got, expected) = (end.size.0, self.state.size().0);
        if got != expected {
            return Err(Damage::Number { what: "the size at the end of the volume", got, expected });
        }
        match self.state.root() {
            root if root == end.root => self.last.ended = true,
            expected => return Err(Damage::Root { got: end.root, expected }),
        }
        Ok(())
    }
}

fn refused_as_damage(refused: Refused, leaf: &Leaf<'_>) -> Damage {
    match refused {
        Refused::NotNext(_) => Damage::Chain { unit: leaf.name.unit, name: leaf.name },
        Refused::TimeBackwards(expected) => {
            Damage::Number { what: "the time of an entry (at least)", got: leaf.received_at_ms, expected }
        }
    }
}
