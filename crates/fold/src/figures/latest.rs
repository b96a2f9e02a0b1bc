//! The latest fact of each case: by day, then unit, then number, never by arrival.

use socai_domain::hash::FastMap;
use socai_domain::tables::{Indicator, Latest, Measure};
use socai_proto::kind;

use super::{
    asked::Window,
    cells::{Layout, OfRow},
    totals::unit_of,
};
use crate::{
    cube::CellKey,
    filter::values_of,
    fold::Fold,
    latest::{About, Said},
    telling::Telling,
    values::Value,
};

/// The latest facts of a row's cases that meet its conditions: the cell of each and what it adds.
pub(crate) fn latest<'s, 'f>(
    fold: &'s Fold,
    row: &Indicator,
    of_row: &'s OfRow<'f>,
    window: &Window,
) -> Vec<(&'s Layout<'f>, CellKey, i128)> {
    let Measure::Latest(asks) = &row.measure else { return vec![] };
    let by_place = is_by_place(row, asks);
    let mut newest: FastMap<(u32, Option<u32>), (&Layout<'f>, About, &Said)> = FastMap::default();
    of_row.each_cell(&fold.latest, window, |layout, about, said| {
        let place = if by_place { unit_of(&about.cell).map(|unit| unit.0) } else { None };
        let order = |about: &About| (about.cell.day(), about.cell.publisher(), about.seq);
        let newest = newest.entry((about.case.0, place)).or_insert((layout, about, said));
        if order(&newest.1) < order(&about) {
            *newest = (layout, about, said);
        }
    });
    let conditions = conditions(row, asks);
    let meets = |(layout, about, _): &(&Layout<'_>, About, &Said)| {
        let series = layout.series;
        conditions.iter().all(|(field, values)| {
            let value = series
                .axis(field)
                .map(|at| fold.values.value(fold.values.on_axis(about.cell.axes(), series.axes().len(), at)));
            value.is_some_and(|value| values.contains(&value))
        })
    };
    let newest = newest.into_values().filter(meets);
    newest.map(|(layout, about, said)| (layout, about.cell, i128::from(said.value()))).collect()
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
