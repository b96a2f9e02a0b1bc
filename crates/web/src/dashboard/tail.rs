//! The end of the log as it grows: what is new, and how much came in the last minute.

use std::collections::VecDeque;

use socai_fold::{Fold, Verdict};
use socai_follow::ReplayError;
use socai_log::Reader;
use socai_tlog::{EventName, LeafIndex, TreeSize};

use super::arrivals::Arrivals;

/// Newest records that are kept for the pages.
const NEWEST: usize = 12;

/// A record in the list of news: nothing of its facts but whether they count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct New {
    pub leaf: LeafIndex,
    pub name: EventName,
    pub received_at_ms: u64,
    pub is_rejected: bool,
}

/// A state that nobody but this holds, so that it follows the log at once, and the newest records.
#[derive(Default)]
pub(super) struct Tail {
    fold: Fold,
    newest: VecDeque<New>,
    arrivals: Arrivals,
}

impl Tail {
    /// Goes on from a state.
    pub(super) fn after(fold: Fold) -> Self {
        Tail { fold, ..Tail::default() }
    }

    /// Reads on to `end`.
    pub(super) fn read(&mut self, reader: &Reader, end: TreeSize) -> Result<(), ReplayError> {
        let Tail { fold, newest, arrivals } = self;
        socai_follow::replay(reader, fold, end, |record, verdict| {
            if newest.len() == NEWEST {
                newest.pop_front();
            }
            arrivals.note(record.at.received_at_ms);
            newest.push_back(New {
                leaf: record.at.leaf,
                name: record.at.name,
                received_at_ms: record.at.received_at_ms,
                is_rejected: matches!(verdict, Verdict::Rejected(_)),
            });
        })
    }

    pub(super) fn size(&self) -> TreeSize {
        self.fold.size()
    }

    /// The state as it is now, to be read by pages.
    pub(super) fn copy(&self) -> Fold {
        self.fold.clone()
    }

    /// The newest records, newest first.
    pub(super) fn newest(&self) -> Vec<New> {
        self.newest.iter().rev().cloned().collect()
    }

    /// Records that came in the minute before a time.
    pub(super) fn arrived(&self, now_ms: u64) -> u64 {
        self.arrivals.in_the_minute_before(now_ms)
    }
}
