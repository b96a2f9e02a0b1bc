//! A series on paper: table, CSV, JSON, a chart for 80 columns and an SVG that needs no colour.
//!
//! ```text
//! Series (fold) ─▶ Page ─▶ lines (names, values, comparisons, footnotes) ─┬─▶ table · csv · json
//!                                                                         └─▶ chart · svg
//! ```

mod chart;
mod csv;
mod few;
mod json;
mod line;
mod svg;
mod table;

use std::collections::BTreeSet;

use socai_domain::registry::Unit;
use socai_domain::tables::PeriodUse;
use socai_domain::{CivilDate, Registry};
use socai_fold::figures::series::{PointOf, Series};
use socai_proto::Lang;
use socai_tlog::UnitNo;

use crate::figures::{AsOf, Form};
use crate::format::{pct, point, so};

pub use chart::series_chart;
pub use csv::series_csv;
pub use few::series_without_few;
pub use json::series_json;
pub use svg::series_svg;
pub use table::series_table;

/// A series with what stands above it.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// The ledger's origin.
    pub ledger: &'a str,
    /// The cut-off.
    pub as_of: AsOf,
    /// The units, for their names.
    pub registry: &'a Registry,
    /// The points.
    pub series: &'a Series,
    /// Along what they run.
    pub along: Along<'a>,
}

/// Along what a series runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along<'a> {
    /// Spans of days, of the whole territory or of a unit by its id.
    Time {
        /// The unit, if it is one unit's series.
        unit: Option<&'a str>,
    },
    /// Units.
    Units,
    /// The values of a field.
    Slices {
        /// The field.
        axis: &'a str,
    },
}

impl Page<'_> {
    /// `NS.01 · Thu ngân sách nhà nước trên địa bàn (VND)`.
    fn title(&self, lang: Lang) -> String {
        let row = &self.series.row;
        let label = if row.label_en.is_empty() { &row.label } else { pick(lang, &row.label, &row.label_en) };
        let unit = match self.along {
            Along::Time { unit: Some(unit) } => format!(", {}", self.name_of_id(unit)),
            _ => String::new(),
        };
        format!("{} · {label}{unit} ({})", row.code, row.unit)
    }

    /// Days and cut-off.
    fn subtitle(&self, lang: Lang) -> String {
        let (from, to) = self.series.days;
        let root = self.as_of.root.to_string();
        let (size, root) = (self.as_of.size, &root[..16]);
        match lang {
            Lang::Vi => format!("{from} – {to}; {}, cỡ cây {size}, gốc {root}…", self.ledger),
            Lang::En => format!("{from} – {to}; {}, tree size {size}, root {root}…", self.ledger),
        }
    }

    /// A value of the row in figures, without its unit.
    fn shown(&self, value: i128) -> String {
        shown(Form::of(&self.series.row), value)
    }

    fn name_of_id(&self, id: &str) -> String {
        let unit = self.registry.by_id(id);
        unit.map_or_else(|| id.to_owned(), |unit| self.name(unit, self.series.days.1))
    }

    /// A unit's name on a day, with its id where another unit of the page has the same.
    fn name(&self, unit: &Unit, on: CivilDate) -> String {
        let span = unit.on(on).or_else(|| unit.newest());
        let Some(span) = span else { return unit.id.clone() };
        let has_name = |other: &Unit| other.spans.iter().any(|of_other| of_other.name == span.name);
        let is_other = |no: &UnitNo| *no != unit.no && self.registry.unit(*no).is_some_and(has_name);
        match self.units().iter().any(is_other) {
            true => format!("{} ({})", span.name, unit.id),
            false => span.name.clone(),
        }
    }

    /// The units that the page speaks of.
    fn units(&self) -> BTreeSet<UnitNo> {
        let points = self.series.points.iter().flat_map(|point| {
            let own = match point.of {
                PointOf::Unit(no) => Some(no),
                _ => None,
            };
            own.into_iter().chain(point.includes.iter().copied())
        });
        let of_id = |id: &str| self.registry.by_id(id).map(|unit| unit.no);
        let boundaries = self.series.boundaries.iter();
        let boundaries = boundaries.flat_map(|of| [Some(of.from), of_id(&of.to)]).flatten();
        points.chain(boundaries).collect()
    }

    /// What the values are, for the head of their column: some are of more days than the point asks for.
    fn value_head(&self, lang: Lang) -> &'static str {
        let (vi, en) = match self.series.row.period {
            PeriodUse::Period => ("giá trị", "value"),
            PeriodUse::FiscalYearToDate(_) => ("giá trị từ 01/01", "value since 01/01"),
            PeriodUse::ToDate => ("giá trị đến hết kỳ", "value up to its end"),
            PeriodUse::Before => ("giá trị trước kỳ", "value before it"),
            PeriodUse::Year(_) => ("giá trị cả năm", "value of the year"),
            PeriodUse::Occasion(_) => ("giá trị của dịp", "value of the occasion"),
        };
        pick(lang, vi, en)
    }
}

/// Columns of a terminal and of a letter.
const WIDTH: usize = 80;

/// A paragraph of at most [`WIDTH`] columns, broken between words; what follows its first line is indented.
fn wrapped(text: &str) -> String {
    const INDENT: &str = "  ";
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().map_or(0, |line| line.chars().count());
        if line > INDENT.len() && line + 1 + word.chars().count() > WIDTH {
            lines.push(format!("{INDENT}{word}"));
        } else if let Some(last) = lines.last_mut() {
            let space = if last.is_empty() { "" } else { " " };
            last.push_str(space);
            last.push_str(word);
        }
    }
    lines.join("\n")
}

fn shown(form: Form, value: i128) -> String {
    match form {
        Form::Percent(decimals) => pct(&point(value, decimals)),
        Form::Count | Form::Money => so(value),
    }
}

fn pick<'t>(lang: Lang, vi: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Vi => vi,
        Lang::En => en,
    }
}
