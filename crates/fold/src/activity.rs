//! What each unit has sent: the one thing that changes with every record.

use serde::{Deserialize, Serialize};

use socai_tlog::UnitNo;

use crate::stamped::{Entry, Shelved};

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

impl Entry for Activity {
    #[inline]
    fn is_nothing(&self) -> bool {
        self.next_seq == 0
    }
}

/// A ledger has few units: they share a shelf.
impl Shelved for UnitNo {
    #[inline]
    fn shelf(&self) -> u32 {
        0
    }
}
