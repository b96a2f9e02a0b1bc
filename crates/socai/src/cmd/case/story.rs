//! The story of a case: one entry a fact, with its document and its place in the log.

use std::fmt::Write as _;

use socai_fold::CaseStanding;
use socai_proto::v1;

use super::rows::{Rows, event};
use crate::lang::Lang;

/// Two lines a fact, in the order that decides the case's state.
pub fn text(rows: &Rows, lang: Lang) -> String {
    let mut text = String::new();
    for (fact, recorded) in &rows.facts {
        let label =
            socai_proto::kind(fact.kind).map_or(fact.kind, |kind| lang.pick(kind.label.vi, kind.label.en));
        let _ = writeln!(
            text,
            "{}  {:<9} #{:<7} {label}{}{}",
            fact.occurred_on,
            fact.name.to_string(),
            fact.leaf.to_string(),
            document(&event(recorded)),
            standing(fact.standing, lang),
        );
        let _ = writeln!(text, "            {}", fact.summary);
    }
    text
}

/// The document behind a fact: ` · 125/QĐ-XPHC (2023)`.
fn document(event: &v1::Event) -> String {
    event
        .doc
        .as_ref()
        .map_or_else(String::new, |doc| format!(" · {}/{} ({})", doc.number, doc.series, doc.year))
}

fn standing(standing: CaseStanding, lang: Lang) -> &'static str {
    match standing {
        CaseStanding::Recorded => "",
        CaseStanding::Corrected => lang.pick("  [đã đính chính]", "  [corrected]"),
        CaseStanding::Voided => lang.pick("  [đã hủy]", "  [voided]"),
    }
}
