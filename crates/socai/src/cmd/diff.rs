//! `socai diff LEDGER --from CUT --to CUT`: which figures are known differently at a later cut-off, and by which facts; with `--with OTHER` one
//! ledger's figures beside another's.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::ExitCode,
};

use anyhow::{Context as _, Result, bail, ensure};
use socai_domain::{CivilDate, tables::Indicator, time};
use socai_fold::{
    Fold,
    figures::{Asked, series::row_on},
};
use socai_log::Reader;
use socai_report::{Beside, Figure, Figures, beside_json, beside_text};
use socai_tlog::TreeSize;

use super::report::figures;
use crate::{
    answer::Question,
    asked,
    cli::{ChangesFormat, DiffArgs},
    compared, cut, file,
    lang::Lang,
    ledger,
    mistake::Mistake,
    out, state,
};

/// Columns before the words of a figure.
const HANG: usize = 10;

/// Prints the comparison.
pub fn run(args: &DiffArgs, lang: Lang) -> Result<ExitCode> {
    if let Some(other) = &args.with {
        return with(args, other, lang);
    }
    file::refuse(&[("--save", args.save.file.as_deref())], lang)?;
    let reader = ledger::reader(&args.ledger)?;
    let from = cut::resolve(args.from.as_deref(), &reader).context("--from")?;
    let to = cut::resolve(args.to.as_deref(), &reader).context("--to")?;
    if from > to {
        let named = |text: &Option<String>, size: TreeSize| match text {
            Some(text) if *text != size.to_string() => {
                format!("{text} ({size} {})", lang.pick("mục", "entries"))
            }
            _ => size.to_string(),
        };
        let (from, to) = (named(&args.from, from), named(&args.to, to));
        bail!("--from {from} {} --to {to}", lang.pick("sau", "comes after"));
    }
    let text = between(&reader, (from, to), args, lang)?;
    // the earlier cut-off is a part of the question, as the size that it came to
    let question = DiffArgs { from: Some(from.to_string()), ..args.clone() };
    args.save.keep(&reader, to, Question::Diff(question), text.as_bytes(), lang)?;
    match args.format {
        ChangesFormat::Text => out::page(text.trim_end_matches('\n'), HANG)?,
        ChangesFormat::Json => out::line(text.trim_end_matches('\n'))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The comparison of a saved question, up to its later cut-off.
///
/// # Errors
/// As for [`between`], or its earlier cut-off is no size.
pub fn answer(reader: &Reader, to: TreeSize, args: &DiffArgs, lang: Lang) -> Result<String> {
    let from = args.from.as_deref().and_then(|from| from.parse().ok()).context("the earlier cut-off")?;
    between(reader, (from, to), args, lang)
}

/// The comparison of two cut-offs.
///
/// # Errors
/// The log cannot be read, or the question cannot be answered from it.
fn between(reader: &Reader, (from, to): (TreeSize, TreeSize), args: &DiffArgs, lang: Lang) -> Result<String> {
    if from > to {
        bail!("--from {from} {} --to {to}", lang.pick("sau", "comes after"));
    }
    let (earlier, later) = (state::at(reader, from)?, state::at(reader, to)?);
    let asked = match asked::of(args.period.as_deref(), args.occasion.as_deref(), later.rulebook(), lang)? {
        Some(asked) => asked,
        // without a period: everything up to the day on which the later cut-off was received
        None => Asked::since_ever(time::vietnam_date(later.last_received_at_ms())),
    };
    let text = compared::printed(reader, (&earlier, &later), &asked, None, args.format, lang)?;
    Ok(format!("{}\n", text.trim_end()))
}

/// One ledger beside another, each by its own rules.
fn with(args: &DiffArgs, other: &Path, lang: Lang) -> Result<ExitCode> {
    if let Some(to) = &args.to {
        ensure!(
            to.parse::<TreeSize>().is_err(),
            Mistake::new(
                "hai sổ cái không có số mục chung; nêu thời điểm hoặc ngày",
                "two ledgers have no tree size in common; give a time or a day"
            )
            .of(&format!("--to {to}"))
        );
    }
    let ((ours, fold), (theirs, other_fold)) =
        (figures_of(args, &args.ledger, lang)?, figures_of(args, other, lang)?);
    let on = ours.period.to;
    let defined = |figure: &Figure| {
        let rows = (row_on(&fold, &figure.indicator, on), row_on(&other_fold, &figure.indicator, on));
        matches!(rows, (Some(ours), Some(theirs)) if !is_alike(ours, theirs))
            .then(|| figure.indicator.clone())
    };
    let otherwise: BTreeSet<String> = ours.figures.iter().filter_map(defined).collect();
    let labels_en: BTreeMap<String, String> = [(&theirs, &other_fold), (&ours, &fold)]
        .into_iter()
        .flat_map(|(figures, fold)| {
            figures.figures.iter().filter_map(move |figure| label_en(figure, fold, on))
        })
        .collect();
    let beside = Beside { ours: &ours, theirs: &theirs, otherwise: &otherwise, labels_en: &labels_en };
    match args.format {
        ChangesFormat::Text => out::page(beside_text(&beside, lang.proto()).trim_end(), HANG)?,
        ChangesFormat::Json => out::line(beside_json(&beside)?.trim_end())?,
    }
    Ok(ExitCode::SUCCESS)
}

/// The code of a figure and what it is called in English, if the ledger says.
fn label_en(figure: &Figure, fold: &Fold, on: CivilDate) -> Option<(String, String)> {
    let row = row_on(fold, &figure.indicator, on).filter(|row| !row.label_en.is_empty())?;
    Some((row.code.clone(), row.label_en.clone()))
}

/// A ledger's answer, and the fold it came from.
fn figures_of(args: &DiffArgs, ledger: &Path, lang: Lang) -> Result<(Figures, Fold)> {
    let reader = ledger::reader(ledger)?;
    let size = cut::resolve(args.to.as_deref(), &reader).context("--to")?;
    let fold = state::at(&reader, size)?;
    let asked = asked::of(args.period.as_deref(), args.occasion.as_deref(), fold.rulebook(), lang)?;
    let asked = asked.context("--period says what to compare")?;
    let figures = figures(&reader, &fold, &asked).with_context(|| ledger.display().to_string())?;
    Ok((figures, fold))
}

/// Whether two rows count the same, whatever they are called.
fn is_alike(ours: &Indicator, theirs: &Indicator) -> bool {
    (&ours.kind, &ours.filter, &ours.measure, &ours.period, &ours.unit, ours.percent_decimals)
        == (
            &theirs.kind,
            &theirs.filter,
            &theirs.measure,
            &theirs.period,
            &theirs.unit,
            theirs.percent_decimals,
        )
}
