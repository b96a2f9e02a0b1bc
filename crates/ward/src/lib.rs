//! A ward's node: facts become sealed records on its own disk, and reach the district's log exactly once.
//!
//! In scope: keys and enrolment; drafts held against the rules the district uses; import of JSON Lines and CSV, whole or not at all;
//! sealing with one sync for many requests; a journal that survives any crash; publishing, receipts, gaps, suspension and restore.
//! Out of scope: the HTTP server (`socai-web`), the broker (`socai-bus`), what counts in a figure (`socai-fold`).
//!
//! ```text
//!  form ─▶ Drafter ─▶ Draft ─▶ Desk ─▶ Keeper ─▶ journal ─▶ Cutter ─▶ broker
//!         (rules)             (queue)  (one sync)    ▲                    │
//!                                                    └── Publisher ◀── receipts, heads, restores
//! ```
//!
//! [`publisher`] decides and does nothing; `node` does and decides nothing. [`Ward`] is what programs call.
//!
//! | on disk | trusted? | may be lost? |
//! |---|---|---|
//! | `journal/` | yes, every record is verified as it is read | comes back from the district's log, but for what was never published |
//! | `keys/` | yes | the operator records a new key; witnessing and ids begin anew |
//! | `checkpoint` | verified under the operator's key | yes: the next receipt starts a new line of proofs |
//! | `vault/` | every entry under its key | comes back from its backup alone; see [`Vault`] |
//! | `receipts/`, `ids/` | no, compared with the journal | yes, asked for or derived again |

mod access;
mod client;
mod clock;
mod config;
mod cut;
mod desk;
mod dir;
mod draft;
mod entropy;
mod erased;
mod evidence;
mod generation;
mod history;
mod ids;
mod import;
mod keeper;
mod keys;
mod looked;
mod node;
mod personal;
mod problem;
pub mod publisher;
mod receipts;
mod registry;
mod rotation;
mod status;
#[cfg(test)]
mod testing;
mod trust;
mod vault;
mod ward;
mod witness;

pub use access::{Access, AccessError, problems_of, reach};
pub use client::{Answer, Client, ClientError, NodeFile};
pub use config::{ConfigError, Unit, UnitConfig, new_token};
pub use cut::CutError;
pub use dir::{FileError, UnitDir};
pub use draft::{Draft, Drafter, Given};
pub use entropy::{EventId, IdMaker, NoEntropy};
pub use evidence::EvidenceLine;
pub use generation::JournalError;
pub use import::{
    Broken, Format, ImportError, Imported, MAX_FILE_LEN, MAX_PROBLEMS, MAX_ROWS, Rejected, Spooling, Stopped,
};
pub use keeper::{OpenError, SealError, Sealed};
pub use keys::{Enrolment, KeyError, Keys, generate};
pub use looked::NotPassed;
pub use node::{NodeError, run};
pub use personal::found_in as identities_in;
pub use problem::Problem;
pub use registry::RegistryError;
pub use status::{CheckpointLine, Connection, Status};
pub use trust::Trust;
pub use vault::{Person, Trial, Vault, VaultError, VaultStatus, Where};
pub use ward::{MAX_EVENTS, RecordError, Ward, WardError};
pub use witness::{Witness, WitnessError, WitnessStanding};
