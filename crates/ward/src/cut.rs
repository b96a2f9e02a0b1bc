//! Segments to publish, read from the journal as they are needed.
//!
//! What was sealed in many small segments goes out in few large ones: a signature is over the last link alone, so neighbouring
//! segments become one by taking the last one's signature. Nothing is signed again, and nothing is held but one segment
//! and a piece of the file.

use std::collections::VecDeque;

use bytes::Bytes;
use socai_log::{JournalReader, JournalSegment, LogError, Segments};
use socai_tlog::{Malformed, Record, UnitSeq, encode_segment, segment_fit};

use crate::publisher::Own;

/// Reads the journal forward and cuts it into segments.
pub(crate) struct Cutter {
    reader: JournalReader,
    segments: Option<Segments>,
    /// Read, and not yet in a cut.
    ahead: VecDeque<JournalSegment>,
    /// Where the next cut begins, if it goes on from the last one.
    at: UnitSeq,
    /// The record after those that were read.
    read_to: UnitSeq,
    newest: VecDeque<(UnitSeq, Own)>,
}

/// A segment as it is published.
pub(crate) struct Cut {
    /// The first record.
    pub(crate) first: UnitSeq,
    /// The last record.
    pub(crate) last: UnitSeq,
    /// The bytes.
    pub(crate) bytes: Bytes,
}

/// Why no segment could be read.
#[derive(Debug, thiserror::Error)]
pub enum CutError {
    /// The journal cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// What was sealed together does not fit a segment.
    #[error("the journal holds a segment that cannot be published: {0}")]
    Malformed(#[from] Malformed),
}

/// How many last records are remembered for their receipts: those of a full window.
const REMEMBERED: usize = 2 * crate::publisher::MAX_IN_FLIGHT;

impl Cutter {
    pub(crate) fn new(reader: JournalReader) -> Cutter {
        Cutter {
            reader,
            segments: None,
            ahead: VecDeque::new(),
            at: UnitSeq(0),
            read_to: UnitSeq(0),
            newest: VecDeque::new(),
        }
    }

    /// Reads the same journal through another reader: the writer makes a new one when it had to open the files again.
    pub(crate) fn renew(&mut self, reader: JournalReader) {
        self.reader = reader;
    }

    /// The largest segment that begins with record `from`; `None` when nothing is sealed there yet.
    pub(crate) fn cut(&mut self, from: UnitSeq) -> Result<Option<Cut>, CutError> {
        if from != self.at {
            (self.segments, self.at, self.read_to) = (None, from, from);
            self.ahead.clear();
        }
        let Some(JournalSegment { mut records, mut signature }) = self.next()? else { return Ok(None) };
        while let Some(more) = self.next()? {
            let fitting = records.len();
            records.extend(more.records.iter().cloned());
            if segment_fit(&records) < records.len() {
                records.truncate(fitting);
                self.ahead.push_front(more);
                break;
            }
            signature = more.signature;
        }
        let bytes = encode_segment(&records, &signature)?;
        let (first, last) = (&records[0], &records[records.len() - 1]); // a sealed segment has records
        self.at = UnitSeq(last.header().seq.0 + 1);
        self.remember(last, signature);
        Ok(Some(Cut { first: first.header().seq, last: last.header().seq, bytes }))
    }

    /// The record at `seq`, for a message about it; the newest ones are remembered.
    pub(crate) fn own(&self, seq: UnitSeq) -> Result<Option<Own>, CutError> {
        if let Some((_, own)) = self.newest.iter().find(|(newest, _)| *newest == seq) {
            return Ok(Some(own.clone()));
        }
        if seq >= self.reader.next_seq() {
            return Ok(None);
        }
        let Some(segment) = self.reader.segments(seq)?.next().transpose()? else { return Ok(None) };
        let signature = (segment.records.len() == 1).then_some(segment.signature);
        Ok(segment.records.first().map(|record| own(record, signature)))
    }

    fn remember(&mut self, last: &Record, signature: [u8; 64]) {
        if self.newest.len() == REMEMBERED {
            self.newest.pop_front();
        }
        self.newest.push_back((last.header().seq, own(last, Some(signature))));
    }

    fn next(&mut self) -> Result<Option<JournalSegment>, CutError> {
        if let Some(segment) = self.ahead.pop_front() {
            return Ok(Some(segment));
        }
        let mut read = self.segments.as_mut().and_then(Iterator::next).transpose()?;
        if read.is_none() && self.read_to < self.reader.next_seq() {
            // the end was elsewhere when the reading began
            let mut segments = self.reader.segments(self.read_to)?;
            read = segments.next().transpose()?;
            self.segments = Some(segments);
        }
        let last = read.as_ref().and_then(|segment| segment.records.last());
        self.read_to = last.map_or(self.read_to, |last| UnitSeq(last.header().seq.0 + 1));
        Ok(read)
    }
}

fn own(record: &Record, signature: Option<[u8; 64]>) -> Own {
    Own { header_bytes: *record.header_bytes(), link: record.link(), signature }
}
