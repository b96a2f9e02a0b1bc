//! Everything about a ward's office and its node, in one program: its parts share the cores, and it links once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[path = "../common/mod.rs"]
mod common;

mod broker;
mod erasures;
mod import;
mod protocol;
mod sealing;
mod simulation;
mod vault;
