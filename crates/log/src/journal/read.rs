//! Reading a journal: the segments from any record on.

use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

use socai_tlog::UnitSeq;

use crate::{
    disk,
    error::{Damage, LogError},
    frame::Kind,
    journal::{
        end_path, file_path,
        frames::{JournalHead, parse_end_note},
        segments::{Assembler, JournalSegment},
    },
    reader::{damaged, read_frame},
    volume::numbered,
    walk::{Frames, Stop, Walk},
};

/// Bytes between two remembered positions of the newest file.
const MARK_EVERY: u64 = 64 << 10;

/// Reads the segments of a journal, beside its writer. Clones share what they know.
#[derive(Clone)]
pub struct JournalReader {
    dir: Arc<PathBuf>,
    shared: Arc<Shared>,
}

/// What the writer tells its readers.
pub(crate) struct Shared {
    /// Records below this number are on the disk. Later ones may be half-written and are not given out.
    durable: AtomicU64,
    marks: Mutex<Marks>,
}

/// Positions where segments start in one file, ascending, some of them.
#[derive(Default)]
struct Marks {
    file: u64,
    starts: Vec<(UnitSeq, u64)>,
}

impl Shared {
    pub(crate) fn new(durable: UnitSeq) -> Self {
        Shared { durable: AtomicU64::new(durable.0), marks: Mutex::default() }
    }

    pub(crate) fn set_durable(&self, next: UnitSeq) {
        self.durable.store(next.0, Ordering::Release);
    }

    /// Remembers that the segment from `seq` on starts at `offset` of `file`.
    pub(crate) fn mark(&self, file: u64, seq: UnitSeq, offset: u64) {
        let mut marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if marks.file != file {
            *marks = Marks { file, starts: Vec::new() };
        }
        if marks.starts.last().is_none_or(|(_, last)| offset >= last + MARK_EVERY) {
            marks.starts.push((seq, offset));
        }
    }

    /// The last remembered start in `file` that is not after `from`.
    fn start(&self, file: u64, from: UnitSeq) -> u64 {
        let marks = self.marks.lock().unwrap_or_else(PoisonError::into_inner);
        if marks.file != file {
            return 0;
        }
        let after = marks.starts.partition_point(|(seq, _)| *seq <= from);
        after.checked_sub(1).map_or(0, |last| marks.starts[last].1)
    }
}

impl JournalReader {
    pub(crate) fn new(dir: &Path, shared: Arc<Shared>) -> Self {
        JournalReader { dir: Arc::new(dir.to_owned()), shared }
    }

    /// Opens a journal that perhaps another process writes; sees what was sealed by now.
    pub fn open(dir: &Path) -> Result<Self, LogError> {
        let path = end_path(dir);
        let noted = std::fs::read(&path).map_err(|source| disk::read_failed(&path, None, source))?;
        let next = parse_end_note(&noted)
            .ok_or_else(|| damaged(&path, 0, Damage::Layout("the note of the journal's end")))?;
        Ok(Self::new(dir, Arc::new(Shared::new(next.next_seq))))
    }

    /// Number of the next record: those below are sealed and on the disk.
    pub fn next_seq(&self) -> UnitSeq {
        UnitSeq(self.shared.durable.load(Ordering::Acquire))
    }

    /// The segments with the records from `from` on, in order, as far as they are sealed now.
    ///
    /// The first begins with `from` itself, also in the middle of what was sealed together.
    pub fn segments(&self, from: UnitSeq) -> Result<Segments, LogError> {
        let end = self.next_seq();
        let numbers = numbered(&self.dir, "jnl")?;
        let mut found = None;
        for number in numbers.into_iter().rev() {
            let head = read_head(&self.dir, number)?;
            if head.continues.next_seq <= from || number == 0 {
                found = Some((number, head));
                break;
            }
        }
        let missing = || damaged(&file_path(&self.dir, 0), 0, Damage::Missing);
        let (number, head) = found.ok_or_else(missing)?;
        let walk = open_walk(&self.dir, number, self.shared.start(number, from))?;
        let assembler = Assembler::new(head.unit, from, None);
        let (dir, pieces) = (self.dir.clone(), Vec::new().into_iter());
        Ok(Segments { dir, number, walk, assembler, ready: pieces, next: from, end })
    }
}

/// Reads the head of journal file `number`.
pub(crate) fn read_head(dir: &Path, number: u64) -> Result<JournalHead, LogError> {
    let path = file_path(dir, number);
    let file = disk::open_read(&path)?.ok_or_else(|| damaged(&path, 0, Damage::Missing))?;
    let mut bytes = Vec::new();
    let frame = read_frame(&file, &path, 0, &mut bytes)?;
    let head = match frame.kind {
        Kind::JournalHead => JournalHead::parse(frame.payload),
        other => Err(Damage::FrameKind { got: other as u8, expected: "the head of a journal" }),
    };
    let head = head.map_err(|what| damaged(&path, 0, what))?;
    match head.number == number {
        true => Ok(head),
        false => {
            let what = Damage::Number { what: "the number of the file", got: head.number, expected: number };
            Err(damaged(&path, 0, what))
        }
    }
}

fn open_walk(dir: &Path, number: u64, offset: u64) -> Result<Walk, LogError> {
    let path = file_path(dir, number);
    let file = disk::open_read(&path)?.ok_or_else(|| damaged(&path, 0, Damage::Missing))?;
    Walk::new(Arc::new(file), Arc::new(path), offset)
}

/// The segments of a journal from a record on. Memory is about a megabyte; ends after the first error.
pub struct Segments {
    dir: Arc<PathBuf>,
    number: u64,
    walk: Walk,
    assembler: Assembler,
    ready: std::vec::IntoIter<JournalSegment>,
    /// First record not given yet, and the first that is not sealed.
    next: UnitSeq,
    end: UnitSeq,
}

impl Segments {
    fn read(&mut self) -> Result<Option<JournalSegment>, LogError> {
        while self.next < self.end {
            if let Some(segment) = self.ready.next() {
                self.next = segment.records.last().map_or(self.next, |last| UnitSeq(last.header().seq.0 + 1));
                return Ok(Some(segment));
            }
            self.fill()?;
        }
        Ok(None)
    }

    /// Reads the next piece of the file, or goes to the next file.
    fn fill(&mut self) -> Result<(), LogError> {
        let start = self.walk.offset();
        let mut piece = Vec::new();
        match self.walk.next(&mut piece, |_| true)? {
            None => {}
            Some(Stop::Broken(what)) => return Err(damaged(self.walk.path(), start, what)),
            Some(Stop::End | Stop::Refused) => {
                self.number += 1;
                self.walk = open_walk(&self.dir, self.number, 0)?;
                return Ok(());
            }
        }
        let (mut frames, mut ready) = (Frames::new(&piece, start), Vec::new());
        while let Some((offset, frame)) = frames.next() {
            let taken = frame.and_then(|frame| self.assembler.take(&frame));
            match taken {
                Ok(segment) => ready.extend(segment),
                Err(_) if self.assembler.head().is_some_and(|head| head.next_seq >= self.end) => break,
                Err(what) => return Err(damaged(self.walk.path(), offset, what)),
            }
        }
        self.ready = ready.into_iter();
        Ok(())
    }
}

impl Iterator for Segments {
    type Item = Result<JournalSegment, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        let read = self.read();
        if read.is_err() {
            self.next = self.end;
        }
        read.transpose()
    }
}
