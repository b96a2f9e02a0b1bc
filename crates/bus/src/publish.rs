//! Publishing to one subject of the stream: bounded in number and time, many under way at once, an outcome for each.

use crate::{
    BusError, LinkEvent, MAX_MESSAGE_BYTES, PublishError, Refusal,
    ack::{Outcome, Waiting},
    link::Link,
};
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore, broadcast::error::RecvError, oneshot},
    task::AbortHandle,
    time::{Instant, Sleep, sleep_until},
};

/// A message under way; awaiting it gives its outcome. Dropping it gives up its place in the queue, not the message.
#[derive(Debug)]
#[must_use = "a message under way has an outcome"]
pub struct Publishing {
    told: oneshot::Receiver<Outcome>,
    deadline: Pin<Box<Sleep>>,
    within: Duration,
    number: u64,
    waiting: Waiting,
}

impl Future for Publishing {
    type Output = Outcome;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Outcome> {
        if let Poll::Ready(told) = self.told.poll_unpin(cx) {
            let lost = || PublishError::OutcomeUnknown { why: "the link was dropped".to_owned() };
            return Poll::Ready(told.unwrap_or_else(|_| Err(lost())));
        }
        if self.deadline.poll_unpin(cx).is_ready() {
            self.waiting.remove(self.number);
            let why = format!("the broker did not answer within {:?}", self.within);
            return Poll::Ready(Err(PublishError::OutcomeUnknown { why }));
        }
        Poll::Pending
    }
}

impl Drop for Publishing {
    fn drop(&mut self) {
        self.waiting.remove(self.number);
    }
}

/// Publishes to one subject.
#[derive(Debug)]
pub(crate) struct Publisher {
    link: Link,
    pub(crate) subject: async_nats::Subject,
    inbox: String,
    max_in_flight: usize,
    places: Arc<Semaphore>,
    waiting: Waiting,
    listener: AbortHandle,
}

impl Drop for Publisher {
    fn drop(&mut self) {
        // the listener's subscription would keep the connection open
        self.listener.abort();
    }
}

impl Publisher {
    pub(crate) async fn open(
        link: Link,
        subject: String,
        stream: String,
        max_in_flight: usize,
    ) -> Result<Publisher, BusError> {
        let inbox = link.client.new_inbox();
        let answers = link.client.subscribe(format!("{inbox}.*")).await;
        let answers = answers.map_err(|error| link.unavailable(None, error.to_string()))?;
        let waiting = Waiting::new(link.state());
        let listener = Listener {
            events: link.events(),
            waiting: waiting.clone(),
            answers,
            stream,
            subject: subject.clone(),
        };
        let listener = tokio::spawn(listener.run()).abort_handle();
        let places = Arc::new(Semaphore::new(max_in_flight));
        Ok(Publisher { link, subject: subject.into(), inbox, max_in_flight, places, waiting, listener })
    }

    /// Hands a message to the connection. Messages leave in the order of these calls.
    pub(crate) async fn publish(&self, payload: Bytes) -> Result<Publishing, PublishError> {
        let full = |_| PublishError::QueueFull { in_flight: self.max_in_flight };
        let place = self.places.clone().try_acquire_owned().map_err(full)?;
        self.publish_at(place, payload).await
    }

    /// The same, but waits for a place in the queue.
    pub(crate) async fn publish_when_room(&self, payload: Bytes) -> Result<Publishing, PublishError> {
        let closed = |_| PublishError::Unavailable { why: "the link is closed".to_owned() };
        let place = self.places.clone().acquire_owned().await.map_err(closed)?;
        self.publish_at(place, payload).await
    }

    /// Waits until nothing is under way any more, at most as long as an answer may take.
    pub(crate) async fn settle(&self) {
        let all = u32::try_from(self.max_in_flight).unwrap_or(u32::MAX);
        // whatever is still under way then ends as unknown
        let _ = tokio::time::timeout(self.link.answer_within, self.places.acquire_many(all)).await;
    }

    async fn publish_at(
        &self,
        place: OwnedSemaphorePermit,
        payload: Bytes,
    ) -> Result<Publishing, PublishError> {
        let (got, max) = (payload.len(), self.link.client.max_payload().min(MAX_MESSAGE_BYTES));
        if got > max {
            return Err(PublishError::TooLarge { got, max });
        }
        let (number, told) = self.waiting.add(got, place)?;
        let within = self.link.answer_within;
        let deadline = Instant::now() + within;
        let waiting = self.waiting.clone();
        let publishing =
            Publishing { told, deadline: Box::pin(sleep_until(deadline)), within, number, waiting };
        let reply = format!("{}.{number}", self.inbox);
        let sent = self.link.client.publish_with_reply(self.subject.clone(), reply, payload);
        match tokio::time::timeout_at(deadline, sent).await {
            Ok(Ok(())) => Ok(publishing),
            // neither reached the connection's queue: it was not sent
            Ok(Err(error)) => Err(PublishError::Unavailable { why: error.to_string() }),
            Err(_) => Err(PublishError::Unavailable { why: "the connection takes nothing more".to_owned() }),
        }
    }
}

/// Carries the broker's answers and the connection's events to those who wait.
struct Listener {
    events: tokio::sync::broadcast::Receiver<LinkEvent>,
    waiting: Waiting,
    answers: async_nats::Subscriber,
    stream: String,
    subject: String,
}

impl Listener {
    async fn run(mut self) {
        loop {
            tokio::select! {
                // answers first: one that came before the connection broke still counts
                biased;
                answer = self.answers.next() => match answer {
                    Some(answer) => self.answer(&answer),
                    None => return self.unknown("the link was closed"),
                },
                event = self.events.recv() => match event {
                    Ok(event) => self.event(&event),
                    Err(RecvError::Lagged(_)) => self.unknown("events of the connection were missed"),
                    Err(RecvError::Closed) => return,
                },
            }
        }
    }

    fn answer(&self, answer: &async_nats::Message) {
        let number = answer.subject.rsplit('.').next().and_then(|token| token.parse().ok());
        if let Some(number) = number {
            self.waiting.answer(number, &self.stream, &self.subject, answer);
        }
    }

    fn event(&self, event: &LinkEvent) {
        match event {
            LinkEvent::Disconnected | LinkEvent::Closed => self.unknown("the connection broke"),
            LinkEvent::Refused(Refusal::Publish { subject }) if *subject != self.subject => {}
            LinkEvent::Refused(refusal @ Refusal::Publish { .. }) => {
                self.waiting.end_all(&refusal.clone().into())
            }
            // without an inbox or with a revoked key messages may arrive whose answers do not
            LinkEvent::Refused(refusal) => self.unknown(&refusal.to_string()),
            _ => {}
        }
    }

    fn unknown(&self, why: &str) {
        self.waiting.end_all(&PublishError::OutcomeUnknown { why: why.to_owned() });
    }
}
