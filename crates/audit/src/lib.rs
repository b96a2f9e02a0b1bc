//! The audit of a ledger: everything `follow` verifies, the read models' digest against a replay, and a report to file.
//!
//! In scope: finding log, policy and published digest in a directory, the verdict, its words and its JSON; what an inspector should look
//! at ([`findings`]), printed. Out of scope: the verification itself (`follow`), what facts mean (`fold`), writing anything into the ledger.

mod damage;
pub mod findings;
mod models;
mod place;
mod report;
mod text;
mod verify;
mod words;

pub use models::ModelsAnswer;
pub use place::{AuditError, Place};
pub use report::{Counts, FaultLine, Outcome, Report, Trusted};
pub use text::{Language, text};
pub use verify::verify;
