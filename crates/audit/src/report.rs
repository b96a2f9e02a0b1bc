//! What an audit found, in a form that programs read and people file.

use serde::Serialize;

use crate::models::ModelsAnswer;

/// The outcome of an audit.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Whether everything verified.
    pub verified: bool,
    /// The ledger's name.
    pub ledger: String,
    /// Entries verified.
    pub size: u64,
    /// Root over them, 64 hex digits; none when the log could not be read that far.
    pub root: Option<String>,
    /// The newest checkpoint, a signed note.
    pub checkpoint: String,
    /// When the operator took the last entry, in Viet Nam.
    pub received_at: String,
    /// Whom the verification believed.
    pub trust: Trusted,
    /// What was gone over.
    pub counts: Counts,
    /// The read models.
    pub models: ModelsAnswer,
    /// What does not verify, in the order of the log; at most 100.
    pub faults: Vec<FaultLine>,
    /// How many faults there are.
    pub faults_found: u64,
    /// Whether a writer was at work: then the log ends at the checkpoint published when the audit began.
    pub live: bool,
    /// Wall time.
    pub seconds: f64,
}

/// Whom a verification believed.
#[derive(Clone, Debug, Serialize)]
pub struct Trusted {
    /// The operator's key as a vkey of C2SP signed-note.
    pub operator: String,
    /// The file that named it.
    pub policy: String,
    /// Whether the auditor brought that file along; if not, only consistency under the key found with the ledger is shown.
    pub pinned: bool,
}

/// What was gone over.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Counts {
    /// Units that the operator registered.
    pub units: u64,
    /// Commits, each with a signed checkpoint.
    pub commits: u64,
    /// Signatures of units.
    pub signatures: u64,
    /// Annexes that are there and match.
    pub annexes: u64,
    /// Annexes erased in place.
    pub erased_annexes: u64,
    /// Annexes that a header commits to and this log never had.
    pub absent_annexes: u64,
    /// Bytes of volumes.
    pub volume_bytes: u64,
    /// Bytes of annex volumes.
    pub annex_bytes: u64,
    /// Bytes of derived files.
    pub derived_bytes: u64,
}

/// One thing that does not verify.
#[derive(Clone, Debug, Serialize)]
pub struct FaultLine {
    /// What, with place and remedy.
    pub what: String,
    /// The file.
    pub file: Option<String>,
    /// The first byte that is wrong.
    pub offset: Option<u64>,
    /// Whether the next start of the district, or `socai rebuild`, repairs it without loss.
    pub repaired_by_start: bool,
    /// Whether the file could not be read at all: no statement about its content.
    pub unreadable: bool,
}

impl Report {
    /// 0 verified, 1 does not verify, 2 could not be read.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.verified {
            true => 0,
            false if !self.faults.is_empty() && self.faults.iter().all(|fault| fault.unreadable) => 2,
            false => 1,
        }
    }
}
