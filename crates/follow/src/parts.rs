//! The log cut into chunks whose facts are prepared apart from each other.

use std::sync::{Mutex, PoisonError};

use socai_fold::{Books, Facts, Prepared, Preparer};
use socai_log::{Chunk, LogError, Scan};

use crate::replay::{ReplayError, recorded};

/// Most records that a chunk usually has.
const RECORDS: usize = 1 << 11;

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
    /// Why it could not be read.
    pub(crate) failed: Option<LogError>,
    pub(crate) chunk: Chunk,
    pub(crate) prepared: Prepared,
}

impl Part {
    /// Room for the next chunk, to be prepared by these books.
    pub(crate) fn room(mut self, books: Books) -> Self {
        self.prepared.begin(books);
        self
    }

    /// Reads the next chunk, verifies its checksums and prepares its facts, up to the first record that does not hold: whoever takes the records
    /// in will meet it.
    pub(crate) fn prepared(mut self, from: &Source, preparer: &mut Preparer, facts: &dyn Facts) -> Self {
        let Part { number, failed, chunk, prepared } = &mut self;
        let next = from.next_into(chunk);
        *number = next.as_ref().map(|(number, _)| *number);
        *failed = next.and_then(|(_, read)| read.err());
        if number.is_some() && failed.is_none() {
            chunk.verify();
            let mut records = Vec::with_capacity(RECORDS);
            let _: Result<(), ReplayError> = chunk.for_each_record(|record| {
                records.push(recorded(&record)?);
                Ok(())
            });
            preparer.prepare(&records, facts, prepared);
        }
        self
    }
}
