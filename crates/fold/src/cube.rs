//! The cube: sums and counts by indicator, publisher, place, day and axis values.
//!
//! A cell exists exactly while facts contribute to it, so a cube that took a fact in and out again equals one that never
//! met it. Sums are 128 bits wide: 2^64 contributions of 64 bits cannot overflow them.

use std::hash::{Hash, Hasher};

use serde::{Deserialize, Serialize};
use socai_domain::{CivilDate, registry::MAX_UNITS};
use socai_proto::date::YEARS;
use socai_tlog::UnitNo;

use crate::{
    rows::{BadRow, Key, Parts, Table},
    rulebook::Series,
    shelves::{Entry, Numbered, Shelved, Shelves},
    values::{AxesNo, MAX_AXES, Numbers as _, ValueNo, Values},
};

/// The indicator's place in the rule book's list of codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct IndicatorNo(pub u16);

/// Where a fact happened, as far as its `place` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// No place: the fact belongs to its publisher if that is a ward, else to nobody.
    None,
    /// Several places: not split, belongs to nobody.
    Several,
    /// One unit.
    Unit(UnitNo),
}

/// Number of [`Place::None`] in keys; unit numbers are far below.
const PLACE_NONE: u32 = u32::MAX;
/// Number of [`Place::Several`] in keys.
const PLACE_SEVERAL: u32 = u32::MAX - 1;

impl Place {
    fn number(self) -> u32 {
        match self {
            Place::None => PLACE_NONE,
            Place::Several => PLACE_SEVERAL,
            Place::Unit(unit) => unit.0,
        }
    }

    fn of_number(number: u32) -> Self {
        match number {
            PLACE_NONE => Place::None,
            PLACE_SEVERAL => Place::Several,
            unit => Place::Unit(UnitNo(unit)),
        }
    }
}

/// The coordinates of a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CellKey {
    day: CivilDate,
    place: u32,
    axes: AxesNo,
    indicator: IndicatorNo,
    /// Units whose facts count are registered, and their numbers are below [`MAX_UNITS`].
    publisher: u16,
}

const _: () = assert!(MAX_UNITS <= 1 << 16);

impl CellKey {
    #[inline]
    pub(crate) fn new(
        indicator: IndicatorNo,
        publisher: UnitNo,
        place: Place,
        day: CivilDate,
        axes: AxesNo,
    ) -> Self {
        debug_assert!(publisher.0 < MAX_UNITS);
        CellKey { day, place: place.number(), axes, indicator, publisher: publisher.0 as u16 }
    }

    pub(crate) fn publisher(&self) -> UnitNo {
        UnitNo(u32::from(self.publisher))
    }

    pub(crate) fn place(&self) -> Place {
        Place::of_number(self.place)
    }

    pub(crate) fn day(&self) -> CivilDate {
        self.day
    }

    pub(crate) fn axes(&self) -> AxesNo {
        self.axes
    }

    #[inline]
    pub(crate) fn with_axes(self, axes: AxesNo) -> Self {
        CellKey { axes, ..self }
    }
}

/// What tells the cells of an indicator and a day apart, 12 bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CellRest {
    place: u32,
    axes: AxesNo,
    publisher: u16,
}

impl Hash for CellRest {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from(self.place) << 32 | u64::from(self.axes.0));
        state.write_u16(self.publisher);
    }
}

/// A key that begins with a cell.
pub(crate) trait OfCell: Shelved {
    /// The cell.
    fn cell(&self) -> &CellKey;
}

impl Shelved for CellKey {
    type Shelf = (IndicatorNo, CivilDate);
    type Rest = CellRest;

    #[inline]
    fn shelf(&self) -> Self::Shelf {
        (self.indicator, self.day)
    }

    #[inline]
    fn rest(&self) -> CellRest {
        CellRest { place: self.place, axes: self.axes, publisher: self.publisher }
    }

    #[inline]
    fn whole((indicator, day): Self::Shelf, rest: CellRest) -> Self {
        CellKey { day, place: rest.place, axes: rest.axes, indicator, publisher: rest.publisher }
    }
}

impl Numbered for (IndicatorNo, CivilDate) {
    #[inline]
    fn row(self) -> u16 {
        self.0.0
    }

    #[inline]
    fn day(self) -> u32 {
        shelf_of(self.1)
    }
}

impl OfCell for CellKey {
    #[inline]
    fn cell(&self) -> &CellKey {
        self
    }
}

impl Shelved for (CellKey, ValueNo) {
    type Shelf = (IndicatorNo, CivilDate);
    type Rest = (CellRest, ValueNo);

    #[inline]
    fn shelf(&self) -> Self::Shelf {
        self.0.shelf()
    }

    #[inline]
    fn rest(&self) -> Self::Rest {
        (self.0.rest(), self.1)
    }

    #[inline]
    fn whole(shelf: Self::Shelf, (cell, value): Self::Rest) -> Self {
        (CellKey::whole(shelf, cell), value)
    }
}

impl OfCell for (CellKey, ValueNo) {
    #[inline]
    fn cell(&self) -> &CellKey {
        &self.0
    }
}

/// The shelf of a day's cells: shelves ascend as days do. Months have 31 places, so that no calendar is needed.
#[inline]
pub(crate) fn shelf_of(day: CivilDate) -> u32 {
    let yyyymmdd = day.yyyymmdd();
    let (year, month, day) = (yyyymmdd / 10_000, yyyymmdd / 100 % 100, yyyymmdd % 100);
    let year = year.clamp(*YEARS.start(), *YEARS.end()) - YEARS.start(); // facts of other years do not count
    (year * 372 + (month - 1) * 31 + day - 1).unsigned_abs()
}

/// The shelf of the day asked for last: the next fact is nearly always of the same or a near one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LastShelf {
    day: CivilDate,
    shelf: u32,
}

impl Default for LastShelf {
    fn default() -> Self {
        LastShelf { day: CivilDate::MIN, shelf: shelf_of(CivilDate::MIN) }
    }
}

impl LastShelf {
    /// What [`shelf_of`] says.
    #[inline]
    pub(crate) fn of(&mut self, day: CivilDate) -> u32 {
        if self.day != day {
            *self = LastShelf { day, shelf: shelf_of(day) };
        }
        self.shelf
    }
}

/// What the facts of a cell add up to. Held in halves: a sum of 128 bits would be aligned to 16 bytes, and entries would be a third
/// larger.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(i128, u64)", into = "(i128, u64)")]
pub struct Total {
    high: i64,
    low: u64,
    count: u64,
}

impl Total {
    /// Sum of the measure.
    #[inline]
    pub fn sum(&self) -> i128 {
        i128::from(self.high) << 64 | i128::from(self.low)
    }

    /// Number of facts.
    #[inline]
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Takes a fact in.
    #[inline]
    pub(crate) fn add(&mut self, measure: i64) {
        *self = Total::from((self.sum() + i128::from(measure), self.count + 1));
    }

    /// Takes a fact out that was taken in before.
    pub(crate) fn remove(&mut self, measure: i64) {
        *self = Total::from((self.sum() - i128::from(measure), self.count - 1));
    }
}

impl From<(i128, u64)> for Total {
    #[inline]
    fn from((sum, count): (i128, u64)) -> Self {
        Total { high: (sum >> 64) as i64, low: sum as u64, count }
    }
}

impl From<Total> for (i128, u64) {
    fn from(total: Total) -> Self {
        (total.sum(), total.count)
    }
}

impl Entry for Total {
    #[inline]
    fn is_nothing(&self) -> bool {
        self.count == 0
    }
}

/// All cells.
pub(crate) type Cube = Shelves<CellKey, Total>;

/// Distinct sets: a value in a cell, and how many facts hold it. A distinct count is never a sum of smaller ones, so
/// the set itself is kept, with the facts behind each value, that a voided fact may leave without taking it away.
pub(crate) type DistinctSets = Shelves<(CellKey, ValueNo), Facts>;

/// A number of facts. Held in halves, so that an entry needs no room to align it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Facts {
    high: u32,
    low: u32,
}

impl Facts {
    #[inline]
    pub(crate) fn of(count: u64) -> Self {
        Facts { high: (count >> 32) as u32, low: count as u32 }
    }

    #[inline]
    pub(crate) fn count(self) -> u64 {
        u64::from(self.high) << 32 | u64::from(self.low)
    }

    /// Takes a fact in (`add`), or out that was taken in before.
    #[inline]
    pub(crate) fn change(&mut self, add: bool) {
        *self = Facts::of(if add { self.count() + 1 } else { self.count() - 1 });
    }
}

impl Entry for Facts {
    #[inline]
    fn is_nothing(&self) -> bool {
        *self == Facts::default()
    }
}

/// What turns the numbers of a key into what stands in its row.
pub(crate) struct Names<'a> {
    /// Code and axes by [`IndicatorNo`].
    pub series: &'a [Series],
    /// The values.
    pub values: &'a Values,
}

impl Names<'_> {
    /// The key of a cell's row.
    pub(crate) fn cube_key(&self, cell: &CellKey) -> Vec<u8> {
        self.key(Table::Cube, cell).done()
    }

    /// The key of a member's row: that of the cell, then the value.
    pub(crate) fn distinct_key(&self, (cell, value): &(CellKey, ValueNo)) -> Vec<u8> {
        self.values.value(*value).write(self.key(Table::Distinct, cell)).done()
    }

    /// Code, layout, day, publisher, place, values: the cells of some days lie together.
    pub(crate) fn key(&self, table: Table, key: &CellKey) -> Key {
        let series = &self.series[usize::from(key.indicator.0)];
        let start = Key::table(table).text(&series.code).u8(series.layout);
        let start = start.u32(key.day.yyyymmdd().cast_unsigned()).u32(key.publisher().0).u32(key.place);
        let count = series.axes().len();
        let value = |at| self.values.value(self.values.on_axis(key.axes, count, at));
        (0..count).fold(start, |row, at| value(at).write(row))
    }
}

/// Reads the beginning of the key of a cell's row back: layout and day. `last` is the place of the series of the row before: rows are
/// sorted, so it is nearly always that of this one.
pub(crate) fn read_shelf(
    parts: &mut Parts<'_>,
    series: &[Series],
    last: &mut usize,
) -> Result<(IndicatorNo, CivilDate), BadRow> {
    let (code, layout) = (parts.text()?, parts.u8()?);
    let is_it = |series: &Series| series.layout == layout && series.code == code;
    if !series.get(*last).is_some_and(is_it) {
        let at = series.iter().position(is_it);
        *last = at.ok_or_else(|| parts.bad(format!("no adopted rules have layout {layout} of {code}")))?;
    }
    let day = CivilDate::from_yyyymmdd(parts.u32()?.cast_signed()).map_err(|error| parts.bad(error))?;
    Ok((IndicatorNo(*last as u16), day))
}

/// Reads the rest of it; what follows the cell stays in `parts`.
pub(crate) fn read_cell(
    parts: &mut Parts<'_>,
    (no, day): (IndicatorNo, CivilDate),
    series: &[Series],
    values: &mut Values,
) -> Result<CellKey, BadRow> {
    let (publisher, place) = (UnitNo(parts.u32()?), Place::of_number(parts.u32()?));
    if publisher.0 >= MAX_UNITS {
        return Err(parts.bad(format!("unit {publisher} cannot be registered")));
    }
    let mut axes = [ValueNo::default(); MAX_AXES];
    let axes = &mut axes[..series[usize::from(no.0)].axes().len()];
    for axis in axes.iter_mut() {
        *axis = values.read(parts)?;
    }
    Ok(CellKey::new(no, publisher, place, day, values.axes(axes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_both_signs_survive_their_halves() {
        let extremes = [0, 1, -1, i64::MAX, i64::MIN, 1 << 40];
        let mut total = Total::default();
        let mut expected = 0;
        for measure in extremes.into_iter().cycle().take(40) {
            total.add(measure);
            expected += i128::from(measure);
            assert_eq!(total.sum(), expected);
        }
        for measure in extremes.into_iter().cycle().take(40) {
            total.remove(measure);
        }
        assert_eq!(total, Total::default());
    }

    #[test]
    fn entries_are_small() {
        assert_eq!(size_of::<(CellRest, Total)>(), 40);
        assert_eq!(size_of::<((CellRest, ValueNo), Facts)>(), 24);
    }
}
