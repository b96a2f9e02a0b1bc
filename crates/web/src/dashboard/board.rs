//! The state behind the pages: a fold that follows the log, and the newest answers. [`Tail`] follows at once and brings news; the pages move after it
//! from moment to moment, and each says what its cut-off is.

pub(super) mod figures;

use std::{
    path::Path,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;
use socai_audit::{AuditError, Place};
use socai_fold::{Fold, figures::Asked};
use socai_follow::ReplayError;
use socai_log::{LogError, Reader};
use socai_models::Snapshots;
use socai_proto::Lang;
use socai_report::Figures;
use socai_tlog::{LeafIndex, TreeSize};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    access::Part,
    answers::{Answers, Months},
    asking::Asking,
    begun::Begun,
    kept::Kept,
    listeners::Listeners,
    listing::Facts,
    oops::Oops,
    places::{Places, Work},
    signing::Signing,
    steps::Steps,
    tail::{New, Tail},
};

/// How often the end of the log is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(20);
/// How often the pages move on while the log grows: figures of one moment are computed once for all who ask, so they stay for a moment,
const MOVE_EVERY: Duration = Duration::from_secs(1);
/// and for so many times as long as it took to compute them: most who ask find them ready, however large the ledger is.
const REST: u32 = 10;
/// How long the pages may stay behind because somebody computes from their state; then it is copied.
const BEHIND_AT_MOST: Duration = Duration::from_secs(5);
/// Figures and series kept, each of one size.
const KEPT: usize = 64;
/// How many questions are read for at once beside the pages; each takes every processor.
const READ_AT_ONCE: usize = 2;
/// Tellings of news kept: by language, and by what may be seen.
const KEPT_NEWS: usize = 16;
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

/// Records before the end that are always replayed: those of a busy minute.
const SHOWN: u64 = 10_000;

/// The state of the newest snapshot at or below a size, else the one before the first record.
pub(super) fn nearest(reader: &Reader, size: TreeSize) -> Fold {
    let place = Snapshots::beside(reader.dir());
    let nearest = place.and_then(|place| place.nearest(size, |at| reader.root_at(at).ok()));
    nearest.map(|(fold, _)| fold).unwrap_or_default()
}

/// A ledger as the pages see it. Clones share everything.
#[derive(Clone)]
pub struct Board(Arc<Shared>);

struct Shared {
    place: Place,
    ledger: std::path::PathBuf,
    reader: Reader,
    answers: Box<dyn Answers>,
    signing: OnceLock<Box<dyn Signing>>,
    /// One report or text at a time is signed.
    signs: tokio::sync::Mutex<()>,
    tail: Mutex<Tail>,
    /// What the pages are made of: a moment behind the tail when much is going on.
    fold: RwLock<Arc<Fold>>,
    moved: Mutex<Instant>,
    /// How long the newest figures of a page took.
    took: Mutex<Duration>,
    size: watch::Sender<TreeSize>,
    news: Kept<(TreeSize, Lang, bool), Value>,
    figures: Kept<(TreeSize, Asked), Figures>,
    glances: Kept<(TreeSize, Asked), Figures>,
    sums: Kept<(TreeSize, Asked), Figures>,
    begun: Arc<Begun<(TreeSize, Asked)>>,
    brief: Kept<(TreeSize, Asked), Figures>,
    open: Kept<(TreeSize, Asked, u64), Figures>,
    open_glances: Kept<(TreeSize, Asked, u64), Figures>,
    open_sums: Kept<(TreeSize, Asked, u64), Figures>,
    facts: Kept<(TreeSize, Asked, String), Facts>,
    months: Kept<(TreeSize, Asked, String, Lang), Option<Months>>,
    /// States of the past.
    past: Kept<TreeSize, Fold>,
    steps: Mutex<Steps>,
    places: Places,
    listeners: Arc<Listeners>,
    stop: CancellationToken,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks on a thread that may wait, until nobody else computes the answer.
fn waited<T>(ask: impl Fn() -> Result<T, Oops>) -> Result<T, Oops> {
    loop {
        match ask() {
            Ok(answer) => return Ok(answer),
            Err(mut oops) => match oops.coming() {
                Some(coming) => coming.wait(),
                None => return Err(oops),
            },
        }
    }
}

impl Board {
    /// Folds a ledger to its end; [`Board::follow`] goes on from there.
    ///
    /// # Errors
    /// There is no ledger in the directory, or it cannot be read.
    pub fn open(ledger: &Path, answers: impl Answers, stop: CancellationToken) -> Result<Board, BoardError> {
        let place = Place::find(ledger)?;
        let reader = Reader::open(place.log())?;
        let end = reader.committed()?.size;
        // the records that the pages show as the newest, and count as arrived lately, are replayed
        let fold = nearest(&reader, TreeSize(end.0.saturating_sub(SHOWN)));
        let (size, _) = watch::channel(fold.size());
        let board = Board(Arc::new(Shared {
            place,
            ledger: ledger.to_owned(),
            reader,
            answers: Box::new(answers),
            signing: OnceLock::new(),
            signs: tokio::sync::Mutex::default(),
            tail: Mutex::new(Tail::after(fold)),
            fold: RwLock::default(),
            moved: Mutex::new(Instant::now()),
            took: Mutex::default(),
            size,
            news: Kept::new(KEPT_NEWS),
            figures: Kept::new(KEPT),
            brief: Kept::new(KEPT),
            open: Kept::new(KEPT),
            glances: Kept::new(KEPT),
            sums: Kept::new(KEPT),
            begun: Begun::new(READ_AT_ONCE),
            open_glances: Kept::new(KEPT),
            open_sums: Kept::new(KEPT),
            facts: Kept::new(KEPT_LISTS),
            months: Kept::new(KEPT),
            past: Kept::new(KEPT_PAST),
            steps: Mutex::default(),
            places: Places::new(),
            listeners: Arc::default(),
            stop,
        }));
        board.look()?;
        let fold = Arc::new(lock(&board.0.tail).copy());
        *board.0.fold.write().unwrap_or_else(PoisonError::into_inner) = fold;
        Ok(board)
    }

    /// Names who holds the operator's key, for visitors who may have something signed; the first one named stays.
    #[must_use]
    pub fn signed_by(self, signing: impl Signing) -> Board {
        let _ = self.0.signing.set(Box::new(signing)); // named twice: the first stays
        self
    }

    /// Who holds the operator's key; none where nothing can be signed.
    pub(super) fn signing(&self) -> Option<&dyn Signing> {
        self.0.signing.get().map(|signing| &**signing)
    }

    /// Held while something is being signed.
    pub(super) fn signs(&self) -> &tokio::sync::Mutex<()> {
        &self.0.signs
    }

    /// Takes tail and pages to the end of the log.
    pub(super) fn catch_up(&self) -> Result<(), Oops> {
        let caught_up = self.look().and_then(|()| self.move_to(*self.0.size.borrow(), true));
        caught_up.map_err(|error| Oops::fault(&error))
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
        self.0.listeners.len()
    }

    pub(super) fn listeners(&self) -> &Arc<Listeners> {
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
        lock(&self.0.tail).newest()
    }

    /// Takes the tail to the end of the log, if it grew, and tells whoever waits for news.
    fn look(&self) -> Result<(), BoardError> {
        let end = self.0.reader.committed()?.size;
        let mut tail = lock(&self.0.tail);
        if end > tail.size() {
            let read = tail.read(&self.0.reader, end);
            self.0.size.send_replace(tail.size());
            read?;
        }
        Ok(())
    }

    /// Takes the pages after the tail: at most once a moment, and not while somebody computes from their state, unless that takes long.
    fn move_on(&self) -> Result<(), BoardError> {
        let end = *self.0.size.borrow();
        let waited = lock(&self.0.moved).elapsed();
        let rest = MOVE_EVERY.max(*lock(&self.0.took) * REST);
        if self.fold().size() < end && waited >= rest {
            self.move_to(end, waited >= rest + BEHIND_AT_MOST)?;
        }
        Ok(())
    }

    /// Takes the pages to a size that the tail has reached, over a copy of their state if somebody holds it and `may_copy`.
    fn move_to(&self, end: TreeSize, may_copy: bool) -> Result<(), BoardError> {
        let mut shared = self.0.fold.write().unwrap_or_else(PoisonError::into_inner);
        let fold = match Arc::get_mut(&mut shared) {
            Some(fold) => fold,
            None if may_copy => Arc::make_mut(&mut shared),
            None => return Ok(()),
        };
        if fold.size() < end {
            socai_follow::replay(&self.0.reader, fold, end, |_, _| ())?;
        }
        *lock(&self.0.moved) = Instant::now();
        Ok(())
    }

    /// A state that knows a record which the tail has seen: somebody follows a link to what is new.
    pub(super) fn fold_with(&self, leaf: LeafIndex) -> Result<Arc<Fold>, Oops> {
        let (fold, end) = (self.fold(), *self.0.size.borrow());
        if leaf.0 < fold.size().0 || leaf.0 >= end.0 {
            return Ok(fold);
        }
        drop(fold);
        self.move_to(end, true).map_err(|error| Oops::fault(&error))?;
        Ok(self.fold())
    }

    /// What is told at a size: computed once for all who hear the same.
    pub(super) fn news(
        &self,
        size: TreeSize,
        asking: &Asking,
        tell: impl Fn() -> Result<Value, Oops>,
    ) -> Result<Arc<Value>, Oops> {
        let question = (size, asking.lang, asking.sees(Part::Facts));
        waited(|| self.0.news.get(question, &tell))
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
            match tokio::task::spawn_blocking(move || board.look().and_then(|()| board.move_on())).await {
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

    /// Computes what is at hand in a moment, on a thread that may wait for the disk, a few at a time. What somebody else is computing is waited for
    /// without a place, and then asked for again.
    pub(super) async fn compute<T: Send + 'static>(
        &self,
        compute: impl Fn(&Board) -> Result<T, Oops> + Send + Sync + 'static,
    ) -> Result<T, Oops> {
        self.compute_as(Work::Short, compute).await
    }

    /// The same of what may cost a pass over the log.
    pub(super) async fn compute_figures<T: Send + 'static>(
        &self,
        asking: &Asking,
        compute: impl Fn(&Board) -> Result<T, Oops> + Send + Sync + 'static,
    ) -> Result<T, Oops> {
        self.compute_as(Work::figures(asking), compute).await
    }

    async fn compute_as<T: Send + 'static>(
        &self,
        work: Work,
        compute: impl Fn(&Board) -> Result<T, Oops> + Send + Sync + 'static,
    ) -> Result<T, Oops> {
        let compute = Arc::new(compute);
        loop {
            let place = self.0.places.take(work).await;
            let (board, compute) = (self.clone(), Arc::clone(&compute));
            let computed = tokio::task::spawn_blocking(move || {
                let _place = place; // held to the end even when the caller goes away
                compute(&board)
            });
            match computed.await.unwrap_or_else(|error| Err(Oops::fault(&error))) {
                Ok(computed) => return Ok(computed),
                Err(mut oops) => match oops.coming() {
                    Some(coming) => coming.ended().await,
                    None => return Err(oops),
                },
            }
        }
    }

    /// Records that came in the minute before now.
    pub(super) fn arrived(&self) -> u64 {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let now_ms = now.as_millis().min(u128::from(u64::MAX)) as u64;
        lock(&self.0.tail).arrived(now_ms)
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
        lock(&self.0.steps).read(self.reader(), end).map_err(|error| Oops::fault(&error))
    }
}
