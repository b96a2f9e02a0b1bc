//! Rows of records: the log once more, with a fold at the cut-off that knows what of each record counts.

use std::collections::BTreeSet;

use anyhow::Result;
use socai_domain::Event;
use socai_fold::{Effective, Fold};
use socai_log::{LogError, Reader, RecordRef};
use socai_proto::kind_by_tag;
use socai_tlog::{LeafIndex, link};

use super::{
    cases::Cases,
    tables::{Cell, ENTRIES, Month, Output},
};

/// Adds facts, entries and cases up to the fold's size; the months in which facts of the domains occurred. `passed` hears how far it is.
///
/// # Errors
/// The log cannot be read or a file not written.
pub fn write(
    reader: &Reader,
    fold: &Fold,
    output: &mut dyn Output,
    mut passed: impl FnMut(LeafIndex),
) -> Result<BTreeSet<Month>> {
    let (mut cases, mut months) = (Cases::default(), BTreeSet::new());
    reader.for_each(LeafIndex(0), fold.size(), |record| -> Result<(), Failed> {
        months.extend(add(&record, fold, output, &mut cases)?);
        passed(record.leaf());
        Ok(())
    })?;
    cases.write(fold, output)?;
    Ok(months)
}

/// What a pass over the log ends with.
struct Failed(anyhow::Error);

impl From<LogError> for Failed {
    fn from(error: LogError) -> Self {
        Failed(error.into())
    }
}

impl From<anyhow::Error> for Failed {
    fn from(error: anyhow::Error) -> Self {
        Failed(error)
    }
}

impl From<Failed> for anyhow::Error {
    fn from(Failed(error): Failed) -> Self {
        error
    }
}

/// Adds a record; the month of a fact of a domain that was not rejected.
fn add(
    record: &RecordRef<'_>,
    fold: &Fold,
    output: &mut dyn Output,
    cases: &mut Cases,
) -> Result<Option<Month>> {
    let name = record.name();
    let effective = match fold.is_rejected(record.leaf()) {
        true => None,
        false => Some(fold.amendments().get(name).map(|amended| amended.effective(name))),
    };
    let (standing, facts) = match effective {
        None | Some(Some(Effective::Missing)) => ("rejected", record.facts()),
        Some(None | Some(Effective::Original(_))) => ("recorded", record.facts()),
        Some(Some(Effective::Corrected(facts))) => ("corrected", facts),
        Some(Some(Effective::Voided)) => ("voided", record.facts()),
    };
    let counts = matches!(standing, "recorded" | "corrected");
    let unit = fold.registry().unit(name.unit).map_or("", |unit| unit.id.as_str());
    let (leaf, unit_no) = (Cell::Int(record.leaf().0.cast_signed()), Cell::Int(i64::from(name.unit.0)));
    let (seq, unit) = (Cell::Int(name.seq.0.cast_signed()), Cell::text(unit));
    let (recorded, received) = (Cell::Time(record.recorded_at_ms()), Cell::Time(record.received_at_ms()));
    let event = Event::decode(facts).ok();
    let kind = event.as_ref().and_then(|event| kind_by_tag(event.tag()));
    let month = event.as_ref().map_or(Month::NONE, |event| Month::of(event.occurred_on()));
    let link = hex::encode(link(&record.header_bytes()).0);
    output.row(
        &ENTRIES,
        month,
        &[
            leaf,
            unit_no,
            unit,
            seq,
            Cell::Text(&link),
            recorded,
            received,
            kind.map_or(Cell::Null, |kind| Cell::Text(kind.name)),
            event.as_ref().map_or(Cell::Null, |event| Cell::Date(event.occurred_on())),
            Cell::text(event.as_ref().and_then(Event::case).unwrap_or_default()),
            Cell::Text(standing),
            Cell::Bool(counts),
        ],
    )?;
    if let (Some(event), Some(kind)) = (&event, kind) {
        let about = [leaf, unit_no, unit, seq, recorded, received, Cell::Text(standing), Cell::Bool(counts)];
        output.fact(kind, month, &about, event)?;
        if counts {
            cases.note(event, kind, name, facts);
        }
    }
    let is_of_domain = kind.is_some_and(|kind| !kind.is_ledger()) && standing != "rejected";
    Ok(is_of_domain.then_some(month))
}
