//! `socai bench prove`: proofs of single records of a long log, picked all over it.

use std::{path::Path, time::Instant};

use anyhow::Result;
use socai_audit::Prover;
use socai_log::Reader;
use socai_tlog::LeafIndex;

use super::{append, ground::Ground, result::Measured};

/// How many proofs are made.
const PROOFS: u64 = 1_000;

/// Measures inclusion proofs out of the derived files, and whole proof files: the record, its segment up to the signature, the records that made
/// its key known, each with its inclusion, checked by the code of whoever receives it.
pub fn run(place: &Path, events: u64) -> Result<Vec<Measured>> {
    let mut ground = Ground::found(place, "nats://127.0.0.1:4222")?;
    append::fill(&mut ground, events, 256)?;
    let reader = Reader::open(&ground.dir.log())?;
    let size = reader.committed()?.size;
    // leaves far apart in an order that is none of the files'
    let leaves: Vec<LeafIndex> =
        (0..PROOFS).map(|at| LeafIndex(at.wrapping_mul(0x9E37_79B9_7F4A_7C15) % size.0)).collect();
    let (started, mut each) = (Instant::now(), Vec::new());
    for leaf in &leaves {
        let begun = Instant::now();
        std::hint::black_box(reader.prove_inclusion(*leaf, size)?);
        each.push(begun.elapsed());
    }
    let inclusion = Measured::rate("prove:inclusion", PROOFS, 0, 1, started.elapsed()).with_latencies(each);
    let mut prover = Prover::open(ground.dir.path())?;
    let (started, mut each, mut bytes) = (Instant::now(), Vec::new(), 0);
    for leaf in &leaves {
        let name = reader.record(*leaf)?.record.name();
        let begun = Instant::now();
        bytes += prover.record(name, true)?.len() as u64;
        each.push(begun.elapsed());
    }
    let files = Measured::rate("prove:file", PROOFS, bytes, 1, started.elapsed()).with_latencies(each);
    Ok(vec![inclusion, files])
}
