//! `law.clearance`: terms of compensation, support and resettlement (Land Law).

use super::{Cited, Rules, count, row};
use crate::CivilDate;

const TABLE: &str = "law.clearance";

/// Calendar days from a notice given that day to the recovery of the land: of farm land, and of other land.
pub fn notice(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, (u32, u32)>> {
    let row = row(rules, TABLE, "notice", on)?;
    Some(Cited { value: (row.count("days_farm_land"), row.count("days_other_land")), source: &row.source })
}

/// Calendar days for which a draft that was posted that day stays posted.
pub fn posting(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "posting", on).map(|row| count(row, "days"))
}

/// Calendar days within which a plan approved that day is paid.
pub fn payment(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "payment", on).map(|row| count(row, "days"))
}
