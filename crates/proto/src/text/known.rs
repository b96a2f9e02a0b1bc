//! Texts that were found to obey lately, so that they need not be judged again.
//!
//! Offices, series, acts and programmes stand in fact after fact. A text of at most 32 bytes is four words that say all of it; comparing
//! them with a slot costs less than judging it, and much less when it is Vietnamese or full of digits.

use crate::schema::TextStyle;
use crate::view::{provenance::KnownProvenances, setting::KnownSettings};

/// Lengths in bytes of texts that are remembered: shorter ones are judged as fast.
const LENGTHS: std::ops::RangeInclusive<usize> = 8..=32;
const SLOTS: usize = 256;
/// What hashes multiply by: an odd number with even bits, the golden ratio's.
pub(crate) const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

/// A few texts, each with the style and length it obeyed. Nothing that is asked here is ever answered wrongly: a slot holds the whole
/// text. It belongs to whoever judges always in the same way.
#[derive(Clone)]
pub struct KnownTexts {
    slots: Box<[Known; SLOTS]>,
    /// Days and places, which always stand next to each other.
    pub(crate) settings: KnownSettings,
    /// Access levels, sources and offices, which do as well.
    pub(crate) provenances: KnownProvenances,
}

/// All bytes of a text, its length, style and limit. The default is no text: it has no bytes.
#[derive(Clone, Copy, Default)]
#[cfg_attr(test, derive(PartialEq, Eq))]
pub(crate) struct Known {
    words: [u64; 4],
    sort: u64,
}

impl Default for KnownTexts {
    fn default() -> Self {
        KnownTexts {
            slots: Box::new([Known::default(); SLOTS]),
            settings: KnownSettings::default(),
            provenances: KnownProvenances::default(),
        }
    }
}

impl std::fmt::Debug for KnownTexts {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("KnownTexts")
    }
}

impl Known {
    /// What a text is remembered as; none for short and long ones and for styles whose texts hardly ever come again.
    #[inline(always)]
    pub(crate) fn of(style: TextStyle, max_len: u32, bytes: &[u8]) -> Option<Self> {
        if matches!(style, TextStyle::Token | TextStyle::Case) || !LENGTHS.contains(&bytes.len()) {
            return None;
        }
        let sort = (bytes.len() as u64) << 40 | (style as u64) << 32 | u64::from(max_len);
        Some(Known { words: words(bytes), sort })
    }

    #[inline(always)]
    fn slot(&self) -> usize {
        let [first, last, second, third] = self.words;
        let mixed = first ^ last.rotate_left(29) ^ second.rotate_left(17) ^ third.rotate_left(43) ^ self.sort;
        (mixed.wrapping_mul(FACTOR) >> 56) as usize
    }
}

impl KnownTexts {
    /// Whether the text is remembered.
    #[inline(always)]
    pub(crate) fn has(&self, text: &Known) -> bool {
        let slot = &self.slots[text.slot()];
        slot.sort == text.sort && is_same(&slot.words, &text.words)
    }

    /// Remembers a text that obeys, in the place of another.
    #[inline]
    pub(crate) fn note(&mut self, text: Known) {
        self.slots[text.slot()] = text;
    }
}

/// Words that hold every byte of a text of such a length; with the length they are those bytes and no others.
#[inline(always)]
pub(crate) fn words(bytes: &[u8]) -> [u64; 4] {
    let word = |at: usize| {
        bytes.get(at..at + 8).and_then(<[u8]>::first_chunk).map_or(0, |word| u64::from_le_bytes(*word))
    };
    match bytes.len() {
        len @ ..=16 => [word(0), word(len - 8), 0, 0],
        len => [word(0), word(len - 8), word(8), word(len - 16)],
    }
}

/// Whether words are the same, each compared where it is: an array that was just put together is not yet where it would be compared from.
#[inline(always)]
pub(crate) fn is_same(these: &[u64; 4], those: &[u64; 4]) -> bool {
    let [one, two, three, four] = *these;
    (one ^ those[0]) | (two ^ those[1]) | (three ^ those[2]) | (four ^ those[3]) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(bytes: &[u8]) -> Option<Known> {
        Known::of(TextStyle::Code, 64, bytes)
    }

    #[test]
    fn texts_that_differ_in_any_byte_or_in_length_are_told_apart() {
        for len in LENGTHS {
            let text = vec![b'x'; len];
            let same = known(&text);
            assert!(same.is_some() && known(&vec![b'x'; len + 1]) != same);
            for at in 0..len {
                for bit in 0..8 {
                    let mut other = text.clone();
                    other[at] ^= 1 << bit;
                    assert!(known(&other) != same, "{len} {at} {bit}");
                }
            }
        }
    }

    #[test]
    fn what_is_remembered_is_what_obeyed_and_nothing_else() {
        let mut texts = KnownTexts::default();
        let office = known(b"mau.tong-hop").unwrap();
        assert!(!texts.has(&office));
        texts.note(office);
        assert!(texts.has(&office));
        assert!(!texts.has(&Known::of(TextStyle::Line, 64, b"mau.tong-hop").unwrap()));
        assert!(!texts.has(&Known::of(TextStyle::Code, 8, b"mau.tong-hop").unwrap()));
        assert!(!texts.has(&known(b"mau.tong-ho").unwrap()));
    }

    #[test]
    fn short_and_long_texts_and_those_that_are_used_once_are_not_remembered() {
        assert!(known(&[b'x'; 33]).is_none() && known(&[b'x'; 7]).is_none() && known(b"").is_none());
        assert!(Known::of(TextStyle::Token, 64, b"4n8jbdmrykzdsqdbnmxp").is_none());
    }
}
