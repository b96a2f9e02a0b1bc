//! A generated district-year: the same seed gives the same bytes, for ever.
//!
//! In scope: stories of every domain that hang together (a violation, its decision, its payment, the revenue posted), late arrivals,
//! corrections and their answers, closings, a succession; sealed by keys of the seed and recorded by the district's own gate into a
//! ledger that every command reads. A few records break a rule on purpose; when the log is folded, exactly these are rejected, or the
//! year is refused. Out of scope: nodes and a broker, which would bring time and chance of their own.

mod book;
mod day;
mod dice;
mod offices;
mod said;
mod stories;

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use socai_district::LedgerDir;
use socai_domain::{
    CivilDate,
    calendar::Calendar,
    tables::{self, Table},
    time,
};
use socai_tlog::{EventName, Hash, TreeSize};

use crate::demo::reference;
use book::Book;
use day::Day;
pub use day::USUAL_EVENTS;
use dice::Dice;
use offices::Offices;

/// The first simulated day; the ledger is founded two days before.
const FIRST_DAY: i32 = 20_230_101;
/// The reference district's tables are complete for one year.
const MOST_DAYS: u32 = 365;
/// Days after the last one in which lines come back.
const LATEST: u32 = 10;

/// What is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Wish {
    /// Names the year.
    pub seed: u64,
    /// Units besides the operator.
    pub units: u32,
    /// Days from 1 January 2023.
    pub days: u32,
    /// About how many events a day.
    pub events_per_day: u64,
}

/// What was made.
#[derive(Clone, Debug)]
pub struct Made {
    /// Records of the log.
    pub size: TreeSize,
    /// Its root.
    pub root: Hash,
    /// Facts by kind, without those of the founding.
    pub kinds: BTreeMap<&'static str, u64>,
    /// Records rejected, each made to be, with the rule it breaks.
    pub rejected: BTreeMap<EventName, &'static str>,
}

/// Makes a year in an empty directory, telling how many days are done.
///
/// # Errors
/// The wish cannot be granted, the directory holds a ledger, it cannot be written, or the records that were rejected are not those that
/// had to be.
pub fn make(dir: &LedgerDir, wish: &Wish, done: &mut dyn FnMut(u32)) -> Result<Made> {
    if !(1..=MOST_DAYS).contains(&wish.days) {
        bail!("--days {}: 1 to {MOST_DAYS}, the tables of the reference district end with 2023", wish.days);
    }
    if !(1..=100_000).contains(&wish.events_per_day) {
        bail!("--events-per-day {}: 1 to 100000", wish.events_per_day);
    }
    let first = CivilDate::from_yyyymmdd(FIRST_DAY)?;
    let offices = Offices::new(wish.units, changes_on(first, wish.days))?;
    let calendar = calendar()?;
    let founded = first.add_days(-2).context("a day before the first")?;
    let now_ms = time::start_of_day_ms(founded) + 8 * 3_600_000;
    let mut book = Book::found(dir, wish.seed, &offices.operator, now_ms)?;
    offices.units.iter().try_for_each(|spec| book.enrol(spec, now_ms))?;
    book.speak(now_ms + 60_000)?;

    let (mut stories, mut dice) = (stories::all(wish.seed), Dice::of(wish.seed, "lines"));
    let mut date = first;
    for number in 0..wish.days {
        let mut day = Day {
            date,
            is_working: calendar.is_working_day(date),
            number: number as i32,
            days: wish.days as i32,
            offices: &offices,
            calendar: &calendar,
            book: &mut book,
            found: vec![],
            load: wish.events_per_day,
        };
        for story in &mut stories {
            story.tell(&mut day)?;
        }
        book.end_day(date, &mut dice)?;
        date = date.next();
        done(number + 1);
    }
    for _ in 0..LATEST {
        if !book.is_settled() {
            book.end_day(date, &mut dice)?;
            date = date.next();
        }
    }
    finish(book)
}

/// One ward becomes another unit on the first of a month near the middle, if the time is long enough for it.
fn changes_on(first: CivilDate, days: u32) -> Option<CivilDate> {
    let middle = first.add_days(days as i32 / 2)?;
    let on = middle.end_of_month().next();
    (on.days_since(first) + 7 < days as i32).then_some(on)
}

fn calendar() -> Result<Calendar> {
    let rules = reference::rules()?;
    let holidays = rules.iter().find(|set| set.name == "holidays").context("the table of holidays")?;
    match tables::parse(&holidays.name, &holidays.content)? {
        Table::Holidays(holidays) => Ok(Calendar::new(holidays)),
        _ => bail!("the table of holidays is none"),
    }
}

/// Exactly what was made to be rejected is rejected.
fn finish(book: Book) -> Result<Made> {
    for (name, codes) in &book.rejected {
        match book.expected.get(name) {
            None => bail!("record {name} was rejected and nobody meant it to be: {}", codes.join(", ")),
            Some(code) if !codes.iter().any(|got| got == code) => {
                bail!("record {name} was rejected for {}, not for {code}", codes.join(", "))
            }
            Some(_) => {}
        }
    }
    if let Some((name, code)) = book.expected.iter().find(|(name, _)| !book.rejected.contains_key(*name)) {
        bail!("record {name} counts, although it was made to break {code}");
    }
    let (fold, reader) = book.state();
    let size = fold.size();
    Ok(Made { size, root: reader.root_at(size)?, kinds: book.kinds, rejected: book.expected })
}

#[cfg(test)]
mod tests;
