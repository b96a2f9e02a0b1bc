//! Style sheet and scripts, compiled in.

use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};

use super::{asking::Asking, oops::Oops};

const CSS: &str = "text/css; charset=utf-8";
const JS: &str = "text/javascript; charset=utf-8";

const TEXT: &str = "text/plain; charset=utf-8";
/// Somebody else's, as it is: see the README beside it.
const JSQR: &str = include_str!("../../vendor/jsqr/jsQR.js");

/// Name, media type, content.
const FILES: &[(&str, &str, &str)] = &[
    ("style.css", CSS, include_str!("static/style.css")),
    ("proof.js", JS, include_str!("static/proof.js")),
    ("check.js", JS, include_str!("static/check.js")),
    ("live.js", JS, include_str!("static/live.js")),
    ("replay.js", JS, include_str!("static/replay.js")),
    ("jsqr.js", JS, JSQR),
    ("jsqr.license.txt", TEXT, include_str!("../../vendor/jsqr/LICENSE")),
];

/// A file. Kept for as long as a page is looked at: another release brings other scripts.
pub(super) async fn file(Path(name): Path<String>, asking: Asking) -> Response {
    let Some((_, media, content)) = FILES.iter().find(|(known, ..)| *known == name) else {
        return Oops::nothing_here().answer(&asking);
    };
    let about = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=300")),
    ];
    (about, *content).into_response()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest as _, Sha256};

    use super::*;

    #[test]
    fn the_reader_of_qr_codes_is_the_published_one_byte_for_byte() {
        let digest: String =
            Sha256::digest(JSQR.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        assert!(include_str!("../../vendor/jsqr/README.md").contains(&digest), "{digest}");
    }
}
