//! A table that any format can lay out.

use super::Cell;

/// A table with its title and what stands below it.
#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// `Phụ lục 1`.
    pub name: &'static str,
    /// What it lists.
    pub title: String,
    /// Columns from the left.
    pub columns: Vec<Column>,
    /// How many of them stay in sight when the others are spread over several pages.
    pub leading: usize,
    /// How many of the others a page turned sideways holds.
    pub others: usize,
    /// Rows; each has as many cells as there are columns.
    pub rows: Vec<Row>,
    /// Sentences below.
    pub notes: Vec<String>,
}

/// A column.
#[derive(Clone, Debug)]
pub(crate) struct Column {
    /// Lines of its head.
    pub head: Vec<String>,
    /// Where its cells stand.
    pub align: Align,
    /// Its share of the page, in characters.
    pub width: u16,
}

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Align {
    /// Words.
    Left,
    /// Ordinals and codes.
    Middle,
    /// Numbers.
    Right,
}

/// A row.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// Its cells.
    pub cells: Vec<Cell>,
    /// Whether it sums up others.
    pub is_total: bool,
}

impl Column {
    pub(crate) fn new(head: &str, align: Align, width: u16) -> Column {
        Column { head: vec![head.to_owned()], align, width }
    }
}

impl Row {
    pub(crate) fn of(cells: Vec<Cell>) -> Row {
        Row { cells, is_total: false }
    }
}

impl Table {
    /// How many pages turned sideways its columns need.
    pub(crate) fn pages_wide(&self) -> usize {
        (self.columns.len() - self.leading).div_ceil(self.others)
    }

    /// The table in pieces that fit a page turned sideways; every piece repeats the leading columns. Notes stay with the last.
    pub(crate) fn pieces(&self) -> Vec<Table> {
        let count = self.pages_wide();
        if count <= 1 {
            return vec![self.clone()];
        }
        // equal pieces read better than a last one with a single column
        let size = (self.columns.len() - self.leading).div_ceil(count);
        let piece = |at: usize| {
            let from = self.leading + at * size;
            let to = (from + size).min(self.columns.len());
            let rows = self.rows.iter().map(|row| Row {
                cells: [&row.cells[..self.leading], &row.cells[from..to]].concat(),
                is_total: row.is_total,
            });
            Table {
                title: format!("{} ({}/{count})", self.title, at + 1),
                columns: [&self.columns[..self.leading], &self.columns[from..to]].concat(),
                rows: rows.collect(),
                notes: if at + 1 == count { self.notes.clone() } else { Vec::new() },
                ..*self
            }
        };
        (0..count).map(piece).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_repeat_the_leading_columns_and_lose_no_cell() {
        for columns in 1..=40 {
            let wide = Table {
                name: "x",
                title: String::new(),
                columns: vec![Column::new("x", Align::Left, 1); columns + 2],
                leading: 2,
                others: 8,
                rows: vec![Row::of((0..columns as i128 + 2).map(Cell::Number).collect())],
                notes: vec!["last".to_owned()],
            };
            let pieces = wide.pieces();
            let mut cells = Vec::new();
            for piece in &pieces {
                assert!(piece.columns.len() <= 10 && piece.columns.len() == piece.rows[0].cells.len());
                assert_eq!(piece.rows[0].cells[..2], wide.rows[0].cells[..2]);
                cells.extend_from_slice(&piece.rows[0].cells[2..]);
            }
            assert_eq!(cells, wide.rows[0].cells[2..]);
            assert_eq!(pieces.iter().filter(|piece| !piece.notes.is_empty()).count(), 1);
        }
    }
}
