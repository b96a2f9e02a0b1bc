//! Rows of a law: caps, deadlines, brackets, each with the days it is in force and its source.

use serde::Deserialize;

use super::TableError;
use super::source::{Row, Source, date, optional_date};
use crate::CivilDate;

/// A law table: rows in the order they were written.
#[derive(Clone, Debug, PartialEq)]
pub struct Law {
    /// Rows of every section.
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
        let holds = move |row: &&LawRow| row.valid_from <= on && row.valid_to.is_none_or(|to| on <= to);
        self.rows.iter().filter(move |row| row.section == section).filter(holds)
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
    let mut rows = Vec::new();
    for (section, written) in file {
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
            let Written { valid_from, valid_to, source, values } = row;
            rows.push(LawRow { section: section.clone(), valid_from, valid_to, source, values });
        }
    }
    Ok(Law { rows })
}

fn first_float(values: &toml::Table) -> Option<&str> {
    values.iter().find(|(_, value)| value.is_float()).map(|(key, _)| key.as_str())
}
