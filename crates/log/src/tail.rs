//! Where the last batch of a framed file ends, and what may be done with the bytes after it.
//!
//! A batch is a run of frames closed by one frame of a kind that says so (commit, seal, end, head). Nothing of a batch
//! is written before the batch before it was synced, so a closing frame with anything behind it was synced too.

use std::{fs::File, path::PathBuf, sync::Arc};

use crate::{
    disk::{self, DiskFile},
    error::{Damage, LogError},
    frame::{self, Frame, Kind},
    walk::{Frames, Stop, Walk},
};

/// A frame that closes a batch is shorter than this, except heads, which are not searched for.
const MAX_CLOSING: usize = 4 << 10;
/// Bytes looked at together when searching.
const PIECE: usize = 1 << 20;

/// The end of what a framed file holds, by checksums alone.
#[derive(Debug)]
pub(crate) struct Ends {
    /// End of the last closed batch that every frame before it leads up to.
    pub(crate) closed: u64,
    /// Start of that batch.
    pub(crate) batch: u64,
    /// Kind and start of the frame that closed it; `None` when not even the first batch is closed.
    pub(crate) closing: Option<(Kind, u64)>,
    /// Where reading ended before the end of the file, and why.
    pub(crate) damage: Option<(u64, Damage)>,
    /// Length of the file.
    pub(crate) len: u64,
}

/// Reads a whole file; `closes` tells the kinds that end a batch.
pub(crate) fn find(file: Arc<File>, path: Arc<PathBuf>, closes: fn(Kind) -> bool) -> Result<Ends, LogError> {
    let len = disk::file_len(&file, &path)?;
    let mut ends = Ends { closed: 0, batch: 0, closing: None, damage: None, len };
    let mut walk = Walk::new(file, path, 0)?;
    let mut piece = Vec::new();
    loop {
        let start = walk.offset();
        match walk.next(&mut piece, |_| true)? {
            Some(Stop::End | Stop::Refused) => return Ok(ends),
            Some(Stop::Broken(what)) => {
                ends.damage = Some((start, what));
                return Ok(ends);
            }
            None => {}
        }
        let mut frames = Frames::new(&piece, start);
        while let Some((offset, parsed)) = frames.next() {
            match parsed {
                Ok(frame) if closes(frame.kind) => ends.close(offset, &frame),
                Ok(_) => {}
                Err(what) => {
                    ends.damage = Some((offset, what));
                    return Ok(ends);
                }
            }
        }
    }
}

impl Ends {
    fn close(&mut self, offset: u64, frame: &Frame<'_>) {
        self.batch = self.closed;
        self.closed = offset + frame.encoded_len() as u64;
        self.closing = Some((frame.kind, offset));
    }

    /// Bytes after the last closed batch.
    pub(crate) fn tail(&self) -> u64 {
        self.len - self.closed
    }
}

/// Whether the damage that `ends` names is in bytes that were synced once, so that it is not a torn write.
///
/// That is so when a closing frame behind it has anything behind itself, or belongs to a later batch than the damaged one.
/// `start_of` gives where the batch of a closing frame starts, for frames that can be believed.
pub(crate) fn was_synced(
    file: &File,
    path: &std::path::Path,
    ends: &Ends,
    mut start_of: impl FnMut(&Frame<'_>) -> Option<u64>,
) -> Result<bool, LogError> {
    let mut piece = Vec::new();
    let mut offset = ends.damage.as_ref().map_or(ends.len, |(at, _)| at + 1);
    while offset < ends.len {
        piece.resize((ends.len - offset).min((PIECE + MAX_CLOSING) as u64) as usize, 0);
        disk::read_at(file, path, &mut piece, offset)?;
        for at in 0..piece.len().min(PIECE) {
            let Some(frame) = short_frame(&piece[at..]) else { continue };
            let end = offset + (at + frame.encoded_len()) as u64;
            let proves = |start| start > ends.closed || (start == ends.closed && end < ends.len);
            if start_of(&frame).is_some_and(proves) {
                return Ok(true);
            }
        }
        offset += PIECE as u64;
    }
    Ok(false)
}

/// A whole frame of at most [`MAX_CLOSING`] bytes at the start of `bytes`.
fn short_frame(bytes: &[u8]) -> Option<Frame<'_>> {
    match frame::stated_len(bytes) {
        Some(len) if len <= MAX_CLOSING => frame::parse(bytes).ok(),
        _ => None,
    }
}

/// Cuts what follows the last closed batch and makes that batch durable. Returns the number of bytes cut.
///
/// The batch is written again, byte for byte, because after a failed sync Linux may show bytes that never reached the disk
/// and call them clean. Every earlier batch was synced before this one was written.
pub(crate) fn settle(file: &DiskFile, ends: &Ends) -> Result<u64, LogError> {
    if ends.tail() > 0 {
        file.set_len(ends.closed)?;
    }
    let mut piece = Vec::new();
    let mut start = ends.batch;
    while start < ends.closed {
        piece.resize((ends.closed - start).min(PIECE as u64) as usize, 0);
        disk::read_at(file.file(), file.path(), &mut piece, start)?;
        file.write_at(&piece, start)?;
        start += piece.len() as u64;
    }
    file.sync()?;
    Ok(ends.tail())
}
