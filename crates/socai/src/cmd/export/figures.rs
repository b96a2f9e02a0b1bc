//! Rows of figures: periods that have a name with digests, calendar months without; the whole, and its parts by unit and slice.

use std::{borrow::Cow, collections::BTreeSet, thread};

use anyhow::{Context as _, Result, anyhow};
use socai_domain::{CivilDate, period};
use socai_fold::{
    Fold,
    figures::{Asked, Figure, Part, Passes, Spread, series::Found, spreads},
};
use socai_report::{CellRow, blank_rows};
use socai_tlog::UnitNo;

use super::tables::{Cell, FIGURES, Month, Output};

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

/// Adds the figures of every period; what has fewer facts than `min_cell`, or tells of what has, is left blank.
///
/// # Errors
/// A figure does not fit 64 bits, or a file cannot be written.
pub fn write(fold: &Fold, answered: &[Answered], min_cell: u64, output: &mut dyn Output) -> Result<()> {
    if min_cell <= 1 {
        let mut rows = answered.iter().flat_map(|answered| rows(fold, answered));
        return rows.try_for_each(|row| add(&row, false, output));
    }
    let rows: Vec<(usize, Row<'_>)> = answered
        .iter()
        .enumerate()
        .flat_map(|(at, of)| rows(fold, of).into_iter().map(move |row| (at, row)))
        .collect();
    let cells = rows.iter().map(|(answer, row)| CellRow {
        answer: *answer,
        row: &row.figure.row,
        window: &row.figure.window,
        dimension: row.dimension,
        key: row.key.as_deref(),
        part: row.part,
    });
    let blank = blank_rows(&cells.collect::<Vec<_>>(), min_cell);
    rows.iter().zip(blank).try_for_each(|((_, row), is_blank)| add(row, is_blank, output))
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

/// A row of the table.
struct Row<'a> {
    period: &'a str,
    asked: &'a Asked,
    figure: &'a Figure,
    dimension: &'a str,
    key: Option<Cow<'a, str>>,
    part: Part,
}

/// The rows of the figures of a period, and those of their parts.
fn rows<'a>(fold: &'a Fold, answered: &'a Answered) -> Vec<Row<'a>> {
    let Answered { name: period, asked, figures, spreads } = answered;
    let mut rows = Vec::new();
    for figure in figures {
        let mut add = |dimension: &'a str, key: Option<Cow<'a, str>>, part: Part| {
            rows.push(Row { period, asked, figure, dimension, key, part });
        };
        add("all", None, Part { value: figure.value, events: figure.events });
        if let Some(spread) = spreads.iter().find(|spread| spread.code == figure.row.code) {
            spread.units.iter().for_each(|(no, part)| add("unit", Some(id(fold, *no)), *part));
            if spread.unallocated.events > 0 {
                add("unit", None, spread.unallocated);
            }
        }
        figure.slices.iter().for_each(|slice| add(&slice.axis, Some(Cow::from(&slice.value)), slice.part));
    }
    rows
}

fn add(row: &Row<'_>, is_blank: bool, output: &mut dyn Output) -> Result<()> {
    let Row { period, asked, figure, dimension, key, part } = row;
    let number = i64::try_from(part.value)
        .with_context(|| format!("{} of {period}: {} does not fit 64 bits", figure.row.code, part.value))?;
    let digest = figure.digest.filter(|_| *dimension == "all" && !is_blank).map(|digest| digest.to_string());
    let cells = [
        Cell::Text(period),
        Cell::Date(asked.from),
        Cell::Date(asked.to),
        Cell::text(asked.occasion.as_deref().unwrap_or_default()),
        Cell::Text(&figure.row.code),
        Cell::Text(&figure.row.label),
        Cell::Text(&figure.row.unit),
        Cell::Text(dimension),
        key.as_deref().map_or(Cell::Null, Cell::Text),
        if figure.knows(*part) && !is_blank { Cell::Int(number) } else { Cell::Null },
        if is_blank { Cell::Null } else { Cell::Int(part.events.cast_signed()) },
        digest.as_deref().map_or(Cell::Null, Cell::Text),
        Cell::Bool(is_blank),
        Cell::Int(i64::from(figure.rules_version)),
    ];
    output.row(&FIGURES, Month::of(asked.to), &cells)
}

fn id(fold: &Fold, no: UnitNo) -> Cow<'_, str> {
    fold.registry().unit(no).map_or_else(|| Cow::from(no.to_string()), |unit| Cow::from(&unit.id))
}
