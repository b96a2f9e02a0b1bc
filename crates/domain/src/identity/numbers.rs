//! Identity and phone numbers among digits grouped by spaces, dots and dashes.
//!
//! The difficulty is what must pass: amounts (`1.005.123.000 đồng`), dates (`08.02.2023`), document numbers
//! (`125/QĐ-XPHC`), unit codes (`00361`). An amount never begins with zero, dots group it by three and a unit of money
//! follows; a citizen number always begins with zero.

use super::{Found, Identity, Scanned, Strictness};
use crate::CivilDate;

/// Words that announce an identity number, upper case.
const ANNOUNCED: &[&str] = &["CCCD", "CMND", "CMT", "CĂN CƯỚC", "CHỨNG MINH", "ĐỊNH DANH"];
/// Words that may stand directly before the digits of a number without a space.
const GLUED: &[&str] = &["CCCD", "CMND", "CMT", "SĐT", "SDT", "ĐT", "TEL"];
/// Words that make the number before them an amount.
const UNITS: &[&str] =
    &["Đ", "ĐỒNG", "VND", "VNĐ", "USD", "TRIỆU", "TỶ", "TỈ", "NGHÌN", "NGÀN", "M", "HA", "KG"];
/// The longest phone number in pairs, `00 84 9 12 34 56 78`, has seven groups.
const MOST_GROUPS: usize = 7;
/// Provinces of citizen numbers (Circular 59/2021/TT-BCA, annex I): the first three digits.
const PROVINCES: &[u16] = &[
    1, 2, 4, 6, 8, 10, 11, 12, 14, 15, 17, 19, 20, 22, 24, 25, 26, 27, 30, 31, 33, 34, 35, 36, 37, 38, 40,
    42, 44, 45, 46, 48, 49, 51, 52, 54, 56, 58, 60, 62, 64, 66, 67, 68, 70, 72, 74, 75, 77, 79, 80, 82, 83,
    84, 86, 87, 89, 91, 92, 93, 94, 95, 96,
];

pub(super) fn find(text: &Scanned, strictness: Strictness) -> Option<Found> {
    let mut i = 0;
    while i < text.chars.len() {
        if !text.at(i).is_ascii_digit() {
            i += 1;
            continue;
        }
        let chain = Chain::at(text, i);
        if let Some(found) = chain.find(text, strictness) {
            return Some(found);
        }
        i = chain.end();
    }
    None
}

/// A run of digits between two separators.
#[derive(Clone, Copy)]
struct Group {
    start: usize,
    end: usize,
}

/// Digit groups with one separator character between each two.
struct Chain {
    groups: Vec<Group>,
}

impl Chain {
    fn at(text: &Scanned, start: usize) -> Chain {
        let mut groups = Vec::new();
        let mut i = start;
        loop {
            let end = (i..).find(|i| !text.at(*i).is_ascii_digit()).unwrap_or(i);
            groups.push(Group { start: i, end });
            let step = match (text.at(end), text.at(end + 1)) {
                (')', ' ' | '.' | '-') => 2,
                (' ' | '.' | '-' | ')', _) => 1,
                _ => break,
            };
            if !text.at(end + step).is_ascii_digit() {
                break;
            }
            i = end + step;
        }
        Chain { groups }
    }

    fn end(&self) -> usize {
        self.groups.last().map_or(0, |group| group.end)
    }

    /// Tries every stretch of groups that is cut from its neighbours by spaces only.
    fn find(&self, text: &Scanned, strictness: Strictness) -> Option<Found> {
        let cut_before = |i: usize| i == 0 || text.at(self.groups[i].start - 1) == ' ';
        let cut_after = |i: usize| i + 1 == self.groups.len() || text.at(self.groups[i].end) == ' ';
        for first in (0..self.groups.len()).filter(|i| cut_before(*i)) {
            // The longest reading first: 12 digits in four groups also hold nine in three.
            let longest = (first + MOST_GROUPS).min(self.groups.len());
            for last in (first..longest).rev().filter(|i| cut_after(*i)) {
                let stretch = Stretch::new(text, &self.groups[first..=last]);
                let in_amount = first > 0 && is_spaced_amount(text, &self.groups[..=last]);
                if let Some(what) = stretch.identity(strictness, in_amount) {
                    return Some(text.found(what, stretch.start()));
                }
            }
        }
        None
    }
}

/// Whether these groups are one amount written with spaces: 1 005 123 000 000.
fn is_spaced_amount(text: &Scanned, groups: &[Group]) -> bool {
    let Some((first, rest)) = groups.split_first() else { return false };
    text.at(first.start) != '0'
        && first.end - first.start <= 3
        && rest.iter().all(|group| group.end - group.start == 3)
}

/// Neighbouring groups read as one number.
struct Stretch<'a> {
    text: &'a Scanned,
    groups: &'a [Group],
    digits: Vec<u8>,
    sizes: Vec<usize>,
}

impl<'a> Stretch<'a> {
    fn new(text: &'a Scanned, groups: &'a [Group]) -> Stretch<'a> {
        let digits =
            groups.iter().flat_map(|g| &text.chars[g.start..g.end]).map(|c| *c as u8 - b'0').collect();
        let sizes = groups.iter().map(|group| group.end - group.start).collect();
        Stretch { text, groups, digits, sizes }
    }

    fn start(&self) -> usize {
        self.groups.first().map_or(0, |group| group.start)
    }

    fn end(&self) -> usize {
        self.groups.last().map_or(0, |group| group.end)
    }

    fn identity(&self, strictness: Strictness, in_amount: bool) -> Option<Identity> {
        if self.is_part_of_a_word() || self.is_document_number() || self.begins_with_a_date() {
            return None;
        }
        let announced = self.text.word_before(self.start(), ANNOUNCED);
        if self.is_phone(strictness) {
            return Some(Identity::Phone);
        }
        if self.digits.len() == 12 && self.is_citizen_number(strictness, announced) {
            return Some(Identity::CitizenNumber);
        }
        let clear = if strictness == Strictness::Text {
            announced || !in_amount
        } else {
            announced && self.sizes.len() == 1
        };
        let is_card = self.digits.len() == 9 && clear;
        (is_card && self.is_card_number(announced)).then_some(Identity::CardNumber)
    }

    /// Letters on either side make it a code, unless they announce a number.
    fn is_part_of_a_word(&self) -> bool {
        let glued = self.text.before(self.start()).is_alphanumeric() && {
            let word: Vec<char> = self.text.chars[..self.start()]
                .iter()
                .rev()
                .take_while(|c| c.is_alphanumeric())
                .copied()
                .collect();
            !GLUED.contains(&word.into_iter().rev().collect::<String>().as_str())
        };
        glued || self.text.at(self.end()).is_alphanumeric() || self.text.at(self.end()) == '_'
    }

    /// `123456789/QĐ-UBND`: a number before a slash and letters belongs to a document.
    fn is_document_number(&self) -> bool {
        self.text.at(self.end()) == '/' && self.text.at(self.end() + 1).is_alphabetic()
    }

    /// `08.02.2023 15` or `2023-02-08 10`: groups that begin with a date are not one number.
    fn begins_with_a_date(&self) -> bool {
        let number = |i: usize| {
            self.groups.get(i).map_or(0, |g| {
                self.text.chars[g.start..g.end].iter().fold(0i32, |n, c| n * 10 + (*c as i32 - 48))
            })
        };
        match self.sizes.as_slice() {
            [1 | 2, 1 | 2, 4, ..] => is_date(number(2), number(1), number(0)),
            [4, 2, 2, ..] => is_date(number(0), number(1), number(2)),
            _ => false,
        }
    }

    fn separator(&self) -> Option<char> {
        (self.groups.len() > 1).then(|| self.text.at(self.groups[0].end))
    }

    /// An amount: not from zero, grouped by three with dots, or followed by a unit.
    fn is_amount(&self) -> bool {
        let dotted = self.separator() == Some('.')
            && self.sizes[1..].iter().all(|size| *size == 3)
            && self.sizes[0] <= 3;
        self.digits[0] != 0 && (dotted || self.text.word_follows(self.end(), UNITS))
    }

    fn is_phone(&self, strictness: Strictness) -> bool {
        let plus = self.text.before(self.start()) == '+';
        let national: Vec<u8> = match self.digits.as_slice() {
            [0, 0, 8, 4, rest @ ..] => [&[0], rest].concat(),
            [8, 4, rest @ ..] if plus || rest.len() >= 9 && !self.is_amount() => [&[0], rest].concat(),
            digits => digits.to_vec(),
        };
        let international = national.len() != self.digits.len();
        let shape = match national.as_slice() {
            [0, 2, ..] if national.len() == 11 => true,
            [0, a, b, ..] if national.len() == 10 && is_mobile(*a, *b) => true,
            [0, a, ..] if *a > 0 && national.len() == 10 => {
                !international && strictness == Strictness::Text && self.sizes[0] > 2
            }
            _ => false,
        };
        let dated = strictness == Strictness::Code && !international && is_date_first(&self.digits);
        shape && !dated && self.is_grouped_like_a_phone()
    }

    fn is_grouped_like_a_phone(&self) -> bool {
        let inner = &self.sizes[..self.sizes.len() - 1];
        inner.iter().all(|size| (2..=5).contains(size)) && self.sizes.last().is_some_and(|size| *size >= 2)
            || self.sizes.len() == 1
    }

    fn is_citizen_number(&self, strictness: Strictness, announced: bool) -> bool {
        let province = self.digits[..3].iter().fold(0u16, |n, d| n * 10 + *d as u16);
        let structured = PROVINCES.contains(&province) && self.digits[3] <= 3;
        match self.separator() {
            _ if announced => true,
            Some(_) => structured,
            None if strictness == Strictness::Code => structured,
            None => !self.is_amount() && !is_timestamp(&self.digits),
        }
    }

    fn is_card_number(&self, announced: bool) -> bool {
        let grouped = self.sizes == [9] || self.sizes == [3, 3, 3];
        announced || grouped && !self.is_amount()
    }
}

/// Prefixes of Vietnamese mobile numbers since 2018.
fn is_mobile(a: u8, b: u8) -> bool {
    matches!((a, b), (3, 2..=9) | (5, 2 | 5 | 6 | 8 | 9) | (7, 0 | 6..=9) | (8, 1..=9) | (9, 0..=9))
}

fn is_date(year: i32, month: i32, day: i32) -> bool {
    (1900..2200).contains(&year) && CivilDate::new(year, month as u8, day as u8).is_some()
}

/// `0902202301`: a serial number that begins with a day, as vouchers do.
fn is_date_first(digits: &[u8]) -> bool {
    let number = |range: std::ops::Range<usize>| digits[range].iter().fold(0i32, |n, d| n * 10 + *d as i32);
    digits.len() >= 8 && is_date(number(4..8), number(2..4), number(0..2))
}

/// `202301121530`: yyyymmddhhmm.
fn is_timestamp(digits: &[u8]) -> bool {
    let number = |range: std::ops::Range<usize>| digits[range].iter().fold(0i32, |n, d| n * 10 + *d as i32);
    is_date(number(0..4), number(4..6), number(6..8)) && number(8..10) < 24 && number(10..12) < 60
}
