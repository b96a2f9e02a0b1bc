//! `law.clearance`: terms of compensation, support and resettlement (Land Law).

use super::{Cited, Rules, count, row};
use crate::CivilDate;

const TABLE: &str = "law.clearance";

/// Calendar days for which a draft that was posted that day stays posted.
pub fn posting(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "posting", on).map(|row| count(row, "days"))
}

/// Calendar days within which a plan approved that day is paid.
pub fn payment(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "payment", on).map(|row| count(row, "days"))
}
