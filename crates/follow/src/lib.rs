//! Following a ledger without trusting it: everything a reader can verify with nothing but the operator's key.
//!
//! In scope: facts, headers, links, genesis, unit signatures under the keys registered at that place, order of time, the
//! tree, every commit's checkpoint and its signature, annexes, derived files; on any number of threads, in memory that does not grow
//! with the records but for a line for each annex that is not kept any more; and driving the fold over the records. Out of scope: what
//! the facts mean (`fold`), proofs for single records and reports (`audit`), writing anything.

mod claim;
mod coverage;
mod crew;
mod fault;
mod faults;
mod fork;
mod keys;
mod options;
mod order;
mod parts;
mod pass;
mod recorded;
mod replay;
mod roots;
mod standing;
mod trust;
mod unkept;
mod verified;
mod verify;
mod work;

pub use fault::Fault;
pub use keys::{KeyChange, KeyChanged};
pub use options::{Kept, Options, Progress, Signatures};
pub use recorded::{LogFacts, ReplayError, recorded};
pub use replay::{replay, replay_on};
pub use roots::roots;
pub use standing::{BadStanding, Standing};
pub use trust::{Trust, TrustError};
pub use unkept::Unkept;
pub use verified::Verified;
pub use verify::{verify, verify_copy, verify_new};
