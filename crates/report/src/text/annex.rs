//! The annex: every figure with what it was computed from, what is still missing, and the cut-off.

use super::WIDTH;
use super::wrap::{centered, fill, padded};
use crate::figures::{Figure, Figures};
use crate::format::{pct, so};
use crate::frame::short;
use crate::notes::{notes, root};

/// Columns of code, label, figure, number of facts, proof code.
const CELLS: [usize; 5] = [10, 28, 23, 7, 8];

/// The annex's lines.
pub(super) fn lines(figures: &Figures) -> Vec<String> {
    let mut lines = vec![String::new(), centered("PHỤ LỤC. SỐ LIỆU VÀ MÃ KIỂM CHỨNG", WIDTH), String::new()];
    lines.extend(row(["Mã", "Chỉ tiêu", "Số liệu", "Sự kiện", "Mã KC"].map(|head| vec![head.to_owned()])));
    lines.push("-".repeat(WIDTH));
    let printed = figures.figures.iter().filter_map(|figure| Some((figure, figure.printed()?)));
    lines.extend(printed.flat_map(|(figure, value)| row(cells(figure, value))));
    lines.push("-".repeat(WIDTH));
    lines.extend(notes(figures).iter().flat_map(|note| fill(note, WIDTH, 0, 2)));
    lines.push(root(figures));
    lines
}

fn cells(figure: &Figure, value: String) -> [Vec<String>; 5] {
    let code = figure.digest.map_or_else(String::new, |digest| short(&digest.to_string()));
    let plans = figure.plan.iter().filter_map(|plan| {
        let percent = figure.against_plan(plan)?;
        Some(format!("{} {}", pct(percent), plan.label))
    });
    let same_period = figure.against_same_period().map(|percent| format!("{} cùng kỳ", pct(percent)));
    let lunar = figure.against_lunar_period().map(|percent| format!("{} cùng kỳ âm lịch", pct(percent)));
    let mut said = fill(&value, CELLS[2], 0, 0);
    said.extend(plans.chain(same_period).chain(lunar).flat_map(|line| fill(&line, CELLS[2], 0, 2)));
    [
        fill(&figure.indicator, CELLS[0], 0, 0),
        fill(&figure.label, CELLS[1], 0, 0),
        said,
        vec![format!("{:>width$}", so(figure.events), width = CELLS[3])],
        vec![code],
    ]
}

/// Cells side by side, as many lines as the tallest needs.
fn row(cells: [Vec<String>; 5]) -> Vec<String> {
    let height = cells.iter().map(Vec::len).max().unwrap_or(0);
    let line = |at: usize| {
        let parts = cells
            .iter()
            .zip(CELLS)
            .map(|(cell, width)| padded(cell.get(at).map_or("", String::as_str), width));
        parts.collect::<Vec<_>>().join(" ").trim_end().to_owned()
    };
    (0..height).map(line).collect()
}
