//! The bus against a real nats-server, in one program: its parts share the cores, and it links once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[path = "../common/mod.rs"]
mod common;

mod answers;
mod deploy;
mod erase;
mod find;
mod permissions;
mod publish;
mod read;
mod server;
