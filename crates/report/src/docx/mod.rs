//! The report as a Word document in the layout of Decree 30/2020/NĐ-CP.
//!
//! Written part by part into a zip archive instead of through a DOCX library: seven small parts are all that the layout needs, an
//! editor opens them as they are, and no library stands between the figures and the bytes (docx-rs 0.4 would bring a second
//! version of `zip` and an XML parser along for them).

mod package;
mod page;
mod paragraph;
mod table;

use crate::annex::annexes;
use crate::figures::Figures;
use crate::frame::{Frame, foot};
use crate::heading::numbered;
use crate::{Error, Template};

/// The document's bytes; the same figures give the same bytes.
///
/// # Errors
/// The template does not fit the figures, they cannot be written as JSON for the proof code, or the archive cannot be packed.
pub fn docx(figures: &Figures, template: &Template) -> Result<Vec<u8>, Error> {
    let frame = Frame::of(figures);
    let body = numbered(&template.body(figures)?);
    let mut document = page::head(&frame);
    page::body(&body, &mut document);
    document.push_str(&page::signature(&frame));
    document.push_str(&page::end_of_letter());
    let pieces = annexes(figures).into_iter().flat_map(|annex| annex.pieces());
    for (at, piece) in pieces.enumerate() {
        table::push(&piece, at > 0, &mut document);
    }
    document.push_str(&page::end_of_annexes());
    let title = format!("{} {}", frame.title, frame.cut_off);
    package::packed(&document, &foot(figures)?, &title)
}
