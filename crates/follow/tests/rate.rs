//! How fast a log verifies. Run by hand: `cargo test --release -p socai-follow --test rate -- --ignored --nocapture`.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

mod common;

use std::{hint::black_box, time::Instant};

use common::{Ledger, alone, reader, trust};
use socai_follow::{Options, verify};
use socai_tlog::entry_hash;

const FACTS_LEN: usize = 206;

fn write(root: &std::path::Path, records: usize, per_segment: usize, facts_len: usize) {
    let mut ledger = Ledger::found(root, socai_log::VOLUME_RECORDS, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    let mut pending = 0;
    for segment in 0..records / per_segment {
        let unit = ledger.unit(1 + segment as u32 % 11);
        let sealed = (0..per_segment).map(|i| {
            let mut facts = vec![i as u8; facts_len];
            facts[..8].copy_from_slice(&segment.to_be_bytes());
            unit.seal_bytes(facts, "", 0)
        });
        let sealed = sealed.collect();
        let segment = unit.sign(sealed);
        ledger.append(&segment);
        pending += per_segment;
        if pending >= 4_096 {
            ledger.commit();
            pending = 0;
        }
    }
    ledger.commit();
}

fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let kib = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().split(' ').next()?.parse::<f64>().ok());
    kib.unwrap() / 1024.0
}

/// Processor time of this process so far, seconds.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap();
    let fields: Vec<_> = stat[stat.rfind(')').unwrap()..].split(' ').collect();
    (fields[12].parse::<f64>().unwrap() + fields[13].parse::<f64>().unwrap()) / 100.0
}

/// The same hashes over the same bytes and nothing else: what no verifier can be faster than.
fn bare(records: usize, per_segment: usize) -> f64 {
    let unit = &mut common::Unit::new(1);
    let record = unit.seal_bytes(vec![7; FACTS_LEN], "", 0);
    let (_, signature) = unit.sign(vec![record.clone()]);
    let key = socai_tlog::SealingKey::of(&unit.key);
    let mut frontier = socai_tlog::Frontier::default();
    let frame = vec![3_u8; 116 + FACTS_LEN];
    let started = cpu_s();
    for i in 0..records {
        black_box(crc32c::crc32c(black_box(&frame)));
        black_box(socai_tlog::Digest::of(black_box(record.facts())));
        let link = black_box(socai_tlog::link(black_box(record.header_bytes())));
        let signed = i % per_segment == 0;
        frontier.push(entry_hash(i as u64, record.header_bytes(), signed.then_some(&signature)));
        if signed {
            black_box(key.verifies(&socai_tlog::segment_message(&common::origin(), link), &signature));
        }
    }
    black_box(frontier.root());
    cpu_s() - started
}

#[test]
#[ignore = "a measurement"]
fn rate_of_verification() {
    let records: usize = std::env::var("RECORDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1 << 20);
    for (per_segment, records) in [(256, records), (1, records / 50)] {
        let root = tempfile::tempdir().unwrap();
        write(root.path(), records, per_segment, FACTS_LEN);
        for threads in [1, 2, 1, 2] {
            let bare = if std::env::var_os("NO_BARE").is_some() { 1.0 } else { bare(records, per_segment) };
            let (reader, trust) = (reader(root.path()), trust(root.path()));
            let (started, cpu) = (Instant::now(), cpu_s());
            let verified = verify(&reader, &trust, Options { threads, ..alone() }, &mut |_| ());
            let (seconds, cpu) = (started.elapsed().as_secs_f64(), cpu_s() - cpu);
            assert!(verified.holds(), "{:?}", verified.faults);
            let rate = |seconds: f64| verified.size.0 as f64 / seconds / 1e6;
            println!(
                "segments of {per_segment}, {threads} thread(s): {:.3} M/s, {:.3} M/s of processor time, bare {:.3} M/s \
                 ({:.0} %), {:.0} MB/s, peak {:.0} MB",
                rate(seconds),
                rate(cpu),
                rate(bare),
                bare / cpu * 100.0,
                verified.volume_bytes as f64 / seconds / 1e6,
                peak_mb(),
            );
        }
    }
}
