//! The frame in two halves of a page.

use super::WIDTH;
use super::wrap::{centered, fill, padded};
use crate::frame::{self, Frame};

/// Columns of the left half; the national title needs more than the issuer.
const LEFT: usize = 34;

/// Issuer, national title, number, place and date, title of the report.
pub(super) fn head(frame: &Frame) -> Vec<String> {
    let [above, name] = &frame.issuer;
    let mut lines = vec![
        halves(above, frame::NATION),
        halves(name, frame::MOTTO),
        halves(&"-".repeat(9), &"-".repeat(27)),
        halves(&frame.number, &frame.place_and_date),
        String::new(),
        centered(frame::KIND, WIDTH),
    ];
    let title = [&frame.title, &frame.cut_off];
    lines
        .extend(title.iter().flat_map(|text| fill(text, WIDTH - 8, 0, 0)).map(|line| centered(&line, WIDTH)));
    lines
}

/// Recipients and signature.
pub(super) fn foot(frame: &Frame) -> Vec<String> {
    let [first, last] = frame::RECIPIENTS;
    vec![
        String::new(),
        halves_left(frame::RECIPIENTS_HEAD, &frame.on_behalf),
        halves_left(first, frame::SIGNER),
        halves_left(last, frame::SIGNATURE),
    ]
}

fn halves(left: &str, right: &str) -> String {
    format!("{}{}", padded(&centered(left, LEFT), LEFT), centered(right, WIDTH - LEFT))
}

fn halves_left(left: &str, right: &str) -> String {
    format!("{}{}", padded(left, LEFT), centered(right, WIDTH - LEFT))
}
