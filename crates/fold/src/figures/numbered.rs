//! What comes together under numbers that are nearly always small: those of units, of values on axes.

use socai_domain::hash::FastMap;

/// Numbers below this are places in a list: no look-up, and a list no longer than a page.
const SMALL: u32 = 256;

/// A value for each number that was asked for.
#[derive(Debug)]
pub(crate) struct Numbered<T> {
    small: Vec<Option<T>>,
    others: FastMap<u32, T>,
}

impl<T> Default for Numbered<T> {
    fn default() -> Self {
        Numbered { small: vec![], others: FastMap::default() }
    }
}

impl<T: Default> Numbered<T> {
    /// The value of a number, which begins as nothing.
    #[inline]
    pub(crate) fn of(&mut self, number: u32) -> &mut T {
        let at = number as usize;
        if !matches!(self.small.get(at), Some(Some(_))) {
            return self.first(number);
        }
        self.small[at].get_or_insert_default()
    }

    /// The same, for a number that was not asked for before or is none of the small ones.
    #[inline(never)]
    fn first(&mut self, number: u32) -> &mut T {
        if number >= SMALL {
            return self.others.entry(number).or_default();
        }
        let at = number as usize;
        self.small.resize_with(self.small.len().max(at + 1), || None);
        self.small[at].get_or_insert_default()
    }

    /// The numbers that were asked for with their values, in no particular order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u32, &T)> {
        let small = (0..).zip(&self.small).filter_map(|(number, value)| Some((number, value.as_ref()?)));
        small.chain(self.others.iter().map(|(number, value)| (*number, value)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_numbers_keep_their_own_values() {
        let mut counts = Numbered::<u32>::default();
        let numbers = [3, 0, SMALL - 1, SMALL, u32::MAX, 3, SMALL];
        numbers.into_iter().for_each(|number| *counts.of(number) += 1);
        let mut met: Vec<_> = counts.iter().map(|(number, count)| (number, *count)).collect();
        met.sort_unstable();
        assert_eq!(met, [(0, 1), (3, 2), (SMALL - 1, 1), (SMALL, 2), (u32::MAX, 1)]);
    }
}
