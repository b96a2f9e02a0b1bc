//! What is wrong with something a person or program handed in, in words for both.

use serde::Serialize;
use socai_domain::Breach;
use socai_proto::FieldError;

/// One thing that is wrong, and what to do. Serialised as programs get it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Row of a file, counted in lines from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// Path in the JSON form, `data.lines.0.amount`, or the header of a column; empty for the whole.
    pub field: String,
    /// What is wrong, for programs: a stable word.
    pub code: String,
    /// What is wrong and what to do, in Vietnamese.
    pub message_vi: String,
    /// The same in English.
    pub message_en: String,
    /// The law, decree or working rule behind it; empty when it is about the shape of the data.
    #[serde(skip_serializing_if = "str::is_empty")]
    pub source: &'static str,
}

impl Problem {
    /// A problem of a field.
    pub fn new(
        field: impl Into<String>,
        code: &str,
        message_vi: impl Into<String>,
        message_en: impl Into<String>,
    ) -> Problem {
        Problem {
            row: None,
            field: field.into(),
            code: code.to_owned(),
            message_vi: message_vi.into(),
            message_en: message_en.into(),
            source: "",
        }
    }

    /// The same problem, found in a row of a file.
    #[must_use]
    pub fn in_row(self, row: u32) -> Problem {
        Problem { row: Some(row), ..self }
    }

    /// The same problem in the `index`th event of an array.
    #[must_use]
    pub fn in_item(self, index: usize) -> Problem {
        let field = if self.field.is_empty() { index.to_string() } else { format!("{index}.{}", self.field) };
        Problem { field, ..self }
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(row) = self.row {
            write!(out, "row {row}: ")?;
        }
        if !self.field.is_empty() {
            write!(out, "{}: ", self.field)?;
        }
        write!(out, "{} [{}]", self.message_en, self.code)
    }
}

impl From<FieldError> for Problem {
    fn from(error: FieldError) -> Problem {
        Problem::new(error.path, error.code.as_str(), error.message_vi, error.message_en)
    }
}

impl From<Breach> for Problem {
    fn from(breach: Breach) -> Problem {
        let problem = Problem::new(breach.field, breach.code, breach.message_vi, breach.message_en);
        Problem { source: breach.source, ..problem }
    }
}
