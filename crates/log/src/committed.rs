//! Where readers take the log to end.

use socai_tlog::{Hash, LeafIndex, TreeSize};

use crate::{
    checkpoint, derived, disk,
    error::{Damage, LogError},
    frame::{Frame, Kind},
    reader::{Reader, damaged, read_frame},
    volume::{CommitRef, Cursor, VolumeHead, origin_mark, volume_path},
    walk::{Frames, Stop, Walk},
};

/// The end of the log as a reader may rely on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// Number of entries.
    pub size: TreeSize,
    /// Root of the tree over them.
    pub root: Hash,
    /// The checkpoint, a note signed by the log. A reader holds no key: verify it with one from elsewhere.
    pub checkpoint: Vec<u8>,
    /// How far the broker's stream is in the log.
    pub cursor: Cursor,
    /// The volume that goes on from here.
    pub volume: u64,
    /// Where the next batch starts in it: behind the last commit, its end frame or its head, in bytes.
    pub end: u64,
}

impl Reader {
    /// The newest commit that was published.
    ///
    /// That is the one the file `checkpoint` names, which is replaced only after the commit's sync. When that file is missing, damaged
    /// or not a commit of this log, it is the last commit that the volumes lead up to. A reader of [`Reader::open_up_to`] has the end that it was given.
    ///
    /// # Errors
    /// The file is there and cannot be read; [`LogError::Ahead`] when it names a later commit of this log than its volumes lead up to: committed
    /// records are lost.
    pub fn committed(&self) -> Result<Committed, LogError> {
        if let Some(end) = &self.shared.end {
            return Ok(end.clone());
        }
        let note = disk::read_if_there(&derived::checkpoint_path(self.dir()))?.unwrap_or_default();
        if let Some(newest) = self.cache().newest.as_ref().filter(|newest| newest.checkpoint == note) {
            return Ok(newest.clone());
        }
        let found = match self.published(&note) {
            Some(found) => found,
            None => self.not_behind(&note, self.last_commit()?)?,
        };
        self.cache().newest = Some(found.clone());
        Ok(found)
    }

    /// The last commit of the volumes, unless the published one is later: a log that was cut short is no smaller log.
    fn not_behind(&self, note: &[u8], found: Committed) -> Result<Committed, LogError> {
        let Some(stated) = checkpoint::stated(note) else { return Ok(found) };
        let is_ours = self.volume_head(0)?.origin == origin_mark(&stated.origin);
        if stated.size <= found.size || !is_ours {
            return Ok(found);
        }
        let checkpoint = derived::checkpoint_path(self.dir());
        let volume = volume_path(self.dir(), found.volume);
        Err(LogError::Ahead {
            checkpoint,
            published: stated.size,
            found: found.size,
            volume,
            offset: found.end,
        })
    }

    /// The file `checkpoint` as it is, unverified: compare with [`Reader::committed`].
    pub fn checkpoint_file(&self) -> Result<Vec<u8>, LogError> {
        let path = derived::checkpoint_path(self.dir());
        std::fs::read(&path).map_err(|source| disk::read_failed(&path, None, source))
    }

    /// Whether this is the note of the newest commit that can be read, or of a later one than any read before.
    pub(crate) fn is_commit(&self, note: &[u8]) -> bool {
        let known = self.cache().newest.as_ref().map(|newest| newest.size);
        self.published(note).is_some_and(|commit| known.is_none_or(|known| commit.size >= known))
    }

    /// The commit with exactly this note, found by way of the derived files.
    pub(crate) fn published(&self, note: &[u8]) -> Option<Committed> {
        let size = checkpoint::stated(note)?.size;
        let (volume, offset) = match size.0.checked_sub(1) {
            None => (0, 0),
            Some(last) => self.frame_of(LeafIndex(last)).ok()?,
        };
        let commit = self.commit_after(volume, offset).ok()??;
        (commit.checkpoint == note).then_some(commit)
    }

    /// The last of the commits that follow the frame at `offset`, over the end of a volume too.
    fn commit_after(&self, mut volume: u64, offset: u64) -> Result<Option<Committed>, LogError> {
        let (mut file, mut path) = self.volume_file(volume)?;
        let mut bytes = Vec::new();
        let mut at = offset + read_frame(&file, &path, offset, &mut bytes)?.encoded_len() as u64;
        let mut found: Option<Committed> = None;
        while let Ok(frame) = read_frame(&file, &path, at, &mut bytes) {
            let end = at + frame.encoded_len() as u64;
            match (frame.kind, &mut found) {
                (Kind::Commit, _) => {
                    let commit =
                        CommitRef::parse(frame.payload, at).map_err(|what| damaged(&path, at, what))?;
                    found = committed(&commit, volume, end);
                }
                (Kind::End | Kind::VolumeHead, Some(found)) => (found.volume, found.end) = (volume, end),
                _ => break,
            }
            let ended = frame.kind == Kind::End && self.has_volume(volume + 1);
            at = if ended { 0 } else { end };
            if ended {
                volume += 1;
                (file, path) = self.volume_file(volume)?;
            }
        }
        Ok(found)
    }

    /// The last commit by reading the newest volume, or the checkpoint of its head.
    fn last_commit(&self) -> Result<Committed, LogError> {
        let volume = self.newest_volume();
        self.volume_head(volume)?;
        let (file, path) = self.volume_file(volume)?;
        let mut found: Option<Committed> = None;
        let mut walk = Walk::new(file, path.clone(), 0)?;
        let mut piece = Vec::new();
        loop {
            let start = walk.offset();
            match walk.next(&mut piece, |_| true)? {
                Some(Stop::End | Stop::Refused | Stop::Broken(_)) => break,
                None => {}
            }
            let mut frames = Frames::new(&piece, start);
            let mut whole = true;
            while let (true, Some((offset, parsed))) = (whole, frames.next()) {
                whole = parsed.is_ok();
                if let Ok(frame) = parsed {
                    found = ends_with(&frame, volume, offset, found);
                }
            }
            if !whole {
                break;
            }
        }
        let nothing = Damage::FrameKind { got: 0, expected: "a commit, or a head with a checkpoint" };
        found.ok_or_else(|| damaged(&path, 0, nothing))
    }
}

/// A commit whose note states the size of its frame.
fn committed(commit: &CommitRef<'_>, volume: u64, end: u64) -> Option<Committed> {
    let stated = checkpoint::stated(commit.checkpoint)?;
    (stated.size == commit.size).then(|| Committed {
        size: stated.size,
        root: stated.root,
        checkpoint: commit.checkpoint.to_vec(),
        cursor: commit.cursor,
        volume,
        end,
    })
}

/// The newest commit after a frame: its own, for a head the one before, or the same with the end behind an end frame.
pub(crate) fn ends_with(
    frame: &Frame<'_>,
    volume: u64,
    offset: u64,
    found: Option<Committed>,
) -> Option<Committed> {
    let end = offset + frame.encoded_len() as u64;
    let newer = match frame.kind {
        Kind::Commit => CommitRef::parse(frame.payload, offset).ok().and_then(|c| committed(&c, volume, end)),
        Kind::VolumeHead => VolumeHead::parse(frame.payload).ok().and_then(|head| {
            let (size, cursor, checkpoint) = (TreeSize(head.first.0), head.cursor, &head.checkpoint[..]);
            committed(&CommitRef { offset, start: offset, size, cursor, checkpoint }, volume, end)
        }),
        Kind::End => return found.map(|found| Committed { end, ..found }),
        _ => None,
    };
    newer.or(found)
}
