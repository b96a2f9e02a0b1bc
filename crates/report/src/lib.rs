//! Reports from figures: text, HTML, DOCX, XLSX and JSON, the same bytes every time.
//!
//! In scope: the one place where numbers, money, percentages and dates become Vietnamese print ([`format`](mod@format)), the monthly
//! template and its guarantees ([`Template`]), the layout of Decree 30/2020/NĐ-CP on paper ([`html()`], [`docx()`]) and for 80 columns
//! ([`text()`]), the annexes as a workbook ([`xlsx()`]), the JSON form ([`json()`]), series ([`SeriesPage`]) and which cells are blank for readers outside ([`blank_rows`]). Out of scope: computing figures
//! (`fold`, from which [`Figures::of`] fills a report), reading the log, the clock.
//!
//! ```text
//! Figures ─┬─ Template ─▶ body ─▶ numbered headings ─┬─▶ text · html · docx
//!          ├─▶ frame, annexes (tables of cells) ─────┴─▶ xlsx
//!          └─▶ json
//! ```

mod annex;
mod beside;
pub mod body;
mod cells;
mod changes;
mod detail;
mod docx;
mod error;
pub mod figures;
mod fill;
mod fill_detail;
pub mod format;
mod frame;
mod heading;
mod html;
mod json;
mod notes;
mod period_name;
mod plain;
mod section_text;
mod series;
mod small_cells;
mod spans;
mod template;
mod text;
mod xlsx;

pub use beside::{Beside, beside_json, beside_text};
pub use cells::{Cell, blank_cells, is_few, is_small};
pub use changes::{Changes, changes_json, changes_text};
pub use detail::{Closed, Detail, Level, Newest, Part, Standing};
pub use error::{Error, TemplateError};
pub use figures::{
    AsOf, Directive, Figure, Figures, Form, Fraction, Known, Lunar, Nil, Occasion, Period, Plan, Restated,
    Slice, Span, UnitName,
};

pub use section_text::{Body, SectionText};

pub use docx::docx;
pub use fill::unit_name;
pub use html::html;
pub use json::json;
pub use plain::escaped;
pub use series::{
    Along as SeriesAlong, Page as SeriesPage, series_chart, series_csv, series_json, series_svg,
    series_table, series_without_few,
};
pub use small_cells::{CellRow, blank_rows};
pub use template::{Broken, InForce, Lacking, MONTHLY, NoTemplate, Template};
pub use text::text;
pub use xlsx::xlsx;
