//! The key two spellings of one Vietnamese text share.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// The search key: NFC, lower case, đ as d, tone marks on the vowel the new rule names (hóa and hoá give `hoá`), runs
/// of spaces, dashes and underscores as one space, none at the ends.
///
/// Equal keys mean "the same text to a reader"; the key is compared, never shown.
pub fn search_key(text: &str) -> String {
    let lower: String =
        text.nfc().flat_map(char::to_lowercase).map(|c| if c == 'đ' { 'd' } else { c }).nfc().collect();
    collapse(&place_tones(&lower))
}

/// The search key without any accent (`Hạ Đình` gives `ha dinh`), for headers typed without Vietnamese keyboards.
pub fn bare_key(text: &str) -> String {
    search_key(text).nfd().filter(|c| !is_combining_mark(*c)).collect()
}

fn collapse(text: &str) -> String {
    let is_gap = |c: char| c.is_whitespace() || matches!(c, '-' | '_' | '\u{2010}'..='\u{2015}' | '\u{2212}');
    let mut key = String::with_capacity(text.len());
    for word in text.split(is_gap).filter(|word| !word.is_empty()) {
        if !key.is_empty() {
            key.push(' ');
        }
        key.push_str(word);
    }
    key
}

/// Toned forms of the first vowel of the pairs `oa`, `oe`, `uy`, and of the `u` of `qu` and the `i` of `gi`, in the
/// order huyền, hỏi, ngã, sắc, nặng; the vowel that should carry the tone follows the same order below.
const TONED_O: [char; 5] = ['ò', 'ỏ', 'õ', 'ó', 'ọ'];
const TONED_U: [char; 5] = ['ù', 'ủ', 'ũ', 'ú', 'ụ'];
const TONED_I: [char; 5] = ['ì', 'ỉ', 'ĩ', 'í', 'ị'];
const TONE_MARKS: [char; 5] = ['\u{300}', '\u{309}', '\u{303}', '\u{301}', '\u{323}'];

/// Moves a tone from the first vowel of a pair to the second where old and new spelling differ.
fn place_tones(lower: &str) -> String {
    let mut letters: Vec<char> = lower.chars().collect();
    let mut moved = false;
    for i in 1..letters.len() {
        let before = if i >= 2 { letters[i - 2] } else { ' ' };
        if let Some((plain, tone)) = misplaced(before, letters[i - 1], letters[i])
            && let Some(toned) = unicode_normalization::char::compose(letters[i], TONE_MARKS[tone])
        {
            (letters[i - 1], letters[i], moved) = (plain, toned, true);
        }
    }
    if moved { letters.into_iter().nfc().collect() } else { lower.to_owned() }
}

/// The plain first vowel and the index of its tone, when `second` should carry that tone instead.
fn misplaced(before: char, first: char, second: char) -> Option<(char, usize)> {
    let (row, plain) = match (before, second) {
        (_, 'a' | 'e') if TONED_O.contains(&first) => (TONED_O, 'o'),
        (_, 'y') if TONED_U.contains(&first) => (TONED_U, 'u'),
        ('q', 'a' | 'ă' | 'â' | 'e' | 'ê' | 'o' | 'ơ') if TONED_U.contains(&first) => (TONED_U, 'u'),
        ('g', 'a' | 'ă' | 'â' | 'e' | 'ê' | 'o' | 'ô' | 'ơ' | 'u' | 'ư') if TONED_I.contains(&first) => {
            (TONED_I, 'i')
        }
        _ => return None,
    };
    row.iter().position(|c| *c == first).map(|tone| (plain, tone))
}
