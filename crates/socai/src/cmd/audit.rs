//! `socai audit …`. `verify`: exit 0 verified, 1 does not verify, 2 usage or I/O.

use std::{io::IsTerminal as _, path::Path, process::ExitCode, thread};

use anyhow::Result;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use socai_audit::{Language, Report, text, verify};
use socai_follow::Progress;

use crate::{cli::AuditCommand, lang::Lang, out};

/// Runs one of the audits.
pub fn run(command: AuditCommand, lang: Lang) -> Result<ExitCode> {
    match command {
        AuditCommand::Verify { ledger, policy, json, threads } => {
            verify_ledger(&ledger, policy.as_deref(), json, threads, lang)
        }
        AuditCommand::Findings(args) => super::findings::run(&args, lang),
    }
}

/// Verifies a ledger and prints the report.
fn verify_ledger(
    ledger: &Path,
    policy: Option<&Path>,
    json: bool,
    threads: Option<usize>,
    lang: Lang,
) -> Result<ExitCode> {
    let audited = audited(ledger, policy, threads, lang);
    if json {
        out::line(&serde_json::to_string_pretty(&match &audited {
            Ok(report) => serde_json::to_value(report)?,
            Err(error) => json!({"verified": false, "outcome": "error", "error": format!("{error:#}")}),
        })?)?;
    } else if let Ok(report) = &audited {
        out::line(text(report, language(lang)).trim_end())?;
    }
    Ok(ExitCode::from(audited?.exit_code()))
}

/// Verifies the ledger in `dir` under the key found with it, prints the report, and says whether it holds.
pub fn verify_dir(dir: &Path, lang: Lang) -> Result<bool> {
    let report = audited(dir, None, None, lang)?;
    out::line(text(&report, language(lang)).trim_end())?;
    Ok(report.verified)
}

fn audited(dir: &Path, policy: Option<&Path>, threads: Option<usize>, lang: Lang) -> Result<Report> {
    let threads = threads.unwrap_or_else(|| thread::available_parallelism().map_or(1, usize::from));
    let bar = bar(lang);
    let report = verify(dir, policy, threads, &mut |Progress { done, of }| {
        bar.set_length(of);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    Ok(report?)
}

/// The language of an audit's text.
pub fn language(lang: Lang) -> Language {
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
