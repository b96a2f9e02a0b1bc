//! Where in a table's text something is wrong.

use std::ops::Range;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, de};

use crate::CivilDate;

/// A rule table that does not parse or contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("table `{table}`, line {line}, key `{key}`: {problem}")]
pub struct TableError {
    /// Name of the table: `indicators`.
    pub table: String,
    /// Line, from 1.
    pub line: usize,
    /// The key at fault, as written; the row's header when a key is missing.
    pub key: String,
    /// What is wrong and what is expected.
    pub problem: String,
}

impl TableError {
    pub(super) fn unknown_table(name: &str) -> TableError {
        let problem =
            "expected indicators, occasions, periods, obligations, findings, grouping, holidays, law.<name> or template.<name>"
                .to_owned();
        TableError { table: name.to_owned(), line: 1, key: "name".to_owned(), problem }
    }
}

/// The text of a table while it is being read.
pub(super) struct Source<'a> {
    pub name: &'a str,
    pub content: &'a str,
}

impl Source<'_> {
    /// Parses the text; TOML and type errors get their line and key.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, TableError> {
        toml::from_str(self.content).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            self.error(at, &self.key_on_line_of(at), error.message())
        })
    }

    /// A rule broken by `key` of the row that begins at `row`; points at the row when it lacks the key.
    pub fn row_error(&self, row: &Range<usize>, key: &str, problem: impl Into<String>) -> TableError {
        let start = row.start.min(self.content.len());
        let body = &self.content[start..];
        let end = body.find("\n[").map_or(body.len(), |end| end + 1);
        let mut at = start;
        for line in body[..end].split_inclusive('\n') {
            let written = line.trim_start().strip_prefix(key).map(str::trim_start);
            if written.is_some_and(|rest| rest.starts_with('=') || rest.starts_with('.')) {
                return self.error(at, key, problem);
            }
            at += line.len();
        }
        self.error(start, key, problem)
    }

    fn error(&self, at: usize, key: &str, problem: impl Into<String>) -> TableError {
        let line = self.content[..at.min(self.content.len())].matches('\n').count() + 1;
        TableError { table: self.name.to_owned(), line, key: key.to_owned(), problem: problem.into() }
    }

    fn key_on_line_of(&self, at: usize) -> String {
        let at = at.min(self.content.len());
        let start = self.content[..at].rfind('\n').map_or(0, |newline| newline + 1);
        let line = self.content[start..].lines().next().unwrap_or_default();
        line.split('=').next().unwrap_or_default().trim().to_owned()
    }
}

/// The line, from 1, on which a row of the table names `word`: the row whose `key` is the text `value`. That of `key` when the row does not name
/// it, 1 when there is no such row.
pub fn line_in_row(content: &str, key: &str, value: &str, word: &str) -> usize {
    let lines: Vec<&str> = content.lines().collect();
    let is_it = |line: &str| {
        let written = line.trim_start().strip_prefix(key).map(str::trim_start);
        let written = written.and_then(|written| written.strip_prefix('=')).map(str::trim_start);
        written.is_some_and(|text| {
            [format!("\"{value}\""), format!("'{value}'")].iter().any(|v| text.starts_with(v))
        })
    };
    let rows: Vec<usize> = (0..lines.len()).filter(|at| is_it(lines[*at])).collect();
    let begins = |line: &str| line.trim_start().starts_with("[[");
    for at in &rows {
        let first = lines[..*at].iter().rposition(|line| begins(line)).unwrap_or(0);
        let len = lines[*at..].iter().position(|line| begins(line)).unwrap_or(lines.len() - at);
        if let Some(found) = (first..at + len).find(|line| names(lines[*line], word)) {
            return found + 1;
        }
    }
    rows.first().map_or(1, |at| at + 1)
}

/// Whether a line holds the word, not as a part of a longer one.
fn names(line: &str, word: &str) -> bool {
    let is_of_words = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    !word.is_empty()
        && line.match_indices(word).any(|(at, _)| {
            !line[..at].ends_with(is_of_words) && !line[at + word.len()..].starts_with(is_of_words)
        })
}

/// A row with the byte range it was read from.
pub(super) type Row<T> = toml::Spanned<T>;

/// Reads a date written as TOML date (`2023-01-20`) or as text.
pub(super) fn date<'de, D: Deserializer<'de>>(deserializer: D) -> Result<CivilDate, D::Error> {
    let text = match toml::Value::deserialize(deserializer)? {
        toml::Value::String(text) => text,
        toml::Value::Datetime(datetime) => datetime.to_string(),
        other => return Err(de::Error::custom(format!("expected a date, found {}", other.type_str()))),
    };
    text.parse().map_err(de::Error::custom)
}

/// Reads an optional date.
pub(super) fn optional_date<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<CivilDate>, D::Error> {
    date(deserializer).map(Some)
}
