//! Working days and statutory deadlines.
//!
//! "Ngày" in a law is a calendar day, "ngày làm việc" a working day. A deadline that ends on a day off moves to the next working
//! day (Civil Code 91/2015/QH13 art. 148.5).

use crate::CivilDate;
use crate::tables::Holidays;

/// The days offices work, by the adopted holidays table; without one, Monday to Friday.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    holidays: Holidays,
}

impl Calendar {
    /// The calendar of an adopted table.
    pub fn new(holidays: Holidays) -> Calendar {
        Calendar { holidays }
    }

    /// Whether the table is complete for the date's year; otherwise only weekends are known.
    pub fn covers(&self, date: CivilDate) -> bool {
        self.holidays.years.contains(&date.year())
    }

    /// The first year from one day to another of which only weekends are known; none when the table is complete for all of them.
    pub fn unknown_year(&self, from: CivilDate, to: CivilDate) -> Option<i32> {
        (from.year()..=to.year()).find(|year| !self.holidays.years.contains(year))
    }

    /// Whether offices work on a day.
    pub fn is_working_day(&self, date: CivilDate) -> bool {
        self.holidays.worked.contains(&date)
            || !date.weekday().is_weekend() && !self.holidays.days_off.contains(&date)
    }

    /// The day itself when offices work on it, else the next one on which they do; `None` past the year 9999.
    pub fn working_day_from(&self, date: CivilDate) -> Option<CivilDate> {
        let mut day = date;
        while !self.is_working_day(day) {
            day = day.add_days(1)?;
        }
        Some(day)
    }

    /// The `count`-th working day after `date`, which itself does not count; `date` when `count` is 0.
    pub fn add_working_days(&self, date: CivilDate, count: u32) -> Option<CivilDate> {
        let mut day = date;
        for _ in 0..count {
            day = self.working_day_from(day.add_days(1)?)?;
        }
        Some(day)
    }

    /// The last day of a term of calendar days after `date`, moved to a working day.
    pub fn deadline(&self, date: CivilDate, days: u32) -> Option<CivilDate> {
        let last = date.add_days(i32::try_from(days).ok()?)?;
        self.working_day_from(last)
    }

    /// Working days after `from` up to and including `to`; 0 when `to` is not after `from`.
    pub fn working_days_between(&self, from: CivilDate, to: CivilDate) -> u32 {
        let days = from.day_number() + 1..=to.day_number();
        days.filter_map(CivilDate::from_day_number).filter(|day| self.is_working_day(*day)).count() as u32
    }
}
