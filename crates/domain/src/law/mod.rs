//! The law as lifecycles ask for it: typed answers from the adopted tables, by the row that is in force on a day.
//!
//! An answer carries the source of its row, so that a finding can cite it. Where no row is in force there is no answer and nothing is
//! judged: the ledger never falls back to a number of its own.

pub mod budget;
pub mod clearance;
pub mod conscription;
pub mod dossier;
pub(crate) mod interest;
pub mod penalty;
pub mod petition;
pub mod project;
pub mod tax;

use crate::{
    CivilDate,
    calendar::Calendar,
    tables::{Law, LawRow},
};

/// The adopted rules, as far as lifecycles need them.
pub trait Rules {
    /// The version of a law table (`law.penalty`) that is in force on a day.
    fn law(&self, name: &str, on: CivilDate) -> Option<&Law>;
    /// The days offices work, of every year that an adopted table covers.
    fn calendar(&self) -> &Calendar;
}

/// What a row says, with the article it is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cited<'a, T> {
    /// What the row says.
    pub value: T,
    /// The article.
    pub source: &'a str,
}

/// The only row of a section that is in force on a day.
fn row<'a>(rules: &'a dyn Rules, table: &str, section: &'a str, on: CivilDate) -> Option<&'a LawRow> {
    rules.law(table, on)?.in_force(section, on).next()
}

/// The first row of a section that is in force on a day and is about this.
fn row_where<'a>(
    rules: &'a dyn Rules,
    table: &str,
    section: &'a str,
    on: CivilDate,
    is_about: impl Fn(&LawRow) -> bool,
) -> Option<&'a LawRow> {
    rules.law(table, on)?.in_force(section, on).find(|row| is_about(row))
}

/// The row of a section whose key holds this text.
fn row_of<'a>(
    rules: &'a dyn Rules,
    table: &str,
    section: &'a str,
    (key, text): (&str, &str),
    on: CivilDate,
) -> Option<&'a LawRow> {
    rules.law(table, on)?.in_force(section, on).find(|row| row.text(key) == Some(text))
}

/// What a row says by one of its counts.
fn count<'a>(row: &'a LawRow, key: &str) -> Cited<'a, u32> {
    Cited { value: row.count(key), source: &row.source }
}

/// A day of the year after another, as a row says it; a day beyond the end of its month is the end.
fn day_of_year_after(year: i32, month: u32, day: u32) -> Option<CivilDate> {
    let (year, month) = (year.checked_add(1)?, u8::try_from(month).ok()?);
    let end = CivilDate::new(year, month, 1)?.end_of_month();
    Some(u8::try_from(day).ok().and_then(|day| CivilDate::new(year, month, day)).unwrap_or(end))
}

/// Hundredths of a per cent of an amount, rounded down; exact for every amount of 64 bits.
fn percent_of(amount: i64, hundredths: i64) -> i64 {
    let part = i128::from(amount) * i128::from(hundredths) / 10_000;
    i64::try_from(part).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_an_amount_is_exact_and_rounded_down() {
        assert_eq!(percent_of(40_000_000, 1_000), 4_000_000);
        assert_eq!(percent_of(99, 5_000), 49);
        assert_eq!(percent_of(i64::MAX, 10_000), i64::MAX);
    }

    #[test]
    fn a_day_beyond_the_end_of_its_month_is_the_end() {
        let day = |month, day| day_of_year_after(2023, month, day).map(CivilDate::yyyymmdd);
        assert_eq!(day(1, 31), Some(20_240_131));
        assert_eq!(day(2, 31), Some(20_240_229));
        assert_eq!(day(13, 1), None);
        assert_eq!(day_of_year_after(i32::MAX, 1, 31), None);
    }
}
