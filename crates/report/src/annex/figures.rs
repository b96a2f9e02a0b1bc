//! Annex 1: every figure with its plan, its comparison, how many facts it has and the code that proves them.

use socai_domain::CivilDate;

use super::Cell;
use super::table::{Align, Column, Row, Table};
use crate::detail::Part;
use crate::figures::{Figure, Figures, Known, Plan, Slice, Span};
use crate::frame::short;
use crate::notes::{notes, root};

/// Columns in the order of the official form. Money has room for thirteen digits in a font as wide as DejaVu Serif.
fn columns() -> Vec<Column> {
    use Align::{Left, Middle, Right};
    vec![
        Column::new("STT", Middle, 6),
        Column::new("Mã", Middle, 13),
        Column::new("Chỉ tiêu", Left, 22),
        Column::new("ĐVT", Middle, 10),
        Column::new("Kế hoạch năm", Right, 20),
        Column::new("Thực hiện trong kỳ", Right, 20),
        Column::new("Lũy kế", Right, 20),
        Column::new("So KH (%)", Right, 9),
        Column::new("Cùng kỳ", Right, 20),
        Column::new("So cùng kỳ (%)", Right, 9),
        Column::new("Số sự kiện", Right, 9),
        Column::new("Mã kiểm chứng", Middle, 11),
    ]
}

/// The annex. A figure about which nothing may be said has no row.
pub(super) fn table(figures: &Figures) -> Table {
    let said = figures.figures.iter().filter(|figure| figure.known() != Known::Nothing);
    let period = (figures.period.from, figures.period.to);
    let rows = said.enumerate().flat_map(|(at, figure)| rows(at + 1, figure, period)).collect();
    let mut notes = notes(figures);
    notes.push(format!("{}.", root(figures)));
    notes.push(
        "Lũy kế tính từ đầu năm; chỉ tiêu theo năm, theo dịp hoặc theo thời điểm thì là toàn bộ số liệu của năm, của dịp hoặc \
         đến ngày chốt. Tiền tính bằng đồng. Mã kiểm chứng là tám chữ số đầu của mã băm BLAKE3 trên tên các sự kiện."
            .to_owned(),
    );
    Table {
        name: "Phụ lục 1",
        title: "Số liệu của kỳ báo cáo".to_owned(),
        columns: columns(),
        leading: 3,
        others: 9,
        rows,
        notes,
    }
}

/// The figure's row with its first plan, then a row for each other authority's plan and for each of its slices.
fn rows(number: usize, figure: &Figure, period: (CivilDate, CivilDate)) -> Vec<Row> {
    let (first, others) = match figure.plan.split_first() {
        Some((first, others)) => (Some(first), others),
        None => (None, &[][..]),
    };
    let label = match first {
        Some(plan) => format!("{} (KH: {})", figure.label, plan.label),
        None => figure.label.clone(),
    };
    let [plan, percent] = against(figure, first);
    let same_period = figure.detail.same_period.map_or(Cell::Empty, |value| Cell::value(figure.form, value));
    let digest = figure.digest.map_or_else(String::new, |digest| short(&digest.to_string()));
    let row = Row::of(vec![
        Cell::Number(number as i128),
        Cell::text(&figure.indicator),
        Cell::Text(label),
        Cell::text(unit_of_measure(&figure.unit)),
        plan,
        part(figure, in_period(figure)),
        part(figure, to_date(figure)),
        percent,
        same_period,
        figure.against_same_period().map_or(Cell::Empty, |percent| Cell::Percent(percent.to_owned())),
        Cell::Number(figure.events.into()),
        Cell::text(digest),
    ]);
    let other = |other: &Plan| {
        let [plan, percent] = against(figure, Some(other));
        let mut cells = vec![Cell::Empty; columns().len()];
        (cells[1], cells[2]) = (Cell::text(&figure.indicator), Cell::Text(format!("- KH: {}", other.label)));
        (cells[4], cells[7]) = (plan, percent);
        Row::of(cells)
    };
    let slices =
        figure.slices.iter().filter(|slice| slice.value != 0).map(|slice| of_slice(figure, slice, period));
    std::iter::once(row).chain(others.iter().map(other)).chain(slices).collect()
}

/// A part along an axis, in the column that has the whole it is a part of.
fn of_slice(figure: &Figure, slice: &Slice, period: (CivilDate, CivilDate)) -> Row {
    let is_of_period = figure.span == Span::Days(period.0, period.1);
    let mut cells = vec![Cell::Empty; columns().len()];
    (cells[1], cells[2]) = (Cell::text(&figure.indicator), Cell::Text(format!("- {}", slice.label)));
    cells[if is_of_period { 5 } else { 6 }] = Cell::value(figure.form, slice.value);
    cells[8] = slice.same_period.map_or(Cell::Empty, |value| Cell::value(figure.form, value));
    cells[9] = slice.same_period_pct.clone().map_or(Cell::Empty, Cell::Percent);
    Row::of(cells)
}

fn against(figure: &Figure, plan: Option<&Plan>) -> [Cell; 2] {
    let Some(plan) = plan else { return [Cell::Empty, Cell::Empty] };
    let percent = figure.against_plan(plan).map_or(Cell::Empty, |percent| Cell::Percent(percent.to_owned()));
    [Cell::Number(plan.value), percent]
}

/// The part of the period; a figure of the period's days is that part itself.
fn in_period(figure: &Figure) -> Option<Part> {
    figure.detail.in_period
}

/// What came together; a figure of all time, a year or an occasion is that itself.
fn to_date(figure: &Figure) -> Option<Part> {
    match figure.span {
        Span::Until(_) | Span::Occasion(_) => Some(Part { value: figure.value, events: figure.events }),
        Span::Days(..) => figure.detail.to_date,
    }
}

fn part(figure: &Figure, part: Option<Part>) -> Cell {
    part.map_or(Cell::Empty, |part| Cell::known(figure.form, figure.known_part(part)))
}

/// `đồng` for money.
pub(super) fn unit_of_measure(unit: &str) -> &str {
    if unit == "VND" { "đồng" } else { unit }
}
