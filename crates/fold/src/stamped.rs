//! A hash table on shelves, which remembers what changed entries were when the batch began.
//!
//! Facts of one day come close together, so their cells do too: a shelf is small enough for the processor's cache, which one table of
//! all days is not, and a question about a month looks at thirty shelves.

use std::hash::Hash;

use crate::hash::FastMap;

/// A key that knows its shelf.
pub(crate) trait Shelved: Copy + Eq + Hash {
    /// Number of the shelf, below 2^17; near in time is equal or near in number.
    fn shelf(&self) -> u32;
}

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

type Shelf<K, V> = FastMap<K, Slot<V>>;

/// Entries by key, unordered.
#[derive(Clone, Debug)]
pub(crate) struct Stamped<K, V> {
    shelves: Vec<(u32, Shelf<K, V>)>,
    /// By number, where a shelf stands in `shelves`, plus one; zero for none.
    places: Vec<u32>,
    /// Keys with their value at the last drain, noted at the first change after it. `None` while nobody asks for changes.
    before: Option<Vec<(K, Option<V>)>>,
    batch: u32,
}

impl<K, V> Default for Stamped<K, V> {
    fn default() -> Self {
        Stamped { shelves: vec![], places: vec![], before: None, batch: 1 }
    }
}

impl<K: Shelved, V: Entry> Stamped<K, V> {
    /// Starts to note changes, or stops and forgets those noted.
    pub(crate) fn track(&mut self, on: bool) {
        self.before = on.then(Vec::new);
        self.batch += 1;
    }

    /// Changes an entry, which starts from nothing when there is none.
    #[inline]
    pub(crate) fn change(&mut self, key: K, change: impl FnOnce(&mut V)) {
        let shelf = shelf(&mut self.shelves, &mut self.places, key.shelf());
        let slot = shelf.entry(key).or_insert(Slot { value: V::default(), batch: 0 });
        if let Some(before) = &mut self.before
            && slot.batch != self.batch
        {
            before.push((key, slot.value.something()));
            slot.batch = self.batch;
        }
        change(&mut slot.value);
        // An entry that this batch has noted stays until the drain, or coming back it would be noted a second time.
        if self.before.is_none() && slot.value.is_nothing() {
            shelf.remove(&key);
        }
    }

    /// Every entry on some shelves that has not come to nothing, in no particular order.
    pub(crate) fn on_shelves(&self, wanted: impl Fn(u32) -> bool) -> impl Iterator<Item = (&K, &V)> {
        let shelves = self.shelves.iter().filter(move |(shelf, _)| wanted(*shelf));
        let entries = shelves.flat_map(|(_, shelf)| shelf.iter().map(|(key, slot)| (key, &slot.value)));
        entries.filter(|(_, value)| !value.is_nothing())
    }

    /// Hands over each entry that differs from the last drain: key, value then, value now. In no particular order.
    pub(crate) fn drain(&mut self, mut change: impl FnMut(&K, Option<V>, Option<V>)) {
        let Some(before) = &mut self.before else { return };
        self.batch += 1;
        for (key, old) in std::mem::take(before) {
            let shelf = shelf(&mut self.shelves, &mut self.places, key.shelf());
            let new = shelf.get(&key).and_then(|slot| slot.value.something());
            if new.is_none() {
                shelf.remove(&key);
            }
            if old != new {
                change(&key, old, new);
            }
        }
    }

    /// Takes a stored entry back.
    pub(crate) fn restore(&mut self, key: K, value: V) {
        let shelf = shelf(&mut self.shelves, &mut self.places, key.shelf());
        shelf.insert(key, Slot { value, batch: 0 });
    }
}

/// The shelf of a number, two indexes away; a new one when there is none.
#[inline]
fn shelf<'s, K, V>(
    shelves: &'s mut Vec<(u32, Shelf<K, V>)>,
    places: &mut Vec<u32>,
    number: u32,
) -> &'s mut Shelf<K, V> {
    let at = number as usize;
    if at >= places.len() {
        places.resize(at + 1, 0);
    }
    if places[at] == 0 {
        // A day is much like the one before: room for as many entries spares the new shelf its growing.
        let room = shelves.last().map_or(0, |(_, shelf)| shelf.len());
        shelves.push((number, Shelf::with_capacity_and_hasher(room, Default::default())));
        places[at] = shelves.len() as u32; // as many as there are days at most
    }
    &mut shelves[places[at] as usize - 1].1
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Entry for i32 {
        fn is_nothing(&self) -> bool {
            *self == 0
        }
    }

    impl Shelved for &'static str {
        fn shelf(&self) -> u32 {
            self.len() as u32
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
        assert_eq!(table.on_shelves(|_| true).count(), 0);
        table.change("brief", |value| *value = 1);
        assert_eq!(drained(&mut table), [("brief", None, Some(1))]);
    }

    #[test]
    fn only_the_asked_shelves_are_looked_at() {
        let mut table = Stamped::default();
        ["a", "bb", "cc", "ddd"].into_iter().for_each(|key| table.change(key, |value| *value = 1));
        let mut two: Vec<_> = table.on_shelves(|shelf| shelf == 2).map(|(key, _)| *key).collect();
        two.sort();
        assert_eq!(two, ["bb", "cc"]);
    }
}
