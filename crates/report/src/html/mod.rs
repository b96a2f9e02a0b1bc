//! The report as one HTML file ready to print: no script, nothing fetched, black on white.
//!
//! A4 with the margins of Decree 30/2020/NĐ-CP; the annexes stand on pages turned sideways. Every text is escaped where it is put in.

mod page;
mod table;

use crate::annex::annexes;
use crate::figures::Figures;
use crate::frame::{Frame, foot};
use crate::heading::numbered;
use crate::{Error, Template};

/// How the page looks. The foot of pages is added to it, because only a style sheet can put words there.
const STYLE: &str = include_str!("style.css");

/// The report as an HTML document; the same figures give the same bytes.
///
/// # Errors
/// The template does not fit the figures, or they cannot be written as JSON for the proof code.
pub fn html(figures: &Figures, template: &Template) -> Result<String, Error> {
    let frame = Frame::of(figures);
    let body = numbered(&template.body(figures)?);
    let foot = foot(figures)?;
    let mut out = page::begin(&frame, &format!("{STYLE}{}", page::foot_style(&foot)));
    out.push_str("<main class=\"letter\">\n");
    out.push_str(&page::head(&frame));
    page::body(&body, &mut out);
    out.push_str(&page::signature(&frame));
    out.push_str("</main>\n");
    for annex in annexes(figures) {
        for piece in annex.pieces() {
            table::push(&piece, &mut out);
        }
    }
    out.push_str("</body>\n</html>\n");
    Ok(out)
}
