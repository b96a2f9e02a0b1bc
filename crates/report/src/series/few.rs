//! A series for readers outside: points of very few facts, and those from which they could be worked out, are left blank.

use socai_fold::figures::{
    Part,
    series::{Point, PointOf, Series},
};

use crate::{
    cells::{Cell, blank_cells, is_few, is_small},
    figures::Form,
    spans::{Span, blank_spans},
};

/// The series without the points that fewer than `min_cell` facts stand behind (0 or 1: all stay), by the rule of [`blank_cells`].
///
/// Units, and values of a field, add up to a whole that somebody may know, so what is blank of them is never a single one and never of few facts together.
/// Months of what is counted since the year or the ledger began tell what came between two of them: a month is blank when that was too little
/// ([`blank_spans`]). A share is blank when few are in it, or few are not.
pub fn series_without_few(mut series: Series, min_cell: u64) -> Series {
    let form = Form::of(&series.row);
    let cells: Vec<Cell> = series.points.iter().map(cell).collect();
    let adds_up = series.points.iter().any(|point| !matches!(point.of, PointOf::Days(_)));
    let mut blank: Vec<bool> = match adds_up {
        true => blank_cells(&cells, form, min_cell),
        false => cells.iter().map(|cell| is_small(*cell, form, min_cell)).collect(),
    };
    if !adds_up {
        let spans: Vec<Span> = series.points.iter().map(span).collect();
        blank_spans(&spans, &mut blank, form, min_cell);
    }
    for (point, blank) in series.points.iter_mut().zip(blank) {
        if blank {
            (point.part, point.is_known, point.is_suppressed) = (Part::default(), false, true);
        }
        // the year before is a cell too, and a percentage of it tells it
        let is_few_before = |value: i128| is_few(Cell { value, events: 0 }, form, min_cell);
        for other in [&mut point.same_period, &mut point.lunar_period] {
            *other = other.take().filter(|other| !blank && !is_few_before(other.compared.value));
        }
    }
    series
}

fn cell(point: &Point) -> Cell {
    Cell { value: point.part.value, events: point.part.events }
}

/// The days of a point's facts. One that has no first day begins where they all do.
fn span(point: &Point) -> Span {
    let (from, to) = point.covers;
    Span {
        before: from.map_or(i64::MIN, |day| i64::from(day.day_number()) - 1),
        to: to.map_or(i64::MAX, |day| i64::from(day.day_number())),
        cell: cell(point),
    }
}
