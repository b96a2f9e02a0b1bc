//! Hash tables on shelves, one for each indicator and day, which remember what changed entries were when the batch began.
//!
//! Facts of one day come close together, so their cells do too: a shelf is small enough for the processor's cache, which one table of
//! all days is not, and a question about an indicator's month looks at thirty shelves.

use std::{hash::Hash, ops::RangeInclusive};

use crate::hash::FastMap;

/// A key that knows its shelf.
pub(crate) trait Shelved: Copy + Eq + Hash {
    /// Number of the indicator, small, and of the day, below 2^17: near in time is equal or near in number.
    fn shelf(&self) -> (u16, u32);
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

#[derive(Clone, Debug, Default)]
struct Slot<V> {
    value: V,
    /// The batch that last changed the entry while changes were noted.
    batch: u32,
}

impl<V: Entry> Slot<V> {
    /// Changes the value, noting what it was; whether the entry can go.
    #[inline]
    fn change<K>(
        &mut self,
        key: K,
        before: &mut Option<Vec<(K, Option<V>)>>,
        batch: u32,
        change: impl FnOnce(&mut V),
    ) -> bool {
        if let Some(before) = before
            && self.batch != batch
        {
            before.push((key, self.value.something()));
            self.batch = batch;
        }
        change(&mut self.value);
        // An entry that this batch has noted stays until the drain, or coming back it would be noted a second time.
        before.is_none() && self.value.is_nothing()
    }
}

type Shelf<K, V> = FastMap<K, Slot<V>>;

/// Entries by key, unordered.
#[derive(Clone, Debug)]
pub(crate) struct Stamped<K, V> {
    shelves: Vec<Shelf<K, V>>,
    /// By number of the indicator.
    rows: Vec<Row>,
    /// Keys with their value at the last drain, noted at the first change after it. `None` while nobody asks for changes.
    before: Option<Vec<(K, Option<V>)>>,
    batch: u32,
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
    fn place(&self, day: u32) -> u32 {
        self.places.get(day.wrapping_sub(self.first) as usize).copied().unwrap_or_default()
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

impl<K, V> Default for Stamped<K, V> {
    fn default() -> Self {
        Stamped { shelves: vec![], rows: vec![], before: None, batch: 1 }
    }
}

impl<K: Shelved, V: Entry> Stamped<K, V> {
    /// Starts to note changes, or stops and forgets those noted.
    pub(crate) fn track(&mut self, on: bool) {
        self.before = on.then(Vec::new);
        self.batch += 1;
    }

    /// Changes an entry, which starts from nothing when there is none. For entries that are often new.
    pub(crate) fn change(&mut self, key: K, change: impl FnOnce(&mut V)) {
        let shelf = shelf(&mut self.shelves, &mut self.rows, key.shelf());
        let slot = shelf.entry(key).or_default();
        if slot.change(key, &mut self.before, self.batch, change) {
            shelf.remove(&key);
        }
    }

    /// The same for whoever knows the day's number of the key's shelf, and for entries that are nearly always there: looking first costs
    /// half of what asking for a place does.
    #[inline]
    pub(crate) fn change_on(&mut self, day: u32, key: K, change: impl FnOnce(&mut V)) {
        debug_assert_eq!(day, key.shelf().1);
        let shelf = shelf(&mut self.shelves, &mut self.rows, (key.shelf().0, day));
        let slot = match shelf.get_mut(&key) {
            Some(slot) => slot,
            None => shelf.entry(key).or_default(),
        };
        if slot.change(key, &mut self.before, self.batch, change) {
            shelf.remove(&key);
        }
    }

    /// Every entry of an indicator on some days that has not come to nothing: day by day, otherwise in no particular order.
    pub(crate) fn of_days(&self, row: u16, days: RangeInclusive<u32>) -> impl Iterator<Item = (&K, &V)> {
        let shelves = self.rows.get(usize::from(row)).into_iter().flat_map(move |row| row.on(days.clone()));
        let entries = shelves.flat_map(|place| &self.shelves[place]);
        entries.map(|(key, slot)| (key, &slot.value)).filter(|(_, value)| !value.is_nothing())
    }

    /// Hands over each entry that differs from the last drain: key, value then, value now. In no particular order.
    pub(crate) fn drain(&mut self, mut change: impl FnMut(&K, Option<V>, Option<V>)) {
        let Some(before) = &mut self.before else { return };
        self.batch += 1;
        for (key, old) in std::mem::take(before) {
            let shelf = shelf(&mut self.shelves, &mut self.rows, key.shelf());
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
        let shelf = shelf(&mut self.shelves, &mut self.rows, key.shelf());
        shelf.insert(key, Slot { value, batch: 0 });
    }
}

/// A shelf, three indexes away; a new one when there is none.
#[inline]
fn shelf<'s, K, V>(
    shelves: &'s mut Vec<Shelf<K, V>>,
    rows: &mut Vec<Row>,
    (row, day): (u16, u32),
) -> &'s mut Shelf<K, V> {
    let known = rows.get(usize::from(row)).map(|row| row.place(day)).unwrap_or_default();
    let place = if known > 0 { known } else { new_shelf(shelves, rows, (row, day)) };
    &mut shelves[place as usize - 1]
}

#[cold]
fn new_shelf<K, V>(shelves: &mut Vec<Shelf<K, V>>, rows: &mut Vec<Row>, (row, day): (u16, u32)) -> u32 {
    let at = usize::from(row);
    rows.resize(rows.len().max(at + 1), Row::default());
    // A day is much like the one before: room for as many entries spares the new shelf its growing.
    let before = rows[at].newest.checked_sub(1).map(|place| shelves[place as usize].len());
    shelves.push(Shelf::with_capacity_and_hasher(before.unwrap_or_default(), Default::default()));
    let place = shelves.len() as u32; // as many as there are days at most, for each indicator
    rows[at].put(day, place);
    place
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
        fn shelf(&self) -> (u16, u32) {
            (u16::from(self.starts_with('r')), self.len() as u32)
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
        assert_eq!(table.of_days(0, 0..=9).count(), 0);
        table.change("brief", |value| *value = 1);
        assert_eq!(drained(&mut table), [("brief", None, Some(1))]);
    }

    #[test]
    fn only_the_asked_shelves_are_looked_at_in_order_of_days() {
        let mut table = Stamped::default();
        let keys = ["ccc", "a", "bb", "dddddd", "rr"];
        keys.into_iter().for_each(|key| table.change(key, |value| *value = 1));
        let of = |row, days| table.of_days(row, days).map(|(key, _)| *key).collect::<Vec<_>>();
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
