//! What a log answers: bytes with how long they may be kept, or a short line of text.

use axum::{
    http::{HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use socai_log::LogError;
use socai_tlog::Tile;

/// A full tile never changes: a year, the longest that caches take.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A partial tile does not change either, but a full one soon takes its place.
const A_MINUTE: &str = "public, max-age=60";
/// The log grows with every commit.
const A_SECOND: &str = "public, max-age=1";
/// What is not there may come.
const NEVER: &str = "no-store";

const TEXT: &str = "text/plain; charset=utf-8";
const BYTES: &str = "application/octet-stream";

/// A page of any origin may read what everybody may read.
const ANY_ORIGIN: (HeaderName, HeaderValue) =
    (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
const NO_SNIFFING: (HeaderName, HeaderValue) =
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));

fn answer(status: StatusCode, media: &'static str, keep: &'static str, body: impl IntoResponse) -> Response {
    let about = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CACHE_CONTROL, HeaderValue::from_static(keep)),
        ANY_ORIGIN,
        NO_SNIFFING,
    ];
    (status, about, body).into_response()
}

fn line(status: StatusCode, text: &'static str) -> Response {
    answer(status, TEXT, NEVER, text)
}

pub(super) fn checkpoint_of(note: Vec<u8>) -> Response {
    answer(StatusCode::OK, TEXT, A_SECOND, note)
}

pub(super) fn full_or_partial(tile: &Tile, bytes: Vec<u8>) -> Response {
    answer(StatusCode::OK, BYTES, if tile.is_partial() { A_MINUTE } else { FOR_EVER }, bytes)
}

pub(super) fn no_such_tile() -> Response {
    line(
        StatusCode::NOT_FOUND,
        "no such tile; /checkpoint says how large the log is, c2sp.org/tlog-tiles how tiles are named\n",
    )
}

pub(super) fn nothing_here() -> Response {
    line(
        StatusCode::NOT_FOUND,
        "nothing at this address; a log (c2sp.org/tlog-tiles) has /checkpoint, /tile/<level>/<n> and /tile/entries/<n>\n",
    )
}

pub(super) fn wrong_method() -> Response {
    line(StatusCode::METHOD_NOT_ALLOWED, "a log is only read: GET or HEAD\n")
}

pub(super) fn no_token() -> Response {
    let text = "the files of this log are for mirrors: Authorization: Bearer, with the token that the district gave out\n";
    let mut response = line(StatusCode::UNAUTHORIZED, text);
    response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    response
}

pub(super) fn no_such_file() -> Response {
    line(
        StatusCode::NOT_FOUND,
        "no such file; a log has /log/volumes/0000000000.vol and /log/annex/0000000000.anx\n",
    )
}

pub(super) fn not_a_range() -> Response {
    line(StatusCode::BAD_REQUEST, "a file is read in ranges: Range: bytes=0-4194303\n")
}

pub(super) fn stopping() -> Response {
    later("stopping; ask again\n")
}

fn later(text: &'static str) -> Response {
    let mut response = line(StatusCode::SERVICE_UNAVAILABLE, text);
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
    response
}

/// Files that cannot be served are told to the operator by name, to the world without.
pub(super) fn fault(error: &LogError) -> Response {
    tracing::error!(%error, "the log cannot be served");
    if error.is_damage() {
        let text = "the files of this log are damaged here; the operator has been told\n";
        return line(StatusCode::INTERNAL_SERVER_ERROR, text);
    }
    later("the files of this log cannot be read now; ask again\n")
}
