//! The domain of the ledger: typed events, units, money, dates, rule tables and the one set of rules.
//!
//! In scope: turning facts into an [`Event`] once, saying which rules an event breaks, who the units are and which
//! key covers which record, the Vietnamese calendar, text and identity checks, and which version of a corrected
//! fact counts. Out of scope: figures (`fold`), storage, the network, clocks. Everything here is a pure function of its
//! arguments; there is no floating point.

pub mod calendar;
pub mod collate;
pub mod corrections;
mod date;
mod dong;
mod event;
pub mod identity;
pub mod registry;
pub mod rules;
pub mod search;
pub mod tables;
pub mod time;

pub use date::{CivilDate, NotADate, Weekday};
pub use dong::Dong;
pub use event::{Event, EventId, Kind, Malformed, name_of};
pub use registry::{Position, Registry};
pub use rules::Breach;
