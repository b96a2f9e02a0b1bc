//! What a report prints at a size of its ledger: figures with who contributed, what an earlier report printed otherwise, who was late, how every
//! chain ends, the texts of the closings. Whoever issues a report and whoever recomputes one ask here, so the bytes are the same.

mod read;
mod texts;

use std::{panic, thread};

use socai_fold::{
    Fold, FoldError, Report,
    figures::{Asked, Comparison, NotCompared, Restatement},
};
use socai_follow::{ReplayError, recorded};
use socai_log::{LogError, Reader};
use socai_report::{Figures, Restated, Template};
use socai_tlog::{LeafIndex, TreeSize};

pub use read::{at_a_glance, of_the_state};

/// Why nothing can be printed.
#[derive(Debug, thiserror::Error)]
pub enum PrintedError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] LogError),
    /// A record cannot be taken in.
    #[error(transparent)]
    Replay(#[from] ReplayError),
    /// The records are not those of the fold.
    #[error(transparent)]
    Fold(#[from] FoldError),
    /// Figures that do not agree with their own facts.
    #[error(transparent)]
    Disagreement(#[from] socai_fold::figures::Disagreement),
    /// Two states that cannot be compared.
    #[error(transparent)]
    Comparison(#[from] NotCompared),
    /// An annex is no annex.
    #[error("the annex of record {record}: {cause}")]
    Annex {
        /// The record.
        record: socai_tlog::EventName,
        /// What is wrong.
        cause: prost::DecodeError,
    },
    /// The report cannot be laid out.
    #[error(transparent)]
    Report(#[from] socai_report::Error),
    /// The ledger has no template for it.
    #[error(transparent)]
    Template(#[from] socai_report::NoTemplate),
    /// The state at an earlier size cannot be had.
    #[error("{0}")]
    Earlier(String),
}

/// Gives the state at an earlier size: from the log alone, or from what the caller trusts.
pub type StateAt<'a> = &'a (dyn Fn(&Reader, TreeSize) -> Result<Fold, PrintedError> + Sync);

/// The figures of a question at the size of the fold.
///
/// # Errors
/// The log cannot be read, or is not the one that the fold was made of.
pub fn figures(
    reader: &Reader,
    fold: &Fold,
    asked: &Asked,
    at: StateAt<'_>,
) -> Result<Figures, PrintedError> {
    // each goes over the records by itself
    let (read, restated) = thread::scope(|scope| {
        let restated = scope.spawn(|| restated(reader, fold, asked, at));
        let read = read::read(reader, fold, asked);
        (read, restated.join().unwrap_or_else(|panic| panic::resume_unwind(panic)))
    });
    let (found, late) = read?;
    let figures = socai_fold::figures::figures(fold, asked, Some(&found))?;
    let mut figures = read::filled(reader, fold, asked, &figures)?;
    figures.restated = restated?;
    figures.texts = texts::of(reader, fold, &figures)?;
    for unit in &mut figures.units {
        unit.late = Some(late.get(&unit.no).copied().unwrap_or_default());
        if let Some(newest) = &mut unit.newest {
            newest.link = Some(reader.record(newest.leaf)?.record.link());
        }
    }
    Ok(figures)
}

/// The report in Vietnamese for 80 columns, whose digest `report.issued` states.
///
/// # Errors
/// The ledger has no template that works.
pub fn text(fold: &Fold, figures: &Figures) -> Result<String, PrintedError> {
    let in_force = Template::in_force(fold.rulebook(), figures)?;
    Ok(socai_report::text(figures, &in_force.template)?)
}

/// The ledger's name, from its newest checkpoint.
///
/// # Errors
/// The log cannot be read.
pub fn origin(reader: &Reader) -> Result<String, LogError> {
    let note = reader.committed()?.checkpoint;
    // a commit's note was read as one: its first line is the name
    Ok(String::from_utf8_lossy(&note).lines().next().unwrap_or_default().to_owned())
}

/// What the newest report about an earlier period printed and is known differently now.
fn restated(
    reader: &Reader,
    fold: &Fold,
    asked: &Asked,
    at: StateAt<'_>,
) -> Result<Vec<Restated>, PrintedError> {
    let earlier =
        fold.reports().iter().filter(|report| report.period.1 < asked.to && report.size < fold.size());
    let Some(report) = earlier.max_by_key(|report| (report.period.1, report.leaf)) else { return Ok(vec![]) };
    let then = at(reader, report.size)?;
    let about = Asked::reported(fold.rulebook(), report.period);
    let lines = compared(reader, &then, fold, &about, Some(report))?;
    // a figure that the report did not print needs no word
    let is_printed = |line: &&Restatement| report.values.iter().any(|value| value.indicator == line.row.code);
    Ok(lines.iter().filter(is_printed).filter_map(Restated::of).collect())
}

/// What differs between two states of a ledger, the earlier one first; what the report printed stands for it when there is a report.
///
/// # Errors
/// The log cannot be read, or is not the one that the folds were made of.
pub fn compared(
    reader: &Reader,
    earlier: &Fold,
    later: &Fold,
    asked: &Asked,
    report: Option<&Report>,
) -> Result<Vec<Restatement>, PrintedError> {
    let mut comparison = Comparison::new(earlier, later, asked)?;
    if let Some(report) = report {
        comparison.as_reported(report);
    }
    reader.for_each(LeafIndex(0), later.size(), |record| -> Result<(), ReplayError> {
        Ok(comparison.visit(&recorded(&record)?)?)
    })?;
    Ok(comparison.finish()?)
}
