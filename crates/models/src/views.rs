//! What readers see: one state at a time, never half of a batch.

use std::{
    path::PathBuf,
    sync::{Arc, RwLock, RwLockReadGuard},
};

use socai_fold::{BadRow, CaseFact, Rejection, Table, case_prefix, read_late};
use socai_tlog::{Digest, EventName, LeafIndex, TreeSize};

use crate::error::ModelsError;

/// How far the rows are, as readers are told.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Applied {
    pub size: TreeSize,
    pub digest: Digest,
}

/// A handle for readers on any thread; cheap to clone.
#[derive(Clone)]
pub struct Views {
    path: PathBuf,
    db: sled::Db,
    applied: Arc<RwLock<Applied>>,
}

/// One state. The writer waits while a snapshot lives: keep it for one question, not for a conversation.
pub struct Snapshot<'v> {
    views: &'v Views,
    applied: RwLockReadGuard<'v, Applied>,
}

/// Key and value of a row.
pub type Row = (sled::IVec, sled::IVec);

impl Views {
    pub(crate) fn new(path: PathBuf, db: sled::Db, applied: Arc<RwLock<Applied>>) -> Self {
        Views { path, db, applied }
    }

    /// The newest state. sled itself has no snapshots: the gate keeps the next batch out until this one is dropped.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot<'_> {
        let applied = self.applied.read().unwrap_or_else(|poisoned| poisoned.into_inner());
        Snapshot { views: self, applied }
    }
}

impl Snapshot<'_> {
    /// Entries folded.
    #[must_use]
    pub fn size(&self) -> TreeSize {
        self.applied.size
    }

    /// Digest of the state.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.applied.digest
    }

    /// The value of a key.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn get(&self, key: &[u8]) -> Result<Option<sled::IVec>, ModelsError> {
        self.views.db.get(key).map_err(|cause| self.failed(cause))
    }

    /// Rows whose keys begin with `prefix`, in order.
    pub fn with_prefix(
        &self,
        prefix: &[u8],
    ) -> impl DoubleEndedIterator<Item = Result<Row, ModelsError>> + '_ {
        self.views.db.scan_prefix(prefix).map(|row| row.map_err(|cause| self.failed(cause)))
    }

    /// The facts of a case by day, unit and seq, which is the order that decides its state. None for an unknown case.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn case(&self, case: &str) -> Result<Vec<CaseFact>, ModelsError> {
        self.read(&case_prefix(case), CaseFact::read)
    }

    /// The records that do not count, with their reasons, in leaf order.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn rejections(&self) -> Result<Vec<Rejection>, ModelsError> {
        self.read(&[Table::Rejection as u8], Rejection::read)
    }

    /// Facts that came after their period was closed, with the leaf of that closing.
    ///
    /// # Errors
    /// The database cannot be read.
    pub fn late(&self) -> Result<Vec<(LeafIndex, EventName)>, ModelsError> {
        self.read(&[Table::Late as u8], read_late)
    }

    fn read<T>(
        &self,
        prefix: &[u8],
        read: fn(&[u8], &[u8]) -> Result<T, BadRow>,
    ) -> Result<Vec<T>, ModelsError> {
        let rows = self.with_prefix(prefix);
        rows.map(|row| row.and_then(|(key, value)| Ok(read(&key, &value)?))).collect()
    }

    fn failed(&self, cause: sled::Error) -> ModelsError {
        ModelsError::of(self.views.path.clone(), cause)
    }
}
