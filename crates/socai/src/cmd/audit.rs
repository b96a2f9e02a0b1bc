//! `socai audit verify`: exit 0 verified, 1 does not verify, 2 usage or I/O.

use std::{fs, io::IsTerminal as _, path::Path, process::ExitCode, thread};

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use socai_audit::{Asked, Language, Report, text, verify};
use socai_follow::{Progress, Signatures};

use crate::{cli::AuditCommand, lang::Lang, out};

/// Verifies a ledger and prints the report.
pub fn run(command: AuditCommand, lang: Lang) -> Result<ExitCode> {
    let AuditCommand::Verify(args) = command;
    let asked = Asked {
        policy: args.policy.as_deref(),
        since: args.since.as_deref(),
        signatures: if args.every_signature { Signatures::Every } else { Signatures::Covering },
        threads: args.threads.unwrap_or_else(cores),
    };
    let audited = audited(&args.ledger, asked, lang);
    if args.json {
        out::line(&serde_json::to_string_pretty(&match &audited {
            Ok(report) => serde_json::to_value(report)?,
            Err(error) => json!({"verified": false, "outcome": "error", "error": format!("{error:#}")}),
        })?)?;
    } else if let Ok(report) = &audited {
        out::line(text(report, language(lang)).trim_end())?;
    }
    let report = audited?;
    if let Some(path) = args.keep.filter(|_| report.verified) {
        keep(&path, &report.checkpoint)?;
    }
    Ok(ExitCode::from(report.exit_code()))
}

/// Verifies the ledger in `dir` under the key found with it, prints the report, and says whether it holds.
pub fn verify_dir(dir: &Path, lang: Lang) -> Result<bool> {
    let report = audited(dir, Asked { threads: cores(), ..Asked::default() }, lang)?;
    out::line(text(&report, language(lang)).trim_end())?;
    Ok(report.verified)
}

fn audited(dir: &Path, asked: Asked<'_>, lang: Lang) -> Result<Report> {
    let bar = bar(lang);
    let report = verify(dir, asked, &mut |Progress { done, of }| {
        bar.set_length(of);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    Ok(report?)
}

/// Puts a checkpoint where the next audit finds it; a crash leaves the one before.
fn keep(path: &Path, checkpoint: &str) -> Result<()> {
    let beside = path.with_extension("new");
    let written = fs::write(&beside, checkpoint).and_then(|()| fs::rename(&beside, path));
    written.with_context(|| format!("{}: the checkpoint cannot be kept", path.display()))
}

fn cores() -> usize {
    thread::available_parallelism().map_or(1, usize::from)
}

fn language(lang: Lang) -> Language {
    match lang {
        Lang::Vi => Language::Vi,
        Lang::En => Language::En,
    }
}

/// A bar on a terminal, nothing elsewhere.
fn bar(lang: Lang) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let words = lang.pick("mục, {per_sec}, còn {eta}", "entries, {per_sec}, {eta} left");
    let style = ProgressStyle::with_template(&format!("  {{bar:32}} {{human_pos}}/{{human_len}} {words}"));
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
