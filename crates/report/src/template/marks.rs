//! Marks that figures leave in the rendered text: private characters that no template and no fact may bring in.

use crate::TemplateError;
use crate::body::FACT;
use crate::format::sentence_case;

/// Around the code of a figure without data.
const HOLE: char = '\u{E000}';
/// Around `code` + [`SEPARATOR`] + `label` of a figure that is zero.
const ZERO: char = '\u{E001}';
/// Between code and label.
const SEPARATOR: char = '\u{E002}';
/// A `~` that came from a fact, not from the template.
const TILDE: char = '\u{E003}';
const RESERVED: std::ops::RangeInclusive<char> = HOLE..=FACT;
/// What `~` means in a template.
const NO_BREAK_SPACE: char = '\u{A0}';

/// The mark of a figure without data.
pub(super) fn hole(code: &str) -> String {
    format!("{HOLE}{code}{HOLE}")
}

/// The mark of a zero.
pub(super) fn zero(code: &str, label: &str) -> String {
    format!("{ZERO}{code}{SEPARATOR}{}{ZERO}", inline(label))
}

/// A text from a fact as a template may print it: it begins no heading, on one line, without marks, tildes kept as tildes.
pub(super) fn clean(text: &str) -> String {
    if text.is_empty() { String::new() } else { format!("{FACT}{}", inline(text)) }
}

fn inline(text: &str) -> String {
    let one_line = text.chars().map(|c| match c {
        '~' => TILDE,
        c if RESERVED.contains(&c) => char::REPLACEMENT_CHARACTER,
        c if c.is_control() => ' ',
        c => c,
    });
    one_line.collect()
}

/// A sentence: nothing when a figure in it has no data; `khong` (or a sentence made of the label) when one is zero.
pub(super) fn sentence(text: String, khong: Option<String>) -> String {
    if text.contains(HOLE) {
        return String::new();
    }
    match (first(&text, ZERO), khong) {
        (None, _) => text,
        (Some(_), Some(said)) => said,
        (Some(mark), None) => {
            let label = mark.split(SEPARATOR).nth(1).unwrap_or_default();
            format!("Không phát sinh {}.", sentence_case(label))
        }
    }
}

/// A part of a sentence: nothing when a figure in it has no data or is zero.
pub(super) fn part(text: String) -> String {
    if text.contains([HOLE, ZERO]) { String::new() } else { text }
}

/// The code of the first figure whose mark was left in the text.
pub(super) fn leftover(rendered: &str) -> Option<String> {
    let mark = first(rendered, HOLE).or_else(|| first(rendered, ZERO))?;
    mark.split(SEPARATOR).next().map(str::to_owned)
}

/// The rendered text with the template's `~` as no-break spaces and the facts' own as they were.
pub(super) fn to_print(rendered: &str) -> String {
    rendered.replace('~', &NO_BREAK_SPACE.to_string()).replace(TILDE, "~")
}

/// Refuses a template that holds one of the private characters.
pub(super) fn refuse_reserved(source: &str) -> Result<(), TemplateError> {
    for (number, line) in source.lines().enumerate() {
        if let Some(c) = line.chars().find(|c| RESERVED.contains(c)) {
            return Err(TemplateError::Reserved { line: number + 1, code: c.into() });
        }
    }
    Ok(())
}

/// What stands between the first two `around`.
fn first(text: &str, around: char) -> Option<&str> {
    text.split(around).nth(1)
}
