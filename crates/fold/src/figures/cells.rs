//! The cells of an indicator in a window, its values on their axes, and the wards they belong to.
//!
//! A question about a busy district looks at a million cells: what can be found out once for an indicator or a day is.

use std::ops::RangeInclusive;

use socai_domain::{CivilDate, Registry, tables::Indicator};
use socai_tlog::UnitNo;

use super::{
    asked::{Pick, Picked, Window},
    totals::{is_ward, whose},
};
use crate::{
    cube::{CellKey, OfCell, shelf_of},
    fold::Fold,
    hash::FastMap,
    rulebook::Series,
    stamped::{Entry, Stamped},
    values::{ValueNo, Values},
};

/// The layouts of axes that an indicator ever had.
pub(crate) struct OfRow<'f> {
    values: &'f Values,
    layouts: Vec<Layout<'f>>,
}

/// One layout of an indicator's axes.
pub(crate) struct Layout<'f> {
    number: u16,
    pub series: &'f Series,
    /// Places of the row's slices, and of the axes they are.
    slices: Vec<(usize, usize)>,
}

impl<'f> OfRow<'f> {
    pub(crate) fn new(fold: &'f Fold, row: &Indicator) -> Self {
        let numbered = (0_u16..).zip(fold.rulebook.series());
        let of_row = numbered.filter(|(_, series)| series.code == row.code);
        let layouts = of_row.map(|(number, series)| {
            let slice = |(at, name): (usize, &String)| Some((at, series.axis(name)?));
            Layout { number, series, slices: row.slices.iter().enumerate().filter_map(slice).collect() }
        });
        OfRow { values: &fold.values, layouts: layouts.collect() }
    }

    /// The entries of a table whose cells lie in a window, day by day for each layout.
    pub(crate) fn cells<'s, K: OfCell, V: Entry>(
        &'s self,
        table: &'s Stamped<K, V>,
        window: &Window,
    ) -> impl Iterator<Item = (&'s Layout<'f>, K, &'s V)> {
        let days = days_of(window);
        let asked = self.layouts.iter().filter_map(|layout| {
            let picked = layout.picked(window.pick.as_ref(), self.values)?;
            Some((layout, picked))
        });
        asked.flat_map(move |(layout, picked)| {
            let entries = table.of_days(layout.number, days.clone());
            let entries = entries.filter(move |(key, _)| picked.holds(key.cell()));
            entries.map(move |(key, value)| (layout, key, value))
        })
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

    /// The places of the row's slices with the cell's values on them.
    pub(crate) fn sliced(&self, values: &Values, cell: &CellKey) -> impl Iterator<Item = (usize, ValueNo)> {
        let count = self.series.axes().len();
        self.slices.iter().map(move |(at, axis)| (*at, values.on_axis(cell.axes(), count, *axis)))
    }
}

/// The wards of cells: whether a unit is one is looked up once a day.
pub(crate) struct Wards<'f> {
    registry: &'f Registry,
    day: CivilDate,
    /// By unit number, which is below `registry::MAX_UNITS`.
    known: Vec<Option<bool>>,
}

impl<'f> Wards<'f> {
    pub(crate) fn new(registry: &'f Registry) -> Self {
        Wards { registry, day: CivilDate::MIN, known: vec![] }
    }

    /// The ward that a cell belongs to.
    pub(crate) fn of(&mut self, cell: &CellKey) -> Option<UnitNo> {
        let unit = whose(cell.place(), cell.publisher())?;
        if self.day != cell.day() {
            self.day = cell.day();
            self.known.clear();
        }
        let at = unit.0 as usize;
        self.known.resize(self.known.len().max(at + 1), None);
        let is_ward = self.known[at].get_or_insert_with(|| is_ward(self.registry, unit, self.day));
        is_ward.then_some(unit)
    }
}

/// Values that were met: texts as bits by their places, others by their numbers.
#[derive(Default)]
pub(crate) struct Met {
    noted: Vec<u64>,
    small: FastMap<u32, ()>,
}

impl Met {
    /// Whether the value was not met before.
    pub(crate) fn is_new(&mut self, value: ValueNo) -> bool {
        let Some(at) = value.text() else { return self.small.insert(value.0, ()).is_none() };
        let (word, bit) = (at / 64, 1 << (at % 64));
        if word >= self.noted.len() {
            self.noted.resize(word + 1, 0);
        }
        let is_new = self.noted[word] & bit == 0;
        self.noted[word] |= bit;
        is_new
    }
}
