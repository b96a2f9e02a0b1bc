//! `socai bench verify`: everything but the fold, on one thread and on two, beside the bare hashing of the same bytes.

use std::{
    hint::black_box,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use socai_follow::{Options, Signatures, Trust, verify};
use socai_log::{LogError, Reader};
use socai_tlog::{Digest, Entry, Frontier, LeafIndex, link};

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
        let bare = bare(name, &ground)?;
        let bare_rate = bare.events_per_s;
        measured.push(bare);
        for (which, signatures) in [("", Signatures::Covering), (":every-signature", Signatures::Every)] {
            for threads in 1..=threads.max(2) {
                let once = once(&format!("{name}{which}"), &ground, threads, signatures)?;
                measured.push(once.beside(bare_rate));
            }
        }
    }
    Ok(measured)
}

/// Records that are held at once, so that the memory stays constant and reading is not measured.
const HELD: usize = 16_384;

/// The hashes alone that verifying takes, over the same bytes on one thread, one record after the other: BLAKE3 of facts and links, SHA-256 of
/// leaves and nodes. No frames, no checksums, no signatures, no order.
fn bare(name: &str, ground: &Ground) -> Result<Measured> {
    let reader = Reader::open(&ground.dir.log())?;
    let size = reader.committed()?.size;
    let (mut held, mut frontier) = (Vec::with_capacity(HELD), Frontier::default());
    let (mut took, mut bytes) = (Duration::ZERO, 0);
    let mut hash = |held: &mut Vec<(Entry, Vec<u8>)>| {
        let started = Instant::now();
        for (entry, facts) in held.iter() {
            black_box(Digest::of(black_box(facts)));
            black_box(link(black_box(&entry.header_bytes)));
            frontier.push(entry.leaf_hash());
        }
        took += started.elapsed();
        held.clear();
    };
    reader.for_each(LeafIndex(0), size, |record| -> Result<(), LogError> {
        let (entry, facts) = (record.entry(), record.facts().to_vec());
        bytes += (entry.header_bytes.len() + facts.len()) as u64;
        held.push((entry, facts));
        if held.len() == HELD {
            hash(&mut held);
        }
        Ok(())
    })?;
    hash(&mut held);
    if frontier.root() != reader.root_at(size)? {
        bail!("the log just written has another root");
    }
    Ok(Measured::rate(&format!("verify:{name}:bare-hashing"), size.0, bytes, 1, took))
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
