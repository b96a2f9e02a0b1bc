//! The command line of an analyst's own questions.

use std::{path::PathBuf, time::Duration};

use clap::{Args, ValueEnum};
use serde::{Deserialize, Serialize};

/// An answer that can be asked again.
#[derive(Clone, Debug, Default, Args)]
pub struct SaveArgs {
    /// Also save the answer with its question, cut-off, checkpoint and digest in this file: `socai audit check FILE LEDGER` asks again.
    #[arg(id = "save", long = "save", value_name = "FILE")]
    pub file: Option<PathBuf>,
}

/// `socai case`.
#[derive(Debug, Args)]
pub struct CaseArgs {
    /// The ledger: its directory or address.
    pub ledger: PathBuf,
    /// The case, as in the `case` field of its events.
    pub id: String,
    /// The date it is judged on (YYYY-MM-DD); today if left out.
    #[arg(long)]
    pub on: Option<String>,
    /// As known at a tree size or a time (RFC 3339); otherwise now.
    #[arg(long)]
    pub as_of: Option<String>,
    /// To be asked again.
    #[command(flatten)]
    pub save: SaveArgs,
}

/// `socai query`.
#[derive(Debug, Args)]
#[command(
    after_help = "Tables: a view for each kind of fact (penalty_decided for penalty.decided), entries, cases, figures. \
The engine is DuckDB, a program of its own: the file that SOCAI_DUCKDB names, else `duckdb` on PATH, else fetched once with a pinned \
digest.\n\nsocai query DIR/district \"select data.field, count(*) from penalty_decided where counts group by all\""
)]
pub struct QueryArgs {
    /// The ledger: its directory or address.
    pub ledger: PathBuf,
    /// One question in SQL, which only reads, or - for standard input.
    #[arg(required_unless_present = "list")]
    pub sql: Option<String>,
    /// As known at a tree size or a time (RFC 3339); otherwise now.
    #[arg(long)]
    pub as_of: Option<String>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = QueryFormat::Table)]
    pub format: QueryFormat,
    /// List the tables, or the columns of one, and stop.
    #[arg(long, value_name = "TABLE", num_args = 0..=1, conflicts_with_all = ["sql", "as_of"])]
    pub list: Option<Option<String>>,
    /// How long the question may take: 30s, 10m.
    #[arg(long, value_name = "TIME", default_value = "10m", value_parser = crate::cli_follow::pause)]
    pub within: Duration,
    /// To be asked again.
    #[command(flatten)]
    pub save: SaveArgs,
}

/// Forms of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum QueryFormat {
    /// Columns in a frame.
    Table,
    /// One record a row, with a header.
    Csv,
    /// An array of objects.
    Json,
}
