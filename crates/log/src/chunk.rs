//! Whole frames read together, and what stands in them.

use std::{path::PathBuf, sync::Arc};

use socai_tlog::LeafIndex;

use crate::{
    error::{Damage, LogError},
    frame::{Frame, Kind},
    reader::damaged,
    record::RecordRef,
    volume::{CommitRef, VolumeEnd, VolumeHead},
    walk::Frames,
};

/// What stands in a volume, in order.
#[derive(Clone, Debug)]
pub enum Item<'a> {
    /// The first frame of a volume.
    Head(Box<VolumeHead>),
    /// A record.
    Record(RecordRef<'a>),
    /// The end of a batch.
    Commit(CommitRef<'a>),
    /// The last frame of a sealed volume.
    End(VolumeEnd),
}

/// Whole frames of one volume, about a quarter of a megabyte. Owns its bytes, so threads can share the work.
#[derive(Clone, Debug, Default)]
pub struct Chunk {
    pub(crate) path: Arc<PathBuf>,
    pub(crate) volume: u64,
    /// Position of the bytes in the volume.
    pub(crate) offset: u64,
    pub(crate) bytes: Vec<u8>,
    /// First leaf of the volume, and how many of its records come before the chunk.
    pub(crate) first: LeafIndex,
    pub(crate) before: u32,
    /// Leaves before this one are passed over.
    pub(crate) from: LeafIndex,
}

impl Chunk {
    /// Number of the volume.
    pub fn volume(&self) -> u64 {
        self.volume
    }

    /// Path of the volume.
    pub fn path(&self) -> &std::path::Path {
        &self.path
    }

    /// Where it starts in the volume, in bytes.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Length in bytes.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// The frames as they are in the volume.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Whether there is nothing in it, as before the first use.
    pub fn is_empty(&self) -> bool {
        self.bytes.is_empty()
    }

    /// Everything in the chunk with its position in the volume; ends after the first error.
    pub fn items(&self) -> Items<'_> {
        let frames = Frames::new(&self.bytes, self.offset);
        Items { chunk: self, frames, next: self.before }
    }

    /// The items before position `end` again: their checksums were verified when the chunk was hashed.
    pub(crate) fn items_again(&self, end: Option<u64>) -> Items<'_> {
        let len = end.map_or(self.bytes.len(), |end| (end - self.offset) as usize); // a position in this chunk
        Items { chunk: self, frames: Frames::after(&self.bytes[..len], self.offset, len), next: self.before }
    }

    /// The records alone.
    pub fn records(&self) -> impl Iterator<Item = Result<RecordRef<'_>, LogError>> {
        self.items().filter_map(|item| match item {
            Ok((_, Item::Record(record))) => Some(Ok(record)),
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
    }

    /// Calls `each` for the records in order.
    ///
    /// # Errors
    /// The first damage with its place; what `each` refuses.
    #[inline]
    pub fn for_each_record<'c, E: From<LogError>>(
        &'c self,
        mut each: impl FnMut(RecordRef<'c>) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut items = self.items();
        while let Some((offset, frame)) = items.frames.next() {
            let frame = frame.map_err(|what| self.damaged(offset, what))?;
            if frame.kind != Kind::Record {
                items.read(offset, &frame).map_err(|what| self.damaged(offset, what))?;
                continue;
            }
            let record = items.record(offset, frame.payload).map_err(|what| self.damaged(offset, what))?;
            if record.leaf() >= self.from {
                each(record)?;
            }
        }
        Ok(())
    }

    /// An error at a position of the chunk's volume.
    pub fn damaged(&self, offset: u64, what: Damage) -> LogError {
        damaged(&self.path, offset, what)
    }
}

/// The frames of a chunk.
pub struct Items<'a> {
    chunk: &'a Chunk,
    frames: Frames<'a>,
    next: u32,
}

impl<'a> Items<'a> {
    #[inline]
    fn record(&mut self, offset: u64, payload: &'a [u8]) -> Result<RecordRef<'a>, Damage> {
        let (first, index) = (self.chunk.first, self.next);
        let record = match RecordRef::parse_plain(payload, offset, first, index) {
            Some(record) => record,
            None => RecordRef::parse(payload, offset, first, index)?,
        };
        self.next += 1;
        Ok(record)
    }

    #[inline]
    fn read(&mut self, offset: u64, frame: &Frame<'a>) -> Result<Option<Item<'a>>, Damage> {
        let payload = frame.payload;
        Ok(Some(match frame.kind {
            Kind::Record => match self.record(offset, payload)? {
                record if record.leaf() < self.chunk.from => return Ok(None),
                record => Item::Record(record),
            },
            Kind::Commit => Item::Commit(CommitRef::parse(payload, offset)?),
            Kind::VolumeHead if offset == 0 => Item::Head(Box::new(VolumeHead::parse(payload)?)),
            Kind::End => Item::End(VolumeEnd::parse(payload)?),
            other => return Err(Damage::FrameKind { got: other as u8, expected: "a frame of a volume" }),
        }))
    }
}

impl<'a> Items<'a> {
    /// The next item and where it stands; nothing comes after damage.
    #[inline]
    pub(crate) fn read_next(&mut self) -> Option<(u64, Result<Item<'a>, Damage>)> {
        loop {
            let (offset, frame) = self.frames.next()?;
            match frame.and_then(|frame| self.read(offset, &frame)) {
                Ok(Some(item)) => return Some((offset, Ok(item))),
                Ok(None) => {}
                Err(what) => {
                    self.frames = Frames::new(&[], offset);
                    return Some((offset, Err(what)));
                }
            }
        }
    }
}

impl<'a> Iterator for Items<'a> {
    type Item = Result<(u64, Item<'a>), LogError>;

    #[inline]
    fn next(&mut self) -> Option<Self::Item> {
        let (offset, item) = self.read_next()?;
        Some(item.map(|item| (offset, item)).map_err(|what| self.chunk.damaged(offset, what)))
    }
}
