//! Named spans of days that a report asks for by id, because they cross months and years.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::TableError;
use super::source::{Row, Source, date};
use crate::CivilDate;

/// A named span: `tet-quy-mao-2023` runs from December 2022 into February 2023.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Occasion {
    /// Id that facts and reports name it by.
    pub id: String,
    /// Vietnamese name.
    pub label: String,
    /// English name.
    #[serde(default)]
    pub label_en: String,
    /// First day.
    #[serde(deserialize_with = "date")]
    pub from: CivilDate,
    /// Last day.
    #[serde(deserialize_with = "date")]
    pub to: CivilDate,
    /// Id of the occasion that a named period is reported with; none for an occasion itself.
    #[serde(default)]
    pub occasion: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    occasion: Vec<Row<Occasion>>,
}

pub(super) fn parse(content: &str) -> Result<Vec<Occasion>, TableError> {
    let source = Source { name: "occasions", content };
    let file: File = source.parse()?;
    let mut ids = BTreeSet::new();
    for row in &file.occasion {
        let occasion = row.get_ref();
        if occasion.from > occasion.to {
            let problem = format!("{} is after {}: the first day comes first", occasion.from, occasion.to);
            return Err(source.row_error(&row.span(), "from", problem));
        }
        if !ids.insert(occasion.id.as_str()) {
            return Err(source.row_error(&row.span(), "id", format!("`{}` is listed twice", occasion.id)));
        }
    }
    for row in &file.occasion {
        if let Some(other) = row.get_ref().occasion.as_deref().filter(|other| !ids.contains(other)) {
            return Err(source.row_error(&row.span(), "occasion", format!("there is no occasion `{other}`")));
        }
    }
    Ok(file.occasion.into_iter().map(Row::into_inner).collect())
}
