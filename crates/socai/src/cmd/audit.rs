//! `socai audit verify|prove|check|watch|findings|drill`: exit 0 verified, 1 does not verify, 2 usage or I/O.

use std::{path::Path, process::ExitCode, thread};

use anyhow::{Context as _, Result, ensure};
use indicatif::ProgressBar;
use serde_json::json;
use socai_audit::{Asked, Language, Report, html, text, verify_on, verify_public};
use socai_follow::{Progress, Signatures, Standing};

use crate::{
    cli::{AuditCommand, VerifyArgs, VerifyFormat},
    cmd::{drill, proof},
    kept,
    lang::Lang,
    ledger,
    mistake::Mistake,
    out, progress, remote,
};

/// Verifies a ledger, makes or checks a proof, or holds a drill.
pub fn run(command: AuditCommand, lang: Lang) -> Result<ExitCode> {
    match command {
        AuditCommand::Verify(args) => verify_ledger(args, lang),
        AuditCommand::Prove { ledger, record, consistency, header_only } => match (record, consistency) {
            (Some(record), _) => proof::record(&ledger, &record, !header_only, lang),
            (None, older) => proof::consistency(&ledger, &older.unwrap_or_default(), lang),
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
    let audited = verified(&args, lang);
    let format = if args.json { VerifyFormat::Json } else { args.format };
    match (&audited, format) {
        (Ok((report, _)), VerifyFormat::Json) => out::line(&serde_json::to_string_pretty(report)?)?,
        (Err(error), VerifyFormat::Json) => {
            let outcome = if remote::is_verdict(error) { "does_not_verify" } else { "error" };
            let error = json!({"verified": false, "outcome": outcome, "error": format!("{error:#}")});
            out::line(&serde_json::to_string_pretty(&error)?)?;
        }
        (Ok((report, _)), VerifyFormat::Text) => out::line(text(report, language(lang)).trim_end())?,
        (Ok((report, _)), VerifyFormat::Html) => out::line(html(report, language(lang)).trim_end())?,
        (Err(_), VerifyFormat::Text | VerifyFormat::Html) => {}
    }
    let (report, standing) = audited?;
    if let (Some(path), Some(standing)) = (args.keep, standing) {
        kept::keep(&path, &report.checkpoint, &standing)?;
    }
    Ok(ExitCode::from(report.exit_code()))
}

fn verified(args: &VerifyArgs, lang: Lang) -> Result<(Report, Option<Standing>)> {
    if let Some(address) = ledger::public_only(&args.ledger) {
        return Ok((public(address, args, lang)?, None));
    }
    let dir = ledger::dir(&args.ledger, args.policy.as_deref())?;
    let standing = match (&args.since, args.only_new) {
        (Some(since), true) => Some(kept::standing(since, &dir, args.policy.as_deref())?),
        _ => None,
    };
    let asked = Asked {
        policy: args.policy.as_deref(),
        since: args.since.as_deref(),
        signatures: if args.every_signature { Signatures::Every } else { Signatures::Covering },
        threads: args.threads.unwrap_or_else(cores),
        standing: standing.as_ref(),
    };
    audited(&dir, asked, lang)
}

/// Verifies what an address shows everybody.
fn public(address: &str, args: &VerifyArgs, lang: Lang) -> Result<Report> {
    let policy = ledger::pinned(args.policy.as_deref()).with_context(|| {
        let vi = "không có mã truy cập thì không lấy được khóa của đơn vị vận hành từ đó: hãy đem theo bằng --policy TỆP, hoặc nêu mã mà quận đã cấp \
                  bằng --token-file TỆP";
        let en = "without a token the operator's key is not to be had from there: bring it with --policy FILE, or name the token that the \
                  district gave out with --token-file FILE";
        Mistake::new(vi, en).of(address)
    })?;
    for (is_asked, name) in [
        (args.only_new, "--only-new"),
        (args.keep.is_some(), "--keep"),
        (args.every_signature, "--every-signature"),
    ] {
        ensure!(
            !is_asked,
            Mistake::new(
                format!("{name} cần các tệp của sổ: nêu mã truy cập bằng --token-file TỆP"),
                format!("{name} needs the files of the log: name the token with --token-file FILE")
            )
            .of(address)
        );
    }
    let bar = bar(lang);
    let tiles = remote::PublicTiles::at(address);
    let report = verify_public(&tiles, &policy, args.since.as_deref(), &mut |Progress { done, of }| {
        bar.set_length(of);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    Ok(report?)
}

/// Verifies the ledger in `dir` under the key found with it, prints the report, and says whether it holds.
pub fn verify_dir(dir: &Path, lang: Lang) -> Result<bool> {
    let (report, _) = audited(dir, Asked { threads: cores(), ..Asked::default() }, lang)?;
    out::line(text(&report, language(lang)).trim_end())?;
    Ok(report.verified)
}

fn audited(dir: &Path, asked: Asked<'_>, lang: Lang) -> Result<(Report, Option<Standing>)> {
    let bar = bar(lang);
    let verified = verify_on(dir, asked, &mut |Progress { done, of }| {
        bar.set_length(of);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    Ok(verified?)
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
    progress::bar(0, ("mục", "entries"), lang)
}
