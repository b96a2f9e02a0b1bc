//! The series as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use socai_domain::time::vietnam_rfc3339;
use socai_proto::Lang;

use super::line::{Line, Other};
use super::{Along, Page};
use crate::Error;

/// The series as JSON text, ending with a line feed; the same question at the same size gives the same bytes.
///
/// Shape: `{"ledger","as_of":{"size","root","time"},"indicator","label","unit","by","axis","period":{"from","to"},"points":[{"key","label",
/// "from","to","value","printed","events","plan":{authority:{"value","pct"}},"same_period":{"value","pct"},"lunar_period","includes","comparable",
/// "boundaries":[index]}],"boundaries":[{"on","from","to","whole","legal"}]}`. `by` is `month`, `unit` or `slice`; values are integers (a
/// percentage in units of its last decimal), null when nothing may be said. `from` and `to` of a point are the first and last day of the facts that its
/// value is of: since 1 January for what adds up over a year; null on a side without an end. `"unmapped": true` says that joined units were
/// asked for as one and stand apart, since their values cannot be added. A point that is left blank for readers outside has `"suppressed": true`
/// and no number of events.
pub fn series_json(page: &Page<'_>, lang: Lang) -> Result<String, Error> {
    let lines = page.lines(lang);
    let (by, axis) = match page.along {
        Along::Time { .. } => ("month", None),
        Along::Units => ("unit", None),
        Along::Slices { axis } => ("slice", Some(axis)),
    };
    let of_unit = match page.along {
        Along::Time { unit } => unit,
        _ => None,
    };
    let boundaries = page.series.boundaries.iter().map(|boundary| BoundaryRow {
        on: boundary.on.to_string(),
        from: page
            .registry
            .unit(boundary.from)
            .map_or_else(|| boundary.from.to_string(), |unit| unit.id.clone()),
        to: &boundary.to,
        whole: boundary.whole,
        legal: &boundary.legal,
    });
    let sheet = Sheet {
        ledger: page.ledger,
        as_of: AsOfRow {
            size: page.as_of.size.0,
            root: page.as_of.root.to_string(),
            time: vietnam_rfc3339(page.as_of.time_ms),
        },
        indicator: &page.series.row.code,
        label: &page.series.row.label,
        unit: &page.series.row.unit,
        by,
        axis,
        of_unit,
        unmapped: page.series.is_unmapped,
        period: DaysRow { from: page.series.days.0.to_string(), to: page.series.days.1.to_string() },
        points: lines.iter().map(|line| PointRow::of(page, line)).collect(),
        boundaries: boundaries.collect(),
    };
    let mut text = serde_json::to_string_pretty(&sheet)?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Sheet<'a> {
    ledger: &'a str,
    as_of: AsOfRow,
    indicator: &'a str,
    label: &'a str,
    unit: &'a str,
    by: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    axis: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    of_unit: Option<&'a str>,
    #[serde(skip_serializing_if = "is_not")]
    unmapped: bool,
    period: DaysRow,
    points: Vec<PointRow<'a>>,
    boundaries: Vec<BoundaryRow<'a>>,
}

#[derive(Serialize)]
struct AsOfRow {
    size: u64,
    root: String,
    time: String,
}

#[derive(Serialize)]
struct DaysRow {
    from: String,
    to: String,
}

#[derive(Serialize)]
struct PointRow<'a> {
    key: &'a str,
    label: &'a str,
    from: Option<String>,
    to: Option<String>,
    value: Option<i128>,
    printed: Option<String>,
    events: Option<u64>,
    #[serde(skip_serializing_if = "is_not")]
    suppressed: bool,
    plan: BTreeMap<&'a str, OtherRow<'a>>,
    same_period: Option<OtherRow<'a>>,
    lunar_period: Option<OtherRow<'a>>,
    includes: &'a [String],
    comparable: bool,
    boundaries: Vec<usize>,
}

#[derive(Serialize)]
struct OtherRow<'a> {
    value: i128,
    pct: Option<&'a str>,
}

#[derive(Serialize)]
struct BoundaryRow<'a> {
    on: String,
    from: String,
    to: &'a str,
    whole: bool,
    legal: &'a str,
}

/// What is as usual is not said.
fn is_not(flag: &bool) -> bool {
    !*flag
}

impl<'a> PointRow<'a> {
    fn of(page: &Page<'_>, line: &'a Line) -> Self {
        let other = |other: &'a Other| OtherRow { value: other.value, pct: other.percent.as_deref() };
        PointRow {
            key: &line.key,
            label: &line.label,
            from: line.covers.0.map(|day| day.to_string()),
            to: line.covers.1.map(|day| day.to_string()),
            value: line.value,
            printed: line.value.map(|value| page.shown(value)),
            events: line.events,
            suppressed: line.events.is_none(),
            plan: line.plans.iter().map(|plan| (plan.by.as_str(), other(&plan.other))).collect(),
            same_period: line.same.as_ref().map(other),
            lunar_period: line.lunar.as_ref().map(other),
            includes: &line.includes,
            comparable: line.is_comparable,
            boundaries: line.boundaries.clone(),
        }
    }
}
