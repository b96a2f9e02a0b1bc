//! The command line of a LEDGER that is an address.

use std::path::PathBuf;

use clap::Args;

/// What reading a ledger over HTTP takes; every command that reads one has them.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "A LEDGER that is an address (http:// or https://)")]
pub struct RemoteArgs {
    /// The token that its district gave out (district run --serve-log), in a file.
    #[arg(long, global = true, value_name = "FILE", env = "SOCAI_TOKEN_FILE", hide_env_values = true)]
    pub token_file: Option<PathBuf>,
    /// Keep the verified copy below this directory, where it holds facts and annexes; otherwise in the user's cache directory.
    #[arg(long, global = true, value_name = "DIR", env = "SOCAI_CACHE", hide_env_values = true)]
    pub cache: Option<PathBuf>,
    /// The tlog-policy that pins the operator's key. Without it the one that lies with the ledger, kept at the first time and believed from then on.
    #[arg(long, global = true, value_name = "FILE", env = "SOCAI_PIN", hide_env_values = true)]
    pub pin: Option<PathBuf>,
}
