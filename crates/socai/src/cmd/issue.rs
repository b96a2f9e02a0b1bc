//! `socai report issue`: the operator states what was printed, so that it can be held against what is known later.

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, Result};
use bytes::Bytes;
use socai_district::{Ledger, LedgerDir, issue, now_ms};
use socai_domain::CivilDate;
use socai_fold::{Fold, Rulebook};
use socai_proto::v1;
use socai_report::{Figure, Figures, Known};
use socai_tlog::Digest;

use crate::{
    cli::{PrintArgs, QuestionArgs},
    cmd::report,
    lang::Lang,
    out, paper, state,
};

/// Records that the report was issued, then prints it. A crash between, or a file that cannot be written, leaves a recorded report that `socai report --as-of SIZE --no NUMBER`
/// prints again, byte for byte.
pub fn run(
    dir: &Path,
    number: &str,
    question: &QuestionArgs,
    print: &PrintArgs,
    lang: Lang,
) -> Result<ExitCode> {
    paper::refuse_terminal(print, lang)?;
    let mut ledger = Ledger::open_alone(&LedgerDir::new(dir)).with_context(|| dir.display().to_string())?;
    let fold = state::newest(ledger.reader())?;
    let asked = report::asked(question, &fold, lang)?;
    let mut figures = report::figures(ledger.reader(), &fold, &asked)?;
    figures.number = Some(number.to_owned());
    let text = paper::text(&fold, &figures)?;
    let bytes = paper::bytes(print.format, &fold, &figures)?;
    let kind = match (&question.period, &question.from) {
        (Some(text), _) => kind_of(fold.rulebook(), text),
        (None, Some(_)) => v1::PeriodKind::AdHoc,
        (None, None) => v1::PeriodKind::Occasion,
    };
    let now_ms = now_ms();
    let names = ledger.publish(&[issue(stated(kind, &fold, &figures, &text)?, now_ms)?], now_ms)?;
    paper::write(print, &bytes)?;
    if print.out.is_some() {
        let name = names.first().map(ToString::to_string).unwrap_or_default();
        out::line(&match lang {
            Lang::Vi => {
                format!("đã ban hành báo cáo {number}: sự kiện {name}, cỡ cây {}", figures.as_of.size)
            }
            Lang::En => format!("issued report {number}: event {name}, tree size {}", figures.as_of.size),
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The sort of a period as people write it: a row of the occasions table is an occasion, unless it names a period.
pub fn kind_of(rulebook: &Rulebook, text: &str) -> v1::PeriodKind {
    let row = rulebook.occasions(CivilDate::MAX).iter().find(|row| row.id == text);
    match row {
        Some(row) if row.occasion.is_none() => v1::PeriodKind::Occasion,
        Some(_) => v1::PeriodKind::Month,
        None if text.contains("-Q") => v1::PeriodKind::Quarter,
        None if text.trim_start_matches("cal:").len() == "2023-02".len() => v1::PeriodKind::Month,
        None => v1::PeriodKind::AdHoc,
    }
}

/// What the report says. The text digest is that of the text form with its number.
pub fn stated(kind: v1::PeriodKind, fold: &Fold, figures: &Figures, text: &str) -> Result<v1::ReportIssued> {
    let period = &figures.period;
    let same_days = |report: &&socai_fold::Report| report.period == (period.from, period.to);
    let restates = fold
        .reports()
        .iter()
        .rev()
        .find(same_days)
        .map(|report| v1::Ref { unit: report.name.unit.0, seq: report.name.seq.0 });
    Ok(v1::ReportIssued {
        report_no: figures.number.clone().unwrap_or_default(),
        period: Some(v1::Period {
            kind: kind.into(),
            from: period.from.yyyymmdd(),
            to: period.to.yyyymmdd(),
        }),
        tree_size: figures.as_of.size.0,
        root: Bytes::copy_from_slice(&figures.as_of.root.0),
        values: figures.figures.iter().filter_map(value).collect::<Result<_>>()?,
        text_digest: Bytes::copy_from_slice(&Digest::of(text.as_bytes()).0),
        restates,
    })
}

/// A figure that was printed; none about which nothing was said.
fn value(figure: &Figure) -> Option<Result<v1::ReportedValue>> {
    let value = match figure.known() {
        Known::Nothing => return None,
        Known::Zero => 0,
        Known::Value(value) => value,
    };
    let digest = figure.digest?;
    let value =
        i64::try_from(value).with_context(|| format!("{}: {value} is beyond 64 bits", figure.indicator));
    Some(value.map(|value| v1::ReportedValue {
        indicator: figure.indicator.clone(),
        value,
        digest: Bytes::copy_from_slice(&digest.0),
    }))
}
