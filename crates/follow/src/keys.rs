//! Who the units are and which key covers which record, as the log itself says up to one place.

use socai_domain::{Event, Kind, Position, Registry};
use socai_log::{RecordRef, State};
use socai_tlog::{EventName, Link, SealingKey, UnitNo, genesis};

use crate::{fork, trust::Trust};

/// The registry at one place of the log, starting from the operator's key alone.
pub(crate) struct Keys {
    registry: Registry,
}

impl Keys {
    /// Before the first record.
    pub(crate) fn new() -> Self {
        Keys { registry: Registry::new() }
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
        let event = Event::decode(record.facts()).ok().filter(Registry::is_about)?;
        let at = Position {
            name: record.name(),
            leaf: record.leaf(),
            received_at_ms: record.received_at_ms(),
            rotates_key: record.rotates_key(),
        };
        let next_seq = |unit| state.head(unit).map(|head| head.next_seq).unwrap_or_default();
        let counts = self.registry.apply(&event, &at, next_seq).is_ok();
        match event.kind() {
            Kind::ForkEvidenced(evidence) if counts => {
                fork::flaw(evidence, trust.origin(), |name| self.covering(name, trust))
            }
            _ => None,
        }
    }
}
