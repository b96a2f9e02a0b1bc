//! Receipts on disk: what the district proved, in the order it came.
//!
//! `receipts/<n>.receipts` holds frames of `u32` length, a protobuf `Receipt` and the first 8 bytes of its BLAKE3. What must not go back
//! is the newest checkpoint: the receipt that brings it is synced before it counts. The `checkpoint` file repeats it for people
//! and tools, and stands in when somebody removed the receipts; those are asked for again.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::{Path, PathBuf},
};

use bytes::Bytes;
use prost::Message as _;
use socai_proto::v1;
use socai_tlog::{ChainHead, Link, SignedCheckpoint, UnitSeq};

use crate::{
    dir::{FileError, UnitDir, make_dir, read_if_there, replace_unsynced, sync_dir},
    publisher::Proven,
    trust::Trust,
};

/// Bytes after which a new file is begun; a start reads the newest files only.
const FILE_LEN: u64 = 4 << 20;

/// The unit's receipts, open for more.
pub(crate) struct Receipts {
    dir: PathBuf,
    checkpoint: PathBuf,
    number: u64,
    file: File,
    len: u64,
}

/// What receipts and checkpoint say at a start.
pub(crate) struct Recorded {
    /// The end of what receipts prove of this journal.
    pub(crate) head: ChainHead,
    /// The newest verified checkpoint.
    pub(crate) newest: Option<SignedCheckpoint>,
    /// When the district received the last proven record, ms UTC.
    pub(crate) received_at_ms: Option<u64>,
}

impl Receipts {
    /// Opens the receipts and finds the newest one that is about this journal, whose links `link_of` tells.
    ///
    /// # Errors
    /// A file cannot be read or written.
    pub(crate) fn open(
        dir: &UnitDir,
        trust: &Trust,
        genesis: ChainHead,
        link_of: impl FnMut(UnitSeq) -> Option<Link>,
    ) -> Result<(Receipts, Recorded), FileError> {
        let recorded = read(dir, trust, genesis, link_of)?;
        let path = dir.receipts();
        make_dir(&path)?;
        let number = numbers(&path)?.last().copied().unwrap_or(0);
        let (file, len) = open_file(&path, number)?;
        let receipts = Receipts { dir: path, checkpoint: dir.checkpoint(), number, file, len };
        Ok((receipts, recorded))
    }

    /// Keeps a receipt. If its checkpoint is newer than the one held, it is on the disk when this returns.
    ///
    /// # Errors
    /// A file cannot be written; the checkpoint must not be trusted then.
    pub(crate) fn keep(&mut self, proven: &Proven) -> Result<(), FileError> {
        if self.len > FILE_LEN {
            self.number += 1;
            (self.file, self.len) = open_file(&self.dir, self.number)?;
        }
        let bytes = frame(&proven.receipt);
        self.len += bytes.len() as u64;
        let path = file_path(&self.dir, self.number);
        self.file.write_all(&bytes).map_err(FileError::at(&path))?;
        if proven.advances {
            self.file.sync_data().map_err(FileError::at(&path))?;
            replace_unsynced(&self.checkpoint, proven.checkpoint.to_string().as_bytes())?;
        }
        Ok(())
    }
}

/// What the files say, without writing anything.
pub(crate) fn read(
    dir: &UnitDir,
    trust: &Trust,
    genesis: ChainHead,
    mut link_of: impl FnMut(UnitSeq) -> Option<Link>,
) -> Result<Recorded, FileError> {
    let mut newest = read_if_there(&dir.checkpoint())?
        .and_then(|note| String::from_utf8(note).ok())
        .and_then(|note| trust.open_checkpoint(&note).ok());
    let mut looking = true;
    for number in numbers(&dir.receipts())?.into_iter().rev() {
        let bytes = read_if_there(&file_path(&dir.receipts(), number))?.unwrap_or_default();
        let (receipts, _) = frames(&bytes);
        for receipt in receipts.into_iter().rev() {
            if looking && let Ok(seen) = trust.open_checkpoint(&receipt.checkpoint) {
                looking = false; // checkpoints only grow
                newest = newest.filter(|held| held.size() > seen.size()).or(Some(seen));
            }
            let last = UnitSeq(receipt.last_seq);
            let link = link_of(last);
            if let Some(link) = link.filter(|link| link.as_ref() == receipt.head.as_ref()) {
                let head = ChainHead { next_seq: UnitSeq(last.0.saturating_add(1)), link };
                return Ok(Recorded { head, newest, received_at_ms: Some(receipt.received_at_ms) });
            }
        }
    }
    Ok(Recorded { head: genesis, newest, received_at_ms: None })
}

fn frame(receipt: &v1::Receipt) -> Vec<u8> {
    let content = receipt.encode_to_vec();
    let mut bytes = Vec::with_capacity(content.len() + 12);
    bytes.extend((content.len() as u32).to_be_bytes()); // a receipt is far below 4 GiB
    bytes.extend(&content);
    bytes.extend(&blake3::hash(&content).as_bytes()[..8]);
    bytes
}

/// The whole receipts at the beginning, and the bytes they take.
fn frames(bytes: &[u8]) -> (Vec<v1::Receipt>, usize) {
    let (mut receipts, mut at) = (Vec::new(), 0);
    while let Some((receipt, len)) = first_frame(&bytes[at..]) {
        receipts.push(receipt);
        at += len;
    }
    (receipts, at)
}

fn first_frame(bytes: &[u8]) -> Option<(v1::Receipt, usize)> {
    let (len, rest) = bytes.split_first_chunk::<4>()?;
    let len = u32::from_be_bytes(*len) as usize;
    let (content, rest) = rest.split_at_checked(len)?;
    let sum = rest.first_chunk::<8>()?;
    if blake3::hash(content).as_bytes()[..8] != *sum {
        return None;
    }
    let receipt = v1::Receipt::decode(Bytes::copy_from_slice(content)).ok()?;
    Some((receipt, 4 + len + 8))
}

/// Opens a file for more receipts, cutting what a crash left half.
fn open_file(dir: &Path, number: u64) -> Result<(File, u64), FileError> {
    let path = file_path(dir, number);
    let at = |cause| FileError { path: path.clone(), cause };
    let whole = frames(&read_if_there(&path)?.unwrap_or_default()).1 as u64;
    let file = OpenOptions::new().create(true).append(true).open(&path).map_err(at)?;
    file.set_len(whole).map_err(at)?;
    sync_dir(dir)?;
    Ok((file, whole))
}

fn file_path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:010}.receipts"))
}

fn numbers(dir: &Path) -> Result<Vec<u64>, FileError> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let mut numbers = Vec::new();
    for entry in fs::read_dir(dir).map_err(FileError::at(dir))? {
        let name = entry.map_err(FileError::at(dir))?.file_name();
        let number =
            name.to_str().and_then(|name| name.strip_suffix(".receipts")).and_then(|n| n.parse::<u64>().ok());
        numbers.extend(number);
    }
    numbers.sort_unstable();
    Ok(numbers)
}
