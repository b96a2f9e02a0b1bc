//! Which facts another unit has to answer: hand-overs and transfers stay open until it does.

use serde::Deserialize;
use socai_proto::schema::{Field, KindInfo, Shape, TextStyle};

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
    /// Who answers when that is the publisher itself.
    pub own: Own,
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
    /// The unit whose id stands in this field of the payload; the aggregator where the field is empty or names nobody here.
    UnitIn(String),
    /// Every unit of the fact's place; the aggregator where it states none.
    Place,
}

/// Who answers for a fact whose counterpart is its own publisher: nobody answers to himself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Own {
    /// Its aggregator.
    #[default]
    Aggregator,
    /// Nobody: there was no second party.
    Nobody,
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
    #[serde(default)]
    own: Own,
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
        let Some(info) = socai_proto::kind(&row.kind) else {
            return Err(source.row_error(&span, "kind", format!("there is no kind `{}`", row.kind)));
        };
        let counterpart = counterpart(&row.from, info).map_err(|why| source.row_error(&span, "from", why))?;
        if row.own == Own::Nobody && counterpart == Counterpart::Aggregator {
            let why =
                "`nobody` has no meaning where the aggregator answers: it never publishes for itself here";
            return Err(source.row_error(&span, "own", why));
        }
        let Written { kind, filter, own, days, label, label_en, .. } = row;
        rows.push(Obligation { kind, filter, counterpart, own, days, label, label_en });
    }
    Ok(rows)
}

fn counterpart(from: &str, kind: &KindInfo) -> Result<Counterpart, String> {
    let Some(name) = from.strip_prefix("data.") else {
        return match from {
            "aggregator" => Ok(Counterpart::Aggregator),
            "place" => Ok(Counterpart::Place),
            _ => Err(format!(
                "`{from}` is not `aggregator`, `place`, or the field with the unit's id, such as `data.place`"
            )),
        };
    };
    let holds_unit = |field: &&Field| {
        matches!(field.shape, Shape::Text { style: TextStyle::UnitId, .. }) && !field.repeated
    };
    match kind.message.field(name).filter(holds_unit) {
        Some(_) => Ok(Counterpart::UnitIn(name.to_owned())),
        None => {
            let fields = kind.message.fields.iter().filter(holds_unit);
            let fields: Vec<_> = fields.map(|field| format!("`data.{}`", field.name)).collect();
            let has = if fields.is_empty() { "none".to_owned() } else { fields.join(", ") };
            Err(format!("`{name}` is no field of {} with one unit's id; it has {has}", kind.name))
        }
    }
}
