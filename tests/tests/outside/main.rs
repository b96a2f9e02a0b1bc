//! What we write, verified by programs that we did not write.
#![allow(missing_docs)] // names of tests are sentences
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod corruption;
mod litewitness;
mod live;
#[path = "../../../crates/follow/tests/common/mod.rs"]
mod log; // a small ledger written without a gate, as the tests of `follow` need it too
mod query;
mod second;
mod tables;
mod tiles;
