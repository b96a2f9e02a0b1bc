//! Civil dates of the proleptic Gregorian calendar, without a clock or a time zone.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A civil date in Asia/Ho_Chi_Minh, held as the integer `yyyymmdd` (20230112 is 12 January 2023).
///
/// Years run from 1 to 9999. The integer form is the wire form, so comparing two dates compares two integers.
/// Serialised as ISO text for people and as the integer for compact formats.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CivilDate(i32);

/// A number or text that is not a civil date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADate {
    /// The integer names no day of the calendar.
    #[error("{got} is not a date: expected yyyymmdd of a real day, such as 20230112")]
    Number {
        /// The integer that was offered.
        got: i32,
    },
    /// The text is not an ISO date.
    #[error("`{got}` is not a date: expected yyyy-mm-dd of a real day, such as 2023-01-12")]
    Text {
        /// The text that was offered.
        got: String,
    },
}

/// A day of the week, Monday first as on Vietnamese calendars.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(missing_docs)] // the names say it
pub enum Weekday {
    Monday,
    Tuesday,
    Wednesday,
    Thursday,
    Friday,
    Saturday,
    Sunday,
}

impl Weekday {
    /// Whether offices rest on this day (Saturday and Sunday).
    pub fn is_weekend(self) -> bool {
        matches!(self, Weekday::Saturday | Weekday::Sunday)
    }
}

/// Days from 0000-03-01 to 1970-01-01: 5 eras of 400 years less 30 years and two months, 719,468 days.
const DAYS_TO_UNIX_EPOCH: i32 = 719_468;
/// Days in 400 Gregorian years: 400 × 365 + 97 leap days.
const DAYS_PER_ERA: i32 = 146_097;

impl CivilDate {
    /// The first day this type can hold, 0001-01-01.
    pub const MIN: CivilDate = CivilDate(10_101);
    /// The last day this type can hold, 9999-12-31.
    pub const MAX: CivilDate = CivilDate(99_991_231);

    /// The date of a year (1–9999), month (1–12) and day; `None` when there is no such day.
    pub const fn new(year: i32, month: u8, day: u8) -> Option<CivilDate> {
        if year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > days_in_month(year, month) {
            return None;
        }
        Some(CivilDate(year * 10_000 + month as i32 * 100 + day as i32))
    }

    /// The date of the wire form `yyyymmdd`.
    pub const fn from_yyyymmdd(number: i32) -> Result<CivilDate, NotADate> {
        let (year, month, day) = (number / 10_000, number / 100 % 100, number % 100);
        if number < 0 {
            return Err(NotADate::Number { got: number });
        }
        match CivilDate::new(year, month as u8, day as u8) {
            Some(date) => Ok(date),
            None => Err(NotADate::Number { got: number }),
        }
    }

    /// The date of a wire form that [`socai_proto::date::is_valid`] accepts: a narrower range of years than this type's.
    pub(crate) fn of_valid(yyyymmdd: i32) -> CivilDate {
        debug_assert!(CivilDate::from_yyyymmdd(yyyymmdd).is_ok());
        CivilDate(yyyymmdd)
    }

    /// The wire form `yyyymmdd`.
    pub const fn yyyymmdd(self) -> i32 {
        self.0
    }

    /// The year, 1–9999.
    pub const fn year(self) -> i32 {
        self.0 / 10_000
    }

    /// The month, 1–12.
    pub const fn month(self) -> u8 {
        (self.0 / 100 % 100) as u8
    }

    /// The day of the month, 1–31.
    pub const fn day(self) -> u8 {
        (self.0 % 100) as u8
    }

    /// Days since 1970-01-01 (negative before): the number to count and to subtract with.
    pub const fn day_number(self) -> i32 {
        // Years that begin in March put the leap day last, so a month's start is a linear formula of its number.
        let (month, day) = (self.month() as i32, self.day() as i32);
        let year = if month <= 2 { self.year() - 1 } else { self.year() };
        let (era, year_of_era) = (year.div_euclid(400), year.rem_euclid(400));
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        era * DAYS_PER_ERA + day_of_era - DAYS_TO_UNIX_EPOCH
    }

    /// The date of a day number; `None` outside the years 1–9999.
    pub const fn from_day_number(number: i32) -> Option<CivilDate> {
        if number < CivilDate::MIN.day_number() || number > CivilDate::MAX.day_number() {
            return None;
        }
        let shifted = number + DAYS_TO_UNIX_EPOCH;
        let (era, day_of_era) = (shifted.div_euclid(DAYS_PER_ERA), shifted.rem_euclid(DAYS_PER_ERA));
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let march_month = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * march_month + 2) / 5 + 1;
        let month = if march_month < 10 { march_month + 3 } else { march_month - 9 };
        let year = era * 400 + year_of_era + if month <= 2 { 1 } else { 0 };
        CivilDate::new(year, month as u8, day as u8)
    }

    /// The date `days` later (earlier when negative); `None` outside the years 1–9999.
    pub const fn add_days(self, days: i32) -> Option<CivilDate> {
        match self.day_number().checked_add(days) {
            Some(number) => CivilDate::from_day_number(number),
            None => None,
        }
    }

    /// The same day `months` later (earlier when negative), or the last day of that month when it is shorter.
    pub fn add_months(self, months: i32) -> Option<CivilDate> {
        let count = (self.year() * 12 + self.month() as i32 - 1).checked_add(months)?;
        let (year, month) = (count.div_euclid(12), count.rem_euclid(12) as u8 + 1);
        (1..=9999)
            .contains(&year)
            .then(|| self.day().min(days_in_month(year, month)))
            .and_then(|day| CivilDate::new(year, month, day))
    }

    /// The next day, or the same day at the end of the calendar.
    pub fn next(self) -> CivilDate {
        self.add_days(1).unwrap_or(self)
    }

    /// The day before, or the same day at the start of the calendar.
    pub fn previous(self) -> CivilDate {
        self.add_days(-1).unwrap_or(self)
    }

    /// Days from `earlier` to this date, negative when `earlier` is later.
    pub const fn days_since(self, earlier: CivilDate) -> i32 {
        self.day_number() - earlier.day_number()
    }

    /// The day of the week.
    pub fn weekday(self) -> Weekday {
        // 1970-01-01 was a Thursday, three days after a Monday.
        match (self.day_number() + 3).rem_euclid(7) {
            0 => Weekday::Monday,
            1 => Weekday::Tuesday,
            2 => Weekday::Wednesday,
            3 => Weekday::Thursday,
            4 => Weekday::Friday,
            5 => Weekday::Saturday,
            _ => Weekday::Sunday,
        }
    }

    /// The last day of this date's month.
    pub fn end_of_month(self) -> CivilDate {
        CivilDate(self.0 - self.day() as i32 + days_in_month(self.year(), self.month()) as i32)
    }

    /// The first day of this date's year.
    pub fn start_of_year(self) -> CivilDate {
        CivilDate(self.year() * 10_000 + 101)
    }
}

const fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

const fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

impl fmt::Display for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year(), self.month(), self.day())
    }
}

impl fmt::Debug for CivilDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for CivilDate {
    type Err = NotADate;

    /// Reads `yyyy-mm-dd`, exactly ten ASCII characters.
    fn from_str(text: &str) -> Result<CivilDate, NotADate> {
        let not_a_date = || NotADate::Text { got: text.chars().take(40).collect() };
        let bytes = text.as_bytes();
        let shaped = bytes.len() == 10
            && bytes
                .iter()
                .enumerate()
                .all(|(i, b)| if i == 4 || i == 7 { *b == b'-' } else { b.is_ascii_digit() });
        if !shaped {
            return Err(not_a_date());
        }
        let number = bytes.iter().filter(|b| b.is_ascii_digit()).fold(0, |n, b| n * 10 + (b - b'0') as i32);
        CivilDate::from_yyyymmdd(number).map_err(|_| not_a_date())
    }
}

impl TryFrom<i32> for CivilDate {
    type Error = NotADate;

    fn try_from(number: i32) -> Result<CivilDate, NotADate> {
        CivilDate::from_yyyymmdd(number)
    }
}

impl Serialize for CivilDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(self)
        } else {
            serializer.serialize_i32(self.0)
        }
    }
}

impl<'de> Deserialize<'de> for CivilDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<CivilDate, D::Error> {
        use serde::de::Error;
        if deserializer.is_human_readable() {
            String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
        } else {
            CivilDate::from_yyyymmdd(i32::deserialize(deserializer)?).map_err(D::Error::custom)
        }
    }
}
