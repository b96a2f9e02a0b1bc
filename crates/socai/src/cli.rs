//! The command line: names, flags and help. What the commands do is in `cmd`.

use std::path::PathBuf;

use clap::{Parser, Subcommand};

pub use crate::cli_analyst::{CaseArgs, QueryArgs, QueryFormat, SaveArgs};
pub use crate::cli_annex::{AnnexCommand, EraseArgs};
pub use crate::cli_audit::{AuditCommand, FindingsArgs, FindingsFormat, VerifyArgs, VerifyFormat};
pub use crate::cli_bench::{BenchArgs, BenchKind, SimulateArgs};
pub use crate::cli_board::{BoardArgs, ServeArgs, TokenArgs};
pub use crate::cli_follow::{MirrorArgs, WatchArgs};
pub use crate::cli_operator::{AcknowledgeArgs, AdoptArgs, StateArgs};
pub use crate::cli_read::{ExportArgs, ExportFormat, ObligationsArgs, PendingArgs, ReplayArgs, ReplayFormat};
pub use crate::cli_remote::RemoteArgs;
pub use crate::cli_report::{
    ChangesFormat, DiffArgs, PrintArgs, QuestionArgs, ReportArgs, ReportCommand, ReportFormat, SeriesArgs,
    SeriesBy, SeriesFormat, SeriesUnits,
};
pub use crate::cli_run::{DemoArgs, DistrictCommand, UnitCommand, UpArgs};
pub use crate::cli_ward::WardCommand;
use crate::lang::Lang;

/// Sổ cái: a ledger in which every reported figure opens to the signed facts below it.
#[derive(Debug, Parser)]
#[command(name = "socai", version, max_term_width = 100)]
pub struct Cli {
    /// Language of messages: vi or en; otherwise by LC_ALL, LC_MESSAGES or LANG.
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Lang>,
    /// Reading a ledger at an address.
    #[command(flatten)]
    pub remote: RemoteArgs,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Everything socai does.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Run a whole district on this machine: broker, 25 units, a real month, its report and its audit.
    Demo(DemoArgs),
    /// Run a ward node: seal, keep and send a unit's records.
    #[command(subcommand)]
    Ward(WardCommand),
    /// Found and run a district: verify, record, sign, fold.
    #[command(subcommand)]
    District(DistrictCommand),
    /// Register units and their keys.
    #[command(subcommand)]
    Unit(UnitCommand),
    /// Run what DIR holds: the district, and every unit below DIR/units, with a broker of their own.
    Up(UpArgs),
    /// List the kinds of events, or show one with its fields, ranges and an example.
    Kinds {
        /// A kind such as penalty.decided.
        kind: Option<String>,
    },
    /// List the units of a ledger that are valid on a date.
    Units {
        /// The ledger: its directory or address.
        ledger: PathBuf,
        /// The date (YYYY-MM-DD); today if left out.
        #[arg(long)]
        on: Option<String>,
    },
    /// Say where one case stands, what in it goes against the law, and tell its story from its facts.
    Case(CaseArgs),
    /// Print a report whose every figure comes out of the signed facts, or issue it.
    Report(Box<ReportArgs>),
    /// Show a ledger in a browser: figures down to their facts, proofs that the browser checks itself. Read only; follows the log.
    Serve(ServeArgs),
    /// Make a token for the dashboard: printed once, kept in the file as a digest only.
    Token(TokenArgs),
    /// Say which figures are known differently at a later cut-off, and by which facts.
    Diff(DiffArgs),
    /// Print one indicator along months, units or an axis: table, CSV, JSON, SVG or a chart for the terminal.
    Series(SeriesArgs),
    /// Ask the ledger's tables in SQL, as known now or at any cut-off.
    Query(QueryArgs),
    /// List hand-overs, transfers and late amendments that wait for another unit's answer.
    Obligations(ObligationsArgs),
    /// List facts that build on a record, a case or a code the ledger does not know yet; each goes when what it waits for comes.
    Pending(PendingArgs),
    /// Destroy an annex by procedure, or list those destroyed.
    #[command(subcommand)]
    Annex(AnnexCommand),
    /// Verify the record chain, trusting nobody; list what an inspector should look at.
    #[command(subcommand)]
    Audit(AuditCommand),
    /// Keep a verified copy of a ledger, byte for byte, that serves readers and can take its place.
    Mirror(MirrorArgs),
    /// Print the recorded facts in order, up to any moment or on as they come.
    Replay(ReplayArgs),
    /// Write a ledger into files that other programs read.
    Export(ExportArgs),
    /// Make the derived files and read models anew from the log.
    Rebuild {
        /// The district's directory.
        dir: PathBuf,
    },
    /// Make a year of a district that never was: the same seed gives the same ledger, byte for byte.
    Simulate(SimulateArgs),
    /// Measure: append, ingest, latency, verify, replay, models, query, http, export, tail, prove, witness, remote.
    Bench(BenchArgs),
}
