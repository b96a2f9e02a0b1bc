//! An annex on pages of its own.

use crate::annex::{Align, Table};
use crate::plain::escaped;

/// Appends the annex. Heads repeat on every page that a table goes on to.
pub(super) fn push(table: &Table, out: &mut String) {
    out.push_str(&format!(
        "<section class=\"annex\">\n<h2>{}. {}</h2>\n<table>\n",
        table.name.to_uppercase(),
        escaped(&table.title)
    ));
    let all: u32 = table.columns.iter().map(|column| u32::from(column.width)).sum();
    for column in &table.columns {
        let mille = u32::from(column.width) * 1_000 / all.max(1);
        out.push_str(&format!("<col style=\"width:{}.{}%\">", mille / 10, mille % 10));
    }
    out.push_str("\n<thead>\n<tr>");
    for column in &table.columns {
        let lines: Vec<String> = column.head.iter().map(|line| escaped(line)).collect();
        out.push_str(&format!("<th>{}</th>", lines.join("<br>")));
    }
    out.push_str("</tr>\n</thead>\n<tbody>\n");
    for row in &table.rows {
        out.push_str(if row.is_total { "<tr class=\"total\">" } else { "<tr>" });
        for (cell, column) in row.cells.iter().zip(&table.columns) {
            let class = match column.align {
                Align::Left => "l",
                Align::Middle => "m",
                Align::Right => "r",
            };
            out.push_str(&format!("<td class=\"{class}\">{}</td>", escaped(&cell.print())));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</tbody>\n</table>\n");
    for note in &table.notes {
        out.push_str(&format!("<p class=\"note\">{}</p>\n", escaped(note)));
    }
    out.push_str("</section>\n");
}
