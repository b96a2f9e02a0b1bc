//! The command line of what runs a ledger: `demo`, `up`, `district`, `unit`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::{
    cli_board::BoardArgs,
    cli_operator::{AcknowledgeArgs, AdoptArgs, StateArgs},
};

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
    /// Record facts of the operator (unit 0): successions, suspensions, estimates, baselines, directives.
    ///
    /// Everything that unit 0 may state, in the JSON form of `socai ward record` (`socai kinds KIND` shows it). The rules and the fold try each first; what is wrong
    /// with any is listed, and nothing is recorded then. An event whose "id" (32 hex digits) is recorded already is told and not recorded again; one without
    /// an id is recorded anew each time. Prints name and leaf of each.
    Record(StateArgs),
    /// Put corrected rules into force from a date: law, indicators, holidays, grouping, template.
    ///
    /// Each file becomes the next version of its name (`rules.adopted`), checked as at founding and by the fold. A broken file names its line, and what is in use
    /// stays in use. Template and indicators have to fit each other: files of one command are taken together. A file that says what the last version says, from the same day, is not adopted again.
    Adopt(AdoptArgs),
    /// Answer a record that waits for the operator, as `socai obligations` lists it.
    ///
    /// A correction or void made after a closing counts from the answer on, or never.
    Acknowledge(AcknowledgeArgs),
    /// How the log stands: size, root, last entry, since when it is unwitnessed, and the NATS nkey of the district. The district may run or not; nothing is verified.
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
    /// Make a unit's three keys; prints the enrolment file for the operator, with its NATS nkey for the broker.
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
