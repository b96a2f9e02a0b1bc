//! Annex 3: closing of the period, unit by unit.

use super::Cell;
use super::table::{Align, Column, Row, Table};
use crate::detail::Standing;
use crate::figures::Figures;
use crate::format::thoi_diem;

/// Hexadecimal digits of a link: enough that nobody finds another chain with the same.
const LINK: usize = 16;

/// The annex.
pub(super) fn table(figures: &Figures) -> Table {
    use Align::{Left, Middle, Right};
    Table {
        name: "Phụ lục 3",
        title: "Chốt số liệu".to_owned(),
        columns: vec![
            Column::new("STT", Middle, 6),
            Column::new("Đơn vị", Left, 40),
            Column::new("Chốt lúc", Middle, 20),
            Column::new("Bản ghi chốt", Middle, 12),
            Column::new("Bản ghi cuối", Middle, 12),
            Column::new("Mã đầu chuỗi", Middle, 20),
            Column::new("Khai không phát sinh", Left, 40),
            Column::new("Sự kiện đến muộn", Right, 10),
        ],
        leading: 2,
        others: 6,
        rows: figures.units.iter().enumerate().map(|(at, unit)| row(at + 1, unit)).collect(),
        notes: vec![
            "Tên bản ghi là số đơn vị/số thứ tự trong chuỗi của đơn vị. Mã đầu chuỗi là 16 chữ số đầu của liên kết của bản ghi cuối. \
             Sự kiện đến muộn xảy ra trong kỳ nhưng được ghi nhận sau khi đơn vị đã chốt; vẫn được tính."
                .to_owned(),
        ],
    }
}

fn row(number: usize, unit: &Standing) -> Row {
    let named = |seq: u64| Cell::Text(format!("{}/{seq}", unit.no));
    let link = unit.newest.and_then(|newest| newest.link);
    Row::of(vec![
        Cell::Number(number as i128),
        Cell::text(&unit.unit.name),
        Cell::text(unit.closed.map_or_else(|| "chưa chốt".to_owned(), |at| thoi_diem(at.received_at_ms))),
        unit.closed.map_or(Cell::Empty, |closed| named(closed.seq)),
        unit.newest.map_or(Cell::Empty, |newest| named(newest.seq)),
        Cell::text(link.map_or_else(String::new, |link| link.to_string().chars().take(LINK).collect())),
        Cell::text(unit.nil.join(", ")),
        unit.late.map_or(Cell::Empty, |late| Cell::Number(late.into())),
    ])
}
