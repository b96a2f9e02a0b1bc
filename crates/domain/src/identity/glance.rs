//! The glance that spares nearly every text a closer look.
//!
//! Replay shows the guard every text of every fact, a dozen bytes each, so most must be let go after a few instructions: eight bytes at a
//! time, fewer than six digits and no `@` hold no identity. What is left becomes sets of positions, in which a run of nine
//! digits or the beginning of a plate shows; acts (`115/2018/NĐ-CP:15.1.a`) and case keys end there.

use super::Strictness;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
/// The bit that tells lower from upper case in ASCII letters.
const CASE: u64 = 0x2020_2020_2020_2020;
/// A plate, the shortest number, has six digits.
const FEWEST_DIGITS: usize = 6;
/// Sets of positions have 64 bits.
const LONGEST: usize = 64;
/// Full-width digits and signs begin with this byte.
const FULL_WIDTH: u8 = 0xEF;
/// An identity card and a phone number without its zero have nine.
const FEWEST_IN_A_ROW: u32 = 9;

/// Whether a text could hold an identity; `false` is certain.
#[inline]
pub fn may_hold_one(text: &[u8], strictness: Strictness) -> bool {
    if text.len() < 8 {
        return text.contains(&b'@'); // the shortest plate has eight characters
    }
    if text.len() > LONGEST {
        // Texts this long are few; their reader decides.
        let digits = text.iter().filter(|byte| byte.is_ascii_digit()).count();
        return digits >= FEWEST_DIGITS || text.contains(&b'@') || text.contains(&FULL_WIDTH);
    }
    let (mut digits, mut marked, mut all) = (0, 0, 0);
    each_word(text, |_, word| {
        digits += is_digit(word) >> 7; // a count in every byte, eight at most
        marked |= some_equal(word, b'@');
        all |= word;
    });
    if marked != 0 || all & HIGH != 0 && text.contains(&FULL_WIDTH) {
        return true;
    }
    let digits = digits.wrapping_mul(LOW) >> 56; // the sum of the eight counts
    digits >= FEWEST_DIGITS as u64
        && (begins_a_plate(text)
            || digits >= u64::from(FEWEST_IN_A_ROW) && Positions::of(text).show_a_run(text, strictness))
}

/// Whether a letter follows a digit, at once or after a joint. Bytes of other alphabets may be letters (Đ) or joints (a wide dash),
/// so they are both.
#[inline(always)]
fn begins_a_plate(text: &[u8]) -> bool {
    let (mut shown, mut digit_before, mut joint_before) = (0, 0, 0);
    each_word(text, |_, word| {
        let (digit, other) = (is_digit(word), word & HIGH);
        let after_digit = digit << 8 | digit_before;
        let joint = (equals(word, b' ') | equals(word, b'-') | other) & after_digit;
        let after_joint = joint << 8 | joint_before;
        shown |= (within(word | CASE, b'a', b'z') | other) & (after_digit | after_joint);
        (digit_before, joint_before) = (digit >> 56, joint >> 56);
    });
    shown != 0
}

/// Calls `look` with every eight bytes and the place of the first; the last word is filled up with zero bytes.
#[inline(always)]
fn each_word(text: &[u8], mut look: impl FnMut(u32, u64)) {
    let (words, rest) = text.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        look(at, u64::from_le_bytes(*word));
        at += 8;
    }
    if let Some(last) = text.last_chunk::<8>().filter(|_| !rest.is_empty()) {
        // It overlaps the word before: what was seen is shifted out.
        look(at, u64::from_le_bytes(*last) >> (8 * (8 - rest.len())));
    }
}

/// Where digits and what may stand between them are in a text of at most 64 bytes, a bit each. Bytes of other alphabets may be
/// separators (a wide dash).
#[derive(Default)]
struct Positions {
    digits: u64,
    separators: u64,
}

impl Positions {
    #[inline(always)]
    fn of(text: &[u8]) -> Positions {
        let mut positions = Positions::default();
        each_word(text, |at, word| {
            let joint = equals(word, b' ') | within(word, b'-', b'.');
            positions.digits |= gathered(is_digit(word)) << at;
            positions.separators |= gathered(joint | word & HIGH | within(word, b'(', b')')) << at;
        });
        positions
    }

    /// Whether nine digits stand in a row, or apart by separators.
    ///
    /// In codes digits that stand apart must begin like a phone or citizen number, with 0 or 84: `KB-2023-000117` does not.
    #[inline(always)]
    fn show_a_run(&self, text: &[u8], strictness: Strictness) -> bool {
        let solid = longest(self.digits) >= FEWEST_IN_A_ROW;
        solid
            || self.runs().any(|(first, count)| {
                count >= FEWEST_IN_A_ROW
                    && (strictness == Strictness::Text || matches!(text[first], b'0' | b'8'))
            })
    }

    /// Runs of digits with separators among them: where the first digit stands, and how many there are.
    #[inline(always)]
    fn runs(&self) -> impl Iterator<Item = (usize, u32)> {
        let (digits, mut left) = (self.digits, self.digits | self.separators);
        std::iter::from_fn(move || {
            let from_first = left & digits;
            if from_first == 0 {
                return None;
            }
            let first = from_first.trailing_zeros();
            let len = (!(left >> first)).trailing_zeros();
            let run = if len == 64 { u64::MAX } else { ((1 << len) - 1) << first };
            left &= !run;
            Some((first as usize, (digits & run).count_ones()))
        })
    }
}

/// Length of the longest run of ones.
#[inline(always)]
const fn longest(mut ones: u64) -> u32 {
    let mut length = 0;
    while ones != 0 {
        ones &= ones << 1;
        length += 1;
    }
    length
}

/// The high bits of eight bytes as eight bits in the same order.
#[inline(always)]
const fn gathered(high_bits: u64) -> u64 {
    // Bit 8i times 2^(56 - 7i) lands on 56 + i; no two of the 64 products share a bit.
    (high_bits >> 7).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// The high bit of every byte that is an ASCII digit.
#[inline(always)]
const fn is_digit(word: u64) -> u64 {
    let value = word ^ (LOW * b'0' as u64); // digits become 0 to 9, and nothing else does
    !(((value & !HIGH) + LOW * (0x80 - 10)) | value) & HIGH
}

/// Not zero if any byte is `byte`.
#[inline(always)]
const fn some_equal(word: u64, byte: u8) -> u64 {
    let differs = word ^ (LOW * byte as u64);
    differs.wrapping_sub(LOW) & !differs & HIGH
}

/// The high bit of every byte from `first` to `last`, which are ASCII.
#[inline(always)]
const fn within(word: u64, first: u8, last: u8) -> u64 {
    let low = word & !HIGH;
    let from_first = low + LOW * (0x80 - first as u64);
    let above_last = low + LOW * (0x7F - last as u64);
    from_first & !above_last & !word & HIGH
}

/// The high bit of every byte that is `byte`.
#[inline(always)]
const fn equals(word: u64, byte: u8) -> u64 {
    let differs = word ^ (LOW * byte as u64);
    !(((differs & !HIGH) + !HIGH) | differs) & HIGH
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::identity::look_closer;

    #[test]
    fn every_byte_is_told_from_every_other() {
        for byte in 0..=255u8 {
            let word = u64::from_le_bytes([b'x', byte, b'/', b':', byte, 0, 0xFF, b'@']);
            let is = |mask: u64| [mask >> 15 & 1, mask >> 39 & 1];
            assert_eq!(is(is_digit(word)), [u64::from(byte.is_ascii_digit()); 2], "{byte}");
            assert_eq!(is_digit(word) & 0xFFFF_FF00_FFFF_00FF, 0, "{byte}");
            assert_eq!(is(equals(word, b'@')), [u64::from(byte == b'@'); 2], "{byte}");
            assert_eq!(equals(word, byte) >> 15 & 1, 1, "{byte}");
            assert_eq!(is(within(word, b'a', b'z')), [u64::from(byte.is_ascii_lowercase()); 2], "{byte}");
        }
    }

    #[test]
    fn high_bits_are_gathered_in_order() {
        for bits in 0..=255u64 {
            let spread = (0..8).fold(0, |word, i| word | (bits >> i & 1) << (8 * i + 7));
            assert_eq!(gathered(spread), bits);
        }
    }

    #[test]
    fn runs_are_counted_to_the_last_bit() {
        for len in 8..=64 {
            let text: Vec<u8> = (0..len).map(|i| b"0-1 2x"[i % 6]).collect();
            let positions = Positions::of(&text);
            let expected: Vec<_> =
                (0..len).step_by(6).map(|at| (at, (len - at).div_ceil(2).min(3) as u32)).collect();
            assert_eq!(positions.runs().collect::<Vec<_>>(), expected, "{len}");
        }
        assert_eq!(Positions::of(&[b'7'; 64]).runs().collect::<Vec<_>>(), [(0, 64)]);
        assert_eq!((longest(u64::MAX), longest(0), longest(0b0110_1110)), (64, 0, 3));
    }

    #[test]
    fn codes_and_case_keys_end_at_the_glance() {
        for text in [
            "115/2018/NĐ-CP:15.1.a",
            "hn.tx.ha-dinh.1/vp/2023/12",
            "tet-quy-mao-2023",
            "125/QĐ-XPHC",
            "KB-2023-000117",
        ] {
            assert!(!may_hold_one(text.as_bytes(), Strictness::Code), "{text}");
        }
    }

    #[test]
    fn a_letter_after_a_digit_shows_at_every_place() {
        for at in 1..40 {
            for (digit, joint) in [(b'7', None), (b'7', Some(b'-')), (b'7', Some(b' ')), (b'7', Some(0xE2))] {
                let mut text = vec![b'/'; 41];
                text[at - 1] = digit;
                text[at] = joint.unwrap_or(b'A');
                text[at + 1] = if joint.is_some() { b'a' } else { b'/' };
                assert!(begins_a_plate(&text), "{at} {joint:?}");
                text[at - 1] = b'x';
                assert!(!begins_a_plate(&text), "{at} {joint:?}");
                text[at - 1] = digit;
                text[at] = b'/';
                assert!(!begins_a_plate(&text), "{at} {joint:?}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn what_the_glance_lets_go_holds_no_identity(text in "[0-9A-HĐa-f .@+()０-９–/-]{0,24}") {
            agree(&text)?;
        }

        #[test]
        fn what_is_found_among_digits_was_not_let_go(text in "([A-C–/ -]?(0[1-9]|\\+84|84|29|30)[A-HĐ]?[0-9 .-]{5,14}){1,2}") {
            agree(&text)?;
        }
    }

    fn agree(text: &str) -> Result<(), TestCaseError> {
        for strictness in [Strictness::Text, Strictness::Code] {
            let found = look_closer(text, strictness);
            let one_word = strictness == Strictness::Text || !text.contains(' ');
            prop_assert!(
                found.is_none() || !one_word || may_hold_one(text.as_bytes(), strictness),
                "{:?} {:?}",
                text,
                found
            );
        }
        Ok(())
    }
}
