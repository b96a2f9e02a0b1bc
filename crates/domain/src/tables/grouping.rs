//! Who aggregates whom: the unit that acknowledges corrections after closing and reports the sum.

use serde::Deserialize;
use socai_proto::v1::UnitType;

use super::TableError;
use super::source::{Row, Source, optional_date};
use crate::CivilDate;

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
    /// First day; none when it always was so.
    pub valid_from: Option<CivilDate>,
    /// Last day; none while it lasts.
    pub valid_to: Option<CivilDate>,
}

impl GroupingRow {
    fn holds(&self, on: CivilDate) -> bool {
        self.valid_from.is_none_or(|from| from <= on) && self.valid_to.is_none_or(|to| on <= to)
    }

    fn overlaps(&self, other: &GroupingRow) -> bool {
        let begins_by = |one: &GroupingRow, end: Option<CivilDate>| {
            one.valid_from.is_none_or(|from| end.is_none_or(|end| from <= end))
        };
        begins_by(self, other.valid_to) && begins_by(other, self.valid_to)
    }
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
    /// The aggregator of a unit on a day: the row that names it, else the row of its type. Levels above follow by asking for the
    /// aggregator's own.
    pub fn aggregator_of(&self, unit_id: &str, unit_type: UnitType, on: CivilDate) -> Option<&str> {
        let rows = || self.rows.iter().filter(|row| row.holds(on));
        let named = |row: &&GroupingRow| matches!(&row.member, Member::Unit(id) if id == unit_id);
        let typed = |row: &&GroupingRow| row.member == Member::Type(unit_type);
        let row = rows().find(named).or_else(|| rows().find(typed))?;
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
    #[serde(default, deserialize_with = "optional_date")]
    valid_from: Option<CivilDate>,
    #[serde(default, deserialize_with = "optional_date")]
    valid_to: Option<CivilDate>,
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
        let (valid_from, valid_to) = (written.valid_from, written.valid_to);
        let row = GroupingRow { member, aggregator: written.aggregator, valid_from, valid_to };
        if valid_from.zip(valid_to).is_some_and(|(from, to)| to < from) {
            return Err(source.row_error(&span, "valid_to", "ends before it begins"));
        }
        if rows.iter().any(|earlier| earlier.member == row.member && earlier.overlaps(&row)) {
            let problem = "listed twice for one day: a unit or type has one aggregator at a time";
            return Err(source.row_error(&span, "unit", problem));
        }
        rows.push(row);
    }
    Ok(Grouping { rows })
}

/// A unit type by its short name: `ward`.
pub(super) fn unit_type(name: &str) -> Option<UnitType> {
    let lower = name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let found = UnitType::from_str_name(&format!("UNIT_TYPE_{}", name.to_ascii_uppercase()));
    found.filter(|unit_type| lower && *unit_type != UnitType::Unspecified)
}
