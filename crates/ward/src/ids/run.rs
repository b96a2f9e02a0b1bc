//! One sorted, unchanging file of ids.
//!
//! ```text
//! "SOCAIIDS" | first u64 | end u64 | link of record end−1, 32 | count u64 | (id 16, seq u64)* by id | BLAKE3 of all that, 32
//! ```
//! Numbers are big-endian. The file covers the records `first..end`.

use std::{
    fs::{self, File},
    io::{self, BufReader, BufWriter, Read, Write},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use socai_tlog::{Link, UnitSeq};

use crate::{
    dir::{FileError, sync_dir},
    entropy::EventId,
};

const MAGIC: &[u8; 8] = b"SOCAIIDS";
const HEAD_LEN: usize = 8 + 8 + 8 + 32 + 8;
const ENTRY_LEN: usize = 16 + 8;
/// Entries between two that are held in memory.
const STRIDE: usize = 256;

type Entry = (EventId, UnitSeq);

/// A verified run, open for look-ups.
pub(super) struct Run {
    pub(super) first: UnitSeq,
    pub(super) end: UnitSeq,
    pub(super) link: Link,
    path: PathBuf,
    file: File,
    count: usize,
    /// Every [`STRIDE`]th id.
    fence: Vec<EventId>,
}

impl Run {
    /// The last record it covers.
    pub(super) fn last(&self) -> UnitSeq {
        UnitSeq(self.end.0.saturating_sub(1))
    }

    pub(super) fn count(&self) -> usize {
        self.count
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the whole file once: its digest and its order must hold.
    pub(super) fn open(path: &Path) -> io::Result<Run> {
        let mut reader = BufReader::new(File::open(path)?);
        let mut hasher = blake3::Hasher::new();
        let mut head = [0; HEAD_LEN];
        reader.read_exact(&mut head)?;
        hasher.update(&head);
        let (first, end, link, count) = parse_head(&head).ok_or_else(broken)?;
        let mut fence = Vec::new();
        let mut before: Option<EventId> = None;
        for index in 0..count {
            let mut entry = [0; ENTRY_LEN];
            reader.read_exact(&mut entry)?;
            hasher.update(&entry);
            let (id, _) = parse_entry(&entry);
            if before.is_some_and(|before| before >= id) {
                return Err(broken());
            }
            before = Some(id);
            if index % STRIDE == 0 {
                fence.push(id);
            }
        }
        let mut rest = Vec::new();
        reader.read_to_end(&mut rest)?;
        if rest != hasher.finalize().as_bytes() {
            return Err(broken());
        }
        Ok(Run { first, end, link, path: path.to_owned(), file: File::open(path)?, count, fence })
    }

    /// Writes a run beside its final name, synced, and takes its place.
    pub(super) fn write(
        dir: &Path,
        first: UnitSeq,
        end: UnitSeq,
        link: Link,
        entries: impl ExactSizeIterator<Item = io::Result<Entry>>,
    ) -> Result<Run, FileError> {
        let count = entries.len();
        Run::write_counted(dir, (first, end, link, count), entries)
    }

    fn write_counted(
        dir: &Path,
        (first, end, link, count): (UnitSeq, UnitSeq, Link, usize),
        entries: impl Iterator<Item = io::Result<Entry>>,
    ) -> Result<Run, FileError> {
        let path = dir.join(format!("{first}-{end}.ids"));
        let beside = path.with_extension("new");
        let fill = || -> io::Result<()> {
            let mut out = BufWriter::new(File::create(&beside)?);
            let mut hasher = blake3::Hasher::new();
            let mut put = |bytes: &[u8]| {
                hasher.update(bytes);
                out.write_all(bytes)
            };
            put(MAGIC)?;
            put(&first.0.to_be_bytes())?;
            put(&end.0.to_be_bytes())?;
            put(&link.0)?;
            put(&(count as u64).to_be_bytes())?;
            for entry in entries {
                let (id, seq) = entry?;
                put(&id)?;
                put(&seq.0.to_be_bytes())?;
            }
            out.write_all(hasher.finalize().as_bytes())?;
            out.into_inner()?.sync_all()?;
            fs::rename(&beside, &path)
        };
        fill().map_err(FileError::at(&path))?;
        sync_dir(dir)?;
        Run::open(&path).map_err(FileError::at(&path))
    }

    /// Two neighbouring runs as one. An id in both keeps its later place.
    pub(super) fn merge(dir: &Path, earlier: &Run, later: &Run) -> Result<Run, FileError> {
        let doubles = Merged::of(earlier, later)?.count();
        let head = (earlier.first, later.end, later.link, doubles);
        Run::write_counted(dir, head, Merged::of(earlier, later)?)
    }

    fn entries(&self) -> Result<Entries, FileError> {
        let at = |cause| FileError::at(&self.path)(cause);
        let mut reader = BufReader::new(File::open(&self.path).map_err(at)?);
        let mut head = [0; HEAD_LEN];
        reader.read_exact(&mut head).map_err(at)?;
        Ok(Entries { reader, left: self.count })
    }

    /// The record with this id, by one read between two fence posts.
    pub(super) fn find(&self, id: &EventId) -> Result<Option<UnitSeq>, FileError> {
        let Some(post) = self.fence.partition_point(|post| post <= id).checked_sub(1) else {
            return Ok(None);
        };
        let (from, to) = (post * STRIDE, ((post + 1) * STRIDE).min(self.count));
        let mut block = vec![0; (to - from) * ENTRY_LEN];
        let position = (HEAD_LEN + from * ENTRY_LEN) as u64;
        self.file.read_exact_at(&mut block, position).map_err(FileError::at(&self.path))?;
        let (entries, _) = block.as_chunks::<ENTRY_LEN>();
        let found = entries.binary_search_by_key(id, |entry| parse_entry(entry).0).ok();
        Ok(found.map(|index| parse_entry(&entries[index]).1))
    }
}

/// The entries of a run in order.
struct Entries {
    reader: BufReader<File>,
    left: usize,
}

impl Iterator for Entries {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<io::Result<Entry>> {
        self.left = self.left.checked_sub(1)?;
        let mut entry = [0; ENTRY_LEN];
        Some(self.reader.read_exact(&mut entry).map(|()| parse_entry(&entry)))
    }
}

/// Two runs in one order.
struct Merged {
    earlier: std::iter::Peekable<Entries>,
    later: std::iter::Peekable<Entries>,
}

impl Merged {
    fn of(earlier: &Run, later: &Run) -> Result<Merged, FileError> {
        Ok(Merged { earlier: earlier.entries()?.peekable(), later: later.entries()?.peekable() })
    }
}

impl Iterator for Merged {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<io::Result<Entry>> {
        let id = |entry: Option<&io::Result<Entry>>| {
            entry.and_then(|entry| entry.as_ref().ok().map(|(id, _)| *id))
        };
        match (id(self.earlier.peek()), id(self.later.peek())) {
            (Some(a), Some(b)) if a == b => {
                self.earlier.next();
                self.later.next()
            }
            (Some(a), Some(b)) if a < b => self.earlier.next(),
            (_, Some(_)) => self.later.next(),
            _ => self.earlier.next().or_else(|| self.later.next()),
        }
    }
}

fn parse_head(head: &[u8; HEAD_LEN]) -> Option<(UnitSeq, UnitSeq, Link, usize)> {
    let number = |at: usize| head[at..at + 8].try_into().ok().map(u64::from_be_bytes);
    let mut link = [0; 32];
    link.copy_from_slice(&head[24..56]);
    let (first, end, count) = (number(8)?, number(16)?, usize::try_from(number(56)?).ok()?);
    (head.starts_with(MAGIC) && first < end && count > 0).then_some((
        UnitSeq(first),
        UnitSeq(end),
        Link(link),
        count,
    ))
}

fn parse_entry(entry: &[u8; ENTRY_LEN]) -> Entry {
    let (mut id, mut seq) = ([0; 16], [0; 8]);
    id.copy_from_slice(&entry[..16]);
    seq.copy_from_slice(&entry[16..]);
    (id, UnitSeq(u64::from_be_bytes(seq)))
}

fn broken() -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, "not a run of ids")
}
