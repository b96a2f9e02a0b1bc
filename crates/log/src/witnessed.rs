//! The checkpoints that witnesses cosigned, one behind the other: `witnessed` beside the log (`proto/README.md`, Witnessed checkpoints).
//!
//! It is not derived from anything: a cosignature states when a witness saw a tree, and nobody can make it again. So each note is synced. It may
//! still be lost without harm to the log: what is lost are others' statements about it. Nothing of it is believed; who reads it verifies it.

use std::{
    fs::File,
    path::{Path, PathBuf},
};

use socai_tlog::{MAX_NOTE_LEN, Origin, TreeSize};

use crate::{
    checkpoint,
    disk::{self, Disk, DiskFile},
    error::{Damage, LogError},
    frame::{self, BEFORE_PAYLOAD, Frame, Kind, OVERHEAD, Parts},
    reader::damaged,
    volume::origin_mark,
};

const MAGIC: &[u8; 8] = b"socaiwit";
const VERSION: u16 = 1;
/// The longest frame there can be.
const MAX_FRAME: usize = MAX_NOTE_LEN + OVERHEAD;
/// The most bytes that are kept: three years of a note of 650 bytes, with three cosignatures, in every minute of day and night.
pub const MAX_WITNESSED: u64 = 1 << 30;

/// Whose file it is.
fn head(origin: &Origin) -> Vec<u8> {
    let mut bytes = Vec::new();
    frame::push(&mut bytes, Kind::WitnessedHead, |payload| {
        payload.extend(MAGIC);
        payload.extend(VERSION.to_be_bytes());
        payload.extend(origin_mark(origin).0);
    });
    bytes
}

fn check_head(frame: &Frame<'_>, origin: &Origin) -> Result<(), Damage> {
    let what = "the head of a file of witnessed checkpoints of this ledger";
    let mut parts = Parts::new(frame.payload, what);
    let is_ours = frame.kind == Kind::WitnessedHead
        && parts.array::<8>()? == MAGIC
        && parts.u16()? == VERSION
        && *parts.array::<32>()? == origin_mark(origin).0;
    if is_ours { parts.end() } else { Err(Damage::Layout(what)) }
}

/// Reads the notes in the order they were kept.
pub struct WitnessedNotes {
    file: File,
    path: PathBuf,
    origin: Origin,
    offset: u64,
    len: u64,
    bytes: Vec<u8>,
    torn: bool,
}

impl WitnessedNotes {
    /// Opens the file of a ledger; `None` when there is none.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn open(path: &Path, origin: &Origin) -> Result<Option<Self>, LogError> {
        let Some(file) = disk::open_read(path)? else { return Ok(None) };
        let len = disk::file_len(&file, path)?;
        let (path, origin) = (path.to_owned(), origin.clone());
        Ok(Some(WitnessedNotes { file, path, origin, offset: 0, len, bytes: Vec::new(), torn: false }))
    }

    /// The next note as it was kept, nothing of it verified but the frame's checksum; `None` at the end or before a torn frame.
    ///
    /// # Errors
    /// Damage: a frame that does not hold although others follow, or another ledger's file; the file cannot be read.
    pub fn next_note(&mut self) -> Result<Option<&[u8]>, LogError> {
        loop {
            let Some(kind) = self.frame()? else { return Ok(None) };
            if kind == Kind::Cosigned {
                // `frame` parsed it: kind, payload and checksum are all there
                return Ok(Some(&self.bytes[BEFORE_PAYLOAD..self.bytes.len() - 4]));
            }
        }
    }

    /// Where the whole frames end that were read.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Whether a frame that a crash tore stands there.
    #[must_use]
    pub fn is_torn(&self) -> bool {
        self.torn
    }

    /// Reads one frame into `bytes`, moves behind it and gives its kind.
    fn frame(&mut self) -> Result<Option<Kind>, LogError> {
        let left = self.len - self.offset;
        if left == 0 || self.torn {
            return Ok(None);
        }
        let mut start = [0; 4];
        let got = disk::read_up_to(&self.file, &mut start, self.offset)
            .map_err(|source| disk::read_failed(&self.path, Some(self.offset), source))?;
        let stated = frame::stated_len(&start[..got]).unwrap_or(MAX_FRAME);
        self.bytes.resize(stated.min(MAX_FRAME).min(left as usize), 0);
        disk::read_at(&self.file, &self.path, &mut self.bytes, self.offset)?;
        let parsed = frame::parse(&self.bytes).and_then(|frame| {
            match (self.offset, frame.kind) {
                (0, _) => check_head(&frame, &self.origin)?,
                (_, Kind::Cosigned) => {}
                (_, other) => {
                    return Err(Damage::FrameKind { got: other as u8, expected: "a cosigned checkpoint" });
                }
            }
            Ok(frame.kind)
        });
        match parsed {
            Ok(kind) => {
                self.offset += self.bytes.len() as u64;
                Ok(Some(kind))
            }
            // each frame was synced before the next was written: one that does not hold is torn only at the end
            Err(Damage::Checksum { .. } | Damage::Truncated { .. }) if stated as u64 >= left => {
                self.torn = true;
                Ok(None)
            }
            Err(what) => Err(damaged(&self.path, self.offset, what)),
        }
    }
}

/// The file, to be appended to.
pub struct WitnessedFile {
    file: DiskFile,
    end: u64,
    last: Option<Vec<u8>>,
}

impl WitnessedFile {
    /// Opens or begins the file of a ledger. A torn end is cut. A file that is damaged otherwise is put aside, as `witnessed.damaged`, and
    /// begun anew; the second value says why.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn open(path: &Path, origin: &Origin, disk: &Disk) -> Result<(Self, Option<LogError>), LogError> {
        let (mut end, mut last, mut damage) = (0, None, None);
        if let Some(mut notes) = WitnessedNotes::open(path, origin)? {
            loop {
                match notes.next_note() {
                    Ok(Some(note)) => last = Some(note.to_vec()),
                    Ok(None) => break,
                    Err(error) if error.is_damage() => {
                        damage = Some(error);
                        break;
                    }
                    Err(error) => return Err(error),
                }
            }
            end = notes.offset();
        }
        if damage.is_some() {
            disk.rename(path, &path.with_extension("damaged"))?;
        }
        if end == 0 || damage.is_some() {
            let head = head(origin);
            let file = disk.create(path, &head)?;
            return Ok((WitnessedFile { file, end: head.len() as u64, last: None }, damage));
        }
        let file = disk.open(path)?;
        if file.len()? > end {
            file.set_len(end)?;
            file.sync()?;
        }
        Ok((WitnessedFile { file, end, last }, None))
    }

    /// The note that was kept last.
    #[must_use]
    pub fn last(&self) -> Option<&[u8]> {
        self.last.as_deref()
    }

    /// Whether there is no room for more.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.end >= MAX_WITNESSED
    }

    /// Puts a note behind the others and syncs. Of one that is longer than a note can be, or when there is no room, nothing is kept.
    ///
    /// # Errors
    /// The file system refuses; what was written of the note is written over next time.
    pub fn keep(&mut self, note: &[u8]) -> Result<(), LogError> {
        if note.len() > MAX_NOTE_LEN || self.is_full() {
            return Ok(());
        }
        let mut bytes = Vec::with_capacity(note.len() + OVERHEAD);
        frame::push(&mut bytes, Kind::Cosigned, |payload| payload.extend(note));
        self.file.write_at(&bytes, self.end)?;
        self.file.sync()?;
        self.end += bytes.len() as u64;
        self.last = Some(note.to_vec());
        Ok(())
    }

    /// Where the next note will stand, in bytes.
    #[must_use]
    pub fn end(&self) -> u64 {
        self.end
    }

    /// Puts bytes that were copied from `end` on of another such file of the ledger behind this one's, as far as they are whole frames with notes of trees
    /// up to `size`; how many bytes that were.
    ///
    /// # Errors
    /// The file system refuses.
    pub fn take(&mut self, copied: &[u8], size: TreeSize) -> Result<usize, LogError> {
        let (mut whole, mut last) = (0, None);
        while let Ok(frame) = frame::parse(&copied[whole..])
            && frame.kind == Kind::Cosigned
            && frame.encoded_len() <= MAX_FRAME
            && checkpoint::stated(frame.payload).is_some_and(|stated| stated.size <= size)
            && self.end + (whole as u64) < MAX_WITNESSED
        {
            whole += frame.encoded_len();
            last = Some(frame.payload.to_vec());
        }
        if let Some(last) = last {
            self.file.write_at(&copied[..whole], self.end)?;
            self.file.sync()?;
            self.end += whole as u64;
            self.last = Some(last);
        }
        Ok(whole)
    }
}

#[cfg(test)]
#[path = "witnessed_tests.rs"]
mod tests;
