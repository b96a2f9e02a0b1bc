//! `socai audit watch`: exit 0 when asked to stop, 1 alarm, 2 usage or I/O.

use std::{process::ExitCode, time::Instant};

use anyhow::Result;
use serde_json::json;
use socai_audit::{AuditError, FaultLine, Look, Report, Watch};
use socai_district::now_ms;
use socai_domain::time::vietnam_rfc3339;

use crate::{cli::WatchArgs, lang::Lang, out, scratch::Place, stop::Stop, webhook};

/// Faults that an alarm tells one by one.
const MAX_TOLD: usize = 10;
/// Looks in a row that cannot read the ledger before that is an alarm too.
const UNREAD_LOOKS: u32 = 3;

/// Looks until there is an alarm or it is asked to stop.
pub fn run(args: &WatchArgs, lang: Lang) -> Result<ExitCode> {
    let stop = Stop::listen()?;
    let state = Place::new(args.state.as_deref())?;
    let mut watch = Watch::new(&args.ledger, args.policy.as_deref(), state.path())?;
    let (mut unread, mut size) = (0, None);
    loop {
        let begun = Instant::now();
        let why = match watch.look() {
            Ok(Look::Continues) => None,
            Ok(Look::Verified(report)) => {
                if size != Some(report.size) {
                    say_verified(&report, lang)?;
                }
                (unread, size) = (0, Some(report.size));
                None
            }
            Ok(Look::Repairable(report)) => {
                said(&report, lang).iter().for_each(|text| tracing::warn!("{text}"));
                None
            }
            Ok(Look::Alarm(report)) => {
                raise(args, &watch, &said(&report, lang), Some(&report), lang)?;
                return Ok(ExitCode::from(1));
            }
            Ok(Look::Unreadable(report)) => Some(said(&report, lang).join("; ")),
            Err(error @ (AuditError::NoLedger(_) | AuditError::Log(_))) => Some(error.to_string()),
            Err(error) => return Err(error.into()),
        };
        if let Some(why) = why {
            tracing::warn!("{why}");
            unread += 1;
            if args.once || unread >= UNREAD_LOOKS {
                raise(args, &watch, &[why], None, lang)?;
                return Ok(ExitCode::from(2));
            }
        }
        if args.once || stop.wait(args.every.saturating_sub(begun.elapsed())) {
            return Ok(ExitCode::SUCCESS);
        }
    }
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

/// Tells an alarm on both outputs and to the webhook; without a report nothing could be read.
fn raise(
    args: &WatchArgs,
    watch: &Watch,
    said: &[String],
    report: Option<&Report>,
    lang: Lang,
) -> Result<()> {
    let alarm = report.map_or("unreadable", |_| "inconsistent");
    for text in said {
        tracing::error!(alarm, "{text}");
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
        "kept": watch.kept(),
        "faults": report.map(|report| report.faults.iter().take(MAX_TOLD).collect::<Vec<_>>()),
        "faults_found": report.map(|report| report.faults_found),
    });
    if let Err(why) = webhook::post(url, &told) {
        tracing::error!("{url}: {why}");
        out::line(&format!("{url}: {why}"))?;
    }
    Ok(())
}
