//! Events that the operator states: made here, and held against the same rules as a ward's drafts.

use bytes::Bytes;
use prost::Message as _;
use socai_domain::{Breach, Event, Registry, rules, time};
use socai_proto::{
    v1::{self, event::Kind},
    validate_annex,
};
use socai_tlog::UnitNo;

use crate::stated::Stated;

/// Why an event of the operator is not sealed.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// Its facts cannot be read back.
    #[error("event {place} of the batch: {reason}")]
    Malformed {
        /// Which of the batch, from 1.
        place: usize,
        /// What is wrong.
        reason: String,
    },
    /// It breaks rules.
    #[error("event {place} of the batch: {}", list(breaches))]
    Breaches {
        /// Which of the batch, from 1.
        place: usize,
        /// What is wrong, field by field.
        breaches: Vec<Breach>,
    },
}

fn list(breaches: &[Breach]) -> String {
    breaches.iter().map(Breach::to_string).collect::<Vec<_>>().join("; ")
}

/// The envelope of an event that the operator states today.
#[must_use]
pub fn operator_event(id: Bytes, now_ms: u64, kind: Kind) -> v1::Event {
    v1::Event {
        id,
        occurred_on: time::vietnam_date(now_ms).yyyymmdd(),
        level: v1::Level::Public.into(),
        source: Some(v1::Source {
            kind: v1::SourceKind::System.into(),
            system: "socai".to_owned(),
            ..v1::Source::default()
        }),
        entered_by: "van-hanh-so-cai".to_owned(),
        kind: Some(kind),
        ..v1::Event::default()
    }
}

/// Holds a batch against the rules; nothing of it is sealed when one event breaks one.
///
/// # Errors
/// The first event that cannot be sealed, with every field that is wrong.
pub fn check(events: &[Stated], registry: &Registry, now_ms: u64) -> Result<(), DraftError> {
    let today = time::vietnam_date(now_ms);
    for (index, stated) in events.iter().enumerate() {
        let place = index + 1;
        let facts = stated.event.encode_to_vec();
        let event = Event::decode(&facts)
            .map_err(|error| DraftError::Malformed { place, reason: error.to_string() })?;
        let breaches = rules::check(&event, UnitNo::OPERATOR, &rules::Ctx::draft(registry, today));
        if !breaches.is_empty() {
            return Err(DraftError::Breaches { place, breaches });
        }
        if let Some(wrong) = validate_annex(&stated.annex).first() {
            return Err(DraftError::Malformed { place, reason: wrong.to_string() });
        }
    }
    Ok(())
}
