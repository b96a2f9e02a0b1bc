//! Eight bytes at a time: whether short ASCII texts hold only what their style allows.
//!
//! Texts of facts are a dozen bytes long, where a loop over bytes costs more than reading the rest of the event.

use crate::schema::TextStyle;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// What a text of nothing but ASCII that its style allows holds besides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Plain {
    /// Has a high bit set as soon as the style refused a byte.
    refused: u64,
    /// A count of digits in every byte; texts of less than eight bytes may have some counted twice.
    digits: u64,
    /// Not zero if there is an `@`.
    at: u64,
}

impl Plain {
    /// Whether it holds `digits` digits or more, or an `@`. Below 256 words no count overflows.
    #[inline(always)]
    pub(super) fn is_remarkable(self, digits: u64) -> bool {
        self.at != 0 || self.digits.wrapping_mul(LOW) >> 56 >= digits
    }

    /// Takes eight more bytes in.
    #[inline(always)]
    fn and<const STYLE: u8>(mut self, word: u64) -> Self {
        self.refused |= breaches(style_of(STYLE), word);
        if is_looked_at(STYLE) {
            self.digits += is_digit(word) >> 7;
            self.at |= some_equal(word, b'@');
        }
        self
    }
}

/// Longer texts take the long way: their counts could overflow.
const LONGEST: usize = 256;

/// What a text holds, if every byte is ASCII that the style allows. `None` may also mean that it is long; the empty text is plain.
///
/// `STYLE` is the style's number: with the style known, a word costs a few instructions and no branch.
#[inline(always)]
pub(super) fn plain<const STYLE: u8>(bytes: &[u8]) -> Option<Plain> {
    let mut plain = Plain::default();
    match bytes.last_chunk() {
        None => plain = plain.and::<STYLE>(short_word(bytes)),
        Some(_) if bytes.len() > LONGEST => return None,
        Some(last) => {
            let (words, rest) = bytes.as_chunks::<8>();
            for word in words {
                plain = plain.and::<STYLE>(u64::from_le_bytes(*word));
            }
            if !rest.is_empty() {
                // The last eight bytes without those already seen, filled up with a letter that every style allows.
                let rest = 8 * rest.len() as u32;
                let word = u64::from_le_bytes(*last) >> (64 - rest) | (LOW * u64::from(b'a')) << rest;
                plain = plain.and::<STYLE>(word);
            }
        }
    }
    (plain.refused & HIGH == 0).then_some(plain)
}

/// Whether bytes of any sort hold `digits` ASCII digits or more, or an `@`; long texts always do.
#[inline]
pub(super) fn is_remarkable(bytes: &[u8], digits: u64) -> bool {
    if bytes.len() > LONGEST {
        return true;
    }
    let (words, rest) = bytes.as_chunks::<8>();
    let mut plain = Plain::default();
    for word in words {
        plain = plain.and::<LINE>(u64::from_le_bytes(*word));
    }
    let rest_digits = rest.iter().filter(|byte| byte.is_ascii_digit()).count() as u64;
    rest.contains(&b'@') || plain.is_remarkable(digits - rest_digits.min(digits))
}

/// The style of a number.
const fn style_of(number: u8) -> TextStyle {
    match number {
        LINE => TextStyle::Line,
        LINES => TextStyle::Lines,
        CODE => TextStyle::Code,
        CASE => TextStyle::Case,
        UNIT_ID => TextStyle::UnitId,
        TOKEN => TextStyle::Token,
        _ => TextStyle::Json,
    }
}

/// Whether anybody asks for the digits of texts in this style: tokens and unit ids are random or the operator's.
const fn is_looked_at(number: u8) -> bool {
    !matches!(number, UNIT_ID | TOKEN)
}

/// Numbers of the styles.
pub(super) const LINE: u8 = 0;
pub(super) const LINES: u8 = 1;
pub(super) const CODE: u8 = 2;
pub(super) const CASE: u8 = 3;
pub(super) const UNIT_ID: u8 = 4;
pub(super) const TOKEN: u8 = 5;
pub(super) const JSON: u8 = 6;

/// Has a high bit set if the style refuses any byte of the word.
#[inline(always)]
fn breaches(style: TextStyle, word: u64) -> u64 {
    // A carry or borrow comes out of a refused byte only, whose high bit is set then.
    match style {
        TextStyle::Line => word | word.wrapping_add(LOW) | word.wrapping_sub(LOW * u64::from(b' ')),
        TextStyle::Code | TextStyle::Case => {
            word | word.wrapping_add(LOW) | word.wrapping_sub(LOW * u64::from(b'!'))
        }
        _ => !allowed(style, word),
    }
}

/// How many of the first eight bytes are ASCII that the style allows, up to the first that is not.
#[inline]
pub(super) fn prefix(style: TextStyle, bytes: &[u8]) -> usize {
    let word = match bytes.first_chunk::<8>() {
        Some(word) => u64::from_le_bytes(*word),
        None => bytes.iter().rev().fold(0, |word, byte| word << 8 | u64::from(*byte)), // a zero byte is allowed nowhere
    };
    let refused = !allowed(style, word) & HIGH;
    refused.trailing_zeros() as usize / 8
}

/// Sets the high bit of every byte of the word that the style allows.
#[inline(always)]
fn allowed(style: TextStyle, word: u64) -> u64 {
    match style {
        TextStyle::Line => within(word, b' ', b'~'),
        TextStyle::Lines | TextStyle::Json => within(word, b' ', b'~') | within(word, b'\t', b'\n'),
        TextStyle::Code | TextStyle::Case => within(word, b'!', b'~'),
        TextStyle::UnitId => within(word, b'a', b'z') | within(word, b'0', b'9') | within(word, b'-', b'.'),
        TextStyle::Token => {
            let letters = within(word, b'a', b'z') | within(word, b'A', b'Z');
            letters | within(word, b'0', b'9') | within(word, b'-', b'-') | within(word, b'_', b'_')
        }
    }
}

/// Fewer than eight bytes as a word, the rest filled with a letter that every style allows.
#[inline(always)]
fn short_word(bytes: &[u8]) -> u64 {
    let half = |half: &[u8; 4]| u64::from(u32::from_le_bytes(*half));
    match (bytes, bytes.first_chunk(), bytes.last_chunk()) {
        (_, Some(first), Some(last)) => half(first) | half(last) << 32,
        ([first, .., last], ..) => {
            let middle = bytes[bytes.len() / 2];
            u64::from_le_bytes([*first, middle, *last, b'a', b'a', b'a', b'a', b'a'])
        }
        ([only], ..) => u64::from_le_bytes([*only, b'a', b'a', b'a', b'a', b'a', b'a', b'a']),
        ([], ..) => LOW * u64::from(b'a'),
    }
}

/// Sets the high bit of every byte that is a digit.
#[inline(always)]
fn is_digit(word: u64) -> u64 {
    let value = word ^ (LOW * u64::from(b'0')); // digits become 0 to 9, and nothing else does
    !(((value & !HIGH) + LOW * (0x80 - 10)) | value) & HIGH
}

/// Not zero if any byte is `byte`.
#[inline(always)]
fn some_equal(word: u64, byte: u8) -> u64 {
    let differs = word ^ (LOW * u64::from(byte));
    differs.wrapping_sub(LOW) & !differs & HIGH
}

/// Sets the high bit of every byte that lies between two ASCII characters, both included.
#[inline(always)]
fn within(word: u64, low: u8, high: u8) -> u64 {
    // With its high bit set, a byte minus an ASCII character borrows nothing from its neighbour, and keeps the bit when it is not below.
    let not_below = |bound: u8| (word | HIGH) - LOW * u64::from(bound);
    not_below(low) & !not_below(high + 1) & !word & HIGH
}

#[cfg(test)]
mod tests {
    use super::*;

    const STYLES: [TextStyle; 7] = [
        TextStyle::Line,
        TextStyle::Lines,
        TextStyle::Json,
        TextStyle::Code,
        TextStyle::Case,
        TextStyle::UnitId,
        TextStyle::Token,
    ];

    fn is_plain(style: TextStyle, text: &[u8]) -> bool {
        let answers = [
            plain::<LINE>(text),
            plain::<LINES>(text),
            plain::<CODE>(text),
            plain::<CASE>(text),
            plain::<UNIT_ID>(text),
            plain::<TOKEN>(text),
            plain::<JSON>(text),
        ];
        let at = (0..7).find(|number| style_of(*number) == style).unwrap();
        answers[usize::from(at)].is_some()
    }

    #[test]
    fn every_byte_in_every_place_of_every_short_length_gets_the_answer_of_the_table() {
        for style in STYLES {
            for len in 1..=25 {
                for at in 0..len {
                    for byte in 0..=u8::MAX {
                        let mut text = vec![b'0'; len];
                        text[at] = byte;
                        let expected =
                            super::super::CLASSES[usize::from(byte)] & super::super::bit(style) != 0;
                        assert_eq!(is_plain(style, &text), expected, "{style:?} {len} {at} {byte}");
                        let whole = if expected { len } else { at };
                        assert_eq!(prefix(style, &text), whole.min(8), "{style:?} {len} {at} {byte}");
                    }
                }
            }
            assert!(is_plain(style, b""));
        }
    }

    #[test]
    fn enough_digits_or_a_mail_sign_are_remarkable_wherever_they_stand() {
        for len in 8..40_usize {
            for first in 0..len {
                for count in 0..=(len - first).min(9) {
                    let mut text = vec![b'x'; len];
                    text[first..first + count].fill(b'7');
                    let seen = plain::<CODE>(&text).unwrap();
                    assert_eq!(seen.is_remarkable(6), count >= 6, "{len} {first} {count}");
                }
                let mut text = vec![b'x'; len];
                text[first] = b'@';
                assert!(plain::<CODE>(&text).unwrap().is_remarkable(6), "{len} {first}");
            }
        }
        for text in ["123456", "1234567", "a@b", "@"] {
            assert!(plain::<CODE>(text.as_bytes()).unwrap().is_remarkable(6), "{text}");
        }
        assert_eq!(plain::<CODE>(&[b'x'; 300]), None);
    }
}
