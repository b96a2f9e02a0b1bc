//! `law.budget`: the books of the state budget (Law 83/2015/QH13).

use super::{Cited, Rules, day_of_year_after, row};
use crate::CivilDate;

const TABLE: &str = "law.budget";

/// The last day on which the books of a fiscal year are adjusted (art. 64): a day of the year after it, by the row in force on the last day
/// of the fiscal year.
pub fn adjusted_until(rules: &dyn Rules, fiscal_year: i32) -> Option<Cited<'_, CivilDate>> {
    let row = row(rules, TABLE, "adjustment", CivilDate::new(fiscal_year, 12, 31)?)?;
    let last = day_of_year_after(fiscal_year, row.count("month"), row.count("day"))?;
    Some(Cited { value: last, source: &row.source })
}

/// First and last day on which something is posted under a fiscal year; the calendar year alone where no row is in force.
pub fn books(rules: &dyn Rules, fiscal_year: i32) -> Option<(CivilDate, CivilDate)> {
    let last = adjusted_until(rules, fiscal_year).map(|until| until.value);
    let last = last.or_else(|| CivilDate::new(fiscal_year, 12, 31))?;
    Some((CivilDate::new(fiscal_year, 1, 1)?, last))
}
