//! Where a case stands on a day, and what was found in it.

use std::fmt::Write as _;

use socai_domain::{
    CivilDate, Event,
    lifecycle::{self, Asked, Detail, Finding, Judged, Value},
};

use super::rows::Rows;
use crate::lang::Lang;

/// The case on a day, by each sort of case that its facts belong to.
pub fn judged(rows: &Rows, on: CivilDate) -> Vec<Judged> {
    let counting = rows.counting();
    let facts: Vec<_> = counting
        .iter()
        .filter_map(|(name, facts)| Some(lifecycle::Fact { name: *name, event: Event::decode(facts).ok()? }))
        .collect();
    lifecycle::judge(&facts, &Asked { on, rules: rows.fold.rulebook() })
}

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

#[cfg(test)]
mod tests {
    use socai_domain::{
        Dong,
        lifecycle::{Extent, State, penalty},
    };
    use socai_proto::schema::Label;
    use socai_tlog::EventName;

    use super::*;

    #[test]
    fn a_state_is_printed_with_its_sums_and_what_was_found() {
        let found = Finding {
            code: "overdue",
            message_vi: "quá hạn".to_owned(),
            message_en: "past its term".to_owned(),
            source: "Điều 78".to_owned(),
            facts: vec![EventName::new(12, 3), EventName::new(14, 0)],
            extent: Extent::default(),
        };
        let unpaid = Detail {
            label: Label { vi: "còn phải nộp", en: "unpaid" },
            value: Value::Money(Dong(2_500_000)),
        };
        let state = State::Penalty(penalty::State::Overdue);
        let judged = [Judged { state, details: vec![unpaid], findings: vec![found], marks: vec![] }];
        let on = CivilDate::new(2023, 2, 21).unwrap();
        assert_eq!(
            text(&judged, on, Lang::En),
            "on 2023-02-21: overdue\n    unpaid: 2500000 VND\n  ! past its term [overdue] (12/3, 14/0)\n    Điều 78\n\n"
        );
        assert!(text(&judged, on, Lang::Vi).starts_with("ngày 2023-02-21: quá hạn nộp phạt\n"));
        assert_eq!(text(&[], on, Lang::En), "");
    }
}
