//! The log cut into chunks whose facts are prepared apart from each other.

use std::{
    ops::Range,
    sync::{Mutex, PoisonError},
};

use socai_domain::Position;
use socai_fold::{Books, Facts, Prepared, Preparer, Recorded};
use socai_log::{Chunk, LogError, Scan};

use crate::recorded::{ReplayError, recorded};

/// The chunks of a log, one after the other for whichever thread wants the next.
pub(crate) struct Source(Mutex<Reading>);

struct Reading {
    scan: Scan,
    /// How many chunks were read.
    read: u64,
    /// Nothing more comes, or nothing more can be read.
    is_over: bool,
}

impl Source {
    pub(crate) fn new(scan: Scan) -> Self {
        Source(Mutex::new(Reading { scan, read: 0, is_over: false }))
    }

    /// Reads the next chunk: its number from 0 on, and whether it could be read; none behind the last.
    fn next_into(&self, chunk: &mut Chunk) -> Option<(u64, Result<(), LogError>)> {
        // who panicked while it read has ended the replay
        let mut reading = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if reading.is_over {
            return None;
        }
        let next = reading.scan.next_into(chunk);
        reading.is_over = !matches!(next, Ok(true));
        let number = reading.read;
        reading.read += 1;
        match next {
            Ok(false) => None,
            next => Some((number, next.map(drop))),
        }
    }
}

/// A chunk of the log, and what was prepared of it.
#[derive(Default)]
pub(crate) struct Part {
    /// Its place among the chunks; none when it is behind the last.
    pub(crate) number: Option<u64>,
    chunk: Chunk,
    slots: Vec<Slot>,
    prepared: Prepared,
    /// What is wrong with the chunk behind the last of these records.
    pub(crate) failed: Option<ReplayError>,
}

/// Records that are read before the first of them is prepared: their bytes are in the first-level cache still.
const TOGETHER: usize = 32;

/// Where a record lies in its chunk.
struct Slot {
    at: Position,
    facts: Range<usize>,
}

impl Slot {
    /// The record among the chunk's bytes.
    #[inline]
    fn record<'c>(&self, bytes: &'c [u8]) -> Recorded<'c> {
        Recorded { at: self.at, facts: &bytes[self.facts.clone()] }
    }
}

impl Part {
    /// Room for the next chunk, to be prepared by these books.
    pub(crate) fn room(mut self, books: Books) -> Self {
        self.prepared.begin(books);
        self
    }

    /// Reads the next chunk, verifies its checksums and prepares its facts, up to the first record that does not hold.
    pub(crate) fn prepared(mut self, from: &Source, preparer: &mut Preparer, facts: &dyn Facts) -> Self {
        self.slots.clear();
        let next = from.next_into(&mut self.chunk);
        self.number = next.as_ref().map(|(number, _)| *number);
        self.failed = match next {
            None => None,
            Some((_, Err(error))) => Some(error.into()),
            Some((_, Ok(()))) => self.prepare(preparer, facts).err(),
        };
        self
    }

    fn prepare(&mut self, preparer: &mut Preparer, facts: &dyn Facts) -> Result<(), ReplayError> {
        let Part { chunk, slots, prepared, .. } = self;
        let mut done = 0;
        let mut prepare = |slots: &[Slot]| {
            for slot in &slots[done..] {
                preparer.prepare(&slot.record(chunk.bytes()), facts, prepared);
            }
            done = slots.len();
        };
        let read = chunk.for_each_record(|record| {
            let start = (record.facts_at() - chunk.offset()) as usize; // of bytes in memory
            let record = recorded(&record)?;
            slots.push(Slot { at: record.at, facts: start..start + record.facts.len() });
            if slots.len().is_multiple_of(TOGETHER) {
                prepare(slots);
            }
            Ok(())
        });
        prepare(slots);
        read
    }

    /// The records in order, and what was prepared of them.
    pub(crate) fn records(&mut self) -> (impl Iterator<Item = Recorded<'_>>, &mut Prepared) {
        let bytes = self.chunk.bytes();
        (self.slots.iter().map(|slot| slot.record(bytes)), &mut self.prepared)
    }
}
