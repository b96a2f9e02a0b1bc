//! `socai obligations LEDGER [--on DATE]`: hand-overs, transfers and late amendments that wait for another unit's answer.

use std::{fmt::Write as _, process::ExitCode};

use anyhow::{Context as _, Result};
use serde_json::json;
use socai_domain::{CivilDate, Registry, time};
use socai_fold::{Obligations, Open, OpenWhat};
use socai_follow::{ReplayError, recorded};
use socai_log::Reader;
use socai_tlog::{LeafIndex, TreeSize, UnitNo};

use crate::{cli::ObligationsArgs, cut, lang::Lang, ledger, out, state};

/// Columns before what belongs to a fact.
const HANG: usize = 12;

/// Prints one line a fact.
pub fn run(args: &ObligationsArgs, lang: Lang) -> Result<ExitCode> {
    let on = match &args.on {
        Some(text) => text.parse::<CivilDate>().context("--on")?,
        None => time::vietnam_date(socai_district::now_ms()),
    };
    let reader = ledger::reader(&args.ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader)?;
    let fold = state::at(&reader, size)?;
    let open = open(&reader, size, Obligations::new(&fold, on))?;
    match args.json {
        true => out::line(&serde_json::to_string_pretty(&rows(&open, fold.registry()))?)?,
        false => out::page(lines(&open, fold.registry(), on, lang).trim_end(), HANG)?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Everything that waits at a size.
///
/// # Errors
/// The log cannot be read.
pub fn open(reader: &Reader, size: TreeSize, mut pass: Obligations<'_>) -> Result<Vec<Open>> {
    reader.for_each(LeafIndex(0), size, |record| -> Result<(), ReplayError> {
        Ok(pass.visit(&recorded(&record)?)?)
    })?;
    Ok(pass.finish()?)
}

fn rows(open: &[Open], registry: &Registry) -> serde_json::Value {
    let row = |open: &Open| {
        json!({
            "event": open.name.to_string(), "leaf": open.leaf.0, "kind": open.kind, "unit": id(registry, open.name.unit),
            "occurred_on": open.occurred_on.to_string(), "case": open.case, "owed": what(open, Lang::Vi),
            "from": open.from.iter().map(|unit| id(registry, *unit)).collect::<Vec<_>>(),
            "due_on": open.due_on.map(|due| due.to_string()), "refused": open.is_refused,
        })
    };
    open.iter().map(row).collect()
}

fn lines(open: &[Open], registry: &Registry, on: CivilDate, lang: Lang) -> String {
    let mut text = match lang {
        Lang::Vi => format!("{} việc chưa được xác nhận đến ngày {on}\n", open.len()),
        Lang::En => format!("{} facts wait for an answer on {on}\n", open.len()),
    };
    for open in open {
        let label =
            socai_proto::kind(open.kind).map_or(open.kind, |kind| lang.pick(kind.label.vi, kind.label.en));
        let case = open.case.as_ref().map_or_else(String::new, |case| format!(" · {case}"));
        let publisher = id(registry, open.name.unit);
        let _ = writeln!(
            text,
            "\n{}  {:<9} #{:<7} {label} · {publisher}{case}",
            open.occurred_on,
            open.name.to_string(),
            open.leaf.to_string()
        );
        let from: Vec<_> = open.from.iter().map(|unit| id(registry, *unit)).collect();
        let _ = writeln!(
            text,
            "            {}: {}{}",
            from.join(", "),
            what(open, lang),
            standing(open, on, lang)
        );
    }
    text
}

fn what(open: &Open, lang: Lang) -> &str {
    match &open.what {
        OpenWhat::Answer(vi, en) if en.is_empty() => vi,
        OpenWhat::Answer(vi, en) => lang.pick(vi, en),
        OpenWhat::Acknowledgement => {
            lang.pick("xác nhận đính chính, hủy sau khi chốt", "acknowledges a change made after the closing")
        }
    }
}

fn standing(open: &Open, on: CivilDate, lang: Lang) -> String {
    let refused = if open.is_refused { lang.pick("  [đã từ chối]", "  [refused]") } else { "" };
    let due = open.due_on.map_or_else(String::new, |due| match (lang, due < on) {
        (Lang::Vi, false) => format!("  hạn {due}"),
        (Lang::Vi, true) => format!("  quá hạn từ {due}"),
        (Lang::En, false) => format!("  due {due}"),
        (Lang::En, true) => format!("  overdue since {due}"),
    });
    format!("{due}{refused}")
}

/// A unit's id, or its number when it is not known.
pub fn id(registry: &Registry, no: UnitNo) -> String {
    registry.unit(no).map_or_else(|| no.to_string(), |unit| unit.id.clone())
}
