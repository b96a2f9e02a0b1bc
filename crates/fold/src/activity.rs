//! What each unit has sent: the one thing that changes with every record.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use socai_domain::registry::MAX_UNITS;
use socai_tlog::UnitNo;

/// A unit's records so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    /// Number of the unit's next record, which is how many there are.
    pub next_seq: u64,
    /// Leaf of the newest.
    pub last_leaf: u64,
    /// When the district received the newest, ms UTC.
    pub last_received_at_ms: u64,
    /// How many do not count because they break a rule.
    pub rejected: u64,
    /// How many came after the unit had closed their period. They count, and are listed.
    pub late: u64,
}

/// The activity of every unit, one index away.
#[derive(Clone, Debug, Default)]
pub(crate) struct Activities {
    /// By number, for units that can be registered.
    units: Vec<Slot>,
    /// Units whose numbers no registration allows: a foreign log may have them, all rejected.
    others: BTreeMap<UnitNo, Slot>,
    /// Units that changed since the last drain, with what they were; `None` while nobody asks.
    before: Option<Vec<(UnitNo, Activity)>>,
    batch: u64,
}

#[derive(Clone, Copy, Debug, Default)]
struct Slot {
    now: Activity,
    batch: u64,
}

/// A unit that has sent nothing.
const SILENT: Activity = Activity { next_seq: 0, last_leaf: 0, last_received_at_ms: 0, rejected: 0, late: 0 };

impl Activities {
    /// Starts to note changes, or stops and forgets those noted.
    pub(crate) fn track(&mut self, on: bool) {
        self.before = on.then(Vec::new);
        self.batch += 1;
    }

    /// What a unit has sent.
    #[inline]
    pub(crate) fn of(&self, unit: UnitNo) -> &Activity {
        match self.units.get(unit.0 as usize) {
            Some(slot) => &slot.now,
            None => self.others.get(&unit).map_or(&SILENT, |slot| &slot.now),
        }
    }

    /// The activity of a unit that is about to change.
    #[inline]
    pub(crate) fn change(&mut self, unit: UnitNo) -> &mut Activity {
        let slot = slot(&mut self.units, &mut self.others, unit);
        if let Some(before) = &mut self.before
            && slot.batch != self.batch
        {
            before.push((unit, slot.now));
            slot.batch = self.batch;
        }
        &mut slot.now
    }

    /// Hands over each unit that differs from the last drain, with what it was and is.
    pub(crate) fn drain(&mut self, mut change: impl FnMut(UnitNo, Option<&Activity>, Option<&Activity>)) {
        let before = self.before.as_mut().map(std::mem::take).unwrap_or_default();
        self.batch += 1;
        let sent = |activity: &Activity| activity.next_seq > 0;
        for (unit, old) in before {
            let new = *self.of(unit);
            if old != new {
                change(unit, Some(&old).filter(|old| sent(old)), Some(&new).filter(|new| sent(new)));
            }
        }
    }

    /// Takes a stored row back.
    pub(crate) fn restore(&mut self, unit: UnitNo, activity: Activity) {
        slot(&mut self.units, &mut self.others, unit).now = activity;
    }
}

#[inline]
fn slot<'s>(units: &'s mut Vec<Slot>, others: &'s mut BTreeMap<UnitNo, Slot>, unit: UnitNo) -> &'s mut Slot {
    let at = unit.0 as usize;
    if at >= units.len() {
        return new_slot(units, others, unit);
    }
    &mut units[at]
}

/// The slot of a unit that sends its first record, or of one that is kept apart.
#[cold]
fn new_slot<'s>(
    units: &'s mut Vec<Slot>,
    others: &'s mut BTreeMap<UnitNo, Slot>,
    unit: UnitNo,
) -> &'s mut Slot {
    let at = unit.0 as usize;
    if unit.0 >= MAX_UNITS {
        return others.entry(unit).or_default();
    }
    units.resize(at + 1, Slot::default());
    &mut units[at]
}
