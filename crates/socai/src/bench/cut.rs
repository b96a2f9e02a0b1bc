//! `socai bench query --as-of`: what was known at cut-offs all over a long ledger, with snapshots of the fold.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use socai_district::keep_snapshots;
use socai_domain::tables::{Indicator, Measure};
use socai_fold::{
    Fold, Scope,
    figures::{
        Asked, figures,
        series::{self, Question},
    },
};
use socai_log::Reader;
use socai_models::Snapshots;
use socai_tlog::TreeSize;

use super::{ground::long_ledger, result::Measured};
use crate::{asked, cmd::report, lang::Lang, state};

/// How many cut-offs are asked for: spread evenly, and none of them a multiple of what snapshots are apart.
const CUTS: u64 = 20;
/// How many of them the whole report is printed for.
const REPORTS: usize = 3;
/// The month that is asked for.
const MONTH: &str = "2023-02";

/// Makes the snapshots that are missing, then asks.
pub fn run(place: &Path, ledger: Option<&Path>, events: u64) -> Result<Vec<Measured>> {
    let (dir, reader) = long_ledger(place, ledger, events)?;
    let end = reader.committed()?.size;
    let started = Instant::now();
    let made = keep_snapshots(Snapshots::new(dir.snapshots()), &reader, end, || true)?;
    let mut measured = Vec::new();
    if made > 0 {
        measured.push(Measured::rate("as-of:make-snapshots", end.0, 0, 1, started.elapsed()));
    }
    let cuts: Vec<_> = (1..=CUTS).map(|number| TreeSize(end.0 * number / CUTS)).collect();
    // each answer begins with nothing but the files, as a command does
    let state = |cut| state::at(&reader, cut).map(|fold| fold.size());
    measured.push(each("as-of:state", end, &cuts, |cut| state(cut).map(drop))?);
    let newest = state::at(&reader, end)?;
    let asked = asked::of(Some(MONTH), None, newest.rulebook(), Lang::Vi)?.context("a month")?;
    let sorts: [(&str, IsWanted); 3] = [
        ("as-of:one-sum", |row| matches!(row.measure, Measure::Sum(_))),
        ("as-of:one-count", |row| row.measure == Measure::Count),
        ("as-of:one-distinct", |row| matches!(row.measure, Measure::Distinct(_))),
    ];
    for (name, is_wanted) in sorts {
        let code = row(&newest, &asked, is_wanted).context("a row of this sort")?;
        measured.push(each(name, end, &cuts, |cut| one(&reader, cut, &code))?);
    }
    drop(newest);
    measured.push(each("as-of:month-figures", end, &cuts, |cut| {
        let fold = state::about(&reader, cut, &Scope::Question(asked.clone()))?;
        figures(&fold, &asked, None).map(drop).map_err(Into::into)
    })?);
    let few: Vec<_> = cuts.iter().rev().step_by(cuts.len() / REPORTS).copied().take(REPORTS).collect();
    measured.push(each("as-of:report-with-digests", end, &few, |cut| {
        let fold = state::at(&reader, cut)?;
        let asked = asked::of(Some(MONTH), None, fold.rulebook(), Lang::Vi)?.context("a month")?;
        report::figures(&reader, &fold, &asked).map(drop)
    })?);
    Ok(measured)
}

type IsWanted = fn(&Indicator) -> bool;

/// The figure of one row, by month, at a cut-off.
fn one(reader: &Reader, cut: TreeSize, code: &str) -> Result<()> {
    let fold = state::about(reader, cut, &Scope::Indicators([code.to_owned()].into()))?;
    let asked = asked::of(Some(MONTH), None, fold.rulebook(), Lang::Vi)?.context("a month")?;
    let series = series::by_time(&fold, code, &[Question::new(MONTH.to_owned(), asked)])?;
    ensure!(!series.points.is_empty(), "{code} at {cut}: no point");
    Ok(())
}

fn row(fold: &Fold, asked: &Asked, is_wanted: IsWanted) -> Option<String> {
    let (_, rows) = fold.rulebook().indicators(asked.to)?;
    rows.iter().find(|row| is_wanted(row)).map(|row| row.code.clone())
}

/// Asks once at each cut-off; the rate is of questions, each over the entries of the whole ledger.
fn each(
    name: &str,
    end: TreeSize,
    cuts: &[TreeSize],
    mut ask: impl FnMut(TreeSize) -> Result<()>,
) -> Result<Measured> {
    let (started, mut took) = (Instant::now(), Vec::<Duration>::new());
    for cut in cuts {
        let asked = Instant::now();
        ask(*cut)?;
        took.push(asked.elapsed());
    }
    let asked = end.0 * cuts.len() as u64;
    Ok(Measured::rate(name, asked, 0, 1, started.elapsed()).with_latencies(took))
}
