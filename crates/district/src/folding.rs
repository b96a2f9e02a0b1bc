//! The fold beside the log: reads by position, so that lag costs time and never memory.

use socai_fold::{Erasure, Fold, Verdict};
use socai_log::Reader;
use socai_models::{Models, Opened, Place, Published};
use socai_tlog::{LeafIndex, TreeSize};
use tokio::sync::watch;

use crate::{config::LedgerDir, error::DistrictError, ledger::Folded};

/// Entries of one batch of rows: enough that cells which change often are written once.
const BATCH: u64 = 8_192;

/// The fold with the models it writes.
pub struct Folding {
    fold: Fold,
    models: Models,
    reader: Reader,
}

impl Folding {
    /// Opens the models of a ledger and folds what the log has more. Models that cannot be used are made anew.
    ///
    /// # Errors
    /// The log cannot be replayed, or an empty database does not open.
    pub fn catch_up(dir: &LedgerDir, reader: &Reader) -> Result<Self, DistrictError> {
        let place = Place::new(dir.models());
        let mut folding = match Models::open(&place)? {
            Opened::Ready(models) => Self::go_on(models, &place, reader)?,
            Opened::Empty { models, .. } => Self::begin(models, reader),
        };
        folding.advance(reader.committed()?.size)?;
        Ok(folding)
    }

    /// Folds the whole log into a database beside the one in use, and puts it in its place.
    ///
    /// # Errors
    /// The log cannot be replayed or the database refuses; the one in use stays.
    pub fn rebuild(dir: &LedgerDir, reader: &Reader) -> Result<Self, DistrictError> {
        let mut folding = Self::begin(Models::beside(&Place::new(dir.models()))?, reader);
        folding.advance(reader.committed()?.size)?;
        folding.models.take_over()?;
        Ok(folding)
    }

    fn begin(models: Models, reader: &Reader) -> Self {
        let mut fold = Fold::new();
        fold.capture(true);
        Folding { fold, models, reader: reader.clone() }
    }

    /// Goes on from stored rows; rows that are no state, or are ahead of a log that was restored, are given up.
    fn go_on(models: Models, place: &Place, reader: &Reader) -> Result<Self, DistrictError> {
        let end = reader.committed()?.size;
        let of_this_log = told_of(reader, place, end)?;
        match models.fold() {
            Ok(mut fold) if of_this_log && fold.size() <= end => {
                fold.capture(true);
                Ok(Folding { fold, models, reader: reader.clone() })
            }
            restored => {
                let found = restored.map(|fold| fold.size().to_string());
                tracing::warn!(?found, applied = %models.applied(), %end, "the models are no state of this log");
                drop(models);
                let models = Models::beside(place)?;
                models.take_over()?;
                Ok(Self::begin(models, reader))
            }
        }
    }

    /// What appending goes on from, after everything that is folded.
    #[must_use]
    pub fn folded(&self) -> Folded {
        Folded::of(&self.fold)
    }

    /// Entries folded and stored.
    #[must_use]
    pub fn applied(&self) -> TreeSize {
        self.models.applied()
    }

    /// The models.
    #[must_use]
    pub fn models(&self) -> &Models {
        &self.models
    }

    /// Folds up to `to`, a batch at a time, and publishes the digest.
    ///
    /// # Errors
    /// The log cannot be read, the fold cannot go on, or the database refuses.
    pub fn advance(&mut self, to: TreeSize) -> Result<(), DistrictError> {
        while self.fold.size() < to {
            let next = TreeSize(to.0.min(self.fold.size().0 + BATCH));
            let (mut rejected, mut first) = (0_u64, None);
            socai_follow::replay(&self.reader, &mut self.fold, next, |_, verdict| {
                if let Verdict::Rejected(rejection) = verdict {
                    rejected += 1;
                    first.get_or_insert_with(|| {
                        (rejection.name(), rejection.reasons.first().map(|r| r.code.clone()))
                    });
                }
            })?;
            if let Some((record, code)) = first {
                tracing::warn!(rejected, %record, ?code, "recorded, do not count; the first of them is named");
            }
            // A crash before this line folds the batch again from the log; after it, the batch is there whole.
            self.models.apply(&self.fold.drain(), next)?;
        }
        if to.0 > 0 {
            self.models.publish(self.reader.root_at(to)?)?;
        }
        Ok(())
    }

    /// Follows the log until nobody writes it any more, and hands over erasures that count.
    ///
    /// # Errors
    /// As for [`Folding::advance`].
    pub(crate) fn run(
        mut self,
        mut committed: watch::Receiver<TreeSize>,
        folded: &watch::Sender<TreeSize>,
        erase: impl Fn(Vec<Erasure>),
    ) -> Result<(), DistrictError> {
        loop {
            let size = *committed.borrow_and_update();
            let from = LeafIndex(self.fold.size().0);
            self.advance(size)?;
            match self.fold.erasures().since(from) {
                [] => {}
                new => erase(new.to_vec()),
            }
            folded.send_replace(self.applied());
            if !wait(&mut committed) {
                break;
            }
        }
        self.models.flush()?;
        Ok(())
    }
}

/// Blocks until the log has grown; false once its writer has gone.
fn wait(committed: &mut watch::Receiver<TreeSize>) -> bool {
    tokio::runtime::Handle::current().block_on(committed.changed()).is_ok()
}

/// Whether what the models last published is of this log: models that stayed while the log was restored are not.
fn told_of(reader: &Reader, place: &Place, end: TreeSize) -> Result<bool, DistrictError> {
    match Published::read(place) {
        Ok(Some(told)) if told.size.0 > 0 && told.size <= end => Ok(reader.root_at(told.size)? == told.root),
        Ok(Some(told)) => Ok(told.size.0 == 0),
        // nothing was told, or nothing that can be read: the rows themselves are looked at
        Ok(None) | Err(_) => Ok(true),
    }
}
