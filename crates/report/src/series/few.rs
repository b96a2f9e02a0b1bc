//! A series for readers outside: points of very few facts, and those from which they could be worked out, are left blank.

use socai_domain::tables::{Format, Measure, PeriodUse};
use socai_fold::figures::{
    Part,
    series::{Point, PointOf, Series},
};

use crate::cells::{Cell, blank_cells, is_small_share};

/// The series without the points that fewer than `min_cell` facts stand behind (0 or 1: all stay), by the rule of [`blank_cells`].
///
/// Units, and values of a field, add up to a whole that somebody may know, so a single blank one takes another with it. Months of what is
/// counted since the year or the ledger began tell what came between two of them: a month is blank when that was too little. A share is blank
/// when few are in it, or few are not.
pub fn series_without_few(mut series: Series, min_cell: u64) -> Series {
    let is_count = series.row.format == Format::Dem;
    let is_share = matches!(series.row.measure, Measure::Ratio(_));
    let adds_up = series.points.iter().any(|point| !matches!(point.of, PointOf::Days(_)));
    let mut blank: Vec<bool> = match adds_up {
        true => blank_cells(&series.points.iter().map(cell).collect::<Vec<_>>(), min_cell, is_count),
        false => series.points.iter().map(|point| is_few(point.part, min_cell, is_count)).collect(),
    };
    if is_share {
        let decimals = u32::from(series.row.percent_decimals);
        let is_small = |point: &Point| is_small_share(cell(point), decimals, min_cell);
        blank.iter_mut().zip(&series.points).for_each(|(blank, point)| *blank |= is_small(point));
    } else if !adds_up && series.row.period != PeriodUse::Period {
        let mut shown = Part::default();
        for (blank, point) in blank.iter_mut().zip(&series.points) {
            let since = Part {
                value: point.part.value - shown.value,
                events: point.part.events.abs_diff(shown.events),
            };
            *blank |= is_few(since, min_cell, is_count);
            if !*blank {
                shown = point.part;
            }
        }
    }
    for (point, blank) in series.points.iter_mut().zip(blank) {
        if blank {
            (point.part, point.is_known, point.is_suppressed) = (Part::default(), false, true);
        }
        // the year before is a cell too, and a percentage of it tells it
        let is_few_before = |value: i128| is_count && is_few(Part { value, events: 0 }, min_cell, true);
        for other in [&mut point.same_period, &mut point.lunar_period] {
            *other = other.take().filter(|other| !blank && !is_few_before(other.compared.value));
        }
    }
    series
}

fn cell(point: &Point) -> Cell {
    Cell { value: point.part.value, events: point.part.events }
}

fn is_few(part: Part, min_cell: u64, is_count: bool) -> bool {
    // one cell alone takes no other with it
    blank_cells(&[Cell { value: part.value, events: part.events }], min_cell, is_count) == [true]
}
