//! The command line: names, flags and help. What the commands do is in `cmd`.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

pub use crate::cli_analyst::{CaseArgs, QueryArgs, QueryFormat, SaveArgs};
pub use crate::cli_annex::{AnnexCommand, EraseArgs};
pub use crate::cli_board::{BoardArgs, ServeArgs, TokenArgs};
pub use crate::cli_follow::{MirrorArgs, WatchArgs};
pub use crate::cli_remote::RemoteArgs;
use crate::{cmd::replay::Speed, lang::Lang};

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
    /// Measure: append, ingest, latency, verify, replay, models, query, export, tail, remote.
    Bench(BenchArgs),
}

/// `socai demo`.
#[derive(Debug, Args)]
pub struct DemoArgs {
    /// Keep everything in this directory; otherwise in one that is removed at the end.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// Print report and audit and stop: 0 if every figure and the audit hold, else 1.
    #[arg(long)]
    pub exit: bool,
    /// Serve the log as C2SP tiles at this address, such as 127.0.0.1:8800, while the district runs.
    #[arg(long, value_name = "ADDR", conflicts_with = "exit")]
    pub http: Option<String>,
}

/// `socai up`.
#[derive(Debug, Args)]
pub struct UpArgs {
    /// The directory made by `socai demo --data DIR`, or by `district found` and `unit enrol`.
    pub dir: PathBuf,
    /// Serve the log as C2SP tiles at this address, such as 127.0.0.1:8800.
    #[arg(long, value_name = "ADDR")]
    pub http: Option<String>,
}

/// `socai ward …`.
#[derive(Debug, Subcommand)]
pub enum WardCommand {
    /// Run the node until SIGTERM or Ctrl-C; what is sealed is sent and kept until receipted.
    Run {
        /// The unit's directory.
        dir: PathBuf,
    },
    /// Seal one event.
    Record {
        /// The unit's directory.
        dir: PathBuf,
        /// The kind, such as penalty.decided.
        kind: String,
        /// The event's JSON form, or @FILE, or - for standard input.
        #[arg(long)]
        json: String,
    },
    /// Seal every row of a .jsonl or .csv file, or none of them.
    Import {
        /// The unit's directory.
        dir: PathBuf,
        /// The file.
        file: PathBuf,
        /// The kind of a .csv file that has no `kind` column.
        #[arg(long)]
        kind: Option<String>,
    },
    /// Print the unit's line for a tlog-policy: its name and key as a witness.
    Witness {
        /// The unit's directory.
        dir: PathBuf,
        /// Where its node can be reached, such as http://127.0.0.1:8017; the district asks there for cosignatures.
        #[arg(long)]
        url: Option<String>,
    },
    /// Say what is sealed, in transit and recorded.
    Status {
        /// The unit's directory.
        dir: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// `socai district …`.
#[derive(Debug, Subcommand)]
pub enum DistrictCommand {
    /// Found a ledger: operator key, unit 0, rules.
    Found {
        /// The new ledger's directory.
        dir: PathBuf,
        /// Its name for ever: a URL without scheme and closing slash, such as so-cai.example/thanh-xuan.
        #[arg(long)]
        origin: String,
        /// Its token in NATS subjects: lower-case letters, digits, dashes.
        #[arg(long)]
        ledger: String,
        /// Where the broker listens.
        #[arg(long, default_value = "nats://127.0.0.1:4222")]
        nats: String,
        /// The operator's registration in JSON form: unit_no 0, unit_id, code, name, type "operator", valid_from.
        #[arg(long)]
        unit: String,
        /// Rules to adopt: every .toml and .jinja file of this directory; otherwise those of the reference district.
        #[arg(long)]
        rules: Option<PathBuf>,
    },
    /// Run the projector until SIGTERM or Ctrl-C.
    Run {
        /// The ledger's directory.
        dir: PathBuf,
        /// Serve the log as C2SP tiles (headers, never facts) at this address, such as 127.0.0.1:8800; for the world put a
        /// TLS proxy before it.
        #[arg(long, value_name = "ADDR")]
        http: Option<String>,
        /// Serve the log's files themselves too, facts and annexes, to mirrors that present the token in this file (its owner's alone, 16
        /// characters or more).
        #[arg(long, value_name = "TOKENFILE", requires = "http")]
        serve_log: Option<PathBuf>,
        #[command(flatten)]
        board: BoardArgs,
    },
    /// How the log stands: size, root, last entry, and since when it is unwitnessed. The district may run or not; nothing is verified.
    Status {
        /// The ledger's directory.
        dir: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// `socai unit …`.
#[derive(Debug, Subcommand)]
pub enum UnitCommand {
    /// Make a unit's three keys; prints the enrolment file for the operator.
    Keys {
        /// The unit's directory.
        dir: PathBuf,
    },
    /// Register a unit with the keys of its enrolment file, and give it what its node needs.
    Enrol {
        /// The ledger's directory; its district must not be running.
        ledger: PathBuf,
        /// The unit's directory, holding its keys.
        dir: PathBuf,
        /// The registration in JSON form: unit_no, unit_id, code, name, type, parent, valid_from, valid_to.
        #[arg(long)]
        json: String,
    },
}

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
        /// Number with symbol: 45/BC-UBND.
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
    /// cal:2023-03 by the calendar; fy2023; 2023-01-01..2023-02-08.
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
    /// For readers outside: figures alone, and those of fewer facts than this left blank (parquet, csv).
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

/// `socai simulate`.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// Units besides the operator: fourteen bodies of the district, the rest wards.
    #[arg(long, default_value_t = 25)]
    pub units: u32,
    /// Days from 1 January 2023, at most 365.
    #[arg(long, default_value_t = 365)]
    pub days: u32,
    /// Names the year.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// About how many events a day, averaged over a year; 1000 is what the domains' own rates come to.
    #[arg(long, default_value_t = crate::simulate::USUAL_EVENTS)]
    pub events_per_day: u64,
    /// Where the ledger goes, in OUT/district; `simulated-SEED` if left out.
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// As JSON.
    #[arg(long)]
    pub json: bool,
}

/// `socai bench`.
#[derive(Debug, Args)]
pub struct BenchArgs {
    /// What to measure.
    #[arg(value_enum)]
    pub what: BenchKind,
    /// How many events.
    #[arg(long)]
    pub events: Option<u64>,
    /// How many threads, where it has a meaning.
    #[arg(long, default_value_t = 1)]
    pub threads: usize,
    /// Replay a simulated district-year instead of the benchmark's own mix; it is made first, which is not measured.
    #[arg(long)]
    pub simulated: bool,
    /// With query: figures as known at cut-offs all over a simulated year, from snapshots of the fold, which are made first.
    #[arg(long)]
    pub as_of: bool,
    /// Use this ledger instead of a simulated one (export, query --as-of); snapshots that it lacks are made.
    #[arg(long, value_name = "LEDGER")]
    pub ledger: Option<PathBuf>,
    /// Work in this directory; otherwise in one that is removed at the end.
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// One JSON object instead of a line.
    #[arg(long)]
    pub json: bool,
}

/// The benchmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum BenchKind {
    /// Sealed records into the log: commits of 4,096, one fsync each.
    Append,
    /// Segments through nats-server to signed checkpoints, beside raw JetStream publishing of the same facts.
    Ingest,
    /// One fact at a time: sealed to recorded.
    Latency,
    /// Everything but the fold: hashes, links, signatures, tree, checkpoints.
    Verify,
    /// Decode and fold.
    Replay,
    /// Fold into sled.
    Models,
    /// Proof files of single records under the newest checkpoint, made and checked.
    Prove,
    /// One fact at a time: recorded, and its checkpoint cosigned by two of three units over the loopback.
    Witness,
    /// A month's figures and report out of the read models.
    Query,
    /// Pages and figures of the dashboard over HTTP, compressed.
    Http,
    /// A simulated year into Parquet.
    Export,
    /// One commit at a time: how far a live replay is behind it.
    Tail,
    /// A ledger at an address of this machine: transfer, verification and fold, at the first use and the next.
    Remote,
}
