//! Reports from figures: text for a terminal and JSON for a program, the same bytes every time.
//!
//! In scope: the one place where numbers, money, percentages and dates become Vietnamese print ([`format`](mod@format)), the monthly
//! template and its guarantees ([`Template`]), the layout of Decree 30/2020/NĐ-CP for 80 columns ([`text`]) and the JSON form
//! ([`json`]). Out of scope: computing figures (`fold`, from which [`Figures::of`] fills a report), reading the log, the clock.

pub mod body;
mod changes;
mod error;
pub mod figures;
mod fill;
pub mod format;
mod json;
mod template;
mod text;

pub use changes::{Changes, changes_json, changes_text};
pub use error::{Error, TemplateError};
pub use figures::{
    AsOf, Directive, Figure, Figures, Form, Known, Lunar, Nil, Occasion, Period, Plan, Restated, Slice, Span,
    UnitName,
};

pub use json::json;
pub use template::Template;
pub use text::text;
