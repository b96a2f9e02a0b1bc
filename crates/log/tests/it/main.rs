//! Everything about logs and journals but their vectors, in one program: its parts share the cores, and it links once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/crash.rs"]
mod crash;

mod append_and_read;
mod derived;
mod faults;
mod journal;
mod model;
mod power_cuts;
mod recovery;
