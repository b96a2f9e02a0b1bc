//! `socai pending LEDGER [--on DATE]`: facts that build on something the ledger does not know yet.

use std::{fmt::Write as _, process::ExitCode};

use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use socai_domain::{CivilDate, Registry, time};
use socai_fold::{Awaited, Pending, PendingFacts};
use socai_follow::{ReplayError, recorded};
use socai_tlog::{LeafIndex, UnitNo};

use crate::{cli::PendingArgs, cut, lang::Lang, ledger, out, state};

/// Columns before what belongs to a fact.
const HANG: usize = 12;

/// Prints one fact after another, with what each waits for.
pub fn run(args: &PendingArgs, lang: Lang) -> Result<ExitCode> {
    let on = match &args.on {
        Some(text) => text.parse::<CivilDate>().context("--on")?,
        None => time::vietnam_date(socai_district::now_ms()),
    };
    let reader = ledger::reader(&args.ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader)?;
    let fold = state::at(&reader, size)?;
    let mut pass = PendingFacts::new(&fold, on);
    reader.for_each(LeafIndex(0), size, |record| -> Result<(), ReplayError> {
        Ok(pass.visit(&recorded(&record)?)?)
    })?;
    let pending = pass.finish()?;
    match args.json {
        true => out::line(&serde_json::to_string_pretty(&rows(&pending, fold.registry()))?)?,
        false => out::page(lines(&pending, fold.registry(), on, lang).trim_end(), HANG)?,
    }
    Ok(ExitCode::SUCCESS)
}

fn rows(pending: &[Pending], registry: &Registry) -> Value {
    let awaited = |awaited: &Awaited| match awaited {
        Awaited::Record(name) => json!({"record": name.to_string()}),
        Awaited::Counting(name) => json!({"record": name.to_string(), "recorded": true}),
        Awaited::Begun { kind, case } => json!({"kind": kind, "case": case}),
        Awaited::Named { kind, field, code } => json!({"kind": kind, "field": field, "code": code}),
        Awaited::Unit(id) => json!({"unit": id}),
    };
    let row = |fact: &Pending| {
        json!({
            "event": fact.name.to_string(), "leaf": fact.leaf.0, "kind": fact.kind, "unit": id(registry, fact.name.unit),
            "occurred_on": fact.occurred_on.to_string(), "case": fact.case,
            "awaits": fact.awaits.iter().map(awaited).collect::<Vec<_>>(),
        })
    };
    pending.iter().map(row).collect()
}

fn lines(pending: &[Pending], registry: &Registry, on: CivilDate, lang: Lang) -> String {
    let mut text = match lang {
        Lang::Vi => format!("{} sự kiện đến ngày {on} còn chờ điều chưa có trong sổ\n", pending.len()),
        Lang::En if pending.len() == 1 => {
            format!("1 fact up to {on} waits for what the ledger does not know yet\n")
        }
        Lang::En => {
            format!("{} facts up to {on} wait for what the ledger does not know yet\n", pending.len())
        }
    };
    for fact in pending {
        let case = fact.case.as_ref().map_or_else(String::new, |case| format!(" · {case}"));
        let _ = writeln!(
            text,
            "\n{}  {:<9} #{:<7} {} · {}{case}",
            fact.occurred_on,
            fact.name.to_string(),
            fact.leaf.to_string(),
            label(fact.kind, lang),
            id(registry, fact.name.unit)
        );
        for awaited in &fact.awaits {
            let _ = writeln!(text, "            {} {}", lang.pick("chờ", "awaits"), what(awaited, lang));
        }
    }
    text
}

fn what(awaited: &Awaited, lang: Lang) -> String {
    match (awaited, lang) {
        (Awaited::Record(name), Lang::Vi) => format!("bản ghi {name}"),
        (Awaited::Record(name), Lang::En) => format!("record {name}"),
        (Awaited::Counting(name), Lang::Vi) => {
            format!("bản ghi khác thay cho {name}: bản ghi ấy đã hủy hoặc không được tính")
        }
        (Awaited::Counting(name), Lang::En) => {
            format!("another record than {name}, which was voided or does not count")
        }
        (Awaited::Begun { kind, case }, Lang::Vi) => {
            format!("“{}” của vụ việc {case} ({kind})", label(kind, lang))
        }
        (Awaited::Begun { kind, case }, Lang::En) => {
            format!("“{}” of case {case} ({kind})", label(kind, lang))
        }
        (Awaited::Unit(id), Lang::Vi) => {
            format!("đăng ký đơn vị {id}, trừ khi đơn vị ấy ghi ở sổ cái khác")
        }
        (Awaited::Unit(id), Lang::En) => {
            format!("the registration of unit {id}, unless it publishes in another ledger")
        }
        (Awaited::Named { kind, field, code }, _) => {
            format!("“{}” {field} = {code} ({kind})", label(kind, lang))
        }
    }
}

fn label(kind: &'static str, lang: Lang) -> &'static str {
    socai_proto::kind(kind).map_or(kind, |kind| lang.pick(kind.label.vi, kind.label.en))
}

fn id(registry: &Registry, no: UnitNo) -> String {
    registry.unit(no).map_or_else(|| no.to_string(), |unit| unit.id.clone())
}
