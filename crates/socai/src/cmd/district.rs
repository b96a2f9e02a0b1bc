//! `socai district found|run|status`; what the operator states is in `operator`.

use std::{
    path::Path,
    process::ExitCode,
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, bail};
use socai_district::{
    District, DistrictError, LedgerConfig, LedgerDir, RuleSet, UnitSpec, establish, now_ms, refusals_of,
};
use socai_domain::CivilDate;
use socai_fold::Rulebook;

use crate::{
    cli::{BoardArgs, DistrictCommand},
    cmd::{
        operator::{Wrong, add_new, placed},
        serve,
        standing::district_nkey,
    },
    demo::reference,
    http,
    lang::Lang,
    later::Later,
    out,
    rule_check::faults,
    rule_file::RuleFile,
    signals::{self, Signals},
    signer::Signer,
};

/// Founds a ledger, or runs the projector until it is told to stop.
pub fn run(command: DistrictCommand, lang: Lang) -> Result<ExitCode> {
    match command {
        DistrictCommand::Found { dir, origin, ledger, nats, unit, rules } => {
            let config = LedgerConfig { origin, ledger, nats };
            found(&dir, &config, &unit, rules.as_deref(), lang)
        }
        DistrictCommand::Run { dir, http, serve_log, board } => signals::runtime()?
            .block_on(run_beside_readers(&dir, http.as_deref(), serve_log.as_deref(), &board, lang)),
        DistrictCommand::Record(args) => super::operator::record::run(&args, lang),
        DistrictCommand::Adopt(args) => super::operator::adopt::run(&args, lang),
        DistrictCommand::Acknowledge(args) => super::operator::acknowledge::run(&args, lang),
        DistrictCommand::Status { dir, json } => super::standing::run(&dir, json, lang),
    }
}

fn found(
    dir: &Path,
    config: &LedgerConfig,
    unit: &str,
    rules: Option<&Path>,
    lang: Lang,
) -> Result<ExitCode> {
    let operator: UnitSpec =
        serde_json::from_str(unit).context("--unit: the operator's registration in JSON form")?;
    anyhow::ensure!(operator.is_operator(), "--unit: the operator's unit_no is 0, got {}", operator.unit_no);
    let rules = match rules {
        Some(rules) => read_rules(rules, &operator, lang)?,
        None => reference::rules()?,
    };
    let dir = LedgerDir::new(dir);
    let ledger = establish(&dir, config, &operator, &rules, now_ms())?;
    let (size, key) = (ledger.checkpoint().size(), ledger.operator());
    out::line(&match lang {
        Lang::Vi => format!("đã lập sổ cái {} ({size} mục), khóa vận hành {key}", config.origin),
        Lang::En => format!("founded {} ({size} entries), operator key {key}", config.origin),
    })?;
    let nkey = district_nkey(&dir).with_context(|| dir.key("transport").display().to_string())?;
    out::line(&match lang {
        Lang::Vi => format!("nkey NATS của quận, cho users.conf: {nkey}"),
        Lang::En => format!("NATS nkey of the district, for users.conf: {nkey}"),
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Every .toml and .jinja file of a directory, as version 1.
///
/// # Errors
/// There is none, or the ledger would not count by one: every file that is wrong is named with what is wrong in it.
fn read_rules(dir: &Path, operator: &UnitSpec, lang: Lang) -> Result<Vec<RuleSet>> {
    let effective_from = CivilDate::new(2022, 1, 1).context("a day of the calendar")?;
    let mut files = Vec::new();
    for entry in std::fs::read_dir(dir).with_context(|| dir.display().to_string())? {
        files.extend(RuleFile::read(&entry?.path())?);
    }
    if files.is_empty() {
        let rules = dir.display();
        bail!(match lang {
            Lang::Vi => format!(
                "--rules: {rules} không có tệp .toml hay .jinja nào, sổ cái sẽ không có quy tắc; hãy chọn thư mục khác"
            ),
            Lang::En => format!(
                "--rules: {rules} has no .toml or .jinja file, and the ledger would have no rules; name another directory"
            ),
        });
    }
    files.sort_by(|a, b| a.name.cmp(&b.name));
    let mut wrong: Vec<Wrong> =
        faults(&files, &Rulebook::default(), effective_from).into_iter().map(Wrong::from).collect();
    let places: Vec<String> = files.iter().map(|file| file.place.clone()).collect();
    let set = |file: RuleFile| {
        let RuleFile { name, content, legal_source, .. } = file;
        RuleSet { name, version: 1, effective_from, content, legal_source }
    };
    let sets: Vec<RuleSet> = files.into_iter().map(set).collect();
    add_new(&mut wrong, placed(refusals_of(operator, &sets, now_ms())?, &places));
    if !wrong.is_empty() {
        let head =
            lang.pick("không lập sổ cái; hãy sửa rồi làm lại:", "nothing was founded; mend and try again:");
        let lines: Vec<String> = wrong.iter().map(|wrong| wrong.line(lang)).collect();
        bail!("{head}\n{}", lines.join("\n"));
    }
    Ok(sets)
}

/// Pauses before starting again after a passing failure: from the first to the last, doubling until something was done.
const PAUSES: (Duration, Duration) = (Duration::from_millis(500), Duration::from_secs(30));
/// A district that ran so long without a failure starts again at once, whether it had anything to write or not.
const STEADY: Duration = Duration::from_secs(60);

/// Runs the district, and its log's HTTP side and dashboard beside it: readers are served whatever happens to the writer.
async fn run_beside_readers(
    dir: &Path,
    address: Option<&str>,
    mirrors: Option<&Path>,
    board: &BoardArgs,
    lang: Lang,
) -> Result<ExitCode> {
    let mut signals = Signals::listen()?;
    let served = http::serve(&LedgerDir::new(dir), address, mirrors, lang).await?;
    let signer = Signer::default();
    let (projecting, looking) =
        (project(dir, &signer, &mut signals, lang), look(dir, board, signer.clone(), lang));
    tokio::pin!(projecting, looking);
    let ended = tokio::select! {
        ended = &mut projecting => ended,
        failed = &mut looking => {
            // whoever runs the district hears why nobody sees it; the district goes on
            tracing::error!("--board: {failed:#}");
            projecting.await
        }
    };
    http::stop(served).await;
    ended
}

/// The dashboard, if an address was named; it ends only by failing, and with the program.
async fn look(dir: &Path, board: &BoardArgs, signer: Signer, lang: Lang) -> anyhow::Error {
    let Some(address) = &board.board else { return std::future::pending().await };
    match serve::beside(dir, board.access.access(), address, signer, lang).await {
        Ok(_served) => std::future::pending().await,
        Err(failed) => failed,
    }
}

/// Runs the projector; what passes (a full disk, a failed sync) is waited out, what does not ends it with the reason.
async fn project(dir: &Path, signer: &Signer, signals: &mut Signals, lang: Lang) -> Result<ExitCode> {
    let mut pause = PAUSES.0;
    loop {
        let started = tokio::select! {
            started = District::start(LedgerDir::new(dir)) => started,
            () = signals.asked_to_stop() => return Ok(ExitCode::SUCCESS),
        };
        let failure = match started {
            Ok(district) => {
                signer.is_at(district.operator());
                let (since, committed) = (Instant::now(), district.committed());
                let size = *committed.borrow();
                match run_one(district, signals, lang).await {
                    Ok(()) => return Ok(ExitCode::SUCCESS),
                    Err(failure) => {
                        // a full disk lets a district start and fails it at its first commit
                        if *committed.borrow() > size || since.elapsed() > STEADY {
                            pause = PAUSES.0;
                        }
                        failure
                    }
                }
            }
            Err(failure) => failure,
        };
        if failure.may_be_gone_later() {
            return Err(Later(failure.into()).into());
        }
        if !failure.is_passing() {
            return Err(failure.into());
        }
        tracing::error!(%failure, ?pause, "starting again");
        tokio::select! {
            () = tokio::time::sleep(pause) => pause = (pause * 2).min(PAUSES.1),
            () = signals.asked_to_stop() => return Ok(ExitCode::SUCCESS),
        }
    }
}

/// One life of the district: until it is told to stop, or something fails.
async fn run_one(mut district: District, signals: &mut Signals, lang: Lang) -> Result<(), DistrictError> {
    let size = *district.committed().borrow();
    let text = match lang {
        Lang::Vi => format!("quận đang chạy, sổ cái có {size} mục; Ctrl-C để dừng"),
        Lang::En => format!("the district runs, the log has {size} entries; Ctrl-C stops it"),
    };
    // a closed standard output does not stop a district
    let _ = out::line(&text);
    tokio::select! {
        ended = district.wait() => ended,
        () = signals.asked_to_stop() => district.stop().await,
    }
}
