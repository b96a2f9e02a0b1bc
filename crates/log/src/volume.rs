//! The frames of a volume besides its records: head, commit, end; and where volumes lie.
//!
//! Layouts: `proto/README.md`, Volume.

use std::path::{Path, PathBuf};

use socai_tlog::{ChainHead, Digest, Frontier, Hash, LeafIndex, Link, Origin, TreeSize, UnitNo, UnitSeq};

use crate::{
    error::{Damage, LogError},
    frame::{self, Kind, Parts},
};

/// Records in a volume before it is sealed: a volume of 206-byte facts has about 330 MB, and recovery
/// re-hashes it in about a second.
pub const VOLUME_RECORDS: u32 = 1 << 20;

const MAGIC: [u8; 8] = *b"socaivol";
const VERSION: u16 = 1;

/// How far the operator has read the broker's stream. Both zero before the first message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// When the stream was created, nanoseconds since 1970 UTC: another time is another stream.
    pub stream_created_ns: u64,
    /// Sequence of the last message that was processed.
    pub stream_seq: u64,
}

/// The state before a volume's first record: everything that recovery needs to read this volume alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VolumeHead {
    /// BLAKE3 of the origin's text: whose volume this is.
    pub origin: Digest,
    /// Number of the volume, from 0.
    pub volume: u64,
    /// Leaf index of its first record, which is also the size of the tree before it.
    pub first: LeafIndex,
    /// Time of the last entry before, milliseconds since 1970 UTC.
    pub received_at_ms: u64,
    /// Length of the derived file `entries` before, in bytes.
    pub entries_len: u64,
    /// Cursor of the commit before.
    pub cursor: Cursor,
    /// The tree before.
    pub frontier: Frontier,
    /// Head of every unit that has a record before, by number.
    pub heads: Vec<(UnitNo, ChainHead)>,
    /// Checkpoint of the commit before, a signed note; empty in volume 0.
    pub checkpoint: Vec<u8>,
}

/// A commit as read from a volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommitRef<'a> {
    /// Position of the frame in its volume, in bytes.
    pub offset: u64,
    /// Where its batch starts in the volume, in bytes: everything before was synced when this was written.
    pub start: u64,
    /// The tree it commits.
    pub size: TreeSize,
    /// How far the broker's stream is in it.
    pub cursor: Cursor,
    /// The checkpoint, a signed note.
    pub checkpoint: &'a [u8],
}

/// The last frame of a sealed volume.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VolumeEnd {
    /// The tree after its last record.
    pub size: TreeSize,
    /// Root of that tree.
    pub root: Hash,
}

/// Path of volume `number` of the log in `dir`.
pub(crate) fn volume_path(dir: &Path, number: u64) -> PathBuf {
    dir.join("volumes").join(format!("{number:010}.vol"))
}

/// Numbers of the files `NNNNNNNNNN.<extension>` in `dir`, ascending; a missing directory has none.
pub(crate) fn numbered(dir: &Path, extension: &str) -> Result<Vec<u64>, LogError> {
    let entries = match std::fs::read_dir(dir) {
        Ok(entries) => entries,
        Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(crate::disk::read_failed(dir, None, source)),
    };
    let mut numbers = Vec::new();
    for entry in entries {
        let name = entry.map_err(|source| crate::disk::read_failed(dir, None, source))?.file_name();
        let stem = name.to_str().and_then(|name| name.strip_suffix(extension)?.strip_suffix('.'));
        numbers.extend(stem.filter(|stem| stem.len() >= 10).and_then(|stem| stem.parse::<u64>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// BLAKE3 of the origin's text, by which files name their ledger.
pub(crate) fn origin_mark(origin: &Origin) -> Digest {
    Digest::of(origin.as_str().as_bytes())
}

impl VolumeHead {
    /// Appends the frame.
    pub(crate) fn push(&self, out: &mut Vec<u8>) -> usize {
        frame::push(out, Kind::VolumeHead, |out| {
            out.extend(MAGIC);
            out.extend(VERSION.to_be_bytes());
            out.extend(self.origin.0);
            for number in [self.volume, self.first.0, self.received_at_ms, self.entries_len] {
                out.extend(number.to_be_bytes());
            }
            push_cursor(out, self.cursor);
            let frontier = self.frontier.to_bytes();
            out.extend((frontier.len() as u16).to_be_bytes()); // at most 64 hashes
            out.extend(frontier);
            out.extend((self.heads.len() as u32).to_be_bytes());
            for (unit, head) in &self.heads {
                out.extend(unit.0.to_be_bytes());
                out.extend(head.next_seq.0.to_be_bytes());
                out.extend(head.link.0);
            }
            out.extend(&self.checkpoint);
        })
    }

    /// Reads the payload of a volume head frame.
    pub(crate) fn parse(payload: &[u8]) -> Result<Self, Damage> {
        let mut parts = Parts::new(payload, "a volume head");
        if *parts.array()? != MAGIC || parts.u16()? != VERSION {
            return Err(Damage::Layout("the magic or version of a volume head"));
        }
        let origin = Digest(*parts.array()?);
        let [volume, first, received_at_ms, entries_len] =
            [parts.u64()?, parts.u64()?, parts.u64()?, parts.u64()?];
        let cursor = read_cursor(&mut parts)?;
        let frontier = parts.u16()?;
        let frontier = parts.bytes(frontier.into())?;
        let frontier =
            Frontier::from_bytes(frontier).map_err(|_| Damage::Layout("the frontier of a volume head"))?;
        if frontier.size() != TreeSize(first) {
            return Err(Damage::Number {
                what: "the size of the frontier",
                got: frontier.size().0,
                expected: first,
            });
        }
        let heads = read_heads(&mut parts)?;
        let checkpoint = parts.rest().to_vec();
        let first = LeafIndex(first);
        Ok(VolumeHead {
            origin,
            volume,
            first,
            received_at_ms,
            entries_len,
            cursor,
            frontier,
            heads,
            checkpoint,
        })
    }
}

fn read_heads(parts: &mut Parts<'_>) -> Result<Vec<(UnitNo, ChainHead)>, Damage> {
    let count = parts.u32()?;
    let mut heads: Vec<(UnitNo, ChainHead)> = Vec::new();
    for _ in 0..count {
        let unit = UnitNo(parts.u32()?);
        if heads.last().is_some_and(|(last, _)| *last >= unit) {
            return Err(Damage::Layout("the order of units in a volume head"));
        }
        heads.push((unit, ChainHead { next_seq: UnitSeq(parts.u64()?), link: Link(*parts.array()?) }));
    }
    Ok(heads)
}

fn push_cursor(out: &mut Vec<u8>, cursor: Cursor) {
    out.extend(cursor.stream_created_ns.to_be_bytes());
    out.extend(cursor.stream_seq.to_be_bytes());
}

fn read_cursor(parts: &mut Parts<'_>) -> Result<Cursor, Damage> {
    Ok(Cursor { stream_created_ns: parts.u64()?, stream_seq: parts.u64()? })
}

/// Appends a commit frame.
pub(crate) fn push_commit(
    out: &mut Vec<u8>,
    start: u64,
    size: TreeSize,
    cursor: Cursor,
    checkpoint: &[u8],
) -> usize {
    frame::push(out, Kind::Commit, |out| {
        out.extend(start.to_be_bytes());
        out.extend(size.0.to_be_bytes());
        push_cursor(out, cursor);
        out.extend(checkpoint);
    })
}

impl<'a> CommitRef<'a> {
    pub(crate) fn parse(payload: &'a [u8], offset: u64) -> Result<Self, Damage> {
        let mut parts = Parts::new(payload, "a commit frame");
        let (start, size) = (parts.u64()?, TreeSize(parts.u64()?));
        Ok(CommitRef { offset, start, size, cursor: read_cursor(&mut parts)?, checkpoint: parts.rest() })
    }
}

impl VolumeEnd {
    /// Appends the frame.
    pub(crate) fn push(&self, out: &mut Vec<u8>) -> usize {
        frame::push(out, Kind::End, |out| {
            out.extend(self.size.0.to_be_bytes());
            out.extend(self.root.0);
        })
    }

    pub(crate) fn parse(payload: &[u8]) -> Result<Self, Damage> {
        let mut parts = Parts::new(payload, "an end frame");
        let end = VolumeEnd { size: TreeSize(parts.u64()?), root: Hash(*parts.array()?) };
        parts.end()?;
        Ok(end)
    }
}
