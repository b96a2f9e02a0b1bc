//! Who may ask: whoever presents the unit's token.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::Next,
    response::Response,
};

use crate::{node::Node, problem::Problem};

/// Lets a request through that presents the token.
pub(crate) async fn required(
    State(node): State<Node>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    match presented(request.headers()) {
        Some(token) if same(token, &node.token) => Ok(next.run(request).await),
        Some(_) => Err(denied("this is not the unit's token; it stands in unit.toml")),
        None => Err(denied("present the unit's token: Authorization: Bearer …")),
    }
}

fn denied(detail: &str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, "no-token", detail)
}

pub(crate) fn presented(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Compares without telling by its time where two texts differ.
pub(crate) fn same(one: &str, other: &str) -> bool {
    let differ = one.bytes().zip(other.bytes()).fold(0, |differ, (a, b)| differ | (a ^ b));
    one.len() == other.len() && differ == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_very_same_token_is_the_same() {
        assert!(same("abc", "abc"));
        for other in ["", "ab", "abcd", "abd", "ABC"] {
            assert!(!same("abc", other) && !same(other, "abc"), "{other}");
        }
    }
}
