//! What holds for every answer: a strict content security policy, no sniffing, no frames, nothing oversized.

use axum::{
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::Response,
};

use super::{asking::Asking, oops::Oops};

/// Nothing inline runs, nothing is fetched from elsewhere, nobody frames a page.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Longest path and query, in bytes.
pub(super) const MAX_ADDRESS_LEN: usize = 1_024;

const HEADERS: [(HeaderName, HeaderValue); 4] = [
    (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
    (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
    (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
    (header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY")),
];

/// Refuses what is oversized, and puts the headers on whatever is answered.
pub(super) async fn guard(request: Request, next: Next) -> Response {
    let len = request.uri().path_and_query().map_or(0, |address| address.as_str().len());
    let mut response = match len <= MAX_ADDRESS_LEN {
        true => next.run(request).await,
        false => {
            let asking = Asking::of_request(&request);
            Oops::new(StatusCode::URI_TOO_LONG, "too_long").answer(&asking)
        }
    };
    let is_stricter = response.headers().contains_key(header::CONTENT_SECURITY_POLICY);
    let headers =
        HEADERS.into_iter().filter(|(name, _)| !is_stricter || name != header::CONTENT_SECURITY_POLICY);
    response.headers_mut().extend(headers);
    response
}
