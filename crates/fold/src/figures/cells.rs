//! The cells of an indicator in a window, its values on their axes, and the wards they belong to.
//!
//! A question about a busy district looks at a million cells: what can be found out once for an indicator or a day is.

use std::ops::RangeInclusive;

use socai_domain::{Registry, tables::Indicator};
use socai_tlog::UnitNo;

use super::{
    asked::{Pick, Picked, Window},
    totals::{is_ward, is_ward_type, whose},
};
use crate::{
    cube::{CellKey, OfCell, shelf_of},
    fold::Fold,
    hash::FastMap,
    rulebook::Series,
    stamped::{Entry, Stamped},
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
        table: &'s Stamped<K, V>,
        window: &Window,
        mut each: impl FnMut(&'s Layout<'f>, &'s K, &'s V),
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
            let mut is_ward = unit.spans.iter().map(|span| is_ward_type(span.unit_type));
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
            _ => is_ward(self.registry, unit, cell.day()),
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

/// Values that were met: those that the table of values numbers as bits, small integers as themselves.
#[derive(Debug, Default)]
pub(crate) struct Met {
    noted: Vec<u64>,
    small: FastMap<u32, ()>,
}

impl Met {
    /// Meets a value.
    #[inline]
    pub(crate) fn put(&mut self, value: ValueNo) {
        let Some(at) = value.noted() else {
            self.small.insert(value.0, ());
            return;
        };
        let (word, bit) = (at / 64, 1 << (at % 64));
        match self.noted.get_mut(word) {
            Some(known) => *known |= bit,
            None => self.grow(word, bit),
        }
    }

    #[cold]
    fn grow(&mut self, word: usize, bit: u64) {
        self.noted.resize(word + 1, 0);
        self.noted[word] = bit;
    }

    /// Meets all that another met.
    pub(crate) fn join(&mut self, other: &Met) {
        self.noted.resize(self.noted.len().max(other.noted.len()), 0);
        self.noted.iter_mut().zip(&other.noted).for_each(|(word, other)| *word |= other);
        self.small.extend(other.small.iter());
    }

    /// How many values were met.
    pub(crate) fn count(&self) -> i128 {
        let noted: u64 = self.noted.iter().map(|word| u64::from(word.count_ones())).sum();
        i128::from(noted) + self.small.len() as i128
    }
}

impl<'m> FromIterator<&'m Met> for Met {
    fn from_iter<I: IntoIterator<Item = &'m Met>>(sets: I) -> Self {
        let mut all = Met::default();
        sets.into_iter().for_each(|set| all.join(set));
        all
    }
}
