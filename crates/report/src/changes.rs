//! Two answers to one question, as reported and as known now: per figure both values and why they differ, in text and JSON.

use std::fmt::Write as _;

use serde::Serialize;
use socai_domain::Registry;
use socai_domain::tables::Indicator;
use socai_domain::time::vietnam_rfc3339;
use socai_fold::Report;
use socai_fold::figures::{Asked, Cause, Restatement, Why};
use socai_proto::Lang;
use socai_tlog::{EventName, UnitNo};

use crate::Error;
use crate::figures::{AsOf, Form, Restated};
use crate::format::{day, dem, number, percentage, point, tien};

/// A comparison with what stands above it on paper.
#[derive(Clone, Copy, Debug)]
pub struct Changes<'a> {
    /// The ledger's origin.
    pub ledger: &'a str,
    /// The units, for their names.
    pub registry: &'a Registry,
    /// What was asked at both sizes.
    pub asked: &'a Asked,
    /// The earlier cut-off.
    pub from: AsOf,
    /// The later one.
    pub to: AsOf,
    /// The issued report that the earlier values are of.
    pub report: Option<&'a Report>,
    /// The figures that are known differently.
    pub restated: &'a [Restatement],
}

/// Causes of one figure that are printed one by one; JSON has them all.
const CAUSES: usize = 20;

/// The comparison for people: a line a figure, below it a line a cause.
pub fn changes_text(changes: &Changes<'_>, lang: Lang) -> String {
    let mut text = heading(changes, lang);
    if changes.restated.is_empty() {
        text.push_str(pick(lang, "Không có số liệu nào thay đổi.\n", "No figure is known differently.\n"));
    }
    for line in changes.restated {
        let said = |value: Option<i128>| {
            value.map_or_else(|| "–".to_owned(), |value| printed(&line.row, value, lang))
        };
        let (before, after) = (said(line.before), said(line.after));
        let _ = writeln!(text, "\n{:<9} {}: {before} → {after}", line.row.code, label(&line.row, lang));
        for cause in line.causes.iter().take(CAUSES) {
            let _ = writeln!(text, "          {}", told(changes, &line.row, cause, lang));
        }
        if let Some(more) = line.causes.len().checked_sub(CAUSES).filter(|more| *more > 0) {
            let more = number(more as u64, lang);
            let _ = match lang {
                Lang::Vi => writeln!(text, "          … và {more} thay đổi khác (xem --format json)"),
                Lang::En => writeln!(text, "          … and {more} more (see --format json)"),
            };
        }
    }
    text
}

fn heading(changes: &Changes<'_>, lang: Lang) -> String {
    let to = day(changes.asked.to, lang);
    let days = match (changes.asked.is_since_ever(), lang) {
        (true, Lang::Vi) => format!("Mọi số liệu đến {to}"),
        (true, Lang::En) => format!("Everything up to {to}"),
        (false, Lang::Vi) => format!("Kỳ {} – {to}", day(changes.asked.from, lang)),
        (false, Lang::En) => format!("Period {} – {to}", day(changes.asked.from, lang)),
    };
    let (then, now) = (number(changes.from.size.0, lang), number(changes.to.size.0, lang));
    let report = changes.report.map(|report| format!("{} ({})", report.report_no, report.name));
    match (lang, report) {
        (Lang::Vi, Some(report)) => {
            format!("{days}: đã báo cáo tại {report}, cỡ cây {then}; hiện biết tại cỡ cây {now}\n")
        }
        (Lang::En, Some(report)) => {
            format!("{days}: as reported in {report} at tree size {then}; as known at tree size {now}\n")
        }
        (Lang::Vi, None) => format!("{days}: từ cỡ cây {then} đến cỡ cây {now}\n"),
        (Lang::En, None) => format!("{days}: from tree size {then} to tree size {now}\n"),
    }
}

fn told(changes: &Changes<'_>, row: &Indicator, cause: &Cause, lang: Lang) -> String {
    let mut text = format!("{} {}", words(cause.why, lang), cause.event);
    if cause.by != cause.event {
        let _ = write!(text, " {} {}", pick(lang, "theo", "by"), cause.by);
    }
    if let Some(answer) = cause.acknowledged {
        let _ = write!(text, ", {} {answer}", pick(lang, "xác nhận tại", "acknowledged in"));
    }
    let _ = write!(text, " · {}", unit_name(changes, cause.by.unit));
    if cause.before != cause.after {
        let _ = write!(text, ": {} → {}", printed(row, cause.before, lang), printed(row, cause.after, lang));
    }
    text
}

fn unit_name(changes: &Changes<'_>, no: UnitNo) -> String {
    let unit = changes.registry.unit(no);
    let span = unit.and_then(|unit| unit.on(changes.asked.to).or_else(|| unit.newest()));
    span.map_or_else(|| no.to_string(), |span| span.name.clone())
}

/// A value with its unit of measure; zero is a number here.
fn printed(row: &Indicator, value: i128, lang: Lang) -> String {
    match (Form::of(row), lang) {
        (Form::Percent(decimals), _) => percentage(&point(value, decimals), lang),
        (Form::Money, Lang::Vi) if value != 0 => tien(value),
        (Form::Count, Lang::Vi) if value != 0 => format!("{} {}", dem(value), row.unit),
        _ => format!("{} {}", number(value, lang), row.unit),
    }
}

fn label(row: &Indicator, lang: Lang) -> &str {
    if row.label_en.is_empty() { &row.label } else { pick(lang, &row.label, &row.label_en) }
}

fn words(why: Why, lang: Lang) -> &'static str {
    let (vi, en) = match why {
        Why::Recorded => ("ghi nhận thêm", "recorded since:"),
        Why::Late => ("đến sau khi chốt", "late, after the closing:"),
        Why::Corrected => ("đính chính", "corrected:"),
        Why::Voided => ("hủy bản ghi", "voided:"),
        Why::Restored => ("khôi phục", "restored:"),
        Why::Boundary => ("thay đổi đơn vị hành chính", "units changed:"),
        Why::Rules => ("thay đổi cách tính", "defined otherwise:"),
        Why::Printed => {
            ("số in khác số của sổ tại mốc chốt", "printed otherwise than the ledger gives at its cut-off:")
        }
    };
    pick(lang, vi, en)
}

fn pick<'t>(lang: Lang, vi: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Vi => vi,
        Lang::En => en,
    }
}

/// The comparison as JSON text, ending with a line feed.
///
/// Shape: `{"ledger","period":{"from","to","occasion"},"report":{"report_no","event"},"from":{"size","root","time"},"to":{…},
/// "figures":[{"indicator","label","unit","before","after","causes":[{"why","event","by","acknowledged","before","after"}]}]}`. `report` is
/// `null` between two cut-offs; `before` and `after` are `null` where a report would say nothing. Events are `unit/seq`.
pub fn changes_json(changes: &Changes<'_>) -> Result<String, Error> {
    let as_of = |as_of: AsOf| CutRow {
        size: as_of.size.0,
        root: as_of.root.to_string(),
        time: vietnam_rfc3339(as_of.time_ms),
    };
    let sheet = Sheet {
        ledger: changes.ledger,
        period: PeriodRow {
            from: changes.asked.from.to_string(),
            to: changes.asked.to.to_string(),
            occasion: changes.asked.occasion.as_deref(),
        },
        report: changes
            .report
            .map(|report| ReportRow { report_no: &report.report_no, event: report.name.to_string() }),
        from: as_of(changes.from),
        to: as_of(changes.to),
        figures: changes.restated.iter().map(FigureRow::of).collect(),
    };
    let mut text = serde_json::to_string_pretty(&sheet)?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Sheet<'a> {
    ledger: &'a str,
    period: PeriodRow<'a>,
    report: Option<ReportRow<'a>>,
    from: CutRow,
    to: CutRow,
    figures: Vec<FigureRow<'a>>,
}

#[derive(Serialize)]
struct PeriodRow<'a> {
    from: String,
    to: String,
    occasion: Option<&'a str>,
}

#[derive(Serialize)]
struct ReportRow<'a> {
    report_no: &'a str,
    event: String,
}

#[derive(Serialize)]
struct CutRow {
    size: u64,
    root: String,
    time: String,
}

#[derive(Serialize)]
struct FigureRow<'a> {
    indicator: &'a str,
    label: &'a str,
    unit: &'a str,
    before: Option<i128>,
    after: Option<i128>,
    causes: Vec<CauseRow>,
}

#[derive(Serialize)]
struct CauseRow {
    why: &'static str,
    event: String,
    by: String,
    acknowledged: Option<String>,
    before: i128,
    after: i128,
}

impl<'a> FigureRow<'a> {
    fn of(line: &'a Restatement) -> Self {
        let causes = line.causes.iter().map(|cause| CauseRow {
            why: name(cause.why),
            event: cause.event.to_string(),
            by: cause.by.to_string(),
            acknowledged: cause.acknowledged.map(|answer| answer.to_string()),
            before: cause.before,
            after: cause.after,
        });
        let (indicator, label, unit) = (&line.row.code, &line.row.label, &line.row.unit);
        FigureRow { indicator, label, unit, before: line.before, after: line.after, causes: causes.collect() }
    }
}

fn name(why: Why) -> &'static str {
    match why {
        Why::Recorded => "recorded",
        Why::Late => "late",
        Why::Corrected => "corrected",
        Why::Voided => "voided",
        Why::Restored => "restored",
        Why::Boundary => "boundary",
        Why::Rules => "rules",
        Why::Printed => "printed",
    }
}

impl Restated {
    /// A figure of an issued report as the next one mentions it; none when its value is the same after all.
    pub fn of(line: &Restatement) -> Option<Self> {
        let reported = line.before.filter(|before| Some(*before) != line.after)?;
        let mut reasons: Vec<&str> = line.causes.iter().map(|cause| words(cause.why, Lang::Vi)).collect();
        reasons.sort_unstable();
        reasons.dedup();
        Some(Restated {
            indicator: line.row.code.clone(),
            label: line.row.label.clone(),
            form: Form::of(&line.row),
            reported,
            known: line.after,
            reason: reasons.join(", "),
            events: line
                .causes
                .iter()
                .map(|cause| cause.by)
                .map(|name: EventName| name.to_string())
                .collect(),
        })
    }
}
