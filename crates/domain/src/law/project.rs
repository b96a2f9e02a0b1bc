//! `law.project`: capital projects.

use super::{Cited, Rules, row};
use crate::{CivilDate, Dong};

/// The highest value, without the cost of land, for which an economic-technical report is enough.
pub fn economic_technical_report(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, Dong>> {
    let row = row(rules, "law.project", "economic_technical_report", on)?;
    Some(Cited { value: Dong(row.number("max")?), source: &row.source })
}
