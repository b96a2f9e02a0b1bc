//! Comparative figures from before the ledger existed.

use serde::{Deserialize, Serialize};
use socai_domain::CivilDate;
use socai_proto::view;
use socai_tlog::{EventName, LeafIndex};

use crate::{
    rows::{self, BadRow, Change, Key, Parts, Table},
    tracked::Tracked,
};

/// What a baseline is about.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Subject {
    indicator: String,
    slice: String,
    from: i32,
    to: i32,
}

/// A declared value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Baseline {
    unit: u32,
    seq: u64,
    /// The value; money in đồng.
    pub value: i64,
    /// Unit of measure.
    pub unit_of_measure: String,
    /// Document it was taken from.
    pub source_doc: String,
}

impl Baseline {
    /// The record that declared it.
    pub fn name(&self) -> EventName {
        EventName::new(self.unit, self.seq)
    }
}

/// Every declaration, by what it is about and by leaf. A unit's newest counts; of several units' that of the greatest number, so that it
/// does not matter who reached the log first.
#[derive(Clone, Debug, Default)]
pub struct Baselines(Tracked<(Subject, u64), Baseline>);

impl Baselines {
    pub(crate) fn track(&mut self, on: bool) {
        self.0.track(on);
    }

    pub(crate) fn add(&mut self, said: &view::BaselineDeclared<'_>, name: EventName, leaf: LeafIndex) {
        let baseline = Baseline {
            unit: name.unit.0,
            seq: name.seq.0,
            value: said.value,
            unit_of_measure: said.unit_of_measure.to_owned(),
            source_doc: said.source_doc.to_owned(),
        };
        self.0.set((Subject::of(said), leaf.0), baseline);
    }

    pub(crate) fn remove(&mut self, said: &view::BaselineDeclared<'_>, leaf: LeafIndex) {
        self.0.remove(&(Subject::of(said), leaf.0));
    }

    /// The value declared for an indicator, a slice of it (empty = all of it) and exactly this span of days.
    pub fn declared(
        &self,
        indicator: &str,
        slice: &str,
        from: CivilDate,
        to: CivilDate,
    ) -> Option<&Baseline> {
        let subject = Subject {
            indicator: indicator.to_owned(),
            slice: slice.to_owned(),
            from: from.yyyymmdd(),
            to: to.yyyymmdd(),
        };
        let declared = self.0.range((subject.clone(), 0)..=(subject, u64::MAX)).map(|(_, baseline)| baseline);
        declared.max_by_key(|baseline| baseline.name())
    }

    pub(crate) fn drain(&mut self, changes: &mut Vec<Change>) {
        self.0.drain(|(subject, leaf), old, new| {
            changes.push(Change {
                key: subject.key(*leaf),
                old: old.map(rows::encode),
                new: new.map(rows::encode),
            });
        });
    }

    pub(crate) fn restore(&mut self, key: &[u8], value: &[u8]) -> Result<(), BadRow> {
        let mut parts = Parts::of(key);
        let subject = Subject {
            indicator: parts.text()?.to_owned(),
            slice: parts.text()?.to_owned(),
            from: parts.u32()?.cast_signed(),
            to: parts.u32()?.cast_signed(),
        };
        let leaf = parts.u64()?;
        parts.end()?;
        self.0.restore((subject, leaf), rows::decode(key, value)?);
        Ok(())
    }
}

impl Subject {
    fn of(said: &view::BaselineDeclared<'_>) -> Self {
        Subject {
            indicator: said.indicator.to_owned(),
            slice: said.slice.to_owned(),
            from: said.period_from,
            to: said.period_to,
        }
    }

    fn key(&self, leaf: u64) -> Vec<u8> {
        let key = Key::table(Table::Baseline).text(&self.indicator).text(&self.slice);
        key.u32(self.from.cast_unsigned()).u32(self.to.cast_unsigned()).u64(leaf).done()
    }
}
