//! Units, keys and suspensions as the gate needs them: as of the last record appended, ahead of the fold.
//!
//! The same registry code serves the fold; here it follows only what can change it: unit 0's records, and
//! records whose header says that they rotate a key.

use socai_domain::{Position, Registry};
use socai_tlog::{LeafIndex, Record, SealingKey, UnitNo, UnitSeq};

/// Whether a unit may publish now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nobody registered it.
    Unknown,
    /// It may publish.
    Good,
    /// The operator has to resume it first.
    Suspended,
}

/// The registry at the end of the log.
pub struct Units {
    registry: Registry,
}

impl Units {
    /// Goes on from the registry that the fold made of everything in the log.
    pub fn new(registry: Registry) -> Self {
        Units { registry }
    }

    /// The registry itself, to check the operator's own drafts.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }

    /// Whether a unit may publish a record that would stand at `leaf`.
    pub fn standing(&self, unit: UnitNo, leaf: LeafIndex) -> Standing {
        match self.registry.unit(unit) {
            None => Standing::Unknown,
            Some(unit) if unit.is_suspended_at(leaf) => Standing::Suspended,
            Some(_) => Standing::Good,
        }
    }

    /// Whether `key` is the one the unit signs with now, not one that it replaced.
    pub fn is_newest_key(&self, unit: UnitNo, key: &SealingKey) -> bool {
        self.registry.unit(unit).is_some_and(|unit| unit.sealing.newest() == *key)
    }

    /// The key that signs a record of the unit.
    pub fn sealing_key(&self, unit: UnitNo, seq: UnitSeq) -> Option<SealingKey> {
        self.registry.sealing_key(unit, seq)
    }

    /// The key that the unit's genesis commits to.
    pub fn first_sealing_key(&self, unit: UnitNo) -> Option<SealingKey> {
        self.registry.first_sealing_key(unit)
    }

    /// Takes a record into account that is about to be appended at `leaf`, as [`Registry::follow`] does for whoever reads it later.
    ///
    /// `next_seq` tells how many records a unit has before it.
    pub fn follow(
        &mut self,
        record: &Record,
        leaf: LeafIndex,
        received_at_ms: u64,
        next_seq: impl FnOnce(UnitNo) -> UnitSeq,
    ) {
        let rotates_key = record.header().rotates_key();
        if record.name().unit != UnitNo::OPERATOR && !rotates_key {
            return;
        }
        let at = Position { name: record.name(), leaf, received_at_ms, rotates_key };
        self.registry.follow(record.facts(), &at, next_seq);
    }
}
