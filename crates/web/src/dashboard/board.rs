//! The state behind the pages: a fold that follows the log, and the newest answers.

use std::{
    collections::VecDeque,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::Duration,
};

use socai_audit::{AuditError, Place};
use socai_fold::{Fold, figures::Asked};
use socai_follow::ReplayError;
use socai_log::{LogError, Reader};
use socai_models::Snapshots;
use socai_report::Figures;
use socai_tlog::{EventName, LeafIndex, TreeSize};
use tokio::sync::{Semaphore, watch};
use tokio_util::sync::CancellationToken;

use super::{answers::Answers, listing::Facts, oops::Oops};

/// How many requests compute at once; the others wait.
const AT_ONCE: usize = 4;
/// How many browsers may wait for news at once.
const LISTENERS: usize = 256;
/// How often the end of the log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Newest records that are kept for the pages.
pub(super) const NEWEST: usize = 12;
/// Answers kept, and lists of facts kept.
const KEPT: usize = 16;

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
    figures: Mutex<Kept<Asked, Figures>>,
    facts: Mutex<Kept<(Asked, String), Facts>>,
    places: Arc<Semaphore>,
    listeners: Arc<Semaphore>,
    stop: CancellationToken,
}

/// The newest answers, each of one tree size.
type Kept<Q, A> = VecDeque<(TreeSize, Q, Arc<A>)>;

impl Board {
    /// Folds a ledger to its end; [`Board::follow`] goes on from there.
    ///
    /// # Errors
    /// There is no ledger in the directory, or it cannot be read.
    pub fn open(ledger: &Path, answers: impl Answers, stop: CancellationToken) -> Result<Board, BoardError> {
        let place = Place::find(ledger)?;
        let reader = Reader::open(place.log())?;
        let end = reader.committed()?.size;
        // the records that the pages show as the newest are replayed
        let shown = TreeSize(end.0.saturating_sub(NEWEST as u64));
        let nearest = Snapshots::beside(reader.dir());
        let nearest = nearest.and_then(|place| place.nearest(shown, |at| reader.root_at(at).ok()));
        let (fold, _) = nearest.unwrap_or_default();
        let (size, _) = watch::channel(fold.size());
        let board = Board(Arc::new(Shared {
            place,
            ledger: ledger.to_owned(),
            reader,
            answers: Box::new(answers),
            fold: RwLock::new(Arc::new(fold)),
            newest: Mutex::default(),
            size,
            figures: Mutex::default(),
            facts: Mutex::default(),
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
        // copied only while an answer is being computed from it
        let fold = Arc::make_mut(&mut shared);
        let replayed = socai_follow::replay(&self.0.reader, fold, end, |record, verdict| {
            if newest.len() == NEWEST {
                newest.pop_front();
            }
            newest.push_back(New {
                leaf: record.leaf(),
                name: record.name(),
                received_at_ms: record.received_at_ms(),
                is_rejected: matches!(verdict, socai_fold::Verdict::Rejected(_)),
            });
        });
        let size = fold.size();
        drop(shared);
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

    /// The figures of a question, computed once for each size.
    pub(super) fn figures(&self, fold: &Fold, asked: &Asked) -> Result<Arc<Figures>, Oops> {
        kept(&self.0.figures, fold.size(), asked, || {
            self.answers().figures(self.reader(), fold, asked).map_err(|error| Oops::fault(&error))
        })
    }

    /// The facts behind one figure, listed once for each size.
    pub(super) fn facts(&self, fold: &Fold, asked: &Asked, code: &str) -> Result<Arc<Facts>, Oops> {
        kept(&self.0.facts, fold.size(), &(asked.clone(), code.to_owned()), || {
            Facts::of(self.reader(), fold, asked, code).map_err(|error| Oops::fault(&error))
        })
    }
}

/// The answer of this size, or a new one in place of the oldest.
fn kept<Q: Clone + PartialEq, A>(
    kept: &Mutex<Kept<Q, A>>,
    size: TreeSize,
    question: &Q,
    answer: impl FnOnce() -> Result<A, Oops>,
) -> Result<Arc<A>, Oops> {
    let is_it = |(at, asked, _): &&(TreeSize, Q, Arc<A>)| *at == size && asked == question;
    let known =
        kept.lock().unwrap_or_else(PoisonError::into_inner).iter().find(is_it).map(|(.., a)| Arc::clone(a));
    if let Some(known) = known {
        return Ok(known);
    }
    let answer = Arc::new(answer()?);
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() >= KEPT {
        kept.pop_front();
    }
    kept.push_back((size, question.clone(), Arc::clone(&answer)));
    Ok(answer)
}
