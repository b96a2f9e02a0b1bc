//! One fact as a line: for people, or the JSON object that exports share.

use std::io::Write as _;

use anyhow::{Context as _, Result};
use prost::Message as _;
use socai_log::RecordRef;
use socai_proto::v1;

use super::filter::Facets;
use crate::{
    cli::ReplayFormat,
    line::{self, UnitIds},
};

/// Adds the line of a record to `out`, without its end.
///
/// # Errors
/// None that memory allows.
pub fn write(
    out: &mut Vec<u8>,
    format: ReplayFormat,
    record: &RecordRef<'_>,
    fact: &Facets<'_>,
    units: &UnitIds,
) -> Result<()> {
    match format {
        ReplayFormat::Table => row(out, record, fact),
        ReplayFormat::Jsonl => {
            let event = v1::Event::decode(record.facts()).ok();
            serde_json::to_writer(out, &line::object(record, event.as_ref(), units)).context("a line of JSON")
        }
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
    let line = format!("{leaf:>7} {name:<8} {date:<10} {kind:<24} {}", fact.case);
    Ok(out.write_all(line.trim_end().as_bytes())?)
}
