//! Who aggregates whom: the unit that acknowledges corrections after closing and reports the sum.

use serde::Deserialize;
use socai_proto::v1::UnitType;

use super::TableError;
use super::source::{Row, Source};

/// Aggregators of units, by id or by type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grouping {
    /// Rows in the order they were written.
    pub rows: Vec<GroupingRow>,
}

/// One row: whose aggregator is whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupingRow {
    /// Who is aggregated.
    pub member: Member,
    /// Unit id of the aggregator.
    pub aggregator: String,
}

/// Who a row speaks of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// One unit, by id.
    Unit(String),
    /// Every unit of a type.
    Type(UnitType),
}

impl Grouping {
    /// The aggregator of a unit: the row that names it, else the row of its type.
    pub fn aggregator_of(&self, unit_id: &str, unit_type: UnitType) -> Option<&str> {
        let named = |row: &&GroupingRow| matches!(&row.member, Member::Unit(id) if id == unit_id);
        let typed = |row: &&GroupingRow| row.member == Member::Type(unit_type);
        let row = self.rows.iter().find(named).or_else(|| self.rows.iter().find(typed))?;
        Some(&row.aggregator)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    grouping: Vec<Row<Written>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    unit: Option<String>,
    r#type: Option<String>,
    aggregator: String,
}

pub(super) fn parse(content: &str) -> Result<Grouping, TableError> {
    let source = Source { name: "grouping", content };
    let file: File = source.parse()?;
    let mut rows: Vec<GroupingRow> = Vec::new();
    for row in file.grouping {
        let (span, written) = (row.span(), row.into_inner());
        let member = match (written.unit, written.r#type) {
            (Some(id), None) => Member::Unit(id),
            (None, Some(name)) => match unit_type(&name) {
                Some(unit_type) => Member::Type(unit_type),
                None => {
                    return Err(source.row_error(&span, "type", format!("there is no unit type `{name}`")));
                }
            },
            _ => return Err(source.row_error(&span, "unit", "a row names either a unit or a type")),
        };
        if rows.iter().any(|earlier| earlier.member == member) {
            return Err(source.row_error(&span, "unit", "listed twice: a unit or type has one aggregator"));
        }
        rows.push(GroupingRow { member, aggregator: written.aggregator });
    }
    Ok(Grouping { rows })
}

/// A unit type by its short name: `ward`.
pub(super) fn unit_type(name: &str) -> Option<UnitType> {
    let lower = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let found = UnitType::from_str_name(&format!("UNIT_TYPE_{}", name.to_ascii_uppercase()));
    found.filter(|unit_type| lower && *unit_type != UnitType::Unspecified)
}
