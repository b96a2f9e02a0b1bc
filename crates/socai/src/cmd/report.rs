//! `socai report`: a report whose every figure comes out of the signed facts.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use socai_domain::CivilDate;
use socai_fold::{
    Fold,
    figures::{Asked, Contributions, Lateness},
};
use socai_follow::{ReplayError, recorded};
use socai_log::Reader;
use socai_report::Figures;
use socai_tlog::{LeafIndex, TreeSize};

use crate::{
    cli::{QuestionArgs, ReportArgs, ReportCommand},
    cmd::issue,
    cut,
    lang::Lang,
    ledger, paper, state,
};

/// Prints the report, or issues it.
pub fn run(args: ReportArgs, lang: Lang) -> Result<ExitCode> {
    if let Some(ReportCommand::Issue { dir, number, question, print }) = args.command {
        return issue::run(&dir, &number, &question, &print, lang);
    }
    paper::refuse_terminal(&args.print, lang)?;
    let ledger = args.ledger.context("the ledger's directory")?;
    let reader = ledger::reader(&ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader)?;
    let fold = state::at(&reader, size)?;
    let asked = asked(&args.question, &fold, lang)?;
    let mut figures = figures(&reader, &fold, &asked)?;
    figures.number = args.number;
    paper::write(&args.print, &paper::bytes(args.print.format, &fold, &figures)?)?;
    Ok(ExitCode::SUCCESS)
}

/// The figures of a question at the size of the fold, with who contributed, who was late and how every chain ends.
pub fn figures(reader: &Reader, fold: &Fold, asked: &Asked) -> Result<Figures> {
    let size = fold.size();
    let mut contributions = Contributions::new(fold, asked);
    let mut lateness = Lateness::new(fold, asked);
    reader.for_each(LeafIndex(0), size, |record| -> Result<(), ReplayError> {
        let record = recorded(&record)?;
        lateness.visit(&record);
        Ok(contributions.visit(&record)?)
    })?;
    let found = contributions.finish()?;
    let figures = socai_fold::figures::figures(fold, asked, Some(&found))?;
    let mut figures = Figures::of(fold, asked, &figures, &origin(reader, size)?, reader.root_at(size)?);
    let late = lateness.finish();
    for unit in &mut figures.units {
        unit.late = Some(late.get(&unit.no).copied().unwrap_or_default());
        if let Some(newest) = &mut unit.newest {
            newest.link = Some(reader.record(newest.leaf)?.record.link());
        }
    }
    Ok(figures)
}

/// The ledger's name, from its newest checkpoint.
fn origin(reader: &Reader, size: TreeSize) -> Result<String> {
    let note = reader.committed()?.checkpoint;
    let note = String::from_utf8(note).with_context(|| format!("the checkpoint of size {size}"))?;
    Ok(note.lines().next().unwrap_or_default().to_owned())
}

/// The question that the flags ask.
pub fn asked(args: &QuestionArgs, fold: &Fold, lang: Lang) -> Result<Asked> {
    let rulebook = fold.rulebook();
    let mut asked = match (&args.period, &args.from, &args.to) {
        (Some(period), ..) => match Asked::named(rulebook, period) {
            Some(asked) => asked,
            None => {
                let (from, to) = month(period)?;
                Asked::days(rulebook, from, to)
            }
        },
        (None, Some(from), Some(to)) => Asked::days(rulebook, day("--from", from)?, day("--to", to)?),
        (None, None, None) if args.occasion.is_some() => {
            let id = args.occasion.clone().unwrap_or_default();
            match Asked::named(rulebook, &id) {
                Some(asked) => asked,
                None => bail!("{}: {id}", lang.pick("không có dịp", "there is no occasion")),
            }
        }
        _ => bail!(
            "{}",
            lang.pick(
                "cần --period 2023-02, hoặc --from và --to, hoặc --occasion",
                "say what to report: --period 2023-02, or --from and --to, or --occasion",
            )
        ),
    };
    if asked.from > asked.to {
        bail!("--from {} is after --to {}", asked.from, asked.to);
    }
    if let Some(id) = &args.occasion {
        if rulebook.occasion(id, asked.to).is_none() {
            let known: Vec<_> = rulebook.occasions(asked.to).iter().map(|row| row.id.as_str()).collect();
            bail!("{}: {id} ({})", lang.pick("không có dịp", "there is no occasion"), known.join(", "));
        }
        asked.occasion = Some(id.clone());
    }
    Ok(asked)
}

/// The report month by the 15th–14th rule: 2023-02 is 15/01/2023 to 14/02/2023.
fn month(period: &str) -> Result<(CivilDate, CivilDate)> {
    let wrong =
        || format!("--period {period}: a month such as 2023-02, or a period named in the occasions table");
    let (year, month) = period.split_once('-').with_context(wrong)?;
    let (year, month) = (year.parse().with_context(wrong)?, month.parse().with_context(wrong)?);
    let to = CivilDate::new(year, month, 14).with_context(wrong)?;
    let from = to.add_months(-1).map(CivilDate::next).with_context(wrong)?;
    Ok((from, to))
}

fn day(flag: &str, text: &str) -> Result<CivilDate> {
    text.parse().with_context(|| format!("{flag} {text}: a date such as 2023-02-08"))
}
