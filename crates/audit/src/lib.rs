//! The audit of a ledger: everything `follow` verifies, the read models' digest against a replay, and a report to file.
//!
//! In scope: finding log, policy and published digest in a directory, the verdict, its words and its JSON. Out of scope: the
//! verification itself (`follow`), what facts mean (`fold`), writing anything into the ledger.

mod damage;
mod drill;
mod erasures;
mod models;
mod place;
mod report;
mod text;
mod verify;
mod words;

pub use drill::{By, Caught, DrillError, Tried, drill, drill_text};
pub use models::ModelsAnswer;
pub use place::{AuditError, Place};
pub use report::{Counts, FaultLine, KeyLine, Outcome, Report, Trusted};
pub use text::{Language, text};
pub use verify::{Asked, verify};
