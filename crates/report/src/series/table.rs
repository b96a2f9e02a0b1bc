//! A table for a terminal or a letter: one line a point, columns that are empty throughout left out.

use std::fmt::Write as _;

use socai_proto::Lang;

use super::line::{Line, Other};
use super::{Along, Page, pick};
use crate::format::so;
use crate::plain::plain;

/// The series as a table in text.
pub fn series_table(page: &Page<'_>, lang: Lang) -> String {
    let lines = page.lines(lang);
    let columns = columns(page, &lines, lang);
    let widths: Vec<usize> = columns
        .iter()
        .map(|(head, cells)| cells.iter().map(|cell| width(cell)).max().unwrap_or_default().max(width(head)))
        .collect();
    let mut text = format!("{}\n{}\n\n", page.title(lang), page.subtitle(lang));
    push(&mut text, columns.iter().map(|(head, _)| head.as_str()), &widths);
    for at in 0..lines.len() {
        push(&mut text, columns.iter().map(|(_, cells)| cells[at].as_str()), &widths);
    }
    let notes = page.footnotes(&lines, lang);
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        let _ = writeln!(text, "{note}");
    }
    text
}

/// Heads with their cells.
fn columns(page: &Page<'_>, lines: &[Line], lang: Lang) -> Vec<(String, Vec<String>)> {
    let head = match page.along {
        Along::Time { .. } => pick(lang, "kỳ", "period"),
        Along::Units => pick(lang, "đơn vị", "unit"),
        Along::Slices { axis } => axis,
    };
    let value = |line: &Line| match (line.value, line.events) {
        (_, None) => "*".to_owned(),
        (None, _) => "–".to_owned(),
        (Some(value), _) => page.shown(value),
    };
    let mut columns = vec![
        (head.to_owned(), lines.iter().map(|line| plain(&line.label) + &line.marks()).collect()),
        (pick(lang, "giá trị", "value").to_owned(), lines.iter().map(value).collect()),
        (
            pick(lang, "sự kiện", "facts").to_owned(),
            lines.iter().map(|line| line.events.map_or_else(|| "*".to_owned(), so)).collect(),
        ),
    ];
    let mut compared = |name: &str, of: &dyn Fn(&Line) -> Option<Other>, marks: bool| {
        let others: Vec<Option<Other>> = lines.iter().map(of).collect();
        let is_marked = |line: &Line| marks && !line.is_comparable;
        if others.iter().all(Option::is_none) && !lines.iter().any(is_marked) {
            return;
        }
        let cell = |(other, line): (&Option<Other>, &Line)| match other {
            Some(other) => page.shown(other.value),
            None if is_marked(line) => "≠".to_owned(),
            None => "–".to_owned(),
        };
        columns.push((name.to_owned(), others.iter().zip(lines).map(cell).collect()));
        let percent = |other: &Option<Other>| {
            let percent = other.as_ref().and_then(|other| other.percent.as_deref());
            percent.map_or_else(String::new, |percent| format!("{}%", percent.replace('.', ",")))
        };
        columns.push(("%".to_owned(), others.iter().map(percent).collect()));
    };
    let mut authorities: Vec<(&str, &str)> = Vec::new();
    for plan in lines.iter().flat_map(|line| &line.plans) {
        if !authorities.iter().any(|(by, _)| *by == plan.by) {
            authorities.push((&plan.by, &plan.label));
        }
    }
    for (by, label) in authorities {
        let of_authority =
            |line: &Line| line.plans.iter().find(|plan| plan.by == by).map(|plan| plan.other.clone());
        let name = format!("{}: {label}", pick(lang, "kế hoạch", "plan"));
        compared(&name, &of_authority, false);
    }
    compared(pick(lang, "cùng kỳ", "same period"), &|line| line.same.clone(), true);
    compared(pick(lang, "theo âm lịch", "by lunar year"), &|line| line.lunar.clone(), false);
    columns
}

/// The first column to the left, numbers to the right.
fn push<'c>(text: &mut String, cells: impl Iterator<Item = &'c str>, widths: &[usize]) {
    let mut line = String::new();
    for (at, (cell, to)) in cells.zip(widths).enumerate() {
        let space = " ".repeat(to.saturating_sub(width(cell)));
        line += &if at == 0 { format!("{cell}{space}") } else { format!("  {space}{cell}") };
    }
    let _ = writeln!(text, "{}", line.trim_end());
}

/// Columns of a text whose letters are composed.
fn width(text: &str) -> usize {
    text.chars().count()
}
