//! Small cells: a figure of very few facts may tell who they are about, so it is left blank for readers outside.

/// A part of a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// In the figure's unit of measure.
    pub value: i128,
    /// Number of facts in it.
    pub events: u64,
}

/// Which of the cells that add up to one figure are left blank when each must have at least `min_cell` facts (0 or 1: none), and,
/// where it `is_count`, count as many.
///
/// A single blank cell could be worked out from the total and the others, so the smallest of the others is blank with it.
pub fn blank_cells(cells: &[Cell], min_cell: u64, is_count: bool) -> Vec<bool> {
    let mut blank: Vec<bool> = cells.iter().map(|cell| is_few(*cell, min_cell, is_count)).collect();
    blank_companion(cells, &mut blank);
    blank
}

/// Of cells that add up to one figure, leaves the smallest of the others blank beside a single blank one; whether it did.
pub fn blank_companion(cells: &[Cell], blank: &mut [bool]) -> bool {
    if cells.len() < 2 || blank.iter().filter(|blank| **blank).count() != 1 {
        return false;
    }
    let others = cells.iter().enumerate().filter(|(at, cell)| !blank[*at] && cell.events > 0);
    let smallest = others.min_by_key(|(_, cell)| cell.events).map(|(at, _)| at);
    if let Some(at) = smallest {
        blank[at] = true;
    }
    smallest.is_some()
}

/// Whether a cell is of fewer than `min_cell` facts, or, where it `is_count`, counts fewer, but something.
pub(crate) fn is_few(cell: Cell, min_cell: u64, is_count: bool) -> bool {
    let few = |number: u128| 0 < number && number < u128::from(min_cell);
    few(u128::from(cell.events)) || is_count && few(cell.value.unsigned_abs())
}

/// Whether a share is one of few, or of all but a few, as far as the facts below the line say how many they are; its value has so many decimals.
/// Whoever knows how many are below the line works out from the share how many are above it.
#[must_use]
pub fn is_small_share(share: Cell, decimals: u32, min_cell: u64) -> bool {
    let whole = i128::from(share.events);
    let above = share.value.saturating_mul(whole) / (100 * 10_i128.pow(decimals.min(9)));
    let few = |number: i128| min_cell > 1 && whole > 0 && number.unsigned_abs() < u128::from(min_cell);
    few(above) || few(whole - above)
}
