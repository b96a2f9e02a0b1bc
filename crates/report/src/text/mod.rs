//! The text report: Decree 30/2020/NĐ-CP's layout for a terminal of 80 columns.

mod annex;
mod frame;
mod layout;
mod wrap;

use crate::figures::Figures;
use crate::frame::Frame;
use crate::heading::numbered;
use crate::plain::plain;
use crate::{Error, Template};

/// Columns of the page.
const WIDTH: usize = 80;

/// The report as plain text, at most 80 columns wide, ending with a line feed; the same figures give the same bytes.
///
/// Frame, body of the template, figures with the number of facts and the proof code behind each, what is still
/// missing, and the cut-off.
pub fn text(figures: &Figures, template: &Template) -> Result<String, Error> {
    let body = numbered(&template.body(figures)?);
    let frame = Frame::of(figures);
    let mut lines = frame::head(&frame);
    lines.extend(layout::body(&body));
    lines.extend(frame::foot(&frame));
    lines.extend(annex::lines(figures));
    // a text of a fact must not command the terminal it is printed on
    let lines: Vec<String> = lines.iter().map(|line| plain(line)).collect();
    Ok(format!("{}\n", lines.join("\n")))
}
