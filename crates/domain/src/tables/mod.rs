//! Rule tables: the TOML that `rules.adopted` carries, parsed and validated before anything counts by it.
//!
//! Law and definitions are data: rows with dates and sources that an official can read and correct. A table that does
//! not parse is refused with the line and key at fault, in the draft of the operator and in the fold alike.

mod acts;
mod finding_checks;
mod finding_params;
mod findings;
mod grouping;
mod holidays;
mod indicator_rows;
mod indicators;
mod law;
mod law_sections;
mod measures;
mod obligations;
mod occasions;
mod periods;
mod source;

pub use acts::{Acts, Narrowness};
pub use finding_checks::{Check, Claim, Numbering};
pub use findings::{FindingRule, Severity};
pub use grouping::{Grouping, GroupingRow, Member};
pub use holidays::Holidays;
pub use indicators::{
    AsOf, Compare, Format, Indicator, Latest, Measure, PeriodUse, Plan, Ratio, Stock, Term, Where, WhereValue,
};
pub use law::{Law, LawRow};
pub use measures::STATE;
pub use obligations::{Counterpart, Obligation, Own};
pub use occasions::Occasion;
pub use periods::Periods;
pub use source::{TableError, line_in_row};

/// An adopted table, by what its name says it is.
#[derive(Clone, Debug, PartialEq)]
pub enum Table {
    /// `indicators`: what the figures are, in printing order.
    Indicators(Vec<Indicator>),
    /// `occasions`: named spans such as a Tết.
    Occasions(Vec<Occasion>),
    /// `periods`: how report months are cut, and when Tết fell.
    Periods(Periods),
    /// `obligations`: which facts another unit has to answer.
    Obligations(Vec<Obligation>),
    /// `findings`: what an inspector looks for.
    Findings(Vec<FindingRule>),
    /// `grouping`: who aggregates whom.
    Grouping(Grouping),
    /// `holidays`: days off and days worked instead.
    Holidays(Holidays),
    /// `law.*`: dated rows of a law with their source.
    Law(Law),
    /// `template.*`: the text of a report; checked by the report crate, which knows its language.
    Template(String),
}

/// Parses and validates the content of a rule table.
pub fn parse(name: &str, content: &str) -> Result<Table, TableError> {
    match name {
        "indicators" => indicator_rows::parse(content).map(Table::Indicators),
        "occasions" => occasions::parse(content).map(Table::Occasions),
        "periods" => periods::parse(content).map(Table::Periods),
        "obligations" => obligations::parse(content).map(Table::Obligations),
        "findings" => findings::parse(content).map(Table::Findings),
        "grouping" => grouping::parse(content).map(Table::Grouping),
        "holidays" => holidays::parse(content).map(Table::Holidays),
        _ if is_named_after("law.", name) => law::parse(name, content).map(Table::Law),
        _ if is_named_after("template.", name) => Ok(Table::Template(content.to_owned())),
        _ => Err(TableError::unknown_table(name)),
    }
}

/// As [`parse`], for a table that is only now adopted: also refuses what contradicts nothing and yet says what nobody means. A table that was adopted
/// before is read by [`parse`], whatever is known better since.
pub fn parse_new(name: &str, content: &str) -> Result<Table, TableError> {
    match name {
        "indicators" => indicator_rows::parse_new(content).map(Table::Indicators),
        _ => parse(name, content),
    }
}

/// Names of the tables that something reads: one adopted under another name of a law changes nothing. Templates are named by the reports.
pub fn names() -> impl Iterator<Item = &'static str> {
    let own = ["indicators", "occasions", "periods", "obligations", "findings", "grouping", "holidays"];
    own.into_iter().chain(law_sections::LAWS.into_iter().map(|(name, _)| name))
}

fn is_named_after(family: &str, name: &str) -> bool {
    name.strip_prefix(family).is_some_and(|rest| !rest.is_empty())
}
