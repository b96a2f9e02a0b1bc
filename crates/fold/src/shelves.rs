//! Hash tables on shelves, one for each indicator and day, which remember what changed entries were at the last drain.
//!
//! Facts of one day come close together, so their cells do too: a shelf is small enough for the processor's cache, which one table of
//! all days is not, and a question about an indicator's month looks at thirty shelves. What all keys of a shelf have in common is stored
//! once, with the shelf.

use std::{fmt::Debug, hash::Hash, ops::RangeInclusive};

use hashbrown::HashTable;
use socai_domain::hash::{FastMap, hash_of_key};

/// A key in two parts: what it has in common with all keys of its shelf, and the rest.
pub(crate) trait Shelved: Copy + Eq + Hash {
    /// The common part.
    type Shelf: Numbered;
    /// The rest, which is stored with each entry.
    type Rest: Copy + Debug + Eq + Hash;

    fn shelf(&self) -> Self::Shelf;

    fn rest(&self) -> Self::Rest;

    fn whole(shelf: Self::Shelf, rest: Self::Rest) -> Self;
}

/// What shelves are found by.
pub(crate) trait Numbered: Copy + Debug {
    /// Number of the indicator, small.
    fn row(self) -> u16;

    /// Number of the day, below 2^17: near in time is equal or near in number.
    fn day(self) -> u32;
}

/// A value that can come to nothing; then it has no row, as if it had never been.
pub(crate) trait Entry: Copy + Default + PartialEq {
    /// Whether no fact is behind it.
    fn is_nothing(&self) -> bool;
}

#[derive(Clone, Debug)]
struct Shelf<K: Shelved, V> {
    of: K::Shelf,
    /// By hash of the rest. None of them has come to nothing.
    entries: HashTable<(K::Rest, V)>,
}

impl<K: Shelved, V: Entry> Shelf<K, V> {
    fn get(&self, key: &K) -> Option<V> {
        let rest = key.rest();
        self.entries.find(hash_of_key(&rest), |(other, _)| *other == rest).map(|(_, value)| *value)
    }

    /// Changes an entry. Looking first costs half of what asking for a place does, and entries are mostly there.
    #[inline]
    fn change(&mut self, key: &K, change: impl FnOnce(&mut V)) {
        let rest = key.rest();
        let hash = hash_of_key(&rest);
        if let Some((_, value)) = self.entries.find_mut(hash, |(other, _)| *other == rest) {
            change(value);
            if value.is_nothing()
                && let Ok(entry) = self.entries.find_entry(hash, |(other, _)| *other == rest)
            {
                entry.remove();
            }
            return;
        }
        let mut value = V::default();
        change(&mut value);
        if !value.is_nothing() {
            self.entries.insert_unique(hash, (rest, value), |(rest, _)| hash_of_key(rest));
        }
    }
}

/// Entries by key, unordered.
#[derive(Clone, Debug)]
pub(crate) struct Shelves<K: Shelved, V> {
    shelves: Vec<Shelf<K, V>>,
    /// By number of the indicator.
    rows: Vec<Row>,
    /// Keys that changed since the last drain, with their values then. `None` while nobody asks for changes.
    before: Option<FastMap<K, Option<V>>>,
}

/// The shelves of an indicator.
#[derive(Clone, Debug, Default)]
struct Row {
    /// By day since the first: the place of its shelf plus one, zero for none.
    places: Vec<u32>,
    first: u32,
    /// The shelf that was made last, in the same way.
    newest: u32,
}

impl Row {
    #[inline]
    fn place(&self, day: u32) -> Option<usize> {
        let place = self.places.get(day.wrapping_sub(self.first) as usize)?;
        place.checked_sub(1).map(|place| place as usize)
    }

    fn put(&mut self, day: u32, place: u32) {
        if self.places.is_empty() {
            self.first = day;
        }
        if day < self.first {
            let earlier = (self.first - day) as usize;
            self.places.splice(0..0, std::iter::repeat_n(0, earlier));
            self.first = day;
        }
        let at = (day - self.first) as usize;
        self.places.resize(self.places.len().max(at + 1), 0);
        (self.places[at], self.newest) = (place, place);
    }

    /// The shelves of some days, in order of days.
    fn on(&self, days: RangeInclusive<u32>) -> impl Iterator<Item = usize> {
        let len = self.places.len();
        let from = (days.start().saturating_sub(self.first) as usize).min(len);
        let to = match days.end().checked_sub(self.first) {
            Some(last) if !days.is_empty() => (last as usize + 1).clamp(from, len),
            _ => from,
        };
        let places = self.places[from..to].iter();
        places.filter_map(|place| place.checked_sub(1)).map(|place| place as usize)
    }
}

impl<K: Shelved, V> Default for Shelves<K, V> {
    fn default() -> Self {
        Shelves { shelves: vec![], rows: vec![], before: None }
    }
}

impl<K: Shelved, V: Entry> Shelves<K, V> {
    /// Starts to note changes, or stops and forgets those noted.
    pub(crate) fn track(&mut self, on: bool) {
        self.before = on.then(FastMap::default);
    }

    /// Changes an entry, which starts from nothing when there is none.
    pub(crate) fn change(&mut self, key: K, change: impl FnOnce(&mut V)) {
        self.change_on(key.shelf().day(), key, change);
    }

    /// The same for whoever knows the day's number of the key's shelf.
    #[inline]
    pub(crate) fn change_on(&mut self, day: u32, key: K, change: impl FnOnce(&mut V)) {
        debug_assert_eq!(day, key.shelf().day());
        let known = self.rows.get(usize::from(key.shelf().row())).and_then(|row| row.place(day));
        let place = known.unwrap_or_else(|| self.new_shelf(key.shelf()));
        let shelf = &mut self.shelves[place];
        if let Some(before) = &mut self.before {
            before.entry(key).or_insert_with(|| shelf.get(&key));
        }
        shelf.change(&key, change);
    }

    /// Every entry of an indicator on some days: day by day, otherwise in no particular order.
    pub(crate) fn of_days(&self, row: u16, days: RangeInclusive<u32>) -> impl Iterator<Item = (K, &V)> {
        let shelves = self.rows.get(usize::from(row)).into_iter().flat_map(move |row| row.on(days.clone()));
        shelves
            .map(|place| &self.shelves[place])
            .flat_map(|shelf| shelf.entries.iter().map(|(rest, value)| (K::whole(shelf.of, *rest), value)))
    }

    /// Hands over each entry that differs from the last drain: key, value then, value now. In no particular order.
    pub(crate) fn drain(&mut self, mut change: impl FnMut(&K, Option<V>, Option<V>)) {
        let Some(before) = &mut self.before else { return };
        for (key, old) in std::mem::take(before) {
            let row = self.rows.get(usize::from(key.shelf().row()));
            let place = row.and_then(|row| row.place(key.shelf().day()));
            let new = place.and_then(|place| self.shelves[place].get(&key));
            if old != new {
                change(&key, old, new);
            }
        }
    }

    /// Takes a stored entry back.
    pub(crate) fn restore(&mut self, key: K, value: V) {
        self.change(key, |entry| *entry = value);
    }

    /// The place of a shelf that is not there yet.
    #[cold]
    fn new_shelf(&mut self, of: K::Shelf) -> usize {
        let at = usize::from(of.row());
        self.rows.resize(self.rows.len().max(at + 1), Row::default());
        // A day is much like the one before: room for as many entries spares the new shelf its growing.
        let before = self.rows[at].newest.checked_sub(1).map(|place| &self.shelves[place as usize].entries);
        let room = before.map(HashTable::len).unwrap_or_default();
        self.shelves.push(Shelf { of, entries: HashTable::with_capacity(room) });
        self.rows[at].put(of.day(), self.shelves.len() as u32); // as many as there are days at most, for each indicator
        self.shelves.len() - 1
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

    impl Shelved for &'static str {
        type Shelf = (u16, u32);
        type Rest = &'static str;

        fn shelf(&self) -> (u16, u32) {
            (u16::from(self.starts_with('r')), self.len() as u32)
        }

        fn rest(&self) -> &'static str {
            self
        }

        fn whole(_: (u16, u32), rest: &'static str) -> Self {
            rest
        }
    }

    impl Numbered for (u16, u32) {
        fn row(self) -> u16 {
            self.0
        }

        fn day(self) -> u32 {
            self.1
        }
    }

    fn drained(table: &mut Shelves<&'static str, i32>) -> Vec<(&'static str, Option<i32>, Option<i32>)> {
        let mut changes = vec![];
        table.drain(|key, old, new| changes.push((*key, old, new)));
        changes.sort();
        changes
    }

    #[test]
    fn a_drain_gives_what_a_batch_changed_and_nothing_else() {
        let mut table = Shelves::default();
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
        let mut table = Shelves::default();
        table.track(true);
        table.change("brief", |value| *value = 1);
        table.change("brief", |value| *value = 0);
        assert_eq!(drained(&mut table), []);
        assert_eq!(table.of_days(0, 0..=9).count(), 0);
        table.change("brief", |value| *value = 1);
        assert_eq!(drained(&mut table), [("brief", None, Some(1))]);
    }

    #[test]
    fn only_the_asked_shelves_are_looked_at_in_order_of_days() {
        let mut table = Shelves::default();
        let keys = ["ccc", "a", "bb", "dddddd", "rr"];
        keys.into_iter().for_each(|key| table.change(key, |value| *value = 1));
        let of = |row, days| table.of_days(row, days).map(|(key, _)| key).collect::<Vec<_>>();
        assert_eq!(of(0, 2..=3), ["bb", "ccc"]);
        assert_eq!(of(0, 0..=u32::MAX), ["a", "bb", "ccc", "dddddd"]);
        assert_eq!(of(0, 4..=5), [""; 0]);
        assert_eq!(of(0, 7..=9), [""; 0]);
        assert_eq!(of(0, 0..=0), [""; 0]);
        #[allow(clippy::reversed_empty_ranges)]
        let none = of(0, 3..=2);
        assert_eq!(none, [""; 0]);
        assert_eq!(of(1, 0..=9), ["rr"]);
        assert_eq!(of(2, 0..=9), [""; 0]);
    }
}
