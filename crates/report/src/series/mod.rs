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

use socai_domain::{CivilDate, Registry};
use socai_fold::figures::series::Series;
use socai_proto::Lang;

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

    fn name(&self, unit: &socai_domain::registry::Unit, on: CivilDate) -> String {
        let span = unit.on(on).or_else(|| unit.newest());
        span.map_or_else(|| unit.id.clone(), |span| span.name.clone())
    }
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
