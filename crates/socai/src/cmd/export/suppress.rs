//! Small cells: a figure of very few facts may tell who they are about, so it is left blank for readers outside.

use socai_domain::tables::{Format, Indicator, Measure};
use socai_fold::figures::Part;
use socai_report::{Cell, blank_cells, is_small_share};

/// Whether a cell may be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown {
    /// As it is.
    Open,
    /// Blank.
    Blank,
}

/// Which of the cells that add up to one figure may be shown when each must have at least `min_cell` facts (0 or 1: all), by the rule of
/// [`blank_cells`], and of shares those that few are in, or few are not.
pub fn shown(parts: &[Part], min_cell: u64, row: &Indicator) -> Vec<Shown> {
    let cells: Vec<Cell> = parts.iter().map(|part| Cell { value: part.value, events: part.events }).collect();
    let mut blank = blank_cells(&cells, min_cell, row.format == Format::Dem);
    if let Measure::Ratio(_) = row.measure {
        let is_small = |cell: &Cell| is_small_share(*cell, row.percent_decimals.into(), min_cell);
        blank.iter_mut().zip(&cells).for_each(|(blank, cell)| *blank |= is_small(cell));
    }
    blank.into_iter().map(|blank| if blank { Shown::Blank } else { Shown::Open }).collect()
}

#[cfg(test)]
mod tests {
    use socai_domain::tables::{PeriodUse, Ratio};

    use super::*;

    fn row(format: Format) -> Indicator {
        Indicator {
            code: "X".to_owned(),
            label: String::new(),
            label_en: String::new(),
            unit: String::new(),
            kind: None,
            filter: vec![],
            measure: Measure::Count,
            period: PeriodUse::Period,
            slices: vec![],
            plan: None,
            compare: vec![],
            format,
            percent_decimals: 0,
            nil_scope: vec![],
        }
    }

    fn blank(parts: &[(i128, u64)], min_cell: u64, format: Format) -> Vec<usize> {
        let parts: Vec<Part> = parts.iter().map(|&(value, events)| Part { value, events }).collect();
        let shown = shown(&parts, min_cell, &row(format));
        shown.iter().enumerate().filter(|(_, shown)| **shown == Shown::Blank).map(|(at, _)| at).collect()
    }

    #[test]
    fn cells_of_few_facts_are_blank_and_empty_ones_and_the_rest_are_not() {
        let parts = [(10, 10), (4, 4), (0, 0), (3, 3), (5, 5)];
        assert_eq!(blank(&parts, 5, Format::Dem), [1, 3]);
        assert!(blank(&parts, 0, Format::Dem).is_empty());
        assert!(blank(&parts, 1, Format::Dem).is_empty());
    }

    #[test]
    fn a_single_blank_cell_takes_the_smallest_other_with_it() {
        assert_eq!(blank(&[(10, 10), (4, 4), (0, 0), (7, 7)], 5, Format::Dem), [1, 3]);
        assert_eq!(blank(&[(4, 4)], 5, Format::Dem), [0], "a total stands for itself");
        assert_eq!(blank(&[(4, 4), (0, 0)], 5, Format::Dem), [0]);
    }

    #[test]
    fn a_share_of_few_or_of_all_but_a_few_is_blank() {
        let ratio = Ratio { numerator: vec!["A".to_owned()], denominator: vec!["B".to_owned()] };
        let row = Indicator { measure: Measure::Ratio(ratio), percent_decimals: 2, ..row(Format::Pct) };
        // a quarter of 16, half of 16, all but one of 12, none of 30
        let parts = [(2_500, 16), (5_000, 16), (9_167, 12), (0, 30)];
        let parts = parts.map(|(value, events)| Part { value, events });
        assert_eq!(shown(&parts, 5, &row), [Shown::Blank, Shown::Open, Shown::Blank, Shown::Blank]);
        assert_eq!(shown(&parts, 1, &row), [Shown::Open; 4]);
    }

    #[test]
    fn a_few_people_in_many_facts_are_few_and_money_of_many_facts_is_not() {
        assert_eq!(blank(&[(2, 9), (9, 9), (8, 8)], 5, Format::Dem), [0, 2]);
        assert!(blank(&[(2, 9), (9, 9)], 5, Format::Tien).is_empty());
        assert_eq!(blank(&[(1_000_000, 2), (9, 9), (9, 7)], 5, Format::Tien), [0, 2]);
    }
}
