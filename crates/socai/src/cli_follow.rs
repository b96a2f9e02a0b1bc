//! The command line of what follows a ledger: watch and mirror.

use std::{path::PathBuf, time::Duration};

use clap::Args;

/// `socai audit watch`.
#[derive(Debug, Args)]
pub struct WatchArgs {
    /// The ledger: its directory or address.
    pub ledger: PathBuf,
    /// The tlog-policy that pins the operator's key and the witnesses; without it the one found with the ledger, kept in the state at the first time.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// Keep the last good checkpoint in this directory, where the district cannot write. Without it what happens between two
    /// runs goes unseen.
    #[arg(long, value_name = "DIR")]
    pub state: Option<PathBuf>,
    /// How often to look: 500ms, 10s, 5m. What is new is verified; everything at the start and once in a while.
    #[arg(long, value_name = "TIME", default_value = "10s", value_parser = pause)]
    pub every: Duration,
    /// How often to verify every byte again: at the first look after this time, but never more than a tenth of the time.
    #[arg(long, value_name = "TIME", default_value = "1h", value_parser = pause)]
    pub whole_every: Duration,
    /// Look once.
    #[arg(long)]
    pub once: bool,
    /// Post an alarm to this address as JSON: http:// or https://.
    #[arg(long, value_name = "URL", value_parser = url)]
    pub webhook: Option<String>,
}

/// `socai mirror`.
#[derive(Debug, Args)]
pub struct MirrorArgs {
    /// The ledger: its directory, or the address of a district run with --http and --serve-log.
    #[arg(value_name = "URL|DIR")]
    pub source: String,
    /// The copy's directory.
    pub dest: PathBuf,
    /// The tlog-policy that pins the operator's key; needed for an address. Otherwise the one found with the ledger, or kept with the copy.
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,
    /// The token that the district asks for, in a file.
    #[arg(long, value_name = "FILE")]
    pub token: Option<PathBuf>,
    /// Go on as the ledger grows, until SIGTERM or Ctrl-C.
    #[arg(long)]
    pub follow: bool,
    /// With --follow, how often to ask: 500ms, 1s, 5m. After new records it rests as long as they took.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = pause)]
    pub every: Duration,
    /// With --follow, how often to verify every byte of the copy again; between, what is new is verified.
    #[arg(long, value_name = "TIME", default_value = "12h", value_parser = pause)]
    pub whole_every: Duration,
    /// With --follow, serve the copy as C2SP tiles (headers, never facts) at this address.
    #[arg(long, value_name = "ADDR", requires = "follow")]
    pub http: Option<String>,
    /// Serve the copy's files themselves too, facts and annexes, to readers that present the token in this file (its owner's alone, 16
    /// characters or more).
    #[arg(long, value_name = "TOKENFILE", requires = "http")]
    pub serve_log: Option<PathBuf>,
}

/// A pause as people write it, from a tenth of a second to a day.
pub fn pause(text: &str) -> Result<Duration, String> {
    let wrong = || format!("{text:?} is not a time from 100ms to 24h, such as 10s or 5m");
    let time: jiff::SignedDuration = text.parse().map_err(|_| wrong())?;
    let time = Duration::try_from(time).map_err(|_| wrong())?;
    let fits = (Duration::from_millis(100)..=Duration::from_secs(24 * 3600)).contains(&time);
    fits.then_some(time).ok_or_else(wrong)
}

/// An address that HTTP reaches.
fn url(text: &str) -> Result<String, String> {
    match text.starts_with("http://") || text.starts_with("https://") {
        true => Ok(text.to_owned()),
        false => Err("an address begins with http:// or https://".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_written_as_people_do_and_bounded() {
        assert_eq!(pause("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(pause("10s"), Ok(Duration::from_secs(10)));
        assert_eq!(pause("5m"), Ok(Duration::from_secs(300)));
        for wrong in ["", "10", "0s", "-1s", "25h", "soon"] {
            assert!(pause(wrong).is_err(), "{wrong}");
        }
    }
}
