//! `law.tax`: debts and their interest (Law 38/2019/QH14).

use super::{Cited, Rules, count, row};
use crate::CivilDate;

const TABLE: &str = "law.tax";

/// Late interest, hundredths of a per cent a day (art. 59).
pub fn late_interest(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "late_interest", on).map(|row| count(row, "percent_a_day"))
}

/// Days after the last day for paying from which a debt is enforced (art. 124).
pub fn enforcement(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "enforcement", on).map(|row| count(row, "days"))
}
