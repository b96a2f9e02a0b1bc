//! Issued reports beside what the ledger knows now.

use anyhow::{Context as _, Result, bail};
use socai_fold::{Fold, Report, figures::Asked};
use socai_log::Reader;

use crate::{
    cli::{ChangesFormat, QuestionArgs, ReportFormat},
    cmd::report::{OfReport, asked, figures},
    compared,
    lang::Lang,
    paper,
    quoted::quoted,
    state,
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
        let known: Vec<String> = reports.iter().map(known).collect();
        if known.is_empty() {
            return lang
                .pick("sổ cái chưa có báo cáo nào được ban hành", "no report of this ledger was issued yet")
                .to_owned();
        }
        let (known, number) = (known.join(", "), number.map(quoted));
        match (number, lang) {
            (Some(number), Lang::Vi) => format!("không có báo cáo số {number}; đã ban hành: {known}"),
            (Some(number), Lang::En) => format!("no report {number} was issued; there are: {known}"),
            (None, Lang::Vi) => {
                format!("chưa ban hành báo cáo nào về đúng những ngày ấy; đã ban hành: {known}")
            }
            (None, Lang::En) => format!("no report was issued about just these days; there are: {known}"),
        }
    })
}

/// `45/BC-UBND (2022-12-15 – 2023-02-08)`.
fn known(report: &Report) -> String {
    format!("{} ({} – {})", report.report_no, report.period.0, report.period.1)
}

/// Refuses a period beside the number of a report about other days: one of the two is not what was meant.
///
/// # Errors
/// The report is about other days, or the period is none.
pub fn is_about(asked: &OfReport, fold: &Fold, lang: Lang) -> Result<()> {
    let Some(number) = asked.as_reported.as_deref().filter(|number| !number.is_empty()) else {
        return Ok(());
    };
    let question = &asked.question;
    if [&question.period, &question.from, &question.occasion].into_iter().all(Option::is_none) {
        return Ok(());
    }
    let (report, days) = (find(Some(number), question, fold, lang)?, self::asked(question, fold, lang)?);
    if report.period == (days.from, days.to) {
        return Ok(());
    }
    let (known, from, to) = (known(report), days.from, days.to);
    bail!(match lang {
        Lang::Vi => format!("báo cáo {known} không phải về {from} – {to}: chỉ nêu số, hoặc chỉ nêu kỳ"),
        Lang::En =>
            format!("report {known} is not about {from} – {to}: give its number or a period, not both"),
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
