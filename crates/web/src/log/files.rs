//! The files of a log, in ranges, for mirrors and readers elsewhere: they hold facts and annexes, so a token is asked for.

use std::{io, sync::Arc};

use axum::{
    Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use socai_log::{LogError, RawFile, Reader};

use super::{
    Log,
    answer::{no_such_file, no_token, not_a_range},
};
use crate::token::{presented, same};

/// How many ranges are read at once; the others wait.
pub(super) const READS_AT_ONCE: usize = 4;
/// The most bytes of one answer.
const MAX_PIECE: u64 = 4 << 20;
/// What is given whole besides, from the directory around the log: whom to believe, and what witnesses cosigned.
const BESIDE: [&str; 2] = ["policy", "cosigned"];

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
    if BESIDE.contains(&path.as_str()) {
        return beside(&files.log, path).await;
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

/// A small file beside the log, whole.
async fn beside(log: &Log, name: String) -> Response {
    let read = move |reader: &Reader| {
        let path = reader.dir().parent().unwrap_or(reader.dir()).join(name);
        match std::fs::read(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(LogError::Io { action: "read", path, offset: None, source: source.into() }),
        }
    };
    match log.read(read).await {
        Ok(Some(bytes)) => {
            let about =
                [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, "no-store")];
            (StatusCode::OK, about, bytes).into_response()
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
