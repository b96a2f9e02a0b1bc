//! The registry as unit 0 stated it: what a ward node is given to validate its drafts with.

use prost::Message as _;
use serde_json::Value;
use socai_domain::{Event, Registry};
use socai_log::{LogError, Reader};
use socai_proto::{json, v1};
use socai_tlog::{EventName, UnitNo, UnitSeq};

/// Unit 0's facts about units and keys in the JSON form, oldest first.
///
/// # Errors
/// The log could not be read.
pub fn registry_snapshot(reader: &Reader) -> Result<Value, LogError> {
    let mut facts = Vec::new();
    for seq in 0..reader.unit_len(UnitNo::OPERATOR)? {
        let name = EventName { unit: UnitNo::OPERATOR, seq: UnitSeq(seq) };
        let stored = reader.record(reader.leaf_of(name)?)?;
        let bytes = stored.record.facts();
        let is_about_units = Event::decode(bytes).is_ok_and(|event| Registry::is_about(&event));
        if let Some(event) = v1::Event::decode(bytes.as_ref()).ok().filter(|_| is_about_units) {
            facts.push(json::event_to_json(&event, None, None));
        }
    }
    Ok(Value::Array(facts))
}
