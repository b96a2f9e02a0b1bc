//! Rows of records: the log once more, with a fold at the cut-off that knows what of each record counts.

use std::collections::HashMap;

use anyhow::Result;
use socai_domain::{CivilDate, Event};
use socai_fold::{Effective, Fold};
use socai_log::{LogError, Reader, RecordRef};
use socai_proto::{KindInfo, kind_by_tag};
use socai_tlog::{EventName, LeafIndex, UnitNo, link};

use super::tables::{CASES, Cell, ENTRIES, Month, Output};

/// Adds facts, entries and cases up to the fold's size. `passed` hears how far it is.
///
/// # Errors
/// The log cannot be read or a file not written.
pub fn write(
    reader: &Reader,
    fold: &Fold,
    output: &mut dyn Output,
    mut passed: impl FnMut(LeafIndex),
) -> Result<()> {
    let mut cases = Cases::default();
    reader.for_each(LeafIndex(0), fold.size(), |record| -> Result<(), Failed> {
        add(&record, fold, output, &mut cases)?;
        passed(record.leaf());
        Ok(())
    })?;
    cases.write(fold, output)
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

fn add(record: &RecordRef<'_>, fold: &Fold, output: &mut dyn Output, cases: &mut Cases) -> Result<()> {
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
    let link = link(&record.header_bytes()).to_string();
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
            cases.note(event, kind, name);
        }
    }
    Ok(())
}

/// Cases by family and key.
#[derive(Default)]
struct Cases(HashMap<(&'static str, Box<str>), Case>);

struct Case {
    facts: i64,
    first: Step,
    last: Step,
}

/// A fact in the order of a case: day, unit, seq.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Step {
    on: CivilDate,
    unit: UnitNo,
    name: EventName,
    kind: &'static str,
}

impl Cases {
    fn note(&mut self, event: &Event<'_>, kind: &'static KindInfo, name: EventName) {
        let Some(case) = event.case() else { return };
        let family = if kind.case_family.is_empty() { kind.name } else { kind.case_family };
        let step = Step { on: event.occurred_on(), unit: name.unit, name, kind: kind.name };
        let known = self.0.entry((family, case.into()));
        let known = known.or_insert(Case { facts: 0, first: step, last: step });
        known.facts += 1;
        (known.first, known.last) = (known.first.min(step), known.last.max(step));
    }

    fn write(self, fold: &Fold, output: &mut dyn Output) -> Result<()> {
        let mut cases: Vec<_> = self.0.into_iter().collect();
        cases.sort_by(|((family, key), case), ((other_family, other_key), other)| {
            (case.first.on, family, key).cmp(&(other.first.on, other_family, other_key))
        });
        for ((family, key), case) in &cases {
            let last_name = case.last.name.to_string();
            let unit = fold.registry().unit(case.last.unit).map_or("", |unit| unit.id.as_str());
            let cells = [
                Cell::Text(key),
                Cell::Text(family),
                Cell::Date(case.first.on),
                Cell::Date(case.last.on),
                Cell::Int(case.facts),
                Cell::Text(case.first.kind),
                Cell::Text(case.last.kind),
                Cell::text(unit),
                Cell::Text(&last_name),
            ];
            output.row(&CASES, Month::of(case.first.on), &cells)?;
        }
        Ok(())
    }
}
