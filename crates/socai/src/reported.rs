//! Issued reports beside what the ledger knows now.

use anyhow::{Context as _, Result, bail};
use socai_fold::{Fold, Report, figures::Asked};
use socai_log::Reader;

use crate::{
    cli::{ChangesFormat, QuestionArgs, ReportFormat},
    cmd::report::{asked, figures},
    compared,
    lang::Lang,
    paper, state,
};

/// The issued report of this number, or the one about the days that are asked for.
pub fn find<'f>(
    number: Option<&str>,
    question: &QuestionArgs,
    fold: &'f Fold,
    lang: Lang,
) -> Result<&'f Report> {
    let reports = fold.reports();
    let found = match number {
        Some(number) => reports.numbered(number),
        None => {
            let asked = asked(question, fold, lang)?;
            let (from, to) = asked.stated();
            reports.about(from, to)
        }
    };
    found.with_context(|| {
        let known: Vec<_> = reports.iter().map(|report| report.report_no.as_str()).collect();
        let vi = "sổ cái không có báo cáo đã ban hành như vậy";
        format!("{} ({})", lang.pick(vi, "the ledger holds no such issued report"), known.join(", "))
    })
}

/// The report again, at its own cut-off and with the values it printed.
pub fn again(
    reader: &Reader,
    fold: &Fold,
    report: &Report,
    format: ReportFormat,
    lang: Lang,
) -> Result<Vec<u8>> {
    let then = at_its_cut_off(reader, fold, report, lang)?;
    let mut figures = figures(reader, &then, &Asked::reported(fold.rulebook(), report.period))?;
    figures.number = Some(report.report_no.clone());
    for figure in &mut figures.figures {
        if let Some(said) = report.values.iter().find(|value| value.indicator == figure.indicator) {
            (figure.value, figure.digest) = (said.value.into(), Some(said.digest));
        }
    }
    paper::bytes(format, &then, &figures)
}

/// The report beside what `fold` knows, figure by figure with reasons.
pub fn compared(
    reader: &Reader,
    fold: &Fold,
    report: &Report,
    format: ReportFormat,
    lang: Lang,
) -> Result<String> {
    let format = match format {
        ReportFormat::Json => ChangesFormat::Json,
        ReportFormat::Text => ChangesFormat::Text,
        _ => bail!("{}", lang.pick("--compare chỉ in text hoặc json", "--compare prints text or json only")),
    };
    let then = at_its_cut_off(reader, fold, report, lang)?;
    let asked = Asked::reported(fold.rulebook(), report.period);
    compared::printed(reader, (&then, fold), &asked, Some(report), format, lang)
}

/// What was known when the report was made, once its tree size and root are found to be this ledger's.
fn at_its_cut_off(reader: &Reader, fold: &Fold, report: &Report, lang: Lang) -> Result<Fold> {
    if report.size >= fold.size() || reader.root_at(report.size)? != report.root {
        let vi = "báo cáo nêu cỡ cây và gốc không có trong sổ cái này";
        let words = lang.pick(vi, "its tree size and root are not this ledger's");
        bail!("{} {}: {words}", report.report_no, report.name);
    }
    state::at(reader, report.size)
}
