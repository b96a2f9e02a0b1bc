//! What the operator states on somebody's word: a report that left the house, texts for it, an answer, an annex that is to be destroyed.

use socai_proto::v1::{self, event::Kind};

use crate::{
    draft::operator_event,
    spec::{SpecError, random_id},
    stated::Stated,
};

/// The operator closes a period with texts for sections of the report, by section; the salt is drawn here.
///
/// # Errors
/// The system gives no randomness.
pub fn close_with_texts(
    closed: v1::PeriodClosed,
    texts: impl IntoIterator<Item = (String, String)>,
    now_ms: u64,
) -> Result<Stated, SpecError> {
    let text = texts.into_iter().collect();
    let annex = v1::Annex { salt: random_id()?, text, ..v1::Annex::default() };
    let event = operator_event(random_id()?, now_ms, Kind::PeriodClosed(closed));
    Ok(Stated { event: v1::Event { level: v1::Level::Internal.into(), ..event }, annex })
}

/// The event that a report was issued.
///
/// # Errors
/// The system gives no randomness.
pub fn issue(report: v1::ReportIssued, now_ms: u64) -> Result<v1::Event, SpecError> {
    Ok(operator_event(random_id()?, now_ms, Kind::ReportIssued(report)))
}

/// The event that the operator answers another unit's record, entered by an office.
///
/// # Errors
/// The system gives no randomness.
pub fn acknowledge(
    answer: v1::EventAcknowledged,
    entered_by: &str,
    now_ms: u64,
) -> Result<v1::Event, SpecError> {
    let event = operator_event(random_id()?, now_ms, Kind::EventAcknowledged(answer));
    Ok(v1::Event { entered_by: entered_by.to_owned(), ..event })
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
