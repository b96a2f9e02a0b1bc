//! The annexes as tables, once for every format: 1 figures, 2 figures by unit, 3 where every unit stands.

mod cell;
mod figures;
mod standings;
mod table;
mod units;

pub(crate) use cell::Cell;
pub(crate) use table::{Align, Column, Table};

use crate::figures::Figures;

/// The three annexes, in order.
pub(crate) fn annexes(figures: &Figures) -> [Table; 3] {
    [figures::table(figures), units::table(figures), standings::table(figures)]
}
