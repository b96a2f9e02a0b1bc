//! Unit ids to numbers, fast enough for one look-up an event.

use socai_tlog::UnitNo;

use crate::hash::FastMap;

/// Only the operator adds ids, so nobody can aim collisions at it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct IdMap(FastMap<Box<str>, UnitNo>);

impl IdMap {
    pub fn get(&self, id: &str) -> Option<UnitNo> {
        self.0.get(id).copied()
    }

    pub fn insert(&mut self, id: &str, no: UnitNo) {
        self.0.insert(id.into(), no);
    }
}
