//! Vietnamese alphabetical order.

use unicode_normalization::UnicodeNormalization;

/// A key whose byte order is Vietnamese alphabetical order.
///
/// Three levels, as in the Unicode collation for `vi`: letters (a ă â b c d đ e ê … o ô ơ … u ư …) of the whole text
/// first, then tones (ngang, huyền, hỏi, ngã, sắc, nặng) from the left, then lower before upper case. Levels are
/// separated by a zero byte, so a text sorts before those it begins.
pub fn sort_key(text: &str) -> Vec<u8> {
    let mut letters = Vec::with_capacity(text.len() * 2);
    let (mut tones, mut cases) = (Vec::new(), Vec::new());
    for c in text.nfd() {
        match mark_of(c) {
            Some(Mark::Tone(rank)) => set_last(&mut tones, rank),
            Some(Mark::Letter(step)) => bump_last(&mut letters, step),
            None => {
                let lower = c.to_lowercase().next().unwrap_or(c);
                push_weight(&mut letters, lower);
                tones.push(NGANG);
                cases.push(if lower == c { 1 } else { 2 });
            }
        }
    }
    let mut key = letters;
    key.push(0);
    key.append(&mut tones);
    key.push(0);
    key.append(&mut cases);
    key
}

enum Mark {
    Tone(u8),
    Letter(u8),
}

const NGANG: u8 = 1;

fn mark_of(c: char) -> Option<Mark> {
    Some(match c {
        '\u{300}' => Mark::Tone(2),   // huyền
        '\u{309}' => Mark::Tone(3),   // hỏi
        '\u{303}' => Mark::Tone(4),   // ngã
        '\u{301}' => Mark::Tone(5),   // sắc
        '\u{323}' => Mark::Tone(6),   // nặng
        '\u{306}' => Mark::Letter(1), // ă
        '\u{302}' => Mark::Letter(2), // â ê ô
        '\u{31B}' => Mark::Letter(3), // ơ ư
        _ => return None,
    })
}

/// Writes a character's place in the alphabet: spaces, then punctuation and digits by code point, then letters (whose
/// last byte leaves room for ă, â, ơ and đ), then everything else by its UTF-8 form. No byte is zero.
fn push_weight(letters: &mut Vec<u8>, lower: char) {
    match lower {
        ' ' => letters.push(1),
        'đ' => letters.extend([3, b'd', 5]),
        'a'..='z' => letters.extend([3, lower as u8, 1]),
        _ if lower.is_ascii() => letters.extend([2, lower as u8 + 1]),
        _ => {
            letters.push(4);
            letters.extend(lower.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}

fn set_last(tones: &mut [u8], rank: u8) {
    if let Some(last) = tones.last_mut() {
        *last = rank;
    }
}

fn bump_last(letters: &mut [u8], step: u8) {
    if let Some(last) = letters.last_mut() {
        *last = last.saturating_add(step);
    }
}
