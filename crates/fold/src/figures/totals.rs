//! What the cells of an indicator come to, all together and by ward and slice.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::{
    CivilDate, Registry,
    tables::{Indicator, Measure},
};
use socai_proto::v1::UnitType;
use socai_tlog::UnitNo;

use super::{
    asked::Window,
    cells::{Layout, Met, OfRow, Wards},
    figure::Part,
    latest::latest,
};
use crate::{
    cube::{CellKey, Place},
    fold::Fold,
    hash::FastMap,
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
    let mut sums = Sums::of(fold);
    let of_row = OfRow::new(fold, row);
    for (layout, cell, total) in of_row.cells(&fold.cube, window) {
        sums.publishers.entry(cell.publisher().0).or_default();
        sums.each(layout, &cell, |part| {
            part.value += total.sum();
            part.events += total.count();
        });
    }
    match row.measure {
        Measure::Distinct(_) => sums.count_distinct(&of_row, window),
        Measure::Latest(_) => {
            for (layout, cell, value) in latest(fold, row, &of_row, window) {
                sums.each(layout, &cell, |part| part.value += value);
            }
        }
        _ => {}
    }
    sums.totals()
}

/// Totals while they come together, by number.
struct Sums<'f> {
    fold: &'f Fold,
    wards_of: Wards<'f>,
    all: Part,
    wards: FastMap<Option<u32>, Part>,
    slices: FastMap<(usize, ValueNo), Part>,
    publishers: FastMap<u32, ()>,
}

impl<'f> Sums<'f> {
    fn of(fold: &'f Fold) -> Self {
        Sums {
            fold,
            wards_of: Wards::new(&fold.registry),
            all: Part::default(),
            wards: FastMap::default(),
            slices: FastMap::default(),
            publishers: FastMap::default(),
        }
    }

    /// Changes every part that a cell or a case belongs to.
    fn each(&mut self, layout: &Layout<'_>, cell: &CellKey, mut change: impl FnMut(&mut Part)) {
        let ward = self.wards_of.of(cell).map(|ward| ward.0);
        change(&mut self.all);
        change(self.wards.entry(ward).or_default());
        for slice in layout.sliced(&self.fold.values, cell) {
            change(self.slices.entry(slice).or_default());
        }
    }

    /// Values of distinct counts: a value counts once in every part that it occurs in.
    fn count_distinct(&mut self, of_row: &OfRow<'_>, window: &Window) {
        let mut all = Met::default();
        // by unit number plus one; the first is of no ward
        let mut wards: Vec<Met> = vec![];
        let mut slices: FastMap<(usize, ValueNo), Met> = FastMap::default();
        self.all.value = 0;
        self.wards.values_mut().chain(self.slices.values_mut()).for_each(|part| part.value = 0);
        for (layout, (cell, value), _) in of_row.cells(&self.fold.distinct, window) {
            let ward = self.wards_of.of(&cell).map(|ward| ward.0);
            self.all.value += i128::from(all.is_new(value));
            let at = ward.map_or(0, |ward| ward as usize + 1);
            wards.resize_with(wards.len().max(at + 1), Met::default);
            if wards[at].is_new(value) {
                self.wards.entry(ward).or_default().value += 1;
            }
            for slice in layout.sliced(&self.fold.values, &cell) {
                if slices.entry(slice).or_default().is_new(value) {
                    self.slices.entry(slice).or_default().value += 1;
                }
            }
        }
    }

    fn totals(self) -> Totals {
        let values = &self.fold.values;
        let wards = self.wards.iter().filter_map(|(ward, part)| Some((UnitNo((*ward)?), *part)));
        Totals {
            all: self.all,
            wards: wards.collect(),
            unallocated: self.wards.get(&None).copied().unwrap_or_default(),
            slices: self.slices.iter().map(|((at, no), part)| ((*at, values.value(*no)), *part)).collect(),
            publishers: self.publishers.keys().map(|unit| UnitNo(*unit)).collect(),
        }
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
    whose(place, publisher).filter(|unit| is_ward(registry, *unit, day))
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

/// Whether a unit is of the level that figures are broken down to.
pub(super) fn is_ward(registry: &Registry, unit: UnitNo, on: CivilDate) -> bool {
    let unit = registry.unit(unit);
    let span = unit.and_then(|unit| unit.on(on).or_else(|| unit.newest()));
    span.is_some_and(|span| matches!(span.unit_type, UnitType::Ward | UnitType::Commune | UnitType::Township))
}
