//! The text of an issued report, laid out again from what the ledger knew at its cut-off.
//!
//! `report.issued` states the digest of the text for 80 columns. The template is the ledger's own, adopted in it, so the same figures give the same text as long
//! as the program lays it out the same. Another digest is told and fails nothing: a later version may break lines otherwise, and who holds the paper can compare.
//! Cost: one more replay to the last cut-off, a pass over the records for each report, and where an earlier report is restated another replay.

use serde::Serialize;
use socai_fold::{Fold, Report, figures::Asked};
use socai_follow::{ReplayError, replay};
use socai_log::Reader;
use socai_report::{Body, Figures};
use socai_tlog::{Digest, TreeSize};

use super::ReportLine;
use crate::{
    printed::{self, PrintedError},
    replayed::Replayed,
    said::Said,
};

/// What became of a report's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "text")]
pub enum TextAnswer {
    /// The same text, byte for byte.
    Same,
    /// Another text than the one that was issued.
    Differs,
    /// It cannot be laid out again.
    NotLaidOut {
        /// Why, in English.
        why: String,
        /// The same in Vietnamese.
        #[serde(skip)]
        why_vi: String,
    },
}

impl TextAnswer {
    pub(super) fn not_laid_out(why: Said) -> Self {
        TextAnswer::NotLaidOut { why: why.en, why_vi: why.vi }
    }
}

/// Lays out the texts of the reports whose values are right. `end` is the state at the end.
pub(super) fn lay_out(reader: &Reader, end: &Fold, lines: &mut [ReportLine]) -> Result<(), ReplayError> {
    let mut right: Vec<&mut ReportLine> =
        lines.iter_mut().filter(|line| line.is_of_this_ledger && line.differ == 0).collect();
    right.sort_by_key(|line| line.size);
    let mut replayed = Replayed::new(reader, None);
    for line in right {
        let Some(report) = end.reports().iter().find(|report| report.leaf.0 == line.leaf) else { continue };
        let then = replayed.to(report.size)?;
        line.text = match text(reader, then, report, line.occasion) {
            Ok((_, text)) if Digest::of(text.as_bytes()) == report.text_digest => TextAnswer::Same,
            Ok((figures, _)) if lacks_a_text(&figures) => TextAnswer::not_laid_out(Said::new(
                "phụ lục có lời văn của nó không còn ở đây",
                "an annex with words of it is no longer here",
            )),
            Ok(_) => TextAnswer::Differs,
            Err(PrintedError::Replay(error)) => return Err(error),
            Err(PrintedError::Log(error)) => return Err(error.into()),
            Err(PrintedError::Template(error)) => TextAnswer::not_laid_out(Said::new(
                format!("không rõ mẫu đã dùng: {error}"),
                format!("the template that was used is not known: {error}"),
            )),
            Err(error) => TextAnswer::not_laid_out(Said::same(error)),
        };
    }
    Ok(())
}

/// The text as `socai report issue` made it.
fn text(
    reader: &Reader,
    then: &Fold,
    report: &Report,
    occasion: Option<usize>,
) -> Result<(Figures, String), PrintedError> {
    let usual = Asked::reported(then.rulebook(), report.period);
    let other = occasion.and_then(|place| usual.with_other_occasions(then.rulebook()).into_iter().nth(place));
    let asked = other.unwrap_or(usual);
    let mut figures = printed::figures(reader, then, &asked, &from_the_log)?;
    figures.number = Some(report.report_no.clone());
    let text = printed::text(then, &figures)?;
    Ok((figures, text))
}

/// An auditor believes no snapshot.
fn from_the_log(reader: &Reader, size: TreeSize) -> Result<Fold, PrintedError> {
    let mut fold = Fold::new();
    replay(reader, &mut fold, size, |_, _| ())?;
    Ok(fold)
}

fn lacks_a_text(figures: &Figures) -> bool {
    figures.texts.iter().any(|text| !matches!(text.body, Body::Written(_)))
}
