//! Requests that get no answer: a short page for people, a problem for programs.

use std::fmt;

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use minijinja::context;

use super::{asking::Asking, kept::Coming, page};
use crate::problem::Problem;

/// Why there is no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Oops {
    status: StatusCode,
    /// Key of the words: `oops_<key>`.
    key: &'static str,
    /// None but for what somebody else computes at this moment; then it is asked again.
    coming: Option<Coming>,
}

impl From<Coming> for Oops {
    fn from(coming: Coming) -> Oops {
        Oops { coming: Some(coming), ..Oops::new(StatusCode::SERVICE_UNAVAILABLE, "fault") }
    }
}

impl Oops {
    pub(super) fn new(status: StatusCode, key: &'static str) -> Oops {
        Oops { status, key, coming: None }
    }

    /// What is to be waited for before asking again, if that is all.
    pub(super) fn coming(&mut self) -> Option<Coming> {
        self.coming.take()
    }

    pub(super) fn nothing_here() -> Oops {
        Oops::new(StatusCode::NOT_FOUND, "nothing_here")
    }

    /// No such figure, unit, record or case.
    pub(super) fn unknown() -> Oops {
        Oops::new(StatusCode::NOT_FOUND, "unknown")
    }

    /// An id, number or date that is none.
    pub(super) fn bad_request(key: &'static str) -> Oops {
        Oops::new(StatusCode::BAD_REQUEST, key)
    }

    /// The ledger cannot be read here: told to whoever runs the program, not to the world.
    pub(super) fn fault(error: &dyn fmt::Display) -> Oops {
        tracing::error!(%error, "a page cannot be made");
        Oops::new(StatusCode::INTERNAL_SERVER_ERROR, "fault")
    }

    /// In the form that the address asks for.
    pub(super) fn answer(&self, asking: &Asking) -> Response {
        let text = asking.words().get(&format!("oops_{}", self.key)).to_owned();
        let mut response = if asking.is_api() {
            Problem::new(self.status, self.key, text).into_response()
        } else {
            let status = self.status.as_u16();
            let mut response = page::html(
                asking,
                "oops.html",
                context! { status, text, is_gate => self.status == StatusCode::FORBIDDEN },
            );
            *response.status_mut() = self.status;
            response
        };
        if self.status == StatusCode::SERVICE_UNAVAILABLE || self.status == StatusCode::TOO_MANY_REQUESTS {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
        }
        response
    }
}
