//! The district as a service: pull, project, answer and fold side by side until it is told to stop.

use std::time::Duration;

use socai_bus::{
    DistrictLink, Item, LinkConfig, ReadError, ReaderConfig, StreamSpec, Subjects, TransportKey,
};
use socai_log::Cursor;
use socai_models::Snapshots;
use socai_tlog::{EventName, TreeSize};
use tokio::{
    sync::{mpsc, oneshot, watch},
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use crate::{
    answers::Outgoing,
    config::{ConfigError, LedgerDir},
    draft::DraftError,
    ending::Tasks,
    error::DistrictError,
    folding::Folding,
    keeping,
    ledger::{Ledger, Message},
    muster::Muster,
    projector::{Input, Said, project},
    stated::Stated,
    sweeping::sweep,
    witnesses::Witnesses,
};

/// Messages and bytes of one round: enough to share an fsync among many segments, little enough to answer soon.
const ROUND_MESSAGES: usize = 256;
const ROUND_BYTES: usize = 4 << 20;
/// Rounds read ahead while one is committed.
const ROUNDS_AHEAD: usize = 2;
/// Pause after a failure of the broker.
const RETRY: Duration = Duration::from_millis(500);
/// How often units are told again what they are to erase, until they confirm it.
const REMIND: Duration = Duration::from_secs(60);

/// A running district.
pub struct District {
    inputs: mpsc::WeakSender<Input>,
    committed: watch::Receiver<TreeSize>,
    folded: watch::Receiver<TreeSize>,
    witnessed: Option<watch::Receiver<TreeSize>>,
    stop: CancellationToken,
    done: JoinHandle<Result<(), DistrictError>>,
}

impl District {
    /// Recovers the log, catches the models up and begins to serve; returns once the ledger is open.
    ///
    /// # Errors
    /// The ledger cannot be opened, or the broker refuses our key.
    pub async fn start(dir: LedgerDir) -> Result<District, DistrictError> {
        let (ledger, folding) = blocking(move || open(&dir)).await??;
        let link = connect(&ledger).await?;
        let from = place(ledger.cursor());
        if let Some(muster) = Muster::of(&ledger, from)? {
            muster.hear(&link).await?;
        }
        let (inputs, queue) = mpsc::channel(ROUNDS_AHEAD);
        let desk = inputs.downgrade(); // only the puller keeps the queue open
        let (outgoing, answers) = mpsc::channel(ROUNDS_AHEAD);
        let size = ledger.checkpoint().size();
        let (committed_tx, committed) = watch::channel(size);
        let (folded_tx, folded) = watch::channel(folding.applied());
        let stop = CancellationToken::new();
        let pulling = tokio::spawn(pull(link.clone(), from, inputs, stop.clone()));
        let answering = tokio::spawn(answer(link.clone(), answers));
        let folds = committed.clone();
        let sweeping = tokio::spawn(sweep(link.clone(), ledger.dir().swept(), ledger.wanted(), stop.clone()));
        let reminding = tokio::spawn(remind(desk.clone(), stop.clone()));
        let witnesses = Witnesses::of(ledger.dir(), ledger.reader())?;
        let witnessed = witnesses.as_ref().map(Witnesses::witnessed);
        let witnessing = witnesses.map(|all| tokio::spawn(all.collect(committed.clone(), stop.clone())));
        let snapshots = Snapshots::new(ledger.dir().snapshots());
        let keeping = keeping::follow(snapshots, ledger.reader().clone(), folded.clone(), stop.clone());
        let keeping = tokio::spawn(keeping);
        let eraser = desk.clone();
        let erase = move |erasures| {
            // while stopping nobody listens: the next start does it
            if let Some(inputs) = eraser.upgrade() {
                let _ = inputs.blocking_send(Input::Erase(erasures));
            }
        };
        let folder = stopping(&stop, move || folding.run(folds, &folded_tx, erase));
        let projector = stopping(&stop, move || project(ledger, queue, &outgoing, &committed_tx).map(drop));
        let mut others = vec![
            ("the sweeper", sweeping),
            ("the reminder", reminding),
            ("the keeper of snapshots", keeping),
        ];
        others.extend(witnessing.map(|task| ("the collector of cosignatures", task)));
        let tasks = Tasks { projector, puller: pulling, answerer: answering, folder, others };
        let done = tokio::spawn(async move {
            let ended = tasks.ended().await;
            link.close().await;
            ended
        });
        let inputs = desk;
        Ok(District { inputs, committed, folded, witnessed, stop, done })
    }

    /// The size of the log, as it is committed.
    #[must_use]
    pub fn committed(&self) -> watch::Receiver<TreeSize> {
        self.committed.clone()
    }

    /// The size up to which the models are folded.
    #[must_use]
    pub fn folded(&self) -> watch::Receiver<TreeSize> {
        self.folded.clone()
    }

    /// The size of the newest checkpoint that the policy's quorum of witnesses cosigned, as it grows; none when nobody is asked.
    #[must_use]
    pub fn witnessed(&self) -> Option<watch::Receiver<TreeSize>> {
        self.witnessed.clone()
    }

    /// A way to state events of the operator while the district runs.
    #[must_use]
    pub fn operator(&self) -> OperatorDesk {
        OperatorDesk { inputs: self.inputs.clone() }
    }

    /// Ends when the district ends by itself, with the reason.
    ///
    /// # Errors
    /// What ended it.
    pub async fn wait(&mut self) -> Result<(), DistrictError> {
        (&mut self.done).await.map_err(|_| DistrictError::Ended("the district"))?
    }

    /// Stops pulling, commits what was pulled, folds it and ends.
    ///
    /// # Errors
    /// What went wrong on the way down; the log is good in any case.
    pub async fn stop(self) -> Result<(), DistrictError> {
        self.stop.cancel();
        self.done.await.map_err(|_| DistrictError::Ended("the district"))?
    }
}

/// Why events of the operator were not stated.
#[derive(Debug, thiserror::Error)]
pub enum NotStated {
    /// Nothing was sealed: the district does not run now.
    #[error("the district is stopping; state the event again when it runs")]
    Stopping,
    /// Nothing was sealed: an event breaks a rule.
    #[error(transparent)]
    Refused(#[from] DraftError),
    /// The district ended before it answered.
    #[error(
        "the district ended before it said whether the event is recorded; look for it before stating it again"
    )]
    Unknown,
}

/// States events of the operator while the district runs.
#[derive(Clone)]
pub struct OperatorDesk {
    inputs: mpsc::WeakSender<Input>,
}

impl OperatorDesk {
    /// Has events sealed and committed; their names.
    ///
    /// # Errors
    /// See [`NotStated`].
    pub async fn publish(&self, events: Vec<Stated>) -> Result<Vec<EventName>, NotStated> {
        let inputs = self.inputs.upgrade().ok_or(NotStated::Stopping)?;
        let (reply, answer) = oneshot::channel();
        inputs.send(Input::Publish(events, reply)).await.map_err(|_| NotStated::Stopping)?;
        drop(inputs);
        Ok(answer.await.map_err(|_| NotStated::Unknown)??)
    }
}

/// Opens the ledger; the fold catches up first, because the gate goes on from the fold's registry.
fn open(dir: &LedgerDir) -> Result<(Ledger, Folding), DistrictError> {
    let mut folding = None;
    let (ledger, recovery) = Ledger::open(dir, |reader| {
        let caught_up = Folding::catch_up(dir, reader)?;
        let folded = caught_up.folded();
        folding = Some(caught_up);
        Ok(folded)
    })?;
    tracing::info!(?recovery, "log recovered");
    let folding = folding.ok_or(DistrictError::Ended("the fold"))?;
    Ok((ledger, folding))
}

async fn connect(ledger: &Ledger) -> Result<DistrictLink, DistrictError> {
    let config = ledger.config();
    let dir = ledger.dir();
    let misuse = |path: &std::path::Path, reason: String| ConfigError::content(path, reason);
    let path = dir.key("transport");
    let seed = std::fs::read_to_string(&path).map_err(ConfigError::io(&path))?;
    let key = TransportKey::from_seed(&seed).map_err(|error| misuse(&path, error.to_string()))?;
    let subjects = Subjects::new(&config.ledger).map_err(|error| misuse(&dir.config(), error.to_string()))?;
    let mut link = LinkConfig::new(&config.nats, key);
    link.name = format!("district of {}", config.origin);
    let link = DistrictLink::open(&link, StreamSpec::single(subjects), true).await?;
    // bad credentials end the start at once; a broker that is not there yet does not
    match link.ready(Duration::from_secs(2)).await {
        Err(refused @ socai_bus::BusError::Refused(_)) => return Err(refused.into()),
        Err(error) => tracing::info!(%error, "the broker is not there yet"),
        Ok(()) => {}
    }
    Ok(link)
}

/// Reads the stream in order from our own cursor and hands rounds to the projector.
async fn pull(
    link: DistrictLink,
    from: Option<socai_bus::Cursor>,
    inputs: mpsc::Sender<Input>,
    stop: CancellationToken,
) -> Result<(), DistrictError> {
    let mut reader = link.reader(ReaderConfig::from(from));
    let mut told = String::new(); // what hinders is said once, not at every attempt
    loop {
        let batch = tokio::select! {
            () = stop.cancelled() => return Ok(()),
            batch = reader.next_batch(ROUND_MESSAGES, ROUND_BYTES) => batch,
        };
        match batch {
            Ok(items) => {
                told.clear();
                let messages = items.into_iter().filter_map(message).collect::<Vec<_>>();
                if !messages.is_empty() && inputs.send(Input::Messages(messages)).await.is_err() {
                    return Ok(()); // the projector has ended and says why
                }
            }
            Err(ReadError::NoStream { .. }) => match link.ensure_stream().await {
                Ok(report) => tracing::info!(?report, "stream"),
                Err(error) => {
                    if is_news(&mut told, &error) {
                        tracing::warn!(%error, "the stream cannot be made yet");
                    }
                    pause(&stop).await;
                }
            },
            Err(error) => {
                match &error {
                    _ if !is_news(&mut told, &error) => {}
                    ReadError::Unavailable { why } => {
                        tracing::warn!(why, "the broker does not answer; going on from our own cursor");
                    }
                    _ => tracing::error!(%error, "the broker refuses the district"),
                }
                pause(&stop).await;
            }
        }
    }
}

/// Whether this is another hindrance than the last one told.
fn is_news(told: &mut String, error: &impl std::fmt::Display) -> bool {
    let now = error.to_string();
    let is_news = *told != now;
    *told = now;
    is_news
}

/// Has units told again from time to time what they have not confirmed.
async fn remind(inputs: mpsc::WeakSender<Input>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = tokio::time::sleep(REMIND) => {}
        }
        let Some(inputs) = inputs.upgrade() else { return };
        if inputs.send(Input::Remind).await.is_err() {
            return;
        }
    }
}

/// Our cursor as the bus knows it; none before the first message.
fn place(cursor: Cursor) -> Option<socai_bus::Cursor> {
    (cursor != Cursor::default()).then_some(socai_bus::Cursor {
        stream_created_ns: cursor.stream_created_ns,
        stream_seq: cursor.stream_seq,
    })
}

async fn pause(stop: &CancellationToken) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(RETRY) => {}
    }
}

/// A message for the projector; what happened to the stream is only told.
fn message(item: Item) -> Option<Message> {
    match item {
        Item::Message(arrived) => Some(Message {
            subject: arrived.unit,
            cursor: Cursor {
                stream_created_ns: arrived.cursor.stream_created_ns,
                stream_seq: arrived.cursor.stream_seq,
            },
            payload: arrived.message,
        }),
        Item::Reset(reset) => {
            tracing::warn!(?reset, "the stream is not the one we read: reading it from its start");
            None
        }
        Item::Gap(gap) => {
            tracing::warn!(?gap, "messages are missing in the stream: their wards send again");
            None
        }
    }
}

/// Leaves traces and sends answers; one that cannot be sent is asked for again by its ward.
async fn answer(link: DistrictLink, mut said: mpsc::Receiver<Said>) {
    while let Some(Said { trace, answers }) = said.recv().await {
        if let Some(trace) = trace
            && let Err(error) = link.leave(trace).await
        {
            tracing::debug!(%error, "no trace was left; the next commit leaves one");
        }
        for Outgoing { unit, payload } in answers {
            if let Err(error) = link.send_down(unit, payload).await {
                tracing::warn!(%unit, %error, "an answer was not sent");
            }
        }
    }
}

/// Runs blocking work that takes everything else down with it when it ends, whether well or by an error or panic.
fn stopping<T: Send + 'static>(
    stop: &CancellationToken,
    work: impl FnOnce() -> T + Send + 'static,
) -> JoinHandle<T> {
    let guard = stop.clone().drop_guard();
    tokio::task::spawn_blocking(move || {
        let _guard = guard;
        work()
    })
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Result<T, DistrictError> {
    tokio::task::spawn_blocking(work).await.map_err(|_| DistrictError::Ended("the opening of the ledger"))
}
