//! A unit's own log: what it sealed, in the frames of the district's log, with a segment's signature as the commit.
//!
//! A segment is sealed once [`Journal::append`] returned. From then on nothing cuts it: recovery removes only what follows the last
//! seal, and a note of the journal's end tells a torn write from a damaged seal.

mod erasing;
mod frames;
mod read;
mod recover;
mod segments;

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use socai_tlog::{ChainHead, EventName, Record, UnitSeq};

pub use erasing::erase_annexes;
pub use frames::Owner;
pub use read::{JournalReader, Segments};
pub use recover::JournalRecovery;
pub use segments::JournalSegment;

use crate::{
    disk::{Disk, DiskFile},
    erase::{Erasure, erase},
    error::LogError,
    lock::Lock,
    volume::VOLUME_RECORDS,
};
use frames::{JournalHead, Seal, SealedRecord, end_note, push_record};
use read::Shared;

/// How a journal is written.
#[derive(Clone)]
pub struct JournalOptions {
    /// The file system, or one with faults.
    pub disk: Disk,
    /// Records after which a new file is started.
    pub file_records: u64,
}

impl Default for JournalOptions {
    fn default() -> Self {
        JournalOptions { disk: Disk::default(), file_records: VOLUME_RECORDS.into() }
    }
}

/// The only writer of a unit's journal.
pub struct Journal {
    dir: PathBuf,
    owner: Owner,
    lock: Lock,
    options: JournalOptions,
    file: DiskFile,
    number: u64,
    /// End of the last sealed segment in the file, in bytes.
    end: u64,
    /// Number of the file's first record.
    first: UnitSeq,
    head: ChainHead,
    note: DiskFile,
    shared: Arc<Shared>,
    buffer: Vec<u8>,
    failed: Option<Arc<LogError>>,
}

/// Path of journal file `number`.
fn file_path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("{number:010}.jnl"))
}

/// Path of the note of the journal's end.
fn end_path(dir: &Path) -> PathBuf {
    dir.join("end")
}

impl Journal {
    /// Opens the journal in `dir`, or starts one, and brings it to its last sealed segment.
    pub fn open(
        dir: &Path,
        owner: Owner,
        lock: &Lock,
        options: JournalOptions,
    ) -> Result<(Self, JournalRecovery), LogError> {
        recover::recover(dir, owner, lock, options)
    }

    /// Reads back what is on the disk, as after a crash.
    pub fn reopen(self) -> Result<(Self, JournalRecovery), LogError> {
        recover::recover(&self.dir, self.owner, &self.lock, self.options)
    }

    /// Appends a segment: consecutive records that continue the head, and the signature over the last one's link.
    ///
    /// When it returns, the segment is on the disk. Used for what the unit seals and for what comes back from the district. After a failed
    /// write or sync the journal refuses until it is reopened; then the segment is either there as a whole or not at all.
    pub fn append(&mut self, records: &[Record], signature: &[u8; 64]) -> Result<ChainHead, LogError> {
        if let Some(cause) = &self.failed {
            return Err(LogError::Poisoned { cause: cause.clone() });
        }
        let head = self.follows(records)?;
        let written = self.write(records, signature, head.next_seq);
        match written {
            Ok(()) => {
                self.head = head;
                self.shared.set_durable(head.next_seq);
                Ok(head)
            }
            Err(cause) => {
                self.failed = Some(Arc::new(cause.clone()));
                Err(cause)
            }
        }
    }

    /// The steps of an append. Each comment says what a crash right after it leaves.
    fn write(&mut self, records: &[Record], signature: &[u8; 64], next: UnitSeq) -> Result<(), LogError> {
        // A new file, whole, that goes on from the last seal: the next start uses it.
        if self.head.next_seq.0 - self.first.0 >= self.options.file_records {
            self.start_file()?;
        }
        self.buffer.clear();
        records.iter().for_each(|record| push_record(&mut self.buffer, record));
        Seal { start: self.end, next, signature: *signature }.push(&mut self.buffer);
        // A part of the frames, or all of them unsynced. The next start cuts them, or syncs a whole segment: nobody was told that it
        // is sealed, and if it is there it is the only one with these numbers.
        self.file.write_at(&self.buffer, self.end)?;
        // A sealed segment that the note does not know of. The next start corrects the note.
        self.file.sync()?;
        self.shared.mark(self.number, self.head.next_seq, self.end);
        self.end += self.buffer.len() as u64;
        // Not synced: after a power cut the note may be an older one, or not whole and ignored.
        let link = records.last().map_or(self.head.link, Record::link);
        self.note.write_at(&end_note(ChainHead { next_seq: next, link }), 0)
    }

    fn start_file(&mut self) -> Result<(), LogError> {
        let number = self.number + 1;
        let mut bytes = Vec::new();
        JournalHead::new(&self.owner, number, self.head).push(&mut bytes);
        self.file = self.options.disk.create(&file_path(&self.dir, number), &bytes)?;
        (self.number, self.end, self.first) = (number, bytes.len() as u64, self.head.next_seq);
        Ok(())
    }

    /// The head after `records`, if they continue the present one.
    fn follows(&self, records: &[Record]) -> Result<ChainHead, LogError> {
        let mut head = self.head;
        for record in records {
            let header = record.header();
            let got = ChainHead { next_seq: header.seq, link: header.prev };
            if got != head {
                return Err(LogError::NotNext { name: record.name(), got, expected: head });
            }
            if header.unit != self.owner.unit {
                return Err(LogError::Misuse("a journal takes the records of its own unit only"));
            }
            head = ChainHead::after(record);
        }
        match records.is_empty() {
            true => Err(LogError::Misuse("a segment has at least one record")),
            false => Ok(head),
        }
    }

    /// What the next record continues.
    pub fn head(&self) -> ChainHead {
        self.head
    }

    /// Whose journal it is.
    pub fn owner(&self) -> &Owner {
        &self.owner
    }

    /// A reader, which any thread may use while this goes on.
    pub fn reader(&self) -> JournalReader {
        JournalReader::new(&self.dir, self.shared.clone())
    }

    /// The segments with the records from `from` on.
    pub fn segments(&self, from: UnitSeq) -> Result<Segments, LogError> {
        self.reader().segments(from)
    }

    /// Erases the annex of a record: overwrites it with zeros, in place, and syncs. Erasing again is harmless.
    ///
    /// Reads a file of the journal from its start, since erasing is rare.
    pub fn erase_annex(&mut self, seq: UnitSeq) -> Result<(), LogError> {
        if seq >= self.head.next_seq {
            return Err(LogError::NoRecord { name: EventName { unit: self.owner.unit, seq } });
        }
        let mut number = self.number;
        while number > 0 && read::read_head(&self.dir, number)?.continues.next_seq > seq {
            number -= 1;
        }
        let is_it = |record: &SealedRecord<'_>| record.header_bytes[8..16] == seq.0.to_be_bytes();
        for (owner, at) in erasing::find(&self.dir, number, is_it)? {
            erase(&self.options.disk, &self.dir, file_path, Erasure { file: number, at, owner: owner.0 })?;
        }
        Ok(())
    }
}
