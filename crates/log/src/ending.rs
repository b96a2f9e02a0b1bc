//! Where a log ends by its volumes alone, and what stands behind.
//!
//! [`Reader::committed`] relies on the file `checkpoint`, as readers beside a writer must. Who verifies a log that nobody writes to
//! reads on from there: to a commit that was not published any more, to a batch that a crash left, or to damage.

use std::sync::Arc;

use socai_tlog::{TreeSize, empty_root};

use crate::{
    committed::{Committed, ends_with},
    disk,
    error::{Damage, LogError},
    frame::{Frame, Kind},
    reader::{Reader, damaged},
    scan::{Scan, Tail, Target},
    tail::{self, Ends},
    volume::{CommitRef, Cursor, VolumeHead, numbered, volume_path},
    walk::{Frames, Stop, Walk},
};

/// The end of a log that nobody writes to.
#[derive(Clone, Debug)]
pub struct Ending {
    /// The last commit that whole frames lead up to.
    pub committed: Committed,
    /// Bytes behind it in its volume.
    pub tail: Option<Tail>,
    /// The first thing behind it that is damaged; `None` when the files end between two frames.
    pub damage: Option<LogError>,
}

impl Committed {
    /// Before the first frame of a log.
    pub fn nothing() -> Self {
        Committed {
            size: TreeSize(0),
            root: empty_root(),
            checkpoint: Vec::new(),
            cursor: Cursor::default(),
            volume: 0,
            end: 0,
        }
    }
}

/// A head stands at the start of a volume, nowhere else, and can be read: what is behind the last commit may be nothing but a head.
fn check_head(frame: &Frame<'_>, at: u64) -> Result<(), Damage> {
    match (at, frame.kind) {
        (0, Kind::VolumeHead) => VolumeHead::parse(frame.payload).map(drop),
        (0, other) => Err(Damage::FrameKind { got: other as u8, expected: "the head of a volume" }),
        (_, Kind::VolumeHead) => {
            Err(Damage::FrameKind { got: Kind::VolumeHead as u8, expected: "no second head of a volume" })
        }
        _ => Ok(()),
    }
}

impl Reader {
    /// Reads on behind `from`, a commit of this log or [`Committed::nothing`], as far as frames are whole. Checksums are verified and
    /// nothing else.
    ///
    /// # Errors
    /// A file cannot be read. Damage is part of the answer.
    pub fn ending(&self, from: Committed) -> Result<Ending, LogError> {
        let mut committed = from;
        let damage = match self.read_on(&mut committed) {
            Ok(()) => None,
            Err(error) if error.is_damage() => Some(error),
            Err(error) => return Err(error),
        };
        let (file, path) = self.volume_file(committed.volume)?;
        let (offset, len) = (committed.end, disk::file_len(&file, &path)?);
        let tail = (len > offset).then(|| Tail { path: path.to_path_buf(), offset, len: len - offset });
        Ok(Ending { committed, tail, damage })
    }

    /// Moves `found` on over whole frames; the error is why they end before the files do.
    fn read_on(&self, found: &mut Committed) -> Result<(), LogError> {
        let (mut volume, mut offset) = (found.volume, found.end);
        let mut ended = offset > 0; // perhaps behind an end frame: the scan up to here would have refused a missing one
        loop {
            let (file, path) = self.volume_file(volume)?;
            let mut walk = Walk::new(file, path.clone(), offset)?;
            let mut piece = Vec::new();
            loop {
                let start = walk.offset();
                match walk.next(&mut piece, |_| true)? {
                    Some(Stop::Broken(what)) => return Err(damaged(&path, start, what)),
                    Some(Stop::End | Stop::Refused) => break,
                    None => {}
                }
                let mut frames = Frames::new(&piece, start);
                while let Some((at, parsed)) = frames.next() {
                    let frame = parsed.map_err(|what| damaged(&path, at, what))?;
                    check_head(&frame, at).map_err(|what| damaged(&path, at, what))?;
                    ended = frame.kind == Kind::End;
                    if let Some(newer) = ends_with(&frame, volume, at, Some(found.clone())) {
                        *found = newer;
                    }
                    if at == 0 && volume > 0 && found.volume != volume {
                        let what = Damage::Layout("the checkpoint in the volume's head");
                        return Err(damaged(&path, at, what));
                    }
                }
            }
            if walk.offset() == 0 {
                // a volume takes its name only with its head on the disk
                let (need, have) = (crate::frame::OVERHEAD as u64, 0);
                return Err(damaged(&path, 0, Damage::Truncated { need, have }));
            }
            if !self.has_volume(volume + 1) {
                return self.no_gap_behind(volume);
            }
            if !ended {
                let expected = "the end frame of a volume that has a successor";
                return Err(damaged(&path, walk.offset(), Damage::FrameKind { got: 0, expected }));
            }
            (volume, offset, ended) = (volume + 1, 0, false);
        }
    }

    /// A volume that is missing is told by one behind it.
    fn no_gap_behind(&self, volume: u64) -> Result<(), LogError> {
        let numbers = numbered(&self.dir().join("volumes"), "vol")?;
        match numbers.iter().any(|number| *number > volume) {
            true => Err(damaged(&volume_path(self.dir(), volume + 1), 0, Damage::Missing)),
            false => Ok(()),
        }
    }

    /// Every frame of every volume up to `end`, which [`Reader::committed`] or [`Reader::ending`] gave.
    ///
    /// # Errors
    /// The first volume cannot be read.
    pub fn every_frame(&self, end: &Committed) -> Result<Scan, LogError> {
        Scan::volumes(self.clone(), 0, Target::within(end.size, end))
    }

    /// Whether the damage of an ending is in bytes that were on the disk once, so that it is no torn write: a later commit whose
    /// note `is_own` knows stands behind it.
    ///
    /// # Errors
    /// The volume cannot be read.
    pub fn was_synced(&self, ending: &Ending, is_own: impl Fn(&[u8]) -> bool) -> Result<bool, LogError> {
        let Some(LogError::Damaged { path, offset, what }) = &ending.damage else { return Ok(false) };
        let (file, volume) = self.volume_file(ending.committed.volume)?;
        if **path != **volume {
            return Ok(true); // the volume before was sealed, so this one was there whole
        }
        let ends = Ends {
            closed: ending.committed.end,
            batch: ending.committed.end,
            closing: None,
            damage: Some((*offset, (**what).clone())),
            len: disk::file_len(&file, &volume)?,
        };
        let size = ending.committed.size;
        tail::was_synced(&Arc::clone(&file), &volume, &ends, |frame: &Frame<'_>| {
            let commit = CommitRef::parse(frame.payload, 0).ok().filter(|_| frame.kind == Kind::Commit)?;
            (commit.size > size && is_own(commit.checkpoint)).then_some(commit.start)
        })
    }
}
