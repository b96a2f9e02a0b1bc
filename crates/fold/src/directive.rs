//! Tasks given by the leadership and where they stand. The latest progress counts, by day, then unit and seq.

use serde::{Deserialize, Serialize};
use socai_domain::{CivilDate, Event, Kind};
use socai_proto::v1::{DirectiveClass, DirectiveStatus};
use socai_tlog::EventName;

use crate::{
    rows::{self, BadRow, Change, Key, Parts, Table},
    tracked::Tracked,
};

/// A task with everything reported about it. Tasks are found by their case; a progress may come before its task.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Directive {
    /// The task as issued; the newest when it was issued again.
    issued: Vec<Issued>,
    progress: Vec<Progress>,
}

/// A task as issued.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Issued {
    occurred_on: i32,
    unit: u32,
    seq: u64,
    /// Document that gives it.
    pub directive: String,
    /// Its number in that document.
    pub number: u32,
    class: i32,
    /// The task in words.
    pub text: String,
    /// Unit id of the office in charge.
    pub lead_unit: String,
    due_on: i32,
}

/// One report of progress, in the order that decides which is the latest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Progress {
    occurred_on: i32,
    unit: u32,
    seq: u64,
    status: i32,
}

impl Directive {
    /// The task; none while only its progress is known.
    pub fn issued(&self) -> Option<&Issued> {
        self.issued.last()
    }

    /// Its latest status by a day; `NotStarted` before the first report.
    pub fn status(&self, on: CivilDate) -> DirectiveStatus {
        let latest = self.progress.iter().rev().find(|progress| progress.occurred_on <= on.yyyymmdd());
        latest.map_or(DirectiveStatus::NotStarted, |latest| {
            DirectiveStatus::try_from(latest.status).unwrap_or_default()
        })
    }
}

impl Issued {
    /// The record that issued it.
    pub fn name(&self) -> EventName {
        EventName::new(self.unit, self.seq)
    }

    /// The day it was issued.
    pub fn occurred_on(&self) -> Option<CivilDate> {
        CivilDate::from_yyyymmdd(self.occurred_on).ok()
    }

    /// The last day for it.
    pub fn due_on(&self) -> Option<CivilDate> {
        CivilDate::from_yyyymmdd(self.due_on).ok()
    }

    /// What sort of task.
    pub fn class(&self) -> DirectiveClass {
        DirectiveClass::try_from(self.class).unwrap_or_default()
    }
}

/// Every task, by case.
#[derive(Clone, Debug, Default)]
pub struct Directives(Tracked<String, Directive>);

impl Directives {
    pub(crate) fn track(&mut self, on: bool) {
        self.0.track(on);
    }

    /// Takes an issue or a progress in or out; other kinds and facts without a case change nothing.
    pub(crate) fn change(&mut self, event: &Event<'_>, name: EventName, add: bool) {
        let Some(case) = event.case() else { return };
        let mut directive = self.0.get(&case.to_owned()).cloned().unwrap_or_default();
        match event.kind() {
            Kind::DirectiveIssued(said) => {
                let issued = Issued {
                    occurred_on: event.occurred_on().yyyymmdd(),
                    unit: name.unit.0,
                    seq: name.seq.0,
                    directive: said.directive.to_owned(),
                    number: said.number,
                    class: said.class,
                    text: said.text.to_owned(),
                    lead_unit: said.lead_unit.to_owned(),
                    due_on: said.due_on,
                };
                put(&mut directive.issued, issued, add);
            }
            Kind::DirectiveProgressed(said) => {
                let occurred_on = event.occurred_on().yyyymmdd();
                let progress =
                    Progress { occurred_on, unit: name.unit.0, seq: name.seq.0, status: said.status };
                put(&mut directive.progress, progress, add);
            }
            _ => return,
        }
        match directive == Directive::default() {
            true => drop(self.0.remove(&case.to_owned())),
            false => self.0.set(case.to_owned(), directive),
        }
    }

    /// The tasks with their cases, in order of the case.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Directive)> {
        self.0.iter().map(|(case, directive)| (case.as_str(), directive))
    }

    pub(crate) fn drain(&mut self, changes: &mut Vec<Change>) {
        self.0.drain(|case, old, new| {
            let key = Key::table(Table::Directive).text(case).done();
            changes.push(Change { key, old: old.map(rows::encode), new: new.map(rows::encode) });
        });
    }

    pub(crate) fn restore(&mut self, key: &[u8], value: &[u8]) -> Result<(), BadRow> {
        let mut parts = Parts::of(key);
        let case = parts.text()?.to_owned();
        parts.end()?;
        self.0.restore(case, rows::decode(key, value)?);
        Ok(())
    }
}

/// Puts an item into its place in a sorted list, or takes it out.
fn put<T: Ord>(list: &mut Vec<T>, item: T, add: bool) {
    match list.binary_search(&item) {
        Err(at) if add => list.insert(at, item),
        Ok(at) if !add => drop(list.remove(at)),
        _ => {}
    }
}
