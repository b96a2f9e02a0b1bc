//! Who the units are and which key covers which record, as the log itself says up to one place.

use std::cell::Cell;

use serde::{Deserialize, Serialize};
use socai_domain::{Event, Kind, Position, Registry};
use socai_log::{RecordRef, State};
use socai_tlog::{EventName, LeafIndex, Link, SealingKey, UnitNo, UnitSeq, genesis};

use crate::{fork, trust::Trust};

/// The most changes that are listed: a ledger has tens of units and replaces a key now and then.
const MAX_CHANGES: usize = 10_000;

/// Something the log says in the open about whom it takes for whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyChange {
    /// The record that says it.
    pub name: EventName,
    /// Its leaf.
    pub leaf: LeafIndex,
    /// The unit's id.
    pub unit: String,
    /// What changed.
    pub what: KeyChanged,
}

/// What changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyChanged {
    /// The operator registered the unit with its keys.
    Registered,
    /// The unit replaced a key of its own.
    ByUnit,
    /// The operator replaced a key of the unit: whoever holds the new one signs for the unit from then on.
    ByOperator,
}

/// The registry at one place of the log, starting from the operator's key alone.
#[derive(Clone, Debug)]
pub(crate) struct Keys {
    registry: Registry,
    /// What made it, in the order of the log.
    records: Vec<KeyRecord>,
    /// In the order of the log.
    pub(crate) changes: Vec<KeyChange>,
}

/// A record that changed the registry: enough to change it again without the log.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyRecord {
    unit: u32,
    seq: u64,
    leaf: u64,
    received_at_ms: u64,
    rotates_key: bool,
    /// How many records the unit had whose key the operator replaced.
    next_seq: Option<u64>,
    /// As recorded, in hex.
    facts: String,
}

impl KeyRecord {
    fn of(at: &Position, next_seq: Option<UnitSeq>, facts: &[u8]) -> Self {
        KeyRecord {
            unit: at.name.unit.0,
            seq: at.name.seq.0,
            leaf: at.leaf.0,
            received_at_ms: at.received_at_ms,
            rotates_key: at.rotates_key,
            next_seq: next_seq.map(|seq| seq.0),
            facts: hex::encode(facts),
        }
    }

    /// Whether it changed the registry, as it did before.
    fn apply(&self, registry: &mut Registry) -> bool {
        let at = Position {
            name: EventName::new(self.unit, self.seq),
            leaf: LeafIndex(self.leaf),
            received_at_ms: self.received_at_ms,
            rotates_key: self.rotates_key,
        };
        let next_seq = UnitSeq(self.next_seq.unwrap_or_default());
        let Ok(facts) = hex::decode(&self.facts) else { return false };
        registry.follow(&facts, &at, |_| next_seq).is_some()
    }
}

impl Keys {
    /// Before the first record.
    pub(crate) fn new() -> Self {
        Keys { registry: Registry::new(), records: Vec::new(), changes: Vec::new() }
    }

    /// After these records; `None` when one of them is none that changes anything.
    pub(crate) fn from_records(records: Vec<KeyRecord>) -> Option<Self> {
        let mut registry = Registry::new();
        let all = records.iter().all(|record| record.apply(&mut registry));
        all.then_some(Keys { registry, records, changes: Vec::new() })
    }

    /// The records that made it, in the order of the log.
    pub(crate) fn records(&self) -> &[KeyRecord] {
        &self.records
    }

    /// How many units are registered.
    pub(crate) fn units(&self) -> u64 {
        self.registry.units().count() as u64
    }

    /// The key that signs a record; the operator's own needs no registration.
    pub(crate) fn covering(&self, name: EventName, trust: &Trust) -> Option<SealingKey> {
        match name.unit {
            UnitNo::OPERATOR => Some(*trust.operator()),
            unit => self.registry.sealing_key(unit, name.seq),
        }
    }

    /// Where a unit's chain has to begin; `None` for one that is not registered.
    pub(crate) fn genesis(&self, unit: UnitNo, trust: &Trust) -> Option<Link> {
        let first = match unit {
            UnitNo::OPERATOR => *trust.operator(),
            unit => self.registry.first_sealing_key(unit)?,
        };
        Some(genesis(trust.origin(), trust.operator(), unit, &first))
    }

    /// Takes a record into account that the log holds; `state` is the one behind it. The answer is why evidence of a fork
    /// proves none. Facts that break a rule change nothing, here as in the gate and the fold.
    pub(crate) fn follow(
        &mut self,
        record: &RecordRef<'_>,
        state: &State,
        trust: &Trust,
    ) -> Option<&'static str> {
        let at = Position {
            name: record.name(),
            leaf: record.leaf(),
            received_at_ms: record.received_at_ms(),
            rotates_key: record.rotates_key(),
        };
        let asked = Cell::new(None);
        let next_seq = |unit| {
            let next = state.head(unit).map(|head| head.next_seq).unwrap_or_default();
            asked.set(Some(next));
            next
        };
        let event = self.registry.follow(record.facts(), &at, next_seq)?;
        self.records.push(KeyRecord::of(&at, asked.get(), record.facts()));
        if self.changes.len() < MAX_CHANGES {
            self.changes.extend(self.change(&event, &at));
        }
        match event.kind() {
            Kind::ForkEvidenced(evidence) => {
                fork::flaw(evidence, trust.origin(), |name| self.covering(name, trust))
            }
            _ => None,
        }
    }

    /// The change that a record brought, if it is one.
    fn change(&self, event: &Event<'_>, at: &Position) -> Option<KeyChange> {
        let own = || self.registry.unit(at.name.unit).map(|unit| unit.id.clone());
        let (unit, what) = match event.kind() {
            Kind::UnitRegistered(unit) => (unit.unit_id.to_owned(), KeyChanged::Registered),
            Kind::KeyRotated(rotation) if rotation.unit.is_empty() => (own()?, KeyChanged::ByUnit),
            Kind::KeyRotated(rotation) if own().as_deref() == Some(rotation.unit) => {
                (rotation.unit.to_owned(), KeyChanged::ByUnit)
            }
            Kind::KeyRotated(rotation) => (rotation.unit.to_owned(), KeyChanged::ByOperator),
            _ => return None,
        };
        Some(KeyChange { name: at.name, leaf: at.leaf, unit, what })
    }
}
