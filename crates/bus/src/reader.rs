//! Reading a ledger's stream in order, from a cursor of our own, whatever happens to the broker.
//!
//! A pull consumer without acknowledgements is only a window on the stream: it is thrown away on any trouble and made again at the
//! cursor. What it shows is checked: sequences must continue, and the stream must be the one the cursor was in.

use crate::{
    BusError, Cursor, DistrictLink, Drift, Gap, LinkEvent, LinkState, ReadError, ResetCause, StreamReset,
    link::concerns_requests,
    order::{Place, Shown, Verdict, judge},
    stream,
};
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use bytes::Bytes;
use futures_util::{FutureExt as _, StreamExt as _};
use socai_tlog::UnitNo;
use std::{collections::VecDeque, time::Duration};
use tokio::{
    sync::broadcast::{self, error::RecvError},
    time::{Instant, sleep_until, timeout},
};

/// Where to read from, and how much may be on its way to us.
#[derive(Clone, Copy, Debug)]
pub struct ReaderConfig {
    /// The last message already read; `None` reads from the start.
    pub from: Option<Cursor>,
    /// Most messages asked for at once. Twice as many may be on their way.
    pub max_messages: usize,
    /// Most bytes asked for at once. Twice as many may be on their way. Without a bound in bytes a pull of large messages stalls.
    pub max_bytes: usize,
    /// The broker must say this often that it is alive; twice this without a word and the consumer is made again.
    pub heartbeat: Duration,
}

impl ReaderConfig {
    /// 1,000 messages and 8 MiB at once, a heartbeat each second.
    pub fn from(from: Option<Cursor>) -> ReaderConfig {
        ReaderConfig {
            from,
            max_messages: 1000,
            max_bytes: 8 * 1024 * 1024,
            heartbeat: Duration::from_secs(1),
        }
    }
}

/// One message of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Arrived {
    /// The unit whose subject it came on. Permissions say that only this unit can publish there, but the broker is not trusted.
    pub unit: UnitNo,
    /// The message.
    pub message: Bytes,
    /// Its place: what to keep once it is dealt with.
    pub cursor: Cursor,
    /// How many more the broker has for us, as it said when it sent this one.
    pub pending: u64,
}

/// What comes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item {
    /// A message.
    Message(Arrived),
    /// The stream is another one than we read; messages follow from its start.
    Reset(StreamReset),
    /// The broker lost messages; those after them follow.
    Gap(Gap),
}

/// Reads the stream; see [`Reader::next`].
#[derive(Debug)]
pub struct Reader {
    district: DistrictLink,
    config: ReaderConfig,
    events: broadcast::Receiver<LinkEvent>,
    at: Option<Place>,
    ready: VecDeque<Item>,
    window: Option<Window>,
    failures: u32,
    retry_at: Instant,
}

/// A consumer of ours.
#[derive(Debug)]
struct Window {
    messages: Messages,
    /// How many messages it has shown.
    shown: u64,
}

struct Messages(pull::Stream);

impl std::fmt::Debug for Messages {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Messages")
    }
}

impl Reader {
    pub(crate) fn new(district: DistrictLink, config: ReaderConfig) -> Reader {
        Reader {
            events: district.events(),
            at: config.from.map(|cursor| Place { cursor, taken_ns: None }),
            district,
            config,
            ready: VecDeque::new(),
            window: None,
            failures: 0,
            retry_at: Instant::now(),
        }
    }

    /// The next item. Waits as long as the stream is quiet; says within two seconds or so when it cannot be read, and
    /// may then be asked again at once. May be cancelled without loss.
    pub async fn next(&mut self) -> Result<Item, ReadError> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Ok(item);
            }
            let Some(window) = &mut self.window else {
                self.open().await?;
                continue;
            };
            tokio::select! {
                biased;
                message = window.messages.0.next() => self.take(message),
                event = self.events.recv() => self.heed(event)?,
            }
        }
    }

    /// Waits for one item, then takes what is there already, up to `max_messages` or until `max_bytes` are exceeded.
    pub async fn next_batch(
        &mut self,
        max_messages: usize,
        max_bytes: usize,
    ) -> Result<Vec<Item>, ReadError> {
        let mut batch = vec![self.next().await?];
        let mut bytes = size(&batch[0]);
        while batch.len() < max_messages && bytes < max_bytes {
            let Some(item) = self.already_there() else { break };
            bytes += size(&item);
            batch.push(item);
        }
        Ok(batch)
    }

    fn already_there(&mut self) -> Option<Item> {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return Some(item);
            }
            let message = self.window.as_mut()?.messages.0.next().now_or_never()?;
            self.take(message);
        }
    }

    /// Checks one message against the cursor; anything odd closes the window, and the next one starts at the cursor.
    fn take(&mut self, message: Option<Result<async_nats::jetstream::Message, pull::MessagesError>>) {
        let message = match message {
            Some(Ok(message)) => message,
            Some(Err(error)) => return self.close(&error.to_string()),
            None => return self.close("the consumer ended"),
        };
        let (Some(window), Some(place)) = (&mut self.window, &mut self.at) else { return };
        let Ok(info) = message.info() else { return self.close("a message came without its place") };
        window.shown += 1;
        let shown = Shown {
            stream_seq: info.stream_sequence,
            consumer_seq: info.consumer_sequence,
            taken_ns: info.published.unix_timestamp_nanos(),
        };
        match judge(place, window.shown, &shown) {
            Verdict::New(gap) => {
                self.failures = 0;
                self.ready.extend(gap.map(Item::Gap));
                place.cursor.stream_seq = shown.stream_seq;
                place.taken_ns = Some(shown.taken_ns);
                let (cursor, pending) = (place.cursor, info.pending);
                self.deliver(message.message, cursor, pending);
            }
            Verdict::Proof => {}
            Verdict::Rewritten => {
                let created_ns = place.cursor.stream_created_ns;
                let last_seq = shown.stream_seq.saturating_add(info.pending);
                self.reset(ResetCause::Rewritten, created_ns, last_seq);
            }
            Verdict::Broken(why) => self.close(why),
        }
    }

    fn deliver(&mut self, message: async_nats::Message, cursor: Cursor, pending: u64) {
        match self.district.spec.subjects.unit_of(&message.subject) {
            Some(unit) => {
                let message = message.payload;
                self.ready.push_back(Item::Message(Arrived { unit, message, cursor, pending }));
            }
            None => tracing::warn!(subject = %message.subject, %cursor, "skipped: no unit has this subject"),
        }
    }

    fn heed(&mut self, event: Result<LinkEvent, RecvError>) -> Result<(), ReadError> {
        match event {
            Ok(LinkEvent::Refused(refusal)) if concerns_requests(&refusal) => {
                self.close("denied");
                Err(refusal.into())
            }
            Ok(LinkEvent::Disconnected | LinkEvent::Closed) | Err(RecvError::Closed) => {
                self.close("the connection broke");
                Err(ReadError::Unavailable { why: "the connection broke".to_owned() })
            }
            Ok(_) | Err(RecvError::Lagged(_)) => Ok(()),
        }
    }

    /// Drops the consumer; the next attempt is made at once, then after 8 ms doubling to one second.
    fn close(&mut self, why: &str) {
        tracing::debug!(why, at = ?self.at, "the stream is opened again");
        self.window = None;
        let wait = if self.failures == 0 { 0 } else { 4_u64 << self.failures.min(8) };
        self.failures = self.failures.saturating_add(1);
        self.retry_at = Instant::now() + Duration::from_millis(wait.min(1000));
    }

    /// Starts over in the stream that is there now, and says so if anything was read before.
    fn reset(&mut self, cause: ResetCause, now_created_ns: u64, now_last_seq: u64) {
        let read = self.at.filter(|place| place.cursor.stream_seq > 0);
        self.ready.extend(read.map(|Place { cursor: was, .. }| {
            Item::Reset(StreamReset { was, now_created_ns, now_last_seq, cause })
        }));
        self.at = Some(Place::start_of(now_created_ns));
        self.window = None;
    }

    /// Looks at the stream, settles where to start, makes a consumer there. Changes nothing before it is through.
    async fn open(&mut self) -> Result<(), ReadError> {
        sleep_until(self.retry_at).await;
        let opened = self.try_open().await;
        opened.inspect_err(|error| self.close(&error.to_string()))
    }

    async fn try_open(&mut self) -> Result<(), ReadError> {
        self.until_up().await?;
        // what happened until now is over; what happens from here on is heeded
        self.events = self.district.events();
        let DistrictLink { link, js, spec, may_create } = &self.district;
        let found = stream::look(link, js, spec, *may_create).await.map_err(read_error)?;
        for Drift { setting, expected, got } in &found.drift {
            tracing::warn!(setting, expected, got, "the stream's settings were changed");
        }
        let at = self.at.get_or_insert(Place::start_of(found.created_ns));
        if at.cursor.stream_created_ns != found.created_ns {
            self.reset(ResetCause::Recreated, found.created_ns, found.last_seq);
        } else if at.cursor.stream_seq > found.last_seq {
            self.reset(ResetCause::RolledBack, found.created_ns, found.last_seq);
        }
        let start = self.at.map_or(1, |place| place.first_wanted());
        let messages = Messages(self.consume(start).await?);
        self.window = Some(Window { messages, shown: 0 });
        Ok(())
    }

    async fn until_up(&self) -> Result<(), ReadError> {
        let mut state = self.district.state();
        let up = state.wait_for(|state| matches!(state, LinkState::Up | LinkState::Refused(_)));
        let up =
            timeout(Duration::from_secs(1), up).await.ok().and_then(Result::ok).map(|state| state.clone());
        match up {
            Some(LinkState::Up) => Ok(()),
            Some(LinkState::Refused(refusal)) => Err(refusal.into()),
            _ => Err(ReadError::Unavailable { why: format!("not connected to {}", self.district.link.url) }),
        }
    }

    async fn consume(&self, start_sequence: u64) -> Result<pull::Stream, ReadError> {
        let DistrictLink { link, js, spec, .. } = &self.district;
        let unavailable = |why: String| ReadError::Unavailable { why };
        let config = pull::Config {
            name: link.client.new_inbox().rsplit('.').next().map(|random| format!("district-{random}")),
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence },
            ack_policy: AckPolicy::None,
            // the broker forgets it when we are gone
            inactive_threshold: Duration::from_secs(60),
            memory_storage: true,
            num_replicas: 1,
            ..pull::Config::default()
        };
        let consumer = link.ask(js.create_consumer_on_stream(config, spec.subjects.stream())).await;
        let consumer = consumer.map_err(read_error)?;
        let consumer = consumer.map_err(|error| unavailable(format!("no consumer: {error}")))?;
        let messages = consumer
            .stream()
            .max_messages_per_batch(self.config.max_messages)
            .max_bytes_per_batch(self.config.max_bytes)
            .heartbeat(self.config.heartbeat)
            .messages();
        messages.await.map_err(|error| unavailable(format!("no messages: {error}")))
    }
}

fn size(item: &Item) -> usize {
    match item {
        Item::Message(arrived) => arrived.message.len(),
        Item::Reset(_) | Item::Gap(_) => 0,
    }
}

fn read_error(error: BusError) -> ReadError {
    match error {
        BusError::Refused(refusal) => refusal.into(),
        BusError::NoStream { stream } => ReadError::NoStream { stream },
        other => ReadError::Unavailable { why: other.to_string() },
    }
}
