//! Vehicle plates: two digits of the province, a series of letters, a serial of four or five digits.
//!
//! `29A-123.45`, `30F1 12345`, `29-B1 123.45`, `29LD-123.45`, `30E-1234`. Series are told from class names and codes by
//! what separates them from the serial: `lớp 12A 2023` and `22DA0123` are not plates.

use super::{Found, Identity, Scanned, Strictness};

/// Two-letter series in use on cars (joint ventures, foreign bodies, trailers, electric motorcycles).
const PAIRS: &[&str] = &["LD", "KT", "HC", "TĐ", "TD", "MK", "MĐ", "MD", "CD", "CV", "NG", "NN", "QT", "RM"];

pub(super) fn find(text: &Scanned, strictness: Strictness) -> Option<Found> {
    (0..text.chars.len())
        .find(|i| starts_a_word(text, *i) && is_plate(text, *i, strictness))
        .map(|i| text.found(Identity::Plate, i))
}

fn starts_a_word(text: &Scanned, i: usize) -> bool {
    let before = text.before(i);
    text.at(i).is_ascii_digit() && !before.is_alphanumeric() && !matches!(before, '/' | '.' | ',' | '_')
}

fn is_plate(text: &Scanned, start: usize, strictness: Strictness) -> bool {
    let province = [text.at(start), text.at(start + 1)];
    if !province.iter().all(char::is_ascii_digit) || province < ['1', '1'] {
        return false;
    }
    let after_province = start + 2;
    let letters_at =
        if matches!(text.at(after_province), '-' | ' ') { after_province + 1 } else { after_province };
    let letters: String =
        (letters_at..).map(|i| text.at(i)).take_while(|c| is_series_letter(*c)).take(3).collect();
    let count = letters.chars().count();
    if !(1..=2).contains(&count)
        || letters_at > after_province && text.at(after_province) == ' ' && count == 2
    {
        return false;
    }
    let series = Series { letters: &letters, end: letters_at + count };
    series.serials(text).any(|serial| serial.fits(text, &series, strictness))
}

fn is_series_letter(c: char) -> bool {
    c == 'Đ' || c.is_ascii_uppercase() && !matches!(c, 'I' | 'J' | 'O' | 'W')
}

struct Series<'a> {
    letters: &'a str,
    end: usize,
}

impl Series<'_> {
    /// The two readings of what follows the letters: a serial at once, or one more digit of the series first.
    fn serials(&self, text: &Scanned) -> impl Iterator<Item = Serial> {
        let digit = text.at(self.end).is_ascii_digit();
        let readings = [Some((self.end, false)), digit.then_some((self.end + 1, true))];
        let separated = |i: usize| matches!(text.at(i), '-' | ' ' | '.');
        let serials = readings.map(|reading| {
            reading.map(|(i, numbered)| Serial {
                numbered,
                separator: separated(i).then(|| text.at(i)),
                start: if separated(i) { i + 1 } else { i },
            })
        });
        serials.into_iter().flatten()
    }
}

/// The serial number, after an optional separator; `numbered` when the series ends in a digit (F1).
struct Serial {
    numbered: bool,
    separator: Option<char>,
    start: usize,
}

impl Serial {
    fn fits(&self, text: &Scanned, series: &Series<'_>, strictness: Strictness) -> bool {
        let digits = (self.start..).take_while(|i| text.at(*i).is_ascii_digit()).count();
        let tail = (self.start + digits + 1..).take_while(|i| text.at(*i).is_ascii_digit()).count();
        let dotted = digits == 3 && tail == 2 && matches!(text.at(self.start + 3), '.' | ' ');
        let end = self.start + if dotted { 6 } else { digits };
        let closed = !text.at(end).is_alphanumeric() && !matches!(text.at(end), '/' | '_');
        let pair = series.letters.chars().count() == 2;
        let known = !pair || PAIRS.contains(&series.letters);
        let shape = match digits {
            _ if dotted => text.at(self.start + 3) == '.' || self.separator.is_some() && known,
            5 if self.separator.is_some() => known,
            5 => !pair && strictness == Strictness::Text,
            4 => self.is_old_form(text) && !pair,
            _ => false,
        };
        shape && closed
    }

    /// Four digits, as issued until 2010: only after a clear separator, and not a year.
    fn is_old_form(&self, text: &Scanned) -> bool {
        let century = [text.at(self.start), text.at(self.start + 1)];
        let is_year = century == ['1', '9'] || century == ['2', '0'];
        !is_year && (self.separator == Some('-') || self.numbered && self.separator == Some(' '))
    }
}
