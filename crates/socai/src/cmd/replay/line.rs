//! One fact as a line: for people, or a JSON object of stable shape.
//!
//! ```text
//! {"leaf", "name": "unit/seq", "link", "recorded_at", "received_at", "event"}
//! ```
//!
//! Times are RFC 3339 in Viet Nam. `event` is the JSON form of imports and of the API with the publisher's id as `unit`; null when the facts
//! are no event of this release. Annexes are not part of it.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use prost::Message as _;
use serde_json::json;
use socai_domain::time::vietnam_rfc3339;
use socai_log::RecordRef;
use socai_proto::{json as form, v1};
use socai_tlog::link;

use super::filter::Facets;
use crate::cli::ReplayFormat;

/// Adds the line of a record to `out`, without its end. `unit` is the publisher's id.
///
/// # Errors
/// None that memory allows.
pub fn write(
    out: &mut Vec<u8>,
    format: ReplayFormat,
    record: &RecordRef<'_>,
    fact: &Facets<'_>,
    unit: Option<&str>,
) -> Result<()> {
    match format {
        ReplayFormat::Table => row(out, record, fact),
        ReplayFormat::Jsonl => object(out, record, unit),
    }
}

/// At most 80 columns for common cases: leaf, name, day, kind, case.
fn row(out: &mut Vec<u8>, record: &RecordRef<'_>, fact: &Facets<'_>) -> Result<()> {
    let date = match fact.occurred_on {
        0 => String::new(),
        day => socai_proto::date::to_iso(day),
    };
    let kind = fact.kind.map_or("?", |kind| kind.name);
    let (leaf, name) = (record.leaf().to_string(), record.name().to_string());
    let line = format!("{leaf:>8}  {name:<9} {date:<10}  {kind:<26} {}", fact.case);
    Ok(out.write_all(line.trim_end().as_bytes())?)
}

fn object(out: &mut Vec<u8>, record: &RecordRef<'_>, unit: Option<&str>) -> Result<()> {
    let event = v1::Event::decode(record.facts()).ok();
    let object = json!({
        "leaf": record.leaf().0,
        "name": record.name().to_string(),
        "link": link(&record.header_bytes()).to_string(),
        "recorded_at": vietnam_rfc3339(record.recorded_at_ms()),
        "received_at": vietnam_rfc3339(record.received_at_ms()),
        "event": event.map(|event| form::event_to_json(&event, None, unit)),
    });
    serde_json::to_writer(out, &object).context("a line of JSON")
}
