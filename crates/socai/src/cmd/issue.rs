//! `socai report issue`: the operator states what was printed, so that it can be held against what is known later.

use std::{path::Path, process::ExitCode};

use anyhow::{Context as _, Error, Result, anyhow};
use bytes::Bytes;
use socai_district::{issue, now_ms};
use socai_fold::{Fold, figures::Asked};
use socai_log::Reader;
use socai_proto::v1;
use socai_report::{Figure, Figures, Known, format::thoi_diem};
use socai_tlog::Digest;
use socai_web::WrongNumber;

use crate::{
    cli::{PrintArgs, QuestionArgs},
    cmd::{operator, report},
    file,
    lang::Lang,
    out, paper,
    quoted::quoted,
    state,
};

/// Longest number of a report, in characters.
const MAX_NUMBER: usize = 64;

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
    file::refuse(&[("--out", print.out.as_deref())], lang)?;
    let mut ledger = operator::open(dir, lang)?;
    let fold = state::newest(ledger.reader())?;
    if let Some(wrong) = wrong_number(ledger.reader(), &fold, number)? {
        return Err(refused(number, wrong, lang));
    }
    let asked = report::asked(question, &fold, lang)?;
    let mut figures = report::figures(ledger.reader(), &fold, &asked)?;
    figures.number = Some(number.to_owned());
    let text = paper::text(&fold, &figures)?;
    let bytes = paper::bytes(print.format, &fold, &figures)?;
    let kind = match (&question.period, &question.from) {
        (Some(text), _) => Asked::kind_written(fold.rulebook(), text)?,
        (None, Some(_)) => v1::PeriodKind::AdHoc,
        (None, None) => v1::PeriodKind::Occasion,
    };
    let now_ms = now_ms();
    let names = ledger.publish(&[issue(stated(kind, &fold, &figures, &text)?, now_ms)?], now_ms)?;
    let name = names.first().map(ToString::to_string).unwrap_or_default();
    paper::write(print, &bytes).with_context(|| match lang {
        Lang::Vi => format!(
            "báo cáo {number} đã ban hành (sự kiện {name}) nhưng chưa in được; in bằng socai report {} --as-reported {number}",
            dir.display()
        ),
        Lang::En => format!(
            "report {number} is issued (event {name}) but could not be printed; socai report {} --as-reported {number} prints it",
            dir.display()
        ),
    })?;
    if print.out.is_some() {
        out::line(&match lang {
            Lang::Vi => {
                format!("đã ban hành báo cáo {number}: sự kiện {name}, cỡ cây {}", figures.as_of.size)
            }
            Lang::En => format!("issued report {number}: event {name}, tree size {}", figures.as_of.size),
        })?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Why no report can be issued with a number: no document could have it, or a report of the ledger has it already. The reader is of the fold's log.
///
/// # Errors
/// The record that has the number cannot be read.
pub fn wrong_number(reader: &Reader, fold: &Fold, number: &str) -> Result<Option<WrongNumber>> {
    let is_odd = |c: char| c.is_control() || c.is_whitespace();
    if number.is_empty() || number.chars().count() > MAX_NUMBER || number.contains(is_odd) {
        return Ok(Some(WrongNumber::Odd));
    }
    let Some(report) = fold.reports().numbered(number) else { return Ok(None) };
    let received_at_ms = reader.record(report.leaf)?.received_at_ms;
    Ok(Some(WrongNumber::Taken { name: report.name, leaf: report.leaf, received_at_ms }))
}

/// The refusal in words.
fn refused(number: &str, wrong: WrongNumber, lang: Lang) -> Error {
    let typed = quoted(number);
    match (wrong, lang) {
        (WrongNumber::Odd, Lang::Vi) => anyhow!(
            "--no {typed}: số, ký hiệu có từ 1 đến {MAX_NUMBER} ký tự, không có khoảng trắng, như 45/BC-UBND"
        ),
        (WrongNumber::Odd, Lang::En) => anyhow!(
            "--no {typed}: a number with symbol has 1 to {MAX_NUMBER} characters and no white space, such as 45/BC-UBND"
        ),
        (WrongNumber::Taken { name, leaf, received_at_ms }, Lang::Vi) => anyhow!(
            "--no {number}: báo cáo ban hành {} đã có số này (sự kiện {name}, mục {leaf}); hãy cấp số khác",
            thoi_diem(received_at_ms)
        ),
        (WrongNumber::Taken { name, leaf, received_at_ms }, Lang::En) => anyhow!(
            "--no {number}: the report issued {} has this number (event {name}, leaf {leaf}); give another",
            thoi_diem(received_at_ms)
        ),
    }
}

/// What the report says. The text digest is that of the text form with its number.
pub fn stated(kind: v1::PeriodKind, fold: &Fold, figures: &Figures, text: &str) -> Result<v1::ReportIssued> {
    let (from, to) = figures.period.stated();
    let same_days = |report: &&socai_fold::Report| report.period == (from, to);
    let restates = fold
        .reports()
        .iter()
        .rev()
        .find(same_days)
        .map(|report| v1::Ref { unit: report.name.unit.0, seq: report.name.seq.0 });
    Ok(v1::ReportIssued {
        report_no: figures.number.clone().unwrap_or_default(),
        period: Some(v1::Period { kind: kind.into(), from: from.yyyymmdd(), to: to.yyyymmdd() }),
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
        Known::Nil | Known::Zero => 0,
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
