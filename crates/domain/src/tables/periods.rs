//! How report months are cut, and when Tết fell: what periods and their comparison across years rest on.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::TableError;
use super::source::{Row, Source, date};
use crate::CivilDate;
use crate::period::Cut;

/// Dated rows about periods.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Periods {
    /// First day → how report months that end on or after it are cut.
    cuts: BTreeMap<CivilDate, Cut>,
    /// Year → first day of its lunar new year in Viet Nam.
    lunar_new_years: BTreeMap<i32, CivilDate>,
}

impl Periods {
    /// How report months are cut on a day; the usual way before the first row.
    pub fn cut(&self, on: CivilDate) -> Cut {
        self.cuts.range(..=on).next_back().map_or(Cut::USUAL, |(_, cut)| *cut)
    }

    /// The first day of the lunar new year that falls into a year.
    pub fn lunar_new_year(&self, year: i32) -> Option<CivilDate> {
        self.lunar_new_years.get(&year).copied()
    }

    /// Days from one year's Tết to the next one's: 354, 355, 383, 384 or 385. None unless the table has both.
    pub fn lunar_year_before(&self, year: i32) -> Option<i32> {
        Some(self.lunar_new_year(year)?.days_since(self.lunar_new_year(year - 1)?))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    cut: Vec<Row<WrittenCut>>,
    #[serde(default)]
    lunar_new_year: Vec<Row<WrittenTet>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCut {
    #[serde(deserialize_with = "date")]
    valid_from: CivilDate,
    last_day: u8,
    source: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenTet {
    #[serde(deserialize_with = "date")]
    date: CivilDate,
}

pub(super) fn parse(content: &str) -> Result<Periods, TableError> {
    let source = Source { name: "periods", content };
    let file: File = source.parse()?;
    let mut periods = Periods::default();
    for row in file.cut {
        let (span, row) = (row.span(), row.into_inner());
        if !(1..=28).contains(&row.last_day) {
            return Err(source.row_error(&span, "last_day", "is a day that every month has: 1 to 28"));
        }
        if row.source.trim().is_empty() {
            return Err(source.row_error(&span, "source", "a rule names where it is written"));
        }
        if periods.cuts.insert(row.valid_from, Cut { last_day: row.last_day }).is_some() {
            return Err(source.row_error(&span, "valid_from", "two rules begin on this day"));
        }
    }
    for row in file.lunar_new_year {
        let (span, row) = (row.span(), row.into_inner());
        // Between 20/01 and 21/02: the new moon nearest the middle of that span.
        if !(120..=221).contains(&(row.date.yyyymmdd() % 10_000)) {
            return Err(source.row_error(&span, "date", "Tết falls between 20 January and 21 February"));
        }
        if periods.lunar_new_years.insert(row.date.year(), row.date).is_some() {
            return Err(source.row_error(&span, "date", "this year has a lunar new year already"));
        }
    }
    Ok(periods)
}
