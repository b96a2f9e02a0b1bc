//! `socai audit watch`: exit 0 when asked to stop, 1 alarm, 2 usage or I/O.

use std::{process::ExitCode, time::Instant};

use anyhow::Result;
use serde_json::json;
use socai_audit::{AuditError, FaultLine, Look, Report, Watch};
use socai_district::now_ms;
use socai_domain::time::vietnam_rfc3339;

use crate::{
    cli::WatchArgs,
    lang::Lang,
    ledger, out,
    remote::{Remote, is_passing, is_verdict},
    scratch::Place,
    stop::Stop,
    webhook,
};

/// Faults that an alarm tells one by one.
const MAX_TOLD: usize = 10;
/// Looks in a row that cannot read the ledger before that is an alarm too.
const UNREAD_LOOKS: u32 = 3;

/// What a look came to, of a directory or of an address and its copy.
enum Seen {
    Good(Box<Report>),
    Nothing,
    /// A crash left it, and the next start repairs it.
    Repairable(Box<Report>),
    /// Nothing is known to be wrong.
    Unread(String),
    /// An address that contradicts its key or the copy has no report.
    Wrong(Vec<String>, Option<Box<Report>>),
    Stopped,
}

/// Looks until there is an alarm or it is asked to stop.
pub fn run(args: &WatchArgs, lang: Lang) -> Result<ExitCode> {
    let stop = Stop::listen()?;
    let state = Place::new(args.state.as_deref())?;
    let remote = ledger::remote(&args.ledger, args.policy.as_deref())?;
    let mut watch = None;
    let (mut unread, mut size) = (0, None);
    loop {
        let begun = Instant::now();
        let why = match look(args, remote.as_ref(), &state, &mut watch, &stop, lang)? {
            Seen::Good(report) => {
                if size != Some(report.size) {
                    say_verified(&report, lang)?;
                }
                (unread, size) = (0, Some(report.size));
                None
            }
            Seen::Nothing => {
                unread = 0;
                None
            }
            Seen::Repairable(report) => {
                said(&report, lang).iter().for_each(|text| tracing::warn!("{text}"));
                None
            }
            Seen::Wrong(said, report) => {
                raise(args, watch.as_ref(), "inconsistent", &said, report.as_deref(), lang)?;
                return Ok(ExitCode::from(1));
            }
            Seen::Unread(why) => Some(why),
            Seen::Stopped => return Ok(ExitCode::SUCCESS),
        };
        if let Some(why) = why {
            tracing::warn!("{why}");
            unread += 1;
            if args.once || unread >= UNREAD_LOOKS {
                raise(args, watch.as_ref(), "unreadable", &[why], None, lang)?;
                return Ok(ExitCode::from(2));
            }
        }
        if args.once || stop.wait(args.every.saturating_sub(begun.elapsed())) {
            return Ok(ExitCode::SUCCESS);
        }
    }
}

/// Brings the copy of an address up to date, then looks at it as at any directory.
fn look(
    args: &WatchArgs,
    remote: Option<&Remote>,
    state: &Place,
    watch: &mut Option<Watch>,
    stop: &Stop,
    lang: Lang,
) -> Result<Seen> {
    let wait = |time| stop.wait(time);
    match remote.map_or(Ok(()), |remote| remote.bring(&wait)) {
        Ok(()) => {}
        Err(_) if stop.is_asked() => return Ok(Seen::Stopped),
        Err(error) if is_verdict(&error) => return Ok(Seen::Wrong(vec![format!("{error:#}")], None)),
        Err(error) if is_passing(&error) => return Ok(Seen::Unread(format!("{error:#}"))),
        Err(error) => return Err(error),
    }
    let watch = match watch {
        Some(watch) => watch,
        None => {
            let dir = remote.map_or(&*args.ledger, Remote::dir);
            let new = Watch::new(dir, args.policy.as_deref(), state.path())?;
            watch.insert(new.whole_every(args.whole_every))
        }
    };
    Ok(match watch.look(&wait) {
        Ok(Look::Continues) => Seen::Nothing,
        Ok(Look::Stopped) => Seen::Stopped,
        Ok(Look::Verified(report)) => Seen::Good(report),
        Ok(Look::Repairable(report)) => Seen::Repairable(report),
        Ok(Look::Alarm(report)) => Seen::Wrong(said(&report, lang), Some(report)),
        Ok(Look::Unreadable(report)) => Seen::Unread(said(&report, lang).join("; ")),
        Err(error @ (AuditError::NoLedger(_) | AuditError::Log(_))) => Seen::Unread(error.to_string()),
        Err(error) => return Err(error.into()),
    })
}

fn say_verified(report: &Report, lang: Lang) -> Result<()> {
    let (size, root) = (report.size, report.root.as_deref().unwrap_or_default());
    Ok(out::line(&match lang {
        Lang::Vi => format!("đạt ở {size} mục, gốc {root}, {:.2} giây", report.seconds),
        Lang::En => format!("verified at {size} entries, root {root}, {:.2} s", report.seconds),
    })?)
}

/// What is wrong, one line a fault.
fn said(report: &Report, lang: Lang) -> Vec<String> {
    let text = |fault: &FaultLine| lang.pick(&fault.what_vi, &fault.what).to_owned();
    report.faults.iter().take(MAX_TOLD).map(text).collect()
}

/// Tells an alarm on both outputs and to the webhook.
fn raise(
    args: &WatchArgs,
    watch: Option<&Watch>,
    alarm: &str,
    said: &[String],
    report: Option<&Report>,
    lang: Lang,
) -> Result<()> {
    for text in said {
        if !out::is_read_together() {
            tracing::error!(alarm, "{text}");
        }
        out::line(&format!("{}: {text}", lang.pick("BÁO ĐỘNG", "ALARM")))?;
    }
    let Some(url) = &args.webhook else { return Ok(()) };
    let told = json!({
        "alarm": alarm,
        "at": vietnam_rfc3339(now_ms()),
        "said": said,
        "directory": args.ledger.display().to_string(),
        "ledger": report.map(|report| &report.ledger),
        "size": report.map(|report| report.size),
        "root": report.and_then(|report| report.root.as_deref()),
        "checkpoint": report.map(|report| &report.checkpoint),
        "kept": watch.and_then(Watch::kept),
        "faults": report.map(|report| report.faults.iter().take(MAX_TOLD).collect::<Vec<_>>()),
        "faults_found": report.map(|report| report.faults_found),
    });
    if let Err(why) = webhook::post(url, &told) {
        if !out::is_read_together() {
            tracing::error!("{url}: {why}");
        }
        out::line(&format!("{url}: {why}"))?;
    }
    Ok(())
}
