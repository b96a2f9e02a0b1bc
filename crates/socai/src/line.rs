//! A record as one JSON object of stable shape, for replays and exports.
//!
//! Times are RFC 3339 in Viet Nam. `event` is the JSON form of imports and of the API. Annexes are not part of it.

use serde_json::{Value, json};
use socai_domain::time::vietnam_rfc3339;
use socai_log::RecordRef;
use socai_proto::{json as form, v1};
use socai_tlog::link;

/// `{"leaf","name","link","recorded_at","received_at","event"}`; `event` is null when the facts are no event of this release. `unit` is the
/// publisher's id.
pub fn object(record: &RecordRef<'_>, event: Option<&v1::Event>, unit: Option<&str>) -> Value {
    json!({
        "leaf": record.leaf().0,
        "name": record.name().to_string(),
        "link": link(&record.header_bytes()).to_string(),
        "recorded_at": vietnam_rfc3339(record.recorded_at_ms()),
        "received_at": vietnam_rfc3339(record.received_at_ms()),
        "event": event.map(|event| form::event_to_json(event, None, unit)),
    })
}
