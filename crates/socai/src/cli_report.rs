//! The command line of reports: `report`, `diff`, `series`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::cli_analyst::SaveArgs;

/// `socai report`.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct ReportArgs {
    /// What else to do with a report.
    #[command(subcommand)]
    pub command: Option<ReportCommand>,
    /// The ledger: its directory or address.
    #[arg(required = true)]
    pub ledger: Option<PathBuf>,
    /// What to report.
    #[command(flatten)]
    pub question: QuestionArgs,
    /// As known at a tree size or a time (RFC 3339); otherwise now.
    #[arg(long)]
    pub as_of: Option<String>,
    /// Number with symbol to print, such as 45/BC-UBND; otherwise a gap.
    #[arg(long = "no")]
    pub number: Option<String>,
    /// As the issued report printed it: the report of the period, or the one with this number.
    #[arg(long, value_name = "NO", num_args = 0..=1, conflicts_with = "as_of")]
    pub as_reported: Option<Option<String>>,
    /// Compare the issued report with what is known now, figure by figure with reasons, instead of printing either (text or json).
    #[arg(long)]
    pub compare: bool,
    /// How it is printed.
    #[command(flatten)]
    pub print: PrintArgs,
    /// To be asked again.
    #[command(flatten)]
    pub save: SaveArgs,
}

/// `socai report issue`.
#[derive(Debug, Subcommand)]
pub enum ReportCommand {
    /// Print a report and record, as the operator, that it was issued: its number, figures with digests, text digest, tree size and root.
    Issue {
        /// The district's directory; its district must not be running.
        dir: PathBuf,
        /// Number with symbol that no report has yet: 45/BC-UBND.
        #[arg(long = "no")]
        number: String,
        /// What to report.
        #[command(flatten)]
        question: QuestionArgs,
        /// How it is printed.
        #[command(flatten)]
        print: PrintArgs,
    },
}

/// The period of a report.
#[derive(Clone, Debug, Args, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuestionArgs {
    /// A period named in the ledger's occasions table; else 2023-03 (15/02 to 14/03), 2023-Q1, 2023-H1, 2023-9M, 2023;
    /// cal:2023-03 by the calendar; fy2023, with what was posted of it until its books were closed; 2023-01-01..2023-02-08.
    #[arg(long, conflicts_with_all = ["from", "to"])]
    pub period: Option<String>,
    /// First day (YYYY-MM-DD).
    #[arg(long, requires = "to")]
    pub from: Option<String>,
    /// Last day (YYYY-MM-DD).
    #[arg(long, requires = "from")]
    pub to: Option<String>,
    /// The occasion, such as tet-quy-mao-2023; otherwise the one that meets the period.
    #[arg(long)]
    pub occasion: Option<String>,
}

/// The paper of a report.
#[derive(Debug, Args)]
pub struct PrintArgs {
    /// What to print.
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    pub format: ReportFormat,
    /// Write to this file; otherwise to standard output, which must be no terminal for docx and xlsx.
    #[arg(long)]
    pub out: Option<PathBuf>,
}

/// `socai diff`.
#[derive(Clone, Debug, Args, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiffArgs {
    /// The ledger: its directory or address.
    #[serde(skip)]
    pub ledger: PathBuf,
    /// The earlier cut-off: a tree size or a time.
    #[arg(long, required_unless_present = "with", conflicts_with = "with")]
    pub from: Option<String>,
    /// The later one; now if left out.
    #[arg(long)]
    #[serde(skip)]
    pub to: Option<String>,
    /// Instead of two cut-offs: this other ledger, both as known now, or at a time given as --to.
    #[arg(long, value_name = "LEDGER", requires = "period", conflicts_with = "save")]
    #[serde(skip)]
    pub with: Option<PathBuf>,
    /// The period to compare, as in `socai report`; everything up to the later cut-off if left out.
    #[arg(long)]
    pub period: Option<String>,
    /// The occasion.
    #[arg(long)]
    pub occasion: Option<String>,
    /// What to print.
    #[arg(long, value_enum, default_value_t = ChangesFormat::Text)]
    pub format: ChangesFormat,
    /// To be asked again.
    #[command(flatten)]
    #[serde(skip)]
    pub save: SaveArgs,
}

/// Forms of a comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangesFormat {
    /// A line a figure, below it a line a cause.
    Text,
    /// Every figure with every cause.
    Json,
}

/// `socai series`.
#[derive(Clone, Debug, Args, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeriesArgs {
    /// The ledger: its directory or address.
    #[serde(skip)]
    pub ledger: PathBuf,
    /// The indicator's code, such as NS.01.
    pub indicator: String,
    /// Along what it runs.
    #[arg(long, value_enum, default_value_t = SeriesBy::Month)]
    pub by: SeriesBy,
    /// First report month (2023-01), calendar month (cal:2023-01) or day (2023-01-15).
    #[arg(long)]
    pub from: String,
    /// Last one, of the same sort.
    #[arg(long)]
    pub to: String,
    /// By month: only this unit's part, by number or id.
    #[arg(long)]
    pub unit: Option<String>,
    /// Units as they were, or with everybody whose whole work they have on the last day; splits are never apportioned.
    #[arg(long, value_enum, default_value_t = SeriesUnits::AsThen)]
    pub units: SeriesUnits,
    /// By slice: the field that divides; the row's first one if left out.
    #[arg(long)]
    pub axis: Option<String>,
    /// The occasion of indicators that are counted by one; otherwise the one that meets the days.
    #[arg(long)]
    pub occasion: Option<String>,
    /// As known at a tree size or a time (RFC 3339); otherwise now.
    #[arg(long)]
    #[serde(skip)]
    pub as_of: Option<String>,
    /// For readers outside: points of fewer facts than this, and those that tell of them, left blank.
    #[arg(long, value_name = "N", default_value_t = 0)]
    #[serde(default, skip_serializing_if = "is_zero")]
    pub min_cell: u64,
    /// What to print.
    #[arg(long, value_enum, default_value_t = SeriesFormat::Table)]
    pub format: SeriesFormat,
    /// Write to this file; otherwise to standard output.
    #[arg(long)]
    #[serde(skip)]
    pub out: Option<PathBuf>,
    /// To be asked again.
    #[command(flatten)]
    #[serde(skip)]
    pub save: SaveArgs,
}

/// A question saved by an earlier release says nothing of cells.
fn is_zero(number: &u64) -> bool {
    *number == 0
}

/// Along what a series runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeriesBy {
    /// Months between two months, or between two days.
    Month,
    /// Wards, and other units that have a part.
    Unit,
    /// Values of a field that divides the indicator.
    Slice,
}

/// Units across changes of boundaries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeriesUnits {
    /// As they were when the facts occurred.
    AsThen,
    /// Mapped to the units of the last day, where that is exact.
    Mapped,
}

/// Forms of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeriesFormat {
    /// Text, one line a point.
    Table,
    /// One record a point, numbers as integers.
    Csv,
    /// Everything, with the cut-off.
    Json,
    /// A picture that needs no colour, with a description for screen readers.
    Svg,
    /// Bars in letters, 80 columns.
    Chart,
}

/// Forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReportFormat {
    /// The report in Vietnamese, 80 columns.
    Text,
    /// Every figure with its events and digest.
    Json,
    /// Ready to print, with annexes.
    Html,
    /// A Word document in the official layout, with annexes.
    Docx,
    /// The annexes as a workbook.
    Xlsx,
}
