//! Whole-system scenarios: the real `socai` program as child processes, a real nats-server, real files.
//!
//! In scope here: building and finding the program, running it as services that are killed without mercy, a world of one district
//! and a few units in a directory of its own, seeded chance, load whose every event is remembered, and the one question
//! that ends each scenario: is every sealed record in the log exactly once, and does the audit verify? The scenarios
//! themselves are in `tests/scenarios`. Out of scope: anything that could be shown without processes; that is in the crates.
//!
//! Nothing here waits by sleeping through a guess: [`wait::until`] polls for what must happen and says what did not.
//!
//! | variable | does |
//! |---|---|
//! | `SOCAI_SEED` | repeats the chance of a run that printed it |
//! | `SOCAI_PROGRAM` | tests this program instead of the one beside the tests |
//! | `SOCAI_KEEP` | keeps the directories of worlds, to look at |
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a harness of tests: what fails here fails the test, in words"
)]

pub mod broker;
pub mod browser;
pub mod chance;
pub mod command;
pub mod dashboard;
pub mod demo;
pub mod facts;
pub mod files;
pub mod http;
pub mod ledger;
pub mod load;
pub mod nats;
pub mod outside;
pub mod program;
pub mod proxy;
pub mod running;
pub mod service;
pub mod signing;
pub mod unit;
pub mod wait;
pub mod witnessed;
pub mod world;
