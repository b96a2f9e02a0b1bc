//! The fold: every record of a ledger in, the state that figures, cases and findings are read from out.
//!
//! In scope: which records count and which are rejected, what they add to the cube, corrections and voids, the figures of a
//! period with their digests, the state as rows and its digest. Out of scope: reading the log, storing the rows, printing. Pure:
//! the state after `n` records is a function of these records alone, integers only.
//!
//! ```text
//! Recorded ─▶ Event ─▶ rules ─▶ Fold ─▶ rows (models, state digest)
//!                        │        └────▶ figures ◀─ second pass over the records: who contributed
//!                        └▶ rejections
//! ```
//!
//! Judging a fact and working out what it adds needs the units and rules of the moment and nothing else, so others may do it before its turn
//! ([`Preparer`]); taking facts in ([`Fold::take`], [`Fold::apply`]) is one after the other.

mod activity;
mod added;
mod amend;
mod amended;
mod amendments;
mod answer;
mod baseline;
mod capture;
mod case;
mod change;
mod closing;
mod count;
mod cube;
mod digest;
mod directive;
mod drain;
mod erasure;
pub mod figures;
mod filter;
pub mod findings;
mod fold;
mod indicator;
mod latest;
mod law;
mod ledger;
mod load;
mod noted;
mod obligation;
mod packed;
mod pending;
mod plan;
mod planner;
mod prepared;
mod project;
mod recorded;
mod report;
mod rows;
mod rulebook;
pub mod sample;
mod scope;
mod shelves;
mod steps;
mod switch;
mod telling;
mod told;
mod tracked;
mod values;
mod verdict;

pub use activity::Activity;
pub use amended::{Amended, Effective};
pub use amendments::Amendments;
pub use answer::Answers;
pub use baseline::{Baseline, Baselines};
pub use capture::read_late;
pub use case::{CaseFact, CaseStanding, case_prefix};
pub use closing::{Closing, Closings};
pub use cube::{Place, Total};
pub use digest::{LANES_LEN, StateDigest};
pub use directive::{Directive, Directives, Issued};
pub use erasure::{Erasure, Erasures};
pub use filter::BadRule;
pub use fold::Fold;
pub use load::Restoring;
pub use obligation::{Obligations, Open, OpenWhat};
pub use pending::{Awaited, Pending, PendingFacts};
pub use plan::Plans;
pub use prepared::{Books, Prepared, Preparer};
pub use project::Projects;
pub use recorded::{Facts, FactsUnavailable, NoFacts, Original, Recorded};
pub use report::{Report, ReportedValue, Reports};
pub use rows::{BadRow, Change, Key, ROWS_VERSION, Table};
pub use rulebook::{Adopted, Rulebook};
pub use scope::Scope;
pub use values::Value;
pub use verdict::{FoldError, Reason, Rejection, UnitNumber, Verdict};
