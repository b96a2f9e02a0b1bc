//! The dashboard over HTTP: every page and route, who sees what, and what hostile texts do, which is nothing.
#![allow(missing_docs)] // names of tests are sentences
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail the test")]

mod hostile;
mod issuing;
mod limits;
mod pages;
mod roles;
