//! Unit ids to numbers, fast enough for one look-up an event.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use socai_tlog::UnitNo;

/// A map with FNV-1a, which beats the default hash on ids of 15 bytes and has no random state. Only the operator adds ids, so
/// nobody can aim collisions at it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct IdMap(HashMap<Box<str>, UnitNo, BuildHasherDefault<Fnv1a>>);

impl IdMap {
    pub fn get(&self, id: &str) -> Option<UnitNo> {
        self.0.get(id).copied()
    }

    pub fn insert(&mut self, id: &str, no: UnitNo) {
        self.0.insert(id.into(), no);
    }
}

#[derive(Clone)]
pub(super) struct Fnv1a(u64);

impl Default for Fnv1a {
    fn default() -> Fnv1a {
        Fnv1a(0xcbf2_9ce4_8422_2325)
    }
}

impl Hasher for Fnv1a {
    fn write(&mut self, bytes: &[u8]) {
        self.0 =
            bytes.iter().fold(self.0, |hash, byte| (hash ^ *byte as u64).wrapping_mul(0x0000_0100_0000_01b3));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
