//! `socai audit findings LEDGER [--on DATE] [--until CUT]`: exit 0 it ran, 1 with `--fail` when anything is found, 2 usage or I/O.

use std::{fs, process::ExitCode};

use anyhow::{Context as _, Result};
use socai_audit::findings::{Question, csv, find, html, json, text};
use socai_domain::{CivilDate, time};

use super::audit::language;
use crate::{
    cli::{FindingsArgs, FindingsFormat},
    cut,
    lang::Lang,
    ledger, named, out, state,
};

/// Prints what is found.
pub fn run(args: &FindingsArgs, lang: Lang) -> Result<ExitCode> {
    let on = match &args.on {
        Some(text) => text.parse::<CivilDate>().context("--on")?,
        None => time::vietnam_date(socai_district::now_ms()),
    };
    let own_table = match &args.rules {
        Some(path) => {
            let content = fs::read_to_string(path).with_context(|| format!("--rules {}", path.display()))?;
            Some((path.display().to_string(), content))
        }
        None => None,
    };
    let reader = ledger::reader(&args.ledger)?;
    // a number with zeros before it may as well be a code
    if let Some(unit) = args.unit.as_deref().filter(|unit| unit.len() > 1 && unit.starts_with('0')) {
        let fold = state::newest(&reader)?;
        let units = fold.registry().units().map(|unit| (unit.no, unit.id.as_str()));
        return Err(named::no_unit(unit, units).of("--unit").into());
    }
    let size = cut::resolve(args.until.as_deref(), &reader)?;
    let question = Question { on, size, rule: args.rule.clone(), unit: args.unit.clone(), own_table };
    let found = find(&reader, &question)?;
    let page = match args.format {
        FindingsFormat::Text => text(&found, language(lang)),
        FindingsFormat::Json => json(&found)?,
        FindingsFormat::Csv => csv(&found),
        FindingsFormat::Html => html(&found, language(lang)),
    };
    out::line(page.trim_end())?;
    let is_failure = args.fail && !found.findings.is_empty();
    Ok(if is_failure { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
