//! The projector's thread: one input after another becomes a committed round.
//!
//! Commits block on the disk, so the loop is a thread of its own between two bounded queues: what the puller read
//! ahead comes in, answers go out, and the size of the log is told to whoever folds or waits.

use std::time::{SystemTime, UNIX_EPOCH};

use socai_proto::v1;
use socai_tlog::{EventName, TreeSize};
use tokio::sync::{mpsc, oneshot, watch};

use crate::{
    answers::Outgoing,
    ledger::{DistrictError, Ledger, Message},
};

/// What the projector is asked to do.
pub(crate) enum Input {
    /// Messages of the broker, in stream order.
    Messages(Vec<Message>),
    /// Events of the operator; the names come back once they are committed.
    Publish(Vec<v1::Event>, oneshot::Sender<Result<Vec<EventName>, String>>),
}

/// Runs until the input queue closes, then returns the ledger.
///
/// # Errors
/// The log refused or we are behind a ward: the process stops and the next start recovers.
pub(crate) fn project(
    mut ledger: Ledger,
    mut inputs: mpsc::Receiver<Input>,
    outgoing: &mpsc::Sender<Vec<Outgoing>>,
    committed: &watch::Sender<TreeSize>,
) -> Result<Ledger, DistrictError> {
    while let Some(input) = inputs.blocking_recv() {
        match input {
            Input::Messages(messages) => {
                let answers = ledger.round(messages, now_ms())?;
                tell(committed, &ledger);
                // closed only while stopping: wards that hear nothing send again
                let _ = outgoing.blocking_send(answers);
            }
            Input::Publish(events, reply) => {
                let done = match ledger.publish(&events, now_ms()) {
                    Err(DistrictError::Draft(error)) => Err(error.to_string()),
                    done => Ok(done?),
                };
                tell(committed, &ledger);
                // whoever asked may have gone; the events are committed either way
                let _ = reply.send(done);
            }
        }
    }
    Ok(ledger)
}

fn tell(committed: &watch::Sender<TreeSize>, ledger: &Ledger) {
    let now = ledger.checkpoint().size();
    committed.send_if_modified(|size| std::mem::replace(size, now) != now);
}

/// The wall clock in milliseconds since 1970 UTC.
#[must_use]
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
