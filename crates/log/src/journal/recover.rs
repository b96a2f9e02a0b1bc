//! Starting a journal: whose it is, its last sealed segment, and that every record of the newest file holds.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use socai_tlog::{ChainHead, UnitSeq};

use crate::{
    disk::{self, Disk, DiskFile, side_name},
    erase,
    error::{Damage, LogError},
    frame::{Frame, Kind},
    journal::{
        Journal, JournalOptions, end_path, file_path,
        frames::{JournalHead, Owner, Seal, end_note, parse_end_note},
        read::{Shared, read_head},
        segments::Assembler,
    },
    lock::Lock,
    reader::{damaged, read_frame},
    tail::{self, Ends},
    volume::{numbered, origin_mark},
    walk::{Frames, Walk},
};

/// What opening a journal found and did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JournalRecovery {
    /// Whether there was no journal before.
    pub created: bool,
    /// What the next record continues.
    pub head: ChainHead,
    /// Bytes cut that were never sealed.
    pub cut_bytes: u64,
}

pub(crate) fn recover(
    dir: &Path,
    owner: Owner,
    lock: &Lock,
    options: JournalOptions,
) -> Result<(Journal, JournalRecovery), LogError> {
    let disk = &options.disk;
    disk.make_dir(dir)?;
    for number in numbered(dir, "next")? {
        disk.remove(&side_name(&file_path(dir, number)))?;
    }
    erase::finish(disk, dir, file_path)?;
    // a note that cannot be read may say that the journal was longer
    let noted = disk::read_if_there(&end_path(dir))?.and_then(|bytes| parse_end_note(&bytes));
    let (number, created) = match last_file(dir)? {
        Some(number) => {
            // whoever made the newest file may have died before its name was durable
            disk.sync_dir(dir)?;
            (number, false)
        }
        None => (create(dir, &owner, disk, noted)?, true),
    };
    let start = read_head(dir, number)?;
    check_owner(dir, &owner, &start)?;
    let (file, ends) = find_end(dir, disk, number, &start)?;
    let shared = Arc::new(Shared::new(UnitSeq(0)));
    let head = rehash(&file, &start, &ends, &shared)?;
    check_noted(dir, noted, head, &file, &ends)?;

    let cut_bytes = tail::settle(&file, &ends)?;
    let note = disk.open(&end_path(dir))?;
    note.write_at(&end_note(head), 0)?;
    shared.set_durable(head.next_seq);
    let journal = Journal {
        dir: dir.to_owned(),
        owner,
        lock: lock.clone(),
        file,
        number,
        end: ends.closed,
        first: start.continues.next_seq,
        head,
        note,
        shared,
        buffer: Vec::new(),
        failed: None,
        options,
    };
    Ok((journal, JournalRecovery { created, head, cut_bytes }))
}

fn last_file(dir: &Path) -> Result<Option<u64>, LogError> {
    let numbers = numbered(dir, "jnl")?;
    match numbers.iter().zip(0..).find(|(number, expected)| *number != expected) {
        Some((_, missing)) => Err(damaged(&file_path(dir, missing), 0, Damage::Missing)),
        None => Ok(numbers.last().copied()),
    }
}

/// The first file, whole; unless the note says that there was one.
fn create(dir: &Path, owner: &Owner, disk: &Disk, noted: Option<ChainHead>) -> Result<u64, LogError> {
    let path = file_path(dir, 0);
    let head = ChainHead::genesis(owner.genesis);
    refuse_short(dir, noted, head, (&path, 0))?;
    let mut bytes = Vec::new();
    JournalHead::new(owner, 0, head).push(&mut bytes);
    // before there is a file: a start that finds one takes the directory for durable
    disk.sync_new_dir(dir)?;
    disk.create(&path, &bytes)?;
    Ok(0)
}

fn check_owner(dir: &Path, owner: &Owner, head: &JournalHead) -> Result<(), LogError> {
    let path = file_path(dir, head.number);
    let foreign = |what, got: String, expected: String| LogError::Foreign { path, what, got, expected };
    let origin = origin_mark(&owner.origin);
    if head.origin != origin {
        let expected = format!("{origin} ({})", owner.origin);
        return Err(foreign("the ledger with origin hash", head.origin.to_string(), expected));
    }
    if head.unit != owner.unit {
        return Err(foreign("unit", head.unit.to_string(), owner.unit.to_string()));
    }
    match head.genesis == owner.genesis {
        true => Ok(()),
        false => Err(foreign("a chain with genesis", head.genesis.to_string(), owner.genesis.to_string())),
    }
}

fn find_end(dir: &Path, disk: &Disk, number: u64, head: &JournalHead) -> Result<(DiskFile, Ends), LogError> {
    let path = file_path(dir, number);
    let file = disk.open(&path)?;
    let reading = disk::open_read(&path)?.ok_or_else(|| damaged(&path, 0, Damage::Missing))?;
    let closes = |kind| matches!(kind, Kind::JournalHead | Kind::Seal);
    let ends = tail::find(Arc::new(reading), Arc::new(path.clone()), closes)?;
    let next = closing_number(&file, &ends, head)?;
    if let Some((at, what)) = &ends.damage {
        let start_of = |frame: &Frame<'_>| later_seal(frame, next).map(|seal| seal.start);
        if tail::was_synced(file.file(), &path, &ends, start_of)? {
            return Err(damaged(&path, *at, what.clone()));
        }
    }
    Ok((file, ends))
}

/// A seal of records that come after `next`.
fn later_seal(frame: &Frame<'_>, next: UnitSeq) -> Option<Seal> {
    let seal = if frame.kind == Kind::Seal { Seal::parse(frame.payload).ok() } else { None };
    seal.filter(|seal| seal.next > next)
}

/// The number after the last sealed segment.
fn closing_number(file: &DiskFile, ends: &Ends, head: &JournalHead) -> Result<UnitSeq, LogError> {
    match ends.closing {
        Some((Kind::Seal, offset)) => {
            let mut bytes = Vec::new();
            let frame = read_frame(file.file(), file.path(), offset, &mut bytes)?;
            let seal = Seal::parse(frame.payload);
            Ok(seal.map_err(|what| damaged(file.path(), offset, what))?.next)
        }
        _ => Ok(head.continues.next_seq),
    }
}

/// Verifies every sealed record of the file and returns the head after them.
fn rehash(file: &DiskFile, start: &JournalHead, ends: &Ends, shared: &Shared) -> Result<ChainHead, LogError> {
    let path: PathBuf = file.path().to_owned();
    let reading = disk::open_read(&path)?.ok_or_else(|| damaged(&path, 0, Damage::Missing))?;
    let mut walk = Walk::new(Arc::new(reading), Arc::new(path.clone()), 0)?;
    let mut assembler = Assembler::new(start.unit, UnitSeq(0), Some(start.continues));
    let (mut piece, mut next, mut begin) = (Vec::new(), start.continues.next_seq, 0);
    while walk.offset() < ends.closed {
        let offset = walk.offset();
        if walk.next(&mut piece, |_| true)?.is_some() {
            break;
        }
        let mut frames = Frames::new(&piece, offset);
        while let Some((at, frame)) = frames.next() {
            if at >= ends.closed {
                break;
            }
            let taken =
                frame.and_then(|frame| Ok((frame.kind, frame.encoded_len(), assembler.take(&frame)?)));
            let (kind, len, segment) = taken.map_err(|what| damaged(&path, at, what))?;
            if let Some(segment) = segment {
                shared.mark(start.number, next, begin);
                next = UnitSeq(next.0 + segment.records.len() as u64);
            }
            if matches!(kind, Kind::Seal | Kind::JournalHead) {
                begin = at + len as u64;
            }
        }
    }
    Ok(assembler.head().unwrap_or(start.continues))
}

/// The note may be behind, never ahead of the journal or beside it.
fn check_noted(
    dir: &Path,
    noted: Option<ChainHead>,
    head: ChainHead,
    file: &DiskFile,
    ends: &Ends,
) -> Result<(), LogError> {
    let end = ends.damage.as_ref().map_or(ends.closed, |(at, _)| *at);
    refuse_short(dir, noted, head, (file.path(), end))?;
    match noted {
        Some(noted) if noted.next_seq == head.next_seq && noted.link != head.link => {
            Err(damaged(&end_path(dir), 0, Damage::Layout("the last link")))
        }
        _ => Ok(()),
    }
}

fn refuse_short(
    dir: &Path,
    noted: Option<ChainHead>,
    head: ChainHead,
    (volume, offset): (&Path, u64),
) -> Result<(), LogError> {
    match noted {
        Some(noted) if noted.next_seq > head.next_seq => Err(LogError::JournalShort {
            note: end_path(dir),
            noted: noted.next_seq.0,
            found: head.next_seq.0,
            volume: volume.to_owned(),
            offset,
        }),
        _ => Ok(()),
    }
}
