//! The annexes as a workbook: a sheet each, numbers as numbers, codes on, no formula anywhere.

use rust_xlsxwriter::{
    DocProperties, Format, FormatAlign, FormatBorder, IntoCustomDateTime, Workbook, Worksheet, XlsxError,
};
use socai_domain::time::{VIETNAM_OFFSET_MS, vietnam_rfc3339};

use crate::Error;
use crate::annex::{Align, Cell, Column, Table, annexes};
use crate::figures::Figures;
use crate::frame::{Frame, foot};
use crate::plain::plain;

/// Rows above a table: issuer and annex, its title, the cut-off.
const ABOVE: u32 = 3;
/// Characters that fit a cell; a longer text is cut, which a spreadsheet would refuse to open otherwise.
const MOST: usize = 32_767;
/// Largest integer that a spreadsheet holds exactly (2^53); beyond it a number is written as text, digit by digit.
const EXACT: u128 = 1 << 53;
const A4: u8 = 9;
/// Points a line of a cell takes, and how many lines a row may show: a spreadsheet allows 409 points.
const LINE: u32 = 15;
const MOST_LINES: usize = 27;
const FONT: &str = "Times New Roman";

/// The workbook's bytes; the same figures give the same bytes. Its date is that of the cut-off.
///
/// # Errors
/// The figures cannot be written as JSON for the proof code, or the workbook cannot be packed.
pub fn xlsx(figures: &Figures) -> Result<Vec<u8>, Error> {
    let mut workbook = Workbook::new();
    let frame = Frame::of(figures);
    let properties = DocProperties::new()
        .set_title(plain(&format!("{} {}", frame.title, frame.cut_off)))
        .set_author(plain(&figures.issuer))
        .set_creation_datetime(CutOff(figures.as_of.time_ms));
    workbook.set_properties(&properties);
    let foot = foot(figures)?;
    for table in annexes(figures) {
        sheet(workbook.add_worksheet(), &table, &frame, &foot)?;
    }
    Ok(workbook.save_to_buffer()?)
}

/// The time of the cut-off in milliseconds UTC: the only time a report knows.
struct CutOff(u64);

impl IntoCustomDateTime for CutOff {
    fn utc_datetime(self) -> String {
        let utc = vietnam_rfc3339(self.0.saturating_sub(VIETNAM_OFFSET_MS));
        format!("{}Z", utc.split('.').next().unwrap_or_default())
    }
}

fn sheet(sheet: &mut Worksheet, table: &Table, frame: &Frame, foot: &str) -> Result<(), XlsxError> {
    sheet.set_name(table.name)?;
    let last = column_no(table.columns.len().saturating_sub(1));
    for (at, column) in table.columns.iter().enumerate() {
        sheet.set_column_width(column_no(at), column.width)?;
    }
    let words = Format::new().set_font_name(FONT).set_font_size(12);
    let issuer = frame.issuer.join(" ");
    sheet.write_string_with_format(0, 0, fit(issuer.trim()), &words)?;
    let title = format!("{}. {}", table.name, table.title);
    sheet.write_string_with_format(1, 0, fit(&title), &words.clone().set_bold().set_font_size(14))?;
    let about = format!("{} {}", frame.title, frame.cut_off);
    sheet.write_string_with_format(2, 0, fit(&about), &words.clone().set_italic())?;
    let heads = table.columns.iter().map(|column| (column.head.join("\n"), column.width));
    sheet.set_row_height(ABOVE, height(heads))?;
    for (at, column) in table.columns.iter().enumerate() {
        sheet.write_string_with_format(ABOVE, column_no(at), fit(&column.head.join("\n")), &head())?;
    }
    let mut row_no = ABOVE;
    for row in &table.rows {
        row_no += 1;
        let widths = table.columns.iter().map(|column| column.width);
        sheet.set_row_height(row_no, height(row.cells.iter().map(Cell::print).zip(widths)))?;
        for (at, (cell, column)) in row.cells.iter().zip(&table.columns).enumerate() {
            write(sheet, row_no, column_no(at), cell, &format(cell, column, row.is_total))?;
        }
    }
    for (at, note) in (row_no + 2..).zip(&table.notes) {
        sheet.write_string_with_format(at, 0, fit(note), &words)?;
    }
    sheet.set_freeze_panes(ABOVE + 1, column_no(table.leading))?;
    sheet.set_repeat_rows(ABOVE, ABOVE)?;
    sheet.set_repeat_columns(0, column_no(table.leading.saturating_sub(1)))?;
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(column_no(table.pages_wide()), 0);
    sheet.set_print_area(0, 0, row_no + 1 + table.notes.len() as u32, last)?;
    // an ampersand begins a command in a footer
    sheet.set_footer(format!("&L{}&R&P/&N", fit(foot).replace('&', "&&")));
    Ok(())
}

/// Points that the fullest cell of a row needs, because not every program fits rows to wrapped text by itself. A line holds a
/// little less than the width of its column.
fn height(cells: impl Iterator<Item = (String, u16)>) -> u32 {
    let lines = cells.map(|(text, width)| {
        let width = usize::from(width).saturating_sub(2).max(1);
        text.split('\n').map(|line| line.chars().count().div_ceil(width).max(1)).sum::<usize>()
    });
    let lines = lines.max().unwrap_or(1).min(MOST_LINES);
    LINE * lines as u32 + 2
}

fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    format: &Format,
) -> Result<(), XlsxError> {
    match (cell, number(cell)) {
        (_, Some(number)) => sheet.write_number_with_format(row, column, number, format)?,
        (Cell::Empty, None) => sheet.write_blank(row, column, format)?,
        (cell, None) => sheet.write_string_with_format(row, column, fit(&cell.print()), format)?,
    };
    Ok(())
}

/// The number of a cell, if a spreadsheet holds it exactly: binary fractions print the digits they were read from.
fn number(cell: &Cell) -> Option<f64> {
    match cell {
        Cell::Number(number) if number.unsigned_abs() <= EXACT => Some(*number as f64),
        Cell::Percent(point) => point.parse().ok(),
        _ => None,
    }
}

fn format(cell: &Cell, column: &Column, is_total: bool) -> Format {
    let align = match column.align {
        Align::Left => FormatAlign::Left,
        Align::Middle => FormatAlign::Center,
        Align::Right => FormatAlign::Right,
    };
    let format = Format::new()
        .set_font_name(FONT)
        .set_font_size(11)
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter)
        .set_align(align)
        .set_text_wrap();
    let format = if is_total { format.set_bold() } else { format };
    match cell {
        Cell::Number(_) => format.set_num_format("#,##0"),
        Cell::Percent(point) => format.set_num_format(decimals(point)),
        Cell::Empty | Cell::Text(_) => format,
    }
}

/// As many decimals as the percentage was rounded to: it is not rounded again.
fn decimals(point: &str) -> String {
    match point.split_once('.') {
        Some((_, decimals)) => format!("0.{}", "0".repeat(decimals.len())),
        None => "0".to_owned(),
    }
}

fn head() -> Format {
    Format::new()
        .set_font_name(FONT)
        .set_font_size(11)
        .set_bold()
        .set_border(FormatBorder::Thin)
        .set_align(FormatAlign::Center)
        .set_align(FormatAlign::VerticalCenter)
        .set_text_wrap()
}

/// A text that fits a cell, line breaks kept.
fn fit(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(plain).collect();
    lines.join("\n").chars().take(MOST / 2).collect()
}

/// A table has fewer columns than a report may have figures, 1,000; a sheet has 16,384.
fn column_no(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}
