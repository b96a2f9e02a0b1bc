//! How a log is followed, in one program: its parts share the cores, and it links once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[path = "../common/mod.rs"]
mod common;

mod ends;
mod flips;
mod forged;
mod resumed;
mod threads;
