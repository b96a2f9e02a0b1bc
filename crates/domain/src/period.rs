//! Periods as people write them: `2023-03`, `2023-Q1`, `2023`, `fy2023`, `2023-01-01..2023-02-08`.
//!
//! | text | days | |
//! |---|---|---|
//! | `2023-03` | 15/02 – 14/03/2023 | a report month |
//! | `2023-Q1` … `2023-Q4` | 15/12/2022 – 14/03/2023 … | a report quarter |
//! | `2023-H1`, `2023-H2` | 15/12/2022 – 14/06/2023 … | a report half-year |
//! | `2023-9M` | 15/12/2022 – 14/09/2023 | nine report months |
//! | `2023` | 15/12/2022 – 14/12/2023 | a report year |
//! | `cal:` before any of them | 01/03 – 31/03/2023 … | the same by the calendar |
//! | `fy2023` | 01/01 – 31/12/2023 | a fiscal year (Law 83/2015/QH13 art. 14), with what its books are adjusted by afterwards |
//! | `2023-01-01..2023-02-08` | as written | a cut for the occasion |
//!
//! A text also says which sort of period it is ([`kind`]): a month, a quarter, or any other span.
//!
//! On which day a report month ends is a [`Cut`], a dated row of the `periods` table. Periods that a unit has named in its
//! `occasions` table come before this syntax; whoever asks looks there first.

use socai_proto::v1::PeriodKind;

use crate::CivilDate;

/// The first and the last day of a period.
pub type Days = (CivilDate, CivilDate);

/// The day of the month on which a report month ends; the next one begins on the day after.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cut {
    /// 1 to 28, so that every month has it.
    pub last_day: u8,
}

impl Cut {
    /// What holds while a ledger has adopted no `periods` table: from the 15th to the 14th.
    pub const USUAL: Cut = Cut { last_day: 14 };
}

/// A text that names no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{got}` {}", why_not(got))]
pub struct NotAPeriod {
    /// The text that was offered.
    pub got: String,
}

impl NotAPeriod {
    /// Whether it names two days, the last one first.
    pub fn is_reversed(&self) -> bool {
        is_reversed(&self.got)
    }
}

/// What is wrong with a text that names no period.
fn why_not(text: &str) -> &'static str {
    match is_reversed(text) {
        true => "ends before it begins: the first day comes first",
        false => {
            "is no period: write 2023-03, 2023-Q1, 2023-H1, 2023-9M or 2023, `cal:` before one of them for calendar days, \
             fy2023, or 2023-01-01..2023-02-08"
        }
    }
}

fn is_reversed(text: &str) -> bool {
    written_days(text).is_some_and(|(from, to)| from > to)
}

/// The two days of `2023-01-01..2023-02-08`, in whatever order they are written.
fn written_days(text: &str) -> Option<Days> {
    let (from, to) = text.split_once("..")?;
    Some((from.parse().ok()?, to.parse().ok()?))
}

/// The days of a period; `cut` says how report months end.
pub fn days(text: &str, cut: Cut) -> Result<Days, NotAPeriod> {
    Written::read(text)
        .and_then(|written| written.days(cut))
        .ok_or_else(|| NotAPeriod { got: text.to_owned() })
}

/// The fiscal year that a text asks for: 2023 of `fy2023`. Its books are adjusted into the year after; how long is a row of `law.budget`.
pub fn fiscal_year(text: &str) -> Option<i32> {
    number(text.strip_prefix("fy")?, 4).filter(|year| CivilDate::new(*year, 1, 1).is_some())
}

/// The sort of a period as records state it: one month is a month and three of a quarter are a quarter, by the calendar too; half-years, nine months,
/// years and written days are ad hoc.
pub fn kind(text: &str) -> Result<PeriodKind, NotAPeriod> {
    days(text, Cut::USUAL)?;
    Ok(match Written::read(text) {
        Some(Written::Reporting(months) | Written::Calendar(months)) => months.kind(),
        _ => PeriodKind::AdHoc,
    })
}

/// What a text says.
enum Written {
    /// Months as reports cut them.
    Reporting(Months),
    /// Months of the calendar.
    Calendar(Months),
    /// The days themselves.
    Days(Days),
}

impl Written {
    fn read(text: &str) -> Option<Written> {
        if text.contains("..") {
            return written_days(text).filter(|(from, to)| from <= to).map(Written::Days);
        }
        if let Some(year) = text.strip_prefix("fy") {
            return Some(Written::Calendar(Months::of_year(number(year, 4)?)));
        }
        match text.strip_prefix("cal:") {
            Some(text) => Some(Written::Calendar(Months::read(text)?)),
            None => Some(Written::Reporting(Months::read(text)?)),
        }
    }

    fn days(self, cut: Cut) -> Option<Days> {
        match self {
            Written::Reporting(months) => reporting(months, cut),
            Written::Calendar(months) => calendar(months),
            Written::Days(days) => Some(days),
        }
    }
}

/// Whole months of one year, first and last.
struct Months {
    year: i32,
    first: u8,
    last: u8,
}

impl Months {
    fn of_year(year: i32) -> Months {
        Months { year, first: 1, last: 12 }
    }

    fn read(text: &str) -> Option<Months> {
        let Some((year, part)) = text.split_once('-') else { return Some(Months::of_year(number(text, 4)?)) };
        let year = number(year, 4)?;
        let (first, last) = match part {
            "Q1" => (1, 3),
            "Q2" => (4, 6),
            "Q3" => (7, 9),
            "Q4" => (10, 12),
            "H1" => (1, 6),
            "H2" => (7, 12),
            "9M" => (1, 9),
            month => {
                let month = u8::try_from(number(month, 2)?).ok()?;
                (month, month)
            }
        };
        Some(Months { year, first, last })
    }

    fn kind(&self) -> PeriodKind {
        match (self.first, self.last) {
            (first, last) if first == last => PeriodKind::Month,
            (1, 3) | (4, 6) | (7, 9) | (10, 12) => PeriodKind::Quarter,
            _ => PeriodKind::AdHoc,
        }
    }
}

/// A number of exactly so many digits.
fn number(text: &str, digits: usize) -> Option<i32> {
    let is_plain = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_plain.then(|| text.parse().ok()).flatten()
}

fn calendar(months: Months) -> Option<Days> {
    let from = CivilDate::new(months.year, months.first, 1)?;
    Some((from, CivilDate::new(months.year, months.last, 1)?.end_of_month()))
}

fn reporting(months: Months, cut: Cut) -> Option<Days> {
    let to = CivilDate::new(months.year, months.last, cut.last_day)?;
    let from = CivilDate::new(months.year, months.first, cut.last_day)?.add_months(-1)?;
    Some((from.next(), to))
}
