//! Small cells of a table of many figures, some of them of days that overlap: what is left blank for readers outside.
//!
//! Three rules, until none changes anything: a cell of few facts is blank; so is one with which what came between two days could be worked out and was of
//! few; and of the parts of one figure those that are blank are neither a single one nor of few facts together, nor is the figure blank and every part shown.

use std::collections::BTreeMap;

use socai_domain::{CivilDate, tables::Indicator};
use socai_fold::figures::{Part, Window};

use crate::cells::{Cell, blank_companions, is_small, smallest_shown};
use crate::figures::Form;
use crate::spans::{Span, blank_spans};

/// The dimension of a figure that is not divided.
const ALL: &str = "all";

/// A row of the table that may have to be blank.
#[derive(Clone, Copy, Debug)]
pub struct CellRow<'a> {
    /// Which answer it belongs to.
    pub answer: usize,
    /// The indicator.
    pub row: &'a Indicator,
    /// The facts of the figure.
    pub window: &'a Window,
    /// `all`, `unit` or the field that divides.
    pub dimension: &'a str,
    /// The unit or the value of the field.
    pub key: Option<&'a str>,
    /// What it came to.
    pub part: Part,
}

/// Which rows are left blank when each must have at least `min_cell` facts (0 or 1: none). Of rows that tell something together the later ones give way.
pub fn blank_rows(rows: &[CellRow<'_>], min_cell: u64) -> Vec<bool> {
    let mut blank = vec![false; rows.len()];
    if min_cell <= 1 {
        return blank;
    }
    for (blank, row) in blank.iter_mut().zip(rows) {
        *blank = is_small(cell(row), Form::of(row.row), min_cell);
    }
    let wholes: BTreeMap<_, usize> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| row.dimension == ALL)
        .map(|(at, row)| ((row.answer, row.row.code.as_str()), at))
        .collect();
    let parts: Vec<Parts> = groups(rows, |row| (row.answer, row.row.code.as_str(), row.dimension))
        .into_iter()
        .filter(|places| rows[places[0]].dimension != ALL)
        .map(|places| {
            let first = &rows[places[0]];
            Parts { whole: wholes.get(&(first.answer, first.row.code.as_str())).copied(), places }
        })
        .collect();
    let picked = |row: &CellRow<'_>| row.window.pick.as_ref().map(|pick| format!("{:?}", pick.value));
    let in_time = groups(rows, |row| (row.row.code.as_str(), row.dimension, row.key, picked(row)));
    loop {
        let before = blank.clone();
        in_time.iter().for_each(|places| blank_in_time(rows, places, &mut blank, min_cell));
        parts.iter().for_each(|parts| parts.blank(rows, &mut blank, min_cell));
        if blank == before {
            return blank;
        }
    }
}

/// Places of the rows that add up to one figure, and of the figure's own row.
struct Parts {
    whole: Option<usize>,
    places: Vec<usize>,
}

impl Parts {
    /// Leaves more of the parts blank, or the figure, until nobody can work out what is blank.
    fn blank(&self, rows: &[CellRow<'_>], blank: &mut [bool], min_cell: u64) {
        let cells: Vec<Cell> = self.places.iter().map(|at| cell(&rows[*at])).collect();
        let mut of_parts = of(blank, &self.places);
        // a figure that is blank is the sum of its parts when all of them are shown
        if self.whole.is_some_and(|whole| blank[whole])
            && !of_parts.contains(&true)
            && let Some(at) = smallest_shown(&cells, &of_parts)
        {
            of_parts[at] = true;
        }
        let form = Form::of(rows[self.places[0]].row);
        let is_hidden = blank_companions(&cells, &mut of_parts, form, min_cell);
        if let Some(whole) = self.whole.filter(|_| !is_hidden) {
            blank[whole] = true;
        }
        put(blank, &self.places, of_parts);
    }
}

/// Leaves rows of one thing in several spans of days blank that tell what came between two days.
fn blank_in_time(rows: &[CellRow<'_>], places: &[usize], blank: &mut [bool], min_cell: u64) {
    let spans: Vec<Span> = places.iter().map(|at| span(&rows[*at])).collect();
    let mut of_spans = of(blank, places);
    blank_spans(&spans, &mut of_spans, Form::of(rows[places[0]].row), min_cell);
    put(blank, places, of_spans);
}

/// Places of rows that belong together, each in the order of the rows.
fn groups<'r, 'a, K: Ord>(rows: &'r [CellRow<'a>], key: impl Fn(&'r CellRow<'a>) -> K) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    rows.iter().enumerate().for_each(|(at, row)| groups.entry(key(row)).or_default().push(at));
    groups.into_values().collect()
}

fn of(blank: &[bool], places: &[usize]) -> Vec<bool> {
    places.iter().map(|at| blank[*at]).collect()
}

/// What is blank stays blank.
fn put(blank: &mut [bool], places: &[usize], found: Vec<bool>) {
    places.iter().zip(found).for_each(|(at, found)| blank[*at] |= found);
}

fn cell(row: &CellRow<'_>) -> Cell {
    Cell { value: row.part.value, events: row.part.events }
}

/// The days of a row's facts. One that has no first day begins where they all do.
fn span(row: &CellRow<'_>) -> Span {
    let number = |day: CivilDate| i64::from(day.day_number());
    let Window { from, to, .. } = *row.window;
    Span { before: number(from) - 1, to: number(to), cell: cell(row) }
}

#[cfg(test)]
mod tests {
    use socai_domain::tables::{Format, Measure, PeriodUse, Ratio};

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

    /// Rows of one indicator and dimension in one answer.
    fn parts_of<'a>(
        row: &'a Indicator,
        window: &'a Window,
        parts: &[(i128, u64)],
        keys: &'a [String],
    ) -> Vec<CellRow<'a>> {
        let of = |((value, events), key): (&(i128, u64), &'a String)| CellRow {
            answer: 0,
            row,
            window,
            dimension: "unit",
            key: Some(key),
            part: Part { value: *value, events: *events },
        };
        parts.iter().zip(keys).map(of).collect()
    }

    fn window(from: &str, to: &str) -> Window {
        Window { from: from.parse().unwrap(), to: to.parse().unwrap(), pick: None }
    }

    fn blank_of(parts: &[(i128, u64)], min_cell: u64, row: &Indicator) -> Vec<usize> {
        let keys: Vec<String> = (0..parts.len()).map(|at| at.to_string()).collect();
        let window = window("2023-01-01", "2023-01-31");
        let blank = blank_rows(&parts_of(row, &window, parts, &keys), min_cell);
        blank.iter().enumerate().filter(|(_, blank)| **blank).map(|(at, _)| at).collect()
    }

    fn blank(parts: &[(i128, u64)], min_cell: u64, format: Format) -> Vec<usize> {
        blank_of(parts, min_cell, &row(format))
    }

    /// Months since the year began of two units and both together: facts up to the end of each month.
    fn since_new_year(months: &[(&str, u64, u64)], min_cell: u64) -> Vec<(usize, &'static str)> {
        let row = row(Format::Dem);
        let windows: Vec<Window> = months.iter().map(|(to, ..)| window("2023-01-01", to)).collect();
        let mut rows = Vec::new();
        for (answer, ((_, one, other), window)) in months.iter().zip(&windows).enumerate() {
            for (dimension, key, events) in
                [("all", None, one + other), ("unit", Some("one"), *one), ("unit", Some("other"), *other)]
            {
                let part = Part { value: events.into(), events };
                rows.push(CellRow { answer, row: &row, window, dimension, key, part });
            }
        }
        let blank = blank_rows(&rows, min_cell);
        let blank = blank.iter().zip(&rows).filter(|(blank, _)| **blank);
        blank
            .map(|(_, row)| {
                (
                    row.answer,
                    if row.dimension == "all" {
                        "all"
                    } else {
                        row.key.map_or("", |key| if key == "one" { "one" } else { "other" })
                    },
                )
            })
            .collect()
    }

    #[test]
    fn months_since_the_year_began_do_not_tell_what_came_between_them_and_no_part_is_blank_alone() {
        assert_eq!(since_new_year(&[("2023-01-31", 10, 10), ("2023-02-28", 20, 20)], 5), []);
        // the second month of one is of two facts; the other one's would tell it
        let told = [("2023-01-31", 10, 10), ("2023-02-28", 12, 20), ("2023-03-31", 20, 30)];
        assert_eq!(since_new_year(&told, 5), [(1, "one"), (1, "other")]);
        let few = [("2023-01-31", 10, 10), ("2023-02-28", 11, 12)];
        assert_eq!(since_new_year(&few, 5), [(1, "all"), (1, "one"), (1, "other")]);
        assert_eq!(since_new_year(&few, 1), []);
    }

    /// A figure, its parts by unit and by field in one answer: which are blank.
    fn of_figure(whole: u64, units: &[u64], slices: &[u64]) -> Vec<(&'static str, usize)> {
        let (row, window) = (row(Format::Tien), window("2023-01-01", "2023-01-31"));
        let rows: Vec<CellRow<'_>> = [("all", &[whole][..]), ("unit", units), ("field", slices)]
            .into_iter()
            .flat_map(|(dimension, of)| {
                of.iter().zip(["a", "b", "c", "d"]).map(move |(events, key)| (dimension, key, *events))
            })
            .map(|(dimension, key, events)| {
                let part = Part { value: 1_000, events };
                CellRow { answer: 0, row: &row, window: &window, dimension, key: Some(key), part }
            })
            .collect();
        let blank = blank_rows(&rows, 5);
        let names = ["all", "unit", "field"].into_iter().zip([1, units.len(), slices.len()]);
        let names = names.flat_map(|(name, number)| (0..number).map(move |at| (name, at)));
        names.zip(blank).filter(|(_, blank)| *blank).map(|(name, _)| name).collect()
    }

    #[test]
    fn the_blank_parts_of_a_figure_hold_as_many_facts_as_a_cell_must() {
        assert_eq!(of_figure(63, &[30, 33], &[3, 1, 59]), [("field", 0), ("field", 1), ("field", 2)]);
        assert_eq!(of_figure(63, &[30, 33], &[3, 1, 20, 39]), [("field", 0), ("field", 1), ("field", 2)]);
        assert_eq!(of_figure(63, &[30, 33], &[24, 39]), []);
    }

    #[test]
    fn a_figure_of_more_than_its_parts_is_blank_when_they_are_too_few() {
        // the parts are of 4 facts, the figure is not: it goes, and a part of each other division with it
        let blank = of_figure(40, &[3, 1], &[20, 20]);
        assert_eq!(blank, [("all", 0), ("unit", 0), ("unit", 1), ("field", 0), ("field", 1)]);
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
        assert_eq!(blank_of(&parts, 5, &row), [0, 2, 3]);
        assert!(blank_of(&parts, 1, &row).is_empty());
    }

    #[test]
    fn a_few_people_in_many_facts_are_few_and_money_of_many_facts_is_not() {
        assert_eq!(blank(&[(2, 9), (9, 9), (8, 8)], 5, Format::Dem), [0, 2]);
        assert!(blank(&[(2, 9), (9, 9)], 5, Format::Tien).is_empty());
        assert_eq!(blank(&[(1_000_000, 2), (9, 9), (9, 7)], 5, Format::Tien), [0, 2]);
    }
}
