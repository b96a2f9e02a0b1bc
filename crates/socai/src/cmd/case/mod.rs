//! `socai case LEDGER ID [--on DATE] [--as-of CUT]`: where a case stands, what in it goes against the law, and its whole story.

pub mod page;
mod rows;
mod state;
mod story;

use std::process::ExitCode;

use anyhow::{Context as _, Result};
use serde::{Deserialize, Serialize};
use socai_domain::{CivilDate, time};
use socai_log::Reader;
use socai_tlog::TreeSize;

use crate::{answer::Question, cli::CaseArgs, cut, file, lang::Lang, ledger, near, out};
use rows::Rows;

/// Columns before what belongs to a fact.
const HANG: usize = 12;

/// Prints the state and the findings of the case on a day, then one entry a fact in the order that decides.
///
/// # Errors
/// The date is none, or the log cannot be read.
pub fn run(args: &CaseArgs, lang: Lang) -> Result<ExitCode> {
    let on = match &args.on {
        Some(text) => text.parse::<CivilDate>().context("--on")?,
        None => time::vietnam_date(socai_district::now_ms()),
    };
    file::refuse(&[("--save", args.save.file.as_deref())], lang)?;
    let reader = ledger::reader(&args.ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader).context("--as-of")?;
    let Some(text) = told(&reader, size, &args.id, on, lang)? else {
        out::page(&near::no_case(&args.id, size, &near::cases(&reader, size)?, lang), HANG)?;
        return Ok(ExitCode::FAILURE);
    };
    let text = format!("{}\n", text.trim_end());
    let asked = OfCase { id: args.id.clone(), on: on.to_string() };
    args.save.keep(&reader, size, Question::Case(asked), text.as_bytes(), lang)?;
    out::page(text.trim_end(), HANG)?;
    Ok(ExitCode::SUCCESS)
}

/// What is asked of a case.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfCase {
    id: String,
    /// The day it is judged on.
    on: String,
}

/// The text about a case at a cut-off.
///
/// # Errors
/// The log cannot be read, or no fact belongs to the case.
pub fn answer(reader: &Reader, size: TreeSize, asked: &OfCase, lang: Lang) -> Result<String> {
    let on = asked.on.parse::<CivilDate>().with_context(|| format!("the day {:?}", asked.on))?;
    let text = told(reader, size, &asked.id, on, lang)?;
    Ok(format!("{}\n", text.with_context(|| format!("no fact belongs to case {}", asked.id))?.trim_end()))
}

/// State, findings and story of the case on a day; none when no fact belongs to it.
///
/// # Errors
/// The log cannot be read.
fn told(reader: &Reader, size: TreeSize, id: &str, on: CivilDate, lang: Lang) -> Result<Option<String>> {
    let rows = Rows::of(reader, size, id)?;
    if rows.facts.is_empty() {
        return Ok(None);
    }
    let judged = state::judged(&rows, on);
    Ok(Some(format!("{}{}", state::text(&judged, on, lang), story::text(&rows, lang))))
}
