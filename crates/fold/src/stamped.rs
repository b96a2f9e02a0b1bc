//! A hash table that remembers what changed entries were when the batch began, at the price of one comparison a change.

use std::hash::Hash;

use crate::hash::FastMap;

/// A value that can come to nothing; then it has no row, as if it had never been.
pub(crate) trait Entry: Copy + Default + PartialEq {
    /// Whether no fact is behind it.
    fn is_nothing(&self) -> bool;

    /// Itself, unless it has come to nothing.
    fn something(self) -> Option<Self> {
        (!self.is_nothing()).then_some(self)
    }
}

#[derive(Clone, Debug)]
struct Slot<V> {
    value: V,
    /// The batch that last changed the entry while changes were noted.
    batch: u32,
}

/// Entries by key, unordered.
#[derive(Clone, Debug)]
pub(crate) struct Stamped<K, V> {
    slots: FastMap<K, Slot<V>>,
    /// Keys with their value at the last drain, noted at the first change after it. `None` while nobody asks for changes.
    before: Option<Vec<(K, Option<V>)>>,
    batch: u32,
}

impl<K, V> Default for Stamped<K, V> {
    fn default() -> Self {
        Stamped { slots: FastMap::default(), before: None, batch: 1 }
    }
}

impl<K: Copy + Eq + Hash, V: Entry> Stamped<K, V> {
    /// Starts to note changes, or stops and forgets those noted.
    pub(crate) fn track(&mut self, on: bool) {
        self.before = on.then(Vec::new);
        self.batch += 1;
    }

    /// Changes an entry, which starts from nothing when there is none.
    #[inline]
    pub(crate) fn change(&mut self, key: K, change: impl FnOnce(&mut V)) {
        let slot = self.slots.entry(key).or_insert(Slot { value: V::default(), batch: 0 });
        if let Some(before) = &mut self.before
            && slot.batch != self.batch
        {
            before.push((key, slot.value.something()));
            slot.batch = self.batch;
        }
        change(&mut slot.value);
        // An entry that this batch has noted stays until the drain, or coming back it would be noted a second time.
        if self.before.is_none() && slot.value.is_nothing() {
            self.slots.remove(&key);
        }
    }

    /// The entry of a key, nothing when there is none.
    #[inline]
    pub(crate) fn get(&self, key: &K) -> V {
        self.slots.get(key).map(|slot| slot.value).unwrap_or_default()
    }

    /// Every entry that has not come to nothing, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.slots.iter().map(|(key, slot)| (key, &slot.value)).filter(|(_, value)| !value.is_nothing())
    }

    /// Hands over each entry that differs from the last drain: key, value then, value now. In no particular order.
    pub(crate) fn drain(&mut self, mut change: impl FnMut(&K, Option<V>, Option<V>)) {
        let Some(before) = &mut self.before else { return };
        self.batch += 1;
        for (key, old) in std::mem::take(before) {
            let new = self.slots.get(&key).and_then(|slot| slot.value.something());
            if new.is_none() {
                self.slots.remove(&key);
            }
            if old != new {
                change(&key, old, new);
            }
        }
    }

    /// Takes a stored entry back.
    pub(crate) fn restore(&mut self, key: K, value: V) {
        self.slots.insert(key, Slot { value, batch: 0 });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Entry for i32 {
        fn is_nothing(&self) -> bool {
            *self == 0
        }
    }

    fn drained(table: &mut Stamped<&'static str, i32>) -> Vec<(&'static str, Option<i32>, Option<i32>)> {
        let mut changes = vec![];
        table.drain(|key, old, new| changes.push((*key, old, new)));
        changes.sort();
        changes
    }

    #[test]
    fn a_drain_gives_what_a_batch_changed_and_nothing_else() {
        let mut table = Stamped::default();
        table.change("before", |value| *value = 1);
        table.track(true);
        table.change("new", |value| *value += 2);
        table.change("new", |value| *value += 3);
        assert_eq!(drained(&mut table), [("new", None, Some(5))]);
        table.change("before", |value| *value += 1);
        table.change("new", |value| *value = 0);
        assert_eq!(drained(&mut table), [("before", Some(1), Some(2)), ("new", Some(5), None)]);
        assert_eq!(drained(&mut table), []);
    }

    #[test]
    fn what_comes_and_goes_within_a_batch_leaves_no_change() {
        let mut table = Stamped::default();
        table.track(true);
        table.change("brief", |value| *value = 1);
        table.change("brief", |value| *value = 0);
        assert_eq!(drained(&mut table), []);
        assert_eq!(table.iter().count(), 0);
        table.change("brief", |value| *value = 1);
        assert_eq!(drained(&mut table), [("brief", None, Some(1))]);
    }
}
