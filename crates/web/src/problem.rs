//! Errors as programs get them: `application/problem+json` (RFC 9457).

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use socai_ward::{
    Broken, ImportError, Problem as FieldProblem, RecordError, RegistryError, Rejected, SealError, Stopped,
};

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
            ImportError::Rejected { rejected: Rejected { rows, problems, more, sealed_to } } => {
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "wrong-rows", detail)
                    .with_errors(&problems)
                    .with("rows", rows.into())
                    .with("more", more.into())
                    .with("sealed_to", sealed_to.into())
            }
            ImportError::Broken { broken: Broken { sealed, to_line, why } } => {
                // what somebody changed meanwhile comes again when the file does; a disk or node may recover by itself
                let status = match why {
                    Stopped::Row(_) | Stopped::Seal(SealError::Conflict { .. }) => StatusCode::CONFLICT,
                    Stopped::File(_) | Stopped::Seal(_) | Stopped::Vault(_) => {
                        StatusCode::SERVICE_UNAVAILABLE
                    }
                };
                let errors = if let Stopped::Row(errors) = &why { errors.as_slice() } else { &[] };
                Problem::new(status, "import-broken", detail)
                    .with_errors(errors)
                    .with("sealed", sealed.into())
                    .with("sealed_to", to_line.into())
                    .with("why", why.to_string().into())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn broken(why: Stopped) -> Problem {
        ImportError::Broken { broken: Broken { sealed: 512, to_line: 513, why } }.into()
    }

    #[test]
    fn an_import_that_broke_off_is_never_told_as_one_that_sealed_nothing() {
        let full = SealError::NotSealed { why: "no space".into() };
        let changed = FieldProblem::new("identity", "other_name", "tên khác", "another name").in_row(600);
        for (why, status, errors) in [
            (Stopped::Seal(full), StatusCode::SERVICE_UNAVAILABLE, 0),
            (Stopped::Row(vec![changed]), StatusCode::CONFLICT, 1),
        ] {
            let problem = broken(why);
            assert_eq!((problem.status, problem.word), (status, "import-broken"));
            assert!(
                problem.detail.contains("512 rows of the file, up to line 513, are sealed"),
                "{}",
                problem.detail
            );
            assert!(problem.detail.contains("same file again, unchanged"), "{}", problem.detail);
            let member =
                |name| problem.more.iter().find(|(word, _)| *word == name).map(|(_, value)| value.clone());
            assert_eq!((member("sealed"), member("sealed_to")), (Some(512.into()), Some(513.into())));
            assert_eq!(member("errors").and_then(|list| list.as_array().map(Vec::len)), Some(errors));
        }
    }

    #[test]
    fn a_file_of_which_an_earlier_import_sealed_a_part_is_not_told_to_be_corrected_as_a_whole() {
        let rejected = Rejected { rows: 600, problems: vec![], more: 1, sealed_to: Some(513) };
        let problem = Problem::from(ImportError::Rejected { rejected });
        assert_eq!(problem.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(problem.detail.contains("sealed its rows up to line 513"), "{}", problem.detail);
        assert!(problem.more.contains(&("sealed_to", 513.into())));
    }
}
