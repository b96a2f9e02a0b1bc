//! Small cells: a figure of very few facts may tell who they are about, so it is left blank for readers outside.

use crate::figures::Form;

/// A part of a figure.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// In the figure's unit of measure.
    pub value: i128,
    /// Number of facts in it.
    pub events: u64,
}

/// Which of the cells that add up to one figure are left blank when each must have at least `min_cell` facts (0 or 1: none): those that [`is_small`]
/// says are, and with them as many others as it takes for nobody who knows the figure to work them out.
pub fn blank_cells(cells: &[Cell], form: Form, min_cell: u64) -> Vec<bool> {
    let mut blank: Vec<bool> = cells.iter().map(|cell| is_small(*cell, form, min_cell)).collect();
    blank_companions(cells, &mut blank, form, min_cell);
    blank
}

/// Of cells that add up to one figure, leaves the smallest of the others blank until those that are blank are at least two and not small together: what
/// they come to is the figure less the cells that are shown. False when even all of them are not enough, so that the figure has to be blank too.
pub(crate) fn blank_companions(cells: &[Cell], blank: &mut [bool], form: Form, min_cell: u64) -> bool {
    loop {
        let hidden: Vec<Cell> =
            cells.iter().zip(blank.iter()).filter(|(_, blank)| **blank).map(|(cell, _)| *cell).collect();
        if hidden.is_empty() || hidden.len() > 1 && !are_small(&hidden, form, min_cell) {
            return true;
        }
        let Some(at) = smallest_shown(cells, blank) else { return false };
        blank[at] = true;
    }
}

/// The cell of the fewest facts, but some, that is not blank.
pub(crate) fn smallest_shown(cells: &[Cell], blank: &[bool]) -> Option<usize> {
    let shown = cells.iter().enumerate().filter(|(at, cell)| !blank[*at] && cell.events > 0);
    shown.min_by_key(|(_, cell)| cell.events).map(|(at, _)| at)
}

/// Whether a cell is of fewer than `min_cell` facts, but some; counts fewer, but something; or is a share of few, or of all but a few, as far as the facts
/// below the line say how many they are: whoever knows how many are below the line works out from the share how many are above it.
pub fn is_small(cell: Cell, form: Form, min_cell: u64) -> bool {
    are_small(&[cell], form, min_cell)
}

/// The same of all cells together.
fn are_small(cells: &[Cell], form: Form, min_cell: u64) -> bool {
    let sum = |of: &dyn Fn(&Cell) -> i128| cells.iter().map(of).fold(0_i128, i128::saturating_add);
    let events = cells.iter().map(|cell| cell.events).sum();
    let is_small_share = |decimals: u8| {
        let (whole, above) = (i128::from(events), sum(&|cell| above(*cell, decimals)));
        let few = |number: i128| min_cell > 1 && whole > 0 && number.unsigned_abs() < u128::from(min_cell);
        few(above) || few(whole - above)
    };
    is_few(Cell { value: sum(&|cell| cell.value), events }, form, min_cell)
        || matches!(form, Form::Percent(decimals) if is_small_share(decimals))
}

/// Whether a cell is of fewer than `min_cell` facts, or counts fewer, but something.
pub fn is_few(cell: Cell, form: Form, min_cell: u64) -> bool {
    let few = |number: u128| 0 < number && number < u128::from(min_cell);
    few(u128::from(cell.events)) || form == Form::Count && few(cell.value.unsigned_abs())
}

/// How many of a share's facts are above the line, to the nearest.
fn above(share: Cell, decimals: u8) -> i128 {
    let whole = 100 * 10_i128.pow(u32::from(decimals.min(9)));
    (share.value.saturating_mul(i128::from(share.events)).saturating_add(whole / 2)) / whole
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blank(facts: &[u64], min_cell: u64) -> Vec<usize> {
        let cells: Vec<Cell> = facts.iter().map(|facts| Cell { value: 1_000, events: *facts }).collect();
        let blank = blank_cells(&cells, Form::Money, min_cell);
        blank.iter().enumerate().filter(|(_, blank)| **blank).map(|(at, _)| at).collect()
    }

    #[test]
    fn what_is_blank_beside_a_known_total_holds_as_many_facts_as_a_cell_must() {
        assert_eq!(blank(&[3, 1, 59], 5), [0, 1, 2], "59 of 63 would leave 4");
        assert_eq!(blank(&[1, 1, 30, 2, 9, 8], 5), [0, 1, 3, 5], "the smallest next");
        assert_eq!(blank(&[3, 2, 59], 5), [0, 1], "5 are not few");
        assert_eq!(blank(&[4, 0, 59, 7], 5), [0, 3], "never a single one");
        assert_eq!(blank(&[3, 1], 5), [0, 1]);
        assert_eq!(blank(&[3, 1, 59], 1), [0; 0]);
    }

    #[test]
    fn people_and_shares_that_are_blank_are_not_few_together_either() {
        let of = |value, events| Cell { value, events };
        let people = [of(1, 9), of(2, 9), of(8, 9), of(30, 9)];
        assert_eq!(blank_cells(&people, Form::Count, 5), [true, true, true, false]);
        // one of 20, two of 20, half of 40, and half of 60
        let shares = [of(500, 20), of(1_000, 20), of(5_000, 40), of(5_000, 60)];
        assert_eq!(blank_cells(&shares, Form::Percent(2), 5), [true, true, true, false]);
    }

    #[test]
    fn cells_that_hold_too_little_even_together_ask_for_the_total() {
        let cells = [Cell { value: 20, events: 20 }, Cell::default()];
        assert!(!blank_companions(&cells, &mut [true, false], Form::Money, 5), "the total tells it");
        assert!(blank_companions(&cells, &mut [false, false], Form::Money, 5));
    }
}
