//! One database: the rows of a state, changed batch by batch.

use std::{panic, path::PathBuf};

use socai_fold::{Change, StateDigest};
use socai_tlog::{Digest, Hash, TreeSize};

use crate::{
    error::ModelsError,
    head::{self, Head},
    place::Place,
    published::Published,
};

/// Page cache of the database, in bytes: what readers touch in a month fits.
const CACHE: u64 = 64 << 20;
/// How often sled writes on its own; a crash loses at most that much, and the log gives it back.
const FLUSH_EVERY_MS: u64 = 500;

/// The read models, ready for the next batch.
pub struct Models {
    place: Place,
    number: u64,
    db: sled::Db,
    applied: TreeSize,
    digest: StateDigest,
}

/// What was found where the models should be.
pub enum Opened {
    /// Rows of this version, as far as they say.
    Ready(Models),
    /// Nothing usable: an empty database, and what was moved aside with the reason.
    Empty {
        /// The empty models.
        models: Models,
        /// What did not open, where it is now and why.
        aside: Option<(PathBuf, String)>,
    },
}

impl Models {
    /// Opens the database in use. One that does not open, or holds other rows, is moved aside.
    ///
    /// # Errors
    /// The directory cannot be used, or even an empty database does not open.
    pub fn open(place: &Place) -> Result<Opened, ModelsError> {
        let number = place.current()?;
        if !place.database(number).exists() {
            return Ok(Opened::Empty { models: Self::begin(place, number)?, aside: None });
        }
        match Self::open_number(place, number) {
            Ok(models) if models.applied.0 > 0 => Ok(Opened::Ready(models)),
            Ok(models) => Ok(Opened::Empty { models, aside: None }),
            Err(reason) => {
                let aside = place.put_aside(number)?;
                let reason = reason.to_string();
                tracing::warn!(reason, aside = %aside.display(), "models moved aside; folding again from the log");
                let models = Self::begin(place, number + 1)?;
                Ok(Opened::Empty { models, aside: Some((aside, reason)) })
            }
        }
    }

    /// An empty database beside the one in use, for a rebuild; [`Models::take_over`] puts it in its place.
    ///
    /// # Errors
    /// The directory cannot be used.
    pub fn beside(place: &Place) -> Result<Models, ModelsError> {
        let number = place.current()? + 1;
        place.remove(number)?;
        Self::open_number(place, number)
    }

    /// Makes this database the one in use and removes the one before.
    ///
    /// # Errors
    /// The directory cannot be written; the old database then stays in use.
    pub fn take_over(&self) -> Result<(), ModelsError> {
        self.flush()?;
        let before = self.place.current()?;
        self.place.point_to(self.number)?;
        if before == self.number { Ok(()) } else { self.place.remove(before) }
    }

    fn begin(place: &Place, number: u64) -> Result<Models, ModelsError> {
        place.remove(number)?;
        let models = Self::open_number(place, number)?;
        place.point_to(number)?;
        Ok(models)
    }

    fn open_number(place: &Place, number: u64) -> Result<Models, ModelsError> {
        let path = place.database(number);
        let config = sled::Config::new()
            .path(&path)
            .cache_capacity(CACHE)
            .mode(sled::Mode::LowSpace)
            .flush_every_ms(Some(FLUSH_EVERY_MS));
        let opened = panic::catch_unwind(panic::AssertUnwindSafe(|| config.open()));
        let db = opened.map_err(|_| ModelsError::Panicked { path: path.clone() })?;
        let db = db.map_err(|cause| ModelsError::Sled { path: path.clone(), cause })?;
        let head = db.get(head::KEY).map_err(|cause| ModelsError::Sled { path: path.clone(), cause })?;
        let (applied, digest) = match head {
            None => (TreeSize(0), StateDigest::default()),
            Some(bytes) => {
                let unusable = || ModelsError::Unusable { path: path.clone(), reason: "rows of another version".into() };
                let head = Head::decode(&bytes).ok_or_else(unusable)?;
                (TreeSize(head.size), head.digest().ok_or_else(unusable)?)
            }
        };
        Ok(Models { place: place.clone(), number, db, applied, digest })
    }

    /// Entries folded into these rows.
    #[must_use]
    pub fn applied(&self) -> TreeSize {
        self.applied
    }

    /// Digest of the state.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest.digest()
    }

    /// Applies a batch that takes the models to `size`: all of its changes with the new size and digest, or none.
    ///
    /// # Errors
    /// The batch goes back, or the database refuses: nothing of it is visible then.
    pub fn apply(&mut self, changes: &[Change], size: TreeSize) -> Result<(), ModelsError> {
        if size < self.applied {
            return Err(ModelsError::OutOfOrder { got: size, applied: self.applied });
        }
        let mut digest = self.digest.clone();
        let mut batch = sled::Batch::default();
        for change in changes {
            digest.apply(change);
            match &change.new {
                Some(value) => batch.insert(change.key.as_slice(), value.as_slice()),
                None => batch.remove(change.key.as_slice()),
            }
        }
        batch.insert(head::KEY, Head::new(size.0, &digest).encode());
        self.db.apply_batch(batch).map_err(|cause| self.failed(cause))?;
        (self.applied, self.digest) = (size, digest);
        Ok(())
    }

    /// Tells others the digest at the applied size; `root` is the log's.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn publish(&self, root: Hash) -> Result<(), ModelsError> {
        let published = Published::new(self.applied, root, self.digest());
        self.place.replace(&self.place.published(), &published.to_string())
    }

    /// Every row in ascending order of keys, for [`socai_fold::Fold::from_rows`].
    pub fn rows(&self) -> impl Iterator<Item = Result<(sled::IVec, sled::IVec), ModelsError>> + '_ {
        let rows = self.db.range(&[1][..]..);
        rows.map(|row| row.map_err(|cause| self.failed(cause)))
    }

    /// Rows whose keys begin with `prefix`, in order.
    pub fn with_prefix(
        &self,
        prefix: &[u8],
    ) -> impl Iterator<Item = Result<(sled::IVec, sled::IVec), ModelsError>> + '_ {
        self.db.scan_prefix(prefix).map(|row| row.map_err(|cause| self.failed(cause)))
    }

    /// Hands everything to the file system. Not an fsync: durability is the log's.
    ///
    /// # Errors
    /// The database refuses.
    pub fn flush(&self) -> Result<(), ModelsError> {
        self.db.flush().map(drop).map_err(|cause| self.failed(cause))
    }

    fn failed(&self, cause: sled::Error) -> ModelsError {
        ModelsError::Sled { path: self.place.database(self.number), cause }
    }
}
