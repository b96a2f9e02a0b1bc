//! A series by unit or slice: a full bar for the value, a hatched one for the year before, a stroke where the plan is.

use std::fmt::Write as _;

use socai_proto::Lang;

use super::super::line::Line;
use super::super::{Page, pick};
use super::axis::Axis;
use super::{TOP, WIDTH};
use crate::plain::escaped;

const LEFT: i64 = 260;
const RIGHT: i64 = WIDTH - 150;
const BAR: i64 = 14;
const GAP: i64 = 10;

/// Draws it; where it ends, and samples with their words.
pub(super) fn draw(
    out: &mut String,
    page: &Page<'_>,
    (lines, axis): (&[Line], &Axis),
    lang: Lang,
) -> (i64, Vec<(String, String)>) {
    let has_before = lines.iter().any(|line| line.same.is_some() || !line.is_comparable);
    let height = if has_before { 2 * BAR + GAP } else { BAR + GAP };
    let bottom = TOP + height * lines.len() as i64;
    for tick in axis.ticks() {
        let x = LEFT + axis.at(tick, RIGHT - LEFT);
        let grey = if tick == 0 { "#000" } else { "#bbb" };
        let _ = writeln!(out, "<path d=\"M{x} {}V{bottom}\" stroke=\"{grey}\" fill=\"none\"/>", TOP - 8);
        let _ = writeln!(
            out,
            "<text x=\"{x}\" y=\"{}\" text-anchor=\"middle\" font-size=\"10\">{}</text>",
            bottom + 14,
            axis.shown(tick)
        );
    }
    for (at, line) in lines.iter().enumerate() {
        let y = TOP + height * at as i64;
        let name = escaped(&(line.label.clone() + &line.marks()));
        let _ = writeln!(out, "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{name}</text>", LEFT - 8, y + 12);
        match line.value {
            Some(value) => bar(out, axis, (value, y), "fill=\"#333\" stroke=\"#000\""),
            None => word(out, axis, y, "–"),
        }
        match &line.same {
            Some(same) => bar(out, axis, (same.value, y + BAR), "fill=\"url(#hatch)\" stroke=\"#000\""),
            None if !line.is_comparable => word(out, axis, y + BAR, "≠"),
            None => {}
        }
    }
    let mut keys = vec![(sample("fill=\"#333\" stroke=\"#000\""), page.value_head(lang).to_owned())];
    if lines.iter().any(|line| line.same.is_some()) {
        let words = pick(lang, "cùng kỳ năm trước", "same period of the year before");
        keys.push((sample("fill=\"url(#hatch)\" stroke=\"#000\""), words.to_owned()));
    }
    (bottom + 20, keys)
}

fn bar(out: &mut String, axis: &Axis, (value, y): (i128, i64), look: &str) {
    let at = |value| LEFT + axis.at(value, RIGHT - LEFT);
    let (zero, end) = (at(0), at(value));
    let (x, width) = (zero.min(end), (end - zero).abs());
    let _ = writeln!(out, "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{}\" {look}/>", BAR - 2);
    let _ = writeln!(
        out,
        "<text x=\"{}\" y=\"{}\" font-size=\"11\">{}</text>",
        zero.max(end) + 6,
        y + BAR - 4,
        axis.shown(value)
    );
}

fn word(out: &mut String, axis: &Axis, y: i64, word: &str) {
    let x = LEFT + axis.at(0, RIGHT - LEFT) + 6;
    let _ = writeln!(out, "<text x=\"{x}\" y=\"{}\" font-size=\"11\">{word}</text>", y + BAR - 4);
}

fn sample(look: &str) -> String {
    format!("<rect y=\"-6\" width=\"36\" height=\"12\" {look}/>")
}
