//! Rows of figures: periods that have a name with digests, calendar months without; the whole, and its parts by unit and slice.

use std::{
    collections::{BTreeMap, BTreeSet},
    thread,
};

use anyhow::{Context as _, Result, anyhow};
use socai_domain::{CivilDate, period};
use socai_fold::{
    Fold,
    figures::{Asked, Figure, Part, Passes, Spread, series::Found, spreads},
};

use super::{
    suppress::{self, Shown},
    tables::{Cell, FIGURES, Month, Output},
};

/// Most months that figures are made for: the newest.
const MOST_MONTHS: usize = 120;

/// A period whose figures are exported.
pub struct Asking {
    name: String,
    asked: Asked,
    /// The second pass that gives the digests, for periods that have a name.
    found: Option<Found>,
}

/// The figures of a period, and what they come to by unit.
pub struct Answered {
    name: String,
    asked: Asked,
    figures: Vec<Figure>,
    spreads: Vec<Spread>,
}

/// The figures of periods, on two threads: each looks at every cell of its days.
///
/// # Errors
/// The second pass and the cube disagree.
pub fn answered(fold: &Fold, mut askings: Vec<Asking>) -> Result<Vec<Answered>> {
    let answer = |askings: Vec<Asking>| -> Result<Vec<Answered>> {
        let answer = |Asking { name, asked, found }| {
            let figures = socai_fold::figures::figures(fold, &asked, found.as_ref())?;
            Ok(Answered { spreads: spreads(fold, &asked), name, asked, figures })
        };
        askings.into_iter().map(answer).collect()
    };
    let later = askings.split_off(askings.len() / 2);
    let (earlier, later) = thread::scope(|scope| {
        let later = scope.spawn(|| answer(later));
        (answer(askings), later.join())
    });
    let mut answered = earlier?;
    answered.extend(later.map_err(|_| anyhow!("the figures of later periods did not end"))??);
    Ok(answered)
}

/// Adds the figures of every period; parts with fewer facts than `min_cell` are left blank.
///
/// # Errors
/// A figure does not fit 64 bits, or a file cannot be written.
pub fn write(fold: &Fold, answered: &[Answered], min_cell: u64, output: &mut dyn Output) -> Result<()> {
    for Answered { name, asked, figures, spreads } in answered {
        for figure in figures {
            let spread = spreads.iter().find(|spread| spread.code == figure.row.code);
            add(fold, (name, asked), figure, spread, min_cell, output)?;
        }
    }
    Ok(())
}

/// Named periods and issued reports. Their digests come out of [`passes`], which read every record again: [`found`] puts them in.
pub fn named(fold: &Fold) -> Vec<Asking> {
    let rulebook = fold.rulebook();
    let named = rulebook.occasions(CivilDate::MAX).iter();
    let named = named.filter_map(|row| Some((row.id.clone(), Asked::named(rulebook, &row.id)?)));
    let reported = fold.reports().iter();
    let reported =
        reported.map(|report| (report.report_no.clone(), Asked::reported(rulebook, report.period)));
    let mut askings: Vec<Asking> = Vec::new();
    for (name, asked) in named.chain(reported) {
        if !askings.iter().any(|asking| asking.name == name) {
            askings.push(Asking { name, asked, found: None });
        }
    }
    askings
}

/// The pass for the digests of these.
pub fn passes<'f>(fold: &'f Fold, askings: &[Asking]) -> Passes<'f> {
    Passes::new(fold, askings.iter().map(|asking| &asking.asked))
}

/// With what the pass found.
pub fn found(mut askings: Vec<Asking>, found: Vec<Found>) -> Vec<Asking> {
    for (asking, found) in askings.iter_mut().zip(found) {
        asking.found = Some(found);
    }
    askings
}

/// The newest of these months, without digests.
///
/// # Errors
/// A month of no calendar.
pub fn of_months(fold: &Fold, months: &BTreeSet<Month>) -> Result<Vec<Asking>> {
    let asking = |month: &Month| {
        let name = format!("cal:{month}");
        let (from, to) = period::days(&name, period::Cut::USUAL)?;
        Ok(Asking { asked: Asked::days(fold.rulebook(), from, to), name, found: None })
    };
    months.iter().rev().take(MOST_MONTHS).rev().map(asking).collect()
}

/// The row of a figure and those of its parts.
fn add(
    fold: &Fold,
    (period, asked): (&str, &Asked),
    figure: &Figure,
    spread: Option<&Spread>,
    min_cell: u64,
    output: &mut dyn Output,
) -> Result<()> {
    let mut rows = vec![("all", None, Part { value: figure.value, events: figure.events })];
    let ids: Vec<String> =
        spread.into_iter().flat_map(|spread| spread.units.keys()).map(|no| id(fold, *no)).collect();
    if let Some(spread) = spread {
        rows.extend(
            ids.iter().zip(spread.units.values()).map(|(id, part)| ("unit", Some(id.as_str()), *part)),
        );
        if spread.unallocated.events > 0 {
            rows.push(("unit", None, spread.unallocated));
        }
    }
    let slices = figure.slices.iter();
    rows.extend(slices.map(|slice| (slice.axis.as_str(), Some(slice.value.as_str()), slice.part)));
    let mut by_dimension: BTreeMap<&str, Vec<Part>> = BTreeMap::new();
    for (dimension, _, part) in &rows {
        by_dimension.entry(dimension).or_default().push(*part);
    }
    let shown: BTreeMap<&str, Vec<Shown>> = by_dimension
        .into_iter()
        .map(|(dimension, parts)| (dimension, suppress::shown(&parts, min_cell, &figure.row)))
        .collect();
    let digest = figure.digest.map(|digest| digest.to_string());
    let mut at: BTreeMap<&str, usize> = BTreeMap::new();
    for (dimension, key, part) in rows {
        let place = at.entry(dimension).or_default();
        let shown = shown[dimension][*place];
        *place += 1;
        let number = i64::try_from(part.value).with_context(|| {
            format!("{} of {period}: {} does not fit 64 bits", figure.row.code, part.value)
        })?;
        let is_open = shown == Shown::Open;
        let digest = digest.as_deref().filter(|_| dimension == "all" && is_open);
        let cells = [
            Cell::Text(period),
            Cell::Date(asked.from),
            Cell::Date(asked.to),
            Cell::text(asked.occasion.as_deref().unwrap_or_default()),
            Cell::Text(&figure.row.code),
            Cell::Text(&figure.row.label),
            Cell::Text(&figure.row.unit),
            Cell::Text(dimension),
            key.map_or(Cell::Null, Cell::Text),
            if figure.knows(part) && is_open { Cell::Int(number) } else { Cell::Null },
            if is_open { Cell::Int(part.events.cast_signed()) } else { Cell::Null },
            digest.map_or(Cell::Null, Cell::Text),
            Cell::Bool(!is_open),
            Cell::Int(i64::from(figure.rules_version)),
        ];
        output.row(&FIGURES, Month::of(asked.to), &cells)?;
    }
    Ok(())
}

fn id(fold: &Fold, no: socai_tlog::UnitNo) -> String {
    fold.registry().unit(no).map_or_else(|| no.to_string(), |unit| unit.id.clone())
}
