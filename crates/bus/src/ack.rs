//! Messages under way: what they wait for and what ends the wait.
//!
//! The broker's answers come to one inbox of our own, `<inbox>.<random>.<number>`, instead of the client library's request
//! mechanism, which keeps an entry for ever when an answer is lost. The random part is the library's: another unit that names our inbox as
//! its reply subject cannot forge an answer without guessing it.

use crate::{LinkState, PublishError};
use serde::Deserialize;
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::{OwnedSemaphorePermit, oneshot, watch};

/// The broker holds the message: it is *in transit*. It is not recorded, and by default not even on the broker's disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PubAck {
    /// Its sequence in the stream.
    pub stream_seq: u64,
}

pub(crate) type Outcome = Result<PubAck, PublishError>;

/// The messages under way on one connection.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    table: Arc<Mutex<Table>>,
    state: watch::Receiver<LinkState>,
}

#[derive(Debug, Default)]
struct Table {
    next: u64,
    entries: HashMap<u64, Entry>,
}

#[derive(Debug)]
struct Entry {
    tell: oneshot::Sender<Outcome>,
    size: usize,
    /// Frees a place in the queue when the entry goes, whether or not anybody still listens.
    _place: OwnedSemaphorePermit,
}

impl Waiting {
    pub(crate) fn new(state: watch::Receiver<LinkState>) -> Waiting {
        Waiting { table: Arc::default(), state }
    }

    /// Adds a message, unless the connection is down: then nobody would end its wait. The state is read under the lock: a
    /// connection that breaks later ends this wait by [`Waiting::end_all`], one that broke before is seen here.
    pub(crate) fn add(
        &self,
        size: usize,
        place: OwnedSemaphorePermit,
    ) -> Result<(u64, oneshot::Receiver<Outcome>), PublishError> {
        let mut table = self.table();
        match &*self.state.borrow() {
            LinkState::Up => {}
            LinkState::Refused(refusal) => return Err(refusal.clone().into()),
            LinkState::Connecting(why) | LinkState::Down(why) => {
                return Err(PublishError::Unavailable { why: why.clone() });
            }
            LinkState::Closed => {
                return Err(PublishError::Unavailable { why: "the link is closed".to_owned() });
            }
        }
        let (tell, told) = oneshot::channel();
        let number = table.next;
        table.next += 1;
        table.entries.insert(number, Entry { tell, size, _place: place });
        Ok((number, told))
    }

    pub(crate) fn remove(&self, number: u64) {
        self.table().entries.remove(&number);
    }

    /// Ends one wait by the broker's answer. An answer to nothing is late or forged, and dropped.
    pub(crate) fn answer(&self, number: u64, stream: &str, subject: &str, answer: &async_nats::Message) {
        if let Some(entry) = self.table().entries.remove(&number) {
            let outcome = read_answer(stream, subject, entry.size, answer);
            // the publisher may have stopped listening
            let _ = entry.tell.send(outcome);
        }
    }

    /// Ends every wait in the same way.
    pub(crate) fn end_all(&self, outcome: &PublishError) {
        for (_, entry) in self.table().entries.drain() {
            let _ = entry.tell.send(Err(outcome.clone()));
        }
    }

    /// The table stays consistent at every step, so a panic elsewhere under the lock does no harm.
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Deserialize)]
struct Answer {
    #[serde(default)]
    stream: String,
    #[serde(default)]
    seq: u64,
    error: Option<ApiError>,
}

#[derive(Deserialize)]
struct ApiError {
    #[serde(default)]
    err_code: u64,
    #[serde(default)]
    description: String,
}

fn read_answer(stream: &str, subject: &str, size: usize, answer: &async_nats::Message) -> Outcome {
    if answer.status == Some(async_nats::StatusCode::NO_RESPONDERS) {
        return Err(PublishError::NoStream { subject: subject.to_owned() });
    }
    match serde_json::from_slice::<Answer>(&answer.payload) {
        Ok(Answer { error: Some(error), .. }) => Err(api_error(error, size)),
        Ok(Answer { stream: at, seq, .. }) if at == stream && seq > 0 => Ok(PubAck { stream_seq: seq }),
        Ok(other) => Err(PublishError::OutcomeUnknown {
            why: format!(
                "stream `{}` answered instead of `{stream}`: the subject is taken by another stream",
                other.stream
            ),
        }),
        Err(error) => {
            Err(PublishError::OutcomeUnknown { why: format!("the broker's answer cannot be read: {error}") })
        }
    }
}

/// JetStream's codes: 10054 message over the stream's bound, 10077 and 10047 no room in the stream or the account.
fn api_error(ApiError { err_code: code, description: text }: ApiError, got: usize) -> PublishError {
    match code {
        10054 => PublishError::TooLarge { got, max: crate::MAX_MESSAGE_BYTES },
        10077 | 10047 | 10023 => PublishError::StreamFull { code, text },
        _ => PublishError::Rejected { code, text },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_nats::{Message, StatusCode};
    use tokio::sync::Semaphore;

    fn said(payload: &str, status: Option<StatusCode>) -> Message {
        let payload = payload.to_owned().into();
        Message {
            subject: "a".into(),
            reply: None,
            payload,
            headers: None,
            status,
            description: None,
            length: 0,
        }
    }

    #[test]
    fn every_answer_of_the_broker_has_one_meaning() {
        let read = |text: &str, status| read_answer("S", "seg", 7, &said(text, status));
        assert_eq!(read(r#"{"stream":"S","seq":42}"#, None), Ok(PubAck { stream_seq: 42 }));
        assert!(matches!(read("", Some(StatusCode::NO_RESPONDERS)), Err(PublishError::NoStream { .. })));
        let error =
            |code| read(&format!(r#"{{"error":{{"code":503,"err_code":{code},"description":"d"}}}}"#), None);
        assert!(matches!(error(10054), Err(PublishError::TooLarge { got: 7, .. })));
        assert!(matches!(error(10077), Err(PublishError::StreamFull { code: 10077, .. })));
        assert!(matches!(error(10109), Err(PublishError::Rejected { code: 10109, .. })));
    }

    #[test]
    fn an_answer_that_proves_nothing_leaves_the_outcome_unknown() {
        for text in ["", "{}", "nonsense", r#"{"stream":"OTHER","seq":42}"#, r#"{"stream":"S","seq":0}"#] {
            let outcome = read_answer("S", "seg", 7, &said(text, None));
            assert!(matches!(outcome, Err(PublishError::OutcomeUnknown { .. })), "{text}: {outcome:?}");
        }
    }

    #[test]
    fn nothing_waits_on_a_connection_that_is_down_and_every_end_frees_its_place() {
        let (state, watched) = watch::channel(LinkState::Down("gone".to_owned()));
        let waiting = Waiting::new(watched);
        let places = Arc::new(Semaphore::new(2));
        let place = || places.clone().try_acquire_owned().unwrap();
        assert!(matches!(waiting.add(1, place()), Err(PublishError::Unavailable { .. })));
        state.send_replace(LinkState::Up);
        let (first, mut told) = waiting.add(1, place()).unwrap();
        let (_, mut other) = waiting.add(1, place()).unwrap();
        assert_eq!(places.available_permits(), 0);
        waiting.answer(first, "S", "seg", &said(r#"{"stream":"S","seq":1}"#, None));
        waiting.answer(99, "S", "seg", &said(r#"{"stream":"S","seq":1}"#, None));
        assert_eq!(told.try_recv().unwrap(), Ok(PubAck { stream_seq: 1 }));
        waiting.end_all(&PublishError::OutcomeUnknown { why: "lost".to_owned() });
        assert!(other.try_recv().unwrap().is_err());
        assert_eq!(places.available_permits(), 2);
    }
}
