//! The table of amended records, and which of them an amendment is about.

use std::collections::BTreeSet;

use socai_domain::hash::FastMap;
use socai_tlog::EventName;

use crate::{
    amended::Amended,
    rows::{self, BadRow, Change, Key, Parts, Table},
    tracked::{Tracked, TrackedByHash},
};

/// Every amended record by name.
#[derive(Clone, Debug, Default)]
pub struct Amendments {
    records: TrackedByHash<EventName, Amended>,
    /// Amendment → the record it is about in the end.
    about: FastMap<EventName, EventName>,
    /// Records that were amended before they were in the log, or that were rejected: few, and asked for with every record.
    awaited: BTreeSet<EventName>,
}

impl Amendments {
    pub(crate) fn track(&mut self, on: bool) {
        self.records.track(on);
    }

    /// Whether somebody amended a record that the fold has not taken in yet.
    #[inline]
    pub(crate) fn awaits(&self, record: EventName) -> bool {
        !self.awaited.is_empty() && self.awaited.contains(&record)
    }

    /// How many records are amended, or waited for.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// The amended records in order of their names.
    pub fn iter(&self) -> impl Iterator<Item = (EventName, &Amended)> {
        self.records.sorted().into_iter().map(|(name, amended)| (*name, amended))
    }

    /// The amendments of a record.
    pub fn get(&self, record: EventName) -> Option<&Amended> {
        self.records.get(&record)
    }

    /// What counts of a record that states these facts: they, what a correction made of them, or nothing.
    pub(crate) fn counting<'a>(&'a self, record: EventName, stated: &'a [u8]) -> Option<&'a [u8]> {
        self.get(record).map_or(Some(stated), |amended| amended.effective(record).facts())
    }

    /// The record that an amendment is about in the end; anything else is about itself.
    pub(crate) fn record_of(&self, name: EventName) -> EventName {
        self.about.get(&name).copied().unwrap_or(name)
    }

    /// What is kept of a record, for whoever hands it to [`Amendments::set`] next.
    pub(crate) fn take(&mut self, record: EventName) -> Amended {
        self.records.take(&record)
    }

    /// Replaces what is kept of a record.
    pub(crate) fn set(&mut self, record: EventName, amended: Amended) {
        match amended.original() {
            None => self.awaited.insert(record),
            Some(_) => self.awaited.remove(&record),
        };
        self.records.set(record, amended);
    }

    /// Notes that an amendment is about this record in the end.
    pub(crate) fn belongs(&mut self, amendment: EventName, record: EventName) {
        self.about.insert(amendment, record);
    }

    /// Takes out what was kept under the name of an amendment before that was known to be one.
    pub(crate) fn remove(&mut self, name: EventName) -> Option<Amended> {
        let was_awaited = !self.awaited.is_empty() && self.awaited.remove(&name);
        was_awaited.then(|| self.records.remove(&name)).flatten()
    }

    pub(crate) fn drain(&mut self, changes: &mut Vec<Change>) {
        self.records.drain(|name, old, new| {
            let key = Key::table(Table::Amended).u32(name.unit.0).u64(name.seq.0).done();
            changes.push(Change { key, old: old.map(rows::encode), new: new.map(rows::encode) });
        });
    }

    /// A stored row.
    pub(crate) fn read(key: &[u8], value: &[u8]) -> Result<(EventName, Amended), BadRow> {
        let mut parts = Parts::of(key);
        let name = EventName::new(parts.u32()?, parts.u64()?);
        parts.end()?;
        Ok((name, rows::decode(key, value)?))
    }

    /// Takes stored rows back, in order of names: maps are built at once, which costs a fraction of one entry after the other.
    pub(crate) fn restored(rows: Vec<(EventName, Amended)>) -> Self {
        let mut about = FastMap::default();
        about.reserve(rows.len());
        for (record, amended) in &rows {
            about.extend(amended.names().map(|name| (name, *record)));
        }
        let awaited = rows.iter().filter(|(_, amended)| amended.original().is_none()).map(|(name, _)| *name);
        Amendments { awaited: awaited.collect(), about, records: Tracked::restored(rows) }
    }
}
