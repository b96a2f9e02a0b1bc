//! `socai audit verify|prove|check|watch|findings|drill`: exit 0 verified, 1 does not verify, 2 usage or I/O.

use std::{fs, io::IsTerminal as _, path::Path, process::ExitCode, thread};

use anyhow::{Context as _, Result};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use socai_audit::{Asked, Language, Report, text, verify};
use socai_follow::{Progress, Signatures};

use crate::{
    cli::{AuditCommand, VerifyArgs},
    cmd::{drill, proof},
    lang::Lang,
    out,
};

/// Verifies a ledger, makes or checks a proof, or holds a drill.
pub fn run(command: AuditCommand, lang: Lang) -> Result<ExitCode> {
    match command {
        AuditCommand::Verify(args) => verify_ledger(args, lang),
        AuditCommand::Prove { ledger, record, consistency, header_only } => match (record, consistency) {
            (Some(record), _) => proof::record(&ledger, &record, !header_only),
            (None, older) => proof::consistency(&ledger, &older.unwrap_or_default()),
        },
        AuditCommand::Check { file, ledger, policy, old, json } => {
            let ledger = ledger.as_deref();
            proof::check(&file, ledger, policy.as_deref(), old.as_deref(), json, lang)
        }
        AuditCommand::Watch(args) => super::watch::run(&args, lang),
        AuditCommand::Findings(args) => super::findings::run(&args, lang),
        AuditCommand::Drill { data, json } => drill::run(data.as_deref(), json, lang),
    }
}

fn verify_ledger(args: VerifyArgs, lang: Lang) -> Result<ExitCode> {
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

pub(super) fn language(lang: Lang) -> Language {
    match lang {
        Lang::Vi => Language::Vi,
        Lang::En => Language::En,
    }
}

/// A bar on a terminal, nothing elsewhere.
pub(super) fn bar(lang: Lang) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let words = lang.pick("mục, {per_sec}, còn {eta}", "entries, {per_sec}, {eta} left");
    let style = ProgressStyle::with_template(&format!("  {{bar:32}} {{human_pos}}/{{human_len}} {words}"));
    ProgressBar::new(0).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}
