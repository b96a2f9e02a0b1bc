//! Reading the log from front to back in chunks that can be handed to other threads.

use std::path::PathBuf;

use socai_tlog::{LeafIndex, TreeSize};

use crate::{
    chunk::Chunk,
    committed::Committed,
    error::{Damage, LogError},
    frame::Kind,
    reader::{Reader, damaged},
    walk::{Stop, Walk},
};

/// Bytes after the last commit that a scan was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tail {
    /// The volume.
    pub path: PathBuf,
    /// Where they start.
    pub offset: u64,
    /// How many they are.
    pub len: u64,
}

/// A walk over the volumes from one leaf to another, in order.
///
/// Gives every frame between: heads, commits and ends too. Chunks are cut between frames by their lengths, checksums are verified
/// by [`Chunk::items`]. Memory is one chunk, whatever the size of the log.
pub struct Scan {
    reader: Reader,
    from: LeafIndex,
    to: Target,
    volume: u64,
    first: LeafIndex,
    /// Records of the volume before the walk's position.
    before: u32,
    walk: Walk,
    state: At,
}

/// Where a scan ends: behind the frame that closed the last batch, or before that at the first record outside the tree.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    pub(crate) size: TreeSize,
    /// Whether there are records outside the tree.
    pub(crate) partial: bool,
    pub(crate) volume: u64,
    pub(crate) end: u64,
}

impl Target {
    /// The tree of `size`, which is not larger than the committed one.
    pub(crate) fn within(size: TreeSize, committed: &Committed) -> Self {
        Target { size, partial: size < committed.size, volume: committed.volume, end: committed.end }
    }

    fn limit(&self, volume: u64, walk: Walk) -> Walk {
        if volume == self.volume { walk.until(self.end) } else { walk }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Frames,
    AfterEnd,
    Finished,
}

impl Scan {
    /// From the start of `volume` to `to`.
    pub(crate) fn volumes(reader: Reader, volume: u64, to: Target) -> Result<Self, LogError> {
        let first = reader.first_leaf(volume)?;
        Self::start(reader, volume, (first, 0), 0, (first, to))
    }

    /// No frames at all.
    pub(crate) fn nothing(reader: Reader) -> Result<Self, LogError> {
        let to = Target { size: TreeSize(0), partial: false, volume: 0, end: 0 };
        let mut scan = Self::start(reader, 0, (LeafIndex(0), 0), 0, (LeafIndex(0), to))?;
        scan.state = At::Finished;
        Ok(scan)
    }

    /// From record number `before` of `volume`, whose frame is at `offset`.
    pub(crate) fn middle(
        reader: Reader,
        volume: u64,
        (before, offset): (u32, u64),
        to: Target,
    ) -> Result<Self, LogError> {
        let first = reader.first_leaf(volume)?;
        let from = LeafIndex(first.0 + u64::from(before));
        Self::start(reader, volume, (first, before), offset, (from, to))
    }

    /// From a place between two frames on, with so many records of its volume before it; `ended` says that the volume's end frame is.
    pub(crate) fn behind(
        reader: Reader,
        (volume, offset): (u64, u64),
        (first, before): (LeafIndex, u32),
        ended: bool,
        to: Target,
    ) -> Result<Self, LogError> {
        let from = LeafIndex(first.0 + u64::from(before));
        let scan = Self::start(reader, volume, (first, before), offset, (from, to))?;
        Ok(Scan { state: if ended { At::AfterEnd } else { At::Frames }, ..scan })
    }

    fn start(
        reader: Reader,
        volume: u64,
        (first, before): (LeafIndex, u32),
        offset: u64,
        (from, to): (LeafIndex, Target),
    ) -> Result<Self, LogError> {
        let (file, path) = reader.volume_file(volume)?;
        let walk = to.limit(volume, Walk::new(file, path, offset)?);
        Ok(Scan { reader, from, to, volume, first, before, walk, state: At::Frames })
    }

    /// Passes over the records before `from`.
    pub(crate) fn skipping_to(mut self, from: LeafIndex) -> Self {
        self.from = from;
        self
    }

    /// Replaces `chunk` by the next one; `false` at the end. Reuses the chunk's buffer.
    pub fn next_into(&mut self, chunk: &mut Chunk) -> Result<bool, LogError> {
        while self.state != At::Finished {
            if self.state == At::AfterEnd && !self.next_volume()? {
                break;
            }
            if self.fill(chunk)? {
                return Ok(true);
            }
        }
        chunk.bytes.clear();
        Ok(false)
    }

    /// Reads frames up to the first record outside the range.
    fn fill(&mut self, chunk: &mut Chunk) -> Result<bool, LogError> {
        let (offset, first, before, to) = (self.walk.offset(), self.first, self.before, self.to);
        let mut records = 0_u32;
        let mut ended = false;
        let stop = self.walk.next(&mut chunk.bytes, |kind| {
            if kind == Kind::Record as u8 {
                if to.partial && first.0 + u64::from(before) + u64::from(records) >= to.size.0 {
                    return false;
                }
                records += 1;
            }
            ended = kind == Kind::End as u8;
            true
        })?;
        if let Some(stop) = stop {
            self.stopped(stop, offset)?;
            return Ok(false);
        }
        if ended {
            self.state = At::AfterEnd;
        }
        chunk.path = self.walk.path().clone();
        (chunk.volume, chunk.offset, chunk.first, chunk.before) = (self.volume, offset, first, before);
        chunk.from = self.from;
        self.before += records;
        Ok(true)
    }

    /// A volume may end, or be written to, only after everything that was asked for.
    fn stopped(&mut self, stop: Stop, offset: u64) -> Result<(), LogError> {
        self.state = At::Finished;
        let reached = self.first.0 + u64::from(self.before);
        let last = self.volume >= self.to.volume || stop == Stop::Refused;
        if reached >= self.to.size.0 && last {
            return Ok(());
        }
        let what = match stop {
            Stop::Broken(what) => what,
            Stop::End | Stop::Refused if reached >= self.to.size.0 => {
                Damage::FrameKind { got: 0, expected: "the end frame of a volume that has a successor" }
            }
            Stop::End | Stop::Refused => {
                Damage::Number { what: "the last leaf", got: reached, expected: self.to.size.0 }
            }
        };
        Err(damaged(self.walk.path(), offset, what))
    }

    /// Goes to the next volume; `false` when this was the last.
    fn next_volume(&mut self) -> Result<bool, LogError> {
        let reached = self.first.0 + u64::from(self.before);
        if self.volume >= self.to.volume {
            self.state = At::Finished;
            return Ok(false);
        }
        self.nothing_behind_end()?;
        self.volume += 1;
        self.before = 0;
        let (file, path) = self.reader.volume_file(self.volume)?;
        self.first = self.reader.first_leaf(self.volume)?;
        if self.first.0 != reached {
            let what =
                Damage::Number { what: "the first leaf of the volume", got: self.first.0, expected: reached };
            return Err(damaged(&path, 0, what));
        }
        self.walk = self.to.limit(self.volume, Walk::new(file, path, 0)?);
        self.state = At::Frames;
        Ok(true)
    }

    fn nothing_behind_end(&self) -> Result<(), LogError> {
        match self.tail()? {
            None => Ok(()),
            Some(Tail { path, offset, .. }) => {
                Err(damaged(&path, offset, Damage::Layout("the file behind its end frame")))
            }
        }
    }

    /// After the scan: bytes behind the last frame it gave. A batch being written, or one that a crash left.
    pub fn tail(&self) -> Result<Option<Tail>, LogError> {
        let (file, path) = self.reader.volume_file(self.volume)?;
        let offset = self.walk.offset();
        let len = crate::disk::file_len(&file, &path)?.saturating_sub(offset);
        Ok((len > 0).then(|| Tail { path: path.to_path_buf(), offset, len }))
    }
}

/// Chunks with a buffer each, for handing to threads.
impl Iterator for Scan {
    type Item = Result<Chunk, LogError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut chunk = Chunk::default();
        match self.next_into(&mut chunk) {
            Ok(true) => Some(Ok(chunk)),
            Ok(false) => None,
            Err(error) => {
                self.state = At::Finished;
                Some(Err(error))
            }
        }
    }
}
