//! Terms over days of a year whose holidays nobody has entered.
//!
//! Such days are Mondays to Fridays only, which makes a term seem to end earlier than it did. What was found by one says so.

use socai_tlog::EventName;

use super::{Asked, Finding};
use crate::CivilDate;

/// The code under which a case says so.
pub const HOLIDAYS_UNKNOWN: &str = "holidays_unknown";

/// The finding that goes with one that rests on a term judged over these days; none when the table of holidays holds them all.
pub(super) fn unknown(
    asked: &Asked<'_>,
    (from, to): (CivilDate, CivilDate),
    facts: impl FnOnce() -> Vec<EventName>,
) -> Option<Finding> {
    let (vi, en) = unknown_of(asked.rules.calendar().unknown_year(from, to)?);
    Some(Finding::new(HOLIDAYS_UNKNOWN, facts(), vi, en))
}

/// What is to be said of a term judged over days of a year that the table does not hold, in both languages.
pub fn unknown_of(year: i32) -> (String, String) {
    (
        format!("chưa có bảng ngày nghỉ năm {year}: số ngày làm việc mới trừ thứ Bảy, Chủ nhật"),
        format!("no table of holidays covers {year}: the working days leave out weekends only"),
    )
}
