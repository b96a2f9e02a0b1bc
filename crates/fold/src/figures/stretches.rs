//! The records in stretches that are read side by side, and the cases that were met, judged side by side: for the figures of a report, and for
//! those of a page, which have values and numbers of facts but no digests.
//!
//! Most figures are sums that the fold holds. What a page has to have read again is what rows that judge cases, ratios and numbers of units are
//! about. What comes out is what [`super::Contributions`] finds in one pass.

use std::{collections::BTreeMap, ops::Range};

use socai_domain::tables::{Indicator, Measure};
use socai_tlog::{LeafIndex, TreeSize};

use super::{
    asked::Asked,
    contributions::Contributions,
    held::{Every, Held},
    judged::{JudgedTotals, judged_in_part},
    tally::Contribution,
};
use crate::{fold::Fold, recorded::Recorded, verdict::FoldError};

/// What a stretch of the records says. Give it each of them in order.
pub struct Stretch<'f>(Contributions<'f>);

/// What all stretches say, with the cases still to be judged.
pub struct Gathered<'f> {
    fold: &'f Fold,
    found: Contributions<'f>,
    held: Vec<Held>,
}

/// What some of the cases come to, by the code of the row that judges them.
pub struct JudgedShare(BTreeMap<String, JudgedTotals>);

impl<'f> Stretch<'f> {
    /// Nothing read yet, of the records from a leaf on, for the figures of a report. Unless it is the first one, its memory grows with the names
    /// of the facts behind figures: twelve bytes for each.
    #[must_use]
    pub fn of_report(fold: &'f Fold, asked: &Asked, from: LeafIndex) -> Self {
        Stretch(Contributions::new(fold, asked).starting(from))
    }

    /// The same for those of a page.
    #[must_use]
    pub fn of_page(fold: &'f Fold, asked: &Asked, from: LeafIndex) -> Self {
        Stretch(Contributions::of_rows(fold, asked, &is_read_again).without_digests().starting(from))
    }

    /// Takes the next record; those at and above the fold's size change nothing.
    ///
    /// # Errors
    /// It is not the next one.
    #[inline]
    pub fn visit(&mut self, record: &Recorded<'_>) -> Result<(), FoldError> {
        self.0.visit(record)
    }
}

impl<'f> Gathered<'f> {
    /// Puts stretches together that follow each other from the first record to the last.
    ///
    /// # Errors
    /// They leave something out.
    pub fn of(fold: &'f Fold, stretches: impl IntoIterator<Item = Stretch<'f>>) -> Result<Self, FoldError> {
        let mut stretches = stretches.into_iter();
        let Some(Stretch(mut found)) = stretches.next() else {
            return Err(FoldError::OutOfOrder { got: LeafIndex(fold.size().0), expected: LeafIndex(0) });
        };
        follows(found.taken().start, 0)?;
        let mut held = vec![];
        for Stretch(stretch) in stretches {
            follows(stretch.taken().start, found.taken().end)?;
            held.push(found.append(stretch));
        }
        follows(fold.size().0, found.taken().end)?;
        held.insert(0, found.take_held());
        Ok(Gathered { fold, found, held })
    }

    /// Judges one in `step` of the cases, from the one at `from` on.
    #[must_use]
    pub fn judge(&self, from: usize, step: usize) -> JudgedShare {
        let held: Vec<&Held> = self.held.iter().collect();
        JudgedShare(judged_in_part(self.found.cases(), &held, Every { from, step }, self.fold))
    }

    /// What was found, by indicator code, for [`super::figures`]; `shares` are those of all cases.
    #[must_use]
    pub fn found(self, shares: impl IntoIterator<Item = JudgedShare>) -> BTreeMap<String, Contribution> {
        let mut judged: BTreeMap<String, JudgedTotals> = BTreeMap::new();
        for (code, totals) in shares.into_iter().flat_map(|JudgedShare(of_share)| of_share) {
            judged.entry(code).or_default().add_all(totals);
        }
        self.found.finish_judged(&judged)
    }
}

/// Whether the fold alone does not say what a row comes to, or of how many facts.
#[must_use]
pub fn is_read_again(row: &Indicator) -> bool {
    matches!(row.measure, Measure::AsOf(_) | Measure::Ratio(_) | Measure::Units)
}

fn follows(got: u64, expected: u64) -> Result<(), FoldError> {
    if got == expected {
        return Ok(());
    }
    Err(FoldError::OutOfOrder { got: LeafIndex(got), expected: LeafIndex(expected) })
}

/// So many stretches of about the same length, as `from..to`.
#[must_use]
pub fn stretches(size: TreeSize, count: u64) -> Vec<Range<u64>> {
    let count = count.clamp(1, size.0.max(1));
    // no product can overflow: sizes are below 2^56, and there are few stretches
    let bound = |part: u64| (u128::from(size.0) * u128::from(part) / u128::from(count)) as u64;
    (0..count).map(|part| bound(part)..bound(part + 1)).collect()
}
