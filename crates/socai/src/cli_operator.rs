//! The command line of what the operator of a ledger states: `district record`, `district adopt`, `district acknowledge`.

use std::path::PathBuf;

use clap::Args;

/// `socai district record`.
#[derive(Debug, Args)]
pub struct StateArgs {
    /// The ledger's directory; its district must not be running.
    pub dir: PathBuf,
    /// Files of events in JSON form, each with its "kind": one object, an array, or one a line; - for standard input, as if no file is named. All
    /// are recorded, or none.
    pub files: Vec<PathBuf>,
}

/// `socai district adopt`.
#[derive(Debug, Args)]
pub struct AdoptArgs {
    /// The ledger's directory; its district must not be running.
    pub dir: PathBuf,
    /// Rule files, named as at founding: law.penalty.toml, indicators.toml, holidays.toml, template.monthly.jinja. All are adopted, or none.
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// First day (YYYY-MM-DD) to which the new versions apply; facts of earlier days stay under the versions before.
    #[arg(long, value_name = "DATE")]
    pub from: String,
    /// The law or decision they rest on; otherwise the file's name.
    #[arg(long, value_name = "TEXT")]
    pub source: Option<String>,
}

/// `socai district acknowledge`.
#[derive(Debug, Args)]
pub struct AcknowledgeArgs {
    /// The ledger's directory; its district must not be running.
    pub dir: PathBuf,
    /// The record that waits, UNIT/SEQ, as `socai obligations` lists it.
    pub record: String,
    /// Confirm it, as without --refuse.
    #[arg(long, conflicts_with = "refuse")]
    pub accept: bool,
    /// Refuse it: a correction does not count then.
    #[arg(long, requires = "ground")]
    pub refuse: bool,
    /// Why, as a code without white space, such as thieu-can-cu.
    #[arg(long)]
    pub ground: Option<String>,
    /// The office that enters it.
    #[arg(long, default_value = "van-hanh-so-cai")]
    pub entered_by: String,
}
