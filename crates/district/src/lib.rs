//! The district: takes what units signed, records it once, signs what the log is, and folds it.
//!
//! In scope: the gate (integrity decides what is recorded), the round (judge, append, commit, answer), the operator's
//! own chain, answers to wards, the fold beside. Out of scope: what a fact means (`domain`, `fold`), how the broker
//! works (`bus`), what the bytes of the log are (`log`).
//!
//! Everything a crash can interrupt is in [`Ledger::round`], in order.

mod answers;
mod config;
pub mod draft;
mod ending;
mod erasing;
mod error;
mod folding;
mod fork;
mod founding;
mod gate;
mod issuing;
mod keeping;
mod ledger;
mod muster;
mod operator;
mod projector;
mod run;
mod snapshot;
mod spec;
mod standing;
mod stated;
mod sweeping;
mod trying;
mod witnesses;

pub use answers::Outgoing;
pub use config::{ConfigError, LedgerConfig, LedgerDir};
pub use error::DistrictError;
pub use folding::Folding;
pub use founding::{establish, establish_with, refusals_of};
pub use gate::{Gate, Past, Refused, Verdict};
pub use issuing::{acknowledge, close_with_texts, issue, order_erasure};
pub use keeping::keep_snapshots;
pub use ledger::{Folded, Ledger, Message};
pub use operator::Operator;
pub use projector::now_ms;
pub use run::{District, NotStated, OperatorDesk};
pub use snapshot::registry_snapshot;
pub use spec::{Draw, PublicKeys, RuleSet, SpecError, UnitSpec, adoption, random_id, registration};
pub use standing::{Standing, Units};
pub use stated::Stated;
pub use trying::{Refusal, Tried};
