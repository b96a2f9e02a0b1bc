//! A record as one JSON object, for replays and exports.

use std::collections::HashMap;

use serde_json::{Value, json};
use socai_domain::time::vietnam_rfc3339;
use socai_log::RecordRef;
use socai_proto::{json as form, v1};
use socai_tlog::{UnitNo, link};

use crate::named;

/// Ids of the units registered so far.
#[derive(Debug, Default)]
pub struct UnitIds(HashMap<UnitNo, String>);

impl UnitIds {
    /// Takes an event into account: a registration names a unit.
    pub fn note(&mut self, event: &v1::Event) {
        if let Some(v1::event::Kind::UnitRegistered(unit)) = &event.kind {
            self.0.insert(UnitNo(unit.unit_no), unit.unit_id.clone());
        }
    }

    /// The id of a unit.
    pub fn of(&self, unit: UnitNo) -> Option<&str> {
        self.0.get(&unit).map(String::as_str)
    }

    /// The units that go by this id or number.
    pub fn numbers<'s>(&'s self, asked: &'s str) -> impl Iterator<Item = UnitNo> + 's {
        let is_named = move |(no, id): &(&UnitNo, &String)| named::is_named(asked, **no, id);
        self.0.iter().filter(is_named).map(|(no, _)| *no)
    }

    /// Every number with its id.
    pub fn all(&self) -> impl Iterator<Item = (UnitNo, &str)> {
        self.0.iter().map(|(no, id)| (*no, id.as_str()))
    }
}

/// `{"leaf","name","link","recorded_at","received_at","event"}`; the event in its JSON form, `null` when the facts cannot be read.
pub fn object(record: &RecordRef<'_>, event: Option<&v1::Event>, ids: &UnitIds) -> Value {
    json!({
        "leaf": record.leaf().0,
        "name": record.name().to_string(),
        "link": link(&record.header_bytes()).to_string(),
        "recorded_at": vietnam_rfc3339(record.recorded_at_ms()),
        "received_at": vietnam_rfc3339(record.received_at_ms()),
        "event": event.map(|event| form::event_to_json(event, None, ids.of(record.name().unit))),
    })
}
