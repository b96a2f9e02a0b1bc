//! Errors as programs get them: `application/problem+json` (RFC 9457).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use socai_ward::{ImportError, Problem as FieldProblem, RecordError, RegistryError, Rejected, SealError};

/// A request that was not done, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    status: StatusCode,
    /// A stable word for programs; the problem's type is `urn:socai:<word>`.
    word: &'static str,
    detail: String,
    more: Vec<(&'static str, Value)>,
}

impl Problem {
    /// A problem with an HTTP status, a stable word and what to do about it.
    pub fn new(status: StatusCode, word: &'static str, detail: impl Into<String>) -> Problem {
        Problem { status, word, detail: detail.into(), more: Vec::new() }
    }

    fn with(mut self, name: &'static str, value: Value) -> Problem {
        self.more.push((name, value));
        self
    }

    fn with_errors(self, errors: &[FieldProblem]) -> Problem {
        let errors = serde_json::to_value(errors).unwrap_or(Value::Null);
        self.with("errors", errors)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": format!("urn:socai:{}", self.word),
            "title": self.status.canonical_reason().unwrap_or("Error"),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        for (name, value) in self.more {
            body[name] = value;
        }
        let json = HeaderValue::from_static("application/problem+json");
        let mut response = (self.status, [(header::CONTENT_TYPE, json)], body.to_string()).into_response();
        let headers = response.headers_mut();
        match self.status {
            StatusCode::UNAUTHORIZED => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            StatusCode::SERVICE_UNAVAILABLE => {
                headers.insert(header::RETRY_AFTER, HeaderValue::from_static("5"));
            }
            _ => {}
        }
        response
    }
}

impl From<RecordError> for Problem {
    fn from(error: RecordError) -> Problem {
        let detail = error.to_string();
        match error {
            RecordError::Wrong(errors) => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-events", detail).with_errors(&errors)
            }
            RecordError::TooMany { .. } => {
                Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-many-events", detail)
            }
            RecordError::Nothing => Problem::new(StatusCode::BAD_REQUEST, "no-events", detail),
            RecordError::Seal(error) => error.into(),
            RecordError::Vault(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-sealed", detail),
        }
    }
}

impl From<SealError> for Problem {
    fn from(error: SealError) -> Problem {
        let detail = error.to_string();
        let later = |word| Problem::new(StatusCode::SERVICE_UNAVAILABLE, word, detail.clone());
        match error {
            SealError::Conflict { index, name } => Problem::new(StatusCode::CONFLICT, "id-taken", detail)
                .with("index", index.into())
                .with("record", name.to_string().into()),
            SealError::TooLarge { .. } => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail),
            SealError::Unknown { .. } => later("outcome-unknown"),
            SealError::NotSealed { .. } | SealError::Entropy(_) => later("not-sealed"),
            SealError::NoKey { .. } => later("no-sealing-key"),
            SealError::Stopping => later("stopping"),
        }
    }
}

impl From<ImportError> for Problem {
    fn from(error: ImportError) -> Problem {
        let detail = error.to_string();
        match error {
            ImportError::Rejected { rejected: Rejected { rows, problems, more } } => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-rows", detail)
                    .with_errors(&problems)
                    .with("rows", rows.into())
                    .with("more", more.into())
            }
            ImportError::TooLarge => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail),
            ImportError::File(_) | ImportError::Vault(_) => {
                Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-sealed", detail)
            }
            ImportError::Seal(error) => error.into(),
        }
    }
}

impl From<RegistryError> for Problem {
    fn from(error: RegistryError) -> Problem {
        let detail = error.to_string();
        match error {
            RegistryError::File(_) => Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-kept", detail),
            _ => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-registry", detail),
        }
    }
}
