//! A drill: every fraud that an insider could try, on small ledgers made for it, and what catches each.
//!
//! The insider holds the operator's key and every file of the district, and writes what the operator's own software would refuse to
//! write. What he does not hold: the units' sealing keys, the checkpoints that others keep, the units' journals. Each fraud is
//! done for real and then shown to the real tools; nothing here decides what they say.
//!
//! The ledgers lie in a directory that the caller gives and are made with fixed keys: they protect nothing.

mod files;
mod frauds;
mod insider;
mod page;
mod watch;

use std::{io, path::PathBuf};

use serde::Serialize;
use socai_log::LogError;

use crate::{AuditError, said::Said};

pub use frauds::drill;
pub use page::drill_text;

/// One fraud, and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Tried {
    /// Stable name.
    pub fraud: &'static str,
    /// What the insider did, in English.
    pub what: &'static str,
    /// The same in Vietnamese.
    #[serde(skip)]
    pub what_vi: &'static str,
    /// Who noticed; empty is the only bad answer.
    pub caught: Vec<Caught>,
}

/// Somebody who noticed.
#[derive(Clone, Debug, Serialize)]
pub struct Caught {
    /// `audit verify`, `audit verify --since`, `audit findings`, `unit`, or `in the open` for what the tools list for the auditor to compare with papers.
    pub by: By,
    /// What was said, in English.
    pub said: String,
    /// The same in Vietnamese.
    #[serde(skip)]
    pub said_vi: String,
}

/// Who notices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum By {
    /// The ledger alone, under a pinned key.
    #[serde(rename = "audit verify")]
    Verify,
    /// Whoever kept an older checkpoint.
    #[serde(rename = "audit verify --since")]
    Since,
    /// Times that witnesses do not allow.
    #[serde(rename = "audit findings")]
    Findings,
    /// A unit that compares the log with its journal.
    #[serde(rename = "unit")]
    Unit,
    /// Right by the signatures and listed in the report.
    #[serde(rename = "in the open")]
    InTheOpen,
}

impl Caught {
    fn new(by: By, said: Said) -> Self {
        Caught { by, said: said.en, said_vi: said.vi }
    }
}

/// Why a drill could not be held.
#[derive(Debug, thiserror::Error)]
pub enum DrillError {
    /// The directory cannot be used.
    #[error("{}: {cause}; the drill needs a directory it can write to", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// The drill's own log refused.
    #[error("the drill's ledger: {0}")]
    Log(#[from] LogError),
    /// A record of the drill does not fit its format.
    #[error("the drill's ledger: {0}")]
    Malformed(#[from] socai_tlog::Malformed),
    /// Nothing can be looked for in the drill's ledger.
    #[error("the drill's ledger: {0}")]
    Findings(#[from] crate::findings::FindingsError),
    /// The drill's ledger cannot be replayed.
    #[error("the drill's ledger: {0}")]
    Replay(#[from] socai_follow::ReplayError),
    /// The audit refused to look at it.
    #[error(transparent)]
    Audit(#[from] AuditError),
    /// A fraud could not be carried out as planned.
    #[error("the fraud {fraud} found no {missing} to work on")]
    Stage {
        /// Which.
        fraud: &'static str,
        /// What is missing.
        missing: &'static str,
    },
}
