//! What sealing, verifying and hashing cost by themselves, printed:
//! `cargo test --release -p socai-tlog --test speed -- --ignored --nocapture`
#![allow(clippy::print_stdout)] // its output is its purpose

mod common;

use std::{hint::black_box, time::Instant};

use bytes::Bytes;
use common::*;
use socai_tlog::*;

/// Records in a segment, and bytes of facts in a record: those of `socai bench`.
const RECORDS: usize = 256;
const FACTS: usize = 206;

fn rate(what: &str, count: usize, mut run: impl FnMut()) {
    run();
    let (start, mut rounds) = (Instant::now(), 0);
    while start.elapsed().as_millis() < 500 {
        run();
        rounds += 1;
    }
    let per_s = (rounds * count) as f64 / start.elapsed().as_secs_f64();
    println!("{what:<44} {:>8.2} M/s", per_s / 1e6);
}

fn rate_each<T>(what: &str, mut run: impl FnMut() -> T) {
    rate(what, 1000, || {
        for _ in 0..1000 {
            black_box(run());
        }
    });
}

#[test]
#[ignore = "a measurement: run it in release, alone"]
fn one_thread_seals_and_verifies_a_million_records_a_second() {
    let facts = Bytes::from(vec![7; FACTS]);
    let seal = || {
        let mut chain = ward_chain();
        let records = (0..RECORDS).map(|_| chain.seal(facts.clone(), Bytes::new(), 1, 0).unwrap()).collect();
        Segment::seal(records, &ward(), &origin()).unwrap()
    };
    rate("seal, sign and encode", RECORDS, || drop(black_box(seal())));
    let (bytes, key) = (seal().bytes().clone(), SealingKey::of(&ward()));
    rate("parse a segment", RECORDS, || drop(black_box(Segment::parse(bytes.clone()).unwrap())));
    rate("parse and verify a segment", RECORDS, || {
        black_box(Segment::parse(bytes.clone()).unwrap().verify(&origin(), &key).unwrap());
    });
    let header = *seal().records()[0].header_bytes();
    let (hash, mut frontier) = (leaf_hash(b""), Frontier::default());
    rate_each("link of a header", || link(black_box(&header)));
    rate_each("digest of the facts", || Digest::of(black_box(&facts)));
    rate_each("leaf hash of an entry", || entry_hash(black_box(1), &header, None));
    rate_each("node hash", || node_hash(black_box(&hash), &hash));
    rate_each("push a leaf", || frontier.push(black_box(hash)));
    let mut frontier = Frontier::default();
    rate("verify and append: all of it", RECORDS, || {
        let segment = Segment::parse(bytes.clone()).unwrap().verify(&origin(), &key).unwrap();
        segment.records().iter().for_each(|record| frontier.push(entry_hash(1, record.header_bytes(), None)));
    });
}
