//! Who the units are and which key covers which record, as the log itself says up to one place.

use std::collections::HashMap;

use socai_domain::{Event, Position, Registry};
use socai_log::HashedRecord;
use socai_tlog::{Link, SealingKey, UnitNo, UnitSeq, genesis};

use crate::trust::Trust;

/// The registry at one place of the log, starting from the operator's key alone.
pub(crate) struct Keys {
    registry: Registry,
    next: HashMap<UnitNo, UnitSeq>,
}

impl Keys {
    /// Before the first record.
    pub(crate) fn new() -> Self {
        Keys { registry: Registry::new(), next: HashMap::new() }
    }

    /// The key that signs a record; the operator's own needs no registration.
    pub(crate) fn covering(&self, record: &HashedRecord, trust: &Trust) -> Option<SealingKey> {
        match record.name.unit {
            UnitNo::OPERATOR => Some(*trust.operator()),
            unit => self.registry.sealing_key(unit, record.name.seq),
        }
    }

    /// Where a unit's chain has to begin.
    pub(crate) fn genesis(&self, unit: UnitNo, trust: &Trust) -> Option<Link> {
        let first = match unit {
            UnitNo::OPERATOR => *trust.operator(),
            unit => self.registry.first_sealing_key(unit)?,
        };
        Some(genesis(trust.origin(), trust.operator(), unit, &first))
    }

    /// Takes a record into account that the log holds. Facts that break a rule change nothing, here as in the fold.
    pub(crate) fn follow(&mut self, record: &HashedRecord) {
        if let Some(facts) = &record.control
            && let Ok(event) = Event::decode(facts)
            && Registry::is_about(&event)
        {
            let at = Position {
                name: record.name,
                leaf: record.leaf,
                received_at_ms: record.received_at_ms,
                rotates_key: record.rotates_key,
            };
            let next = &self.next;
            let next_seq = |unit| next.get(&unit).copied().unwrap_or_default();
            let _breaches = self.registry.apply(&event, &at, next_seq);
        }
        self.next.insert(record.name.unit, UnitSeq(record.name.seq.0.saturating_add(1)));
    }
}
