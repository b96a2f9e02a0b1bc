//! The projector's thread: one input after another becomes a committed round.
//!
//! Commits block on the disk, so the loop is a thread of its own between two bounded queues: what the puller read
//! ahead comes in, answers go out, and the size of the log is told to whoever folds or waits.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use socai_fold::Erasure;
use socai_tlog::{EventName, TreeSize};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    answers::Outgoing,
    draft::DraftError,
    error::DistrictError,
    ledger::{Ledger, Message},
    stated::Stated,
};

/// What the projector is asked to do.
pub(crate) enum Input {
    /// Messages of the broker, in stream order.
    Messages(Vec<Message>),
    /// Events of the operator; the names come back once they are committed.
    Publish(Vec<Stated>, oneshot::Sender<Result<Vec<EventName>, DraftError>>),
    /// Erasures that the fold has found to count.
    Erase(Vec<Erasure>),
    /// Time to tell units again what they have not confirmed.
    Remind,
}

/// What is said after a round, in this order.
pub(crate) struct Said {
    /// Left in the stream: the newest checkpoint, if there is one since the last round. First, so that no ward holds a checkpoint whose
    /// trace is not at the broker.
    pub(crate) trace: Option<Bytes>,
    /// Sent to units.
    pub(crate) answers: Vec<Outgoing>,
}

/// Runs until the input queue closes, then returns the ledger.
///
/// # Errors
/// The log refused or we are behind a ward: the process stops and the next start recovers.
pub(crate) fn project(
    mut ledger: Ledger,
    mut inputs: mpsc::Receiver<Input>,
    outgoing: &mpsc::Sender<Said>,
    committed: &watch::Sender<TreeSize>,
) -> Result<Ledger, DistrictError> {
    // a start leaves its trace too: commits were made while no district ran
    // closed only while stopping
    let say = |trace, answers| drop(outgoing.blocking_send(Said { trace, answers }));
    say(Some(ledger.trace()), ledger.remind()?);
    while let Some(input) = inputs.blocking_recv() {
        match input {
            Input::Messages(messages) => {
                let answers = ledger.round(messages, now_ms())?;
                // wards that hear nothing send again
                say(tell(committed, &ledger), answers);
            }
            Input::Publish(events, reply) => {
                let done = match ledger.state(&events, now_ms()) {
                    Err(DistrictError::Draft(error)) => Err(error),
                    done => Ok(done?),
                };
                say(tell(committed, &ledger), Vec::new());
                // whoever asked may have gone; the events are committed either way
                let _ = reply.send(done);
            }
            // A crash before it is done, or while stopping: the next start finds them in the log.
            Input::Erase(erasures) => say(None, ledger.erase(&erasures)?),
            Input::Remind => say(None, ledger.remind()?),
        }
    }
    Ok(ledger)
}

/// Tells the size of the log; the trace to leave if it has grown.
fn tell(committed: &watch::Sender<TreeSize>, ledger: &Ledger) -> Option<Bytes> {
    let now = ledger.checkpoint().size();
    let grown = committed.send_if_modified(|size| std::mem::replace(size, now) != now);
    grown.then(|| ledger.trace())
}

/// The wall clock in milliseconds since 1970 UTC.
#[must_use]
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
