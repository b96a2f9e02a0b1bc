//! `socai bench verify`: everything but the fold, on one thread and on two.

use std::{path::Path, time::Instant};

use anyhow::{Result, bail};
use socai_follow::{Options, Signatures, Trust, verify};
use socai_log::Reader;

use super::{append, ground::Ground, result::Measured};

/// Measures verification of a log of segments of 256, and of single records beside it.
pub fn run(place: &Path, events: u64, threads: usize) -> Result<Vec<Measured>> {
    let mut measured = Vec::new();
    let singles = (events / 50).max(1_000);
    for (name, dir, events, per_segment) in
        [("segments-of-256", "long", events, 256), ("single-records", "single", singles, 1)]
    {
        let place = place.join(dir);
        let mut ground = Ground::found(&place, "nats://127.0.0.1:4222")?;
        append::fill(&mut ground, events, per_segment)?;
        for (which, signatures) in [("", Signatures::Covering), (":every-signature", Signatures::Every)] {
            for threads in 1..=threads.max(2) {
                measured.push(once(&format!("{name}{which}"), &ground, threads, signatures)?);
            }
        }
    }
    Ok(measured)
}

fn once(name: &str, ground: &Ground, threads: usize, signatures: Signatures) -> Result<Measured> {
    let reader = Reader::open(&ground.dir.log())?;
    let trust = Trust::pinned(&ground.dir.policy(), None)?;
    let started = Instant::now();
    let verified =
        verify(&reader, &trust, Options { threads, is_live: false, signatures, kept: None }, &mut |_| ());
    let took = started.elapsed();
    if !verified.holds() {
        bail!("the log just written does not verify: {}", verified.faults[0]);
    }
    Ok(Measured::rate(&format!("verify:{name}"), verified.size.0, verified.volume_bytes, threads, took))
}
