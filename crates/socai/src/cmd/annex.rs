//! `socai annex erase|list`: annexes destroyed by procedure.

use std::{fmt::Write as _, path::Path, process::ExitCode};

use anyhow::{Context as _, Result, bail};
use prost::Message as _;
use serde_json::{Value, json};
use socai_district::{Ledger, LedgerDir, now_ms, order_erasure};
use socai_domain::time::vietnam_rfc3339;
use socai_fold::Erasure;
use socai_log::{Annex, LogError, Reader};
use socai_proto::v1::{self, event::Kind};
use socai_tlog::EventName;

use crate::{
    cli::{AnnexCommand, EraseArgs},
    lang::Lang,
    ledger, out, state,
};

/// Does what is asked.
pub fn run(command: AnnexCommand, lang: Lang) -> Result<ExitCode> {
    match command {
        AnnexCommand::Erase(args) => erase(&args, lang),
        AnnexCommand::List { ledger, json } => list(&ledger, json, lang),
    }
}

/// Records the order, then opens the ledger again: every start destroys what is ordered and still there, this one as well.
///
/// A crash after the order is recorded leaves the deed to the next start, whoever makes it.
fn erase(args: &EraseArgs, lang: Lang) -> Result<ExitCode> {
    let target: EventName = args.record.parse().with_context(|| args.record.clone())?;
    let dir = LedgerDir::new(&args.dir);
    let mut ledger = Ledger::open_alone(&dir).with_context(|| args.dir.display().to_string())?;
    if let Some(erasure) = state::newest(ledger.reader())?.erasures().of(target) {
        let by = erasure.by;
        out::line(&said(
            lang,
            format!("phụ lục của bản ghi {target} đã được tiêu hủy theo bản ghi {by}"),
            format!("the annex of record {target} was erased by record {by} already"),
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    refuse_nothing(ledger.reader(), target, lang)?;
    let erased = v1::AnnexErased {
        target: Some(v1::Ref { unit: target.unit.0, seq: target.seq.0 }),
        ground: args.ground.proto().into(),
        procedure: args.procedure.clone(),
        approver_position: args.approver.clone(),
    };
    let now_ms = now_ms();
    let names = ledger.publish(&[order_erasure(erased, &args.entered_by, now_ms)?], now_ms)?;
    drop(ledger);
    drop(Ledger::open_alone(&dir).with_context(|| args.dir.display().to_string())?);
    let by = names.first().map(ToString::to_string).unwrap_or_default();
    out::line(&said(
        lang,
        format!(
            "đã tiêu hủy phụ lục của bản ghi {target} trong sổ cái, theo bản ghi {by}; khi quận chạy, bản trên đường \
             truyền và trong nhật ký của đơn vị sẽ bị tiêu hủy"
        ),
        format!(
            "erased the annex of record {target} from the log, by record {by}; copies on their way and in the unit's \
             journal go when the district runs"
        ),
    ))?;
    Ok(ExitCode::SUCCESS)
}

fn said(lang: Lang, vi: String, en: String) -> String {
    if lang == Lang::Vi { vi } else { en }
}

/// A mistyped name is no order.
fn refuse_nothing(reader: &Reader, target: EventName, lang: Lang) -> Result<()> {
    let leaf = match reader.leaf_of(target) {
        Err(LogError::NoRecord { .. }) => bail!(said(
            lang,
            format!("bản ghi {target} không có trong sổ cái; `socai replay` liệt kê các bản ghi"),
            format!("record {target} is not in the ledger; `socai replay` lists the records"),
        )),
        leaf => leaf?,
    };
    if matches!(reader.annex(leaf), Ok(Annex::None)) {
        bail!(said(
            lang,
            format!("bản ghi {target} không có phụ lục: không có gì để tiêu hủy"),
            format!("record {target} has no annex: there is nothing to erase"),
        ));
    }
    Ok(())
}

/// Every erasure that counts, and what is left of its annex here.
fn list(dir: &Path, json: bool, lang: Lang) -> Result<ExitCode> {
    let reader = ledger::reader(dir)?;
    let fold = state::newest(&reader)?;
    let rows = fold.erasures().iter().map(|erasure| row(&reader, erasure)).collect::<Result<Vec<_>>>()?;
    let text = match json {
        true => serde_json::to_string_pretty(&rows)?,
        false => lines(&rows, lang),
    };
    out::line(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

fn row(reader: &Reader, erasure: &Erasure) -> Result<Value> {
    let stored = reader.record(erasure.leaf)?;
    let event = v1::Event::decode(stored.record.facts().clone())?;
    let Some(Kind::AnnexErased(said)) = event.kind else { bail!("record {} orders nothing", erasure.by) };
    let left = match reader.leaf_of(erasure.target) {
        Err(LogError::NoRecord { .. }) => "not_recorded",
        leaf => match reader.annex(leaf?) {
            Ok(Annex::Erased) => "erased",
            Ok(Annex::None) => "none",
            _ => "due",
        },
    };
    let ground = said.ground().as_str_name().trim_start_matches("ERASURE_GROUND_").to_lowercase();
    Ok(json!({
        "record": erasure.target.to_string(), "by": erasure.by.to_string(), "leaf": erasure.leaf.0, "ground": ground,
        "procedure": said.procedure, "approver_position": said.approver_position, "entered_by": event.entered_by,
        "received_at": vietnam_rfc3339(stored.received_at_ms), "state": left,
    }))
}

fn lines(rows: &[Value], lang: Lang) -> String {
    let mut text = match lang {
        Lang::Vi => format!("{} phụ lục phải tiêu hủy\n", rows.len()),
        Lang::En => format!("{} annexes are to be erased\n", rows.len()),
    };
    for row in rows {
        let field = |name: &str| row[name].as_str().unwrap_or_default();
        let state = match field("state") {
            "erased" => lang.pick("đã tiêu hủy", "erased"),
            "due" => lang.pick("CHƯA tiêu hủy: khởi động quận", "NOT erased yet: start the district"),
            "none" => lang.pick("không có phụ lục", "no annex"),
            _ => lang.pick("bản ghi chưa đến", "the record has not come yet"),
        };
        let _ = writeln!(
            text,
            "{:<10} {state} · {} · {} · {} · {}",
            field("record"),
            field("by"),
            field("ground"),
            field("procedure"),
            field("approver_position")
        );
    }
    text
}
