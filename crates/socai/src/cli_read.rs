//! The command line of lists and copies of records: `obligations`, `pending`, `replay`, `export`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::cmd::replay::Speed;

/// `socai obligations`.
#[derive(Debug, Args)]
pub struct ObligationsArgs {
    /// The ledger: its directory or address.
    pub ledger: PathBuf,
    /// Facts up to this day (YYYY-MM-DD), owed by whoever had the work on it; today if left out.
    #[arg(long)]
    pub on: Option<String>,
    /// As known at a tree size or a time (RFC 3339); otherwise now.
    #[arg(long)]
    pub as_of: Option<String>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `socai pending`.
#[derive(Debug, Args)]
pub struct PendingArgs {
    /// The ledger: its directory or address.
    pub ledger: PathBuf,
    /// Facts up to this day (YYYY-MM-DD); today if left out.
    #[arg(long)]
    pub on: Option<String>,
    /// As known at a tree size or a time (RFC 3339); otherwise now.
    #[arg(long)]
    pub as_of: Option<String>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `socai replay`.
#[derive(Debug, Args)]
pub struct ReplayArgs {
    /// The ledger: its directory or address.
    pub ledger: PathBuf,
    /// Stop at this tree size, or at the last entry received at or before this time (RFC 3339) or day.
    #[arg(long, value_name = "SIZE|TIME", conflicts_with = "follow")]
    pub until: Option<String>,
    /// Begin at this leaf: a replay that was cut short says where it stood.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub from_leaf: u64,
    /// Only this unit, by number or id; may be given several times.
    #[arg(long)]
    pub unit: Vec<String>,
    /// Only this kind; may be given several times.
    #[arg(long)]
    pub kind: Vec<String>,
    /// Only this case; may be given several times.
    #[arg(long)]
    pub case: Vec<String>,
    /// Only facts that occurred on this day (YYYY-MM-DD) or later, as they were recorded.
    #[arg(long, value_name = "DAY")]
    pub from: Option<String>,
    /// Only facts that occurred on this day or earlier.
    #[arg(long, value_name = "DAY")]
    pub to: Option<String>,
    /// Go on as new facts are recorded, until Ctrl-C.
    #[arg(long)]
    pub follow: bool,
    /// Show facts as far apart as they were received, so many times faster: 3600x shows an hour in a second.
    #[arg(long, value_name = "TIMES")]
    pub speed: Option<Speed>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = ReplayFormat::Table)]
    pub format: ReplayFormat,
}

/// `socai export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// The ledger: its directory or address.
    pub ledger: PathBuf,
    /// What to write.
    #[arg(long, value_enum)]
    pub format: ExportFormat,
    /// The directory to write into: one without an earlier export, but tiles go on where an export of the same ledger ended.
    #[arg(long, value_name = "DIR")]
    pub out: PathBuf,
    /// As known at a tree size or a time (RFC 3339); otherwise now. Tiles are always of now.
    #[arg(long)]
    pub as_of: Option<String>,
    /// For readers outside: figures alone, and those of fewer facts than this left blank, with what they could be worked out from (parquet, csv).
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub min_cell: u64,
}

/// Forms of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ExportFormat {
    /// Tables for DuckDB, pandas, R: facts/KIND, entries, cases, figures, a file a month, each with tree size, root and checkpoint inside.
    Parquet,
    /// The same tables as CSV; manifest.json says of which tree.
    Csv,
    /// One JSON object a record, with the reasons of those that do not count; manifest.json says of which tree.
    Jsonl,
    /// The log as C2SP tiles with its checkpoint: static files that any tlog client verifies. Headers, never facts.
    Tiles,
}

/// Forms of a replay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ReplayFormat {
    /// One line a fact.
    Table,
    /// One JSON object a line: leaf, name, link, recorded_at, received_at, event.
    Jsonl,
}
