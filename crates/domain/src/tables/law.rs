//! Rows of a law: caps, deadlines, brackets, each with the days it is in force and its source.

use serde::Deserialize;

use super::TableError;
use super::law_sections::{Section, sections_of};
use super::source::{Row, Source, date, optional_date};
use crate::CivilDate;

/// A law table.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// Rows of every section: sections in the order of the alphabet, the rows of one as they were written.
    pub rows: Vec<LawRow>,
}

/// One rule of law.
#[derive(Clone, Debug, PartialEq)]
pub struct LawRow {
    /// What sort of row: `cap`, `deadline`.
    pub section: String,
    /// First day in force.
    pub valid_from: CivilDate,
    /// Last day in force; none while it is.
    pub valid_to: Option<CivilDate>,
    /// Article it is taken from.
    pub source: String,
    /// Its values, by key.
    pub values: toml::Table,
}

impl Law {
    /// Rows of a section that are in force on a day.
    pub fn in_force<'a>(&'a self, section: &'a str, on: CivilDate) -> impl Iterator<Item = &'a LawRow> {
        self.section(section).filter(move |row| row.valid_from <= on && on <= row.last_day())
    }

    /// Rows of a section, in force or not.
    pub fn section<'a>(&'a self, section: &'a str) -> impl Iterator<Item = &'a LawRow> {
        // a case asks a few dozen times, so the other sections are not walked through
        let first = self.rows.partition_point(|row| row.section.as_str() < section);
        self.rows[first..].iter().take_while(move |row| row.section == section)
    }
}

impl LawRow {
    /// The number under a key; none when the row does not state it.
    pub fn number(&self, key: &str) -> Option<i64> {
        self.values.get(key).and_then(toml::Value::as_integer)
    }

    /// The number under a key as a count of days, months or times; 0 when the row does not state it.
    pub fn count(&self, key: &str) -> u32 {
        self.number(key).and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
    }

    /// The text under a key; none when the row does not state it.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.values.get(key).and_then(toml::Value::as_str)
    }

    /// The texts of a list under a key; none when the row does not state it.
    pub fn texts<'a>(&'a self, key: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        let items = self.values.get(key).and_then(toml::Value::as_array);
        items.into_iter().flatten().filter_map(toml::Value::as_str)
    }

    /// The last day in force; the end of the calendar while it is.
    pub fn last_day(&self) -> CivilDate {
        self.valid_to.unwrap_or(CivilDate::MAX)
    }

    fn clashes(&self, other: &LawRow, schema: &Section) -> bool {
        let overlaps = self.valid_from <= other.last_day() && other.valid_from <= self.last_day();
        self.section == other.section && overlaps && schema.same_subject(&self.values, &other.values)
    }
}

#[derive(Deserialize)]
struct Written {
    #[serde(deserialize_with = "date")]
    valid_from: CivilDate,
    #[serde(default, deserialize_with = "optional_date")]
    valid_to: Option<CivilDate>,
    source: String,
    #[serde(flatten)]
    values: toml::Table,
}

pub(super) fn parse(name: &str, content: &str) -> Result<Law, TableError> {
    let source = Source { name, content };
    let file: std::collections::BTreeMap<String, Vec<Row<Written>>> = source.parse()?;
    let known = sections_of(name);
    let mut rows: Vec<LawRow> = Vec::new();
    for (section, written) in file {
        let schema = known.and_then(|known| known.iter().find(|known| known.name == section));
        for row in written {
            let (span, row) = (row.span(), row.into_inner());
            if row.valid_to.is_some_and(|to| to < row.valid_from) {
                return Err(source.row_error(&span, "valid_to", "ends before it begins"));
            }
            if row.source.trim().is_empty() {
                return Err(source.row_error(&span, "source", "a row of law names its article"));
            }
            if let Some(key) = first_float(&row.values) {
                return Err(source.row_error(
                    &span,
                    key,
                    "is not an integer: write per cent in hundredths of a per cent",
                ));
            }
            if let Some(known) = known.filter(|_| schema.is_none()) {
                let names: Vec<_> = known.iter().map(|known| known.name).collect();
                let problem = format!("is no section of {name}: {}", names.join(", "));
                return Err(source.row_error(&span, &section, problem));
            }
            if let Some((key, problem)) = schema.and_then(|schema| schema.fault_of(&row.values)) {
                return Err(source.row_error(&span, &key, problem));
            }
            let Written { valid_from, valid_to, source: article, values } = row;
            let row = LawRow { section: section.clone(), valid_from, valid_to, source: article, values };
            if let Some(other) =
                schema.and_then(|schema| rows.iter().find(|other| row.clashes(other, schema)))
            {
                let problem = format!("another row from {} is in force on the same days", other.valid_from);
                return Err(source.row_error(&span, "valid_from", problem));
            }
            rows.push(row);
        }
    }
    Ok(Law { rows })
}

fn first_float(values: &toml::Table) -> Option<&str> {
    values.iter().find(|(_, value)| value.is_float()).map(|(key, _)| key.as_str())
}
