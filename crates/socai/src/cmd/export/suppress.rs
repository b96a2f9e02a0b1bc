//! Small cells: a figure of very few facts may tell who they are about, so it is left blank for readers outside.
//!
//! Three rules, until none changes anything: a cell of few facts is blank; so is one with which what came between two days could be worked out and was of
//! few; and of the parts of one figure never a single one is.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate,
    tables::{Format, Indicator, Measure},
};
use socai_fold::figures::{Part, Window};
use socai_report::{Cell, DaysSpan, blank_cells, blank_companion, blank_spans, is_small_share};

/// A row of the table that may have to be blank.
pub struct Row<'a> {
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
pub fn blank(rows: &[Row<'_>], min_cell: u64) -> Vec<bool> {
    let mut blank = vec![false; rows.len()];
    if min_cell <= 1 {
        return blank;
    }
    let parts = groups(rows, |row| (row.answer, row.row.code.as_str(), row.dimension));
    let picked = |row: &Row<'_>| row.window.pick.as_ref().map(|pick| format!("{:?}", pick.value));
    let in_time = groups(rows, |row| (row.row.code.as_str(), row.dimension, row.key, picked(row)));
    for places in &parts {
        put(&mut blank, places, small(&pick(rows, places), min_cell));
    }
    loop {
        let mut is_changed = false;
        for places in &in_time {
            let spans: Vec<DaysSpan> = places.iter().map(|at| span(&rows[*at])).collect();
            let mut of_spans: Vec<bool> = places.iter().map(|at| blank[*at]).collect();
            blank_spans(&spans, &mut of_spans, min_cell, is_count(rows[places[0]].row));
            is_changed |= put(&mut blank, places, of_spans);
        }
        for places in &parts {
            let cells: Vec<Cell> = places.iter().map(|at| cell(rows[*at].part)).collect();
            let mut of_parts: Vec<bool> = places.iter().map(|at| blank[*at]).collect();
            is_changed |= blank_companion(&cells, &mut of_parts);
            put(&mut blank, places, of_parts);
        }
        if !is_changed {
            return blank;
        }
    }
}

/// Places of rows that belong together, each in the order of the rows.
fn groups<'r, 'a, K: Ord>(rows: &'r [Row<'a>], key: impl Fn(&'r Row<'a>) -> K) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    rows.iter().enumerate().for_each(|(at, row)| groups.entry(key(row)).or_default().push(at));
    groups.into_values().collect()
}

fn pick<'r, 'a>(rows: &'r [Row<'a>], places: &[usize]) -> Vec<&'r Row<'a>> {
    places.iter().map(|at| &rows[*at]).collect()
}

/// Whether any is blank that was not.
fn put(blank: &mut [bool], places: &[usize], found: Vec<bool>) -> bool {
    let mut is_changed = false;
    for (at, found) in places.iter().zip(found) {
        is_changed |= found && !blank[*at];
        blank[*at] |= found;
    }
    is_changed
}

/// Which of the cells that add up to one figure are of few facts, with what they could be worked out from, by the rule of [`blank_cells`]; and of shares
/// those that few are in, or few are not.
fn small(rows: &[&Row<'_>], min_cell: u64) -> Vec<bool> {
    let cells: Vec<Cell> = rows.iter().map(|row| cell(row.part)).collect();
    let mut blank = blank_cells(&cells, min_cell, rows.first().is_some_and(|row| is_count(row.row)));
    for ((blank, cell), row) in blank.iter_mut().zip(&cells).zip(rows) {
        let decimals = row.row.percent_decimals.into();
        *blank |= matches!(row.row.measure, Measure::Ratio(_)) && is_small_share(*cell, decimals, min_cell);
    }
    blank
}

fn is_count(row: &Indicator) -> bool {
    row.format == Format::Dem
}

fn cell(part: Part) -> Cell {
    Cell { value: part.value, events: part.events }
}

/// The days of a row's facts. One that has no first day begins where they all do.
fn span(row: &Row<'_>) -> DaysSpan {
    let number = |day: CivilDate| i64::from(day.day_number());
    let Window { from, to, .. } = *row.window;
    DaysSpan { before: number(from) - 1, to: number(to), cell: cell(row.part) }
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

    /// Rows of one indicator and dimension in one answer.
    fn parts_of<'a>(
        row: &'a Indicator,
        window: &'a Window,
        parts: &[(i128, u64)],
        keys: &'a [String],
    ) -> Vec<Row<'a>> {
        let of = |((value, events), key): (&(i128, u64), &'a String)| Row {
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
        let blank = super::blank(&parts_of(row, &window, parts, &keys), min_cell);
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
                rows.push(Row { answer, row: &row, window, dimension, key, part });
            }
        }
        let blank = super::blank(&rows, min_cell);
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
