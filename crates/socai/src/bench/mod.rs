//! `socai bench`: the rates and latencies of the parts, measured the same way everywhere.

mod append;
mod cut;
mod export;
mod facts;
mod fold;
mod ground;
mod http;
mod ingest;
mod latency;
mod prove;
mod query;
mod remote;
mod result;
mod tail;
mod verify;
mod witness;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::{
    cli::{BenchArgs, BenchKind},
    out,
};

/// Measures one part and prints a line or a JSON object for each result.
pub fn run(args: &BenchArgs) -> Result<ExitCode> {
    if args.simulated && args.what != BenchKind::Replay {
        bail!("--simulated is for replay");
    }
    if args.as_of && args.what != BenchKind::Query {
        bail!("--as-of is for query");
    }
    let of_ledger = args.as_of || matches!(args.what, BenchKind::Export | BenchKind::Replay);
    if args.ledger.is_some() && !of_ledger {
        bail!("--ledger is for export, replay and query --as-of");
    }
    let ledger = args.ledger.as_deref();
    let place = crate::scratch::Place::new(args.data.as_deref())?;
    let events = |default| args.events.unwrap_or(default);
    let measured = match args.what {
        BenchKind::Append => append::run(place.path(), events(1_000_000))?,
        BenchKind::Verify => verify::run(place.path(), events(1_000_000), args.threads)?,
        BenchKind::Replay if ledger.is_some() => fold::replay_ledger(place.path(), ledger, args.threads)?,
        BenchKind::Replay if args.simulated => {
            fold::replay_simulated(place.path(), args.events, args.threads)?
        }
        BenchKind::Replay => fold::replay(place.path(), events(2_000_000), args.threads)?,
        BenchKind::Models => fold::models(place.path(), events(300_000))?,
        BenchKind::Query if args.as_of => cut::run(place.path(), ledger, events(1_000_000))?,
        BenchKind::Export => export::run(place.path(), ledger, events(365_000))?,
        BenchKind::Tail => tail::run(place.path(), events(200))?,
        BenchKind::Query => query::run(place.path(), events(1_000_000))?,
        BenchKind::Http => http::run(place.path(), events(1_000_000), args.threads)?,
        BenchKind::Ingest => ingest::run(place.path(), events(500_000))?,
        BenchKind::Remote => remote::run(place.path(), events(1_000_000))?,
        BenchKind::Latency => latency::run(place.path(), events(500))?,
        BenchKind::Prove => prove::run(place.path(), events(1_000_000))?,
        BenchKind::Witness => witness::run(place.path(), events(200))?,
    };
    for measured in measured {
        let text = if args.json { serde_json::to_string(&measured)? } else { measured.line() };
        out::line(&text)?;
    }
    Ok(ExitCode::SUCCESS)
}
