//! The command line of `socai ward vault`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli_annex::Ground;

/// `socai ward vault …`. Persons come from files or standard input, never as arguments: those are seen by everybody at the machine.
#[derive(Debug, Subcommand)]
pub enum VaultCommand {
    /// Put a person into the vault, or find him there, and print his token.
    Add {
        /// The unit's directory.
        dir: PathBuf,
        /// A file, or - for standard input: {"number": "…", "name": "…", "address": "…", "programme": "…"}. A number alone is enough, or name and
        /// address together; within a programme tokens are of that programme.
        person: String,
        /// Take another name for a number that is known.
        #[arg(long)]
        replace: bool,
    },
    /// Print who is behind a token, or the token of a person; exit code 1 when there is none.
    Find {
        /// The unit's directory.
        dir: PathBuf,
        /// The token.
        #[arg(required_unless_present = "person")]
        token: Option<String>,
        /// A file with a person, or - for standard input, instead of a token.
        #[arg(long, value_name = "FILE", conflicts_with = "token")]
        person: Option<String>,
    },
    /// Destroy the entry of a token and record that it was destroyed (identity.erased). Facts with the token stay and count as before. It cannot be
    /// undone; destroy it in backups of the vault too.
    Erase {
        /// The unit's directory.
        dir: PathBuf,
        /// The token.
        token: String,
        /// On whose word.
        #[command(flatten)]
        ordered: Ordered,
    },
    /// Say how many entries there are, whether they open, and what to back up.
    Status {
        /// The unit's directory.
        dir: PathBuf,
        /// As JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Why an entry is destroyed.
#[derive(Debug, Args)]
pub struct Ordered {
    /// Why.
    #[arg(long, value_enum)]
    pub ground: Ground,
    /// Number of the document that orders it: 14/QĐ-UBND.
    #[arg(long)]
    pub procedure: String,
    /// The day it takes effect (YYYY-MM-DD); today if left out.
    #[arg(long)]
    pub on: Option<String>,
}
