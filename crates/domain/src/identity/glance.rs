//! The glance that spares nearly every text a closer look.
//!
//! Replay shows the guard every text of every fact, a dozen bytes each, so most must be let go after a few instructions: eight bytes at a
//! time, fewer than six digits and no `@` hold no identity. What is left is walked once for a run of nine digits or the
//! beginning of a plate; acts (`115/2018/NĐ-CP:15.1.a`) and case keys end there.

use super::Strictness;

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;
/// A plate, the shortest number, has six digits.
const FEWEST_DIGITS: u32 = 6;
/// An identity card and a phone number without its zero have nine.
const FEWEST_IN_A_ROW: u32 = 9;

/// Whether a text could hold an identity; `false` is certain.
#[inline]
pub fn may_hold_one(text: &[u8], strictness: Strictness) -> bool {
    let Some(last) = text.last_chunk::<8>() else {
        return text.contains(&b'@'); // the shortest plate has eight characters
    };
    let (words, rest) = text.as_chunks::<8>();
    // The last word overlaps the one before; its bytes that were seen are shifted out.
    let seen_bits = 8 * (8 - rest.len() as u32) % 64;
    let last = if rest.is_empty() { 0 } else { u64::from_le_bytes(*last) >> seen_bits };
    let (mut digits, mut marked) = (0, 0);
    for word in words.iter().map(|word| u64::from_le_bytes(*word)).chain([last]) {
        digits += is_digit(word).count_ones();
        // Full-width digits begin with the byte 0xEF.
        marked |= equals(word, b'@') | equals(word, 0xEF);
    }
    marked != 0 || digits >= FEWEST_DIGITS && has_a_run_or_a_plate(text, strictness)
}

/// The high bit of every byte that is an ASCII digit.
#[inline(always)]
const fn is_digit(word: u64) -> u64 {
    let ascii = word & !HIGH;
    let from_0 = ascii + LOW * (0x80 - b'0' as u64);
    let above_9 = ascii + LOW * (0x7F - b'9' as u64);
    from_0 & !above_9 & !word & HIGH
}

/// The high bit of every byte that is `byte`.
#[inline(always)]
const fn equals(word: u64, byte: u8) -> u64 {
    let differs = word ^ LOW * byte as u64;
    !((differs & !HIGH) + !HIGH | differs) & HIGH
}

/// Whether nine digits stand in a row, or apart by separators, or letters follow digits as on a plate.
///
/// In codes digits that stand apart must begin like a phone or citizen number, with 0 or 84: `KB-2023-000117` does not. Bytes of other
/// alphabets may be separators (a wide dash) or letters (Đ), so they count as both.
fn has_a_run_or_a_plate(text: &[u8], strictness: Strictness) -> bool {
    let (mut run, mut solid, mut first) = (0, 0, 0);
    let (mut before, mut before_that) = (0, 0);
    for byte in text {
        let class = CLASSES[usize::from(*byte)];
        if class & DIGIT != 0 {
            first = if run == 0 { *byte } else { first };
            (run, solid) = (run + 1, solid + 1);
        } else {
            (run, solid) = (run * u32::from(class >> SEPARATES), 0);
        }
        let apart =
            run >= FEWEST_IN_A_ROW && (strictness == Strictness::Text || matches!(first, b'0' | b'8'));
        let after_digits = before & DIGIT | before_that & (before >> JOINS) & DIGIT;
        if apart || solid >= FEWEST_IN_A_ROW || class & LETTER != 0 && after_digits != 0 {
            return true;
        }
        (before_that, before) = (before, class);
    }
    false
}

const DIGIT: u8 = 1;
const LETTER: u8 = 2;
/// Shift of the bit of what may stand between the province and the letters of a plate.
const JOINS: u8 = 2;
/// Shift of the bit of what may stand between the digits of a number.
const SEPARATES: u8 = 7;

static CLASSES: [u8; 256] = classes();

const fn classes() -> [u8; 256] {
    let mut classes = [0; 256];
    let mut at = 0;
    while at < 256 {
        let byte = at as u8;
        classes[at] = match byte {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' => LETTER,
            b' ' | b'-' => 1 << JOINS | 1 << SEPARATES,
            b'.' | b'(' | b')' => 1 << SEPARATES,
            0x80.. => LETTER | 1 << JOINS | 1 << SEPARATES,
            _ => 0,
        };
        at += 1;
    }
    classes
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
        }
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
