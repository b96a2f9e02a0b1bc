//! `socai bench replay` and `models`: what happens to facts after they are in the log.

use std::{path::Path, time::Instant};

use anyhow::{Result, bail};
use socai_district::Folding;
use socai_fold::{Fold, Verdict};
use socai_follow::replay_on;
use socai_log::Reader;
use socai_tlog::TreeSize;

use super::{
    append,
    ground::{Ground, long_ledger},
    result::Measured,
};
use crate::simulate::{self, Wish};

/// Measures decoding and folding a log from its files, on one thread and on `threads`.
pub fn replay(place: &Path, events: u64, threads: usize) -> Result<Vec<Measured>> {
    let (reader, bytes) = log(place, events)?;
    let size = reader.committed()?.size;
    let once = |threads| -> Result<Measured> {
        let (mut fold, mut rejected) = (Fold::new(), 0);
        let started = Instant::now();
        replay_on(threads, &reader, &mut fold, size, |_, verdict| {
            rejected += u64::from(matches!(verdict, Verdict::Rejected(_)));
        })?;
        let took = started.elapsed();
        counted(rejected)?;
        Ok(Measured::rate("replay:decode-and-fold", size.0, bytes, threads, took))
    };
    counts(threads).map(once).collect()
}

/// One thread, and so many when they are more.
fn counts(threads: usize) -> impl Iterator<Item = usize> {
    [1].into_iter().chain(Some(threads).filter(|threads| *threads > 1))
}

/// How often a measurement replays the simulated year: one pass is over too soon to be measured well.
const PASSES: u64 = 12;

/// Measures decoding and folding a simulated district-year in the same way: every kind of fact, corrections, late arrivals, as a real year has
/// them.
pub fn replay_simulated(place: &Path, events: Option<u64>, threads: usize) -> Result<Vec<Measured>> {
    let dir = socai_district::LedgerDir::new(place.join("district"));
    let days = 365;
    let events_per_day = events.map_or(simulate::USUAL_EVENTS, |events| events.div_ceil(days.into()));
    let wish = Wish { seed: 1, units: 25, days, events_per_day };
    let made = simulate::make(&dir, &wish, &mut |_| ())?;
    let (reader, bytes) = opened(&dir)?;
    let year = |threads| -> Result<Measured> {
        let started = Instant::now();
        for _ in 0..PASSES {
            let mut fold = Fold::new();
            replay_on(threads, &reader, &mut fold, made.size, |_, _| ())?;
            if fold.rejected() != made.rejected.len() as u64 {
                bail!("{} records were rejected, {} had to be", fold.rejected(), made.rejected.len());
            }
        }
        let (took, name) = (started.elapsed(), "replay:simulated-year");
        Ok(Measured::rate(name, made.size.0 * PASSES, bytes * PASSES, threads, took))
    };
    counts(threads).map(year).collect()
}

/// Measures decoding and folding a ledger that is there, once, from its first entry, on so many threads: nothing else has been in memory, so the
/// peak is what a replay holds.
pub fn replay_ledger(place: &Path, ledger: Option<&Path>, threads: usize) -> Result<Vec<Measured>> {
    let (dir, _) = long_ledger(place, ledger, 0)?;
    let (reader, bytes) = opened(&dir)?;
    let size = reader.committed()?.size;
    let (mut fold, threads) = (Fold::new(), threads.max(1));
    let started = Instant::now();
    replay_on(threads, &reader, &mut fold, size, |_, _| ())?;
    Ok(vec![Measured::rate("replay:ledger", size.0, bytes, threads, started.elapsed())])
}

/// Measures folding a log into sled, from the first entry to the published digest.
pub fn models(place: &Path, events: u64) -> Result<Vec<Measured>> {
    let (reader, bytes) = log(place, events)?;
    let dir = socai_district::LedgerDir::new(place.join("district"));
    let started = Instant::now();
    let folding = Folding::rebuild(&dir, &reader)?;
    let took = started.elapsed();
    let TreeSize(size) = folding.applied();
    Ok(vec![Measured::rate("models:fold-into-sled", size, bytes, 1, took)])
}

/// A log with `events` facts, and the bytes of its volumes.
pub fn log(place: &Path, events: u64) -> Result<(Reader, u64)> {
    let mut ground = Ground::found(place, "nats://127.0.0.1:4222")?;
    append::fill(&mut ground, events, 256)?;
    opened(&ground.dir)
}

fn opened(dir: &socai_district::LedgerDir) -> Result<(Reader, u64)> {
    let mut bytes = 0;
    for volume in std::fs::read_dir(dir.log().join("volumes"))? {
        bytes += volume?.metadata()?.len();
    }
    Ok((Reader::open(&dir.log())?, bytes))
}

/// A rejected fact costs less than one that counts, so a rate with rejections would be no rate of replay.
pub fn counted(rejected: u64) -> Result<()> {
    match rejected {
        0 => Ok(()),
        rejected => bail!("{rejected} facts of the benchmark do not count: its facts are out of date"),
    }
}
