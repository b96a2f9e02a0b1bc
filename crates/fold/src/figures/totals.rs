//! What the cells of an indicator come to, all together and by ward and slice.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{
    CivilDate, Registry,
    tables::{Indicator, Measure},
};
use socai_proto::v1::UnitType;
use socai_tlog::UnitNo;

use super::{asked::Window, figure::Part, latest::latest};
use crate::{
    cube::{CellKey, Place, shelf_of},
    fold::Fold,
    rulebook::Series,
    values::{Value, ValueNo},
};

/// An indicator's sums over a window.
#[derive(Clone, Debug, Default)]
pub(crate) struct Totals {
    pub all: Part,
    pub wards: BTreeMap<UnitNo, Part>,
    pub unallocated: Part,
    /// By place in the row's slices, and value.
    pub slices: BTreeMap<(usize, Value), Part>,
    /// Units that published any of it.
    pub publishers: BTreeSet<UnitNo>,
}

/// Adds up the cells that lie in the window, of every layout of axes that the indicator ever had.
pub(crate) fn totals(fold: &Fold, row: &Indicator, window: &Window) -> Totals {
    let mut totals = Totals::default();
    let of_row = OfRow::new(fold, row);
    for (cell, total) in fold.cube.on_shelves(in_days(window)) {
        let Some(series) = of_row.in_window(window, cell) else { continue };
        totals.publishers.insert(cell.publisher());
        let slices = sliced(fold, row, series, cell);
        totals.each(ward_of(&fold.registry, cell), slices, |part| {
            part.value += total.sum();
            part.events += total.count();
        });
    }
    match row.measure {
        Measure::Distinct(_) => totals.count_distinct(fold, row, window),
        Measure::Latest(_) => {
            for (cell, series, value) in latest(fold, row, window) {
                let slices = sliced(fold, row, series, cell);
                totals.each(ward_of(&fold.registry, cell), slices, |part| part.value += value);
            }
        }
        _ => {}
    }
    totals
}

impl Totals {
    /// Changes every part that a cell or a case belongs to.
    pub(crate) fn each(
        &mut self,
        ward: Option<UnitNo>,
        slices: impl Iterator<Item = (usize, Value)>,
        mut change: impl FnMut(&mut Part),
    ) {
        change(&mut self.all);
        change(match ward {
            Some(ward) => self.wards.entry(ward).or_default(),
            None => &mut self.unallocated,
        });
        slices.for_each(|slice| change(self.slices.entry(slice).or_default()));
    }

    /// Values of distinct counts: a value counts once in every part that it occurs in.
    fn count_distinct(&mut self, fold: &Fold, row: &Indicator, window: &Window) {
        let mut all: BTreeSet<u32> = BTreeSet::new();
        let mut wards: BTreeSet<(Option<UnitNo>, u32)> = BTreeSet::new();
        let mut slices: BTreeSet<((usize, Value), u32)> = BTreeSet::new();
        let of_row = OfRow::new(fold, row);
        for ((cell, ValueNo(value)), _) in fold.distinct.on_shelves(in_days(window)) {
            let Some(series) = of_row.in_window(window, cell) else { continue };
            all.insert(*value);
            wards.insert((ward_of(&fold.registry, cell), *value));
            slices.extend(sliced(fold, row, series, cell).map(|slice| (slice, *value)));
        }
        self.all.value = all.len() as i128;
        for (ward, _) in wards {
            match ward {
                Some(ward) => self.wards.entry(ward).or_default().value += 1,
                None => self.unallocated.value += 1,
            }
        }
        for (slice, _) in slices {
            self.slices.entry(slice).or_default().value += 1;
        }
    }
}

/// Shelves that hold days of the window.
pub(crate) fn in_days(window: &Window) -> impl Fn(u32) -> bool {
    let days = shelf_of(window.from)..=shelf_of(window.to);
    move |shelf| days.contains(&shelf)
}

/// The layouts of axes that an indicator ever had, by the number that cells carry: a question looks at every cell of its days, and
/// nearly all are of other indicators.
pub(crate) struct OfRow<'f> {
    fold: &'f Fold,
    series: Vec<Option<&'f Series>>,
}

impl<'f> OfRow<'f> {
    pub(crate) fn new(fold: &'f Fold, row: &Indicator) -> Self {
        let series = fold.rulebook.series().iter();
        OfRow { fold, series: series.map(|series| (series.code == row.code).then_some(series)).collect() }
    }

    /// The layout of a cell, if it is the indicator's and lies in the window.
    #[inline]
    pub(crate) fn in_window(&self, window: &Window, cell: &CellKey) -> Option<&'f Series> {
        let series = self.series[usize::from(cell.indicator().0)]?;
        window.holds_cell(cell, series, &self.fold.values).then_some(series)
    }
}

/// The row's slices with the cell's values on them.
fn sliced<'f>(
    fold: &'f Fold,
    row: &'f Indicator,
    series: &'f Series,
    cell: &'f CellKey,
) -> impl Iterator<Item = (usize, Value)> + 'f {
    let value = |(at, name): (usize, &String)| {
        let number = fold.values.on_axis(cell.axes(), series.axes().len(), series.axis(name)?);
        Some((at, fold.values.value(number)))
    };
    row.slices.iter().enumerate().filter_map(value)
}

/// The ward that a cell belongs to.
fn ward_of(registry: &Registry, cell: &CellKey) -> Option<UnitNo> {
    ward_at(registry, cell.place(), cell.publisher(), cell.day())
}

/// The ward of a place, or of the publisher when there is none; nobody when that is no ward.
pub(crate) fn ward_at(
    registry: &Registry,
    place: Place,
    publisher: UnitNo,
    day: CivilDate,
) -> Option<UnitNo> {
    let unit = match place {
        Place::Unit(unit) => unit,
        Place::None => publisher,
        Place::Several => return None,
    };
    is_ward(registry, unit, day).then_some(unit)
}

/// The unit that a cell belongs to: its place, or its publisher when it has none. Several places are not split, and unit 0 is
/// the whole territory.
pub(crate) fn unit_of(cell: &CellKey) -> Option<UnitNo> {
    let unit = match cell.place() {
        Place::Unit(unit) => unit,
        Place::None => cell.publisher(),
        Place::Several => return None,
    };
    (unit != UnitNo::OPERATOR).then_some(unit)
}

/// Whether a unit is of the level that figures are broken down to.
fn is_ward(registry: &Registry, unit: UnitNo, on: CivilDate) -> bool {
    let unit = registry.unit(unit);
    let span = unit.and_then(|unit| unit.on(on).or_else(|| unit.newest()));
    span.is_some_and(|span| matches!(span.unit_type, UnitType::Ward | UnitType::Commune | UnitType::Township))
}
