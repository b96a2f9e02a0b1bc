//! `socai ward run|record|import|alarm|status`; `vault` is beside it.

use std::{fs, io, path::Path, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use socai_proto::json::Form;
use socai_ward::{
    Access, Format, ImportError, RecordError, Sealed, UnitConfig, UnitDir, Ward, Witness, reach,
};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::WardCommand,
    cmd::refused::{and_more, answered, broken_off, refused, refused_file},
    lang::Lang,
    later::Later,
    mistake::{Mistake, mistake},
    out,
    signals::{self, Signals},
};

/// Runs a node, or asks for one thing.
pub fn run(command: WardCommand, lang: Lang) -> Result<ExitCode> {
    match command {
        WardCommand::Run { dir } => signals::runtime()?.block_on(serve(&dir, lang)),
        WardCommand::Record { dir, kind, json } => record(&dir, &kind, &json, lang),
        WardCommand::Vault(command) => super::vault::run(&command, lang),
        WardCommand::Import { dir, file, kind } => import(&dir, &file, kind.as_deref(), lang),
        WardCommand::Witness { dir, url } => witness(&dir, url.as_deref()),
        WardCommand::Alarm { dir, seen } => alarm(&dir, seen, lang),
        WardCommand::Status { dir, json } => status(&dir, json, lang),
    }
}

/// The line that names the unit in a policy.
fn witness(dir: &Path, url: Option<&str>) -> Result<ExitCode> {
    let dir = UnitDir::new(dir);
    let unit = UnitConfig::read(&dir)?;
    let vkey = Witness::vkey_of(&dir, &unit)?;
    let url = url.map(|url| format!(" {url}")).unwrap_or_default();
    out::line(&format!("witness {} {vkey}{url}", unit.config.unit))?;
    Ok(ExitCode::SUCCESS)
}

async fn serve(dir: &Path, lang: Lang) -> Result<ExitCode> {
    let mut signals = Signals::listen()?;
    let ward = Ward::open(dir).map_err(|error| {
        let is_locked = error.is_locked();
        let error = anyhow::Error::from(error).context(dir.display().to_string());
        if is_locked { Later(error).into() } else { error }
    })?;
    let stop = CancellationToken::new();
    let http = socai_web::serve(ward.clone(), stop.clone()).await?;
    let unit = ward.unit().config.unit.clone();
    out::line(&match lang {
        Lang::Vi => format!("{unit} đang chạy, API ở http://{}; Ctrl-C để dừng", http.address()),
        Lang::En => format!("{unit} runs, API at http://{}; Ctrl-C stops it", http.address()),
    })?;
    let mut node = tokio::spawn(socai_ward::run(ward, stop.clone()));
    tokio::select! {
        ended = &mut node => ended.context("the node")??,
        () = signals.asked_to_stop() => {
            stop.cancel();
            node.await.context("the node")??;
        }
    }
    stop.cancel();
    http.ended().await?;
    Ok(ExitCode::SUCCESS)
}

/// Seals one event, here or through the node.
fn record(dir: &Path, kind: &str, form: &str, lang: Lang) -> Result<ExitCode> {
    let text = match form {
        "-" => io::read_to_string(io::stdin()).context("standard input")?,
        form => match form.strip_prefix('@') {
            Some(file) => fs::read_to_string(file).with_context(|| file.to_owned())?,
            None => form.to_owned(),
        },
    };
    let Form(mut form) = serde_json::from_str(&text)
        .context(Mistake::new("--json: sự kiện ở dạng JSON", "--json: the event in JSON form"))?;
    let event = form.as_object_mut().context(Mistake::new(
        "--json: cần một đối tượng, như {\"occurred_on\": …, \"data\": {…}}",
        "--json: an object, such as {\"occurred_on\": …, \"data\": {…}}",
    ))?;
    if let Some(other) = event.insert("kind".to_owned(), kind.into()).filter(|other| *other != kind) {
        return Err(mistake(
            format!("--json: kind là {other}, lệnh nói {kind}"),
            format!("--json: kind is {other}, the command says {kind}"),
        ));
    }
    record_by(&reach(dir)?, form, lang)
}

/// Seals one event by whoever was reached.
///
/// # Errors
/// Nothing could be sealed.
pub fn record_by(access: &Access, form: Value, lang: Lang) -> Result<ExitCode> {
    match access {
        Access::Here(ward) => match ward.record_blocking(&[form], None) {
            Ok(sealed) => told(&sealed),
            Err(RecordError::Wrong(problems)) => refused(&problems, lang),
            Err(error) => Err(error.into()),
        },
        Access::Node(node) => answered(&node.record(&form, None)?, lang),
    }
}

fn told(sealed: &[Sealed]) -> Result<ExitCode> {
    for sealed in sealed {
        out::line(&json!({"name": sealed.name.to_string(), "link": sealed.link.to_string()}).to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

fn import(dir: &Path, file: &Path, kind: Option<&str>, lang: Lang) -> Result<ExitCode> {
    let name = file.to_string_lossy();
    let Some(format) = Format::of_name(&name) else {
        bail!("{name}: {}", lang.pick("tệp .jsonl hoặc .csv", "a .jsonl or .csv file is needed"));
    };
    let kind_info = match kind {
        Some(kind) => {
            let unknown = || {
                Mistake::new("không có loại này, xem socai kinds", "see socai kinds")
                    .of(&format!("--kind {kind}"))
            };
            Some(socai_proto::kind(kind).with_context(unknown)?)
        }
        None => None,
    };
    match reach(dir)? {
        Access::Here(ward) => {
            let from = fs::File::open(file).with_context(|| name.to_string())?;
            match ward.import(from, file, format, kind_info) {
                Ok(imported) => {
                    out::line(&serde_json::to_string_pretty(&imported)?)?;
                    Ok(ExitCode::SUCCESS)
                }
                Err(ImportError::Rejected { rejected }) => {
                    let code = refused_file(&rejected, lang)?;
                    and_more(rejected.more, lang)?;
                    Ok(code)
                }
                Err(ImportError::Broken { broken }) => {
                    bail!(broken_off(broken.sealed, broken.to_line.into(), &broken.why.to_string(), lang))
                }
                Err(error) => Err(error.into()),
            }
        }
        Access::Node(node) => {
            let answer = node.import(file, format, kind)?;
            if answer.body["type"] == "urn:socai:import-broken" {
                let count = |member: &str| answer.body[member].as_u64().unwrap_or_default();
                let why = answer.body["why"].as_str().unwrap_or_default();
                bail!(broken_off(count("sealed"), count("sealed_to"), why, lang))
            }
            answered(&answer, lang)
        }
    }
}

/// What somebody must look at, or that somebody has.
fn alarm(dir: &Path, is_seen: bool, lang: Lang) -> Result<ExitCode> {
    let access = reach(dir)?;
    let status = match &access {
        Access::Here(ward) => serde_json::to_value(ward.status())?,
        Access::Node(node) => node.status()?.body,
    };
    let mut lines: Vec<String> = status["alarm"]["detail"].as_str().map(alarm_line).into_iter().collect();
    lines.extend(evidence(&status));
    if lines.is_empty() {
        out::line(lang.pick("không có báo động", "no alarm"))?;
        return Ok(ExitCode::SUCCESS);
    }
    for line in &lines {
        out::line(line)?;
    }
    if !is_seen {
        return Ok(ExitCode::FAILURE);
    }
    match access {
        Access::Here(ward) => ward.clear_alarm()?,
        Access::Node(node) => {
            let answer = node.clear_alarm()?;
            if answer.status >= 300 {
                return answered(&answer, lang);
            }
        }
    }
    out::line(lang.pick("đã xem: các tệp được cất sang bên", "seen: the files are put aside"))?;
    Ok(ExitCode::SUCCESS)
}

fn alarm_line(detail: &str) -> String {
    format!("alarm.json: {detail}")
}

/// The files of what the unit refused as a witness, each with the reason.
fn evidence(status: &Value) -> impl Iterator<Item = String> {
    let lines = status["witness"]["evidence"].as_array().map(Vec::as_slice).unwrap_or_default();
    lines.iter().map(|line| {
        let text = |field: &str| line[field].as_str().unwrap_or_default();
        format!("witness/{}: {}", text("file"), text("why"))
    })
}

fn status(dir: &Path, as_json: bool, lang: Lang) -> Result<ExitCode> {
    let status = match reach(dir)? {
        Access::Here(ward) => serde_json::to_value(ward.status())?,
        Access::Node(node) => node.status()?.body,
    };
    if as_json {
        out::line(&serde_json::to_string_pretty(&status)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    out::line(&describe(&status, lang))?;
    Ok(ExitCode::SUCCESS)
}

fn describe(status: &Value, lang: Lang) -> String {
    let text = |field: &str| status[field].as_str().unwrap_or_default();
    let count = |field: &str| status[field].as_u64().unwrap_or_default();
    let (sealed, in_transit, recorded) = (count("sealed"), count("in_transit"), count("recorded"));
    let mut lines = vec![match lang {
        Lang::Vi => format!("{} (đơn vị {}), sổ cái {}", text("unit"), status["no"], text("ledger")),
        Lang::En => format!("{} (unit {}) of {}", text("unit"), status["no"], text("ledger")),
    }];
    lines.push(match lang {
        Lang::Vi => format!("  niêm phong {sealed}, đang gửi {in_transit}, đã vào sổ {recorded}"),
        Lang::En => format!("  sealed {sealed}, in transit {in_transit}, recorded {recorded}"),
    });
    if sealed > recorded {
        lines.push(format!("  {}: {}", lang.pick("CHƯA VÀO SỔ", "NOT RECORDED YET"), sealed - recorded));
    }
    let connection = &status["connection"];
    let connection = match (connection["error"].as_str(), connection["up"].as_bool()) {
        (Some(error), _) => error,
        (None, Some(true)) => lang.pick("đã kết nối", "connected"),
        (None, _) => lang.pick("không kết nối", "not connected"),
    };
    lines.push(format!("  {}: {connection}", text("state")));
    lines.extend(status["reason"].as_str().map(|reason| format!("  {reason}")));
    if status["suspended"].as_bool() == Some(true) {
        lines.push(
            lang.pick("  ĐÃ BỊ ĐÌNH CHỈ: liên hệ đơn vị vận hành", "  SUSPENDED: call the operator")
                .to_owned(),
        );
    }
    let witness = &status["witness"];
    if let Some(size) = witness["cosigned"].as_u64() {
        lines.push(format!("  {} {size}", lang.pick("đã ký chứng đến mục", "cosigned up to size")));
    }
    if let Some(why) = witness["refused"].as_str() {
        lines.push(format!("  {}: {why}", lang.pick("KHÔNG KÝ CHỨNG", "COSIGNS NOTHING")));
    }
    lines.extend(evidence(status).map(|line| format!("    {line}")));
    if !status["alarm"].is_null() {
        lines.push(format!("  {}: {}", lang.pick("BÁO ĐỘNG", "ALARM"), status["alarm"]));
    }
    lines.join("\n")
}
