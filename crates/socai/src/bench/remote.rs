//! `socai bench remote`: a ledger at an address of this machine, from nothing to the folded state, and once more.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result};
use socai_fold::Fold;
use socai_log::Reader;
use socai_tlog::TreeSize;
use socai_web::serve_log;
use tokio_util::sync::CancellationToken;

use super::{append, fold::counted, ground::Ground, result::Measured};
use crate::{
    cli_remote::RemoteArgs,
    remote::{self, Remote},
    signals,
};

const TOKEN: &str = "a token of a benchmark, for nobody else";

/// Measures reading an address: the first use with transfer and verification, the second with nothing new, and one with a hundredth more;
/// each with and without the fold over everything.
pub fn run(place: &Path, events: u64) -> Result<Vec<Measured>> {
    let mut ground = Ground::found(place, "nats://127.0.0.1:4222")?;
    append::fill(&mut ground, events, 256)?;
    let runtime = signals::runtime()?;
    let (log, cosigned) = (ground.dir.log(), ground.dir.cosigned());
    let served = serve_log(&log, &cosigned, "127.0.0.1:0", Some(TOKEN), CancellationToken::new());
    let served = runtime.block_on(served)?;
    let token = place.join("token");
    fs::write(&token, TOKEN).with_context(|| token.display().to_string())?;
    let args = RemoteArgs { token_file: Some(token), cache: Some(place.join("cache")), pin: None };
    let url = format!("http://{}", served.address());
    let mut measured = once("first-use", &url, &args)?;
    measured.extend(once("second-use", &url, &args)?);
    append::fill(&mut ground, events.div_ceil(100), 256)?;
    measured.extend(once("a-hundredth-new", &url, &args)?);
    runtime.block_on(served.stop());
    Ok(measured)
}

fn once(name: &str, url: &str, args: &RemoteArgs) -> Result<Vec<Measured>> {
    let started = Instant::now();
    let remote = Remote::new(Path::new(url), None, args)?;
    remote.bring(&remote::wait)?;
    let brought = started.elapsed();
    let reader = Reader::open(&remote.dir().join("log"))?;
    let size = reader.committed()?.size;
    let (mut fold, mut rejected) = (Fold::new(), 0);
    socai_follow::replay(&reader, &mut fold, size, |_, verdict| {
        rejected += u64::from(matches!(verdict, socai_fold::Verdict::Rejected(_)));
    })?;
    let took = started.elapsed();
    counted(rejected)?;
    let mut bytes = 0;
    for volume in fs::read_dir(remote.dir().join("log/volumes"))? {
        bytes += volume?.metadata()?.len();
    }
    let rate = |part: &str, TreeSize(size): TreeSize, took: Duration| {
        Measured::rate(&format!("remote:{name}{part}"), size, bytes, 2, took)
    };
    Ok(vec![rate(":copy", size, brought), rate("", size, took)])
}
