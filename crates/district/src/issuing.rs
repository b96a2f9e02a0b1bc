//! Reports that leave the house: what was printed, stated by the operator.

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
