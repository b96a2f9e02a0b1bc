//! An indicator along spans of days: of the whole territory, or of one unit.

use socai_domain::{
    CivilDate,
    tables::{Indicator, PeriodUse},
};
use socai_tlog::UnitNo;

use super::{
    NoSeries, Point, PointOf, Question, Series, boundaries_since, row_on, same,
    units::{mapping, of_home},
};
use crate::{
    figures::{Disagreement, Part},
    fold::Fold,
};

/// The indicator of the whole territory along spans of days.
///
/// # Errors
/// There is no such row on the last day, or it does not go by days.
pub fn by_time(fold: &Fold, code: &str, questions: &[Question]) -> Result<Series, NoSeries> {
    let (row, days) = by_days(fold, code, questions)?;
    let points: Result<_, _> = questions.iter().map(|question| whole(fold, row, question)).collect();
    let points = points?;
    let boundaries = boundaries_since(fold, days);
    Ok(Series { row: row.clone(), days, points, boundaries, is_unmapped: false })
}

/// The part of one unit along spans of days.
///
/// # Errors
/// There is no such row on the last day, it does not go by days, or there is no such unit.
pub fn of_unit_by_time(
    fold: &Fold,
    code: &str,
    questions: &[Question],
    unit: UnitNo,
    is_mapped: bool,
) -> Result<Series, NoSeries> {
    let (row, days) = by_days(fold, code, questions)?;
    fold.registry().unit(unit).ok_or(NoSeries::Unit(unit))?;
    let (epochs, is_unmapped) = mapping(fold, row, days, is_mapped);
    let point = |question: &Question| {
        let (now, before) = question.parts(fold, row)?;
        let of = PointOf::Days(question.label.clone());
        let bare = Point::bare(row, of, &question.asked);
        Ok::<_, Disagreement>(of_home(row, bare, unit, &epochs, (&now, before.as_ref())))
    };
    let points = questions.iter().map(point).collect::<Result<_, _>>()?;
    let mut boundaries = boundaries_since(fold, days);
    boundaries.retain(|boundary| epochs.concerns(unit, boundary));
    let is_unmapped = is_unmapped && boundaries.iter().any(|boundary| boundary.whole);
    Ok(Series { row: row.clone(), days, points, boundaries, is_unmapped })
}

fn by_days<'f>(
    fold: &'f Fold,
    code: &str,
    questions: &[Question],
) -> Result<(&'f Indicator, (CivilDate, CivilDate)), NoSeries> {
    let unknown = || NoSeries::Indicator(code.to_owned());
    let (first, last) = questions.first().zip(questions.last()).ok_or_else(unknown)?;
    let row = row_on(fold, code, last.asked.to).ok_or_else(unknown)?;
    match row.period {
        PeriodUse::Year(_) | PeriodUse::Occasion(_) => Err(NoSeries::NotByDays(code.to_owned())),
        _ => Ok((row, (first.asked.from, last.asked.to))),
    }
}

/// A figure of the whole territory as a point.
fn whole(fold: &Fold, row: &Indicator, question: &Question) -> Result<Point, Disagreement> {
    let bare = Point::bare(row, PointOf::Days(question.label.clone()), &question.asked);
    let Some(figure) = question.figure(fold, &row.code)? else { return Ok(bare) };
    let part = Part { value: figure.value, events: figure.events };
    let is_known = figure.knows(part);
    let same_period = match figure.same_period {
        Some(same) => Some(same),
        // rows that do not ask for it are compared all the same
        None => question
            .figure_before(fold, &row.code)?
            .and_then(|before| same(row, part, Part { value: before.value, events: before.events })),
    };
    Ok(Point {
        is_known,
        same_period,
        lunar_period: figure.lunar_period,
        plans: figure.plans,
        ..bare.with(part)
    })
}
