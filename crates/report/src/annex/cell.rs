//! A cell: the number for a spreadsheet and its print are the same value.

use crate::figures::{Form, Known};
use crate::format::{phan_tram, point, so};

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    /// Nothing may be said.
    Empty,
    /// Words, codes, times.
    Text(String),
    /// A count, or an amount in exact đồng.
    Number(i128),
    /// A percentage as the fold rounded it, with a point: `108.61`.
    Percent(String),
}

impl Cell {
    /// Words; none are an empty cell.
    pub(crate) fn text(text: impl Into<String>) -> Cell {
        let text = text.into();
        if text.is_empty() { Cell::Empty } else { Cell::Text(text) }
    }

    /// What may be said of a value of a figure: absence of facts is no zero.
    pub(crate) fn known(form: Form, known: Known) -> Cell {
        match known {
            Known::Nothing => Cell::Empty,
            Known::Nil | Known::Zero => Cell::value(form, 0),
            Known::Value(value) => Cell::value(form, value),
        }
    }

    /// A value of a figure.
    pub(crate) fn value(form: Form, value: i128) -> Cell {
        match form {
            Form::Count | Form::Money => Cell::Number(value),
            Form::Percent(decimals) => Cell::Percent(point(value, decimals)),
        }
    }

    /// The cell as paper shows it.
    pub(crate) fn print(&self) -> String {
        match self {
            Cell::Empty => String::new(),
            Cell::Text(text) => text.clone(),
            Cell::Number(number) => so(*number),
            Cell::Percent(point) => phan_tram(point),
        }
    }
}
