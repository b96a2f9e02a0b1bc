//! Where a case stands on a day, and what was found in it.

use std::fmt::Write as _;

use socai_domain::{
    CivilDate,
    lifecycle::{Detail, Finding, Judged, Value},
};

use crate::lang::Lang;

/// A heading, the sums and days, and one entry a finding; nothing for a case whose kinds have no lifecycle.
pub fn text(judged: &[Judged], on: CivilDate, lang: Lang) -> String {
    let mut text = String::new();
    for case in judged {
        let label = case.state.label();
        let _ = writeln!(text, "{} {on}: {}", lang.pick("ngày", "on"), lang.pick(label.vi, label.en));
        for detail in &case.details {
            let _ = writeln!(text, "    {}", value(detail, lang));
        }
        for found in &case.findings {
            let _ = writeln!(text, "  ! {}", finding(found, lang));
        }
        let _ = writeln!(text);
    }
    text
}

fn value(detail: &Detail, lang: Lang) -> String {
    let label = lang.pick(detail.label.vi, detail.label.en);
    match detail.value {
        Value::Money(amount) => format!("{label}: {amount} {}", lang.pick("đồng", "VND")),
        Value::Count(count) => format!("{label}: {count}"),
        Value::Day(day) => format!("{label}: {day}"),
        Value::Words(words) => format!("{label}: {}", lang.pick(words.vi, words.en)),
    }
}

/// What is found, its code, the facts it is about and the article: `overdue … (12/3) · Luật …`.
fn finding(found: &Finding, lang: Lang) -> String {
    let names: Vec<_> = found.facts.iter().map(ToString::to_string).collect();
    let message = lang.pick(&found.message_vi, &found.message_en);
    let mut text = format!("{message} [{}] ({})", found.code, names.join(", "));
    if !found.source.is_empty() {
        let _ = write!(text, "\n    {}", found.source);
    }
    text
}
