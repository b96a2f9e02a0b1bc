//! `socai mirror`: exit 0 copied or asked to stop, 1 refused or damaged, 2 usage or I/O.

use std::{
    fs,
    path::{Path, PathBuf},
    process::ExitCode,
    time::Instant,
};

use anyhow::{Context as _, Result};
use socai_audit::Place;
use socai_district::LedgerDir;
use socai_log::Reader;
use socai_mirror::{Mirror, MirrorError, Round, Source};

use crate::{
    cli::MirrorArgs,
    http,
    lang::Lang,
    mistake::{self, Mistake, mistake},
    out,
    remote::is_url,
    signals,
    stop::Stop,
};

/// Copies once, or follows until it is asked to stop.
pub fn run(args: &MirrorArgs, lang: Lang) -> Result<ExitCode> {
    let stop = Stop::listen()?;
    match follow(args, &stop, lang) {
        Err(error) if error.downcast_ref::<MirrorError>().is_some_and(MirrorError::is_verdict) => {
            if !out::is_read_together() {
                tracing::error!("{error}");
            }
            out::line(&format!("{}: {}", args.source, mistake::words(&error, lang)))?;
            Ok(ExitCode::from(1))
        }
        Err(error) => Err(error),
        Ok(()) => Ok(ExitCode::SUCCESS),
    }
}

fn follow(args: &MirrorArgs, stop: &Stop, lang: Lang) -> Result<()> {
    let (source, policy) = source(args)?;
    let mut mirror = Mirror::open(source, &args.dest, policy.as_deref())?;
    let runtime = signals::runtime()?;
    let (mut served, mut last) = (None, None);
    let mut whole_at = Instant::now() + args.whole_every;
    loop {
        let begun = Instant::now();
        if begun >= whole_at {
            mirror.verify_whole();
            whole_at = begun + args.whole_every;
        }
        match mirror.round_unless(&|time| stop.wait(time)) {
            Ok(round) => {
                if last != Some(round.size) || round.bytes > 0 || !args.follow {
                    say(&round, begun, lang)?;
                }
                last = Some(round.size);
            }
            Err(MirrorError::Stopped) if args.follow => {}
            Err(error) if error.is_passing() && args.follow => tracing::warn!("{error}"),
            Err(error) => return Err(error.into()),
        }
        if served.is_none() && mirror.can_be_read() {
            let ledger = LedgerDir::new(&args.dest);
            served = runtime.block_on(http::serve(
                &ledger,
                args.http.as_deref(),
                args.serve_log.as_deref(),
                lang,
            ))?;
        }
        // as long as the round took at least: following costs half the time at most
        if !args.follow || stop.wait(args.every.max(begun.elapsed())) {
            runtime.block_on(http::stop(served));
            return Ok(());
        }
    }
}

/// Where to copy from, and the policy if one was named or lies with it.
fn source(args: &MirrorArgs) -> Result<(Source, Option<PathBuf>)> {
    let own = args.dest.join("policy");
    if is_url(Path::new(&args.source)) {
        if args.policy.is_none() && !own.exists() {
            return Err(mistake(
                "--policy TỆP nêu khóa của đơn vị vận hành; không có nó thì không tin địa chỉ nào",
                "--policy FILE names the operator's key; an address is not believed without it",
            ));
        }
        let no_token = || {
            Mistake::new(
                "--token TỆP chứa mã mà quận hỏi các bản sao",
                "--token FILE holds what the district asks mirrors for",
            )
        };
        let token = args.token.as_ref().with_context(no_token)?;
        let token = fs::read_to_string(token).with_context(|| token.display().to_string())?;
        return Ok((Source::url(&args.source, token.trim()), args.policy.clone()));
    }
    let place = Place::find(Path::new(&args.source))?;
    let policy = args.policy.clone().or_else(|| (!own.exists()).then(|| place.policy()));
    Ok((Source::Dir(Reader::open(place.log())?), policy))
}

fn say(round: &Round, begun: Instant, lang: Lang) -> Result<()> {
    let Round { size, root, bytes, erased } = round;
    let seconds = begun.elapsed().as_secs_f64();
    Ok(out::line(&match lang {
        Lang::Vi => {
            format!(
                "bản sao có {size} mục, gốc {root}; {bytes} byte mới, {erased} phụ lục tiêu hủy, {seconds:.2} giây"
            )
        }
        Lang::En => {
            format!(
                "the copy has {size} entries, root {root}; {bytes} new bytes, {erased} annexes erased, {seconds:.2} s"
            )
        }
    })?)
}
