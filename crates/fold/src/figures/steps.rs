//! Where a pass over the records stands: they come one after the other, and those that the fold rejected are passed over.

use std::ops::Range;

use socai_tlog::LeafIndex;

use crate::{fold::Fold, verdict::FoldError};

/// From a first record to the one that comes next.
#[derive(Debug, Default)]
pub(super) struct Steps {
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

    /// Steps over a record; whether it is one of those that the fold took in and did not reject.
    pub fn advance(&mut self, leaf: LeafIndex, fold: &Fold) -> Result<bool, FoldError> {
        if leaf.0 >= fold.size().0 {
            return Ok(false);
        }
        if leaf.0 != self.next {
            return Err(FoldError::OutOfOrder { got: leaf, expected: LeafIndex(self.next) });
        }
        self.next += 1;
        let is_rejected = fold.rejected.get(self.rejected) == Some(&leaf.0);
        self.rejected += usize::from(is_rejected);
        Ok(!is_rejected)
    }

    /// Whether the pass has come to the fold's size.
    pub fn ended(&self, fold: &Fold) -> Result<(), FoldError> {
        let (got, expected) = (LeafIndex(fold.size().0), LeafIndex(self.next));
        if got == expected { Ok(()) } else { Err(FoldError::OutOfOrder { got, expected }) }
    }
}
