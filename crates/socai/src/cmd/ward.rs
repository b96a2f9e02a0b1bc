//! `socai ward run|record|import|status`; `vault` is beside it.

use std::{fs, io, path::Path, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};
use socai_ward::{
    Access, Answer, Format, ImportError, Problem, RecordError, Sealed, UnitConfig, UnitDir, Ward, Witness,
    reach,
};
use tokio_util::sync::CancellationToken;

use crate::{
    cli::WardCommand,
    lang::Lang,
    later::Later,
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
///
/// # Errors
/// The form cannot be read, or nothing could be sealed.
pub fn record(dir: &Path, kind: &str, form: &str, lang: Lang) -> Result<ExitCode> {
    let text = match form {
        "-" => io::read_to_string(io::stdin()).context("standard input")?,
        form => match form.strip_prefix('@') {
            Some(file) => fs::read_to_string(file).with_context(|| file.to_owned())?,
            None => form.to_owned(),
        },
    };
    let mut form: Value = serde_json::from_str(&text).context("--json: the event in JSON form")?;
    let Some(event) = form.as_object_mut() else {
        bail!("--json: an object, such as {{\"occurred_on\": …, \"data\": {{…}}}}")
    };
    if let Some(other) = event.insert("kind".to_owned(), kind.into()).filter(|other| *other != kind) {
        bail!("--json: kind is {other}, the command says {kind}");
    }
    match reach(dir)? {
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
            Some(socai_proto::kind(kind).with_context(|| format!("--kind {kind}: see socai kinds"))?)
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
                    let code = refused(&rejected.problems, lang)?;
                    if rejected.more > 0 {
                        let (vi, en) = ("lỗi nữa", "problems more");
                        out::line(&format!("… {} {}", rejected.more, lang.pick(vi, en)))?;
                    }
                    Ok(code)
                }
                Err(error) => Err(error.into()),
            }
        }
        Access::Node(node) => answered(&node.import(file, format, kind)?, lang),
    }
}

/// Field by field what is wrong; nothing was sealed.
fn refused(problems: &[Problem], lang: Lang) -> Result<ExitCode> {
    out::line(
        lang.pick("không niêm phong gì; hãy sửa rồi làm lại:", "nothing was sealed; mend and try again:"),
    )?;
    for problem in problems {
        out::line(&format!("  {}", line(&serde_json::to_value(problem)?, lang)))?;
    }
    Ok(ExitCode::FAILURE)
}

/// What a running node answered.
fn answered(answer: &Answer, lang: Lang) -> Result<ExitCode> {
    if answer.status < 300 {
        out::line(&serde_json::to_string_pretty(&answer.body)?)?;
        return Ok(ExitCode::SUCCESS);
    }
    out::line(answer.body["detail"].as_str().unwrap_or("the node refused"))?;
    for problem in answer.body["errors"].as_array().map(Vec::as_slice).unwrap_or_default() {
        out::line(&format!("  {}", line(problem, lang)))?;
    }
    Ok(ExitCode::FAILURE)
}

/// A problem as one line: where, what is wrong, what to do.
fn line(problem: &Value, lang: Lang) -> String {
    let text = |field: &str| problem[field].as_str().unwrap_or_default().to_owned();
    let place = match problem["row"].as_u64() {
        Some(row) => format!("{} {row}, {}", lang.pick("dòng", "row"), text("field")),
        None => text("field"),
    };
    let message = text(lang.pick("message_vi", "message_en"));
    format!("{place}: {message} [{}]", text("code"))
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
    if !status["alarm"].is_null() {
        lines.push(format!("  {}: {}", lang.pick("BÁO ĐỘNG", "ALARM"), status["alarm"]));
    }
    lines.join("\n")
}
