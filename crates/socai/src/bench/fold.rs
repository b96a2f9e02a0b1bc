//! `socai bench replay` and `models`: what happens to facts after they are in the log.

use std::{path::Path, time::Instant};

use anyhow::{Result, bail};
use socai_district::Folding;
use socai_fold::{Fold, Verdict};
use socai_log::Reader;
use socai_tlog::TreeSize;

use super::{append, ground::Ground, result::Measured};

/// Measures decoding and folding a log on one thread, from its files.
pub fn replay(place: &Path, events: u64) -> Result<Vec<Measured>> {
    let (reader, bytes) = log(place, events)?;
    let size = reader.committed()?.size;
    let (mut fold, mut rejected) = (Fold::new(), 0);
    let started = Instant::now();
    socai_follow::replay(&reader, &mut fold, size, |_, verdict| {
        rejected += u64::from(matches!(verdict, Verdict::Rejected(_)));
    })?;
    let took = started.elapsed();
    counted(rejected)?;
    Ok(vec![Measured::rate("replay:decode-and-fold", size.0, bytes, 1, took)])
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
fn log(place: &Path, events: u64) -> Result<(Reader, u64)> {
    let mut ground = Ground::found(place, "nats://127.0.0.1:4222")?;
    append::fill(&mut ground, events, 256)?;
    let mut bytes = 0;
    for volume in std::fs::read_dir(ground.dir.log().join("volumes"))? {
        bytes += volume?.metadata()?.len();
    }
    Ok((Reader::open(&ground.dir.log())?, bytes))
}

/// A rejected fact costs less than one that counts, so a rate with rejections would be no rate of replay.
fn counted(rejected: u64) -> Result<()> {
    match rejected {
        0 => Ok(()),
        rejected => bail!("{rejected} facts of the benchmark do not count: its facts are out of date"),
    }
}
