//! CSV (RFC 4180): one record a point, numbers as integers, percentages with a point, nothing where nothing may be said.
//!
//! Columns: indicator, key, label, from and to (the days of the facts that the value is of, which may be more than the point's name says; empty on a side without
//! an end), value, unit, events (empty where a point is left blank for readers outside), then `plan_<authority>` and `plan_<authority>_pct` for every authority,
//! same_period, same_period_pct, lunar_period, lunar_pct, comparable, includes (unit ids with blanks between), boundaries (`day from>to whole|part`,
//! with `;` between), tree_size, root.

use std::collections::BTreeSet;

use socai_proto::Lang;

use super::Page;
use super::line::{Line, Other};

/// The series as CSV.
pub fn series_csv(page: &Page<'_>, lang: Lang) -> String {
    let lines = page.lines(lang);
    let authorities: BTreeSet<&str> =
        lines.iter().flat_map(|line| &line.plans).map(|plan| plan.by.as_str()).collect();
    let mut head: Vec<String> =
        ["indicator", "key", "label", "from", "to", "value", "unit", "events"].map(str::to_owned).into();
    for by in &authorities {
        head.extend([format!("plan_{by}"), format!("plan_{by}_pct")]);
    }
    let rest = [
        "same_period",
        "same_period_pct",
        "lunar_period",
        "lunar_pct",
        "comparable",
        "includes",
        "boundaries",
    ];
    head.extend(rest.iter().chain(&["tree_size", "root"]).map(|&name| name.to_owned()));
    let mut text = record(&head);
    for line in &lines {
        text += &record(&cells(page, line, &authorities));
    }
    text
}

fn cells(page: &Page<'_>, line: &Line, authorities: &BTreeSet<&str>) -> Vec<String> {
    let row = &page.series.row;
    let mut cells = vec![
        row.code.clone(),
        line.key.clone(),
        line.label.clone(),
        line.covers.0.map_or_else(String::new, |day| day.to_string()),
        line.covers.1.map_or_else(String::new, |day| day.to_string()),
        line.value.map_or_else(String::new, |value| value.to_string()),
        row.unit.clone(),
        line.events.map_or_else(String::new, |events| events.to_string()),
    ];
    for by in authorities {
        cells.extend(other(line.plans.iter().find(|plan| plan.by == *by).map(|plan| &plan.other)));
    }
    cells.extend(other(line.same.as_ref()));
    cells.extend(other(line.lunar.as_ref()));
    let boundaries = line.boundaries.iter().map(|at| {
        let boundary = &page.series.boundaries[*at];
        let from = page
            .registry
            .unit(boundary.from)
            .map_or_else(|| boundary.from.to_string(), |unit| unit.id.clone());
        let portion = if boundary.whole { "whole" } else { "part" };
        format!("{} {from}>{} {portion}", boundary.on, boundary.to)
    });
    cells.extend([
        line.is_comparable.to_string(),
        line.includes.join(" "),
        boundaries.collect::<Vec<_>>().join("; "),
        page.as_of.size.to_string(),
        page.as_of.root.to_string(),
    ]);
    cells
}

fn other(other: Option<&Other>) -> [String; 2] {
    let value = other.map_or_else(String::new, |other| other.value.to_string());
    [value, other.and_then(|other| other.percent.clone()).unwrap_or_default()]
}

/// One record with its line end.
fn record(cells: &[String]) -> String {
    let quoted = |cell: &String| match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => cell.clone(),
    };
    cells.iter().map(quoted).collect::<Vec<_>>().join(",") + "\r\n"
}
