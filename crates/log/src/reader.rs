//! The reading side: no lock, no key, any number of processes, while the log grows.

use std::{
    collections::HashMap,
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use socai_tlog::{LeafIndex, TreeSize};

use crate::{
    blocks::Blocks,
    chunk::Chunk,
    committed::Committed,
    delta::DerivedFile,
    disk,
    error::{Damage, LogError},
    frame::{self, Frame, Kind},
    record::RecordRef,
    scan::{Scan, Target},
    volume::{VolumeHead, volume_path},
};

/// Files kept open: volumes, and derived files of as many units.
const MAX_OPEN: usize = 512;

/// A log directory opened for reading. Clones share open files.
#[derive(Clone)]
pub struct Reader {
    pub(crate) shared: Arc<Shared>,
}

pub(crate) struct Shared {
    dir: PathBuf,
    /// Where the log is taken to end, instead of what was published.
    pub(crate) end: Option<Committed>,
    open: Mutex<Open>,
}

/// Files and facts that were found before.
#[derive(Default)]
pub(crate) struct Open {
    volumes: HashMap<u64, (Arc<File>, Arc<PathBuf>)>,
    first: HashMap<u64, LeafIndex>,
    derived: HashMap<DerivedFile, Arc<File>>,
    newest_volume: u64,
    pub(crate) newest: Option<Committed>,
    pub(crate) blocks: Blocks,
}

impl Reader {
    /// Opens the log in `dir`; fails when there is no volume 0.
    pub fn open(dir: &Path) -> Result<Self, LogError> {
        Reader::ending_at(dir, None)
    }

    /// The log in `dir` up to `end`, whatever was published: for whoever makes a copy and looks at it before its readers do.
    ///
    /// # Errors
    /// As [`Reader::open`].
    pub fn open_up_to(dir: &Path, end: &Committed) -> Result<Self, LogError> {
        Reader::ending_at(dir, Some(end.clone()))
    }

    fn ending_at(dir: &Path, end: Option<Committed>) -> Result<Self, LogError> {
        let shared = Arc::new(Shared { dir: dir.to_owned(), end, open: Mutex::default() });
        let reader = Reader { shared };
        reader.first_leaf(0)?;
        Ok(reader)
    }

    /// The directory.
    pub fn dir(&self) -> &Path {
        &self.shared.dir
    }

    /// The lock is held for look-ups only, so nothing half-done is behind a poisoned one.
    pub(crate) fn cache(&self) -> MutexGuard<'_, Open> {
        self.shared.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Chunks of the records `from..to` with the commits between them and behind the last.
    ///
    /// `from` 0 gives every byte of the volumes up to the commit at `to`. Another start is found by way of `positions`, or by reading
    /// its volume from the front when that file is wrong.
    pub fn scan(&self, from: LeafIndex, to: TreeSize) -> Result<Scan, LogError> {
        let committed = self.committed()?;
        if from.0 > to.0 || to > committed.size {
            return Err(LogError::Outside { what: "the end of a scan", got: to.0, end: committed.size.0 });
        }
        let target = Target::within(to, &committed);
        if from.0 == to.0 && from.0 > 0 {
            return Scan::nothing(self.clone());
        }
        if from.0 == 0 {
            return Scan::volumes(self.clone(), 0, target);
        }
        let volume = self.volume_of(from)?;
        let index = (from.0 - self.first_leaf(volume)?.0) as u32; // a volume's records are numbered by u32
        match self.frame_of(from) {
            Ok((volume, offset)) => Scan::middle(self.clone(), volume, (index, offset), target),
            Err(_) => Ok(Scan::volumes(self.clone(), volume, target)?.skipping_to(from)),
        }
    }

    /// Calls `each` for the records `from..to` in order. The plain way to read; [`Reader::scan`] is the one for threads.
    pub fn for_each<E: From<LogError>>(
        &self,
        from: LeafIndex,
        to: TreeSize,
        mut each: impl FnMut(RecordRef<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut scan = self.scan(from, to)?;
        let mut chunk = Chunk::default();
        while scan.next_into(&mut chunk)? {
            chunk.for_each_record(&mut each)?;
        }
        Ok(())
    }

    /// A volume, open. Missing is damage: volumes are numbered without gaps.
    pub(crate) fn volume_file(&self, volume: u64) -> Result<(Arc<File>, Arc<PathBuf>), LogError> {
        if let Some(open) = self.cache().volumes.get(&volume) {
            return Ok(open.clone());
        }
        let path = volume_path(self.dir(), volume);
        let file = disk::open_read(&path)?.ok_or_else(|| damaged(&path, 0, Damage::Missing))?;
        let open = (Arc::new(file), Arc::new(path));
        let mut cache = self.cache();
        if cache.volumes.len() >= MAX_OPEN {
            cache.volumes.clear();
        }
        cache.volumes.insert(volume, open.clone());
        Ok(open)
    }

    pub(crate) fn has_volume(&self, volume: u64) -> bool {
        volume_path(self.dir(), volume).exists()
    }

    /// Number of the last volume.
    pub fn newest_volume(&self) -> u64 {
        let mut newest = self.cache().newest_volume;
        while self.has_volume(newest + 1) {
            newest += 1;
        }
        self.cache().newest_volume = newest;
        newest
    }

    /// The head of a volume.
    pub fn volume_head(&self, volume: u64) -> Result<VolumeHead, LogError> {
        let (file, path) = self.volume_file(volume)?;
        let mut bytes = Vec::new();
        let frame = read_frame(&file, &path, 0, &mut bytes)?;
        let head = match frame.kind {
            Kind::VolumeHead => VolumeHead::parse(frame.payload),
            other => Err(Damage::FrameKind { got: other as u8, expected: "the head of a volume" }),
        };
        let head = head.map_err(|what| damaged(&path, 0, what))?;
        match head.volume == volume {
            true => Ok(head),
            false => {
                let what =
                    Damage::Number { what: "the number of the volume", got: head.volume, expected: volume };
                Err(damaged(&path, 0, what))
            }
        }
    }

    /// Leaf index of the first record of a volume.
    pub(crate) fn first_leaf(&self, volume: u64) -> Result<LeafIndex, LogError> {
        if let Some(first) = self.cache().first.get(&volume) {
            return Ok(*first);
        }
        let first = self.volume_head(volume)?.first;
        self.cache().first.insert(volume, first);
        Ok(first)
    }

    /// The last volume whose first leaf is not after `leaf`.
    pub(crate) fn volume_of(&self, leaf: LeafIndex) -> Result<u64, LogError> {
        let committed = self.cache().newest.as_ref().map(|newest| (newest.size, newest.volume));
        let newest = match committed {
            Some((size, volume)) if leaf.0 < size.0 => volume,
            _ => self.newest_volume(),
        };
        let (mut low, mut high) = (0, newest + 1);
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.first_leaf(middle)? <= leaf { low = middle } else { high = middle }
        }
        Ok(low)
    }

    /// A derived file, open.
    pub(crate) fn derived(&self, file: DerivedFile) -> Result<Option<Arc<File>>, LogError> {
        if let Some(open) = self.cache().derived.get(&file) {
            return Ok(Some(open.clone()));
        }
        let Some(open) = disk::open_read(&file.path(self.dir()))?.map(Arc::new) else { return Ok(None) };
        let mut cache = self.cache();
        if cache.derived.len() >= MAX_OPEN {
            cache.derived.clear();
        }
        cache.derived.insert(file, open.clone());
        Ok(Some(open))
    }

    /// Fills `bytes` from a derived file, or tells that it is behind.
    pub(crate) fn read_derived(
        &self,
        file: DerivedFile,
        offset: u64,
        bytes: &mut [u8],
    ) -> Result<(), LogError> {
        let path = || file.path(self.dir());
        let need = offset.saturating_add(bytes.len() as u64);
        let Some(open) = self.derived(file)? else {
            return Err(LogError::Behind { path: path(), need, have: 0 });
        };
        let got = disk::read_up_to(&open, bytes, offset);
        match got.map_err(|source| disk::read_failed(&path(), Some(offset), source))? {
            got if got < bytes.len() => {
                let path = path();
                let have = disk::file_len(&open, &path)?;
                Err(LogError::Behind { path, need, have })
            }
            _ => Ok(()),
        }
    }
}

/// Bytes that are read of a frame whose length nobody knows: most records of 206-byte facts fit.
pub(crate) const LIKELY_LEN: usize = 512;

/// Reads the frame at `offset` into `bytes`.
pub(crate) fn read_frame<'a>(
    file: &File,
    path: &Path,
    offset: u64,
    bytes: &'a mut Vec<u8>,
) -> Result<Frame<'a>, LogError> {
    read_frame_of(LIKELY_LEN, file, path, offset, bytes)
}

/// As [`read_frame`] for who knows about how long the frame is: one read does if it is no longer.
pub(crate) fn read_frame_of<'a>(
    likely_len: usize,
    file: &File,
    path: &Path,
    offset: u64,
    bytes: &'a mut Vec<u8>,
) -> Result<Frame<'a>, LogError> {
    bytes.resize(likely_len.max(frame::OVERHEAD), 0);
    let got = disk::read_up_to(file, bytes, offset);
    bytes.truncate(got.map_err(|source| disk::read_failed(path, Some(offset), source))?);
    if let Some(len) = frame::stated_len(bytes).filter(|len| *len > bytes.len()) {
        let left = disk::file_len(file, path)?.saturating_sub(offset);
        let whole = len as u64 <= left && len <= frame::OVERHEAD + frame::MAX_PAYLOAD;
        if whole {
            bytes.resize(len, 0);
            disk::read_at(file, path, bytes, offset)?;
        }
    }
    frame::parse(bytes).map_err(|what| damaged(path, offset, what))
}

pub(crate) fn damaged(path: &Path, offset: u64, what: Damage) -> LogError {
    LogError::Damaged { path: path.to_owned(), offset, what: Box::new(what) }
}
