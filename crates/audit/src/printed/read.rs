//! Figures of which records are read, and cases judged, on every processor: those of a report with who contributed, and those of a page, without
//! digests, texts and what earlier reports printed, and at hand much sooner.

use std::{collections::BTreeMap, num::NonZero, ops::Range, panic, thread};

use socai_fold::{
    Fold,
    figures::{Asked, Contribution, Figure, Gathered, Lateness, Stretch, figures, is_read_again, stretches},
};
use socai_follow::{ReplayError, recorded};
use socai_log::Reader;
use socai_report::Figures;
use socai_tlog::{LeafIndex, TreeSize, UnitNo};

use super::{PrintedError, origin};

/// Threads at most: beyond, the disk is what they wait for.
const MOST_THREADS: usize = 8;

/// How many facts of each unit were late; units without any are left out.
type Late = BTreeMap<UnitNo, u64>;

/// The figures of a question at the size of the fold, as [`super::figures`] gives them, but without digests, texts and restatements, and without
/// the links of the units' chains.
///
/// # Errors
/// The log cannot be read, or is not the one that the fold was made of.
pub fn at_a_glance(reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, PrintedError> {
    let (found, late) = gathered(reader, fold, asked, Stretch::of_page)?;
    let figures = figures(fold, asked, Some(&found))?;
    let mut figures = filled(reader, fold, asked, &figures)?;
    for unit in &mut figures.units {
        unit.late = Some(late.get(&unit.no).copied().unwrap_or_default());
    }
    Ok(figures)
}

/// Who contributed to every figure, and how many facts of each unit were late.
pub(super) fn read(
    reader: &Reader,
    fold: &Fold,
    asked: &Asked,
) -> Result<(BTreeMap<String, Contribution>, Late), PrintedError> {
    gathered(reader, fold, asked, Stretch::of_report)
}

/// Figures laid out, with nothing that has to be read from the log.
pub(super) fn filled(
    reader: &Reader,
    fold: &Fold,
    asked: &Asked,
    figures: &[Figure],
) -> Result<Figures, PrintedError> {
    Ok(Figures::of(fold, asked, figures, &origin(reader)?, reader.root_at(fold.size())?))
}

fn gathered<'f>(
    reader: &Reader,
    fold: &'f Fold,
    asked: &Asked,
    begin: fn(&'f Fold, &Asked, LeafIndex) -> Stretch<'f>,
) -> Result<(BTreeMap<String, Contribution>, Late), PrintedError> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS);
    let parts = stretches(fold.size(), threads as u64);
    let read = side_by_side(parts, |part| {
        let empty = begin(fold, asked, LeafIndex(part.start));
        stretch(reader, (fold, asked), empty, part)
    });
    let (mut late, mut stretches) = (Late::new(), Vec::with_capacity(threads));
    for part in read {
        let (stretch, of_part) = part?;
        stretches.push(stretch);
        of_part.into_iter().for_each(|(unit, count)| *late.entry(unit).or_default() += count);
    }
    let gathered = Gathered::of(fold, stretches)?;
    let shares = side_by_side((0..threads).collect(), |share| gathered.judge(share, threads));
    Ok((gathered.found(shares), late))
}

/// What the state alone says of a question: the same without what has to be read again ([`is_read_again`]), and without who was late.
///
/// # Errors
/// The log cannot be read.
pub fn of_the_state(reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures, PrintedError> {
    let mut figures = figures(fold, asked, None)?;
    figures.retain(|figure| !is_read_again(&figure.row));
    filled(reader, fold, asked, &figures)
}

/// One stretch of the records, with who was late in it.
fn stretch<'f>(
    reader: &Reader,
    (fold, asked): (&'f Fold, &Asked),
    mut stretch: Stretch<'f>,
    part: Range<u64>,
) -> Result<(Stretch<'f>, Late), ReplayError> {
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
