//! What an audit found, in a form that programs read and people file.

use serde::Serialize;

use crate::{
    fault_line::{FaultLine, Outcome},
    issued::ReportLine,
    models::ModelsAnswer,
    nil::NilAnswer,
    public::answer::Public,
    sightings::KeptSightings,
    witnesses::{Unwitnessed, WitnessesAnswer},
};

/// The outcome of an audit. Field names of the JSON form are stable.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The program that verified, with its version.
    pub tool: String,
    /// When it ended, by the auditor's clock, in Viet Nam.
    pub audited_at: String,
    /// Whether everything verified.
    pub verified: bool,
    /// The verdict.
    pub outcome: Outcome,
    /// The ledger's name.
    pub ledger: String,
    /// The log that was read.
    pub directory: String,
    /// Entries verified; with faults, entries up to the last commit before the record itself is damaged.
    pub size: u64,
    /// Root over them, 64 hex digits; none when the log could not be read that far.
    pub root: Option<String>,
    /// The newest checkpoint, a signed note.
    pub checkpoint: String,
    /// When the operator took the last entry, in Viet Nam.
    pub received_at: String,
    /// Whom the verification believed.
    pub trust: Trusted,
    /// Size of the older checkpoint that the log was held against, if the auditor brought one.
    pub since: Option<u64>,
    /// Entries before what was gone over: an earlier verification went over them, and they were not read again. 0 when everything was.
    pub skipped: u64,
    /// The newest checkpoint with the witnesses that the policy asks for; none when it asks for none, or nobody did.
    pub witnesses: Option<WitnessesAnswer>,
    /// From where on no quorum of witnesses has cosigned; none when everything is witnessed, or the policy asks for nobody.
    pub unwitnessed: Option<Unwitnessed>,
    /// What witnesses stated of older checkpoints, as far as it is kept beside the log; none when the policy asks for nobody, or the log itself does
    /// not verify.
    pub sightings: Option<KeptSightings>,
    /// What was gone over and what could not be seen, when nothing but the ledger's public tiles was given; then the counts are 0. None for a
    /// ledger whose files were read.
    pub public: Option<Public>,
    /// What was gone over.
    pub counts: Counts,
    /// Units registered and keys replaced; behind the older checkpoint if one was brought along, else keys replaced by the operator.
    pub key_changes: Vec<KeyLine>,
    /// The read models.
    pub models: ModelsAnswer,
    /// Issued reports, each recomputed at its own cut-off; empty when the log itself does not verify.
    pub reports: Vec<ReportLine>,
    /// Nil declarations against the units' own records; none when the log could not be replayed. Contradictions are no faults.
    pub nil: Option<NilAnswer>,
    /// What does not verify, in the order of the log; of the log's own at most 100.
    pub faults: Vec<FaultLine>,
    /// How many faults there are.
    pub faults_found: u64,
    /// Whether a writer was at work: then the log ends at the checkpoint published when the audit began.
    pub live: bool,
    /// Threads that did the work.
    pub threads: usize,
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
    /// Signatures of units that were read; the tree binds all of them.
    pub signatures: u64,
    /// How many were verified: the last of each unit and key covers those before it.
    pub signatures_verified: u64,
    /// Annexes that are there and match.
    pub annexes: u64,
    /// Annexes erased in place; each of them by procedure, or else there is a fault.
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

/// A unit that was registered, or a key that was replaced: right by the signatures, and for the auditor to compare with papers.
#[derive(Clone, Debug, Serialize)]
pub struct KeyLine {
    /// The unit's id.
    pub unit: String,
    /// `registered`, `replaced_by_unit` or `replaced_by_operator`.
    pub what: &'static str,
    /// The record that says it, `unit/number`.
    pub record: String,
    /// Its leaf.
    pub leaf: u64,
}

impl Report {
    /// 0 verified, 1 does not verify, 2 could not be read.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self.outcome {
            Outcome::Verified => 0,
            Outcome::DoesNotVerify => 1,
            Outcome::Unreadable => 2,
        }
    }
}
