//! The same figures for a page: without digests, texts and what earlier reports printed, and at hand much sooner.
//!
//! Records are read, and cases judged, on every processor: nothing here depends on an order.

use std::{collections::BTreeMap, num::NonZero, ops::Range, panic, thread};

use socai_fold::{
    Fold,
    figures::{Asked, Glance, Lateness, Stretch, is_read_again, stretches},
};
use socai_follow::{ReplayError, recorded};
use socai_log::Reader;
use socai_report::Figures;
use socai_tlog::{LeafIndex, TreeSize, UnitNo};

use super::{PrintedError, origin};

/// Threads at most: beyond, the disk is what they wait for.
const MOST_THREADS: usize = 8;

/// The figures of a question at the size of the fold, as [`super::figures`] gives them, but without digests, texts and restatements, and without
/// the links of the units' chains.
///
/// # Errors
/// The log cannot be read, or is not the one that the fold was made of.
pub fn at_a_glance(reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, PrintedError> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    let parts = stretches(fold.size(), threads as u64);
    let read = side_by_side(parts, |part| stretch(reader, fold, asked, part));
    let mut late: BTreeMap<UnitNo, u64> = BTreeMap::new();
    let mut found = Vec::with_capacity(threads);
    for part in read {
        let (stretch, of_part) = part?;
        found.push(stretch);
        of_part.into_iter().for_each(|(unit, count)| *late.entry(unit).or_default() += count);
    }
    let glance = Glance::of(fold, asked, found)?;
    let shares = side_by_side((0..threads).collect(), |share| glance.judge(share, threads));
    let found = glance.found(shares);
    let figures = socai_fold::figures::figures(fold, asked, Some(&found))?;
    let mut figures = Figures::of(fold, asked, &figures, &origin(reader)?, reader.root_at(fold.size())?);
    for unit in &mut figures.units {
        unit.late = Some(late.get(&unit.no).copied().unwrap_or_default());
    }
    Ok(figures)
}

/// What the state alone says of a question: the same without what has to be read again ([`is_read_again`]), and without who was late.
///
/// # Errors
/// The log cannot be read.
pub fn of_the_state(reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, PrintedError> {
    let mut figures = socai_fold::figures::figures(fold, asked, None)?;
    figures.retain(|figure| !is_read_again(&figure.row));
    Ok(Figures::of(fold, asked, &figures, &origin(reader)?, reader.root_at(fold.size())?))
}

/// One stretch of the records, with who was late in it.
fn stretch<'f>(
    reader: &Reader,
    fold: &'f Fold,
    asked: &Asked,
    part: Range<u64>,
) -> Result<(Stretch<'f>, BTreeMap<UnitNo, u64>), ReplayError> {
    let mut stretch = Stretch::new(fold, asked, LeafIndex(part.start));
    let mut lateness = Lateness::new(fold, asked);
    reader.for_each(LeafIndex(part.start), TreeSize(part.end), |record| -> Result<(), ReplayError> {
        let record = recorded(&record)?;
        lateness.visit(&record);
        Ok(stretch.visit(&record)?)
    })?;
    Ok((stretch, lateness.finish()))
}

/// Does each part on a thread of its own; the answers come in the order of the parts.
fn side_by_side<P: Send, A: Send>(parts: Vec<P>, each: impl Fn(P) -> A + Sync) -> Vec<A> {
    let each = &each;
    thread::scope(|scope| {
        let threads: Vec<_> = parts.into_iter().map(|part| scope.spawn(move || each(part))).collect();
        let join = |thread: thread::ScopedJoinHandle<'_, A>| {
            thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
        };
        threads.into_iter().map(join).collect()
    })
}
