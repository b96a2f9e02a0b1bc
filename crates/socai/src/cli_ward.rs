//! The command line of `socai ward`.

use std::path::PathBuf;

use clap::Subcommand;

use crate::cli_vault::VaultCommand;

/// `socai ward …`.
#[derive(Debug, Subcommand)]
pub enum WardCommand {
    /// Run the node until SIGTERM or Ctrl-C; what is sealed is sent and kept until receipted.
    Run {
        /// The unit's directory.
        dir: PathBuf,
    },
    /// Seal one event. A person in it, "identity": {"number","name","address","programme"}, becomes a token of the unit's vault first.
    Record {
        /// The unit's directory.
        dir: PathBuf,
        /// The kind, such as penalty.decided.
        kind: String,
        /// The event's JSON form, or @FILE, or - for standard input.
        #[arg(long)]
        json: String,
    },
    /// Seal every row of a .jsonl or .csv file, or none of them. Columns identity.number, identity.name, identity.address (Số định danh, Họ và tên,
    /// Địa chỉ) become tokens of the unit's vault first.
    Import {
        /// The unit's directory.
        dir: PathBuf,
        /// The file.
        file: PathBuf,
        /// The kind of a .csv file that has no `kind` column.
        #[arg(long)]
        kind: Option<String>,
    },
    /// Who is behind the tokens of this unit: on its own disk, encrypted, and nowhere else.
    #[command(subcommand)]
    Vault(VaultCommand),
    /// Print the unit's line for a tlog-policy: its name and key as a witness.
    Witness {
        /// The unit's directory.
        dir: PathBuf,
        /// Where its node can be reached, such as http://127.0.0.1:8017; the district asks there for cosignatures.
        #[arg(long)]
        url: Option<String>,
    },
    /// Say what somebody must look at: why nothing is published, and what the unit as a witness has evidence of. Exit 1 while there is something.
    Alarm {
        /// The unit's directory.
        dir: PathBuf,
        /// Somebody has looked: the files are put aside (alarm-….json, witness/seen-…), publishing and cosigning go on.
        #[arg(long)]
        seen: bool,
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
