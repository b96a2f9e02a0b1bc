//! What can go wrong on the bus, grouped by what to do about it.

use crate::Refusal;
use std::time::Duration;

/// A link could not be set up or used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BusError {
    /// Denied by the server: an administrator must act.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The server is not reachable now: try again later.
    #[error("the bus at {url} does not answer{}: {why}", within(*.waited))]
    Unavailable {
        /// The address tried.
        url: String,
        /// How long we waited, where waiting was the reason.
        waited: Option<Duration>,
        /// What was last heard.
        why: String,
    },
    /// The ledger's stream is not there: the administrator must provision it.
    #[error("stream {stream} is not on the server: provision it, or let the district create it")]
    NoStream {
        /// Its name.
        stream: String,
    },
    /// The server understood and said no.
    #[error("the server refused to {what}: {text} (code {code})")]
    Rejected {
        /// What was asked.
        what: &'static str,
        /// JetStream's error code.
        code: u64,
        /// Its words.
        text: String,
    },
    /// The message is larger than the bus carries: our own mistake, nothing was sent.
    #[error("a message of {got} bytes is over the limit of {max}")]
    TooLarge {
        /// Its size in bytes.
        got: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// An address or a file of the configuration is wrong.
    #[error("cannot use `{got}`: {why}")]
    Misuse {
        /// What was given.
        got: String,
        /// What is wrong with it.
        why: String,
    },
}

fn within(waited: Option<Duration>) -> String {
    waited.map(|waited| format!(" within {waited:?}")).unwrap_or_default()
}

/// What became of a message that was not acknowledged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublishError {
    /// It may or may not be in the stream. Only the chain can tell: never guess, never take it for failed.
    #[error("outcome unknown: {why}")]
    OutcomeUnknown {
        /// A time-out or a lost connection.
        why: String,
    },
    /// Denied by the server, and so not in the stream; only a message that was under way while the permissions changed may be.
    #[error(transparent)]
    Denied(#[from] Refusal),
    /// Larger than the bus or the stream takes; it was not sent or not stored.
    #[error("a message of {got} bytes is over the limit of {max}")]
    TooLarge {
        /// Its size in bytes.
        got: usize,
        /// The limit in bytes.
        max: usize,
    },
    /// No stream listens to the subject; it is not stored. Try again later: the district or the administrator creates it.
    #[error("no stream listens to `{subject}`")]
    NoStream {
        /// The subject.
        subject: String,
    },
    /// There is no connection; it was not sent. Try again when the link is up.
    #[error("not connected: {why}")]
    Unavailable {
        /// What is known.
        why: String,
    },
    /// As many messages as allowed are under way; it was not sent. Wait for one of them.
    #[error("{in_flight} messages are under way, no more are allowed")]
    QueueFull {
        /// The bound.
        in_flight: usize,
    },
    /// The stream is at its limit and takes nothing more; it is not stored. The administrator must give it room.
    #[error("the stream is full: {text} (code {code})")]
    StreamFull {
        /// JetStream's error code.
        code: u64,
        /// Its words.
        text: String,
    },
    /// JetStream refused it for another reason; it is not stored.
    #[error("JetStream refused the message: {text} (code {code})")]
    Rejected {
        /// JetStream's error code.
        code: u64,
        /// Its words.
        text: String,
    },
}

/// The next message cannot be had now. Asking again is always right; the reader waits a little before it tries.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The broker is away, restarting or slow.
    #[error("the stream cannot be read now: {why}")]
    Unavailable {
        /// What happened.
        why: String,
    },
    /// The stream is not there and we may not create it.
    #[error("stream {stream} is not on the server: provision it, or let the district create it")]
    NoStream {
        /// Its name.
        stream: String,
    },
    /// Denied by the server: an administrator must act.
    #[error(transparent)]
    Refused(#[from] Refusal),
}
