//! The parts of units in one span of days, each as it was then or with those that it continues.

use std::collections::BTreeSet;

use socai_domain::{CivilDate, tables::Indicator};
use socai_tlog::UnitNo;

use super::{
    NoSeries, Point, PointOf, Question, Series, boundaries_since, first_compared,
    parts::{Parts, adds_up},
    row_on, same,
};
use crate::{figures::epochs::Epochs, fold::Fold};

/// The parts of all units in one span of days: units of the last day in official order, then those that are gone.
///
/// # Errors
/// There is no such row on the last day.
pub fn by_unit(fold: &Fold, code: &str, question: &Question, is_mapped: bool) -> Result<Series, NoSeries> {
    let asked = &question.asked;
    let row = row_on(fold, code, asked.to).ok_or_else(|| NoSeries::Indicator(code.to_owned()))?;
    let days = (asked.from, asked.to);
    let (epochs, is_unmapped) = mapping(fold, row, days, is_mapped);
    let (now, before) = question.parts(fold, row)?;
    let units = listed(fold, asked.to, &epochs, &now, before.as_ref());
    let bare = |of: PointOf| Point::bare(row, of, asked);
    let point =
        |unit: UnitNo| of_home(row, bare(PointOf::Unit(unit)), unit, &epochs, (&now, before.as_ref()));
    let mut points: Vec<Point> = units.into_iter().map(point).collect();
    if now.unallocated.events > 0 {
        points.push(Point {
            same_period: before.as_ref().and_then(|before| same(row, now.unallocated, before.unallocated)),
            ..bare(PointOf::Unallocated).with(now.unallocated)
        });
    }
    let boundaries = boundaries_since(fold, days);
    Ok(Series { row: row.clone(), days, points, boundaries, is_unmapped })
}

/// The mapping, and whether one was asked for that the row's values do not allow.
pub(super) fn mapping<'f>(
    fold: &'f Fold,
    row: &Indicator,
    days: (CivilDate, CivilDate),
    is_mapped: bool,
) -> (Epochs<'f>, bool) {
    let epochs = |is_mapped| Epochs::new(fold.registry(), (first_compared(days), days.1), is_mapped);
    let is_exact = adds_up(fold, row, days.1);
    let is_unmapped = is_mapped && !is_exact && epochs(true).joins_any();
    (epochs(is_mapped && is_exact), is_unmapped)
}

/// A unit's part, with those of the units it continues.
pub(super) fn of_home(
    row: &Indicator,
    bare: Point,
    unit: UnitNo,
    epochs: &Epochs<'_>,
    (now, before): (&Parts, Option<&Parts>),
) -> Point {
    let members = epochs.members(unit);
    let is_comparable = epochs.is_comparable(unit);
    let part = now.sum(row, &members);
    let before = before.filter(|_| is_comparable).map(|before| before.sum(row, &members));
    Point {
        same_period: before.and_then(|before| same(row, part, before)),
        includes: members.into_iter().filter(|member| *member != unit).collect(),
        is_comparable,
        ..bare.with(part)
    }
}

/// Units to list: whoever has a part, and once a ward has one, every ward, so that silence is seen.
fn listed(
    fold: &Fold,
    on: CivilDate,
    epochs: &Epochs<'_>,
    now: &Parts,
    before: Option<&Parts>,
) -> Vec<UnitNo> {
    let with_part: BTreeSet<UnitNo> = now.units.keys().map(|unit| epochs.home(*unit)).collect();
    let then = before.into_iter().flat_map(|before| before.units.keys()).map(|unit| epochs.home(*unit));
    let either: BTreeSet<UnitNo> = then.chain(with_part.iter().copied()).collect();
    let wards_too =
        with_part.iter().filter_map(|unit| fold.registry().unit(*unit)).any(|unit| unit.is_ward(on));
    let existing = fold.registry().on(on).into_iter();
    let mut units: Vec<UnitNo> = existing
        .filter(|(unit, span)| either.contains(&unit.no) || wards_too && span.is_ward())
        .map(|(unit, _)| unit.no)
        .collect();
    let gone: Vec<UnitNo> = either.into_iter().filter(|unit| !units.contains(unit)).collect();
    units.extend(gone);
    units
}
