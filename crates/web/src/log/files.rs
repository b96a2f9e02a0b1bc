//! The files of a log, in ranges, for mirrors: they hold facts and annexes, so a token is asked for.

use std::sync::Arc;

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use socai_log::RawFile;

use super::{
    Log,
    answer::{no_such_file, no_token, not_a_range},
};
use crate::token::{presented, same};

/// How many ranges are read at once; the others wait.
pub(super) const READS_AT_ONCE: usize = 4;
/// The most bytes of one answer.
const MAX_PIECE: u64 = 4 << 20;

#[derive(Clone)]
struct Files {
    log: Log,
    token: Arc<str>,
}

/// The routes below `/log/`.
pub(super) fn router(log: Log, token: &str) -> Router {
    Router::new().route("/log/{*path}", get(file)).with_state(Files { log, token: token.into() })
}

/// A range of a file. A mirror asks piece by piece, so nothing else is given.
async fn file(State(files): State<Files>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    if !presented(&headers).is_some_and(|token| same(token, &files.token)) {
        return no_token();
    }
    let Ok(file) = path.parse::<RawFile>() else { return no_such_file() };
    let Some((from, to)) = headers.get(header::RANGE).and_then(range) else { return not_a_range() };
    let max = (to - from).min(MAX_PIECE - 1) as usize + 1;
    match files.log.read(move |reader| reader.raw(file, from, max)).await {
        Ok(Some(piece)) if piece.bytes.is_empty() => {
            let about = format!("bytes */{}", piece.total);
            answer(StatusCode::RANGE_NOT_SATISFIABLE, &about, Vec::new())
        }
        Ok(Some(piece)) => {
            let about = format!("bytes {from}-{}/{}", from + piece.bytes.len() as u64 - 1, piece.total);
            answer(StatusCode::PARTIAL_CONTENT, &about, piece.bytes)
        }
        Ok(None) => no_such_file(),
        Err(response) => response,
    }
}

/// `bytes=<first>-<last>` or `bytes=<first>-`: one range, from the front.
fn range(value: &HeaderValue) -> Option<(u64, u64)> {
    let (from, to) = value.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let from: u64 = from.parse().ok()?;
    let to = if to.is_empty() { u64::MAX } else { to.parse().ok()? };
    (from <= to && from < u64::MAX - MAX_PIECE).then_some((from, to))
}

fn answer(status: StatusCode, range: &str, bytes: Vec<u8>) -> Response {
    let about = [
        (header::CONTENT_TYPE, "application/octet-stream"),
        (header::CACHE_CONTROL, "no-store"),
        (header::ACCEPT_RANGES, "bytes"),
        (header::CONTENT_RANGE, range),
    ];
    (status, about, bytes).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_from_the_front_and_nothing_else() {
        let read = |text| range(&HeaderValue::from_static(text));
        assert_eq!(read("bytes=0-0"), Some((0, 0)));
        assert_eq!(read("bytes=10-"), Some((10, u64::MAX)));
        for wrong in
            ["bytes=-5", "bytes=5-4", "bytes=0-1,3-4", "lines=0-1", "bytes=", "bytes=18446744073709551615-"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
