//! The second reading: rows are sealed in batches, and what stops it says how much of the file is sealed by then.

use socai_tlog::MAX_RECORDS;

use super::{
    BATCH_LEN, ImportError, Imported, Order, Rejected, Seals, draft_row, rows::Rows, spool::Spooled,
};
use crate::{
    dir::FileError,
    draft::{Draft, Drafter},
    keeper::SealError,
    problem::Problem,
    vault::VaultError,
};

/// An import that stopped while it sealed. Only the same file, unchanged, goes on where it stopped: its rows have the same ids.
#[derive(Debug, thiserror::Error)]
#[error(
    "the import broke off: {why}. {sealed} rows of the file, up to line {to_line}, are sealed{}. Import the same file again, unchanged, to go on: \
     what is sealed is recognised. A corrected file would seal those rows a second time",
    if self.is_open() { " and perhaps more" } else { "" }
)]
pub struct Broken {
    /// Rows of the file that are sealed, now or by an earlier import of it.
    pub sealed: u64,
    /// The line of the last of them; 0 when there is none.
    pub to_line: u32,
    /// What stopped it.
    pub why: Stopped,
}

/// What can stop an import after the first reading found nothing wrong.
#[derive(Debug, thiserror::Error)]
pub enum Stopped {
    /// A row is wrong now: the vault was changed, or cannot be used any more.
    #[error("{}", .0.first().map(Problem::to_string).unwrap_or_default())]
    Row(Vec<Problem>),
    /// The copy of the file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The journal cannot take the next rows.
    #[error(transparent)]
    Seal(#[from] SealError),
    /// The vault cannot keep who the tokens of the next rows are.
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Broken {
    /// Whether it is not known if rows after these are sealed too.
    fn is_open(&self) -> bool {
        matches!(self.why, Stopped::Seal(SealError::Unknown { .. } | SealError::Stopping))
    }
}

/// Rows of one file on their way into the journal.
struct Sealing<'a, S> {
    drafter: &'a Drafter,
    sealer: &'a S,
    done: Imported,
    /// The line of the last row that is sealed; 0 before the first.
    to_line: u32,
    batch: Vec<Draft>,
    len: usize,
    /// The line of the last row of the batch.
    last_line: u32,
}

/// Seals every row of a file that the first reading found nothing wrong with.
pub(super) fn seal_all(
    file: &Spooled,
    order: &Order,
    drafter: &Drafter,
    sealer: &impl Seals,
    rows: u64,
) -> Result<Imported, ImportError> {
    let digest = hex::encode(file.digest());
    let done = Imported { file: digest, rows, sealed: 0, already: 0, first: None, last: None };
    let mut sealing = Sealing { drafter, sealer, done, to_line: 0, batch: Vec::new(), len: 0, last_line: 0 };
    match sealing.rows(file, order) {
        Ok(()) => Ok(sealing.done),
        Err(why) => Err(sealing.stopped(why)),
    }
}

impl<S: Seals> Sealing<'_, S> {
    fn rows(&mut self, file: &Spooled, order: &Order) -> Result<(), Stopped> {
        let mut reader = Rows::open(file, order)?;
        while let Some(row) = reader.next()? {
            // the first reading found nothing wrong in the same bytes on the same day; the vault alone may have changed
            let (line, form) = row.map_err(Stopped::Row)?;
            let draft = draft_row(file, self.drafter, order, line, &form, None).map_err(Stopped::Row)?;
            self.add(draft, line)?;
        }
        self.flush()
    }

    fn add(&mut self, draft: Draft, line: u32) -> Result<(), Stopped> {
        let size = draft.facts.len() + draft.annex.len();
        if self.batch.len() == MAX_RECORDS || self.len + size > BATCH_LEN {
            self.flush()?;
        }
        (self.len, self.last_line) = (self.len + size, line);
        self.batch.push(draft);
        Ok(())
    }

    /// Seals the batch. A crash or failure before the last one leaves the rows up to `to_line` sealed: the same file goes on after them.
    fn flush(&mut self) -> Result<(), Stopped> {
        if self.batch.is_empty() {
            return Ok(());
        }
        self.drafter.settle()?;
        self.done.count(&self.sealer.seal(std::mem::take(&mut self.batch))?);
        (self.len, self.to_line) = (0, self.last_line);
        Ok(())
    }

    /// What is told of a failure: only when no row is sealed for certain is the file as if it had not been imported.
    fn stopped(self, why: Stopped) -> ImportError {
        let sealed = self.done.sealed + self.done.already;
        let broken = Broken { sealed, to_line: self.to_line, why };
        if sealed > 0 || broken.is_open() {
            return ImportError::Broken { broken };
        }
        match broken.why {
            Stopped::Row(problems) => {
                let rejected = Rejected { rows: self.done.rows, problems, more: 0, sealed_to: None };
                ImportError::Rejected { rejected }
            }
            Stopped::File(error) => error.into(),
            Stopped::Seal(error) => error.into(),
            Stopped::Vault(error) => error.into(),
        }
    }
}

#[cfg(test)]
#[path = "sealing_tests.rs"]
mod tests;
