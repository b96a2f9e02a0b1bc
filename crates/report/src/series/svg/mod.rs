//! SVG that reads in black and white: series differ by stroke, mark and hatching, never by colour alone.
//!
//! A title and a description come first, so that a screen reader says what the picture shows. Coordinates are integers; the same series gives
//! the same bytes. No script, no style sheet, no font is fetched.

mod axis;
mod bars;
mod curves;

use std::fmt::Write as _;

use socai_proto::Lang;

use super::line::Line;
use super::{Along, Page, pick};
use crate::figures::Form;
use crate::plain::escaped;
use axis::Axis;

/// Width of the picture.
const WIDTH: i64 = 860;
/// Height of a line of small print.
const LINE: i64 = 16;
/// Where the drawing begins, below the title.
const TOP: i64 = 60;

/// The series as an SVG document.
pub fn series_svg(page: &Page<'_>, lang: Lang) -> String {
    let lines = page.lines(lang);
    let mut drawing = String::new();
    let axis = Axis::of(&lines, Form::of(&page.series.row));
    let (below, keys) = match page.along {
        Along::Time { .. } => curves::draw(&mut drawing, page, &lines, &axis, lang),
        _ => bars::draw(&mut drawing, page, (&lines, &axis), lang),
    };
    let mut foot = below + 2 * LINE;
    for (at, (sample, words)) in keys.iter().enumerate() {
        let x = 20 + (at as i64 % 3) * 280;
        let y = foot + (at as i64 / 3) * (LINE + 4);
        let _ = writeln!(drawing, "<g transform=\"translate({x} {})\">{sample}</g>", y - 4);
        let _ = writeln!(drawing, "<text x=\"{}\" y=\"{y}\">{}</text>", x + 44, escaped(words));
    }
    foot += (keys.len() as i64 - 1) / 3 * (LINE + 4) + LINE + 8;
    for note in page.footnotes(&lines, lang).iter().chain([&page.subtitle(lang)]) {
        let _ = writeln!(drawing, "<text x=\"20\" y=\"{foot}\" font-size=\"11\">{}</text>", escaped(note));
        foot += LINE;
    }
    let title = page.title(lang);
    let mut svg = String::new();
    let _ = writeln!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {foot}\" role=\"img\" aria-labelledby=\"title desc\" \
         font-family=\"sans-serif\" font-size=\"13\" fill=\"#000\">"
    );
    let _ = writeln!(svg, "<title id=\"title\">{}</title>", escaped(&title));
    let _ = writeln!(svg, "<desc id=\"desc\">{}</desc>", escaped(&described(page, &lines, lang)));
    svg.push_str(
        "<defs><pattern id=\"hatch\" width=\"6\" height=\"6\" patternUnits=\"userSpaceOnUse\" patternTransform=\"rotate(45)\">\
         <rect width=\"6\" height=\"6\" fill=\"#fff\"/><line x1=\"0\" y1=\"0\" x2=\"0\" y2=\"6\" stroke=\"#000\" stroke-width=\"2\"/></pattern></defs>\n",
    );
    let _ = writeln!(svg, "<rect width=\"{WIDTH}\" height=\"{foot}\" fill=\"#fff\"/>");
    let _ = writeln!(
        svg,
        "<text x=\"20\" y=\"28\" font-size=\"16\" font-weight=\"bold\">{}</text>",
        escaped(&title)
    );
    svg.push_str(&drawing);
    svg.push_str("</svg>\n");
    svg
}

/// The picture in words: every value with what it is compared with.
fn described(page: &Page<'_>, lines: &[Line], lang: Lang) -> String {
    let nothing = pick(lang, "không có số liệu", "nothing known");
    let told = |line: &Line| {
        let mut told = format!(
            "{}: {}",
            line.label,
            line.value.map_or_else(|| nothing.to_owned(), |value| page.shown(value))
        );
        for plan in &line.plans {
            let _ = write!(
                told,
                ", {} ({}) {}",
                pick(lang, "kế hoạch", "plan"),
                plan.label,
                page.shown(plan.other.value)
            );
        }
        if let Some(same) = &line.same {
            let _ = write!(told, ", {} {}", pick(lang, "cùng kỳ", "same period"), page.shown(same.value));
        }
        if let Some(lunar) = &line.lunar {
            let _ =
                write!(told, ", {} {}", pick(lang, "theo âm lịch", "by lunar year"), page.shown(lunar.value));
        }
        told
    };
    let points: Vec<String> = lines.iter().map(told).collect();
    format!("{}. {}.", page.subtitle(lang), points.join("; "))
}
