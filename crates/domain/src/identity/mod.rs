//! The guard that keeps identities out of the facts.
//!
//! Facts live for ever and are read by many, so a text that holds an identity number, a phone number, a vehicle plate or
//! a mail address is refused before it is sealed, and rejected by the fold when a foreign node sealed it anyway. The
//! guard catches accidents, not a determined evader; names and addresses of people cannot be told from other words
//! and are kept out by the forms. A finding says what and where, never the number itself: errors are logged.

mod glance;
mod numbers;
mod plates;
mod rule_texts;

use socai_proto::schema::{Field, Shape, TextStyle};

use glance::may_hold_one;

/// What kind of identity a text holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Identity {
    /// A 12-digit citizen number (số định danh, CCCD).
    CitizenNumber,
    /// A 9-digit identity card number (CMND, issued until 2021).
    CardNumber,
    /// A Vietnamese phone number, or a 10-digit tax code that reads like one.
    Phone,
    /// A vehicle plate (29A-123.45, 30F1 12345).
    Plate,
    /// A mail address.
    Email,
}

/// How eagerly a field is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// Free text: any number that looks like an identity counts.
    Text,
    /// Codes, vouchers, case keys, which hold no spaces: only numbers whose structure leaves no doubt, because serial numbers are long too.
    Code,
}

/// An identity found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// What it looks like.
    pub what: Identity,
    /// The byte position where it begins.
    pub at: usize,
}

/// The first identity in a text, or `None`, which costs a few nanoseconds for nearly every text.
pub fn find(text: &str, strictness: Strictness) -> Option<Found> {
    if may_hold_one(text.as_bytes(), strictness) { look_closer(text, strictness) } else { None }
}

/// The identity that a text of this field may not hold. Tokens and unit ids are not read: they are random or the operator's.
#[inline]
pub(crate) fn identity_in(field: &Field, text: &str) -> Option<Found> {
    match field.shape {
        Shape::Text { style: TextStyle::UnitId | TextStyle::Token, .. } => None,
        Shape::Text { style: TextStyle::Code | TextStyle::Case, .. } => find(text, Strictness::Code),
        // the old and new values of a correction: 437500000 is an amount, "437500000" is a text
        Shape::Text { style: TextStyle::Json, .. } => {
            find(text, Strictness::Text).and_then(|_| find(&without_numbers(text), Strictness::Text))
        }
        // a rule table: `max = 100000000` is an amount, what stands in quotation marks and comments is a text
        Shape::Text { style: TextStyle::Lines, .. } if field.name == RULE_TABLE => {
            find(text, Strictness::Text).and_then(|found| match rule_texts::without_numbers(text) {
                Some(texts) => find(&texts, Strictness::Text),
                None => Some(found),
            })
        }
        _ => find(text, Strictness::Text),
    }
}

/// The field of `rules.adopted` with the table itself.
const RULE_TABLE: &str = "content";

/// A JSON text with its numbers blanked out, byte for byte; what stands in strings stays.
fn without_numbers(json: &str) -> String {
    let (mut in_string, mut is_escaped) = (false, false);
    let blanked = json.chars().map(|c| {
        match (in_string, is_escaped, c) {
            (true, true, _) => is_escaped = false,
            (true, false, '\\') => is_escaped = true,
            (_, false, '"') => in_string = !in_string,
            _ => {}
        }
        if !in_string && c.is_ascii_digit() { ' ' } else { c }
    });
    blanked.collect()
}

#[cold]
#[inline(never)]
fn look_closer(text: &str, strictness: Strictness) -> Option<Found> {
    let text = Scanned::of(text);
    let email = text.find_email();
    let found = [email, numbers::find(&text, strictness), plates::find(&text, strictness)];
    found.into_iter().flatten().min_by_key(|found| found.at)
}

/// A text as the scanners see it: full-width forms, dashes and spaces unified, upper case, with byte positions.
struct Scanned {
    chars: Vec<char>,
    starts: Vec<usize>,
}

impl Scanned {
    fn of(text: &str) -> Scanned {
        let (starts, chars) = text.char_indices().map(|(at, c)| (at, unified(c))).unzip();
        Scanned { chars, starts }
    }

    /// The character at `i`, or a full stop to the world outside the text: NUL, which is no word character.
    fn at(&self, i: usize) -> char {
        self.chars.get(i).copied().unwrap_or('\0')
    }

    fn before(&self, i: usize) -> char {
        i.checked_sub(1).map_or('\0', |i| self.at(i))
    }

    fn found(&self, what: Identity, i: usize) -> Found {
        Found { what, at: self.starts.get(i).copied().unwrap_or(0) }
    }

    /// Whether what begins at `i` (after spaces) is one of these whole words, upper case.
    fn word_follows(&self, i: usize, words: &[&str]) -> bool {
        let start = (i..self.chars.len()).find(|i| self.at(*i) != ' ').unwrap_or(self.chars.len());
        let word: String = self.chars[start..].iter().take_while(|c| c.is_alphabetic()).collect();
        words.contains(&word.as_str())
    }

    /// Whether one of these words stands in the 24 characters before `i`.
    fn word_before(&self, i: usize, words: &[&str]) -> bool {
        let near: String = self.chars[i.saturating_sub(24)..i].iter().collect();
        words.iter().any(|word| near.contains(word))
    }

    fn find_email(&self) -> Option<Found> {
        let is_local = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-');
        let is_domain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        (1..self.chars.len()).filter(|i| self.at(*i) == '@').find_map(|i| {
            let local = self.chars[..i].iter().rev().take_while(|c| is_local(**c)).count();
            let domain: String = self.chars[i + 1..].iter().take_while(|c| is_domain(**c)).collect();
            let tail = domain.trim_end_matches(['.', '-']).rsplit_once('.');
            let is_address = local > 0 && tail.is_some_and(|(host, top)| !host.is_empty() && top.len() >= 2);
            is_address.then(|| self.found(Identity::Email, i - local))
        })
    }
}

fn unified(c: char) -> char {
    match c {
        '\u{FF10}'..='\u{FF19}' => (b'0' + (c as u32 - 0xFF10) as u8) as char,
        '\u{FF0B}' => '+',
        '\u{FF20}' => '@',
        '\u{FF0E}' | '\u{00B7}' => '.',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}' => '-',
        _ if c.is_whitespace() => ' ',
        _ if c.is_ascii() => c.to_ascii_uppercase(),
        _ => c.to_uppercase().next().unwrap_or(c),
    }
}
