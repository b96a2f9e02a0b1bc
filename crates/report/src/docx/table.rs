//! An annex as a table whose head repeats on every page.

use super::paragraph::{Run, Set, paragraph};
use crate::annex::{Align, Table};

/// Width between the margins of a page turned sideways: 297 - 20 - 15 mm.
const WIDTH: u32 = 14_854;
/// Type sizes in half points.
const TITLE: u32 = 26;
const CELL: u32 = 18;
const HEAD: u32 = 17;
const NOTE: u32 = 20;

/// Appends the annex, on a new page unless its section begins with it.
pub(super) fn push(table: &Table, new_page: bool, out: &mut String) {
    let title = format!("{}. {}", table.name.to_uppercase(), table.title);
    let set = Set { keep_next: true, new_page, space: (0, 120), ..Set::centered() };
    out.push_str(&paragraph(set, &[Run::bold(&title, TITLE)]));
    let widths = widths(table);
    out.push_str(&begin(&widths));
    let heads = table.columns.iter().map(|column| {
        let line = |line: &String| paragraph(Set::centered(), &[Run::bold(line, HEAD)]);
        column.head.iter().map(line).collect::<String>()
    });
    push_row(heads, &widths, "<w:cantSplit/><w:tblHeader/>", out);
    for row in &table.rows {
        let cells = row.cells.iter().zip(&table.columns).map(|(cell, column)| {
            let align = match column.align {
                Align::Left => "",
                Align::Middle => "center",
                Align::Right => "right",
            };
            let text = cell.print();
            let run = if row.is_total { Run::bold(&text, CELL) } else { Run::new(&text, CELL) };
            paragraph(Set { align, ..Set::default() }, &[run])
        });
        push_row(cells, &widths, "<w:cantSplit/>", out);
    }
    out.push_str("</w:tbl>");
    for note in &table.notes {
        out.push_str(&paragraph(Set { space: (60, 0), ..Set::default() }, &[Run::new(note, NOTE)]));
    }
    if table.notes.is_empty() {
        // two tables that touch would become one
        out.push_str(&paragraph(Set::default(), &[]));
    }
}

/// The page shared out by the columns' widths.
fn widths(table: &Table) -> Vec<u32> {
    let all: u32 = table.columns.iter().map(|column| u32::from(column.width)).sum();
    table.columns.iter().map(|column| WIDTH * u32::from(column.width) / all.max(1)).collect()
}

fn begin(widths: &[u32]) -> String {
    let side = |name| format!("<w:{name} w:val=\"single\" w:sz=\"4\" w:space=\"0\" w:color=\"000000\"/>");
    let borders: String = ["top", "left", "bottom", "right", "insideH", "insideV"].map(side).concat();
    let grid: String = widths.iter().map(|width| format!("<w:gridCol w:w=\"{width}\"/>")).collect();
    format!(
        "<w:tbl><w:tblPr><w:tblW w:w=\"{}\" w:type=\"dxa\"/><w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type=\"fixed\"/>\
         <w:tblCellMar><w:left w:w=\"57\" w:type=\"dxa\"/><w:right w:w=\"57\" w:type=\"dxa\"/></w:tblCellMar></w:tblPr>\
         <w:tblGrid>{grid}</w:tblGrid>",
        widths.iter().sum::<u32>()
    )
}

fn push_row(cells: impl Iterator<Item = String>, widths: &[u32], properties: &str, out: &mut String) {
    out.push_str(&format!("<w:tr><w:trPr>{properties}</w:trPr>"));
    for (content, width) in cells.zip(widths) {
        out.push_str(&format!(
            "<w:tc><w:tcPr><w:tcW w:w=\"{width}\" w:type=\"dxa\"/><w:vAlign w:val=\"center\"/></w:tcPr>{content}</w:tc>"
        ));
    }
    out.push_str("</w:tr>");
}
