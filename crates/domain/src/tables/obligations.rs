//! Which facts another unit has to answer: hand-overs and transfers stay open until it does.

use serde::Deserialize;

use super::indicator_rows::filter;
use super::source::{Row, Source};
use super::{TableError, Where};

/// A sort of fact that is open until its counterpart has acknowledged it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Obligation {
    /// Kind of the fact.
    pub kind: String,
    /// Conditions on its payload; all must hold.
    pub filter: Vec<Where>,
    /// Who has to answer.
    pub counterpart: Counterpart,
    /// Calendar days it may take, from the day of the fact; none when no rule says.
    pub days: Option<u32>,
    /// What is owed, in Vietnamese.
    pub label: String,
    /// In English.
    pub label_en: String,
}

/// Who has to answer a fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counterpart {
    /// The publisher's aggregator by the grouping in force.
    Aggregator,
    /// The unit whose id stands in this field of the payload.
    UnitIn(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    obligation: Vec<Row<Written>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    kind: String,
    #[serde(default, rename = "where", deserialize_with = "filter")]
    filter: Vec<Where>,
    from: String,
    days: Option<u32>,
    label: String,
    #[serde(default)]
    label_en: String,
}

pub(super) fn parse(content: &str) -> Result<Vec<Obligation>, TableError> {
    let source = Source { name: "obligations", content };
    let file: File = source.parse()?;
    let mut rows = Vec::with_capacity(file.obligation.len());
    for row in file.obligation {
        let (span, row) = (row.span(), row.into_inner());
        if socai_proto::kind(&row.kind).is_none() {
            return Err(source.row_error(&span, "kind", format!("there is no kind `{}`", row.kind)));
        }
        let counterpart = match (row.from.as_str(), row.from.strip_prefix("data.")) {
            ("aggregator", _) => Counterpart::Aggregator,
            (_, Some(field)) => Counterpart::UnitIn(field.to_owned()),
            _ => {
                let expected = "`aggregator`, or the field with the unit's id, such as `data.place`";
                return Err(source.row_error(&span, "from", format!("`{}` is not {expected}", row.from)));
            }
        };
        let Written { kind, filter, days, label, label_en, .. } = row;
        rows.push(Obligation { kind, filter, counterpart, days, label, label_en });
    }
    Ok(rows)
}
