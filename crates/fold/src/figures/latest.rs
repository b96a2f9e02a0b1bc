//! The latest fact of each case: by day, then unit, then number, never by arrival.

use std::collections::BTreeMap;

use socai_domain::tables::{Indicator, Latest, Measure};
use socai_proto::kind;
use socai_tlog::UnitNo;

use super::{
    asked::Window,
    totals::{OfRow, in_days, unit_of},
};
use crate::{
    cube::CellKey,
    filter::values_of,
    fold::Fold,
    latest::{About, Said},
    rulebook::Series,
    telling::Telling,
    values::Value,
};

/// The latest facts of a row's cases that meet its conditions: the cell of each and what it adds.
pub(crate) fn latest<'f>(
    fold: &'f Fold,
    row: &Indicator,
    window: &Window,
) -> Vec<(&'f CellKey, &'f Series, i128)> {
    let Measure::Latest(asks) = &row.measure else { return vec![] };
    let by_place = is_by_place(row, asks);
    let mut newest: BTreeMap<(u32, Option<UnitNo>), (&About, &Said, &Series)> = BTreeMap::new();
    let of_row = OfRow::new(fold, row);
    for (about, said) in fold.latest.on_shelves(in_days(window)) {
        let Some(series) = of_row.in_window(window, &about.cell) else { continue };
        let place = if by_place { unit_of(&about.cell) } else { None };
        let order = |about: &About| (about.cell.day(), about.cell.publisher(), about.seq);
        let newest = newest.entry((about.case.0, place)).or_insert((about, said, series));
        if order(newest.0) < order(about) {
            *newest = (about, said, series);
        }
    }
    let conditions = conditions(row, asks);
    let meets = |(about, _, series): &(&About, &Said, &Series)| {
        conditions.iter().all(|(field, values)| {
            let value = series
                .axis(field)
                .map(|at| fold.values.value(fold.values.on_axis(about.cell.axes(), series.axes().len(), at)));
            value.is_some_and(|value| values.contains(&value))
        })
    };
    let newest = newest.into_values().filter(meets);
    newest.map(|(about, said, series)| (&about.cell, series, i128::from(said.value()))).collect()
}

/// Rows were compiled when they were adopted, so their names are those of fields.
fn is_by_place(row: &Indicator, asks: &Latest) -> bool {
    let kind = row.kind.as_deref().and_then(kind);
    kind.and_then(|kind| Telling::of(kind, &asks.of).ok()).is_some_and(|telling| telling.by_place)
}

fn conditions<'r>(row: &Indicator, asks: &'r Latest) -> Vec<(&'r str, Vec<Value>)> {
    let Some(kind) = row.kind.as_deref().and_then(kind) else { return vec![] };
    let condition = |condition: &'r socai_domain::tables::Where| {
        Some((condition.field.as_str(), values_of(kind, condition).ok()?))
    };
    asks.having.iter().filter_map(condition).collect()
}
