//! Rows of tables that are not held in memory, noted as they come.

use socai_domain::Position;
use socai_tlog::{EventName, LeafIndex};

use crate::{
    ledger::LedgerFact,
    rows::{self, Change, Key, Table},
    verdict::Rejection,
};

/// Changes since the last drain, besides those of the tables in memory.
#[derive(Clone, Debug, Default)]
pub(crate) struct Capture {
    pub changes: Vec<Change>,
    /// The head row as last drained.
    pub head: Option<Vec<u8>>,
}

impl Capture {
    pub(crate) fn rejection(&mut self, leaf: LeafIndex, rejection: &Rejection) {
        self.add(Key::table(Table::Rejection).u64(leaf.0).done(), rows::encode(rejection));
    }

    pub(crate) fn ledger(&mut self, leaf: LeafIndex, fact: &LedgerFact) {
        self.add(Key::table(Table::Ledger).u64(leaf.0).done(), rows::encode(fact));
    }

    /// A fact that came after its period was closed.
    pub(crate) fn late(&mut self, closing: LeafIndex, at: &Position) {
        let key = Key::table(Table::Late).u64(closing.0).u64(at.leaf.0).done();
        self.add(key, rows::encode(&(at.name.unit.0, at.name.seq.0)));
    }

    /// The row of a case's fact, which changed from one to the other.
    pub(crate) fn case(&mut self, old: Option<(Vec<u8>, Vec<u8>)>, new: Option<(Vec<u8>, Vec<u8>)>) {
        match (old, new) {
            (old, new) if old == new => {}
            (Some((key, old)), Some((same, new))) if key == same => {
                self.changes.push(Change { key, old: Some(old), new: Some(new) });
            }
            (old, new) => {
                self.changes.extend(old.map(|(key, old)| Change { key, old: Some(old), new: None }));
                self.changes.extend(new.map(|(key, new)| Change { key, old: None, new: Some(new) }));
            }
        }
    }

    fn add(&mut self, key: Vec<u8>, new: Vec<u8>) {
        self.changes.push(Change { key, old: None, new: Some(new) });
    }
}

/// A late fact, from its row: the closing it came after, and its name.
pub fn read_late(key: &[u8], value: &[u8]) -> Result<(LeafIndex, EventName), rows::BadRow> {
    let mut parts = rows::Parts::of(key);
    let (closing, _leaf) = (LeafIndex(parts.u64()?), parts.u64()?);
    parts.end()?;
    let (unit, seq) = rows::decode(key, value)?;
    Ok((closing, EventName::new(unit, seq)))
}
