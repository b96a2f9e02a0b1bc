//! The audit of a ledger: everything `follow` verifies, the read models' digest against a replay, a report to file, and proofs that are
//! checked without the ledger.
//!
//! In scope: finding log, policy and published digest in a directory, the verdict, its words and its JSON, proof files; what an inspector
//! should look at ([`findings`]), printed; a watch over a live ledger. Out of scope: the verification itself (`follow`), what facts mean (`fold`), writing anything
//! into the ledger.

mod cosigned;
mod damage;
mod drill;
mod erasures;
mod fault_line;
pub mod findings;
mod html;
mod issued;
mod models;
mod nil;
mod page;
mod place;
pub mod printed;
mod proof;
mod public;
mod replayed;
mod report;
mod said;
mod sightings;
mod text;
mod verify;
mod watch;
mod witnesses;
mod words;

pub use cosigned::CosignedTo;
pub use damage::in_vietnamese as damage_in_vietnamese;
pub use drill::{By, Caught, DrillError, Tried, drill, drill_text};
pub use fault_line::{FaultLine, Outcome};
pub use html::html;
pub use issued::{Difference, ReportLine, TextAnswer};
pub use models::ModelsAnswer;
pub use nil::{NilAnswer, NilLine};
pub use place::{AuditError, Place};
pub use proof::{
    Continued, NotProven, OlderCheckpoint, ProveError, Proven, ProvenRecord, Prover, Witnessed,
    check_consistency, check_record, continued_text, for_paper, is_consistency, not_proven_text, policy_for,
    prove_consistency, prove_record, proven_text,
};
pub use public::{Public, Tiles, Unseen, verify_public};
pub use report::{Counts, KeyLine, Report, Trusted};
pub use sightings::KeptSightings;
pub use text::{Language, fault_text, text};
pub use verify::{Asked, verify, verify_on};
pub use watch::{Look, Watch};
pub use witnesses::{Unwitnessed, WitnessesAnswer};
