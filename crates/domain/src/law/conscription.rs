//! `law.conscription`: the call-up (Law 78/2015/QH13).

use std::ops::RangeInclusive;

use super::{Cited, Rules, count, row};
use crate::CivilDate;

const TABLE: &str = "law.conscription";

/// Months of the year in which citizens are handed over (art. 33).
pub fn hand_over(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, RangeInclusive<u32>>> {
    let row = row(rules, TABLE, "hand_over", on)?;
    Some(Cited { value: row.count("first_month")..=row.count("last_month"), source: &row.source })
}

/// Orders beyond the quota, hundredths of a per cent of it.
pub fn reserve(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "reserve", on).map(|row| count(row, "percent_of_quota"))
}

/// Most citizens examined for each place of the quota.
pub fn examined(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "examined", on).map(|row| count(row, "times_quota"))
}
