//! Unit ids to numbers, fast enough for one look-up an event.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use socai_tlog::UnitNo;

/// A map whose hash takes eight bytes at a time and has no random state: one by one, ids of 15 bytes wait for 15 products. Only the operator
/// adds ids, so nobody can aim collisions at it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct IdMap(HashMap<Box<str>, UnitNo, BuildHasherDefault<ByWords>>);

impl IdMap {
    pub fn get(&self, id: &str) -> Option<UnitNo> {
        self.0.get(id).copied()
    }

    pub fn insert(&mut self, id: &str, no: UnitNo) {
        self.0.insert(id.into(), no);
    }
}

/// State of the hash: each word is added and multiplied to 128 bits, whose halves are folded together.
#[derive(Clone, Default)]
pub(super) struct ByWords(u64);

/// An odd number with even bits: the golden ratio's.
const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;

impl ByWords {
    fn word(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ FACTOR) * u128::from(FACTOR);
        self.0 = product as u64 ^ (product >> 64) as u64;
    }
}

impl Hasher for ByWords {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        words.iter().for_each(|word| self.word(u64::from_le_bytes(*word)));
        self.word(rest.iter().fold(bytes.len() as u64, |word, byte| word << 8 | u64::from(*byte)));
    }

    fn write_u8(&mut self, _end: u8) {} // the length is in the last word

    fn finish(&self) -> u64 {
        self.0
    }
}
