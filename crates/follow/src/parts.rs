//! The log cut into chunks whose facts are prepared apart from each other.

use socai_fold::{Books, Facts, Prepared, Preparer};
use socai_log::{Chunk, LogError, Scan};

use crate::replay::{ReplayError, recorded};

/// Most records that a chunk usually has.
const RECORDS: usize = 1 << 11;

/// A chunk of the log, and what was prepared of it.
#[derive(Default)]
pub(crate) struct Part {
    pub(crate) chunk: Chunk,
    pub(crate) prepared: Prepared,
}

impl Part {
    /// Verifies checksums and prepares the facts, up to the first record that does not hold: whoever takes the records in will meet it.
    pub(crate) fn prepared(mut self, preparer: &mut Preparer, facts: &dyn Facts) -> Self {
        let Part { chunk, prepared } = &mut self;
        chunk.verify();
        let mut records = Vec::with_capacity(RECORDS);
        let _: Result<(), ReplayError> = chunk.for_each_record(|record| {
            records.push(recorded(&record)?);
            Ok(())
        });
        preparer.prepare(&records, facts, prepared);
        self
    }
}

/// Chunks read one after another until there are no more or one cannot be read.
pub(crate) struct Parts {
    scan: Scan,
    /// Room of parts that were taken in.
    spare: Vec<Part>,
    /// Why reading ended early; counts once everything before it was taken in.
    failed: Option<LogError>,
}

impl Parts {
    pub(crate) fn new(scan: Scan) -> Self {
        Parts { scan, spare: vec![], failed: None }
    }

    /// The next chunk, to be prepared by these books.
    pub(crate) fn next(&mut self, books: Books) -> Option<Part> {
        if self.failed.is_some() {
            return None;
        }
        let mut part = self.spare.pop().unwrap_or_default();
        match self.scan.next_into(&mut part.chunk) {
            Ok(true) => {
                part.prepared.begin(books);
                Some(part)
            }
            Ok(false) => None,
            Err(error) => {
                self.failed = Some(error);
                None
            }
        }
    }

    /// Gives the room of a part back.
    pub(crate) fn put_back(&mut self, part: Part) {
        self.spare.push(part);
    }

    /// Whether reading came to its end.
    pub(crate) fn end(self) -> Result<(), ReplayError> {
        self.failed.map_or(Ok(()), |error| Err(error.into()))
    }
}
