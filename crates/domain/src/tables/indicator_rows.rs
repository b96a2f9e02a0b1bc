//! Indicator rows as an official writes them, checked before they become [`Indicator`]s.

use std::collections::BTreeSet;

use serde::{Deserialize, Deserializer, de};

use super::measures::{self, MeasureName};
use super::source::{Row, Source};
use super::{Compare, Format, Indicator, PeriodUse, Plan, TableError, Where, WhereValue};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    indicator: Vec<Row<Written>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    code: String,
    label: String,
    #[serde(default)]
    label_en: String,
    unit: String,
    pub kind: Option<String>,
    #[serde(default, rename = "where", deserialize_with = "filter")]
    pub filter: Vec<Where>,
    pub measure: MeasureName,
    #[serde(default)]
    pub of: Vec<String>,
    #[serde(default, deserialize_with = "filter")]
    pub adds: Vec<Where>,
    #[serde(default, deserialize_with = "filter")]
    pub takes: Vec<Where>,
    pub value: Option<String>,
    #[serde(default, deserialize_with = "filter")]
    pub having: Vec<Where>,
    #[serde(default)]
    pub states: Vec<String>,
    #[serde(default)]
    pub findings: Vec<String>,
    #[serde(default)]
    pub without: Vec<String>,
    #[serde(default)]
    pub marks: Vec<String>,
    #[serde(default)]
    pub begun: bool,
    #[serde(default)]
    pub numerator: Vec<String>,
    #[serde(default)]
    pub denominator: Vec<String>,
    pub period: Option<PeriodName>,
    occasion_field: Option<String>,
    year_field: Option<String>,
    #[serde(default)]
    slices: Vec<String>,
    pub plan: Option<Plan>,
    #[serde(default)]
    compare: Vec<Compare>,
    pub format: Format,
    #[serde(default = "two")]
    percent_decimals: u8,
    #[serde(default)]
    pub nil_scope: Vec<String>,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum PeriodName {
    #[default]
    Period,
    FiscalYearToDate,
    Year,
    Occasion,
    ToDate,
    Before,
}

fn two() -> u8 {
    2
}

/// `{ field = ["a", "b"], unplanned = true, reused = { at-least = 1 } }`, in the order of the keys.
pub(super) fn filter<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Where>, D::Error> {
    let table = toml::Table::deserialize(deserializer)?;
    table.into_iter().map(|(field, value)| condition(field, value).map_err(de::Error::custom)).collect()
}

fn condition(field: String, value: toml::Value) -> Result<Where, String> {
    let values = match value {
        toml::Value::Array(values) if values.is_empty() => return Err(format!("`{field}` accepts no value")),
        toml::Value::Array(values) => values,
        toml::Value::Table(bound) => {
            let values = vec![at_least(&field, &bound)?];
            return Ok(Where { field, values });
        }
        one => vec![one],
    };
    let values = values.into_iter().map(|value| match value {
        toml::Value::String(text) => Ok(WhereValue::Text(text)),
        toml::Value::Integer(number) => Ok(WhereValue::Int(number)),
        toml::Value::Boolean(yes) => Ok(WhereValue::Bool(yes)),
        other => Err(format!("`{field}` must be text, integer or boolean, found {}", other.type_str())),
    });
    Ok(Where { values: values.collect::<Result<_, _>>()?, field })
}

fn at_least(field: &str, bound: &toml::Table) -> Result<WhereValue, String> {
    match (bound.get("at-least"), bound.len()) {
        (Some(toml::Value::Integer(number)), 1) => Ok(WhereValue::AtLeast(*number)),
        _ => Err(format!("`{field}` takes values, or `{{ at-least = 1 }}`")),
    }
}

pub(super) fn parse(content: &str) -> Result<Vec<Indicator>, TableError> {
    read(content, |_| Ok(()))
}

/// As [`parse`], and refuses what no new row may say.
pub(super) fn parse_new(content: &str) -> Result<Vec<Indicator>, TableError> {
    read(content, Written::check_new)
}

fn read(content: &str, also: impl Fn(&Written) -> Result<(), Problem>) -> Result<Vec<Indicator>, TableError> {
    let source = Source { name: "indicators", content };
    let file: File = source.parse()?;
    let mut codes = BTreeSet::new();
    let (mut indicators, mut spans) = (Vec::with_capacity(file.indicator.len()), vec![]);
    for row in file.indicator {
        let (span, written) = (row.span(), row.into_inner());
        let checked = also(&written).and_then(|()| written.checked());
        let indicator = checked.map_err(|(key, problem)| source.row_error(&span, key, problem))?;
        if !codes.insert(indicator.code.clone()) {
            return Err(source.row_error(&span, "code", format!("`{}` is listed twice", indicator.code)));
        }
        indicators.push(indicator);
        spans.push(span);
    }
    for (at, span) in spans.iter().enumerate() {
        let period = measures::complete(&indicators[at], &indicators);
        let period = period.map_err(|(key, problem)| source.row_error(span, key, problem))?;
        if let Some(period) = period {
            indicators[at].period = period;
        }
    }
    Ok(indicators)
}

pub(super) type Problem = (&'static str, String);

/// Longest code of a new row: it is a column of the annexes and a part of addresses.
const LONGEST_CODE: usize = 32;

impl Written {
    /// What rows of older tables may say and count by, and no new one should.
    fn check_new(&self) -> Result<(), Problem> {
        let is_of_codes = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
        if !(1..=LONGEST_CODE).contains(&self.code.len()) || !self.code.chars().all(is_of_codes) {
            let expected = format!("1 to {LONGEST_CODE} letters a to z, digits, dots and hyphens");
            return Err(("code", format!("`{}` is not {expected}", self.code)));
        }
        for (key, text) in [("label", &self.label), ("unit", &self.unit)] {
            if text.trim().is_empty() {
                return Err((key, "is empty, and every figure is printed with it".into()));
            }
        }
        let fields: Vec<&str> = self.of.iter().map(|field| field.trim_start_matches(['-', ' '])).collect();
        match fields.iter().enumerate().find(|(at, field)| fields[..*at].contains(field)) {
            Some((_, twice)) => Err(("of", format!("`{twice}` is named twice"))),
            None => Ok(()),
        }
    }

    fn checked(self) -> Result<Indicator, Problem> {
        if self.percent_decimals > 4 {
            return Err(("percent_decimals", format!("{} decimals: at most 4", self.percent_decimals)));
        }
        if self.compare.contains(&Compare::Plan) != self.plan.is_some() {
            return Err(("compare", "`plan` is compared with if and only if the row has a plan".into()));
        }
        if let Some(twice) = self.slices.iter().enumerate().find(|(i, s)| self.slices[..*i].contains(s)) {
            return Err(("slices", format!("`{}` is listed twice", twice.1)));
        }
        self.check_kinds()?;
        let (measure, period) = (self.measure()?, self.period()?);
        self.check_fit(&period)?;
        self.plan.as_ref().map_or(Ok(()), |plan| check_plan(plan, &period))?;
        Ok(Indicator {
            code: self.code,
            label: self.label,
            label_en: self.label_en,
            unit: self.unit,
            kind: self.kind,
            filter: self.filter,
            measure,
            period,
            slices: self.slices,
            plan: self.plan,
            compare: self.compare,
            format: self.format,
            percent_decimals: self.percent_decimals,
            nil_scope: self.nil_scope,
        })
    }

    fn check_kinds(&self) -> Result<(), Problem> {
        let has_no_kind = matches!(self.measure, MeasureName::Units | MeasureName::Ratio);
        if self.kind.is_some() == has_no_kind {
            return Err(("kind", "every measure but `units` and `ratio` names the kind it counts".into()));
        }
        let named =
            [("kind", self.kind.as_deref()), ("plan", self.plan.as_ref().map(|plan| plan.kind.as_str()))];
        for (key, kind) in named {
            if let Some(kind) = kind.filter(|kind| socai_proto::kind(kind).is_none()) {
                return Err((key, format!("there is no kind `{kind}`")));
            }
        }
        Ok(())
    }

    fn period(&self) -> Result<PeriodUse, Problem> {
        let by = |field: &Option<String>, key: &'static str| {
            field.clone().ok_or_else(|| (key, "this period needs the field that names it".to_owned()))
        };
        let (period, year, occasion) = match self.period.unwrap_or_default() {
            PeriodName::Period => (PeriodUse::Period, false, false),
            PeriodName::ToDate => (PeriodUse::ToDate, false, false),
            PeriodName::Before => (PeriodUse::Before, false, false),
            PeriodName::Year => (PeriodUse::Year(by(&self.year_field, "year_field")?), true, false),
            PeriodName::FiscalYearToDate => {
                (PeriodUse::FiscalYearToDate(by(&self.year_field, "year_field")?), true, false)
            }
            PeriodName::Occasion => {
                (PeriodUse::Occasion(by(&self.occasion_field, "occasion_field")?), false, true)
            }
        };
        if self.year_field.is_some() != year {
            return Err(("year_field", "only for fiscal-year-to-date and year".into()));
        }
        if self.occasion_field.is_some() != occasion {
            return Err(("occasion_field", "only for period = \"occasion\"".into()));
        }
        Ok(period)
    }
}

/// Keys of a plan that contradict each other or the row.
fn check_plan(plan: &Plan, period: &PeriodUse) -> Result<(), Problem> {
    let is_of_occasion = matches!(period, PeriodUse::Occasion(_));
    let problem = match () {
        () if plan.occasion_field.is_some() && !is_of_occasion => {
            "`occasion_field` is for a row with period = \"occasion\""
        }
        () if plan.occasion_field.is_some() && plan.year_field.is_some() => {
            "a plan is of a year or of an occasion, not of both"
        }
        () if plan.value.is_none() && (plan.over.is_some() || plan.times.is_some()) => {
            "`over` and `times` need the `value` that is added up or multiplied"
        }
        () if plan.by.is_some() && plan.name.is_some() => "plans have names from `by` or the one `name`",
        () if plan.name.is_none() && (plan.label.is_some() || plan.label_en.is_some()) => {
            "`label` says the `name` in words"
        }
        () => return Ok(()),
    };
    Err(("plan", problem.to_owned()))
}
