//! A small ledger with fixed keys, shared by the tests.
#![allow(dead_code, missing_docs, clippy::unwrap_used)] // test code; each file uses its own part

use bytes::Bytes;
use socai_tlog::*;

pub fn origin() -> Origin {
    Origin::new("so-cai.example/thanh-xuan").unwrap()
}

/// Secret keys of the vectors: 32 equal bytes, never used elsewhere.
pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub fn operator() -> SigningKey {
    key(0x11)
}

pub fn ward() -> SigningKey {
    key(0x22)
}

pub const WARD: UnitNo = UnitNo(17);

pub fn ward_chain() -> Chain {
    let genesis = genesis(&origin(), &SealingKey::of(&operator()), WARD, &SealingKey::of(&ward()));
    Chain::new(WARD, ChainHead::genesis(genesis))
}

/// `count` records with facts of growing length; every second one has an annex.
pub fn records(count: usize) -> Vec<Record> {
    let mut chain = ward_chain();
    (0..count).map(|i| seal(&mut chain, i, 0)).collect()
}

pub fn seal(chain: &mut Chain, i: usize, flags: u8) -> Record {
    let facts = Bytes::from(format!("facts of record {i}"));
    let annex = if i % 2 == 1 { Bytes::from(format!("annex of record {i}")) } else { Bytes::new() };
    chain.seal(facts, annex, 1_673_488_800_000 + i as u64, flags).unwrap()
}

pub fn segment(count: usize) -> VerifiedSegment {
    Segment::seal(records(count), &ward(), &origin()).unwrap()
}
