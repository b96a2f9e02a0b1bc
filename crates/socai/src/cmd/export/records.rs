//! Rows of records: the log once more, with a fold at the cut-off that knows what of each record counts.

use std::collections::BTreeSet;

use anyhow::Result;
use socai_domain::Event;
use socai_fold::{Effective, Fold, figures::Passes};
use socai_log::{LogError, Reader, RecordRef};
use socai_proto::{KindInfo, kind_by_tag};
use socai_tlog::{LeafIndex, link};

use super::{
    cases::Cases,
    tables::{Cell, ENTRIES, Month, Output},
};

/// Adds facts up to the fold's size; the months in which facts of the domains occurred. `passed` hears how far it is.
///
/// # Errors
/// The log cannot be read or a file not written.
pub fn facts(
    reader: &Reader,
    fold: &Fold,
    output: &mut dyn Output,
    mut passed: impl FnMut(LeafIndex),
) -> Result<BTreeSet<Month>> {
    let mut months = BTreeSet::new();
    reader.for_each(LeafIndex(0), fold.size(), |record| -> Result<(), Failed> {
        months.extend(add_fact(&record, fold, output)?);
        passed(record.leaf());
        Ok(())
    })?;
    Ok(months)
}

/// Adds entries up to the fold's size; the pass for the figures sees what counts of them, and so do the cases, which are given back.
///
/// # Errors
/// The log cannot be read or a file not written.
pub fn entries(
    reader: &Reader,
    fold: &Fold,
    output: &mut dyn Output,
    passes: &mut Passes<'_>,
) -> Result<Cases> {
    let mut cases = Cases::default();
    reader.for_each(LeafIndex(0), fold.size(), |record| -> Result<(), Failed> {
        let standing = Standing::of(&record, fold);
        let event = standing.event();
        let kind = event.as_ref().and_then(|event| kind_by_tag(event.tag()));
        add_entry(&record, fold, &standing, event.as_ref().zip(kind), output)?;
        let counts = event.as_ref().filter(|_| standing.counts());
        passes.visit_read(record.name(), record.leaf(), counts).map_err(anyhow::Error::from)?;
        if let Some((event, kind)) = counts.zip(kind) {
            cases.note(event, kind, record.name());
        }
        Ok(())
    })?;
    Ok(cases)
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

/// A record as it counts at the fold's size.
struct Standing<'a> {
    word: &'static str,
    /// As corrected.
    facts: &'a [u8],
}

impl<'a> Standing<'a> {
    fn of(record: &'a RecordRef<'_>, fold: &'a Fold) -> Self {
        let name = record.name();
        let effective = match fold.is_rejected(record.leaf()) {
            true => None,
            false => Some(fold.amendments().get(name).map(|amended| amended.effective(name))),
        };
        let (word, facts) = match effective {
            None | Some(Some(Effective::Missing)) => ("rejected", record.facts()),
            Some(None | Some(Effective::Original(_))) => ("recorded", record.facts()),
            Some(Some(Effective::Corrected(facts))) => ("corrected", facts),
            Some(Some(Effective::Voided)) => ("voided", record.facts()),
        };
        Standing { word, facts }
    }

    /// The facts, if this release can read them. The fold has judged them already.
    fn event(&self) -> Option<Event<'a>> {
        Event::decode_again(self.facts).ok()
    }

    fn counts(&self) -> bool {
        matches!(self.word, "recorded" | "corrected")
    }
}

/// The cells that begin a row: leaf, number and id of the unit, seq.
fn named<'f>(record: &RecordRef<'_>, fold: &'f Fold) -> [Cell<'f>; 4] {
    let name = record.name();
    let unit = fold.registry().unit(name.unit).map_or("", |unit| unit.id.as_str());
    let (leaf, unit_no) = (record.leaf().0.cast_signed(), i64::from(name.unit.0));
    [Cell::Int(leaf), Cell::Int(unit_no), Cell::text(unit), Cell::Int(name.seq.0.cast_signed())]
}

/// Adds the row of a record to the entries.
fn add_entry(
    record: &RecordRef<'_>,
    fold: &Fold,
    standing: &Standing<'_>,
    read: Option<(&Event<'_>, &'static KindInfo)>,
    output: &mut dyn Output,
) -> Result<()> {
    let (event, kind) = read.unzip();
    let month = event.map_or(Month::NONE, |event| Month::of(event.occurred_on()));
    let mut hex = [0; 64];
    hex::encode_to_slice(link(&record.header_bytes()).0, &mut hex)?;
    let [leaf, unit_no, unit, seq] = named(record, fold);
    output.row(
        &ENTRIES,
        month,
        &[
            leaf,
            unit_no,
            unit,
            seq,
            Cell::Text(std::str::from_utf8(&hex)?),
            Cell::Time(record.recorded_at_ms()),
            Cell::Time(record.received_at_ms()),
            kind.map_or(Cell::Null, |kind| Cell::Text(kind.name)),
            event.map_or(Cell::Null, |event| Cell::Date(event.occurred_on())),
            Cell::text(event.and_then(Event::case).unwrap_or_default()),
            Cell::Text(standing.word),
            Cell::Bool(standing.counts()),
        ],
    )
}

/// Adds the fact of a record to the table of its kind; the month of a fact of a domain that was not rejected.
fn add_fact(record: &RecordRef<'_>, fold: &Fold, output: &mut dyn Output) -> Result<Option<Month>> {
    let standing = Standing::of(record, fold);
    let Some(event) = standing.event() else { return Ok(None) };
    let Some(kind) = kind_by_tag(event.tag()) else { return Ok(None) };
    let month = Month::of(event.occurred_on());
    let (recorded, received) = (Cell::Time(record.recorded_at_ms()), Cell::Time(record.received_at_ms()));
    let [leaf, unit_no, unit, seq] = named(record, fold);
    let (word, counts) = (Cell::Text(standing.word), Cell::Bool(standing.counts()));
    output.fact(kind, month, &[leaf, unit_no, unit, seq, recorded, received, word, counts], &event)?;
    Ok((!kind.is_ledger() && standing.word != "rejected").then_some(month))
}
