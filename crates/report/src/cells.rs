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
    let is_small = |cell: &Cell| {
        let few = |number: u128| 0 < number && number < u128::from(min_cell);
        few(u128::from(cell.events)) || is_count && few(cell.value.unsigned_abs())
    };
    let mut blank: Vec<bool> = cells.iter().map(is_small).collect();
    if cells.len() > 1 && blank.iter().filter(|blank| **blank).count() == 1 {
        let others = cells.iter().enumerate().filter(|(at, cell)| !blank[*at] && cell.events > 0);
        if let Some((at, _)) = others.min_by_key(|(_, cell)| cell.events) {
            blank[at] = true;
        }
    }
    blank
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
