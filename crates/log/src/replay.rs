//! Verifying what a volume states against what its frames give.

use socai_tlog::{Digest, EventName, LeafIndex, TreeSize, entry_hash, link};

use crate::{
    checkpoint,
    delta::Delta,
    error::{Damage, LogError},
    record::{AnnexAt, RecordRef},
    scan::{Chunk, Item},
    state::{Leaf, Refused, State},
    volume::{CommitRef, VolumeEnd, VolumeHead},
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
pub(crate) struct Replay {
    pub(crate) state: State,
    pub(crate) delta: Delta,
    pub(crate) last: Last,
    /// Annexes that the last chunk's records point to.
    pub(crate) annexes: Vec<StoredAnnex>,
    roots: Roots,
    /// Whose volumes these are, by the first head.
    origin: Option<Digest>,
}

/// An annex that a record says is stored.
#[derive(Clone, Copy, Debug)]
pub(crate) struct StoredAnnex {
    pub(crate) leaf: LeafIndex,
    pub(crate) name: EventName,
    pub(crate) at: AnnexAt,
    pub(crate) digest: Digest,
}

/// The newest commit that was passed, and what it covers.
#[derive(Clone, Debug, Default)]
pub(crate) struct Last {
    pub(crate) commit: Option<(TreeSize, crate::volume::Cursor, Vec<u8>)>,
    /// Records of the present volume.
    pub(crate) records: u32,
    /// End of the annexes of the present volume, in bytes.
    pub(crate) annex_end: u64,
    /// Whether the present volume ended.
    pub(crate) ended: bool,
}

impl Replay {
    pub(crate) fn new(state: State, roots: Roots) -> Self {
        Replay {
            state,
            delta: Delta::default(),
            last: Last::default(),
            annexes: Vec::new(),
            roots,
            origin: None,
        }
    }

    /// Passes over a chunk; then `full` gets what it adds to the derived files.
    pub(crate) fn chunk(
        &mut self,
        chunk: &Chunk,
        mut full: impl FnMut(&Delta) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        self.annexes.clear();
        for item in chunk.items() {
            let (offset, item) = item?;
            self.item(&item, chunk.volume()).map_err(|what| chunk.damaged(offset, what))?;
        }
        full(&self.delta)?;
        self.delta.clear();
        Ok(())
    }

    fn item(&mut self, item: &Item<'_>, volume: u64) -> Result<(), Damage> {
        match item {
            Item::Head(head) => self.head(head, volume),
            _ if self.last.ended => Err(Damage::Layout("a volume with frames behind its end")),
            Item::Record(record) => self.record(record),
            Item::Commit(commit) => self.commit(commit),
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
        if volume > 0 {
            self.check_root(size, &head.checkpoint)?;
            self.last.commit = Some((size, head.cursor, head.checkpoint.clone()));
        }
        (self.last.records, self.last.annex_end, self.last.ended) = (0, 0, false);
        Ok(())
    }

    fn record(&mut self, record: &RecordRef<'_>) -> Result<(), Damage> {
        let header_bytes = record.header_bytes();
        let header = record.header().map_err(Damage::Header)?;
        let name = header.name();
        let got = Digest::of(record.facts());
        if got != header.facts {
            return Err(Damage::Content { what: "the facts", name, got, expected: header.facts });
        }
        let leaf = Leaf {
            position: record.offset(),
            received_at_ms: record.received_at_ms(),
            header_bytes: &header_bytes,
            name,
            prev: header.prev,
            link: link(&header_bytes),
            signature: record.signature(),
            hash: entry_hash(record.received_at_ms(), &header_bytes, record.signature()),
        };
        self.state.push(&leaf, &mut self.delta).map_err(|refused| refused_as_damage(refused, &leaf))?;
        self.last.records += 1;
        self.annex(record, name, header.annex)
    }

    /// Annexes lie one behind the other, in the order of their records.
    fn annex(&mut self, record: &RecordRef<'_>, name: EventName, digest: Digest) -> Result<(), Damage> {
        let Some(at) = record.annex_at() else { return Ok(()) };
        let expected = if self.last.annex_end == 0 { crate::annex::HEAD_LEN } else { self.last.annex_end };
        if at.offset != expected {
            return Err(Damage::Annex { name, got: at.offset, expected });
        }
        self.last.annex_end = at.offset + crate::annex::OVERHEAD as u64 + u64::from(at.len);
        self.annexes.push(StoredAnnex { leaf: record.leaf(), name, at, digest });
        Ok(())
    }

    fn commit(&mut self, commit: &CommitRef<'_>) -> Result<(), Damage> {
        let (got, expected) = (commit.size.0, self.state.size().0);
        if got != expected {
            return Err(Damage::Number { what: "the size of the commit", got, expected });
        }
        self.check_root(commit.size, commit.checkpoint)?;
        self.last.commit = Some((commit.size, commit.cursor, commit.checkpoint.to_vec()));
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
