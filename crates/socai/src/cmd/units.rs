//! `socai units LEDGER [--on DATE]`: who the units of a ledger are on a date, in official order.

use std::{fmt::Write as _, path::Path, process::ExitCode};

use anyhow::{Context as _, Result};
use socai_domain::{CivilDate, Registry, time};
use socai_proto::{schema::Shape, v1};

use crate::{lang::Lang, ledger, out, state};

/// Columns before the id of a unit.
const HANG: usize = 5;

/// Prints one line a unit.
pub fn run(ledger: &Path, on: Option<&str>, lang: Lang) -> Result<ExitCode> {
    let date = match on {
        Some(text) => text.parse::<CivilDate>().context("--on")?,
        None => time::vietnam_date(socai_district::now_ms()),
    };
    let reader = ledger::reader(ledger)?;
    let fold = state::newest(&reader)?;
    let units = fold.registry().on(date);
    let mut text = String::new();
    let mut group = None;
    for (unit, span) in &units {
        if group.replace(span.unit_type) != Some(span.unit_type) {
            let _ = writeln!(text, "\n{}", type_label(span.unit_type, lang));
        }
        let (no, to) = (unit.no.to_string(), span.to.map_or_else(String::new, |to| format!("…{to}")));
        let suspended =
            if unit.is_suspended() { lang.pick(" (đang đình chỉ)", " (suspended)") } else { "" };
        let _ = writeln!(text, "{no:>4} {:<25} {:<5} {to:<11} {}{suspended}", unit.id, span.code, span.name);
        for (before, succession) in fold.registry().predecessors(&unit.id, date) {
            let portion = if succession.whole {
                lang.pick("toàn bộ", "all of")
            } else {
                lang.pick("một phần", "part of")
            };
            let _ = writeln!(
                text,
                "     ← {portion} {} ({}, {})",
                before.id, succession.effective, succession.legal
            );
        }
    }
    let known = registered(fold.registry(), date, lang).filter(|_| units.is_empty()).unwrap_or_default();
    let heading = match lang {
        Lang::Vi => format!("{} đơn vị vào ngày {date}", units.len()),
        Lang::En => format!("{} unit{} on {date}", units.len(), if units.len() == 1 { "" } else { "s" }),
    };
    out::page(format!("{heading}{known}\n{}", text.trim_end()).trim_end(), HANG)?;
    Ok(ExitCode::SUCCESS)
}

/// On which days there are units, when there are none on the one that was asked for; none when nobody is registered.
fn registered(registry: &Registry, on: CivilDate, lang: Lang) -> Option<String> {
    let spans = || registry.units().flat_map(|unit| unit.spans.iter());
    let first = spans().map(|span| span.from).min()?;
    let last = spans().map(|span| span.to.unwrap_or(CivilDate::MAX)).max()?;
    if on >= first && on <= last {
        return None; // between two that were there
    }
    let day = if on < first { first } else { last };
    let number = registry.units().count();
    Some(match (on < first, lang) {
        (true, Lang::Vi) => format!("; {number} đơn vị đã đăng ký, sớm nhất từ {first}: hỏi với --on {day}"),
        (true, Lang::En) => {
            format!("; of {number} registered the first began on {first}: ask with --on {day}")
        }
        (false, Lang::Vi) => {
            format!("; {number} đơn vị đã đăng ký, muộn nhất đến {last}: hỏi với --on {day}")
        }
        (false, Lang::En) => {
            format!("; of {number} registered the last ended on {last}: ask with --on {day}")
        }
    })
}

/// The catalogue's label of a unit type.
fn type_label(unit_type: v1::UnitType, lang: Lang) -> &'static str {
    let field = socai_proto::kind("unit.registered").and_then(|kind| kind.message.field("type"));
    let value = field.and_then(|field| match field.shape {
        Shape::Enum(types) => types.value(i32::from(unit_type).into()),
        _ => None,
    });
    value.map_or("", |value| lang.pick(value.label.vi, value.label.en))
}
