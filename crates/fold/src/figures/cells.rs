//! The cells of an indicator in a window, its values on their axes, and the wards they belong to.
//!
//! A question about a busy district looks at a million cells: what can be found out once for an indicator or a day is.

use std::ops::RangeInclusive;

use socai_domain::{Registry, hash::FastMap, registry::Span, tables::Indicator};
use socai_tlog::UnitNo;

use super::{
    asked::{Pick, Picked, Window},
    totals::whose,
};
use crate::{
    cube::{CellKey, OfCell, shelf_of},
    fold::Fold,
    rulebook::Series,
    shelves::{Entry, Shelves},
    values::{AxesNo, ValueNo, Values},
};

/// The layouts of axes that an indicator ever had.
pub(crate) struct OfRow<'f> {
    values: &'f Values,
    layouts: Vec<Layout<'f>>,
}

/// One layout of an indicator's axes.
pub(crate) struct Layout<'f> {
    /// Its place among those of the indicator.
    pub at: usize,
    number: u16,
    pub series: &'f Series,
    /// Places of the row's slices, and of the axes they are.
    slices: Vec<(usize, usize)>,
}

impl<'f> OfRow<'f> {
    pub(crate) fn new(fold: &'f Fold, row: &Indicator) -> Self {
        let numbered = (0_u16..).zip(fold.rulebook.series());
        let of_row = numbered.filter(|(_, series)| series.code == row.code);
        let layouts = of_row.enumerate().map(|(at, (number, series))| {
            let slice = |(at, name): (usize, &String)| Some((at, series.axis(name)?));
            let slices = row.slices.iter().enumerate().filter_map(slice).collect();
            Layout { at, number, series, slices }
        });
        OfRow { values: &fold.values, layouts: layouts.collect() }
    }

    /// The layouts, each at its place.
    pub(crate) fn layouts(&self) -> &[Layout<'f>] {
        &self.layouts
    }

    /// Hands over the entries of a table whose cells lie in a window, day by day for each layout. Iteration stays within a shelf:
    /// stepping through shelves, layouts and conditions from outside costs several times what an entry does.
    pub(crate) fn each_cell<'s, K: OfCell, V: Entry>(
        &'s self,
        table: &'s Shelves<K, V>,
        window: &Window,
        mut each: impl FnMut(&'s Layout<'f>, K, &'s V),
    ) {
        for layout in &self.layouts {
            let Some(picked) = layout.picked(window.pick.as_ref(), self.values) else { continue };
            let entries = table.of_days(layout.number, days_of(window));
            match picked {
                In::All => entries.for_each(|(key, value)| each(layout, key, value)),
                picked => entries
                    .filter(|(key, _)| picked.holds(key.cell()))
                    .for_each(|(key, value)| each(layout, key, value)),
            }
        }
    }
}

/// Shelves that hold the days of the window.
pub(crate) fn days_of(window: &Window) -> RangeInclusive<u32> {
    shelf_of(window.from)..=shelf_of(window.to)
}

/// What the cells of a layout must hold to be in a window, besides their days.
enum In<'v> {
    /// Nothing.
    All,
    /// On this of so many axes, this value.
    Value { values: &'v Values, count: usize, axis: usize, number: ValueNo },
}

impl In<'_> {
    #[inline]
    fn holds(&self, cell: &CellKey) -> bool {
        match self {
            In::All => true,
            In::Value { values, count, axis, number } => {
                values.on_axis(cell.axes(), *count, *axis) == *number
            }
        }
    }
}

impl<'f> Layout<'f> {
    /// None when no cell can be in the window: it asks for an axis that the layout does not have, or for a value nobody stated.
    fn picked(&self, pick: Option<&Pick>, values: &'f Values) -> Option<In<'f>> {
        let Some(pick) = pick else { return Some(In::All) };
        let number = match &pick.value {
            Picked::Year(year) => values.number_of_int(i64::from(*year)),
            Picked::Occasion(id) => values.number_of_text(id),
        };
        let axis = self.series.axis(&pick.field)?;
        Some(In::Value { values, count: self.series.axes().len(), axis, number: number? })
    }

    /// Whether the row has slices that this layout tells.
    pub(crate) fn is_sliced(&self) -> bool {
        !self.slices.is_empty()
    }

    /// The places of the row's slices with the values on them.
    pub(crate) fn sliced(&self, values: &Values, axes: AxesNo) -> impl Iterator<Item = (usize, ValueNo)> {
        let count = self.series.axes().len();
        self.slices.iter().map(move |(at, axis)| (*at, values.on_axis(axes, count, *axis)))
    }
}

/// The wards of cells: what can be said of a unit on all days is found out once.
pub(crate) struct Wards<'f> {
    registry: &'f Registry,
    /// By unit number, which is below `registry::MAX_UNITS`: whether it is a ward; none when that is so on some of its days only.
    always: Vec<Option<bool>>,
}

impl<'f> Wards<'f> {
    pub(crate) fn new(registry: &'f Registry) -> Self {
        let mut always = vec![];
        for unit in registry.units() {
            let at = unit.no.0 as usize;
            always.resize(always.len().max(at + 1), None);
            let mut is_ward = unit.spans.iter().map(Span::is_ward);
            always[at] = is_ward.next().filter(|first| is_ward.all(|other| other == *first));
        }
        Wards { registry, always }
    }

    /// The ward that a cell belongs to.
    #[inline]
    pub(crate) fn of(&self, cell: &CellKey) -> Option<UnitNo> {
        let unit = whose(cell.place(), cell.publisher())?;
        let is_ward = match self.always.get(unit.0 as usize) {
            Some(Some(always)) => *always,
            _ => self.registry.unit(unit).is_some_and(|unit| unit.is_ward(cell.day())),
        };
        is_ward.then_some(unit)
    }
}

/// The number of a unit in a list that begins with nobody.
#[inline]
pub(crate) fn listed(unit: Option<UnitNo>) -> u32 {
    unit.map_or(0, |unit| unit.0 + 1)
}

/// The unit at a place of such a list.
pub(crate) fn unlisted(at: u32) -> Option<UnitNo> {
    at.checked_sub(1).map(UnitNo)
}

/// Values that were met: texts as bits by their places, others by their numbers. The bits lie on pages, because the texts of some days are
/// near in number and those of a ward are few.
#[derive(Debug, Default)]
pub(crate) struct Met {
    pages: Vec<Option<Box<Page>>>,
    others: FastMap<u32, ()>,
}

/// 4,096 texts.
type Page = [u64; 64];

impl Met {
    /// Meets a value.
    #[inline]
    pub(crate) fn put(&mut self, value: ValueNo) {
        let Some(at) = value.text() else {
            self.others.insert(value.0, ());
            return;
        };
        let (page, word, bit) = (at / 4_096, at / 64 % 64, 1 << (at % 64));
        match self.pages.get_mut(page) {
            Some(Some(page)) => page[word] |= bit,
            _ => self.page(page)[word] |= bit,
        }
    }

    /// A page that may not be there yet.
    #[inline(never)]
    fn page(&mut self, page: usize) -> &mut Page {
        self.pages.resize(self.pages.len().max(page + 1), None);
        self.pages[page].get_or_insert_with(|| Box::new([0; 64]))
    }

    /// Meets all that another met.
    pub(crate) fn join(&mut self, other: &Met) {
        for (page, words) in
            other.pages.iter().enumerate().filter_map(|(at, page)| Some((at, page.as_ref()?)))
        {
            self.page(page).iter_mut().zip(words.iter()).for_each(|(word, other)| *word |= other);
        }
        self.others.extend(other.others.iter());
    }

    /// How many values were met.
    pub(crate) fn count(&self) -> i128 {
        let on_page = |page: &Page| page.iter().map(|word| word.count_ones()).sum::<u32>();
        let texts = self.pages.iter().flatten().map(|page| i128::from(on_page(page)));
        texts.sum::<i128>() + self.others.len() as i128
    }
}

impl<'m> FromIterator<&'m Met> for Met {
    fn from_iter<I: IntoIterator<Item = &'m Met>>(sets: I) -> Self {
        let mut all = Met::default();
        sets.into_iter().for_each(|set| all.join(set));
        all
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Texts at the edges of words and pages, and on pages far apart, between numbers and other values.
    fn values() -> Vec<ValueNo> {
        let texts = [0, 1, 63, 64, 4_095, 4_096, 100_000, 1 << 24].map(|at| (1 << 30) + at);
        [0, 2_023, (1 << 30) - 1, 3 << 30, u32::MAX].into_iter().chain(texts).map(ValueNo).collect()
    }

    #[test]
    fn a_value_that_was_met_is_counted_once() {
        assert_eq!(values().iter().filter(|value| value.text().is_some()).count(), 8);
        let mut met = Met::default();
        for (count, value) in values().into_iter().enumerate() {
            (0..2).for_each(|_| met.put(value));
            assert_eq!(met.count(), count as i128 + 1);
        }
    }

    #[test]
    fn joined_sets_are_the_set_of_all_their_values() {
        let values = values();
        for mask in 0..1_u32 << values.len() {
            let of =
                |wanted: bool| values.iter().zip(0..).filter(move |(_, at)| (mask >> at & 1 == 1) == wanted);
            let (mut one, mut other) = (Met::default(), Met::default());
            of(true).for_each(|(value, _)| one.put(*value));
            of(false).chain(of(true).take(2)).for_each(|(value, _)| other.put(*value));
            let all: BTreeSet<_> = values.iter().map(|value| value.0).collect();
            assert_eq!([&one, &other].into_iter().collect::<Met>().count(), all.len() as i128);
            assert_eq!(one.count(), i128::from(mask.count_ones()));
        }
    }
}
