//! Indicator rows: what each figure counts, over which days, compared with what, printed how.

use serde::Deserialize;

use super::indicator_rows::filter;

/// One indicator. Field names are those of the JSON form; the fold compiles them to field tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Indicator {
    /// Code: `TT.01`.
    pub code: String,
    /// Vietnamese label.
    pub label: String,
    /// English label.
    pub label_en: String,
    /// Unit as printed: `trường hợp`; money is `triệu đồng` on paper and đồng in data.
    pub unit: String,
    /// Kind of events counted; none for [`Measure::Units`], which counts the registry, and [`Measure::Ratio`].
    pub kind: Option<String>,
    /// Conditions on the payload; all must hold.
    pub filter: Vec<Where>,
    /// What is added up.
    pub measure: Measure,
    /// Which facts belong to the asked period.
    pub period: PeriodUse,
    /// Extra axes kept apart: `category`.
    pub slices: Vec<String>,
    /// The plan it is compared with.
    pub plan: Option<Plan>,
    /// Comparisons to print.
    pub compare: Vec<Compare>,
    /// How it is printed.
    pub format: Format,
    /// Decimals of its percentages, 0 to 4.
    pub percent_decimals: u8,
    /// Unit types or ids whose nil declarations prove a zero.
    pub nil_scope: Vec<String>,
}

/// A field must have one of these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Where {
    /// Field of the payload.
    pub field: String,
    /// Accepted values, at least one.
    pub values: Vec<WhereValue>,
}

/// A value a field may have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WhereValue {
    /// Yes or no.
    Bool(bool),
    /// An integer.
    Int(i64),
    /// An enum value's short name, or text.
    Text(String),
    /// This integer or a larger one.
    AtLeast(i64),
}

/// What is added up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Measure {
    /// Events.
    Count,
    /// Fields, some of them subtracted: `quantity - returned`.
    Sum(Vec<Term>),
    /// Items of a repeated field: the works of an acceptance.
    Items(String),
    /// Different combinations of fields: plan and round. `case` is the fact's case.
    Distinct(Vec<String>),
    /// A balance: what some facts add, less what others take away.
    Stock(Stock),
    /// Cases by their latest fact.
    Latest(Latest),
    /// Cases as they stand on the last day, judged by the adopted law and calendar.
    AsOf(AsOf),
    /// A percentage of two sums of other rows.
    Ratio(Ratio),
    /// Units in the registry on the last day of the period.
    Units,
}

/// A balance at the end of a day. No fact is in both lists of conditions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stock {
    /// The fields that are summed; none counts facts.
    pub fields: Vec<Term>,
    /// Facts that add.
    pub adds: Vec<Where>,
    /// Facts that take away.
    pub takes: Vec<Where>,
}

/// The latest fact of each case, by day, then unit, then number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Latest {
    /// The fields that tell cases apart. `case` is the fact's case, `place` the unit it belongs to.
    pub of: Vec<String>,
    /// The field of the latest fact that is added up; none counts cases.
    pub value: Option<String>,
    /// Conditions that the latest fact meets, or the case is left out.
    pub having: Vec<Where>,
}

/// Cases that have a fact of the row's kind and are judged as the row says. Lists that are empty ask nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AsOf {
    /// Names of states, one of which the case is in.
    pub states: Vec<String>,
    /// Codes of findings, one of which it has.
    pub findings: Vec<String>,
    /// Codes of findings, none of which it has.
    pub without: Vec<String>,
    /// Names of marks, one of which it has.
    pub marks: Vec<String>,
    /// Whether only cases that began in the period are counted, by their first fact of the row's kind.
    pub begun: bool,
}

/// A percentage, from sums, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ratio {
    /// Codes of the rows above the line, which add up.
    pub numerator: Vec<String>,
    /// Codes of the rows below it.
    pub denominator: Vec<String>,
}

/// A summed field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Term {
    /// Field of the payload.
    pub field: String,
    /// Whether it is subtracted.
    pub negative: bool,
}

/// Which facts belong to the asked period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeriodUse {
    /// Those that occurred in it.
    Period,
    /// From 1 January, of the fiscal year in this field.
    FiscalYearToDate(String),
    /// All of the asked year, by this field.
    Year(String),
    /// Those of the asked occasion, by this field.
    Occasion(String),
    /// Everything up to its last day.
    ToDate,
    /// Everything up to the day before its first one: what was carried over.
    Before,
}

/// A plan that the figure is a percentage of.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Kind that sets it: `budget.estimate_set`.
    pub kind: String,
    /// Conditions on that kind's payload.
    #[serde(default, rename = "where", deserialize_with = "filter")]
    pub filter: Vec<Where>,
    /// Its list whose items are planned one by one and added up; `value` and `times` are then fields of an item.
    #[serde(default)]
    pub over: Option<String>,
    /// Its field with the planned value; without one every fact plans one.
    #[serde(default)]
    pub value: Option<String>,
    /// Its field that the value is multiplied by: gifts at so much each.
    #[serde(default)]
    pub times: Option<String>,
    /// Its field that tells plans apart, printed side by side: `authority`.
    #[serde(default)]
    pub by: Option<String>,
    /// What the one plan is called in data when no field tells plans apart: `programme`.
    #[serde(default)]
    pub name: Option<String>,
    /// The same in Vietnamese words.
    #[serde(default)]
    pub label: Option<String>,
    /// The same in English words.
    #[serde(default)]
    pub label_en: Option<String>,
    /// Its field with the year, or with a day of it.
    #[serde(default)]
    pub year_field: Option<String>,
    /// Its field with the occasion, for a row of an occasion.
    #[serde(default)]
    pub occasion_field: Option<String>,
    /// Its fields whose values are parts of one plan that add up: the services and target units of a quota.
    #[serde(default)]
    pub per: Vec<String>,
    /// Whether a later setting stands beside an earlier one of the same part instead of replacing it.
    #[serde(default)]
    pub adds_up: bool,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// With the plan.
    Plan,
    /// With the same period of the year before.
    SamePeriod,
    /// With the days of the year before that lie as far from its Tết.
    LunarPeriod,
}

/// How a value is printed (report_template formats).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// A count: 02; 11.854.
    Dem,
    /// Money: 1.005 tỷ 123 triệu đồng.
    Tien,
    /// A percentage: 98,76%. For [`Measure::Ratio`] and nothing else.
    Pct,
}
