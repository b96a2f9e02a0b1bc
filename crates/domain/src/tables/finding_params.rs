//! The keys of a row of the table of findings, taken one by one by its check: each of its type and within bounds, and none left over.

use socai_proto::{schema, v1::UnitType};

use super::{finding_checks::Claim, grouping::unit_type};

/// A key and what is wrong with it.
pub(super) type Problem = (String, String);

/// Longest term that a threshold may state.
pub(super) const MAX_DAYS: i64 = 36_600;
const MINUTES_OF_DAY: i64 = 60 * 24;
/// Longest term that is stated in minutes.
pub(super) const MAX_MINUTES: i64 = MINUTES_OF_DAY * 366;
pub(super) const MAX_MONEY: i64 = 1_000_000_000_000_000;

/// The keys of a row that its check has not taken yet.
pub(super) struct Params(toml::Table);

pub(super) fn problem(key: &str, problem: impl Into<String>) -> Problem {
    (key.to_owned(), problem.into())
}

impl Params {
    pub fn of(table: toml::Table) -> Self {
        Params(table)
    }

    /// A whole number from 0 to `max`, which must be stated.
    pub fn number(&mut self, key: &str, max: i64) -> Result<i64, Problem> {
        match self.0.remove(key) {
            Some(toml::Value::Integer(number)) if (0..=max).contains(&number) => Ok(number),
            Some(toml::Value::Integer(number)) => {
                Err(problem(key, format!("{number} is outside 0 to {max}")))
            }
            Some(other) => Err(problem(key, format!("expected an integer, found {}", other.type_str()))),
            None => Err(problem(key, "is missing")),
        }
    }

    pub fn number_or(&mut self, key: &str, max: i64, otherwise: i64) -> Result<i64, Problem> {
        if self.0.contains_key(key) { self.number(key, max) } else { Ok(otherwise) }
    }

    /// A term stated in `minutes` or in `days`.
    pub fn minutes(&mut self) -> Result<i64, Problem> {
        match self.0.contains_key("days") {
            true => Ok(self.number("days", MAX_MINUTES / MINUTES_OF_DAY)? * MINUTES_OF_DAY),
            false => self.number("minutes", MAX_MINUTES),
        }
    }

    pub fn claim(&mut self) -> Result<Claim, Problem> {
        match self.text("claim")?.as_str() {
            "occurred" => Ok(Claim::Occurred),
            "recorded" => Ok(Claim::Recorded),
            "received" => Ok(Claim::Received),
            other => Err(problem("claim", format!("`{other}` is none of occurred, recorded, received"))),
        }
    }

    pub fn yes(&mut self, key: &str) -> Result<bool, Problem> {
        match self.0.remove(key) {
            None => Ok(false),
            Some(toml::Value::Boolean(yes)) => Ok(yes),
            Some(other) => Err(problem(key, format!("expected true or false, found {}", other.type_str()))),
        }
    }

    pub fn text(&mut self, key: &str) -> Result<String, Problem> {
        match self.0.remove(key) {
            Some(toml::Value::String(text)) => Ok(text),
            Some(other) => Err(problem(key, format!("expected a text, found {}", other.type_str()))),
            None => Err(problem(key, "is missing")),
        }
    }

    /// A list of texts, empty when it is not stated.
    pub fn texts(&mut self, key: &str) -> Result<Vec<String>, Problem> {
        let values = match self.0.remove(key) {
            None => return Ok(vec![]),
            Some(toml::Value::Array(values)) => values,
            Some(one) => vec![one],
        };
        let texts = values.into_iter().map(|value| match value {
            toml::Value::String(text) if !text.trim().is_empty() => Ok(text),
            other => Err(problem(key, format!("expected texts that are not empty, found {other}"))),
        });
        texts.collect()
    }

    pub fn kinds(&mut self) -> Result<Vec<String>, Problem> {
        let kinds = self.texts("kinds")?;
        match kinds.iter().find(|kind| socai_proto::kind(kind).is_none()) {
            Some(unknown) => Err(problem("kinds", format!("there is no kind `{unknown}`"))),
            None => Ok(kinds),
        }
    }

    /// At least one kind, each with a field of this name.
    pub fn kinds_with(&mut self, field: &str) -> Result<Vec<String>, Problem> {
        let kinds = self.kinds()?;
        let has =
            |kind: &String| socai_proto::kind(kind).is_some_and(|kind| kind.message.field(field).is_some());
        match kinds.iter().find(|kind| !has(kind)) {
            Some(kind) => Err(problem("kinds", format!("{kind} has no `{field}`"))),
            None if kinds.is_empty() => {
                Err(problem("kinds", format!("names kinds of facts with a `{field}`")))
            }
            None => Ok(kinds),
        }
    }

    pub fn types(&mut self) -> Result<Vec<UnitType>, Problem> {
        let names = self.texts("types")?;
        let types = names.iter().map(|name| {
            unit_type(name).ok_or_else(|| problem("types", format!("there is no unit type `{name}`")))
        });
        types.collect()
    }

    /// Fields of inspection, by number.
    pub fn fields(&mut self) -> Result<Vec<i32>, Problem> {
        let names = self.texts("fields")?;
        let numbers = names.iter().map(|name| {
            let value = schema::INSPECTION_FIELD.named(name).filter(|value| value.number != 0);
            let number = value.map(|value| value.number);
            number.ok_or_else(|| problem("fields", format!("there is no field of inspection `{name}`")))
        });
        numbers.collect()
    }

    /// Nothing is left over.
    pub fn end(self, check: &str) -> Result<(), Problem> {
        match self.0.keys().next() {
            Some(key) => Err(problem(key, format!("is no key of the check `{check}`"))),
            None => Ok(()),
        }
    }
}
