//! A table in memory that remembers what it was before the current batch, so that only changed rows are written.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    hash::Hash,
};

use socai_domain::hash::FastMap;

/// A map with the values its changed keys had when the batch began.
#[derive(Clone, Debug)]
pub(crate) struct Tracked<K, V, M = BTreeMap<K, V>> {
    now: M,
    /// Key → value at the last drain, noted at the first change after it. `None` while nobody asks for changes.
    before: Option<BTreeMap<K, Option<V>>>,
}

/// The same without an order, for tables in which single keys are looked up all over.
pub(crate) type TrackedByHash<K, V> = Tracked<K, V, FastMap<K, V>>;

/// What both sorts of maps do.
pub(crate) trait Map<K, V>: Default {
    fn get(&self, key: &K) -> Option<&V>;
    fn get_mut(&mut self, key: &K) -> Option<&mut V>;
    fn insert(&mut self, key: K, value: V) -> Option<V>;
    fn remove(&mut self, key: &K) -> Option<V>;
}

/// Methods that a map has itself.
macro_rules! is_map {
    ($map:ident, $($bound:tt)+) => {
        impl<K: $($bound)+, V> Map<K, V> for $map<K, V> {
            fn get(&self, key: &K) -> Option<&V> {
                self.get(key)
            }

            fn get_mut(&mut self, key: &K) -> Option<&mut V> {
                self.get_mut(key)
            }

            fn insert(&mut self, key: K, value: V) -> Option<V> {
                self.insert(key, value)
            }

            fn remove(&mut self, key: &K) -> Option<V> {
                self.remove(key)
            }
        }
    };
}

is_map!(BTreeMap, Ord);
is_map!(FastMap, Hash + Eq);

impl<K, V, M: Default> Default for Tracked<K, V, M> {
    fn default() -> Self {
        Tracked { now: M::default(), before: None }
    }
}

impl<K: Ord, V> Tracked<K, V> {
    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.now.iter()
    }

    pub(crate) fn range<R: std::ops::RangeBounds<K>>(
        &self,
        range: R,
    ) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.now.range(range)
    }
}

impl<K: Ord, V> TrackedByHash<K, V> {
    pub(crate) fn len(&self) -> usize {
        self.now.len()
    }

    /// In order of keys.
    pub(crate) fn sorted(&self) -> Vec<(&K, &V)> {
        let mut entries: Vec<_> = self.now.iter().collect();
        entries.sort_by(|one, other| one.0.cmp(other.0));
        entries
    }
}

impl<K: Ord + Clone, V: Clone + PartialEq, M: Map<K, V>> Tracked<K, V, M> {
    /// Starts to note changes, or stops and forgets those noted.
    pub(crate) fn track(&mut self, on: bool) {
        self.before = on.then(BTreeMap::new);
    }

    pub(crate) fn get(&self, key: &K) -> Option<&V> {
        self.now.get(key)
    }

    /// The value of a key, for somebody who sets it again at once: not copied while nobody asks for changes, and its place is kept.
    pub(crate) fn take(&mut self, key: &K) -> V
    where
        V: Default,
    {
        match self.before {
            None => self.now.get_mut(key).map(std::mem::take).unwrap_or_default(),
            Some(_) => self.now.get(key).cloned().unwrap_or_default(),
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
    pub(crate) fn restored(entries: Vec<(K, V)>) -> Self
    where
        M: FromIterator<(K, V)>,
    {
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
