//! What the operator states on somebody's word: a report that left the house, an annex that is to be destroyed.

use socai_proto::v1::{self, event::Kind};

use crate::{
    draft::operator_event,
    founding::{SpecError, random_id},
};

/// The event that a report was issued.
///
/// # Errors
/// The system gives no randomness.
pub fn issue(report: v1::ReportIssued, now_ms: u64) -> Result<v1::Event, SpecError> {
    Ok(operator_event(random_id()?, now_ms, Kind::ReportIssued(report)))
}

/// The event that an annex is to be destroyed, entered by an office for another one that approved it.
///
/// # Errors
/// The system gives no randomness.
pub fn order_erasure(erased: v1::AnnexErased, entered_by: &str, now_ms: u64) -> Result<v1::Event, SpecError> {
    let approved_by = erased.approver_position.clone();
    let event = operator_event(random_id()?, now_ms, Kind::AnnexErased(erased));
    Ok(v1::Event { entered_by: entered_by.to_owned(), approved_by, ..event })
}
