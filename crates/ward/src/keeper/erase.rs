//! Destroying an annex in every generation of the journal.

use socai_log::{LogError, erase_annexes};
use socai_tlog::{Digest, UnitSeq};

use super::{Keeper, record_at};
use crate::{generation::JournalError, publisher::Ordered};

impl Keeper {
    /// Overwrites the annex of a record, wherever it lies: in the journal in use, in earlier ones, and in one that restored records are being
    /// written to. Tells how many copies there were. Doing it again is harmless.
    ///
    /// Nothing is done when the record under that number has another annex: then the order is not about what is here.
    ///
    /// # Errors
    /// A journal cannot be read or written; do it again.
    pub(crate) fn erase_annex(&mut self, ordered: &Ordered) -> Result<u64, JournalError> {
        if !self.is_about_ours(ordered.seq, ordered.annex)? {
            return Ok(0);
        }
        let mut erased = 0;
        for generation in self.generations.all()? {
            erased += erase_annexes(&self.generations.path(generation), &self.disk, ordered.annex)?;
        }
        Ok(erased)
    }

    /// A journal that restored records are being written to may have the record before the one in use does.
    fn is_about_ours(&self, seq: UnitSeq, annex: Digest) -> Result<bool, LogError> {
        if annex == Digest::ZERO {
            return Ok(false);
        }
        let restoring = self.restoring.as_ref().map(|restoring| restoring.reader());
        for reader in [Some(self.reader.clone()), restoring].into_iter().flatten() {
            if record_at(&reader, seq)?.is_some_and(|record| record.header().annex == annex) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

#[cfg(test)]
#[path = "erase_tests.rs"]
mod tests;
