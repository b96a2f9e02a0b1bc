//! One connection: options that keep it honest, and its events as a state that can be watched.

use crate::{BusError, Refusal, TransportKey};
use async_nats::{Client, ConnectOptions, Event, ServerAddr};
use std::{path::PathBuf, sync::Arc, time::Duration};
use tokio::sync::{
    broadcast::{self, error::RecvError},
    watch,
};

/// Files for TLS; the server's own certificate is checked against `roots`, or the system's when there is none.
#[derive(Clone, Debug, Default)]
pub struct Tls {
    /// PEM file of accepted roots.
    pub roots: Option<PathBuf>,
    /// PEM files of our certificate and its key.
    pub client: Option<(PathBuf, PathBuf)>,
}

/// How to reach the bus.
#[derive(Clone, Debug)]
pub struct LinkConfig {
    /// Addresses, `nats://host:port`, separated by commas; any of a cluster.
    pub url: String,
    /// Our transport key.
    pub key: TransportKey,
    /// TLS is required when set.
    pub tls: Option<Tls>,
    /// Name shown in the server's monitoring.
    pub name: String,
    /// How long a broker may take to answer before the outcome counts as unknown.
    pub answer_within: Duration,
    /// How many messages may be under way.
    pub max_in_flight: usize,
}

impl LinkConfig {
    /// Plain TCP, 5 seconds to answer, 256 messages under way.
    pub fn new(url: &str, key: TransportKey) -> LinkConfig {
        LinkConfig {
            url: url.to_owned(),
            key,
            tls: None,
            name: "socai".to_owned(),
            answer_within: Duration::from_secs(5),
            max_in_flight: 256,
        }
    }
}

/// What happened to a connection, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkEvent {
    /// It stands (again).
    Connected,
    /// It broke; it is being set up again.
    Disconnected,
    /// The server denied something.
    Refused(Refusal),
    /// Messages to us were dropped because we did not take them in time; the district is asked again.
    Dropped,
    /// The server is about to stop.
    Leaving,
    /// An attempt to connect failed.
    Trouble(String),
    /// It was closed for good.
    Closed,
}

/// How a connection is now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkState {
    /// Not yet connected; the text is what the last attempt met.
    Connecting(String),
    /// It stands.
    Up,
    /// It broke and is being set up again; the text is what the last attempt met.
    Down(String),
    /// The server denies us; attempts go on, seldom, so that it heals when the administrator mends it.
    Refused(Refusal),
    /// Closed for good.
    Closed,
}

/// A connection and its events. Dropping the last clone closes it.
#[derive(Clone, Debug)]
pub(crate) struct Link {
    pub(crate) client: Client,
    pub(crate) url: Arc<str>,
    pub(crate) answer_within: Duration,
    feed: Feed,
}

/// Where events go; shared with the connection's callback.
#[derive(Clone, Debug)]
struct Feed {
    state: watch::Sender<LinkState>,
    events: broadcast::Sender<LinkEvent>,
}

impl Link {
    /// Starts to connect, and keeps at it; only a wrong configuration is an error.
    pub(crate) async fn open(config: &LinkConfig, inbox: &str) -> Result<Link, BusError> {
        let feed = Feed {
            state: watch::Sender::new(LinkState::Connecting("no answer yet".to_owned())),
            events: broadcast::Sender::new(256),
        };
        let client = options(config, inbox, feed.clone()).connect(addresses(&config.url)?).await;
        let client =
            client.map_err(|error| BusError::Misuse { got: config.url.clone(), why: error.to_string() })?;
        Ok(Link { client, url: config.url.as_str().into(), answer_within: config.answer_within, feed })
    }

    pub(crate) fn state(&self) -> watch::Receiver<LinkState> {
        self.feed.state.subscribe()
    }

    pub(crate) fn events(&self) -> broadcast::Receiver<LinkEvent> {
        self.feed.events.subscribe()
    }

    /// Waits until the connection stands; a refusal is told at once, silence after `within`.
    pub(crate) async fn ready(&self, within: Duration) -> Result<(), BusError> {
        let mut state = self.state();
        let settled = state.wait_for(|state| !matches!(state, LinkState::Connecting(_) | LinkState::Down(_)));
        let settled =
            tokio::time::timeout(within, settled).await.ok().and_then(Result::ok).map(|now| now.clone());
        match settled.unwrap_or_else(|| self.feed.state.borrow().clone()) {
            LinkState::Up => Ok(()),
            LinkState::Refused(refusal) => Err(refusal.into()),
            LinkState::Connecting(why) | LinkState::Down(why) => Err(self.unavailable(Some(within), why)),
            LinkState::Closed => Err(self.unavailable(None, "closed".to_owned())),
        }
    }

    /// Runs a request to JetStream, but ends it at once when the server denies it or the connection breaks: either would
    /// otherwise be only a time-out.
    pub(crate) async fn ask<T>(&self, request: impl Future<Output = T>) -> Result<T, BusError> {
        let mut events = self.events();
        match &*self.feed.state.borrow() {
            LinkState::Up => {}
            LinkState::Refused(refusal) => return Err(refusal.clone().into()),
            LinkState::Connecting(why) | LinkState::Down(why) => {
                return Err(self.unavailable(None, why.clone()));
            }
            LinkState::Closed => return Err(self.unavailable(None, "closed".to_owned())),
        }
        tokio::pin!(request);
        loop {
            tokio::select! {
                biased;
                answer = &mut request => return Ok(answer),
                event = events.recv() => match event {
                    Ok(LinkEvent::Refused(refusal)) if concerns_requests(&refusal) => return Err(refusal.into()),
                    Ok(LinkEvent::Disconnected | LinkEvent::Closed) | Err(RecvError::Closed) => {
                        return Err(self.unavailable(None, "the connection broke".to_owned()));
                    }
                    Ok(_) | Err(RecvError::Lagged(_)) => {}
                },
            }
        }
    }

    pub(crate) fn unavailable(&self, waited: Option<Duration>, why: String) -> BusError {
        BusError::Unavailable { url: self.url.to_string(), waited, why }
    }

    /// Sends what is queued and closes; without a connection there is nobody to wait for.
    pub(crate) async fn close(&self) {
        // both fail only when it is closed already
        if *self.feed.state.borrow() == LinkState::Up {
            let _ = tokio::time::timeout(self.answer_within, self.client.flush()).await;
        }
        let _ = self.client.drain().await;
    }
}

impl Feed {
    /// Called for every event, in order, by the connection.
    fn take(&self, event: &Event) {
        let refusal = Refusal::of(event);
        let told = match (event, refusal) {
            (_, Some(refusal)) => LinkEvent::Refused(refusal),
            (Event::Connected, _) => LinkEvent::Connected,
            (Event::Disconnected, _) => LinkEvent::Disconnected,
            (Event::SlowConsumer(_), _) => LinkEvent::Dropped,
            (Event::LameDuckMode, _) => LinkEvent::Leaving,
            (Event::Closed, _) => LinkEvent::Closed,
            (other, _) => LinkEvent::Trouble(other.to_string()),
        };
        self.state.send_if_modified(|state| {
            let next = after(state, &told);
            next.map(|next| *state = next).is_some()
        });
        // no listener is no error
        let _ = self.events.send(told);
    }
}

/// The state after an event; `None` when it stays.
fn after(state: &LinkState, event: &LinkEvent) -> Option<LinkState> {
    match (state, event) {
        (_, LinkEvent::Connected) => Some(LinkState::Up),
        (_, LinkEvent::Closed) => Some(LinkState::Closed),
        // a denied publish concerns that message alone; a denied inbox or key concerns all of them
        (_, LinkEvent::Refused(Refusal::Publish { .. })) => None,
        (_, LinkEvent::Refused(refusal)) => Some(LinkState::Refused(refusal.clone())),
        (LinkState::Up, LinkEvent::Disconnected) => Some(LinkState::Down("the connection broke".to_owned())),
        (LinkState::Connecting(_), LinkEvent::Trouble(why)) => Some(LinkState::Connecting(why.clone())),
        (LinkState::Down(_), LinkEvent::Trouble(why)) => Some(LinkState::Down(why.clone())),
        _ => None,
    }
}

/// Whether a request to JetStream can be what was denied; an answer to a unit that was denied is not.
pub(crate) fn concerns_requests(refusal: &Refusal) -> bool {
    !matches!(refusal, Refusal::Publish { subject } if !subject.starts_with("$JS.API."))
}

fn options(config: &LinkConfig, inbox: &str, feed: Feed) -> ConnectOptions {
    let spread = spread(&config.key);
    let mut options = ConnectOptions::new()
        .nkey(config.key.seed().to_owned())
        .name(&config.name)
        .custom_inbox_prefix(inbox)
        // a ward starts and seals while the line is down
        .retry_on_initial_connect()
        .reconnect_delay_callback(move |attempts| delay(attempts, spread))
        // a silent line is noticed within 30 seconds
        .ping_interval(Duration::from_secs(10))
        .request_timeout(Some(config.answer_within))
        // room for every message under way, so that handing one over does not wait
        .client_capacity(config.max_in_flight.max(1024) * 2)
        // bounds what waits for us in memory; a reader has at most two batches under way
        .subscription_capacity(config.max_in_flight.max(2048) * 2)
        .event_callback(move |event| {
            feed.take(&event);
            std::future::ready(())
        });
    if let Some(tls) = &config.tls {
        options = options.require_tls(true);
        if let Some(roots) = &tls.roots {
            options = options.add_root_certificates(roots.clone());
        }
        if let Some((certificate, key)) = &tls.client {
            options = options.add_client_certificate(certificate.clone(), key.clone());
        }
    }
    options
}

/// Up to 256 ms that differ from key to key, so that a district's wards do not all come back in the same instant.
fn spread(key: &TransportKey) -> Duration {
    let sum = key.public().bytes().fold(0_u8, |sum, byte| sum.wrapping_mul(31).wrapping_add(byte));
    Duration::from_millis(u64::from(sum))
}

/// 0, then 4 ms doubling to 1 s, plus the key's spread from the sixth attempt on: quick after a blip, gentle in an outage.
fn delay(attempts: usize, spread: Duration) -> Duration {
    match attempts {
        0 | 1 => Duration::ZERO,
        2..=5 => Duration::from_millis(1 << attempts),
        _ => Duration::from_millis(1 << attempts.min(10)) + spread,
    }
}

fn addresses(url: &str) -> Result<Vec<ServerAddr>, BusError> {
    let address = |one: &str| {
        let misuse = |why: String| BusError::Misuse { got: one.to_owned(), why };
        let parsed: ServerAddr = one.trim().parse().map_err(|error| misuse(format!("{error}")))?;
        if parsed.host().is_empty() {
            return Err(misuse("an address is written nats://host:port".to_owned()));
        }
        Ok(parsed)
    };
    url.split(',').map(address).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attempts_to_reconnect_are_quick_at_first_and_never_more_than_1300_ms_apart() {
        let spread = Duration::from_millis(255);
        assert_eq!(delay(1, spread), Duration::ZERO);
        assert!(delay(5, spread) <= Duration::from_millis(32));
        assert!((0..100).all(|n| delay(n, spread) < Duration::from_millis(1300)));
    }

    #[test]
    fn a_denied_publish_leaves_the_connection_up_and_a_denied_inbox_does_not() {
        let publish = LinkEvent::Refused(Refusal::Publish { subject: "x".to_owned() });
        assert_eq!(after(&LinkState::Up, &publish), None);
        let inbox = Refusal::Subscribe { subject: "x".to_owned() };
        let refused = after(&LinkState::Up, &LinkEvent::Refused(inbox.clone()));
        assert_eq!(refused, Some(LinkState::Refused(inbox)));
        assert_eq!(after(&refused.unwrap(), &LinkEvent::Connected), Some(LinkState::Up));
    }

    #[tokio::test]
    async fn an_address_that_is_none_is_told_before_anything_is_tried() {
        let key = TransportKey::generate().unwrap();
        for url in ["", "not an address:x", "nats://a,,nats://b"] {
            let opened = Link::open(&LinkConfig::new(url, key.clone()), "_INBOX.x").await;
            assert!(matches!(opened, Err(BusError::Misuse { .. })), "{url}: {opened:?}");
        }
    }
}
