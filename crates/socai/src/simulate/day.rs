//! One day of the district, as its stories see it.

use anyhow::Result;
use socai_domain::{CivilDate, calendar::Calendar};
use socai_tlog::{EventName, UnitNo};

use super::{
    book::Book,
    dice::Dice,
    offices::{Offices, Ward},
    said::Said,
};

/// What an average day of a year of 25 units comes to when nothing is scaled: measured.
pub const USUAL_EVENTS: u64 = 1_000;

/// A violation that an inspection found, for whoever fines it.
#[derive(Clone, Debug)]
pub struct Found {
    /// The visit.
    pub visit: EventName,
    /// The ward it was in.
    pub ward: Ward,
    /// The field, as penalties number it.
    pub field: socai_proto::v1::PenaltyField,
}

/// Today.
pub struct Day<'a> {
    /// The day.
    pub date: CivilDate,
    /// Whether offices work.
    pub is_working: bool,
    /// Days since the first one.
    pub number: i32,
    /// How many days there are.
    pub days: i32,
    /// Who there is.
    pub offices: &'a Offices,
    /// When offices work.
    pub calendar: &'a Calendar,
    /// Where facts go.
    pub book: &'a mut Book,
    /// Violations found today.
    pub found: Vec<Found>,
    /// Events asked for each day.
    pub load: u64,
}

impl Day<'_> {
    /// A unit states a fact.
    pub fn say(&mut self, by: UnitNo, said: Said) -> EventName {
        self.book.say(by, said)
    }

    /// A unit's id.
    pub fn id(&self, unit: UnitNo) -> String {
        self.book.id(unit).to_owned()
    }

    /// A ward today.
    pub fn ward(&self, ward: Ward) -> (UnitNo, String) {
        self.ward_on(ward, self.date)
    }

    /// The unit that a ward was on a day: the one that may speak of it.
    pub fn ward_on(&self, ward: Ward, on: CivilDate) -> (UnitNo, String) {
        let spec = self.offices.ward(ward, on);
        (UnitNo(spec.unit_no), spec.unit_id.clone())
    }

    /// One of the wards.
    pub fn any_ward(&self, dice: &mut Dice) -> Ward {
        dice.below(self.offices.wards() as u64) as Ward
    }

    /// How often something happens today that happens so many times in a thousand working days of the usual load. Little happens on days
    /// on which offices are closed.
    pub fn times(&self, dice: &mut Dice, per_thousand_days: u64) -> u32 {
        if self.is_working { self.times_any_day(dice, per_thousand_days) } else { 0 }
    }

    /// The same for what happens on any day.
    pub fn times_any_day(&self, dice: &mut Dice, per_thousand_days: u64) -> u32 {
        dice.count(per_thousand_days * self.load / USUAL_EVENTS)
    }

    /// The day after so many days, put off to a working day.
    pub fn in_days(&self, days: i32) -> CivilDate {
        self.working_day(self.date.add_days(days).unwrap_or(self.date))
    }

    /// A day, put off to a working day.
    pub fn working_day(&self, day: CivilDate) -> CivilDate {
        self.calendar.working_day_from(day).unwrap_or(day)
    }

    /// Whether it is the first working day on or after this day of this month.
    pub fn is_first_from(&self, day: u8) -> bool {
        CivilDate::new(self.date.year(), self.date.month(), day)
            .is_some_and(|day| self.working_day(day) == self.date)
    }

    /// Whether it is this day of this month.
    pub fn is(&self, month: u8, day: u8) -> bool {
        (self.date.month(), self.date.day()) == (month, day)
    }
}

/// What has to go on, by the day it is due.
#[derive(Debug)]
pub struct Agenda<T>(std::collections::BTreeMap<CivilDate, Vec<T>>);

impl<T> Default for Agenda<T> {
    fn default() -> Self {
        Agenda(std::collections::BTreeMap::new())
    }
}

impl<T> Agenda<T> {
    /// Puts something on it.
    pub fn add(&mut self, on: CivilDate, what: T) {
        self.0.entry(on).or_default().push(what);
    }

    /// Takes off what is due by a day.
    pub fn due(&mut self, by: CivilDate) -> Vec<T> {
        let later = self.0.split_off(&by.next());
        std::mem::replace(&mut self.0, later).into_values().flatten().collect()
    }
}

/// A domain of facts that go on from day to day.
pub trait Story {
    /// Says what happens today.
    ///
    /// # Errors
    /// The ledger cannot be read or the facts make no sense; a domain story has none.
    fn tell(&mut self, day: &mut Day<'_>) -> Result<()>;
}
