//! The state behind the pages: a fold that follows the log, and the newest answers.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use socai_audit::{AuditError, Place};
use socai_fold::{Fold, figures::Asked};
use socai_follow::ReplayError;
use socai_log::{LogError, Reader};
use socai_proto::Lang;
use socai_report::Figures;
use socai_tlog::{EventName, LeafIndex, TreeSize};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use super::{
    access::Part,
    answers::{Answers, Months},
    arrivals::Arrivals,
    asking::Asking,
    kept::Kept,
    listing::Facts,
    oops::Oops,
    steps::Steps,
    suppress,
};

/// How many requests compute at once; the others wait.
const AT_ONCE: usize = 4;
/// How many browsers may wait for news at once.
const LISTENERS: usize = 256;
/// How often the end of the log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// Newest records that are kept for the pages.
pub(super) const NEWEST: usize = 12;
/// Figures and series kept, each of one size.
const KEPT: usize = 64;
/// Lists of facts kept.
const KEPT_LISTS: usize = 16;
/// States of the past kept; each is as large as the present.
const KEPT_PAST: usize = 2;

/// Why there is no dashboard.
#[derive(Debug, thiserror::Error)]
pub enum BoardError {
    /// There is no ledger.
    #[error(transparent)]
    Place(#[from] AuditError),
    /// The log cannot be opened.
    #[error(transparent)]
    Log(#[from] LogError),
    /// The log cannot be folded.
    #[error(transparent)]
    Replay(#[from] ReplayError),
}

/// A record in the list of news: nothing of its facts but their kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct New {
    pub leaf: LeafIndex,
    pub name: EventName,
    pub received_at_ms: u64,
    pub is_rejected: bool,
}

/// A ledger as the pages see it. Clones share everything.
#[derive(Clone)]
pub struct Board(Arc<Shared>);

struct Shared {
    place: Place,
    ledger: std::path::PathBuf,
    reader: Reader,
    answers: Box<dyn Answers>,
    fold: RwLock<Arc<Fold>>,
    newest: Mutex<VecDeque<New>>,
    size: watch::Sender<TreeSize>,
    figures: Kept<(TreeSize, Asked), Figures>,
    open: Kept<(TreeSize, Asked, u64), Figures>,
    facts: Kept<(TreeSize, Asked, String), Facts>,
    months: Kept<(TreeSize, Asked, String, Lang), Option<Months>>,
    /// States of the past.
    past: Kept<TreeSize, Fold>,
    steps: Mutex<Steps>,
    arrivals: Mutex<Arrivals>,
    places: Arc<Semaphore>,
    listeners: Arc<Semaphore>,
    stop: CancellationToken,
}

impl Board {
    /// Folds a ledger to its end; [`Board::follow`] goes on from there.
    ///
    /// # Errors
    /// There is no ledger in the directory, or it cannot be read.
    pub fn open(ledger: &Path, answers: impl Answers, stop: CancellationToken) -> Result<Board, BoardError> {
        let place = Place::find(ledger)?;
        let reader = Reader::open(place.log())?;
        let (size, _) = watch::channel(TreeSize(0));
        let board = Board(Arc::new(Shared {
            place,
            ledger: ledger.to_owned(),
            reader,
            answers: Box::new(answers),
            fold: RwLock::default(),
            newest: Mutex::default(),
            size,
            figures: Kept::new(KEPT),
            open: Kept::new(KEPT),
            facts: Kept::new(KEPT_LISTS),
            months: Kept::new(KEPT),
            past: Kept::new(KEPT_PAST),
            steps: Mutex::default(),
            arrivals: Mutex::default(),
            places: Arc::new(Semaphore::new(AT_ONCE)),
            listeners: Arc::new(Semaphore::new(LISTENERS)),
            stop,
        }));
        board.advance()?;
        Ok(board)
    }

    pub(super) fn reader(&self) -> &Reader {
        &self.0.reader
    }

    pub(super) fn place(&self) -> &Place {
        &self.0.place
    }

    /// The directory that the user named.
    pub(super) fn ledger(&self) -> &Path {
        &self.0.ledger
    }

    pub(super) fn answers(&self) -> &dyn Answers {
        &*self.0.answers
    }

    pub(super) fn stop(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// How many browsers wait for news.
    pub(super) fn listening(&self) -> usize {
        LISTENERS - self.0.listeners.available_permits()
    }

    pub(super) fn listeners(&self) -> &Arc<Semaphore> {
        &self.0.listeners
    }

    /// The state now; it stays what it is while the board goes on.
    pub(super) fn fold(&self) -> Arc<Fold> {
        Arc::clone(&self.0.fold.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The size that the pages are at, and when it changes.
    pub(super) fn sizes(&self) -> watch::Receiver<TreeSize> {
        self.0.size.subscribe()
    }

    /// The newest records, newest first.
    pub(super) fn newest(&self) -> Vec<New> {
        self.0.newest.lock().unwrap_or_else(PoisonError::into_inner).iter().rev().cloned().collect()
    }

    /// Takes the fold to the end of the log, if it grew.
    fn advance(&self) -> Result<(), BoardError> {
        let end = self.0.reader.committed()?.size;
        let mut shared = self.0.fold.write().unwrap_or_else(PoisonError::into_inner);
        if end <= shared.size() {
            return Ok(());
        }
        let mut newest = self.0.newest.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let mut arrivals = self.0.arrivals.lock().unwrap_or_else(PoisonError::into_inner);
        // copied only while an answer is being computed from it
        let fold = Arc::make_mut(&mut shared);
        let replayed = socai_follow::replay(&self.0.reader, fold, end, |record, verdict| {
            if newest.len() == NEWEST {
                newest.pop_front();
            }
            arrivals.note(record.received_at_ms());
            newest.push_back(New {
                leaf: record.leaf(),
                name: record.name(),
                received_at_ms: record.received_at_ms(),
                is_rejected: matches!(verdict, socai_fold::Verdict::Rejected(_)),
            });
        });
        let size = fold.size();
        drop((shared, arrivals));
        *self.0.newest.lock().unwrap_or_else(PoisonError::into_inner) = newest;
        self.0.size.send_replace(size);
        Ok(replayed?)
    }

    /// Follows the log until told to stop. A log that cannot be read for a while is told once and tried again.
    pub(super) async fn follow(self) {
        let mut was_told = false;
        loop {
            tokio::select! {
                () = self.0.stop.cancelled() => return,
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
            let board = self.clone();
            match tokio::task::spawn_blocking(move || board.advance()).await {
                Ok(Ok(())) => was_told = false,
                Ok(Err(error)) if !was_told => {
                    was_told = true;
                    tracing::error!(%error, "the log cannot be followed; the pages stay where they are");
                }
                Ok(Err(_)) => {}
                Err(_) => return, // the runtime ends
            }
        }
    }

    /// Computes on a thread that may wait for the disk, a few at a time.
    pub(super) async fn compute<T: Send + 'static>(
        &self,
        compute: impl FnOnce(&Board) -> Result<T, Oops> + Send + 'static,
    ) -> Result<T, Oops> {
        let place = Arc::clone(&self.0.places).acquire_owned().await; // never closed
        let board = self.clone();
        let computed = tokio::task::spawn_blocking(move || {
            let _place = place; // held to the end even when the caller goes away
            compute(&board)
        });
        computed.await.unwrap_or_else(|error| Err(Oops::fault(&error)))
    }

    /// Records that came in the minute before now.
    pub(super) fn arrived(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_ms = now.as_millis().min(u128::from(u64::MAX)) as u64;
        self.0.arrivals.lock().unwrap_or_else(PoisonError::into_inner).in_the_minute_before(now_ms)
    }

    /// The figures of a question, computed once for each size.
    pub(super) fn figures(&self, fold: &Fold, asked: &Asked) -> Result<Arc<Figures>, Oops> {
        self.0.figures.get((fold.size(), asked.clone()), || {
            self.answers().figures(self.reader(), fold, asked).map_err(|error| Oops::fault(&error))
        })
    }

    /// The same for a visitor: without small cells for those who may not see them.
    pub(super) fn figures_for(
        &self,
        fold: &Fold,
        asked: &Asked,
        asking: &Asking,
    ) -> Result<Arc<Figures>, Oops> {
        let all = self.figures(fold, asked)?;
        if asking.sees(Part::Cells) {
            return Ok(all);
        }
        let min_cell = asking.visitor.min_cell;
        self.0.open.get((fold.size(), asked.clone(), min_cell), || Ok(suppress::open(&all, min_cell)))
    }

    /// The facts behind one figure, listed once for each size.
    pub(super) fn facts(&self, fold: &Fold, asked: &Asked, code: &str) -> Result<Arc<Facts>, Oops> {
        self.0.facts.get((fold.size(), asked.clone(), code.to_owned()), || {
            Facts::of(self.reader(), fold, asked, code).map_err(|error| Oops::fault(&error))
        })
    }

    /// One figure by month.
    pub(super) fn months(
        &self,
        fold: &Fold,
        asked: &Asked,
        code: &str,
        lang: Lang,
    ) -> Result<Arc<Option<Months>>, Oops> {
        self.0.months.get((fold.size(), asked.clone(), code.to_owned(), lang), || {
            self.answers().months(self.reader(), fold, code, asked, lang).map_err(|error| Oops::fault(&error))
        })
    }

    /// The state at a size: the present one, or one of the past.
    pub(super) fn fold_at(&self, size: TreeSize) -> Result<Arc<Fold>, Oops> {
        let now = self.fold();
        if size >= now.size() {
            return Ok(now);
        }
        self.0.past.get(size, || self.answers().at(self.reader(), size).map_err(|error| Oops::fault(&error)))
    }

    /// Sizes that checkpoints were signed for, oldest first, the present one last.
    pub(super) fn steps(&self, end: TreeSize) -> Result<Vec<TreeSize>, Oops> {
        let mut steps = self.0.steps.lock().unwrap_or_else(PoisonError::into_inner);
        steps.read(self.reader(), end).map_err(|error| Oops::fault(&error))
    }
}
