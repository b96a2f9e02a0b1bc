//! `socai report`: a report whose every figure comes out of the signed facts.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use socai_domain::CivilDate;
use socai_fold::{
    Fold, Report,
    figures::{Asked, Contributions, Restatement},
};
use socai_follow::{ReplayError, recorded};
use socai_log::Reader;
use socai_report::{Figures, Restated, Template};
use socai_tlog::{LeafIndex, TreeSize};

use crate::{
    asked,
    cli::{ChangesFormat, ReportArgs, ReportFormat},
    compared, cut,
    lang::Lang,
    ledger, out, state,
};

/// Prints the report.
pub fn run(args: &ReportArgs, lang: Lang) -> Result<ExitCode> {
    let reader = ledger::reader(&args.ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader)?;
    let fold = state::at(&reader, size)?;
    let text = match args.compare || args.as_reported.is_some() {
        true => issued(args, &reader, &fold, lang)?,
        false => {
            let asked = asked(args, &fold, lang)?;
            let mut figures = figures(&reader, &fold, &asked)?;
            figures.restated = restated(&reader, &fold, &asked)?;
            printed(args, &fold, &figures, lang)?
        }
    };
    out::line(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
}

fn printed(args: &ReportArgs, fold: &Fold, figures: &Figures, lang: Lang) -> Result<String> {
    match args.format {
        ReportFormat::Json => Ok(socai_report::json(figures)?),
        ReportFormat::Text => text(fold, figures, lang),
    }
}

/// What the newest report about an earlier period printed and is known differently now.
fn restated(reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Vec<Restated>> {
    let earlier =
        fold.reports().iter().filter(|report| report.period.1 < asked.to && report.size < fold.size());
    let Some(report) = earlier.max_by_key(|report| (report.period.1, report.leaf)) else { return Ok(vec![]) };
    let then = state::at(reader, report.size)?;
    let about = Asked::reported(fold.rulebook(), report.period);
    let lines = compared::restated(reader, &then, fold, &about, Some(report))?;
    // a figure that the report did not print needs no word
    let is_printed = |line: &&Restatement| report.values.iter().any(|value| value.indicator == line.row.code);
    Ok(lines.iter().filter(is_printed).filter_map(Restated::of).collect())
}

/// The issued report again, at its own cut-off and with the values it printed, or beside what `fold` knows now.
fn issued(args: &ReportArgs, reader: &Reader, fold: &Fold, lang: Lang) -> Result<String> {
    let report = report_of(args, fold, lang)?;
    let asked = Asked::reported(fold.rulebook(), report.period);
    if report.size >= fold.size() || reader.root_at(report.size)? != report.root {
        let vi = "báo cáo nêu cỡ cây và gốc không có trong sổ cái này";
        bail!(
            "{} {}: {}",
            report.report_no,
            report.name,
            lang.pick(vi, "its tree size and root are not this ledger's")
        );
    }
    let then = state::at(reader, report.size)?;
    if args.compare {
        let format = match args.format {
            ReportFormat::Json => ChangesFormat::Json,
            ReportFormat::Text => ChangesFormat::Text,
        };
        return compared::printed(reader, (&then, fold), &asked, Some(report), format, lang);
    }
    let mut figures = figures(reader, &then, &asked)?;
    for figure in &mut figures.figures {
        if let Some(said) = report.values.iter().find(|value| value.indicator == figure.indicator) {
            (figure.value, figure.digest) = (said.value.into(), Some(said.digest));
        }
    }
    printed(args, &then, &figures, lang)
}

fn report_of<'f>(args: &ReportArgs, fold: &'f Fold, lang: Lang) -> Result<&'f Report> {
    let reports = fold.reports();
    let found = match args.as_reported.as_ref().and_then(Option::as_ref) {
        Some(number) => reports.numbered(number),
        None => {
            let asked = asked(args, fold, lang)?;
            reports.about(asked.from, asked.to)
        }
    };
    found.with_context(|| {
        let known: Vec<_> = reports.iter().map(|report| report.report_no.as_str()).collect();
        let vi = "sổ cái không có báo cáo đã ban hành như vậy";
        format!("{} ({})", lang.pick(vi, "the ledger holds no such issued report"), known.join(", "))
    })
}

/// The figures of a question at the size of the fold, with who contributed.
pub fn figures(reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures> {
    let size = fold.size();
    let mut contributions = Contributions::new(fold, asked);
    reader.for_each(LeafIndex(0), size, |record| -> Result<(), ReplayError> {
        Ok(contributions.visit(&recorded(&record)?)?)
    })?;
    let found = contributions.finish()?;
    let figures = socai_fold::figures::figures(fold, asked, Some(&found))?;
    Ok(Figures::of(fold, asked, &figures, &origin(reader, size)?, reader.root_at(size)?))
}

/// The report in Vietnamese, from the template in force on the last day.
pub fn text(fold: &Fold, figures: &Figures, lang: Lang) -> Result<String> {
    let name = "template.monthly";
    let Some(adopted) = fold.rulebook().in_force(name, figures.period.to) else {
        let vi = "sổ cái chưa ban hành mẫu báo cáo template.monthly";
        bail!(
            "{}",
            lang.pick(
                vi,
                "the ledger has adopted no template.monthly to print with; --format json needs none"
            )
        );
    };
    let template = Template::parse(&adopted.content).with_context(|| name.to_owned())?;
    Ok(socai_report::text(figures, &template)?)
}

/// The ledger's name, from its newest checkpoint.
pub fn origin(reader: &Reader, size: TreeSize) -> Result<String> {
    let note = reader.committed()?.checkpoint;
    let note = String::from_utf8(note).with_context(|| format!("the checkpoint of size {size}"))?;
    Ok(note.lines().next().unwrap_or_default().to_owned())
}

fn asked(args: &ReportArgs, fold: &Fold, lang: Lang) -> Result<Asked> {
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
    text.parse().with_context(|| format!("{flag} {text}: a date such as 2023-02-08"))
}
