//! Arguments of the dashboard.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use socai_web::{Access, Role};

/// `socai serve`.
#[derive(Debug, Args)]
pub struct ServeArgs {
    /// The ledger: its directory or address.
    pub ledger: PathBuf,
    /// Where to answer. It speaks no TLS: keep it on this machine, or put it behind a proxy that does and say --behind-tls.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8800")]
    pub http: String,
    #[command(flatten)]
    pub access: AccessArgs,
}

/// Who sees what.
#[derive(Clone, Debug, Args)]
pub struct AccessArgs {
    /// The file of tokens (socai token). Without it whoever is on this machine sees everything, and others what is public.
    #[arg(long, value_name = "FILE")]
    pub tokens: Option<PathBuf>,
    /// The public sees no figure of fewer facts than this.
    #[arg(long, value_name = "N", default_value_t = 5)]
    pub min_cell: u64,
    /// A proxy in front speaks TLS and names who asks in X-Forwarded-For: cookies become Secure, browsers are told to stay with TLS.
    #[arg(long)]
    pub behind_tls: bool,
    /// Requests a second that one address may make, over a longer time; 0 for any number.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub rate: u32,
}

impl AccessArgs {
    /// As the dashboard takes it.
    pub fn access(&self) -> Access {
        Access {
            tokens: self.tokens.clone(),
            min_cell: self.min_cell,
            is_behind_tls: self.behind_tls,
            rate_per_s: self.rate,
        }
    }
}

/// The dashboard beside a running district.
#[derive(Clone, Debug, Args)]
pub struct BoardArgs {
    /// Serve the dashboard at this address while the district runs, such as 127.0.0.1:8801. It reads the log's files.
    #[arg(long, value_name = "ADDR")]
    pub board: Option<String>,
    #[command(flatten)]
    pub access: AccessArgs,
}

/// `socai token`.
#[derive(Debug, Args)]
pub struct TokenArgs {
    /// The file of tokens; it is made if it is missing. Taking a row out of it ends the sessions of its token.
    pub file: PathBuf,
    /// What whoever has the token may see.
    #[arg(long, value_enum)]
    pub role: TokenRole,
    /// Who it is for, in words: an office, not a person.
    #[arg(long)]
    pub name: String,
}

/// A role that a token gives.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum TokenRole {
    /// Figures with small cells, facts, documents and cases, reports, the past.
    Official,
    /// The same as an official, and may have reports signed by the district that the dashboard runs beside, and issued.
    Issuer,
    /// What an official sees, and findings.
    Inspector,
    /// Figures with small cells and facts, without documents and cases.
    Analyst,
    /// How the program runs, and no data.
    Admin,
}

impl TokenRole {
    /// As the dashboard knows it.
    pub fn role(self) -> Role {
        match self {
            TokenRole::Official => Role::Official,
            TokenRole::Issuer => Role::Issuer,
            TokenRole::Inspector => Role::Inspector,
            TokenRole::Analyst => Role::Analyst,
            TokenRole::Admin => Role::Admin,
        }
    }
}
