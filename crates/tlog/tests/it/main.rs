//! Everything about trees and chains but their vectors, in one program: its parts share the cores, and it links once.
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

#[path = "../common/mod.rs"]
mod common;

mod chain;
mod evidence;
mod note;
mod policy;
mod segment;
mod tile;
mod tree;
mod witness;
