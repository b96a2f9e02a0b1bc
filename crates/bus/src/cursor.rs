//! Where we are in the stream, and what it means when the stream is no longer the one we read.

use std::fmt;

/// The place of the last message read. It lies in the commit frames of the district's log, never in the broker.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Cursor {
    /// When the stream was created, in nanoseconds since 1970 UTC: a stream deleted and made again has another.
    pub stream_created_ns: u64,
    /// The sequence of the last message read, from 1.
    pub stream_seq: u64,
}

impl fmt::Display for Cursor {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "message {} of the stream created at {} ns", self.stream_seq, self.stream_created_ns)
    }
}

/// How we know that a cursor no longer names a place in the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetCause {
    /// The stream was created at another time: it was deleted or wiped and made again.
    Recreated,
    /// The stream ends before the cursor: it lost its tail, as JetStream does after a power failure.
    RolledBack,
    /// The message at the cursor is another than the one we read: it lost its tail and grew again.
    Rewritten,
}

/// The stream is not the one the cursor was in. It is read from its start; chains above recognise what they already have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamReset {
    /// Where we were.
    pub was: Cursor,
    /// When the stream now there was created, in nanoseconds.
    pub now_created_ns: u64,
    /// The last sequence now there.
    pub now_last_seq: u64,
    /// How it was noticed.
    pub cause: ResetCause,
}

/// Messages that the broker no longer has. Their units send again when no receipt comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// First sequence that is gone.
    pub first_seq: u64,
    /// Last sequence that is gone.
    pub last_seq: u64,
}
