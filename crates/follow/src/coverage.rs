//! Which records still wait for the signature that covers them.

use std::collections::HashMap;

use socai_tlog::{EventName, UnitNo};

/// For each unit with unsigned records at its end, the newest of them and its frame's position.
#[derive(Default)]
pub(crate) struct Coverage {
    open: HashMap<UnitNo, (EventName, u64)>,
}

impl Coverage {
    /// Takes the next record of a unit into account.
    pub(crate) fn record(&mut self, name: EventName, offset: u64, signed: bool) {
        if signed {
            self.open.remove(&name.unit);
        } else {
            self.open.insert(name.unit, (name, offset));
        }
    }

    /// A record that no signature covers although its batch ends here; the first by name.
    pub(crate) fn uncovered(&self) -> Option<(EventName, u64)> {
        self.open.values().copied().min()
    }
}
