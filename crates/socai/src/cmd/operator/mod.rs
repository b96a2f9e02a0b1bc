//! `socai district record|adopt|acknowledge`: what the operator states while no district runs. `report issue` opens the ledger the same way.

pub mod acknowledge;
pub mod adopt;
mod form;
pub mod record;

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, Result};
use socai_district::{DistrictError, Ledger, LedgerDir, Refusal};
use socai_fold::Reason;
use socai_log::LogError;

use crate::{lang::Lang, out};

/// The ledger for appending.
///
/// # Errors
/// As for [`Ledger::open_alone`]; who holds the lock is most likely a district, so the error says what to do about that.
pub fn open(dir: &Path, lang: Lang) -> Result<Ledger> {
    let opened = Ledger::open_alone(&LedgerDir::new(dir));
    let is_locked = matches!(&opened, Err(DistrictError::Log(LogError::Locked { .. })));
    opened.with_context(|| match (is_locked, lang) {
        (false, _) => dir.display().to_string(),
        (true, Lang::Vi) => format!(
            "{}: quận đang chạy trên sổ cái này; hãy dừng (`socai district run` hoặc `socai up`), làm lại lệnh này, rồi chạy \
             tiếp. Không ghi gì",
            dir.display()
        ),
        (true, Lang::En) => format!(
            "{}: a district runs on this ledger; stop it (`socai district run` or `socai up`), give this command again, then \
             start it. Nothing was recorded",
            dir.display()
        ),
    })
}

/// What is wrong with one fact.
pub(super) struct Wrong {
    /// Where it was handed in: a file, and which fact of it.
    place: String,
    reason: Reason,
}

impl Wrong {
    fn new(place: &str, reason: impl Into<Reason>) -> Self {
        Wrong { place: place.to_owned(), reason: reason.into() }
    }

    /// One indented line.
    pub(super) fn line(&self, lang: Lang) -> String {
        let Wrong { place, reason } = self;
        let message = lang.pick(&reason.message_vi, &reason.message_en);
        let field = if reason.field.is_empty() { String::new() } else { format!(", {}", reason.field) };
        format!("  {place}{field}: {message} [{}]", reason.code)
    }
}

impl From<(String, Reason)> for Wrong {
    fn from((place, reason): (String, Reason)) -> Self {
        Wrong { place, reason }
    }
}

/// Refusals of a batch, each with the place its fact was handed in.
pub(super) fn placed(refusals: Vec<Refusal>, places: &[String]) -> Vec<Wrong> {
    let placed = |refusal: Refusal| {
        let place = places.get(refusal.index).cloned().unwrap_or_default();
        Wrong { place, reason: refusal.reason }
    };
    refusals.into_iter().map(placed).collect()
}

/// Adds what the fold has against rule files to what was found in them before; a name that nothing reads is not told twice.
pub(super) fn add_new(wrong: &mut Vec<Wrong>, refusals: Vec<Wrong>) {
    let is_of_name = |wrong: &Wrong| wrong.reason.field == "data.name";
    let named: Vec<String> = wrong.iter().filter(|w| is_of_name(w)).map(|w| w.place.clone()).collect();
    let is_new = |refusal: &Wrong| !is_of_name(refusal) || !named.contains(&refusal.place);
    wrong.extend(refusals.into_iter().filter(is_new));
}

/// Everything that is wrong; nothing was sealed.
fn refused(wrong: &[Wrong], lang: Lang) -> Result<ExitCode> {
    out::line(
        lang.pick("không niêm phong gì; hãy sửa rồi làm lại:", "nothing was sealed; mend and try again:"),
    )?;
    for wrong in wrong {
        out::line(&wrong.line(lang))?;
    }
    Ok(ExitCode::FAILURE)
}

/// A text in the language of the messages.
fn said(lang: Lang, vi: String, en: String) -> String {
    if lang == Lang::Vi { vi } else { en }
}
