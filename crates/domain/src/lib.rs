//! The domain of the ledger: typed events, units, money, dates, rule tables and the one set of rules.
//!
//! In scope: facts read as an [`Event`] once; the rules an event breaks ([`rules::check`]); who the units are and which key covers which
//! record ([`Registry`]); rule tables and the calendar; identities that must not stand in texts; how Vietnamese texts are searched and
//! ordered; which version of a corrected fact counts ([`corrections`]); what the law says on a day ([`law`]) and where a case stands on it
//! ([`lifecycle`]).
//!
//! Out of scope: what one field may hold (`socai-proto`, whose rules [`rules::check`] includes), figures (`socai-fold`), storage, the
//! network, clocks. Everything here is a pure function of its arguments; there is no floating point.

pub mod calendar;
pub mod corrections;
mod date;
mod dong;
mod event;
pub mod hash;
pub mod identity;
pub mod law;
pub mod lifecycle;
pub mod period;
pub mod registry;
pub mod rules;
pub mod search;
pub mod tables;
pub mod time;

pub use date::{CivilDate, NotADate, Weekday};
pub use dong::Dong;
pub use event::{Event, EventId, Kind, KnownTexts, Malformed, is_ledgers, name_of};
pub use registry::{Placed, Position, Registry};
pub use rules::Breach;
