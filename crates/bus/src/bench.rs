//! What people would do without segments: each fact its own JetStream message, acknowledged, many under way.

use crate::{PublishError, UnitLink};
use async_nats::jetstream::context::{ContextBuilder, PublishAckFuture};
use bytes::Bytes;
use std::{
    collections::VecDeque,
    future::IntoFuture,
    time::{Duration, Instant},
};

/// What a run published.
#[derive(Clone, Copy, Debug)]
pub struct Published {
    /// Messages acknowledged.
    pub messages: u64,
    /// Their bytes.
    pub bytes: u64,
    /// From the first message to the last acknowledgement.
    pub elapsed: Duration,
}

/// Publishes every fact as a message of its own through the client library's JetStream interface, at most `in_flight` unacknowledged;
/// stops at the first that is not acknowledged.
pub async fn publish_one_by_one(
    unit: &UnitLink,
    facts: impl IntoIterator<Item = Bytes>,
    in_flight: usize,
) -> Result<Published, PublishError> {
    let (client, subject) = unit.raw();
    let js =
        ContextBuilder::new().max_ack_inflight(in_flight + 1).timeout(Duration::from_secs(30)).build(client);
    let start = Instant::now();
    let mut published = Published { messages: 0, bytes: 0, elapsed: Duration::ZERO };
    let mut under_way: VecDeque<PublishAckFuture> = VecDeque::with_capacity(in_flight);
    for fact in facts {
        if under_way.len() == in_flight {
            settle(under_way.pop_front()).await?;
        }
        published.messages += 1;
        published.bytes += fact.len() as u64;
        under_way.push_back(js.publish(subject.clone(), fact).await.map_err(failed)?);
    }
    while !under_way.is_empty() {
        settle(under_way.pop_front()).await?;
    }
    published.elapsed = start.elapsed();
    Ok(published)
}

async fn settle(oldest: Option<PublishAckFuture>) -> Result<(), PublishError> {
    match oldest {
        Some(ack) => ack.into_future().await.map(|_| ()).map_err(failed),
        None => Ok(()),
    }
}

fn failed(error: async_nats::jetstream::context::PublishError) -> PublishError {
    PublishError::OutcomeUnknown { why: error.to_string() }
}
