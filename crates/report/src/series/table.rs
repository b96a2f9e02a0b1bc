//! A table for a terminal or a letter: one line a point, columns that are empty throughout left out; those that do not fit stand below.

use std::fmt::Write as _;

use socai_proto::Lang;

use super::line::{Line, Other};
use super::{Along, Page, WIDTH, pick, wrapped};
use crate::format::so;
use crate::plain::plain;

/// The series as a table in text.
pub fn series_table(page: &Page<'_>, lang: Lang) -> String {
    let lines = page.lines(lang);
    let (name, groups) = columns(page, &lines, lang);
    let mut text = format!("{}\n{}\n", wrapped(&page.title(lang)), wrapped(&page.subtitle(lang)));
    for columns in blocks(&name, groups) {
        text.push('\n');
        let columns: Vec<&Column> = std::iter::once(&name).chain(&columns).collect();
        push(&mut text, columns.iter().map(|column| (column.head.as_str(), column.width())));
        for at in 0..lines.len() {
            push(&mut text, columns.iter().map(|column| (column.cells[at].as_str(), column.width())));
        }
    }
    let notes = page.footnotes(&lines, lang);
    if !notes.is_empty() {
        text.push('\n');
    }
    for note in notes {
        let _ = writeln!(text, "{}", wrapped(&note));
    }
    text
}

/// A head with its cells.
struct Column {
    head: String,
    cells: Vec<String>,
}

impl Column {
    fn width(&self) -> usize {
        let cells = self.cells.iter().map(|cell| width(cell)).max();
        cells.unwrap_or_default().max(width(&self.head))
    }
}

/// As many groups of columns side by side as 80 columns hold beside the names; the others below them.
fn blocks(name: &Column, groups: Vec<Vec<Column>>) -> Vec<Vec<Column>> {
    let of = |columns: &[Column]| columns.iter().map(|column| column.width() + 2).sum::<usize>();
    let mut blocks: Vec<Vec<Column>> = Vec::new();
    for group in groups {
        match blocks.last_mut() {
            Some(block) if name.width() + of(block) + of(&group) <= WIDTH => block.extend(group),
            _ => blocks.push(group),
        }
    }
    blocks
}

/// The names, and the columns beside them: a value with its percentage is a group.
fn columns(page: &Page<'_>, lines: &[Line], lang: Lang) -> (Column, Vec<Vec<Column>>) {
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
    let column = |head: &str, cells: Vec<String>| Column { head: head.to_owned(), cells };
    let name = column(head, lines.iter().map(|line| plain(&line.label) + &line.marks()).collect());
    let facts = lines.iter().map(|line| line.events.map_or_else(|| "*".to_owned(), so)).collect();
    let mut groups = vec![vec![
        column(page.value_head(lang), lines.iter().map(value).collect()),
        column(pick(lang, "sự kiện", "facts"), facts),
    ]];
    let mut compared = |head: &str, of: &dyn Fn(&Line) -> Option<Other>, marks: bool| {
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
        let percent = |other: &Option<Other>| {
            let percent = other.as_ref().and_then(|other| other.percent.as_deref());
            percent.map_or_else(String::new, |percent| format!("{}%", percent.replace('.', ",")))
        };
        groups.push(vec![
            column(head, others.iter().zip(lines).map(cell).collect()),
            column("%", others.iter().map(percent).collect()),
        ]);
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
    (name, groups)
}

/// The first column to the left, numbers to the right.
fn push<'c>(text: &mut String, cells: impl Iterator<Item = (&'c str, usize)>) {
    let mut line = String::new();
    for (at, (cell, to)) in cells.enumerate() {
        let space = " ".repeat(to.saturating_sub(width(cell)));
        line += &if at == 0 { format!("{cell}{space}") } else { format!("  {space}{cell}") };
    }
    let _ = writeln!(text, "{}", line.trim_end());
}

/// Columns of a text whose letters are composed.
fn width(text: &str) -> usize {
    text.chars().count()
}
