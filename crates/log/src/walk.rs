//! Reading a framed file from a position in large pieces that end between frames.

use std::{fs::File, path::PathBuf, sync::Arc};

use crate::{
    disk,
    error::{Damage, LogError},
    frame,
};

/// Bytes read at once: some of them fit the second-level cache together, and the system reads ahead anyway.
const PIECE: usize = 256 << 10;

/// A position in a framed file.
pub(crate) struct Walk {
    file: Arc<File>,
    path: Arc<PathBuf>,
    offset: u64,
    end: u64,
}

/// Why a walk has no more pieces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Stop {
    /// The file ends after a frame.
    End,
    /// The next frame was refused.
    Refused,
    /// What stands at the walk's position cannot be a whole frame.
    Broken(Damage),
}

impl Walk {
    /// Starts at `offset`; the file is read up to the length it has now.
    pub(crate) fn new(file: Arc<File>, path: Arc<PathBuf>, offset: u64) -> Result<Self, LogError> {
        let end = disk::file_len(&file, &path)?;
        Ok(Walk { file, path, offset, end })
    }

    /// Reads no further than `end`.
    pub(crate) fn until(mut self, end: u64) -> Self {
        self.end = self.end.min(end);
        self
    }

    /// Where the next piece starts.
    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    pub(crate) fn path(&self) -> &Arc<PathBuf> {
        &self.path
    }

    /// Replaces `piece` by the next whole frames, as far as lengths tell: checksums are for the reader of the piece.
    ///
    /// `take` is asked with each frame's kind byte; the piece ends before the first that it refuses. When `piece` is left
    /// empty the answer says why.
    pub(crate) fn next(
        &mut self,
        piece: &mut Vec<u8>,
        mut take: impl FnMut(u8) -> bool,
    ) -> Result<Option<Stop>, LogError> {
        let left = self.end.saturating_sub(self.offset);
        if left == 0 {
            piece.clear();
            return Ok(Some(Stop::End));
        }
        self.read(piece, left.min(PIECE as u64) as usize)?;
        match frame::stated_len(piece) {
            Some(len) if len as u64 > left || len > frame::OVERHEAD + frame::MAX_PAYLOAD => {
                return Ok(Some(self.broken(piece, left)));
            }
            None => return Ok(Some(self.broken(piece, left))),
            Some(len) if len > piece.len() => self.read(piece, len)?,
            Some(_) => {}
        }
        let whole = whole_frames(piece, &mut take);
        piece.truncate(whole);
        self.offset += whole as u64;
        Ok(if whole == 0 { Some(Stop::Refused) } else { None })
    }

    fn read(&self, piece: &mut Vec<u8>, len: usize) -> Result<(), LogError> {
        piece.resize(len, 0);
        disk::read_at(&self.file, &self.path, piece, self.offset)
    }

    /// Names what is wrong with a frame that starts with `piece` and has `left` bytes up to the end of the file.
    fn broken(&self, piece: &mut Vec<u8>, left: u64) -> Stop {
        let need = frame::stated_len(piece).unwrap_or(frame::OVERHEAD);
        piece.clear();
        let limit = (frame::OVERHEAD + frame::MAX_PAYLOAD) as u64;
        if need as u64 > limit {
            return Stop::Broken(Damage::FrameLength { got: need as u64, limit });
        }
        Stop::Broken(Damage::Truncated { need: need as u64, have: left })
    }
}

/// Length of the whole frames at the start of `bytes` that `take` accepts.
fn whole_frames(bytes: &[u8], take: &mut impl FnMut(u8) -> bool) -> usize {
    let mut at = 0;
    while let Some(len) = frame::stated_len(&bytes[at..]) {
        let end = at + len;
        if end > bytes.len() || !take(bytes[at + 4]) {
            break;
        }
        at = end;
    }
    at
}

/// The frames of a piece with their positions in the file; ends after the first that does not hold.
pub(crate) struct Frames<'a> {
    bytes: &'a [u8],
    offset: u64,
    /// How many of the bytes are frames whose checksums hold.
    verified: usize,
}

/// Bytes of frames whose checksums are verified before they are read: they are still in the first-level cache then.
const TOGETHER: usize = 4 << 10;

impl<'a> Frames<'a> {
    /// Frames of `bytes`, which start at `offset` of their file.
    pub(crate) fn new(bytes: &'a [u8], offset: u64) -> Self {
        Frames { bytes, offset, verified: 0 }
    }

    /// The same when the checksums of so many bytes were verified before.
    pub(crate) fn after(bytes: &'a [u8], offset: u64, verified: usize) -> Self {
        Frames { bytes, offset, verified }
    }

    /// Length of the next few frames, up to the first that does not hold; nothing when that is the first, or near it.
    fn verify(&self) -> usize {
        let mut len = 0;
        while len < TOGETHER {
            match frame::verified_len(&self.bytes[len..]) {
                Some(next) => len += next,
                None => break,
            }
        }
        len
    }

    /// The next frame and where it starts.
    #[inline]
    pub(crate) fn next(&mut self) -> Option<(u64, Result<frame::Frame<'a>, Damage>)> {
        if self.bytes.is_empty() {
            return None;
        }
        let offset = self.offset;
        if self.verified == 0 {
            self.verified = self.verify();
        }
        let parsed =
            if self.verified > 0 { frame::parse_again(self.bytes) } else { frame::parse(self.bytes) };
        let len = parsed.as_ref().map_or(self.bytes.len(), frame::Frame::encoded_len);
        self.verified = self.verified.saturating_sub(len);
        self.bytes = &self.bytes[len..];
        self.offset += len as u64;
        Some((offset, parsed))
    }
}
