//! What a text in the facts may be made of: NFC, no control or invisible characters, a bounded length.

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// Why a text cannot stand in the facts.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadText {
    /// The text is not in Unicode normalisation form C (a macOS file name, an old keyboard).
    #[error("text is not in Unicode form NFC: normalise it before sealing")]
    NotNfc,
    /// The text holds a control, invisible or reordering character.
    #[error("character U+{:04X} at byte {at} is not allowed: remove it", *got as u32)]
    Character {
        /// The character.
        got: char,
        /// Its byte position in the text.
        at: usize,
    },
    /// The text is longer than its field allows.
    #[error("text has {got} characters, at most {max} fit: shorten it")]
    TooLong {
        /// Characters in the text.
        got: usize,
        /// Characters the field allows.
        max: usize,
    },
    /// The text begins or ends with a space.
    #[error("text begins or ends with a space: trim it")]
    Padded,
}

/// Checks one text of the facts; `max` is in characters. Costs one pass over bytes for ASCII.
pub fn check(text: &str, max: usize) -> Result<(), BadText> {
    if text.is_ascii() {
        check_ascii(text)?
    } else {
        check_unicode(text)?
    }
    let got = if text.len() <= max { 0 } else { text.chars().count() };
    if got > max {
        return Err(BadText::TooLong { got, max });
    }
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        return Err(BadText::Padded);
    }
    Ok(())
}

/// The text in form NFC, as the facts must hold it.
pub fn to_nfc(text: &str) -> String {
    text.nfc().collect()
}

fn check_ascii(text: &str) -> Result<(), BadText> {
    match text.bytes().position(|b| b.is_ascii_control()) {
        Some(at) => Err(BadText::Character { got: text.as_bytes()[at] as char, at }),
        None => Ok(()),
    }
}

fn check_unicode(text: &str) -> Result<(), BadText> {
    if let Some((at, got)) = text.char_indices().find(|(_, c)| is_forbidden(*c)) {
        return Err(BadText::Character { got, at });
    }
    let normal = match is_nfc_quick(text.chars()) {
        IsNormalized::Yes => true,
        IsNormalized::No => false,
        IsNormalized::Maybe => text.nfc().eq(text.chars()),
    };
    if normal { Ok(()) } else { Err(BadText::NotNfc) }
}

/// Characters that a reader cannot see or that change how the rest reads: controls, zero-width and bidirectional marks,
/// line separators, the replacement character, private use and noncharacters.
fn is_forbidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{3164}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{E000}'..='\u{F8FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FDD0}'..='\u{FDEF}'
            | '\u{FFF0}'..='\u{FFFF}' | '\u{E0000}'..='\u{10FFFF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}
