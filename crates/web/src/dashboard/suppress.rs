//! Figures for everybody: a cell of very few facts may tell whom they are about, so it is left blank.
//!
//! One figure with its parts by unit, by the rules for cells of `socai series --min-cell`. Spans of days are not held against each other as an export
//! does it, and nothing protects against somebody who asks again after every single record; that is why the public may ask for months and what they
//! add up to at the newest cut-off only, and why occasions and lists of facts are not public.

use socai_report::{Cell, Detail, Figure, Figures, Form, Part, blank_cells, is_few};

/// The figures without the cells that fewer than `min_cell` facts stand behind, and without what they could be worked out from.
pub(super) fn open(figures: &Figures, min_cell: u64) -> Figures {
    let mut open = figures.clone();
    open.figures.iter_mut().for_each(|figure| open_figure(figure, min_cell));
    open.restated.clear();
    open
}

fn open_figure(figure: &mut Figure, min_cell: u64) {
    figure.slices.clear(); // nobody says how many facts are behind a slice
    let is_count = figure.form == Form::Count;
    let whole = Cell { value: figure.value, events: figure.events };
    if is_share_of_few(figure, min_cell) || is_few(whole, figure.form, min_cell) {
        blank(figure);
        return;
    }
    // the year before is a cell too, and a percentage of it tells it; how many there were by the moon is not known here
    if is_count {
        figure.lunar_period = None;
        if figure.detail.same_period.is_some_and(|same| few(same, min_cell)) {
            (figure.detail.same_period, figure.same_period) = (None, None);
        }
    }
    let (ids, parts): (Vec<String>, Vec<Part>) = std::mem::take(&mut figure.detail.units).into_iter().unzip();
    let mut cells: Vec<Cell> = parts.iter().copied().map(cell).collect();
    cells.push(cell(figure.detail.unallocated));
    let blank = blank_cells(&cells, figure.form, min_cell);
    let open = |(part, blank): (Part, bool)| if blank { Part::default() } else { part };
    figure.detail = Detail {
        same_period: figure.detail.same_period,
        units: ids.into_iter().zip(parts.into_iter().zip(blank.iter().copied()).map(open)).collect(),
        unallocated: open((figure.detail.unallocated, blank.last().copied().unwrap_or(true))),
        is_additive: figure.detail.is_additive,
        ..Detail::default()
    };
}

fn cell(part: Part) -> Cell {
    Cell { value: part.value, events: part.events }
}

fn few(number: i128, min_cell: u64) -> bool {
    is_few(Cell { value: number, events: 0 }, Form::Count, min_cell)
}

/// A percentage of few cases, or of all but a few.
fn is_share_of_few(figure: &Figure, min_cell: u64) -> bool {
    let few = |number: i128| few(number, min_cell);
    figure
        .fraction
        .is_some_and(|of| few(of.numerator) || few(of.denominator) || few(of.denominator - of.numerator))
}

/// Nothing may be said about it.
fn blank(figure: &mut Figure) {
    (figure.value, figure.events, figure.cases, figure.holidays_unknown) = (0, 0, None, 0);
    (figure.fraction, figure.digest, figure.nil) = (None, None, None);
    figure.plan.iter_mut().for_each(|plan| plan.percent = None);
    (figure.same_period, figure.lunar_period) = (None, None);
    figure.detail = Detail { is_additive: figure.detail.is_additive, ..Detail::default() };
}
