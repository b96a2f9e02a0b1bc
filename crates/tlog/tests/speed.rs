//! What sealing, verifying and hashing cost by themselves, printed:
//! `cargo test --release -p socai-tlog --test speed -- --ignored --nocapture`

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
    let record = seal().records()[0].clone();
    let header = *record.header_bytes();
    rate("link of a header", 1000, || (0..1000).for_each(|_| drop(black_box(link(black_box(&header))))));
    rate("digest of the facts", 1000, || {
        (0..1000).for_each(|_| drop(black_box(Digest::of(black_box(&facts)))))
    });
    rate("leaf hash of an entry", 1000, || {
        (0..1000).for_each(|i| drop(black_box(entry_hash(i, &header, None))))
    });
    let hash = leaf_hash(b"");
    rate("node hash", 1000, || (0..1000).for_each(|_| drop(black_box(node_hash(black_box(&hash), &hash)))));
    let mut frontier = Frontier::default();
    rate("push a leaf", 1000, || (0..1000).for_each(|_| frontier.push(black_box(hash))));
    let mut frontier = Frontier::default();
    rate("verify and append: all of it", RECORDS, || {
        let segment = Segment::parse(bytes.clone()).unwrap().verify(&origin(), &key).unwrap();
        segment.records().iter().for_each(|record| frontier.push(entry_hash(1, record.header_bytes(), None)));
    });
}
