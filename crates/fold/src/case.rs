//! Cases: one row per fact, nothing in memory.
//!
//! The rows of a case are a range of keys in the order that decides its state: day, unit, seq, never arrival. Whoever asks for a
//! case reads its range and reduces it; the fold holds no case, so its memory does not grow with them.

use serde::{Deserialize, Serialize};
use socai_domain::{CivilDate, Event};
use socai_proto::{
    Fields, kind_by_tag,
    schema::{Field, Shape},
};
use socai_tlog::{EventName, LeafIndex};

use crate::rows::{self, BadRow, Key, Parts, Table};

/// One fact of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseFact {
    /// The record.
    pub name: EventName,
    /// The day it took effect.
    pub occurred_on: CivilDate,
    /// Its place in the log.
    pub leaf: LeafIndex,
    /// Its kind by name.
    pub kind: &'static str,
    /// Whether it counts as recorded, corrected, or not at all.
    pub standing: CaseStanding,
    /// Choices and numbers of the payload: `field=urban_order total=150000`.
    pub summary: String,
}

/// Whether and as what a fact of a case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CaseStanding {
    /// As recorded.
    Recorded,
    /// As corrected; the summary is the corrected one.
    Corrected,
    /// Not at all; the summary is what was voided.
    Voided,
}

#[derive(Serialize, Deserialize)]
struct Value {
    tag: u32,
    leaf: u64,
    standing: CaseStanding,
    summary: String,
}

/// The common start of the keys of a case.
pub fn case_prefix(case: &str) -> Vec<u8> {
    Key::table(Table::Case).text(case).done()
}

/// The row of a fact; none when it belongs to no case.
pub(crate) fn row(
    event: &Event<'_>,
    name: EventName,
    leaf: LeafIndex,
    standing: CaseStanding,
) -> Option<(Vec<u8>, Vec<u8>)> {
    let key = Key::table(Table::Case).text(event.case()?).u32(event.occurred_on().yyyymmdd().cast_unsigned());
    let value = Value { tag: event.tag(), leaf: leaf.0, standing, summary: summary(event) };
    Some((key.u32(name.unit.0).u64(name.seq.0).done(), rows::encode(&value)))
}

impl CaseFact {
    /// Reads a row of a case.
    pub fn read(key: &[u8], value: &[u8]) -> Result<Self, BadRow> {
        let mut parts = Parts::of(key);
        parts.text()?;
        let day = CivilDate::from_yyyymmdd(parts.u32()?.cast_signed()).map_err(|error| parts.bad(error))?;
        let name = EventName::new(parts.u32()?, parts.u64()?);
        let value: Value = rows::decode(key, value)?;
        let kind =
            kind_by_tag(value.tag).ok_or_else(|| parts.bad(format!("no kind has tag {}", value.tag)))?;
        parts.end()?;
        Ok(CaseFact {
            name,
            occurred_on: day,
            leaf: LeafIndex(value.leaf),
            kind: kind.name,
            standing: value.standing,
            summary: value.summary,
        })
    }
}

/// Most fields in a summary.
const MAX_PARTS: usize = 6;

/// The payload's choices, numbers other than zero and dates, in the order of the schema. Texts stay in the record.
fn summary(event: &Event<'_>) -> String {
    let mut text = String::new();
    let fields = kind_by_tag(event.tag()).map(|kind| kind.message.fields).unwrap_or_default();
    let parts = fields.iter().filter(|field| !field.repeated).filter_map(|field| part(event, field));
    for (name, value) in parts.take(MAX_PARTS) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(name);
        text.push('=');
        text.push_str(&value);
    }
    text
}

fn part(event: &Event<'_>, field: &'static Field) -> Option<(&'static str, String)> {
    let number = event.kind().int(field.tag).filter(|number| *number != 0)?;
    let value = match field.shape {
        Shape::Enum(of) => of.value(number)?.name.to_owned(),
        Shape::Bool => "yes".to_owned(),
        Shape::Date => CivilDate::from_yyyymmdd(i32::try_from(number).ok()?).ok()?.to_string(),
        Shape::Int { .. } => number.to_string(),
        _ => return None,
    };
    Some((field.name, value))
}
