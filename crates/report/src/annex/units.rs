//! Annex 2: the figures by unit: territories in official order, bodies of the district, what belongs to none, the district.

use super::Cell;
use super::figures::unit_of_measure;
use super::table::{Align, Column, Row, Table};
use crate::detail::{Level, Part, Standing};
use crate::figures::{Figure, Figures, Form, Known};

/// The annex. Parts of additive figures add up to the last row exactly; a distinct count says that its parts do not.
pub(super) fn table(figures: &Figures) -> Table {
    let said: Vec<&Figure> =
        figures.figures.iter().filter(|figure| figure.known() != Known::Nothing).collect();
    let mut columns = vec![Column::new("STT", Align::Middle, 6), Column::new("Đơn vị", Align::Left, 30)];
    columns.extend(said.iter().map(|figure| column(figure)));
    let mut rows = Vec::new();
    for (level, sum) in [(Level::Territory, "Cộng các phường, xã"), (Level::Body, "Cộng các cơ quan")]
    {
        let units: Vec<&Standing> = figures.units.iter().filter(|unit| unit.level == level).collect();
        let first = rows.iter().filter(|row: &&Row| !row.is_total).count() + 1;
        rows.extend(units.iter().enumerate().map(|(at, unit)| of_unit(first + at, unit, &said)));
        rows.push(total(sum, said.iter().map(|figure| subtotal(figure, &units))));
    }
    let unallocated = said.iter().map(|figure| part(figure, figure.detail.unallocated));
    rows.push(Row { is_total: false, ..total("Không phân bổ cho đơn vị nào", unallocated) });
    rows.push(total("TỔNG CỘNG", said.iter().map(|figure| Cell::known(figure.form, figure.known()))));
    Table {
        name: "Phụ lục 2",
        title: "Số liệu theo đơn vị".to_owned(),
        columns,
        leading: 2,
        others: 7,
        rows,
        notes: notes(&said),
    }
}

fn column(figure: &Figure) -> Column {
    let width = if figure.form == Form::Money { 24 } else { 17 };
    let head =
        vec![figure.indicator.clone(), figure.label.clone(), format!("({})", unit_of_measure(&figure.unit))];
    Column { head, align: Align::Right, width }
}

fn of_unit(number: usize, unit: &Standing, said: &[&Figure]) -> Row {
    let mut cells = vec![Cell::Number(number as i128), Cell::text(&unit.unit.name)];
    cells.extend(said.iter().map(|figure| part(figure, figure.detail.of_unit(&unit.unit.id))));
    Row::of(cells)
}

fn total(name: &str, cells: impl Iterator<Item = Cell>) -> Row {
    Row { cells: [Cell::Empty, Cell::text(name)].into_iter().chain(cells).collect(), is_total: true }
}

/// The sum over units; none for a distinct count, whose parts share values.
fn subtotal(figure: &Figure, units: &[&Standing]) -> Cell {
    if !figure.detail.is_additive {
        return Cell::Empty;
    }
    let sum = units.iter().fold(Part::default(), |sum, unit| {
        let part = figure.detail.of_unit(&unit.unit.id);
        Part { value: sum.value + part.value, events: sum.events + part.events }
    });
    part(figure, sum)
}

/// A part that has facts; a proven zero of the whole is not repeated for every unit.
fn part(figure: &Figure, part: Part) -> Cell {
    match (part.events, part.value) {
        (0, 0) => Cell::Empty,
        _ => Cell::known(figure.form, figure.known_part(part)),
    }
}

fn notes(said: &[&Figure]) -> Vec<String> {
    let mut notes = vec![
        "Sự kiện thuộc đơn vị nơi xảy ra, hoặc đơn vị ghi nhận nếu không nêu nơi. Sự kiện ở nhiều nơi không chia cho đơn vị nào. \
         Ô trống là không có sự kiện."
            .to_owned(),
    ];
    let distinct: Vec<&str> = said
        .iter()
        .filter(|figure| !figure.detail.is_additive)
        .map(|figure| figure.indicator.as_str())
        .collect();
    if !distinct.is_empty() {
        let codes = distinct.join(", ");
        notes.push(format!("Đếm không trùng nên các đơn vị cộng lại có thể khác tổng cộng: {codes}."));
    }
    notes
}
