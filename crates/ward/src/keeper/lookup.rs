//! Records by number, cheap when they are asked for in order as a repeated import does.

use socai_log::{JournalReader, LogError, Segments};
use socai_tlog::{Record, UnitSeq};

/// How far ahead a record is read on to instead of being looked for anew: a piece of the journal that is read anyway.
const NEAR: u64 = 1_024;

/// Reads records of one journal and remembers where it was.
pub(super) struct Lookup {
    reader: JournalReader,
    segments: Option<Segments>,
    held: Vec<Record>,
}

impl Lookup {
    pub(super) fn new(reader: JournalReader) -> Lookup {
        Lookup { reader, segments: None, held: Vec::new() }
    }

    /// The record with this number; `None` when it is not sealed.
    pub(super) fn record(&mut self, seq: UnitSeq) -> Result<Option<Record>, LogError> {
        if let Some(record) = self.held(seq) {
            return Ok(Some(record));
        }
        let after = self.held.last().map(|last| last.header().seq.0);
        if !after.is_some_and(|after| (after + 1..after + NEAR).contains(&seq.0)) {
            self.segments = None;
        }
        loop {
            match self.segments.as_mut().and_then(Iterator::next) {
                Some(segment) => self.held = segment?.records,
                // the end as it was when the reading began, or nothing was read yet
                None if seq < self.reader.next_seq() => {
                    let mut segments = self.reader.segments(seq)?;
                    self.held =
                        segments.next().transpose()?.map(|segment| segment.records).unwrap_or_default();
                    self.segments = Some(segments);
                    return Ok(self.held(seq));
                }
                None => return Ok(None),
            }
            if let Some(record) = self.held(seq) {
                return Ok(Some(record));
            }
        }
    }

    fn held(&self, seq: UnitSeq) -> Option<Record> {
        let first = self.held.first()?.header().seq;
        let index = usize::try_from(seq.0.checked_sub(first.0)?).ok()?;
        self.held.get(index).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{draft, enrolled, open};

    #[test]
    fn records_are_found_in_any_order_and_while_the_journal_grows() {
        let (_dir, unit) = enrolled();
        let mut keeper = open(&unit);
        let mut seal = |from: u64, to: u64| {
            for number in from..to {
                keeper.seal(&[&[draft(number)]], 1)[0].as_ref().unwrap();
            }
            keeper.reader()
        };
        let reader = seal(0, 30);
        let mut lookup = Lookup::new(reader);
        for number in (0..30).chain([3, 29, 0, 15, 16, 2]) {
            let record = lookup.record(UnitSeq(number)).unwrap().unwrap();
            assert_eq!((record.header().seq, record.facts()), (UnitSeq(number), &draft(number).facts));
        }
        lookup.record(UnitSeq(29)).unwrap().unwrap();
        assert_eq!(lookup.record(UnitSeq(30)).unwrap(), None);
        seal(30, 33);
        for number in [30, 31, 32] {
            assert_eq!(lookup.record(UnitSeq(number)).unwrap().unwrap().header().seq, UnitSeq(number));
        }
        assert_eq!(lookup.record(UnitSeq(33)).unwrap(), None);
    }
}
