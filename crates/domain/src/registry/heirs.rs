//! Who has a unit's work on a day: successions followed to the end, as a dated mapping between epochs.

use std::collections::BTreeSet;

use super::{Registry, Succession, Unit};
use crate::CivilDate;

impl Registry {
    /// The units that have a unit's work on a day, by number: itself while it exists, else everybody who continues it through
    /// successions in effect by then and exists. Several when it was split; none when all of it left this ledger.
    pub fn heirs(&self, id: &str, on: CivilDate) -> Vec<&Unit> {
        let (mut seen, mut open, mut heirs) = (BTreeSet::new(), vec![id], BTreeSet::new());
        while let Some(unit) = open.pop().and_then(|id| self.by_id(id)) {
            if !seen.insert(unit.no) {
                continue;
            }
            let next = unit.successors.iter().filter(|succession| succession.effective <= on);
            open.extend(next.map(|succession| succession.to.as_str()).filter(|to| self.by_id(to).is_some()));
            if unit.on(on).is_some() {
                heirs.insert(unit.no);
            }
        }
        heirs.into_iter().filter_map(|no| self.unit(no)).collect()
    }

    /// The one unit that has *all* of a unit's work on a day. None after a split: figures of the old unit cannot be added to a
    /// new one's without an apportionment rule.
    pub fn whole_heir(&self, id: &str, on: CivilDate) -> Option<&Unit> {
        let (mut unit, mut seen) = (self.by_id(id)?, BTreeSet::new());
        while seen.insert(unit.no) {
            let mut left = unit.successors.iter().filter(|succession| succession.effective <= on);
            unit = match (left.next(), left.next(), unit.on(on)) {
                (None, _, Some(_)) => return Some(unit),
                (Some(Succession { to, whole: true, .. }), None, _) => self.by_id(to)?,
                _ => return None,
            };
        }
        None
    }

    /// Whom a unit continues directly by a day, with the terms, in order of their numbers.
    pub fn predecessors<'r>(&'r self, id: &str, on: CivilDate) -> Vec<(&'r Unit, &'r Succession)> {
        let of_unit = |unit: &'r Unit| unit.successors.iter().map(move |succession| (unit, succession));
        let ours = self.units().flat_map(of_unit);
        ours.filter(|(_, succession)| succession.to == id && succession.effective <= on).collect()
    }
}
