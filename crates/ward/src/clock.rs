//! The only place of this crate that reads a clock.

use std::time::{SystemTime, UNIX_EPOCH};

use socai_domain::{CivilDate, time::vietnam_date};

/// Milliseconds since 1970 UTC; 0 for a clock set before.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Today in Viet Nam.
pub(crate) fn today() -> CivilDate {
    vietnam_date(now_ms())
}
