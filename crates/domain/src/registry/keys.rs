//! Which key of a unit covers which record.

use socai_tlog::{LeafIndex, UnitSeq};

/// The keys one use of a unit had over time, newest last. There is always one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEpochs<K> {
    epochs: Vec<Epoch<K>>,
}

/// One key and the position from which it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Epoch<K> {
    /// The first record of the unit's chain that the key covers.
    pub from_seq: UnitSeq,
    /// The leaf of the record that made it known.
    pub made_known_at: LeafIndex,
    /// The key.
    pub key: K,
}

impl<K: Copy + PartialEq> KeyEpochs<K> {
    pub(super) fn new(key: K, made_known_at: LeafIndex) -> KeyEpochs<K> {
        KeyEpochs { epochs: vec![Epoch { from_seq: UnitSeq(0), made_known_at, key }] }
    }

    /// A second key for the same record replaces the first: nothing was sealed with it.
    pub(super) fn rotate(&mut self, epoch: Epoch<K>) {
        self.epochs.retain(|earlier| earlier.from_seq < epoch.from_seq);
        self.epochs.push(epoch);
    }

    /// The key that covers a record of the unit.
    pub fn covering(&self, seq: UnitSeq) -> K {
        self.epochs.iter().rev().find(|epoch| epoch.from_seq <= seq).unwrap_or(&self.epochs[0]).key
    }

    /// The first key, which the genesis of the chain commits to.
    pub fn first(&self) -> K {
        self.epochs[0].key
    }

    /// The newest key.
    pub fn newest(&self) -> K {
        self.epochs[self.epochs.len() - 1].key
    }

    /// Every key with its position, oldest first.
    pub fn all(&self) -> &[Epoch<K>] {
        &self.epochs
    }
}
