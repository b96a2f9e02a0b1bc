//! Bodies of requests as they come: so long and no longer, and not slower than a poor line.

use std::time::Duration;

use axum::{
    body::{Body, BodyDataStream, Bytes, HttpBody as _},
    http::StatusCode,
};
use futures_util::StreamExt as _;
use tokio::time::{Instant, timeout_at};

use crate::problem::Problem;

/// How slowly a body may come. Whoever is slower holds a place that others wait for, so he is told to try again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// The longest time in which nothing comes.
    pub(crate) rest: Duration,
    /// Bytes a second that come at least, over the whole body and beside one `rest`.
    pub(crate) bytes_per_s: u64,
}

impl Pace {
    /// When the next piece has to be there, after `len` bytes of a body that began then.
    fn until(self, began: Instant, len: u64, now: Instant) -> Instant {
        let earned = Duration::from_secs(len / self.bytes_per_s.max(1));
        (began + self.rest + earned).min(now + self.rest)
    }
}

/// Why a body was not read to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Unread {
    /// It has more bytes than may be.
    TooLong,
    /// It came more slowly than it may.
    Stalled,
    /// It broke off, in words.
    Broken(String),
}

/// A body piece by piece.
pub(crate) struct Pieces {
    stream: BodyDataStream,
    pace: Pace,
    began: Instant,
    /// Bytes that came.
    len: u64,
}

impl Pieces {
    /// The time runs from now on.
    pub(crate) fn of(body: Body, pace: Pace) -> Pieces {
        Pieces { stream: body.into_data_stream(), pace, began: Instant::now(), len: 0 }
    }

    /// The next piece; none at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Unread> {
        match timeout_at(self.pace.until(self.began, self.len, Instant::now()), self.stream.next()).await {
            Err(_) => Err(Unread::Stalled),
            Ok(None) => Ok(None),
            Ok(Some(Err(error))) => Err(Unread::Broken(error.to_string())),
            Ok(Some(Ok(piece))) => {
                self.len += piece.len() as u64;
                Ok(Some(piece))
            }
        }
    }
}

/// A whole body of `max_len` bytes at most.
pub(crate) async fn whole(body: Body, max_len: usize, pace: Pace) -> Result<Bytes, Unread> {
    // what it says itself, if it does
    let stated = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if stated > max_len {
        return Err(Unread::TooLong);
    }
    let mut pieces = Pieces::of(body, pace);
    let mut read = Vec::with_capacity(stated);
    while let Some(piece) = pieces.next().await? {
        if read.len() + piece.len() > max_len {
            return Err(Unread::TooLong);
        }
        read.extend_from_slice(&piece);
    }
    Ok(read.into())
}

impl Unread {
    pub(crate) fn status(&self) -> StatusCode {
        match self {
            Unread::TooLong => StatusCode::PAYLOAD_TOO_LARGE,
            Unread::Stalled => StatusCode::REQUEST_TIMEOUT,
            Unread::Broken(_) => StatusCode::BAD_REQUEST,
        }
    }

    /// What to do about it, where `max_len` bytes may be sent.
    pub(crate) fn said(&self, max_len: usize) -> String {
        match self {
            Unread::TooLong => format!("the body has more than {max_len} bytes: send several requests"),
            Unread::Stalled => "the body came too slowly; nothing was done, send it again".into(),
            Unread::Broken(why) => format!("the body broke off: {why}"),
        }
    }

    pub(crate) fn problem(&self, max_len: usize) -> Problem {
        let word = match self {
            Unread::TooLong => "too-large",
            Unread::Stalled => "too-slow",
            Unread::Broken(_) => "broken-off",
        };
        Problem::new(self.status(), word, self.said(max_len))
    }
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    const LONG: Pace = Pace { rest: Duration::from_secs(60), bytes_per_s: 2 };

    #[test]
    fn a_body_may_rest_now_and_then_but_not_for_long_and_not_always() {
        let began = Instant::now();
        let at = |s| began + Duration::from_secs(s);
        let until = |len, now_s| LONG.until(began, len, at(now_s));
        assert_eq!(until(0, 0), at(60));
        assert_eq!(until(100, 10), at(70), "what came early does not lengthen a rest");
        assert_eq!(until(20, 50), at(70), "ten seconds' worth came, and one rest");
        assert_eq!(until(20, 69), at(70));
    }

    #[tokio::test]
    async fn a_body_that_stalls_is_given_up_wherever_it_stalls() {
        let short = Pace { rest: Duration::from_millis(20), ..LONG };
        for came in [vec![], vec!["ab"], vec!["ab", "cd"]] {
            let pieces = stream::iter(came.into_iter().map(Ok::<_, std::io::Error>));
            let body = Body::from_stream(pieces.chain(stream::pending()));
            assert_eq!(whole(body, 100, short).await, Err(Unread::Stalled));
        }
    }

    #[tokio::test]
    async fn a_body_is_as_long_as_it_may_be_and_one_that_breaks_off_is_told() {
        let broken = || std::io::Error::other("gone");
        let body = |end: Option<std::io::Error>| {
            let pieces = ["ab", "cd"].into_iter().map(Ok).chain(end.map(Err));
            Body::from_stream(stream::iter(pieces.collect::<Vec<_>>()))
        };
        assert_eq!(whole(body(None), 4, LONG).await.unwrap(), "abcd");
        assert_eq!(whole(body(None), 3, LONG).await, Err(Unread::TooLong));
        assert_eq!(whole(Body::from("abcd"), 3, LONG).await, Err(Unread::TooLong));
        assert!(
            matches!(whole(body(Some(broken())), 9, LONG).await, Err(Unread::Broken(why)) if why.contains("gone"))
        );
    }
}
