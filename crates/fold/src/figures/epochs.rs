//! Units across changes of boundaries: whose figures are whose, between two days.
//!
//! As they were, every unit stands for itself. Mapped, a unit stands for itself and for everybody *all* of whose work it has on the last
//! day. That is exact; what went to two units is never apportioned, and whoever took or gave a part is not compared.

use std::collections::BTreeMap;

use socai_domain::{
    CivilDate, Registry,
    registry::{Succession, Unit},
};
use socai_tlog::UnitNo;

/// A unit's work, or a part of it, went to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boundary {
    /// First day under the successor.
    pub on: CivilDate,
    /// The unit that ended or shrank.
    pub from: UnitNo,
    /// Unit id of the successor, which may be of another ledger.
    pub to: String,
    /// Whether all of it went there.
    pub whole: bool,
    /// Legal source.
    pub legal: String,
}

/// Successions that took effect after the first day and up to the last, in order of day and unit.
pub(crate) fn boundaries(registry: &Registry, days: (CivilDate, CivilDate)) -> Vec<Boundary> {
    let of_unit = |unit: &Unit| {
        let boundary = |succession: &Succession| Boundary {
            on: succession.effective,
            from: unit.no,
            to: succession.to.clone(),
            whole: succession.whole,
            legal: succession.legal.clone(),
        };
        unit.successors.iter().map(boundary).collect::<Vec<_>>()
    };
    let mut found: Vec<Boundary> = registry
        .units()
        .flat_map(of_unit)
        .filter(|boundary| days.0 < boundary.on && boundary.on <= days.1)
        .collect();
    found.sort_by(|a, b| (a.on, a.from, &a.to).cmp(&(b.on, b.from, &b.to)));
    found
}

/// A mapping of units.
pub(crate) struct Epochs<'r> {
    registry: &'r Registry,
    boundaries: Vec<Boundary>,
    /// Unit → the one it is counted with; units that are not here are counted by themselves.
    homes: BTreeMap<UnitNo, UnitNo>,
}

impl<'r> Epochs<'r> {
    /// The mapping to the units of the last day, or none.
    pub fn new(registry: &'r Registry, days: (CivilDate, CivilDate), is_mapped: bool) -> Self {
        let home = |unit: &Unit| {
            let heir = registry.whole_heir(&unit.id, days.1)?;
            (heir.no != unit.no).then_some((unit.no, heir.no))
        };
        let homes = if is_mapped { registry.units().filter_map(home).collect() } else { BTreeMap::new() };
        Epochs { registry, boundaries: boundaries(registry, days), homes }
    }

    /// Whether any unit is counted with another.
    pub fn joins_any(&self) -> bool {
        !self.homes.is_empty()
    }

    /// The unit that a unit is counted with.
    pub fn home(&self, unit: UnitNo) -> UnitNo {
        self.homes.get(&unit).copied().unwrap_or(unit)
    }

    /// Everybody who is counted with a unit, itself included.
    pub fn members(&self, home: UnitNo) -> Vec<UnitNo> {
        let members = self.homes.iter().filter(|(_, to)| **to == home).map(|(unit, _)| *unit);
        std::iter::once(home).chain(members).collect()
    }

    /// Whether a unit and who is counted with it are the same territory on all the days: nothing of them went to others, and nothing of
    /// others came to them.
    pub fn is_comparable(&self, home: UnitNo) -> bool {
        let is_member = |unit: UnitNo| self.home(unit) == home;
        self.boundaries.iter().all(|boundary| {
            let to = self.registry.by_id(&boundary.to).map(|unit| unit.no);
            is_member(boundary.from) == to.is_some_and(is_member)
        })
    }

    /// Whether a change of boundaries is about a unit or somebody counted with it.
    pub fn concerns(&self, home: UnitNo, boundary: &Boundary) -> bool {
        let to = self.registry.by_id(&boundary.to).map(|unit| unit.no);
        self.home(boundary.from) == home || to.is_some_and(|to| self.home(to) == home)
    }
}
