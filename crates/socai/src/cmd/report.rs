//! `socai report`: a report whose every figure comes out of the signed facts.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use serde::{Deserialize, Serialize};
use socai_audit::printed::{self, PrintedError};
use socai_domain::CivilDate;
use socai_fold::{Fold, figures::Asked};
use socai_log::Reader;
use socai_report::Figures;
use socai_tlog::TreeSize;

use crate::{
    answer::Question,
    asked,
    cli::{QuestionArgs, ReportArgs, ReportCommand, ReportFormat},
    cmd::issue,
    cut, file,
    lang::Lang,
    ledger, paper, reported, state,
};

/// Prints the report, or issues it.
pub fn run(args: ReportArgs, lang: Lang) -> Result<ExitCode> {
    if let Some(ReportCommand::Issue { dir, number, question, print }) = args.command {
        return issue::run(&dir, &number, &question, &print, lang);
    }
    paper::refuse_terminal(&args.print, lang)?;
    file::refuse(&[("--out", args.print.out.as_deref()), ("--save", args.save.file.as_deref())], lang)?;
    if matches!(&args.as_reported, Some(Some(number)) if number.trim().is_empty()) {
        let vi = "số trống; viết số như 45/BC-UBND, hoặc bỏ trống cả số và thêm --period";
        let en = "the number is empty; give one such as 45/BC-UBND, or none at all and --period";
        bail!("--as-reported: {}", lang.pick(vi, en));
    }
    let ledger = args.ledger.context("the ledger's directory")?;
    let reader = ledger::reader(&ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader).context("--as-of")?;
    let asked = OfReport {
        question: args.question,
        number: args.number,
        as_reported: args.as_reported.map(Option::unwrap_or_default),
        compare: args.compare,
        format: args.print.format,
    };
    let fold = state::at(&reader, size)?;
    // asked of the command line alone: a saved question of an earlier release may say what was not looked at then
    reported::is_about(&asked, &fold, lang)?;
    let bytes = answered(&reader, &fold, &asked, lang)?;
    args.save.keep(&reader, size, Question::Report(asked), &bytes, lang)?;
    paper::write(&args.print, &bytes)?;
    Ok(ExitCode::SUCCESS)
}

/// What is asked of a report.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfReport {
    /// The period.
    pub question: QuestionArgs,
    /// The number to print.
    pub number: Option<String>,
    /// As the issued report of this number printed it; of an empty one, the report of the period.
    pub as_reported: Option<String>,
    /// The issued report beside what is known.
    pub compare: bool,
    /// Its form.
    pub format: ReportFormat,
}

/// The bytes of a report at a cut-off.
///
/// # Errors
/// The log cannot be read, or the question cannot be answered from it.
pub fn answer(reader: &Reader, size: TreeSize, asked: &OfReport, lang: Lang) -> Result<Vec<u8>> {
    answered(reader, &state::at(reader, size)?, asked, lang)
}

fn answered(reader: &Reader, fold: &Fold, asked: &OfReport, lang: Lang) -> Result<Vec<u8>> {
    if asked.compare || asked.as_reported.is_some() {
        let number = asked.as_reported.as_deref().filter(|number| !number.is_empty());
        let report = reported::find(number, &asked.question, fold, lang)?;
        return Ok(match asked.compare {
            true => reported::compared(reader, fold, report, asked.format, lang)?.into_bytes(),
            false => reported::again(reader, fold, report, asked.format, lang)?,
        });
    }
    let mut figures = figures(reader, fold, &self::asked(&asked.question, fold, lang)?)?;
    figures.number = asked.number.clone();
    paper::bytes(asked.format, fold, &figures)
}

/// The figures of a question at the size of the fold, with who contributed, what an earlier report printed otherwise, who was late and how
/// every chain ends.
pub fn figures(reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures> {
    let at = |reader: &Reader, size| {
        state::at(reader, size).map_err(|error| PrintedError::Earlier(format!("{error:#}")))
    };
    Ok(printed::figures(reader, fold, asked, &at)?)
}

/// The figures of a question without reading the records again: no digests, nothing of rows that judge cases and of ratios, and nothing beside the figures.
pub fn brief(reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures> {
    let figures = socai_fold::figures::figures(fold, asked, None)?;
    let (size, ledger) = (fold.size(), printed::origin(reader)?);
    Ok(Figures::in_brief(fold, asked, &figures, &ledger, reader.root_at(size)?))
}

/// The question that the flags ask.
pub fn asked(args: &QuestionArgs, fold: &Fold, lang: Lang) -> Result<Asked> {
    let (rulebook, occasion) = (fold.rulebook(), args.occasion.as_deref());
    if let (Some(from), Some(to)) = (&args.from, &args.to) {
        return asked::days(day("--from", from)?, day("--to", to)?, occasion, rulebook, lang);
    }
    asked::of(args.period.as_deref(), occasion, rulebook, lang)?.with_context(|| {
        let vi = "cần --period 2023-02, hoặc --from và --to, hoặc --occasion";
        lang.pick(vi, "say what to report: --period 2023-02, or --from and --to, or --occasion")
    })
}

fn day(flag: &str, text: &str) -> Result<CivilDate> {
    text.parse().with_context(|| flag.to_owned())
}
