//! Terms over days of a year whose holidays nobody has entered.
//!
//! Such days are Mondays to Fridays only, which makes a term seem to end earlier than it did. What was found by one says so.

use super::Asked;
use crate::CivilDate;

/// The code under which a case says so.
pub const HOLIDAYS_UNKNOWN: &str = "holidays_unknown";

/// What is to be said of a term judged over these days, in both languages; none when the table of holidays holds them all.
pub(super) fn unknown(asked: &Asked<'_>, from: CivilDate, to: CivilDate) -> Option<(String, String)> {
    asked.rules.calendar().unknown_year(from, to).map(unknown_of)
}

/// The same of a year that the table does not hold.
pub fn unknown_of(year: i32) -> (String, String) {
    (
        format!("chưa có bảng ngày nghỉ năm {year}: số ngày làm việc mới trừ thứ Bảy, Chủ nhật"),
        format!("no table of holidays covers {year}: the working days leave out weekends only"),
    )
}
