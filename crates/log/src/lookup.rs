//! Single records, by leaf or by name, and what belongs to them.
//!
//! Goes by way of the derived files and believes none of them: what is found is compared with what was asked for.

use socai_tlog::{Digest, EventName, LeafIndex, Record, TreeSize, UnitNo};

use crate::{
    annex::{self, Annex, annex_path},
    blocks::{self, BLOCK_LEN},
    chunk::Chunk,
    delta::{DerivedFile, NUMBER_LEN},
    disk,
    error::{Damage, LogError},
    frame::{Frame, Kind},
    reader::{LIKELY_LEN, Reader, damaged, read_frame, read_frame_of},
    record::{AnnexAt, RecordRef},
    replay::StoredAnnex,
    scan::{Scan, Target},
};

/// A record read from the log on its own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// When the operator took it, milliseconds since 1970 UTC.
    pub received_at_ms: u64,
    /// Header and facts, which match. The annex is not read: [`Reader::annex`].
    pub record: Record,
    /// Signature of the segment that ends with it.
    pub signature: Option<[u8; 64]>,
    /// Number of its volume, and of the annex volume.
    pub volume: u64,
    /// Where the annex is stored.
    pub annex_at: Option<AnnexAt>,
}

/// A record where it lies.
#[derive(Clone, Copy, Debug)]
pub struct Found<'a> {
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// The record.
    pub record: RecordRef<'a>,
    volume: u64,
    offset: u64,
}

impl Reader {
    /// The record at `leaf`. Two small reads when the files are cached by the system.
    pub fn record(&self, leaf: LeafIndex) -> Result<Stored, LogError> {
        let size = self.committed()?.size;
        if leaf.0 >= size.0 {
            return Err(LogError::outside("leaf", leaf, size));
        }
        self.stored(leaf)
    }

    /// Number of records of a unit; 0 for one that has none.
    ///
    /// Like every look-up by unit it may already count records of the commit after [`Reader::committed`].
    pub fn unit_len(&self, unit: UnitNo) -> Result<u64, LogError> {
        let file = DerivedFile::Unit(unit);
        let Some(open) = self.derived(file)? else { return Ok(0) };
        Ok(disk::file_len(&open, &file.path(self.dir()))? / NUMBER_LEN)
    }

    /// The leaf of a record, by its name.
    pub fn leaf_of(&self, name: EventName) -> Result<LeafIndex, LogError> {
        let found = self.find(name, self.committed()?.size)?;
        found.map(|stored| stored.leaf).ok_or(LogError::NoRecord { name })
    }

    /// The record of a name, when there is one among the first `within`, a size that is committed.
    pub fn find(&self, name: EventName, within: TreeSize) -> Result<Option<Stored>, LogError> {
        self.find_with(name, within, |found| self.owned(&found))?.transpose()
    }

    /// The same for who reads it where it lies, which is believed as [`Reader::for_each`] does: its checksum holds and it has the name, its
    /// digests are not compared. One small read when index and files are cached.
    pub fn find_with<T>(
        &self,
        name: EventName,
        within: TreeSize,
        read: impl FnOnce(Found<'_>) -> T,
    ) -> Result<Option<T>, LogError> {
        let mut bytes = Vec::new();
        let found = self.find_in(name, within, &mut bytes);
        let found = match found {
            // an index block may have been put right since it was read
            Err(_) if self.cache().blocks.forget() => self.find_in(name, within, &mut bytes)?,
            found => found?,
        };
        Ok(found.map(read))
    }

    fn find_in<'a>(
        &self,
        name: EventName,
        within: TreeSize,
        bytes: &'a mut Vec<u8>,
    ) -> Result<Option<Found<'a>>, LogError> {
        let file = DerivedFile::Unit(name.unit);
        let offset = name.seq.0.saturating_mul(NUMBER_LEN);
        let leaf = match self.read_number(file, offset) {
            Ok(leaf) => LeafIndex(leaf),
            Err(LogError::Behind { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        if leaf.0 >= within.0 {
            return Ok(None);
        }
        let found = self.found(leaf, bytes)?;
        if found.record.name() == name {
            return Ok(Some(found));
        }
        Err(self.misnamed(name, leaf))
    }

    fn misnamed(&self, name: EventName, leaf: LeafIndex) -> LogError {
        let path = DerivedFile::Unit(name.unit).path(self.dir());
        let offset = name.seq.0.saturating_mul(NUMBER_LEN);
        LogError::Name { path, offset, name, said: leaf.0 }
    }

    /// Why [`Reader::find`] knew nothing of a record that the log has, as whoever went through the log can tell: the unit's derived file lacks it
    /// or has another leaf for it.
    pub fn missed(&self, name: EventName) -> LogError {
        let offset = name.seq.0.saturating_mul(NUMBER_LEN);
        match self.read_number(DerivedFile::Unit(name.unit), offset) {
            Ok(leaf) => self.misnamed(name, LeafIndex(leaf)),
            Err(error) => error,
        }
    }

    /// The annex of the record at `leaf`, verified against its header.
    pub fn annex(&self, leaf: LeafIndex) -> Result<Annex, LogError> {
        let stored = self.record(leaf)?;
        let Some(at) = stored.annex_at else { return Ok(Annex::None) };
        let path = annex_path(self.dir(), stored.volume);
        let file = disk::open_read(&path)?.ok_or_else(|| damaged(&path, 0, Damage::Missing))?;
        let mut bytes = Vec::new();
        let frame = read_frame(&file, &path, at.offset, &mut bytes)?;
        let (name, digest) = (stored.record.name(), stored.record.header().annex);
        let annex = check_annex(&frame, &StoredAnnex { leaf, name, at, digest });
        annex.map_err(|what| damaged(&path, at.offset, what))
    }

    fn stored(&self, leaf: LeafIndex) -> Result<Stored, LogError> {
        match self.stored_by_position(leaf) {
            // the volume has it all the same, and is read from its front as `Reader::scan` does
            Err(LogError::Position { .. }) => {
                let volume = self.volume_of(leaf)?;
                let offset = self.searched(volume, leaf)?;
                let mut bytes = Vec::new();
                let record = self.record_at(volume, offset, leaf, &mut bytes)?;
                self.owned(&Found { leaf, volume, offset, record })
            }
            stored => stored,
        }
    }

    fn stored_by_position(&self, leaf: LeafIndex) -> Result<Stored, LogError> {
        let mut bytes = Vec::new();
        let found = match self.found(leaf, &mut bytes) {
            Err(_) if self.cache().blocks.forget() => self.found(leaf, &mut bytes)?,
            found => found?,
        };
        self.owned(&found)
    }

    /// The record that stands at `leaf`.
    fn found<'a>(&self, leaf: LeafIndex, bytes: &'a mut Vec<u8>) -> Result<Found<'a>, LogError> {
        let (volume, offset) = self.position(leaf)?;
        // up to the next record if that is known: what is read is copied, and mostly not in any cache of the processor
        let to_next = self.cache().blocks.distance(DerivedFile::Positions, leaf.0 * NUMBER_LEN);
        let likely_len = to_next.map_or(LIKELY_LEN, |len| len.min(LIKELY_LEN as u64) as usize);
        match self.record_of(likely_len, (volume, offset), leaf, bytes) {
            Ok(record) => Ok(Found { leaf, volume, offset, record }),
            Err(error) => Err(self.blamed(error, (volume, offset), leaf)),
        }
    }

    /// Why no record of `leaf` was found where `positions` says: the fault of that file, unless the frame does stand there or the volume itself
    /// cannot be read up to it.
    fn blamed(&self, error: LogError, (volume, offset): (u64, u64), leaf: LeafIndex) -> LogError {
        if !error.is_damage() {
            return error;
        }
        let Ok((file, path)) = self.volume_file(volume) else { return error };
        let is_outside = disk::file_len(&file, &path).is_ok_and(|len| offset >= len);
        if is_outside || self.searched(volume, leaf).is_ok_and(|right| right != offset) {
            let (positions, at) = (DerivedFile::Positions.path(self.dir()), leaf.0 * NUMBER_LEN);
            return LogError::Position {
                path: positions,
                offset: at,
                leaf,
                said: offset,
                volume: path.to_path_buf(),
            };
        }
        error
    }

    /// Where the frame of `leaf` starts, by reading its volume from the front.
    fn searched(&self, volume: u64, leaf: LeafIndex) -> Result<u64, LogError> {
        let target = Target::within(TreeSize(leaf.0 + 1), &self.committed()?);
        let mut scan = Scan::volumes(self.clone(), volume, target)?.skipping_to(leaf);
        let mut chunk = Chunk::default();
        while scan.next_into(&mut chunk)? {
            let mut found = None;
            chunk.for_each_record(|record| -> Result<(), LogError> {
                found = found.or_else(|| (record.leaf() == leaf).then_some(record.offset()));
                Ok(())
            })?;
            if let Some(offset) = found {
                return Ok(offset);
            }
        }
        let path = self.volume_file(volume)?.1;
        Err(damaged(&path, 0, Damage::Layout("the record of this leaf")))
    }

    fn owned(&self, found: &Found<'_>) -> Result<Stored, LogError> {
        let Found { leaf, volume, offset, record } = *found;
        let owned = record.to_record(bytes::Bytes::new());
        let owned = match owned {
            Ok(owned) => owned,
            Err(what) => return Err(damaged(&self.volume_file(volume)?.1, offset, Damage::Header(what))),
        };
        Ok(Stored {
            leaf,
            received_at_ms: record.received_at_ms(),
            record: owned,
            signature: record.signature().copied(),
            volume,
            annex_at: record.annex_at(),
        })
    }

    /// Volume and position of the frame of `leaf`, where that leaf's record does stand.
    pub(crate) fn frame_of(&self, leaf: LeafIndex) -> Result<(u64, u64), LogError> {
        let (volume, offset) = self.position(leaf)?;
        self.record_at(volume, offset, leaf, &mut Vec::new())?;
        Ok((volume, offset))
    }

    fn position(&self, leaf: LeafIndex) -> Result<(u64, u64), LogError> {
        let offset = self.read_number(DerivedFile::Positions, leaf.0 * NUMBER_LEN)?;
        Ok((self.volume_of(leaf)?, offset))
    }

    fn read_number(&self, file: DerivedFile, offset: u64) -> Result<u64, LogError> {
        if let Some(number) = self.cache().blocks.number(file, offset) {
            return Ok(number);
        }
        let path = || file.path(self.dir());
        let need = offset.saturating_add(NUMBER_LEN);
        let Some(open) = self.derived(file)? else {
            return Err(LogError::Behind { path: path(), need, have: 0 });
        };
        let block_no = offset / BLOCK_LEN;
        let mut block = [0; BLOCK_LEN as usize];
        let got = disk::read_up_to(&open, &mut block, block_no * BLOCK_LEN);
        let got = got.map_err(|source| disk::read_failed(&path(), Some(offset), source))?;
        let Some(number) = blocks::number_in(&block[..got], offset) else {
            let path = path();
            let have = disk::file_len(&open, &path)?;
            return Err(LogError::Behind { path, need, have });
        };
        if got == block.len() {
            self.cache().blocks.keep(file, block_no, &block);
        }
        Ok(number)
    }

    fn record_at<'a>(
        &self,
        volume: u64,
        offset: u64,
        leaf: LeafIndex,
        bytes: &'a mut Vec<u8>,
    ) -> Result<RecordRef<'a>, LogError> {
        self.record_of(LIKELY_LEN, (volume, offset), leaf, bytes)
    }

    fn record_of<'a>(
        &self,
        likely_len: usize,
        (volume, offset): (u64, u64),
        leaf: LeafIndex,
        bytes: &'a mut Vec<u8>,
    ) -> Result<RecordRef<'a>, LogError> {
        let (file, path) = self.volume_file(volume)?;
        let first = self.first_leaf(volume)?;
        let frame = read_frame_of(likely_len, &file, &path, offset, bytes)?;
        let index = (leaf.0 - first.0) as u32; // records of a volume are numbered by u32
        let record = match frame.kind {
            Kind::Record => RecordRef::parse(frame.payload, offset, first, index),
            other => Err(Damage::FrameKind { got: other as u8, expected: "a record" }),
        };
        record.map_err(|what| damaged(&path, offset, what))
    }
}

/// Reads an annex from its frame and verifies that it is the one the header commits to.
pub(crate) fn check_annex(frame: &Frame<'_>, stored: &StoredAnnex) -> Result<Annex, Damage> {
    let len = frame.payload.len().saturating_sub(8) as u64;
    if len != u64::from(stored.at.len) {
        return Err(Damage::Number {
            what: "the length of the annex",
            got: len,
            expected: stored.at.len.into(),
        });
    }
    let annex = annex::parse(frame, stored.leaf.0)?;
    if let Annex::Present(bytes) = &annex {
        let (got, expected, name) = (Digest::of(bytes), stored.digest, stored.name);
        if got != expected {
            return Err(Damage::Content { what: "the annex", name, got, expected });
        }
    }
    Ok(annex)
}
