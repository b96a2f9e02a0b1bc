//! The command line of `simulate` and `bench`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};

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
    /// Use this ledger instead of a simulated one (export, replay, query --as-of); snapshots that it lacks are made for query. Replay
    /// then goes over it once, and its peak memory is that of a replay alone.
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
