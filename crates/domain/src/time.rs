//! Milliseconds UTC to the civil date on Vietnamese desks.
//!
//! Viet Nam keeps UTC+7 all year (no daylight saving since 1975), so the zone is one constant: an entry received at
//! 2023-01-31T17:30:00Z belongs to 1 February.

use crate::CivilDate;

/// Milliseconds that Asia/Ho_Chi_Minh is ahead of UTC: 7 hours.
pub const VIETNAM_OFFSET_MS: u64 = 7 * 3_600_000;
/// Milliseconds in a day.
pub const DAY_MS: u64 = 86_400_000;

/// The civil date in Asia/Ho_Chi_Minh of a time in milliseconds UTC; times past the year 9999 give 9999-12-31.
pub fn vietnam_date(utc_ms: u64) -> CivilDate {
    let days = utc_ms.saturating_add(VIETNAM_OFFSET_MS) / DAY_MS;
    i32::try_from(days).ok().and_then(CivilDate::from_day_number).unwrap_or(CivilDate::MAX)
}

/// The first millisecond UTC of a civil date in Asia/Ho_Chi_Minh; 0 for dates that begin before 1970 in UTC.
pub fn start_of_day_ms(date: CivilDate) -> u64 {
    u64::try_from(date.day_number()).map_or(0, |days| (days * DAY_MS).saturating_sub(VIETNAM_OFFSET_MS))
}

/// The last millisecond UTC of a civil date in Asia/Ho_Chi_Minh: what a cut-off given as a date means.
pub fn end_of_day_ms(date: CivilDate) -> u64 {
    u64::try_from(date.day_number())
        .map_or(0, |days| ((days + 1) * DAY_MS).saturating_sub(VIETNAM_OFFSET_MS + 1))
}

/// The wall-clock form of a time in Viet Nam, `2023-02-08T10:15:00.123+07:00` (RFC 3339). That has no years past 9999: such a time, which no
/// clock gave, is given as its milliseconds, `253402300800000 ms UTC`.
pub fn vietnam_rfc3339(utc_ms: u64) -> String {
    if utc_ms > end_of_day_ms(CivilDate::MAX) {
        return format!("{utc_ms} ms UTC");
    }
    let of_day = utc_ms.saturating_add(VIETNAM_OFFSET_MS) % DAY_MS;
    let (seconds, millis) = (of_day / 1_000, of_day % 1_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{}T{hour:02}:{minute:02}:{second:02}.{millis:03}+07:00", vietnam_date(utc_ms))
}
