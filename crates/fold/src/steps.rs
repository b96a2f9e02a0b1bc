//! Where a pass over the records stands: they come one after the other, and those that the fold rejected are passed over.

use std::ops::Range;

use socai_tlog::LeafIndex;

use crate::{fold::Fold, verdict::FoldError};

/// What a pass has stepped over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stepped {
    /// A record that the fold has not taken in: it changes nothing.
    Beyond,
    /// One that the fold rejected.
    Rejected,
    /// One that the fold took in.
    Taken,
}

/// From a first record to the one that comes next.
#[derive(Debug, Default)]
pub(crate) struct Steps {
    from: u64,
    next: u64,
    /// The place of the next rejected one among all.
    rejected: usize,
}

impl Steps {
    pub fn starting(from: LeafIndex, fold: &Fold) -> Self {
        Steps { from: from.0, next: from.0, rejected: fold.rejected.partition_point(|leaf| *leaf < from.0) }
    }

    /// The records that were taken: from the first up to the one that comes next.
    pub fn taken(&self) -> Range<u64> {
        self.from..self.next
    }

    /// Goes on where steps over the records that follow have come to.
    pub fn append(&mut self, later: &Steps) {
        (self.next, self.rejected) = (later.next, later.rejected);
    }

    /// Steps over a record.
    ///
    /// # Errors
    /// A record was left out before it.
    #[inline]
    pub fn advance(&mut self, leaf: LeafIndex, fold: &Fold) -> Result<Stepped, FoldError> {
        if leaf.0 >= fold.size {
            return Ok(Stepped::Beyond);
        }
        if leaf.0 != self.next {
            return Err(FoldError::OutOfOrder { got: leaf, expected: LeafIndex(self.next) });
        }
        self.next += 1;
        let is_rejected = fold.rejected.get(self.rejected) == Some(&leaf.0);
        self.rejected += usize::from(is_rejected);
        Ok(if is_rejected { Stepped::Rejected } else { Stepped::Taken })
    }

    /// Whether the pass has come to the fold's size.
    ///
    /// # Errors
    /// Records are missing.
    pub fn ended(&self, fold: &Fold) -> Result<(), FoldError> {
        if self.next == fold.size { Ok(()) } else { Err(self.missing(fold)) }
    }

    /// That the pass ended before the fold's size.
    pub fn missing(&self, fold: &Fold) -> FoldError {
        FoldError::OutOfOrder { got: LeafIndex(fold.size), expected: LeafIndex(self.next) }
    }
}
