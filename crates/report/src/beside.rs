//! Two ledgers asked the same question: their figures side by side, in text and JSON.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde::Serialize;
use socai_domain::time::vietnam_rfc3339;
use socai_fold::figures::percent;
use socai_proto::Lang;

use crate::Error;
use crate::figures::{AsOf, Figure, Figures, Form, Known};
use crate::format::{day, number, percentage, point};

/// Two answers.
#[derive(Clone, Copy, Debug)]
pub struct Beside<'a> {
    /// The first ledger's.
    pub ours: &'a Figures,
    /// The other's.
    pub theirs: &'a Figures,
    /// Codes of indicators that the two define differently: nothing is compared.
    pub otherwise: &'a BTreeSet<String>,
    /// What indicators are called in English, by code, as far as either ledger says.
    pub labels_en: &'a BTreeMap<String, String>,
}

/// One indicator in both.
struct Line<'a> {
    figure: &'a Figure,
    ours: Option<i128>,
    theirs: Option<i128>,
    /// Ours as a percentage of theirs, for quantities that both know and define alike.
    percent: Option<String>,
    is_alike: bool,
}

impl<'a> Beside<'a> {
    /// Every indicator of either ledger about which anything is known, in the order of the first, then of the other.
    fn lines(&self) -> Vec<Line<'a>> {
        let of =
            |figures: &'a Figures, code: &str| figures.figures.iter().find(|figure| figure.indicator == code);
        let theirs_only =
            self.theirs.figures.iter().filter(|figure| of(self.ours, &figure.indicator).is_none());
        let line = |figure: &'a Figure| {
            let (ours, theirs) = (of(self.ours, &figure.indicator), of(self.theirs, &figure.indicator));
            let is_alike = ours.is_some() && theirs.is_some() && !self.otherwise.contains(&figure.indicator);
            let (ours, theirs) = (ours.and_then(value), theirs.and_then(value));
            let is_quantity = !matches!(figure.form, Form::Percent(_));
            let both = ours.zip(theirs).filter(|_| is_alike && is_quantity);
            Line {
                figure,
                ours,
                theirs,
                percent: both.and_then(|(ours, theirs)| percent(ours, theirs, 1)),
                is_alike,
            }
        };
        let lines = self.ours.figures.iter().chain(theirs_only).map(line);
        lines.filter(|line| line.ours.is_some() || line.theirs.is_some()).collect()
    }

    fn label(&self, figure: &'a Figure, lang: Lang) -> &'a str {
        let english = self.labels_en.get(&figure.indicator).filter(|_| lang == Lang::En);
        english.unwrap_or(&figure.label)
    }
}

fn value(figure: &Figure) -> Option<i128> {
    match figure.known() {
        Known::Nothing => None,
        Known::Nil | Known::Zero => Some(0),
        Known::Value(value) => Some(value),
    }
}

/// The comparison for people, a line an indicator.
pub fn beside_text(beside: &Beside<'_>, lang: Lang) -> String {
    let (ours, theirs) = (beside.ours, beside.theirs);
    let mut text = format!("{} – {}\n", day(ours.period.from, lang), day(ours.period.to, lang));
    for (name, figures) in [("A", ours), ("B", theirs)] {
        let AsOf { size, root, .. } = figures.as_of;
        let (words, root) = (pick(lang, "cỡ cây", "tree size"), root.to_string());
        let size = number(size.0, lang);
        let _ = writeln!(text, "{name} = {}, {words} {size}, {}…", figures.ledger, &root[..16]);
    }
    let _ = writeln!(text, "\n{:<10} {:>20} {:>20} {:>9}", "", "A", "B", "A/B");
    for line in beside.lines() {
        let shown = |value: Option<i128>| match (value, line.figure.form) {
            (None, _) => "–".to_owned(),
            (Some(value), Form::Percent(decimals)) => percentage(&point(value, decimals), lang),
            (Some(value), _) => number(value, lang),
        };
        let ratio = match (&line.percent, line.is_alike) {
            (Some(percent), _) => percentage(percent, lang),
            (None, false) => "≠".to_owned(),
            (None, true) => String::new(),
        };
        let (code, label, unit) =
            (&line.figure.indicator, beside.label(line.figure, lang), &line.figure.unit);
        let numbers = format!("{code:<10} {:>20} {:>20} {ratio:>9}", shown(line.ours), shown(line.theirs));
        let _ = writeln!(text, "{}\n           {label} ({unit})", numbers.trim_end());
    }
    if beside.lines().iter().any(|line| !line.is_alike) {
        let vi = "≠ hai sổ cái định nghĩa chỉ tiêu khác nhau, hoặc chỉ một sổ có: không so sánh";
        let _ = writeln!(
            text,
            "\n{}",
            pick(lang, vi, "≠ defined differently in the two ledgers, or in one only: not compared")
        );
    }
    text
}

fn pick<'t>(lang: Lang, vi: &'t str, en: &'t str) -> &'t str {
    match lang {
        Lang::Vi => vi,
        Lang::En => en,
    }
}

/// The comparison as JSON text, ending with a line feed.
///
/// Shape: `{"period":{"from","to"},"a":{"ledger","size","root","time"},"b":{…},"figures":[{"indicator","label","unit","a","b","pct",
/// "comparable"}]}`. Values are integers, null when nothing may be said; `pct` is a as a percentage of b.
pub fn beside_json(beside: &Beside<'_>) -> Result<String, Error> {
    let ledger = |figures: &'_ Figures| LedgerRow {
        ledger: figures.ledger.clone(),
        size: figures.as_of.size.0,
        root: figures.as_of.root.to_string(),
        time: vietnam_rfc3339(figures.as_of.time_ms),
    };
    let row = |line: Line<'_>| FigureRow {
        indicator: line.figure.indicator.clone(),
        label: line.figure.label.clone(),
        unit: line.figure.unit.clone(),
        a: line.ours,
        b: line.theirs,
        pct: line.percent,
        comparable: line.is_alike,
    };
    let sheet = Sheet {
        period: DaysRow { from: beside.ours.period.from.to_string(), to: beside.ours.period.to.to_string() },
        a: ledger(beside.ours),
        b: ledger(beside.theirs),
        figures: beside.lines().into_iter().map(row).collect(),
    };
    let mut text = serde_json::to_string_pretty(&sheet)?;
    text.push('\n');
    Ok(text)
}

#[derive(Serialize)]
struct Sheet {
    period: DaysRow,
    a: LedgerRow,
    b: LedgerRow,
    figures: Vec<FigureRow>,
}

#[derive(Serialize)]
struct DaysRow {
    from: String,
    to: String,
}

#[derive(Serialize)]
struct LedgerRow {
    ledger: String,
    size: u64,
    root: String,
    time: String,
}

#[derive(Serialize)]
struct FigureRow {
    indicator: String,
    label: String,
    unit: String,
    a: Option<i128>,
    b: Option<i128>,
    pct: Option<String>,
    comparable: bool,
}
