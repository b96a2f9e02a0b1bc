//! `socai case LEDGER ID [--on DATE]`: where a case stands, what in it goes against the law, and its whole story.

pub mod page;
mod rows;
mod state;
mod story;

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, Result};
use socai_domain::{CivilDate, time};
use socai_log::Reader;

use crate::{lang::Lang, ledger, out};
use rows::Rows;

/// Prints the state and the findings of the case on a day, then one entry a fact in the order that decides.
///
/// # Errors
/// The date is none, or the log cannot be read.
pub fn run(ledger: &Path, id: &str, on: Option<&str>, lang: Lang) -> Result<ExitCode> {
    let on = match on {
        Some(text) => {
            text.parse::<CivilDate>().with_context(|| format!("--on {text}: a date such as 2023-02-08"))?
        }
        None => time::vietnam_date(socai_district::now_ms()),
    };
    let reader = ledger::reader(ledger)?;
    let Some(text) = told(&reader, id, on, lang)? else {
        let (vi, en) = ("không có sự kiện nào của vụ việc", "no fact belongs to case");
        out::line(&format!("{} {id}", lang.pick(vi, en)))?;
        return Ok(ExitCode::FAILURE);
    };
    out::line(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

/// State, findings and story of the case on a day; none when no fact belongs to it.
///
/// # Errors
/// The log cannot be read.
fn told(reader: &Reader, id: &str, on: CivilDate, lang: Lang) -> Result<Option<String>> {
    let rows = Rows::of(reader, id)?;
    if rows.facts.is_empty() {
        return Ok(None);
    }
    let judged = state::judged(&rows, on);
    Ok(Some(format!("{}{}", state::text(&judged, on, lang), story::text(&rows, lang))))
}
