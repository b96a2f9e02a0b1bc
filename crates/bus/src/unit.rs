//! A unit's end of the bus.

use crate::{
    BusError, LinkConfig, LinkEvent, LinkState, PublishError, Publishing, Subjects, link::Link,
    publish::Publisher,
};
use bytes::Bytes;
use futures_util::StreamExt as _;
use socai_tlog::UnitNo;
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// A unit's connection: publishes its messages, hears the district. It reconnects by itself for as long as it lives.
#[derive(Debug)]
pub struct UnitLink {
    link: Link,
    publisher: Publisher,
    down: String,
}

impl UnitLink {
    /// Starts to connect as `unit` and returns at once, connected or not; only a wrong configuration is an error.
    pub async fn open(config: &LinkConfig, subjects: &Subjects, unit: UnitNo) -> Result<UnitLink, BusError> {
        let link = Link::open(config, &subjects.inbox(unit)).await?;
        let publisher =
            Publisher::open(link.clone(), subjects.seg(unit), subjects.stream(), config.max_in_flight)
                .await?;
        Ok(UnitLink { link, publisher, down: subjects.down(unit) })
    }

    /// Waits until the connection stands; a key or an inbox that is denied is told at once, silence after `within`.
    pub async fn ready(&self, within: Duration) -> Result<(), BusError> {
        self.link.ready(within).await
    }

    /// How the connection is, to be watched.
    pub fn state(&self) -> watch::Receiver<LinkState> {
        self.link.state()
    }

    /// What happens to the connection from now on.
    pub fn events(&self) -> broadcast::Receiver<LinkEvent> {
        self.link.events()
    }

    /// Hands one message to the connection and returns at once with its outcome to come. Messages leave in the order of the calls.
    ///
    /// Errors mean that it was not sent. The outcome comes within [`LinkConfig::answer_within`]; a connection that breaks or a
    /// denial ends it at once.
    pub async fn publish(&self, message: Bytes) -> Result<Publishing, PublishError> {
        self.publisher.publish(message).await
    }

    /// The same, but waits for a place while [`LinkConfig::max_in_flight`] messages are under way, instead of saying that the queue is full.
    pub async fn publish_when_room(&self, message: Bytes) -> Result<Publishing, PublishError> {
        self.publisher.publish_when_room(message).await
    }

    /// What the district sends us from now on, over every reconnection. What comes while we are away or slow is lost and asked for again;
    /// what comes need not be from the district: it proves itself by its signatures.
    pub async fn downs(&self) -> Result<Downs, BusError> {
        let subscriber = self.link.client.subscribe(self.down.clone()).await;
        subscriber.map(Downs).map_err(|error| self.link.unavailable(None, error.to_string()))
    }

    /// The client and the subject, for the bench's comparison.
    pub(crate) fn raw(&self) -> (async_nats::Client, async_nats::Subject) {
        (self.link.client.clone(), self.publisher.subject.clone())
    }

    /// Waits for the answers that are due, as long as one may take, and closes the connection.
    pub async fn close(self) {
        self.publisher.settle().await;
        self.link.close().await;
    }
}

/// Messages from the district to one unit.
#[derive(Debug)]
pub struct Downs(async_nats::Subscriber);

impl Downs {
    /// The next message; `None` after the link was closed. May be cancelled without loss.
    pub async fn next(&mut self) -> Option<Bytes> {
        self.0.next().await.map(|message| message.payload)
    }
}
