//! Eight bytes at a time: whether short ASCII texts hold only what their style allows.
//!
//! Texts of facts are a dozen bytes long, where a loop over bytes costs more than reading the rest of the event.

use crate::schema::TextStyle;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Whether every byte is ASCII that the style allows. `false` may also mean that it is not ASCII; the empty text is `true`.
#[inline]
pub(super) fn all(style: TextStyle, bytes: &[u8]) -> bool {
    let Some(last) = bytes.last_chunk::<8>() else { return allowed(style, short_word(bytes)) == HIGH };
    // Words overlap at the end, so that every byte is in one.
    let (words, _) = bytes.as_chunks::<8>();
    words.iter().chain([last]).all(|word| allowed(style, u64::from_le_bytes(*word)) == HIGH)
}

/// How many of the first eight bytes are ASCII that the style allows, up to the first that is not; 0 when there are fewer.
#[inline]
pub(super) fn prefix(style: TextStyle, bytes: &[u8]) -> usize {
    let Some(word) = bytes.first_chunk::<8>() else { return 0 };
    let refused = !allowed(style, u64::from_le_bytes(*word)) & HIGH;
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
                        assert_eq!(all(style, &text), expected, "{style:?} {len} {at} {byte}");
                        let whole = if expected { 8 } else { at.min(8) };
                        let expected = if len < 8 { 0 } else { whole };
                        assert_eq!(prefix(style, &text), expected, "{style:?} {len} {at} {byte}");
                    }
                }
            }
            assert!(all(style, b""));
        }
    }
}
