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
    /// Id of the same occasion a year earlier, which figures of this one are compared with.
    #[serde(default)]
    pub before: Option<String>,
    /// What a title calls the time whose results are reported, where that is not the label: `tháng 01/2023`.
    #[serde(default)]
    pub results_of: Option<String>,
    /// What a title calls the time whose tasks are set: `tháng 02/2023`.
    #[serde(default)]
    pub tasks_of: Option<String>,
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
        let (span, occasion) = (row.span(), row.get_ref());
        if let Some(other) = occasion.occasion.as_deref().filter(|other| !ids.contains(other)) {
            return Err(source.row_error(&span, "occasion", format!("there is no occasion `{other}`")));
        }
        let rows = file.occasion.iter().map(Row::get_ref);
        if let Some(problem) = occasion.before.as_deref().and_then(|id| no_earlier(occasion, id, rows)) {
            return Err(source.row_error(&span, "before", problem));
        }
    }
    Ok(file.occasion.into_iter().map(Row::into_inner).collect())
}

/// Why another row cannot be the same occasion of an earlier year.
fn no_earlier<'r>(
    occasion: &Occasion,
    id: &str,
    mut rows: impl Iterator<Item = &'r Occasion>,
) -> Option<String> {
    let Some(earlier) = rows.find(|row| row.id == id) else {
        return Some(format!("there is no occasion `{id}`"));
    };
    match () {
        () if occasion.occasion.is_some() => Some("a named period is compared by its days".to_owned()),
        () if earlier.occasion.is_some() => Some(format!("`{id}` is a named period, no occasion")),
        () if earlier.to >= occasion.from => {
            Some(format!("`{id}` is not over before {} begins", occasion.id))
        }
        () => None,
    }
}
