//! What a text in the facts may be made of.
//!
//! Facts are compared byte by byte for ever, so one reading has one writing: UTF-8, NFC, no characters that cannot be seen. Nearly
//! all texts are ASCII and cost one table look-up a byte; Vietnamese ones cost one more pass.

use unicode_normalization::is_nfc;

use crate::error::Code;
use crate::schema::TextStyle;

mod known;
mod secrecy;
mod swar;

pub use known::KnownTexts;
pub(crate) use known::{FACTOR, Known, is_same, words};
pub use secrecy::is_marked_secret;
pub(crate) use secrecy::is_secret_level;

/// Fewest characters of a token: fewer could be guessed.
const TOKEN_MIN: usize = 8;

/// Checks the bytes of a text; `max_len` is in characters.
pub(crate) fn check(style: TextStyle, max_len: u32, bytes: &[u8]) -> Result<(), Code> {
    let allowed = bytes.iter().fold(u8::MAX, |all, &byte| all & CLASSES[usize::from(byte)]);
    if allowed & ASCII == 0 {
        check_unicode(style, bytes)?;
    } else if allowed & bit(style) == 0 {
        let hidden = bytes.iter().any(|byte| byte.is_ascii_control());
        return Err(if hidden { Code::ControlCharacter } else { Code::BadFormat });
    }
    if bytes.len() > max_len as usize && characters(bytes) > max_len as usize {
        return Err(Code::TooLong);
    }
    match style {
        TextStyle::Line if is_padded(bytes) => Err(Code::BadFormat),
        TextStyle::Token if !is_token(bytes) => Err(Code::BadFormat),
        TextStyle::Json if serde_json::from_slice::<serde_json::Value>(bytes).is_err() => {
            Err(Code::BadFormat)
        }
        _ => Ok(()),
    }
}

/// What [`check`] would say, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// It finds something wrong.
    Breaks,
    /// It finds nothing wrong, if the bytes are UTF-8.
    Obeys {
        /// Whether the text may hold what is no affair of the facts: it is no token or unit id, and has [`REMARKABLE_DIGITS`] digits
        /// or more, an `@`, or characters that are neither ASCII nor Vietnamese letters.
        look: bool,
    },
    /// It finds nothing wrong, and the bytes are UTF-8.
    ObeysAndIsUtf8 {
        /// As above.
        look: bool,
    },
}

/// Digits that no number of a person or vehicle does without.
const REMARKABLE_DIGITS: u64 = 6;

/// Judges as [`check`] does. Answers for short ASCII texts eight bytes at a time and for Vietnamese ones by their bytes; what is
/// left takes the long way. Where the style is a constant, so is which of these functions is called.
#[inline(always)]
pub(crate) fn judge(style: TextStyle, max_len: u32, text: &[u8]) -> Verdict {
    match style {
        TextStyle::Line => judge_as::<{ swar::LINE }>(style, max_len, text),
        TextStyle::Lines => judge_as::<{ swar::LINES }>(style, max_len, text),
        TextStyle::Code => judge_as::<{ swar::CODE }>(style, max_len, text),
        TextStyle::Case => judge_as::<{ swar::CASE }>(style, max_len, text),
        TextStyle::UnitId => judge_as::<{ swar::UNIT_ID }>(style, max_len, text),
        TextStyle::Token => judge_as::<{ swar::TOKEN }>(style, max_len, text),
        TextStyle::Json => judge_as::<{ swar::JSON }>(style, max_len, text),
    }
}

fn judge_as<const STYLE: u8>(style: TextStyle, max_len: u32, bytes: &[u8]) -> Verdict {
    let plain = swar::plain::<STYLE>(bytes).filter(|_| bytes.len() <= max_len as usize);
    let Some(plain) = plain else { return judge_closely(style, max_len, bytes) };
    let obeys = match STYLE {
        swar::JSON => check(style, max_len, bytes).is_ok(),
        swar::LINE => !is_padded(bytes),
        swar::TOKEN => is_token(bytes),
        _ => true,
    };
    match obeys {
        false => Verdict::Breaks,
        true => Verdict::ObeysAndIsUtf8 { look: plain.is_remarkable(REMARKABLE_DIGITS) },
    }
}

fn judge_closely(style: TextStyle, max_len: u32, bytes: &[u8]) -> Verdict {
    let is_vietnamese = bytes.len() <= max_len as usize
        && !matches!(style, TextStyle::Json)
        && is_plain_vietnamese(style, bytes)
        && !(style == TextStyle::Line && is_padded(bytes));
    if is_vietnamese {
        return Verdict::ObeysAndIsUtf8 { look: swar::is_remarkable(bytes, REMARKABLE_DIGITS) };
    }
    match check(style, max_len, bytes) {
        Ok(()) => Verdict::Obeys { look: true },
        Err(_) => Verdict::Breaks,
    }
}

/// Whether bytes are UTF-8 and hold nothing but what the style allows of ASCII and the letters of [`is_vietnamese`], and the syllable "mật"
/// nowhere. `false` may also mean that it takes a closer look.
fn is_plain_vietnamese(style: TextStyle, bytes: &[u8]) -> bool {
    if matches!(style, TextStyle::UnitId | TextStyle::Token) {
        return false;
    }
    let (mut rest, mut before) = (bytes, 0); // the last ASCII letter; a stale one costs a closer look
    loop {
        let (plain, others) = rest.split_at(swar::prefix(style, rest));
        (before, rest) = (plain.last().copied().unwrap_or(before), others);
        rest = match rest {
            [] => return true,
            [ascii, rest @ ..] if *ascii < 0x80 => {
                if CLASSES[usize::from(*ascii)] & bit(style) == 0 {
                    return false;
                }
                before = *ascii;
                rest
            }
            // ậ and Ậ between m and t
            [0xE1, 0xBA, 0xAC | 0xAD, b't' | b'T', ..] if matches!(before, b'm' | b'M') => return false,
            // U+00C0 to U+023F
            [0xC3..=0xC8, 0x80..=0xBF, rest @ ..] => rest,
            // U+1E00 to U+1EFF
            [0xE1, 0xB8..=0xBB, 0x80..=0xBF, rest @ ..] => rest,
            _ => return false,
        };
    }
}

/// Characters that a reader cannot see or that change how the rest reads: controls, zero-width and bidirectional marks, line
/// separators, the replacement character, variation selectors, private use, tags and noncharacters.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{00AD}' | '\u{034F}' | '\u{061C}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{3164}'
            | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}'
            | '\u{E000}'..='\u{F8FF}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FDD0}'..='\u{FDEF}'
            | '\u{FFF0}'..='\u{FFFF}' | '\u{E0000}'..='\u{10FFFF}')
        || (c as u32) & 0xFFFE == 0xFFFE
}

/// The slow path: at least one byte is not ASCII.
fn check_unicode(style: TextStyle, bytes: &[u8]) -> Result<(), Code> {
    let text = std::str::from_utf8(bytes).map_err(|_| Code::NotUtf8)?;
    if matches!(style, TextStyle::UnitId | TextStyle::Token) {
        return Err(Code::BadFormat);
    }
    let mut simple = true;
    for c in text.chars() {
        if !is_vietnamese(c) {
            simple = false;
            check_character(style, c)?;
        } else if c.is_ascii() && CLASSES[c as usize] & bit(style) == 0 {
            return Err(if c.is_ascii_control() { Code::ControlCharacter } else { Code::BadFormat });
        }
    }
    if !simple && !is_nfc(text) {
        return Err(Code::NotNfc);
    }
    if is_marked_secret(text) { Err(Code::Secret) } else { Ok(()) }
}

/// A character outside the letters of Vietnamese.
fn check_character(style: TextStyle, c: char) -> Result<(), Code> {
    match style {
        _ if is_hidden(c) => Err(Code::ControlCharacter),
        TextStyle::Code | TextStyle::Case if c.is_whitespace() => Err(Code::BadFormat),
        _ if c.is_whitespace() => Err(Code::ControlCharacter),
        _ => Ok(()),
    }
}

/// Letters that are visible, in NFC whatever stands beside them among each other, and no white space: ASCII, the letters of
/// Latin-1 and Extended-A and -B, and Latin Extended Additional. Shown exhaustively by a test.
fn is_vietnamese(c: char) -> bool {
    matches!(c, '\0'..='\u{7F}' | '\u{C0}'..='\u{24F}' | '\u{1E00}'..='\u{1EFF}')
}

/// Long enough, and no number of a person: those are digits alone.
fn is_token(bytes: &[u8]) -> bool {
    bytes.len() >= TOKEN_MIN && !bytes.iter().all(u8::is_ascii_digit)
}

fn is_padded(bytes: &[u8]) -> bool {
    bytes.first() == Some(&b' ') || bytes.last() == Some(&b' ')
}

/// Characters of bytes that are known to be UTF-8.
fn characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count()
}

const ASCII: u8 = 1;

/// The bit of a style in [`CLASSES`].
const fn bit(style: TextStyle) -> u8 {
    match style {
        TextStyle::Line => 2,
        TextStyle::Lines | TextStyle::Json => 4,
        TextStyle::Code | TextStyle::Case => 8,
        TextStyle::UnitId => 16,
        TextStyle::Token => 32,
    }
}

/// For every byte, whether it is ASCII and which styles allow it.
static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 128 {
        let byte = at as u8;
        let mut class = ASCII;
        if byte >= b' ' && byte < 0x7F {
            class |= bit(TextStyle::Line) | bit(TextStyle::Lines);
        }
        if byte == b'\n' || byte == b'\t' {
            class |= bit(TextStyle::Lines);
        }
        if byte > b' ' && byte < 0x7F {
            class |= bit(TextStyle::Code);
        }
        if byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'.' || byte == b'-' {
            class |= bit(TextStyle::UnitId);
        }
        if byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_' {
            class |= bit(TextStyle::Token);
        }
        classes[at] = class;
        at += 1;
    }
    classes
}

#[cfg(test)]
mod tests {
    use unicode_normalization::{IsNormalized, is_nfc_quick};

    use super::*;

    fn line(text: &str) -> Result<(), Code> {
        check(TextStyle::Line, 500, text.as_bytes())
    }

    #[test]
    fn the_letters_of_the_short_cut_are_visible_and_never_compose_with_one_another() {
        for c in ('\0'..='\u{1EFF}').filter(|&c| is_vietnamese(c)) {
            // "Yes" means that it is NFC and combines with nothing before it; "Maybe" would be a combining mark.
            assert_eq!(is_nfc_quick(std::iter::once(c)), IsNormalized::Yes, "{c:?}");
            assert!(c.is_ascii() || !(is_hidden(c) || c.is_whitespace()), "{c:?}");
        }
    }

    #[test]
    fn every_single_character_gets_the_same_answer_as_the_rules_in_words() {
        for c in '\0'..=char::MAX {
            let text = format!("x{c}x");
            let expected = if is_hidden(c) || (c.is_whitespace() && c != ' ') {
                Err(Code::ControlCharacter)
            } else if is_nfc(&text) {
                Ok(())
            } else {
                Err(Code::NotNfc)
            };
            assert_eq!(line(&text), expected, "U+{:04X}", c as u32);
        }
    }

    #[test]
    fn the_short_ways_give_the_answer_of_the_long_one() {
        let styles = [
            TextStyle::Line,
            TextStyle::Lines,
            TextStyle::Code,
            TextStyle::Case,
            TextStyle::UnitId,
            TextStyle::Token,
            TextStyle::Json,
        ];
        let same = |style, text: &str| {
            assert_eq!(
                judge(style, 12, text.as_bytes()) != Verdict::Breaks,
                check(style, 12, text.as_bytes()).is_ok(),
                "{style:?} {text:?}"
            );
        };
        for style in styles {
            let others = ('\u{3000}'..=char::MAX).step_by(251);
            for c in ('\0'..'\u{3000}').chain(others) {
                same(style, &format!("125/{c}t-x1"));
            }
            let marks = [
                "(mật)",
                "(MẬT)",
                "Mật",
                "mật ong",
                "tối mật",
                "bảo mật",
                "mậ",
                "mặt",
                "m\u{1EAD}t",
                "mậT",
                "măật",
            ];
            let edges = [
                "",
                " x",
                "x ",
                "123456789012",
                "1234567890123",
                "a\nb",
                "a\u{300}",
                "{\"a\":1}",
                "Đ",
                "ạạạạạạạạạạạạ",
            ];
            marks.into_iter().chain(edges).for_each(|text| same(style, text));
        }
    }

    #[test]
    fn decomposed_vietnamese_is_not_nfc() {
        assert_eq!(line("Hạ Đình"), Ok(()));
        assert_eq!(line("Ha\u{323} Đi\u{300}nh"), Err(Code::NotNfc));
        assert_eq!(line("H\u{1EA1}\u{301}"), Ok(()), "what does not compose is NFC");
    }

    #[test]
    fn each_style_allows_what_it_says() {
        let cases: &[(TextStyle, &str, Result<(), Code>)] = &[
            (TextStyle::Line, " x", Err(Code::BadFormat)),
            (TextStyle::Line, "x ", Err(Code::BadFormat)),
            (TextStyle::Line, "two\nlines", Err(Code::ControlCharacter)),
            (TextStyle::Line, "non\u{A0}breaking", Err(Code::ControlCharacter)),
            (TextStyle::Lines, "hai\n\tdòng", Ok(())),
            (TextStyle::Lines, "a\rb", Err(Code::ControlCharacter)),
            (TextStyle::Code, "125/QĐ-XPHC", Ok(())),
            (TextStyle::Code, "125 /QĐ", Err(Code::BadFormat)),
            (TextStyle::Code, "125\u{2003}QĐ", Err(Code::BadFormat)),
            (TextStyle::UnitId, "hn.tx.ha-dinh.1", Ok(())),
            (TextStyle::UnitId, "HN.tx", Err(Code::BadFormat)),
            (TextStyle::UnitId, "hn.tx.hạ-đình", Err(Code::BadFormat)),
            (TextStyle::Token, "4n8jbdmrykzdsqdbnmxp", Ok(())),
            (TextStyle::Token, "001089012345", Err(Code::BadFormat)),
            (TextStyle::Token, "short", Err(Code::BadFormat)),
            (TextStyle::Json, r#"{"a":[1,null]}"#, Ok(())),
            (TextStyle::Json, "{a:1}", Err(Code::BadFormat)),
        ];
        for (style, text, expected) in cases {
            assert_eq!(check(*style, 64, text.as_bytes()), *expected, "{style:?} {text:?}");
        }
    }

    #[test]
    fn length_counts_characters_not_bytes() {
        let fifty = "ạ".repeat(50);
        assert_eq!(check(TextStyle::Line, 50, fifty.as_bytes()), Ok(()));
        assert_eq!(check(TextStyle::Line, 49, fifty.as_bytes()), Err(Code::TooLong));
        assert_eq!(check(TextStyle::Code, 3, b"abcd"), Err(Code::TooLong));
    }

    #[test]
    fn bytes_that_are_not_utf8_are_refused() {
        for bytes in [&b"\xFF"[..], b"a\xC3", b"\xED\xA0\x80", b"\xC0\xAF", b"\xF5\x80\x80\x80"] {
            assert_eq!(check(TextStyle::Line, 64, bytes), Err(Code::NotUtf8));
        }
    }
}
