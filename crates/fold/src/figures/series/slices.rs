//! The parts of an indicator along one of its axes.

use std::collections::{BTreeMap, BTreeSet};

use socai_domain::tables::Indicator;

use super::{NoSeries, Point, PointOf, Question, Series, boundaries_since, row_on, same};
use crate::{
    figures::{Compared, Figure, Part, SamePeriod, Window, percent},
    fold::Fold,
};

/// The parts along one axis of the row, which is its first when none is named.
///
/// # Errors
/// There is no such row on the last day, or it is not divided along that axis.
pub fn by_slice(
    fold: &Fold,
    code: &str,
    question: &Question,
    axis: Option<&str>,
) -> Result<(String, Series), NoSeries> {
    let asked = &question.asked;
    let row = row_on(fold, code, asked.to).ok_or_else(|| NoSeries::Indicator(code.to_owned()))?;
    let named = match axis {
        Some(axis) => row.slices.iter().find(|of| *of == axis),
        None => row.slices.first(),
    };
    let axis = named.ok_or_else(|| match axis {
        Some(axis) if !row.slices.is_empty() => {
            NoSeries::Axis { code: code.to_owned(), axis: axis.to_owned(), known: row.slices.join(", ") }
        }
        _ => NoSeries::NoSlices(code.to_owned()),
    })?;
    let parts = |figure: Option<Figure>| -> BTreeMap<String, Part> {
        let slices = figure.map(|figure| figure.slices).unwrap_or_default().into_iter();
        slices.filter(|slice| slice.axis == *axis).map(|slice| (slice.value, slice.part)).collect()
    };
    let (now, before) = (question.figure(fold, code)?, question.figure_before(fold, code)?);
    let (now, before) = (parts(now), parts(before));
    let days = (asked.from, asked.to);
    let names: BTreeSet<&String> = now.keys().chain(before.keys()).collect();
    let point = |name: &String| {
        let part = now.get(name).copied().unwrap_or_default();
        let known = before.get(name).copied().unwrap_or_default();
        let declared = || declared(fold, row, &format!("{axis}={name}"), question, part);
        Point {
            same_period: same(row, part, known).or_else(declared),
            ..Point::bare(row, PointOf::Slice(name.clone()), asked).with(part)
        }
    };
    let (points, boundaries) = (names.into_iter().map(point).collect(), boundaries_since(fold, days));
    Ok((axis.clone(), Series { row: row.clone(), days, points, boundaries, is_unmapped: false }))
}

/// What was declared for a slice, a year earlier.
fn declared(
    fold: &Fold,
    row: &Indicator,
    slice: &str,
    question: &Question,
    part: Part,
) -> Option<SamePeriod> {
    let window = Window::of(&row.period, &question.asked)?.year_before(fold.rulebook())?;
    let (from, to) = window.days_by(fold.rulebook());
    let baseline = fold.baselines().declared(&row.code, slice, from, to)?;
    let value = i128::from(baseline.value);
    let compared = Compared { value, percent: percent(part.value, value, row.percent_decimals) };
    Some(SamePeriod { compared, baseline: Some(baseline.name()) })
}
