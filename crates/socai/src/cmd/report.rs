//! `socai report`: a report whose every figure comes out of the signed facts.

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use socai_domain::CivilDate;
use socai_fold::{
    Fold,
    figures::{Asked, Contributions},
};
use socai_follow::{ReplayError, recorded};
use socai_log::Reader;
use socai_report::{Figures, Template};
use socai_tlog::{LeafIndex, TreeSize};

use crate::{
    cli::{ReportArgs, ReportFormat},
    cut,
    lang::Lang,
    ledger, out, state,
};

/// Prints the report.
pub fn run(args: &ReportArgs, lang: Lang) -> Result<ExitCode> {
    let reader = ledger::reader(&args.ledger)?;
    let size = cut::resolve(args.as_of.as_deref(), &reader)?;
    let fold = state::at(&reader, size)?;
    let asked = asked(args, &fold, lang)?;
    let figures = figures(&reader, &fold, &asked)?;
    let text = match args.format {
        ReportFormat::Json => socai_report::json(&figures)?,
        ReportFormat::Text => text(&fold, &figures, lang)?,
    };
    out::line(text.trim_end())?;
    Ok(ExitCode::SUCCESS)
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
fn origin(reader: &Reader, size: TreeSize) -> Result<String> {
    let note = reader.committed()?.checkpoint;
    let note = String::from_utf8(note).with_context(|| format!("the checkpoint of size {size}"))?;
    Ok(note.lines().next().unwrap_or_default().to_owned())
}

fn asked(args: &ReportArgs, fold: &Fold, lang: Lang) -> Result<Asked> {
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
