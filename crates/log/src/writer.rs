//! Appending to the log.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use socai_tlog::{ChainHead, Hash, LeafIndex, Record, SignedCheckpoint, TreeSize, UnitNo, entry_hash};

use crate::{
    annex,
    checkpoint::LogKey,
    disk::Disk,
    erase::{Erasure, erase},
    error::LogError,
    lock::Lock,
    pipeline::Pipeline,
    reader::Reader,
    record::{self, AnnexAt, Placed},
    recover::{self, Recovered, Recovery},
    state::{Leaf, Refused, State},
    store::{Batch, Roll},
    volume::{Cursor, VOLUME_RECORDS, VolumeEnd, origin_mark, push_commit},
};

/// How a log is written.
#[derive(Clone)]
pub struct Options {
    /// The file system, or one with faults.
    pub disk: Disk,
    /// Records after which a volume is sealed, at the end of the commit that reaches it.
    pub volume_records: u32,
    /// How many of the newest volumes are re-hashed at the start, with their parts of the derived files. At least the last one.
    /// Each full volume takes about a second.
    pub checked_volumes: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { disk: Disk::default(), volume_records: VOLUME_RECORDS, checked_volumes: 4 }
    }
}

/// A record to append.
#[derive(Clone, Copy, Debug)]
pub struct NewEntry<'a> {
    /// When the operator took it, milliseconds since 1970 UTC; not before the last entry.
    pub received_at_ms: u64,
    /// The record. Its facts and annex are those of its header: a [`Record`] cannot be made otherwise.
    pub record: &'a Record,
    /// The signature of its segment, with the last record of the segment only.
    pub signature: Option<&'a [u8; 64]>,
}

/// The only writer of a log.
///
/// Records are appended to a batch in memory and become part of the log by a commit: one sync, one signed checkpoint. After any failed
/// write or sync it refuses everything: drop it and open the log again, which reads back what is on the disk.
pub struct Writer {
    dir: PathBuf,
    key: LogKey,
    options: Options,
    /// With the batch that is being built.
    state: State,
    volume: u64,
    /// Position of the next frame in the volume, and records before it there.
    position: u64,
    index: u32,
    annex_end: u64,
    batch: Batch,
    spare: Option<Batch>,
    in_flight: Option<(SignedCheckpoint, Cursor)>,
    committed: (SignedCheckpoint, Cursor),
    failed: Option<Arc<LogError>>,
    pipeline: Pipeline,
    /// Given back on drop, after the thread that writes has ended.
    _lock: Lock,
}

impl Writer {
    /// Opens the log in `dir`, or starts one, and brings it to its last commit. See [`Recovery`] for what that did.
    pub fn open(
        dir: &Path,
        key: LogKey,
        lock: &Lock,
        options: Options,
    ) -> Result<(Self, Recovery), LogError> {
        let Recovered { state, records, committed, store, recovery } = recover::recover(dir, &key, &options)?;
        let writer = Writer {
            dir: dir.to_owned(),
            key,
            _lock: lock.clone(),
            options,
            state,
            volume: store.number,
            position: store.end,
            index: records,
            annex_end: store.annex_end,
            batch: Batch::default(),
            spare: None,
            in_flight: None,
            committed,
            failed: None,
            pipeline: Pipeline::start(store)?,
        };
        Ok((writer, recovery))
    }

    /// Appends a record to the batch and returns its leaf. Nothing changes when it is refused.
    ///
    /// A batch lives in memory until its commit: commit every few thousand records.
    pub fn append(&mut self, entry: &NewEntry<'_>) -> Result<LeafIndex, LogError> {
        self.check()?;
        let NewEntry { received_at_ms, record, signature } = *entry;
        let (header, header_bytes) = (record.header(), record.header_bytes());
        let hash = entry_hash(received_at_ms, header_bytes, signature);
        let (position, name, prev, link) = (self.position, header.name(), header.prev, record.link());
        let leaf = Leaf { position, received_at_ms, header_bytes, name, prev, link, signature, hash };
        let index = LeafIndex(self.state.size().0);
        self.state.push(&leaf, &mut self.batch.delta).map_err(|refused| refusal(refused, &leaf))?;
        let annex = self.push_annex(index, record.annex());
        let before = self.batch.frames.len();
        let placed = Placed { index: self.index, received_at_ms, record, signature, annex };
        record::push(&mut self.batch.frames, &placed);
        self.position += (self.batch.frames.len() - before) as u64;
        self.index += 1;
        Ok(index)
    }

    fn push_annex(&mut self, leaf: LeafIndex, annex: &[u8]) -> Option<AnnexAt> {
        if annex.is_empty() {
            return None;
        }
        if self.annex_end == 0 {
            let origin = origin_mark(self.key.origin());
            self.annex_end += annex::push_head(&mut self.batch.annexes, origin, self.volume) as u64;
        }
        let at = AnnexAt { offset: self.annex_end, len: annex.len() as u32 }; // a record has at most about a megabyte
        self.annex_end += annex::push(&mut self.batch.annexes, leaf.0, annex) as u64;
        Some(at)
    }

    /// Commits the batch: returns the checkpoint once everything up to it is on the disk.
    pub fn commit(&mut self, cursor: Cursor) -> Result<SignedCheckpoint, LogError> {
        self.begin_commit(cursor)?;
        self.finish_commit()
    }

    /// Hands the batch over to be written and synced, so that the next can be appended meanwhile.
    ///
    /// Nothing of the batch may be told to anybody before [`Writer::finish_commit`] returned. One commit at a time.
    pub fn begin_commit(&mut self, cursor: Cursor) -> Result<(), LogError> {
        self.check()?;
        if self.in_flight.is_some() {
            return Err(LogError::Misuse("finish the commit under way before the next begins"));
        }
        let (size, root) = (self.state.size(), self.state.root());
        let signed = self.key.sign(size, root);
        self.batch.checkpoint.extend_from_slice(signed.to_string().as_bytes());
        let start = self.position - self.batch.frames.len() as u64;
        let len = push_commit(&mut self.batch.frames, start, size, cursor, &self.batch.checkpoint);
        self.position += len as u64;
        if self.index >= self.options.volume_records {
            self.roll(size, root, cursor);
        }
        let batch = std::mem::replace(&mut self.batch, self.spare.take().unwrap_or_default());
        self.in_flight = Some((signed, cursor));
        self.pipeline.begin(batch)
    }

    /// Plans the next volume behind this batch.
    fn roll(&mut self, size: TreeSize, root: Hash, cursor: Cursor) {
        let mut roll = Roll { end: Vec::new(), next: self.volume + 1, head: Vec::new() };
        VolumeEnd { size, root }.push(&mut roll.end);
        let origin = origin_mark(self.key.origin());
        let head = self.state.head_of(origin, roll.next, cursor, &self.batch.checkpoint);
        self.position = head.push(&mut roll.head) as u64;
        (self.volume, self.index, self.annex_end) = (roll.next, 0, 0);
        self.batch.roll = Some(roll);
    }

    /// Waits for the commit under way. On an error the batch, and whatever was appended since, is not in the log as far
    /// as anybody was told; open the log again to know.
    pub fn finish_commit(&mut self) -> Result<SignedCheckpoint, LogError> {
        self.check()?;
        let Some(in_flight) = self.in_flight.take() else {
            return Err(LogError::Misuse("no commit is under way"));
        };
        let (mut batch, outcome) = self.pipeline.finish()?;
        batch.clear();
        self.spare = Some(batch);
        if let Err(cause) = outcome.committed {
            self.stop(cause.clone());
            return Err(cause);
        }
        self.committed = in_flight;
        if let Err(cause) = outcome.followed {
            self.stop(cause);
        }
        Ok(self.committed.0.clone())
    }

    fn stop(&mut self, cause: LogError) {
        tracing::error!(%cause, "the log stops until it is opened again");
        self.failed = Some(Arc::new(cause));
    }

    /// Why the writer refuses, if it does: after a failed write or sync, until the log is opened again.
    ///
    /// Also set when a commit succeeded and what follows it (derived files, the next volume) failed.
    pub fn check(&self) -> Result<(), LogError> {
        match &self.failed {
            Some(cause) => Err(LogError::Poisoned { cause: Arc::clone(cause) }),
            None => Ok(()),
        }
    }

    /// Number of committed entries.
    pub fn size(&self) -> TreeSize {
        self.committed.0.size()
    }

    /// Root of the committed tree.
    pub fn root(&self) -> Hash {
        *self.committed.0.root()
    }

    /// The newest checkpoint that may be told to others.
    pub fn checkpoint(&self) -> &SignedCheckpoint {
        &self.committed.0
    }

    /// The committed cursor.
    pub fn cursor(&self) -> Cursor {
        self.committed.1
    }

    /// Leaf of the next record to be appended.
    pub fn next_leaf(&self) -> LeafIndex {
        LeafIndex(self.state.size().0)
    }

    /// Time of the last entry appended, milliseconds since 1970 UTC; the next may not be before it.
    pub fn received_at_ms(&self) -> u64 {
        self.state.received_at_ms()
    }

    /// Where a unit's chain ends, with the batch being built; `None` before its first record.
    pub fn head(&self, unit: UnitNo) -> Option<ChainHead> {
        self.state.head(unit)
    }

    /// Every unit's head, with the batch being built, by unit.
    pub fn heads(&self) -> Vec<(UnitNo, ChainHead)> {
        self.state.heads()
    }

    /// A reader of the same directory.
    pub fn reader(&self) -> Result<Reader, LogError> {
        Reader::open(&self.dir)
    }

    /// Erases the annex of a committed record: overwrites it with zeros, in place, and syncs. Erasing again is harmless.
    pub fn erase_annex(&mut self, leaf: LeafIndex) -> Result<(), LogError> {
        let stored = self.reader()?.record(leaf)?;
        let Some(at) = stored.annex_at else { return Ok(()) };
        let erasure = Erasure { file: stored.volume, at, owner: leaf.0 };
        erase(&self.options.disk, &annex::annex_dir(&self.dir), annex::annex_file, erasure)
    }

    /// The key that signs.
    pub fn key(&self) -> &LogKey {
        &self.key
    }
}

fn refusal(refused: Refused, leaf: &Leaf<'_>) -> LogError {
    match refused {
        Refused::TimeBackwards(last) => LogError::TimeBackwards { got: leaf.received_at_ms, last },
        Refused::NotNext(expected) => {
            let got = ChainHead { next_seq: leaf.name.seq, link: leaf.prev };
            LogError::NotNext { name: leaf.name, got, expected }
        }
    }
}
