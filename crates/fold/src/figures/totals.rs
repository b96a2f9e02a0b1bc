//! What the cells of an indicator come to, all together and by ward and slice.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{
    CivilDate, Registry,
    hash::FastMap,
    tables::{Indicator, Measure},
};
use socai_tlog::UnitNo;

use super::{
    asked::Window,
    cells::{Layout, Met, OfRow, Wards, listed, unlisted},
    figure::Part,
    latest::latest,
    numbered::Numbered,
};
use crate::{
    cube::{CellKey, Place},
    fold::Fold,
    values::{AxesNo, Value, ValueNo},
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
    let of_row = OfRow::new(fold, row);
    let mut sums = Sums::of(fold, &of_row);
    // what the facts of a distinct count, or of the latest ones, add up to says nothing
    let is_of_sets = matches!(row.measure, Measure::Distinct(_));
    of_row.each_cell(&fold.cube, window, |layout, cell, total| {
        let value = if is_of_sets { 0 } else { total.sum() };
        *sums.publishers.of(cell.publisher().0) = true;
        sums.add(layout, &cell, Part { value, events: total.count() });
    });
    for (layout, cell, value) in latest(fold, row, &of_row, window) {
        sums.add(layout, &cell, Part { value, events: 0 });
    }
    let mut totals = sums.totals();
    if is_of_sets {
        totals.count_distinct(fold, &of_row, window);
    }
    totals
}

/// Totals while they come together: every fact is in one ward's part, or in that of none, and under one number of values.
struct Sums<'s, 'f> {
    fold: &'f Fold,
    of_row: &'s OfRow<'f>,
    wards_of: Wards<'f>,
    /// By [`listed`] ward.
    wards: Numbered<Part>,
    /// By layout, then by [`AxesNo`].
    axes: Vec<Numbered<Part>>,
    publishers: Numbered<bool>,
}

impl<'s, 'f> Sums<'s, 'f> {
    fn of(fold: &'f Fold, of_row: &'s OfRow<'f>) -> Self {
        Sums {
            fold,
            of_row,
            wards_of: Wards::new(&fold.registry),
            wards: Numbered::default(),
            axes: of_row.layouts().iter().map(|_| Numbered::default()).collect(),
            publishers: Numbered::default(),
        }
    }

    /// Adds to every part that a cell or a case belongs to.
    #[inline]
    fn add(&mut self, layout: &Layout<'_>, cell: &CellKey, part: Part) {
        self.wards.of(listed(self.wards_of.of(cell))).add(part);
        if layout.is_sliced() {
            self.axes[layout.at].of(cell.axes().0).add(part);
        }
    }

    fn totals(self) -> Totals {
        let mut totals = Totals::default();
        for (at, part) in self.wards.iter() {
            totals.all.add(*part);
            match unlisted(at) {
                Some(ward) => drop(totals.wards.insert(ward, *part)),
                None => totals.unallocated = *part,
            }
        }
        for (layout, axes) in self.of_row.layouts().iter().zip(&self.axes) {
            for (axes, part) in axes.iter() {
                for (at, number) in layout.sliced(&self.fold.values, AxesNo(axes)) {
                    totals.slices.entry((at, self.fold.values.value(number))).or_default().add(*part);
                }
            }
        }
        totals.publishers.extend(self.publishers.iter().map(|(unit, _)| UnitNo(unit)));
        totals
    }
}

impl Totals {
    /// Adds totals of other facts or cases.
    pub(crate) fn add_all(&mut self, other: Totals) {
        self.all.add(other.all);
        self.unallocated.add(other.unallocated);
        other.wards.into_iter().for_each(|(ward, part)| self.wards.entry(ward).or_default().add(part));
        other.slices.into_iter().for_each(|(slice, part)| self.slices.entry(slice).or_default().add(part));
        self.publishers.extend(other.publishers);
    }

    /// Values of distinct counts: a value counts once in every part that it occurs in. It is met once, in the smallest part, and the
    /// others are put together of those.
    fn count_distinct(&mut self, fold: &Fold, of_row: &OfRow<'_>, window: &Window) {
        let wards_of = Wards::new(&fold.registry);
        let mut wards = Numbered::<Met>::default();
        let mut axes: Vec<Numbered<Met>> = of_row.layouts().iter().map(|_| Numbered::default()).collect();
        of_row.each_cell(&fold.distinct, window, |layout, (cell, value), _| {
            wards.of(listed(wards_of.of(&cell))).put(value);
            if layout.is_sliced() {
                axes[layout.at].of(cell.axes().0).put(value);
            }
        });
        self.all.value = wards.iter().map(|(_, met)| met).collect::<Met>().count();
        for (at, met) in wards.iter() {
            match unlisted(at) {
                Some(ward) => self.wards.entry(ward).or_default().value = met.count(),
                None => self.unallocated.value = met.count(),
            }
        }
        let mut slices: FastMap<(usize, ValueNo), Met> = FastMap::default();
        for (layout, axes) in of_row.layouts().iter().zip(&axes) {
            for (axes, met) in axes.iter() {
                for slice in layout.sliced(&fold.values, AxesNo(axes)) {
                    slices.entry(slice).or_default().join(met);
                }
            }
        }
        for ((at, number), met) in slices {
            self.slices.entry((at, fold.values.value(number))).or_default().value = met.count();
        }
    }

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
}

/// The ward of a place, or of the publisher when there is none; nobody when that is no ward.
pub(crate) fn ward_at(
    registry: &Registry,
    place: Place,
    publisher: UnitNo,
    day: CivilDate,
) -> Option<UnitNo> {
    whose(place, publisher).filter(|unit| registry.unit(*unit).is_some_and(|unit| unit.is_ward(day)))
}

/// The place, or the publisher when there is none; several places belong to nobody.
pub(super) fn whose(place: Place, publisher: UnitNo) -> Option<UnitNo> {
    match place {
        Place::Unit(unit) => Some(unit),
        Place::None => Some(publisher),
        Place::Several => None,
    }
}

/// The unit that a cell belongs to: its place, or its publisher when it has none. Several places are not split, and unit 0 is
/// the whole territory.
pub(crate) fn unit_of(cell: &CellKey) -> Option<UnitNo> {
    whose(cell.place(), cell.publisher()).filter(|unit| *unit != UnitNo::OPERATOR)
}
