//! The command line of `socai audit`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use crate::cli_follow::WatchArgs;

/// `socai audit …`.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Verify every byte. Exit 0 verified, 1 does not verify (what and where), 2 usage or I/O.
    Verify(VerifyArgs),
    /// Print a proof to keep: that a record is in the log and signed by its unit (.tlog-proof), or that the newest checkpoint
    /// continues an older one.
    Prove {
        /// The ledger: its directory or address.
        ledger: PathBuf,
        /// The record, such as 17/42.
        #[arg(required_unless_present = "consistency", conflicts_with = "consistency")]
        record: Option<String>,
        /// Prove consistency from this older checkpoint instead: a file that holds one, or a tree size.
        #[arg(long, value_name = "OLD")]
        consistency: Option<String>,
        /// Leave the record's facts out of its proof, for readers who may not see them.
        #[arg(long, conflicts_with = "consistency")]
        header_only: bool,
    },
    /// Check a proof with nothing but the file and a policy; or an answer saved with --save, by asking its ledger again. Exit 0 proven or
    /// equal, 1 not, 2 usage or I/O.
    Check {
        /// The proof or the saved answer, or - for standard input.
        file: PathBuf,
        /// The ledger, its directory or address, for a saved answer; it may have grown since.
        ledger: Option<PathBuf>,
        /// The tlog-policy that pins the operator's key and the witnesses; without it only the key found in the proof.
        #[arg(long)]
        policy: Option<PathBuf>,
        /// The older checkpoint, which you kept, that a consistency proof starts from.
        #[arg(long, value_name = "FILE")]
        old: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Commit every fraud an insider could on ledgers made for it, and show who notices. Exit 1 if one goes unnoticed.
    Drill {
        /// Keep the drill's ledgers in this directory; by default they are removed.
        #[arg(long)]
        data: Option<PathBuf>,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
    /// Follow a live ledger and raise an alarm when it no longer verifies or no longer continues what was seen before. Exit 0 asked to
    /// stop, 1 alarm, 2 usage or I/O.
    Watch(WatchArgs),
    /// List what an inspector should look at, by the adopted table of rules with their legal source. Exit 0 when it ran, 2 usage or I/O.
    Findings(FindingsArgs),
}

/// `socai audit verify`.
#[derive(Debug, Args)]
pub struct VerifyArgs {
    /// The ledger: its directory or address. Of an address without --token-file what is public is verified: checkpoint, tiles and headers, under
    /// --policy; the report says what that leaves out.
    pub ledger: PathBuf,
    /// The tlog-policy that pins the operator's key and the witnesses; without it only the key found with the ledger.
    #[arg(long)]
    pub policy: Option<PathBuf>,
    /// A checkpoint kept before, which the ledger must still agree with.
    #[arg(long, value_name = "CHECKPOINT")]
    pub since: Option<PathBuf>,
    /// Verify only what came since that checkpoint was kept; the report says so. What lies before is not read again, so changes of old files go
    /// unseen: verify everything now and then. Needs the file beside it that --keep wrote, CHECKPOINT.state.
    #[arg(long, requires = "since")]
    pub only_new: bool,
    /// Keep the ledger's checkpoint in this file when everything verified, for `--since` next time, and in FILE.state what `--only-new` needs. Keep both
    /// where nobody else writes: who can change them decides what the next audit believes.
    #[arg(long, value_name = "FILE")]
    pub keep: Option<PathBuf>,
    /// What to print; html is one page to sign and file.
    #[arg(long, value_enum, default_value_t = VerifyFormat::Text)]
    pub format: VerifyFormat,
    /// As JSON: the same as `--format json`.
    #[arg(long, conflicts_with = "format")]
    pub json: bool,
    /// Threads; all cores if left out.
    #[arg(long)]
    pub threads: Option<usize>,
    /// Verify every signature of a unit. By default the last of each unit and key, which covers the chain before it; if one of
    /// those fails, all are.
    #[arg(long)]
    pub every_signature: bool,
}

/// Forms of a verification's report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum VerifyFormat {
    /// 80 columns.
    Text,
    /// For programs.
    Json,
    /// One page to print, without script.
    Html,
}

/// `socai audit findings`.
#[derive(Debug, Args)]
pub struct FindingsArgs {
    /// The ledger: its directory or address.
    pub ledger: PathBuf,
    /// Facts up to this day (YYYY-MM-DD), with terms and interest up to it; today if left out.
    #[arg(long)]
    pub on: Option<String>,
    /// As known at a tree size or a time (RFC 3339); otherwise now.
    #[arg(long, value_name = "CUT")]
    pub until: Option<String>,
    /// Only the rule of this id.
    #[arg(long, value_name = "ID")]
    pub rule: Option<String>,
    /// Only what concerns this unit: a number or an id.
    #[arg(long)]
    pub unit: Option<String>,
    /// Your own table of findings instead of the one that the ledger adopted.
    #[arg(long, value_name = "FILE")]
    pub rules: Option<PathBuf>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = FindingsFormat::Text)]
    pub format: FindingsFormat,
    /// Exit with 1 when anything is found.
    #[arg(long)]
    pub fail: bool,
}

/// Forms of findings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum FindingsFormat {
    /// By rule, 80 columns.
    Text,
    /// Every finding with its facts.
    Json,
    /// One row a finding.
    Csv,
    /// One page to print, without script.
    Html,
}
