//! Whole-system scenarios: one program, so that it links once and its tests share the cores.
#![allow(missing_docs)] // names of tests are sentences
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "helpers of tests fail the test")]

mod addresses;
mod analyst;
mod answers;
mod bad_input;
mod broker_loss;
mod crashes;
mod damage;
mod denied;
mod erasures;
mod findings;
mod full_disk;
mod imports;
mod locks;
mod mirrors;
mod month;
mod pauses;
mod readers;
mod recomputed;
mod replays;
mod reported;
mod restored;
mod series;
mod since;
mod stating;
mod stopping;
mod twins;
mod vault;
mod watched;
mod witnesses;
