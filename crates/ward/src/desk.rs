//! The thread that owns the journal, and the handle through which everybody else asks it.
//!
//! Requests that wait while one is being synced are sealed together by the next sync: many clients, one disk.

use std::thread::{self, JoinHandle};

use socai_log::JournalReader;
use socai_proto::v1;
use socai_tlog::{ChainHead, SealingKey, VerifiedSegment};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    clock,
    draft::Draft,
    generation::JournalError,
    import::Seals,
    keeper::{Judge, Keeper, Known, RejoinError, SealError, Sealed},
    publisher::Ordered,
};

/// Requests that may wait, each of at most 512 KiB: 32 MiB. More of them make a caller wait for a place.
const WAITING: usize = 64;

/// What the desk holds now, for whoever reads the journal beside it.
#[derive(Clone)]
pub(crate) struct Shelf {
    /// The end of what is sealed.
    pub(crate) head: ChainHead,
    /// Reads it.
    pub(crate) reader: JournalReader,
    /// Every sealing key this unit has had.
    pub(crate) keys: Vec<SealingKey>,
    /// Whether a request could be sealed now.
    pub(crate) can_seal: bool,
}

type Answer<T, E = SealError> = oneshot::Sender<Result<T, E>>;

enum Request {
    Seal(Vec<Draft>, Answer<Vec<Sealed>>),
    Known(Draft, Answer<Known>),
    Rotate(v1::KeyGround, String, Judge, Answer<(SealingKey, Sealed)>),
    BeginRestore(ChainHead, Answer<(), RejoinError>),
    Restore(VerifiedSegment, Answer<(), RejoinError>),
    Rejoin(ChainHead, Answer<ChainHead, RejoinError>),
    Erase(Ordered, Answer<u64, JournalError>),
}

/// Asks the thread that owns the journal. Clones ask the same one; it ends with the last.
#[derive(Clone)]
pub struct Desk {
    requests: mpsc::Sender<Request>,
    shelf: watch::Receiver<Shelf>,
}

/// The desk's thread. Dropped after the last [`Desk`], it waits until the journal is closed and the unit's lock free.
pub(crate) struct DeskThread(Option<JoinHandle<()>>);

impl Drop for DeskThread {
    fn drop(&mut self) {
        // a panic there has been reported when it happened; the journal is closed either way
        let _ = self.0.take().map(JoinHandle::join);
    }
}

impl Desk {
    /// Gives the journal's owner a thread of its own.
    pub(crate) fn open(keeper: Keeper) -> std::io::Result<(Desk, DeskThread)> {
        let (requests, waiting) = mpsc::channel(WAITING);
        let (shelf, watching) = watch::channel(shelf(&keeper));
        let name = format!("seal-{}", keeper.unit().no);
        let thread = thread::Builder::new().name(name).spawn(move || serve(keeper, waiting, &shelf))?;
        Ok((Desk { requests, shelf: watching }, DeskThread(Some(thread))))
    }

    /// Seals drafts together, all or none.
    ///
    /// # Errors
    /// See [`SealError`].
    pub async fn seal(&self, drafts: Vec<Draft>) -> Result<Vec<Sealed>, SealError> {
        self.ask(|answer| Request::Seal(drafts, answer)).await.ok_or(SealError::Stopping)?
    }

    /// Replaces the sealing key.
    ///
    /// # Errors
    /// See [`SealError`]; the old key stays in use then.
    pub(crate) async fn rotate(
        &self,
        ground: v1::KeyGround,
        entered_by: &str,
        judge: Judge,
    ) -> Result<(SealingKey, Sealed), SealError> {
        let entered_by = entered_by.to_owned();
        self.ask(|answer| Request::Rotate(ground, entered_by, judge, answer))
            .await
            .ok_or(SealError::Stopping)?
    }

    /// What is sealed now, to be watched.
    pub(crate) fn shelf(&self) -> watch::Receiver<Shelf> {
        self.shelf.clone()
    }

    pub(crate) async fn begin_restore(&self, base: ChainHead) -> Result<(), RejoinError> {
        self.ask(|answer| Request::BeginRestore(base, answer)).await.ok_or(STOPPING)?
    }

    pub(crate) async fn restore(&self, segment: VerifiedSegment) -> Result<(), RejoinError> {
        self.ask(|answer| Request::Restore(segment, answer)).await.ok_or(STOPPING)?
    }

    pub(crate) async fn rejoin(&self, head: ChainHead) -> Result<ChainHead, RejoinError> {
        self.ask(|answer| Request::Rejoin(head, answer)).await.ok_or(STOPPING)?
    }

    /// Destroys an annex; how many copies of it there were. `None` when the node is stopping.
    pub(crate) async fn erase(&self, ordered: Ordered) -> Option<Result<u64, JournalError>> {
        self.ask(|answer| Request::Erase(ordered, answer)).await
    }

    /// `None` when the thread has ended.
    async fn ask<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Option<T> {
        let (answer, told) = oneshot::channel();
        self.requests.send(request(answer)).await.ok()?;
        told.await.ok()
    }

    /// The same, for threads that may block.
    fn ask_blocking<T>(&self, request: impl FnOnce(oneshot::Sender<T>) -> Request) -> Option<T> {
        let (answer, told) = oneshot::channel();
        self.requests.blocking_send(request(answer)).ok()?;
        told.blocking_recv().ok()
    }
}

const STOPPING: RejoinError = RejoinError::Order("the node is stopping");

/// For imports, which run on a thread that may block.
impl Seals for Desk {
    fn known(&self, draft: &Draft) -> Result<Known, SealError> {
        let draft = draft.clone();
        self.ask_blocking(|answer| Request::Known(draft, answer)).ok_or(SealError::Stopping)?
    }

    fn seal(&self, drafts: Vec<Draft>) -> Result<Vec<Sealed>, SealError> {
        self.ask_blocking(|answer| Request::Seal(drafts, answer)).ok_or(SealError::Stopping)?
    }
}

/// Serves until the last handle is gone; what was asked before is still done.
fn serve(mut keeper: Keeper, mut waiting: mpsc::Receiver<Request>, shelf_of: &watch::Sender<Shelf>) {
    while let Some(first) = waiting.blocking_recv() {
        let (mut drafts, mut answers, mut other) = (Vec::new(), Vec::new(), None);
        let mut next = Some(first);
        while let Some(request) = next {
            match request {
                Request::Seal(batch, answer) => {
                    drafts.push(batch);
                    answers.push(answer);
                    next = waiting.try_recv().ok();
                }
                request => {
                    other = Some(request);
                    break;
                }
            }
        }
        if !drafts.is_empty() {
            let requests: Vec<&[Draft]> = drafts.iter().map(Vec::as_slice).collect();
            let sealed = keeper.seal(&requests, clock::now_ms());
            shelf_of.send_replace(shelf(&keeper));
            for (answer, sealed) in answers.into_iter().zip(sealed) {
                let _ = answer.send(sealed); // a caller that went away finds its events by their ids
            }
        }
        if let Some(request) = other {
            serve_one(&mut keeper, request, shelf_of);
        }
    }
}

fn serve_one(keeper: &mut Keeper, request: Request, shelf_of: &watch::Sender<Shelf>) {
    // whoever no longer waits for an answer does not need it
    match request {
        Request::Seal(drafts, answer) => {
            let mut sealed = keeper.seal(&[&drafts], clock::now_ms());
            shelf_of.send_replace(shelf(keeper));
            let _ = answer.send(sealed.pop().unwrap_or(Err(SealError::Stopping)));
        }
        Request::Known(draft, answer) => drop(answer.send(keeper.known(&draft))),
        Request::Rotate(ground, entered_by, judge, answer) => {
            let rotated = keeper.rotate(ground, &entered_by, clock::now_ms(), &judge);
            shelf_of.send_replace(shelf(keeper));
            let _ = answer.send(rotated);
        }
        Request::BeginRestore(base, answer) => drop(answer.send(keeper.begin_restore(base))),
        Request::Erase(ordered, answer) => drop(answer.send(keeper.erase_annex(&ordered))),
        Request::Restore(segment, answer) => drop(answer.send(keeper.restore(segment))),
        Request::Rejoin(head, answer) => {
            let rejoined = keeper.rejoin(head, clock::now_ms());
            shelf_of.send_replace(shelf(keeper));
            let _ = answer.send(rejoined);
        }
    }
}

fn shelf(keeper: &Keeper) -> Shelf {
    Shelf {
        head: keeper.head(),
        reader: keeper.reader(),
        keys: keeper.sealing_keys(),
        can_seal: keeper.can_seal(),
    }
}
