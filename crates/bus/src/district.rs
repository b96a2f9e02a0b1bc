//! The district's end of the bus.

use crate::{
    BusError, LinkConfig, LinkEvent, LinkState, MAX_MESSAGE_BYTES, Reader, ReaderConfig, StreamReport,
    StreamSpec, link::Link, stream,
};
use async_nats::jetstream::{Context, context::ContextBuilder};
use bytes::Bytes;
use socai_tlog::UnitNo;
use std::time::Duration;
use tokio::sync::{broadcast, watch};

/// The district's connection: reads what units publish, answers them. It reconnects by itself for as long as it lives.
#[derive(Clone, Debug)]
pub struct DistrictLink {
    pub(crate) link: Link,
    pub(crate) js: Context,
    pub(crate) spec: StreamSpec,
    pub(crate) may_create: bool,
}

impl DistrictLink {
    /// Starts to connect and returns at once, connected or not; only a wrong configuration is an error.
    ///
    /// With `may_create` a missing stream is made, at the start and after a wipe; without, it is waited for.
    pub async fn open(
        config: &LinkConfig,
        spec: StreamSpec,
        may_create: bool,
    ) -> Result<DistrictLink, BusError> {
        let link = Link::open(config, &spec.subjects.district_inbox()).await?;
        let js = requests(&link);
        Ok(DistrictLink { link, js, spec, may_create })
    }

    /// Waits until the connection stands; a denied key is told at once, silence after `within`.
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

    /// Makes the stream when it may and must, and says which settings somebody changed.
    pub async fn ensure_stream(&self) -> Result<StreamReport, BusError> {
        stream::look(&self.link, &self.js, &self.spec, self.may_create).await
    }

    /// Reads the stream from `config.from` on.
    pub fn reader(&self, config: ReaderConfig) -> Reader {
        Reader::new(self.clone(), config)
    }

    /// Sends a message to one unit, if it listens. Nothing is kept for it: a unit that missed an answer publishes again and is answered again.
    pub async fn send_down(&self, unit: UnitNo, message: Bytes) -> Result<(), BusError> {
        self.send(self.spec.subjects.down(unit), message).await
    }

    /// Leaves a message in the stream on the operator's own subject. No acknowledgement is waited for: it is a trace, not a record.
    pub async fn leave(&self, message: Bytes) -> Result<(), BusError> {
        self.send(self.spec.subjects.seg(UnitNo::OPERATOR), message).await
    }

    async fn send(&self, subject: String, message: Bytes) -> Result<(), BusError> {
        let (got, max) = (message.len(), self.link.client.max_payload().min(MAX_MESSAGE_BYTES));
        if got > max {
            return Err(BusError::TooLarge { got, max });
        }
        let mut state = self.link.state();
        let down = state.wait_for(|state| *state != LinkState::Up);
        let sent = self.link.client.publish(subject, message);
        tokio::select! {
            // without a connection it would be queued, and block the district once the queue is full
            biased;
            _ = down => Err(self.link.unavailable(None, "not connected".to_owned())),
            sent = sent => sent.map_err(|error| self.link.unavailable(None, error.to_string())),
        }
    }

    /// Sends what is queued and closes the connection.
    pub async fn close(self) {
        self.link.close().await;
    }
}

/// Makes the stream of a ledger as its administrator, or says how the one there differs.
pub async fn provision(config: &LinkConfig, spec: &StreamSpec) -> Result<StreamReport, BusError> {
    let link = Link::open(config, &spec.subjects.admin_inbox()).await?;
    link.ready(config.answer_within).await?;
    let report = stream::look(&link, &requests(&link), spec, true).await;
    link.close().await;
    report
}

fn requests(link: &Link) -> Context {
    ContextBuilder::new().timeout(link.answer_within).build(link.client.clone())
}
