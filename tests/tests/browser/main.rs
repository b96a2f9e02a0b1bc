//! The dashboard in a real browser: what people see, follow, check and print.
#![allow(missing_docs)] // names of tests are sentences
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod accessible;
mod drilling;
mod issuing;
mod liar;
mod live;
mod looks;
mod paper;
mod tampered;
