//! A series along time: lines with marks over months, the plan as a long-dashed level, changes of boundaries as thin uprights.

use std::fmt::Write as _;

use socai_proto::Lang;

use super::super::line::Line;
use super::super::{Page, pick};
use super::axis::Axis;
use super::{TOP, WIDTH};
use crate::plain::escaped;

const LEFT: i64 = 150;
const RIGHT: i64 = WIDTH - 30;
const HEIGHT: i64 = 320;
const BOTTOM: i64 = TOP + HEIGHT;

/// How one line looks.
#[derive(Clone, Copy)]
struct Look {
    stroke: &'static str,
    mark: Mark,
}

#[derive(Clone, Copy)]
enum Mark {
    Disc,
    Square,
    Triangle,
    None,
}

const VALUE: Look = Look { stroke: "stroke-width=\"2.5\"", mark: Mark::Disc };
const SAME: Look = Look { stroke: "stroke-width=\"1.5\" stroke-dasharray=\"6 4\"", mark: Mark::Square };
const LUNAR: Look = Look { stroke: "stroke-width=\"1.5\" stroke-dasharray=\"2 3\"", mark: Mark::Triangle };
const PLAN: Look = Look { stroke: "stroke-width=\"1.5\" stroke-dasharray=\"14 4\"", mark: Mark::None };

/// Draws it; where it ends, and samples with their words.
pub(super) fn draw(
    out: &mut String,
    page: &Page<'_>,
    lines: &[Line],
    axis: &Axis,
    lang: Lang,
) -> (i64, Vec<(String, String)>) {
    grid(out, axis);
    names(out, lines);
    uprights(out, page, lines);
    let mut keys = Vec::new();
    let mut curve = |values: Vec<Option<i128>>, look: Look, words: String| {
        if values.iter().any(Option::is_some) {
            curve(out, &values, axis, look);
            let sample = format!(
                "<path d=\"M0 0H36\" fill=\"none\" stroke=\"#000\" {}/>{}",
                look.stroke,
                look.mark.at(18, 0)
            );
            keys.push((sample, words));
        }
    };
    curve(lines.iter().map(|line| line.value).collect(), VALUE, page.value_head(lang).to_owned());
    let same = lines.iter().map(|line| line.same.as_ref().map(|other| other.value)).collect();
    curve(same, SAME, pick(lang, "cùng kỳ năm trước", "same period of the year before").to_owned());
    let lunar = lines.iter().map(|line| line.lunar.as_ref().map(|other| other.value)).collect();
    curve(lunar, LUNAR, pick(lang, "năm trước theo âm lịch", "year before, lunar calendar").to_owned());
    let mut authorities: Vec<(&str, &str)> = lines
        .iter()
        .flat_map(|line| &line.plans)
        .map(|plan| (plan.by.as_str(), plan.label.as_str()))
        .collect();
    authorities.sort_unstable();
    authorities.dedup();
    for (by, label) in authorities {
        let of = |line: &Line| line.plans.iter().find(|plan| plan.by == by).map(|plan| plan.other.value);
        curve(lines.iter().map(of).collect(), PLAN, format!("{}: {label}", pick(lang, "kế hoạch", "plan")));
    }
    (BOTTOM + 24, keys)
}

fn grid(out: &mut String, axis: &Axis) {
    for tick in axis.ticks() {
        let y = BOTTOM - axis.at(tick, HEIGHT);
        let grey = if tick == 0 { "#000" } else { "#bbb" };
        let _ = writeln!(out, "<path d=\"M{LEFT} {y}H{RIGHT}\" stroke=\"{grey}\" fill=\"none\"/>");
        let _ = writeln!(
            out,
            "<text x=\"{}\" y=\"{}\" text-anchor=\"end\" font-size=\"11\">{}</text>",
            LEFT - 8,
            y + 4,
            axis.shown(tick)
        );
    }
}

/// The middle of a point's place.
fn x_of(at: usize, count: usize) -> i64 {
    let (at, count) = (at as i64, (count as i64).max(1));
    LEFT + (RIGHT - LEFT) * (2 * at + 1) / (2 * count)
}

/// As many names as have room.
fn names(out: &mut String, lines: &[Line]) {
    let widest =
        lines.iter().map(|line| (line.label.chars().count() + line.marks().chars().count()) as i64 * 7 + 10);
    let widest = widest.max().unwrap_or(1);
    let every = (widest * lines.len() as i64).div_euclid(RIGHT - LEFT) as usize + 1;
    for (at, line) in lines.iter().enumerate().step_by(every) {
        let (x, y) = (x_of(at, lines.len()), BOTTOM + 18);
        let name = escaped(&(line.label.clone() + &line.marks()));
        let _ =
            writeln!(out, "<text x=\"{x}\" y=\"{y}\" text-anchor=\"middle\" font-size=\"11\">{name}</text>");
    }
}

/// A thin line where boundaries changed, with the number of the footnote.
fn uprights(out: &mut String, page: &Page<'_>, lines: &[Line]) {
    for (at, boundary) in page.series.boundaries.iter().enumerate() {
        let within = lines.iter().position(|line| line.days.0 <= boundary.on && boundary.on <= line.days.1);
        let Some(within) = within else { continue };
        let (from, to) = lines[within].days;
        let width = (RIGHT - LEFT) / (lines.len() as i64).max(1);
        let into = width * i64::from(boundary.on.days_since(from)) / i64::from(to.days_since(from) + 1);
        let x = x_of(within, lines.len()) - width / 2 + into;
        let _ = writeln!(
            out,
            "<path d=\"M{x} {TOP}V{BOTTOM}\" stroke=\"#000\" stroke-dasharray=\"1 3\" fill=\"none\"/>"
        );
        let _ =
            writeln!(out, "<text x=\"{}\" y=\"{}\" font-size=\"11\">({})</text>", x + 3, TOP + 10, at + 1);
    }
}

/// A line with gaps where nothing is known.
fn curve(out: &mut String, values: &[Option<i128>], axis: &Axis, look: Look) {
    let (mut path, mut marks, mut is_open) = (String::new(), String::new(), false);
    for (at, value) in values.iter().enumerate() {
        let Some(value) = value else {
            is_open = false;
            continue;
        };
        let (x, y) = (x_of(at, values.len()), BOTTOM - axis.at(*value, HEIGHT));
        if matches!(look.mark, Mark::None) {
            // a level holds for the whole month, and is seen also where it has one point only
            let half = (RIGHT - LEFT) / (2 * values.len() as i64).max(1);
            let begin = if is_open { format!("V{y}") } else { format!("M{} {y}", x - half) };
            let _ = write!(path, "{begin}H{}", x + half);
        } else {
            let _ = write!(path, "{}{x} {y}", if is_open { 'L' } else { 'M' });
        }
        marks.push_str(&look.mark.at(x, y));
        is_open = true;
    }
    let _ = writeln!(out, "<path d=\"{path}\" fill=\"none\" stroke=\"#000\" {}/>{marks}", look.stroke);
}

impl Mark {
    fn at(self, x: i64, y: i64) -> String {
        match self {
            Mark::Disc => format!("<circle cx=\"{x}\" cy=\"{y}\" r=\"4\"/>"),
            Mark::Square => {
                format!(
                    "<rect x=\"{}\" y=\"{}\" width=\"8\" height=\"8\" fill=\"#fff\" stroke=\"#000\"/>",
                    x - 4,
                    y - 4
                )
            }
            Mark::Triangle => {
                format!("<path d=\"M{x} {}l5 9h-10z\" fill=\"#fff\" stroke=\"#000\"/>", y - 5)
            }
            Mark::None => String::new(),
        }
    }
}
