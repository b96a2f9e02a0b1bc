//! `law.tax`: debts and their interest (Law 38/2019/QH14).

use super::{
    Cited, Rules, count,
    interest::{Rate, rates},
    row,
};
use crate::CivilDate;

const TABLE: &str = "law.tax";

/// Rates of late interest (art. 59).
pub fn late_interest(rules: &dyn Rules, on: CivilDate) -> Vec<Cited<'_, Rate>> {
    rates(rules, TABLE, on)
}

/// Days after the last day for paying after which a debt is notified.
pub fn notice(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "debt_notice", on).map(|row| count(row, "days"))
}

/// Days after the last day for paying after which a debt is enforced (art. 124): by the day after them, and not before.
pub fn enforcement(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "enforcement", on).map(|row| count(row, "days"))
}

/// Most months for which instalments may be granted.
pub fn instalments(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "instalments", on).map(|row| count(row, "months"))
}
