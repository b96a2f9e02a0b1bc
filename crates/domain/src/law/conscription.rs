//! `law.conscription`: the call-up (Law 78/2015/QH13). Its other sections are for readers: no fact says what they limit.

use std::ops::RangeInclusive;

use super::{Cited, Rules, row_where};
use crate::CivilDate;

/// Months of the year in which citizens of a call are handed over (art. 33); none for a call without a season.
pub fn hand_over(rules: &dyn Rules, call_no: u32, on: CivilDate) -> Option<Cited<'_, RangeInclusive<u32>>> {
    let is_of_call = |call: Option<i64>| call.is_none_or(|call| call == i64::from(call_no));
    let row = row_where(rules, "law.conscription", "hand_over", on, |row| is_of_call(row.number("call_no")))?;
    Some(Cited { value: row.count("first_month")..=row.count("last_month"), source: &row.source })
}

/// The last day of the season of a year's call, with the article.
pub fn season_end(rules: &dyn Rules, year: u32, call_no: u32) -> Option<Cited<'_, CivilDate>> {
    let year = i32::try_from(year).ok()?;
    let months = hand_over(rules, call_no, CivilDate::new(year, 1, 1)?)?;
    let last = CivilDate::new(year, u8::try_from(*months.value.end()).ok()?, 1)?.end_of_month();
    Some(Cited { value: last, source: months.source })
}
