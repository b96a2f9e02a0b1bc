//! `law.petition`: how long an office has for complaints (Law 02/2011/QH13) and denunciations (Law 25/2018/QH14).

use super::{Cited, Rules, count, row};
use crate::CivilDate;

const TABLE: &str = "law.petition";

/// Calendar days from receipt within which a complaint is accepted or refused (art. 27).
pub fn complaint_acceptance(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "complaint_acceptance", on).map(|row| count(row, "days"))
}

/// Calendar days from acceptance to the decision: for a plain and for a complex complaint (art. 28, 37).
pub fn complaint(rules: &dyn Rules, instance: u32, on: CivilDate) -> Option<Cited<'_, (u32, u32)>> {
    let mut rows = rules.law(TABLE, on)?.in_force("complaint", on);
    let row = rows.find(|row| row.count("instance") == instance)?;
    Some(Cited { value: (row.count("days"), row.count("days_complex")), source: &row.source })
}

/// Working days from receipt within which a denunciation is accepted or refused: as a rule, and at the longest (art. 24).
pub fn denunciation_initial(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, (u32, u32)>> {
    let row = row(rules, TABLE, "denunciation_initial", on)?;
    let terms = (row.count("working_days"), row.count("working_days_longest"));
    Some(Cited { value: terms, source: &row.source })
}

/// Working days from receipt within which a denunciation that is another office's goes to that office (art. 24).
pub fn denunciation_transfer(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, u32>> {
    row(rules, TABLE, "denunciation_transfer", on).map(|row| count(row, "working_days"))
}

/// The term of a denunciation from its acceptance (art. 30).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Denunciation {
    /// Calendar days.
    pub days: u32,
    /// Days that each extension adds.
    pub extension_days: u32,
    /// Most extensions.
    pub extensions: u32,
}

/// The term of a denunciation that was accepted that day.
pub fn denunciation(rules: &dyn Rules, on: CivilDate) -> Option<Cited<'_, Denunciation>> {
    let row = row(rules, TABLE, "denunciation", on)?;
    let term = Denunciation {
        days: row.count("days"),
        extension_days: row.count("extension_days"),
        extensions: row.count("extensions"),
    };
    Some(Cited { value: term, source: &row.source })
}
