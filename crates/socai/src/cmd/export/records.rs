//! What is made of the records: their rows, and what cases and figures take of them. The fold at the cut-off knows what of each counts.

use std::collections::BTreeSet;

use anyhow::Result;
use socai_domain::{CivilDate, Event};
use socai_fold::{Effective, Fold, figures::Passes};
use socai_log::RecordRef;
use socai_proto::{KindInfo, kind_by_tag, view::Heading};
use socai_tlog::{HEADER_LEN, LeafIndex, Link, links};

use super::{
    cases::Cases,
    figures::{self, Asking},
    stages::Task,
    tables::{Cell, ENTRIES, Ending, Month, Output},
};

/// Writes the rows of facts.
pub struct Facts<'f, P> {
    pub fold: &'f Fold,
    pub output: Box<dyn Output>,
    /// Hears how far it is.
    pub passed: P,
}

impl<P: FnMut(LeafIndex) + Send> Task for Facts<'_, P> {
    fn take(&mut self, records: &[RecordRef<'_>]) -> Result<()> {
        records.iter().try_for_each(|record| {
            add_fact(record, self.fold, self.output.as_mut())?;
            (self.passed)(record.leaf());
            Ok(())
        })
    }

    fn end(self: Box<Self>) -> Result<Ending> {
        Ok(self.output.finish())
    }
}

/// Writes the rows of entries.
pub struct Entries<'f> {
    pub fold: &'f Fold,
    pub output: Box<dyn Output>,
}

impl Task for Entries<'_> {
    fn take(&mut self, records: &[RecordRef<'_>]) -> Result<()> {
        let headers: Vec<[u8; HEADER_LEN]> = records.iter().map(RecordRef::header_bytes).collect();
        let add = |(record, link)| add_entry(record, link, self.fold, self.output.as_mut());
        records.iter().zip(links(&headers)).try_for_each(add)
    }

    fn end(self: Box<Self>) -> Result<Ending> {
        Ok(self.output.finish())
    }
}

/// Gathers what counts, and then writes the rows of cases and figures.
pub struct Gathered<'f> {
    fold: &'f Fold,
    named: Vec<Asking>,
    passes: Passes<'f>,
    /// Those in which facts of the domains occurred.
    months: BTreeSet<Month>,
    cases: Option<(Cases<'f>, Box<dyn Output>)>,
    figures: Box<dyn Output>,
    min_cell: u64,
}

impl<'f> Gathered<'f> {
    /// Nothing yet, for figures in which parts with fewer facts than `min_cell` are left blank, and for cases where they are to be written.
    pub fn new(
        fold: &'f Fold,
        cases: Option<Box<dyn Output>>,
        figures: Box<dyn Output>,
        min_cell: u64,
    ) -> Self {
        let named = figures::named(fold);
        let passes = figures::passes(fold, &named);
        let passes = if cases.is_some() { passes.with_every_case() } else { passes };
        let cases = cases.map(|output| (Cases::new(fold), output));
        Gathered { fold, named, passes, months: BTreeSet::new(), cases, figures, min_cell }
    }

    fn take_one(&mut self, record: &RecordRef<'_>) -> Result<()> {
        let standing = Standing::of(record, self.fold);
        let heading = Heading::of(standing.facts);
        let counts = heading.filter(|_| standing.counts());
        let known = counts.map(|heading| (heading, standing.facts));
        self.passes.visit_known(record.name(), record.leaf(), known)?;
        if standing.is_rejected() {
            return Ok(());
        }
        let Some(Said { kind, on, case }) = heading.and_then(Said::at_head) else { return Ok(()) };
        if !kind.is_ledger() {
            self.months.insert(Month::of(on));
        }
        if let (Some((cases, _)), Some(_), Some(case)) = (&mut self.cases, counts, case) {
            cases.note(case, kind, on, record.name());
        }
        Ok(())
    }
}

impl Task for Gathered<'_> {
    fn take(&mut self, records: &[RecordRef<'_>]) -> Result<()> {
        records.iter().try_for_each(|record| self.take_one(record))
    }

    fn end(self: Box<Self>) -> Result<Ending> {
        let Gathered { fold, named, passes, months, cases, mut figures, min_cell } = *self;
        let mut ending = Ending::default();
        let mut askings = match cases {
            None => figures::found(named, passes.finish()?),
            Some((mut cases, mut output)) => {
                let askings = figures::found(named, passes.finish_with_cases(|case| cases.meet(case))?);
                cases.write(output.as_mut())?;
                ending.add(output.finish());
                askings
            }
        };
        askings.extend(figures::of_months(fold, &months)?);
        figures::write(fold, &figures::answered(fold, askings)?, min_cell, figures.as_mut())?;
        ending.add(figures.finish());
        Ok(ending)
    }
}

/// What facts say of themselves that is found without reading all of them.
struct Said<'a> {
    kind: &'static KindInfo,
    on: CivilDate,
    case: Option<&'a str>,
}

impl<'a> Said<'a> {
    /// By the heading of facts that the fold took in; none when this release does not know their kind.
    fn at_head(heading: Heading<'a>) -> Option<Self> {
        let on = CivilDate::from_yyyymmdd(heading.day).ok()?;
        Some(Said { kind: kind_by_tag(heading.tag)?, on, case: heading.case() })
    }

    /// By facts that nobody may ever have been able to read.
    fn by_reading(facts: &'a [u8]) -> Option<Self> {
        let event = Event::decode_again(facts).ok()?;
        Some(Said { kind: kind_by_tag(event.tag())?, on: event.occurred_on(), case: event.case() })
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

    fn said(&self) -> Option<Said<'a>> {
        match self.is_rejected() {
            true => Said::by_reading(self.facts),
            false => Heading::of(self.facts).and_then(Said::at_head),
        }
    }

    fn is_rejected(&self) -> bool {
        self.word == "rejected"
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
fn add_entry(record: &RecordRef<'_>, link: Link, fold: &Fold, output: &mut dyn Output) -> Result<()> {
    let standing = Standing::of(record, fold);
    let said = standing.said();
    let month = said.as_ref().map_or(Month::NONE, |said| Month::of(said.on));
    let mut hex = [0; 64];
    hex::encode_to_slice(link.0, &mut hex)?;
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
            said.as_ref().map_or(Cell::Null, |said| Cell::Text(said.kind.name)),
            said.as_ref().map_or(Cell::Null, |said| Cell::Date(said.on)),
            said.and_then(|said| said.case).map_or(Cell::Null, Cell::Text),
            Cell::Text(standing.word),
            Cell::Bool(standing.counts()),
        ],
    )
}

/// Adds the fact of a record to the table of its kind, if this release can read it. The fold has judged it already.
fn add_fact(record: &RecordRef<'_>, fold: &Fold, output: &mut dyn Output) -> Result<()> {
    let standing = Standing::of(record, fold);
    let add = |event: &Event<'_>| {
        let Some(kind) = kind_by_tag(event.tag()) else { return Ok(()) };
        let month = Month::of(event.occurred_on());
        let (recorded, received) = (Cell::Time(record.recorded_at_ms()), Cell::Time(record.received_at_ms()));
        let [leaf, unit_no, unit, seq] = named(record, fold);
        let (word, counts) = (Cell::Text(standing.word), Cell::Bool(standing.counts()));
        output.fact(kind, month, &[leaf, unit_no, unit, seq, recorded, received, word, counts], event)
    };
    Event::show_again(standing.facts, add).unwrap_or(Ok(()))
}
