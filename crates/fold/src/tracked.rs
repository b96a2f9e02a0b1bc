//! A table in memory that remembers what it was before the current batch, so that only changed rows are written.

use std::collections::{BTreeMap, btree_map::Entry};

/// A sorted map with the values its changed keys had when the batch began.
#[derive(Clone, Debug)]
pub(crate) struct Tracked<K, V> {
    now: BTreeMap<K, V>,
    /// Key → value at the last drain, noted at the first change after it. `None` while nobody asks for changes.
    before: Option<BTreeMap<K, Option<V>>>,
}

impl<K, V> Default for Tracked<K, V> {
    fn default() -> Self {
        Tracked { now: BTreeMap::new(), before: None }
    }
}

impl<K: Ord + Clone, V: Clone + PartialEq> Tracked<K, V> {
    /// Starts to note changes, or stops and forgets those noted.
    pub(crate) fn track(&mut self, on: bool) {
        self.before = on.then(BTreeMap::new);
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.now.get(key)
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.now.iter()
    }

    pub(crate) fn range<R: std::ops::RangeBounds<K>>(
        &self,
        range: R,
    ) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.now.range(range)
    }

    /// The value of a key, for somebody who sets it again at once: not copied while nobody asks for changes.
    pub(crate) fn take(&mut self, key: &K) -> Option<V> {
        match self.before {
            None => self.now.remove(key),
            Some(_) => self.now.get(key).cloned(),
        }
    }

    pub(crate) fn set(&mut self, key: K, value: V) {
        let old = self.now.insert(key.clone(), value);
        self.note(key, old);
    }

    pub(crate) fn remove(&mut self, key: &K) -> Option<V> {
        let old = self.now.remove(key)?;
        self.note(key.clone(), Some(old.clone()));
        Some(old)
    }

    fn note(&mut self, key: K, old: Option<V>) {
        if let Some(Entry::Vacant(first)) = self.before.as_mut().map(|before| before.entry(key)) {
            first.insert(old);
        }
    }

    /// Takes stored entries back, in order of keys.
    pub(crate) fn restored(entries: Vec<(K, V)>) -> Self {
        Tracked { now: entries.into_iter().collect(), before: None }
    }

    /// Takes a stored entry back.
    pub(crate) fn restore(&mut self, key: K, value: V) {
        self.now.insert(key, value);
    }

    /// Hands over each key that differs from the last drain, in order: key, value then, value now.
    pub(crate) fn drain(&mut self, mut change: impl FnMut(&K, Option<&V>, Option<&V>)) {
        let Some(before) = &mut self.before else { return };
        for (key, old) in std::mem::take(before) {
            let new = self.now.get(&key);
            if old.as_ref() != new {
                change(&key, old.as_ref(), new);
            }
        }
    }
}
