//! Everything about audits, in one program: its parts share the cores, and it links once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[path = "../../../follow/tests/common/mod.rs"]
mod common;

mod drill;
mod erasures;
mod findings;
mod issued;
mod proofs;
mod public;
mod verdicts;
mod watch;
mod witnessed;
