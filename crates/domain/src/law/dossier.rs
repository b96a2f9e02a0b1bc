//! `law.dossier`: the on-time rule of one-stop-shop dossiers (Decision 766/QĐ-TTg).

use super::{Cited, Rules, count, row};
use crate::CivilDate;

const TABLE: &str = "law.dossier";

/// Requests for more papers that a dossier received that day may have; the next one counts as late.
pub fn supplements(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "supplement", on).map(|row| count(row, "requests"))
}
