//! The state as changes of rows, batch by batch.

use serde::{Deserialize, Serialize};

use crate::{
    capture::Capture,
    cube::Names,
    fold::Fold,
    latest::Said,
    rows::{self, Change, Key, Table},
};

/// The one row that says how far the fold has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Head {
    pub size: u64,
    pub last_received_at_ms: u64,
}

impl Fold {
    /// Starts to note changes of rows from here on, or stops. A fold that notes nothing is about three times as fast.
    ///
    /// Changes add up to the whole state only when they were noted from the first record, or from the state the rows came from.
    pub fn capture(&mut self, on: bool) {
        let head = self.head();
        self.capture = on.then(|| Capture { changes: vec![], head });
        self.activity.track(on);
        self.cube.track(on);
        self.distinct.track(on);
        self.latest.track(on);
        self.plans.track(on);
        self.baselines.track(on);
        self.amendments.track(on);
        self.answers.track(on);
        self.directives.track(on);
        self.projects.track(on);
    }

    /// Hands over what changed since the last drain, in order of the keys. Several changes of one key, which only rows of cases
    /// have, are in the order they happened.
    pub fn drain(&mut self) -> Vec<Change> {
        let head = self.head();
        let Some(capture) = &mut self.capture else { return vec![] };
        let mut changes = std::mem::take(&mut capture.changes);
        if capture.head != head {
            let old = std::mem::replace(&mut capture.head, head.clone());
            changes.push(Change { key: Key::table(Table::Head).done(), old, new: head });
        }
        self.activity.drain(|unit, old, new| {
            let key = Key::table(Table::Activity).u32(unit.0).done();
            changes.push(Change {
                key,
                old: old.as_ref().map(rows::encode),
                new: new.as_ref().map(rows::encode),
            });
        });
        let names = Names { series: self.rulebook.series(), values: &self.values };
        self.cube.drain(|cell, old, new| {
            let (old, new) = (old.as_ref().map(rows::encode), new.as_ref().map(rows::encode));
            changes.push(Change { key: names.cube_key(cell), old, new });
        });
        self.distinct.drain(|member, old, new| {
            let (old, new) = (
                old.map(|facts| rows::encode(&facts.count())),
                new.map(|facts| rows::encode(&facts.count())),
            );
            changes.push(Change { key: names.distinct_key(member), old, new });
        });
        self.latest.drain(|about, old, new| {
            let key = names.values.value(about.case).write(names.key(Table::Latest, &about.cell));
            let encoded = |said: Said| rows::encode(&said.value());
            changes.push(Change {
                key: key.u64(about.seq.0).done(),
                old: old.map(encoded),
                new: new.map(encoded),
            });
        });
        self.plans.drain(&mut changes);
        self.baselines.drain(&mut changes);
        self.amendments.drain(&mut changes);
        self.answers.drain(&mut changes);
        self.directives.drain(&mut changes);
        self.projects.drain(&mut changes);
        changes.sort_by(|one, other| one.key.cmp(&other.key));
        changes
    }

    /// The head row; none before the first record.
    fn head(&self) -> Option<Vec<u8>> {
        let head = Head { size: self.size, last_received_at_ms: self.last_received_at_ms };
        (self.size > 0).then(|| rows::encode(&head))
    }
}
