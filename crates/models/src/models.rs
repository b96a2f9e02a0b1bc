//! The one writer of a database: the rows of a state, changed batch by batch.

use std::{
    panic,
    path::PathBuf,
    sync::{Arc, RwLock},
    thread,
    time::{Duration, Instant},
};

use socai_fold::{Change, Fold};
use socai_tlog::{Digest, Hash, TreeSize};

use crate::{
    error::ModelsError,
    head::{self, Digests, Head},
    place::Place,
    published::Published,
    views::{Applied, Views},
};

/// Page cache of the database, in bytes: what readers touch in a month fits.
const CACHE: u64 = 64 << 20;
/// How often sled writes on its own; a crash loses at most that much, and the log gives it back.
const FLUSH_EVERY_MS: u64 = 500;
/// How long a database that is in use is asked for again. The threads sled writes with hold its file, and with it its lock, a
/// little longer than the database that was dropped (0.34.7, `iobuf.rs`, `threadpool::spawn`).
const CLOSING: Duration = Duration::from_secs(2);

/// The read models, ready for the next batch.
pub struct Models {
    place: Place,
    number: u64,
    db: sled::Db,
    size: TreeSize,
    digests: Digests,
    /// What readers are told, and the gate that keeps them out while a batch is written.
    applied: Arc<RwLock<Applied>>,
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
    /// Another process has the database open; the directory cannot be used; or even an empty database does not open.
    pub fn open(place: &Place) -> Result<Opened, ModelsError> {
        let number = place.current()?;
        if !place.database(number).exists() {
            return Ok(Opened::Empty { models: Self::begin(place, number)?, aside: None });
        }
        match Self::open_number(place, number) {
            Ok(models) if models.size.0 > 0 => Ok(Opened::Ready(models)),
            Ok(models) => Ok(Opened::Empty { models, aside: None }),
            Err(in_use @ ModelsError::InUse { .. }) => Err(in_use),
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

    /// Makes this database the one in use and removes the one before, once its rows have been read back and compared with
    /// their digest.
    ///
    /// # Errors
    /// The rows are not what was written, or the directory cannot be written; the old database then stays in use.
    pub fn take_over(&self) -> Result<(), ModelsError> {
        self.flush()?;
        self.check()?;
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
        let read = || {
            let db = config.open()?;
            let head = db.get(head::KEY)?;
            Ok((db, head))
        };
        let asked = Instant::now();
        let (db, head) = loop {
            let opened = panic::catch_unwind(panic::AssertUnwindSafe(read));
            let opened = opened.map_err(|_| ModelsError::Panicked { path: path.clone() })?;
            match opened.map_err(|cause| ModelsError::of(path.clone(), cause)) {
                Err(ModelsError::InUse { .. }) if asked.elapsed() < CLOSING => thread::sleep(CLOSING / 100),
                opened => break opened?,
            }
        };
        let (size, digests) = match head {
            None => (TreeSize(0), Digests::default()),
            Some(bytes) => {
                let head = Head::decode(&bytes).and_then(|head| Some((TreeSize(head.size), head.digests()?)));
                head.ok_or_else(|| ModelsError::unusable(path, "rows of another version"))?
            }
        };
        let applied = Arc::new(RwLock::new(Applied { size, digest: digests.whole().digest() }));
        Ok(Models { place: place.clone(), number, db, size, digests, applied })
    }

    /// Entries folded into these rows.
    #[must_use]
    pub fn applied(&self) -> TreeSize {
        self.size
    }

    /// Digest of the state.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digests.whole().digest()
    }

    /// Applies a batch that takes the models to `size`: all of its changes with the new size and digest, or none. Readers see the
    /// state before it or after it.
    ///
    /// # Errors
    /// The batch does not go on from what is there, or the database refuses: nothing of it is visible then.
    pub fn apply(&mut self, changes: &[Change], size: TreeSize) -> Result<(), ModelsError> {
        if size < self.size || size == self.size && !changes.is_empty() {
            return Err(ModelsError::OutOfOrder { got: size, applied: self.size });
        }
        let mut digests = self.digests.clone();
        let mut batch = sled::Batch::default();
        for change in changes {
            digests.apply(change);
            match &change.new {
                Some(value) => batch.insert(change.key.as_slice(), value.as_slice()),
                None => batch.remove(change.key.as_slice()),
            }
        }
        batch.insert(head::KEY, Head::new(size.0, &digests).encode());
        let told = Applied { size, digest: digests.whole().digest() };
        // A reader that panicked changed nothing, so the lock's poison says nothing about the rows.
        let mut applied = self.applied.write().unwrap_or_else(|poisoned| poisoned.into_inner());
        self.db.apply_batch(batch).map_err(|cause| self.failed(cause))?;
        *applied = told;
        drop(applied);
        (self.size, self.digests) = (size, digests);
        Ok(())
    }

    /// Tells others the digest at the applied size; `root` is the log's.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn publish(&self, root: Hash) -> Result<(), ModelsError> {
        let published = Published::new(self.size, root, self.digest());
        self.place.replace(&self.place.published(), &published.to_string())
    }

    /// The fold that these rows are the state of, after comparing every row it is made from with the digest. Cases are not read, so
    /// this costs what the state costs, not what the log does.
    ///
    /// # Errors
    /// Rows are missing, changed or of another version: fold again from the log.
    pub fn fold(&self) -> Result<Fold, ModelsError> {
        let (mut digests, mut failed) = (Digests::default(), None);
        let rows = Fold::HELD.into_iter().flat_map(|table| self.db.scan_prefix([table as u8]));
        let rows = rows.map_while(|row| match row {
            Ok((key, value)) => {
                digests.add(&key, &value);
                Some((key, value))
            }
            Err(cause) => {
                failed = Some(cause);
                None
            }
        });
        let fold = Fold::from_rows(rows);
        if let Some(cause) = failed {
            return Err(self.failed(cause));
        }
        let fold = fold?;
        match digests.held == self.digests.held && fold.size() == self.size {
            true => Ok(fold),
            false => Err(ModelsError::unusable(self.path(), "the rows are not those of the digest")),
        }
    }

    /// Compares every row with the digest.
    ///
    /// # Errors
    /// The rows are not those that were written: fold again from the log.
    pub fn check(&self) -> Result<(), ModelsError> {
        let mut digests = Digests::default();
        for row in self.rows() {
            let (key, value) = row?;
            digests.add(&key, &value);
        }
        match digests == self.digests {
            true => Ok(()),
            false => Err(ModelsError::unusable(self.path(), "the rows are not those of the digest")),
        }
    }

    /// A handle for readers, for as long as this database is the one in use.
    #[must_use]
    pub fn views(&self) -> Views {
        Views::new(self.path(), self.db.clone(), Arc::clone(&self.applied))
    }

    /// Every row in ascending order of keys.
    pub fn rows(&self) -> impl Iterator<Item = Result<(sled::IVec, sled::IVec), ModelsError>> + '_ {
        let rows = self.db.range(&[1][..]..);
        rows.map(|row| row.map_err(|cause| self.failed(cause)))
    }

    /// Hands everything to the file system. Not an fsync: durability is the log's.
    ///
    /// # Errors
    /// The database refuses.
    pub fn flush(&self) -> Result<(), ModelsError> {
        self.db.flush().map(drop).map_err(|cause| self.failed(cause))
    }

    fn path(&self) -> PathBuf {
        self.place.database(self.number)
    }

    fn failed(&self, cause: sled::Error) -> ModelsError {
        ModelsError::of(self.path(), cause)
    }
}
