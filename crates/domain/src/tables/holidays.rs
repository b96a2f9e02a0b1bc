//! Days off that are no weekend, and weekend days worked instead.

use std::collections::BTreeSet;

use serde::Deserialize;

use super::TableError;
use super::source::{Row, Source, optional_date};
use crate::CivilDate;

/// The public holidays of the years an official has entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Holidays {
    /// Years the table is complete for; deadlines in other years know weekends only.
    pub years: BTreeSet<i32>,
    /// Days off, weekends included where they were listed.
    pub days_off: BTreeSet<CivilDate>,
    /// Weekend days on which offices work.
    pub worked: BTreeSet<CivilDate>,
}

impl Holidays {
    /// Takes the years of a newer table instead of what was known of them; other years stay.
    pub fn amend(&mut self, newer: &Holidays) {
        let is_kept = |day: &CivilDate| !newer.years.contains(&day.year());
        self.days_off.retain(is_kept);
        self.worked.retain(is_kept);
        self.days_off.extend(&newer.days_off);
        self.worked.extend(&newer.worked);
        self.years.extend(&newer.years);
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    years: Vec<i32>,
    holiday: Vec<Row<Days>>,
    #[serde(default)]
    worked: Vec<Row<Days>>,
}

/// `date` for one day, or `from` and `to`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Days {
    #[serde(default, deserialize_with = "optional_date")]
    date: Option<CivilDate>,
    #[serde(default, deserialize_with = "optional_date")]
    from: Option<CivilDate>,
    #[serde(default, deserialize_with = "optional_date")]
    to: Option<CivilDate>,
    /// For readers of the table; the calendar does not need it.
    #[allow(dead_code)]
    label: String,
}

/// Longer than any holiday: a typing error in a year would otherwise make a year of days off.
const LONGEST_DAYS: i32 = 31;

pub(super) fn parse(content: &str) -> Result<Holidays, TableError> {
    let source = Source { name: "holidays", content };
    let file: File = source.parse()?;
    let mut holidays = Holidays { years: file.years.into_iter().collect(), ..Holidays::default() };
    for row in &file.holiday {
        holidays.days_off.extend(days(&source, row, &holidays.years)?);
    }
    for row in &file.worked {
        let worked = days(&source, row, &holidays.years)?;
        if let Some(day) = worked.iter().find(|day| !day.weekday().is_weekend()) {
            return Err(source.row_error(
                &row.span(),
                "date",
                format!("{day} is no weekend day: offices work anyway"),
            ));
        }
        holidays.worked.extend(worked);
    }
    if let Some(day) = holidays.worked.intersection(&holidays.days_off).next() {
        let problem = format!("{day} is both a holiday and worked");
        return Err(source.row_error(&(0..0), "worked", problem));
    }
    Ok(holidays)
}

fn days(source: &Source<'_>, row: &Row<Days>, years: &BTreeSet<i32>) -> Result<Vec<CivilDate>, TableError> {
    let written = row.get_ref();
    let (from, to) = match (written.date, written.from, written.to) {
        (Some(day), None, None) => (day, day),
        (None, Some(from), Some(to)) if from <= to => (from, to),
        _ => return Err(source.row_error(&row.span(), "date", "state `date`, or `from` and `to` in order")),
    };
    if to.days_since(from) >= LONGEST_DAYS {
        return Err(source.row_error(
            &row.span(),
            "to",
            format!("longer than {LONGEST_DAYS} days: check the year"),
        ));
    }
    if let Some(year) = [from, to].map(CivilDate::year).into_iter().find(|year| !years.contains(year)) {
        return Err(source.row_error(&row.span(), "from", format!("{year} is not in `years`")));
    }
    Ok((from.day_number()..=to.day_number()).filter_map(CivilDate::from_day_number).collect())
}
