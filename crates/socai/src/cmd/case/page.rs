//! A case as the dashboard shows it: the same as `socai case`, in parts.

use anyhow::Result;
use socai_domain::{
    CivilDate,
    lifecycle::{Detail, Finding, Judged, Value},
};
use socai_fold::{CaseFact, CaseStanding};
use socai_log::Reader;
use socai_proto::schema::{IntStyle, KindInfo, Shape};
use socai_report::format::{ngay, so, tien_d};
use socai_tlog::TreeSize;
use socai_web::{Case, CaseEntry, CaseState};

use super::{
    rows::{Rows, event},
    state::judged,
};
use crate::lang::Lang;

/// State, findings and story of the case on a day; none when no fact belongs to it.
///
/// # Errors
/// The log cannot be read.
pub fn of(reader: &Reader, size: TreeSize, id: &str, on: CivilDate, lang: Lang) -> Result<Option<Case>> {
    let rows = Rows::of(reader, size, id)?;
    if rows.facts.is_empty() {
        return Ok(None);
    }
    let states = judged(&rows, on).iter().map(|judged| state(judged, lang)).collect();
    let story = rows.facts.iter().map(|(fact, recorded)| entry(fact, recorded, lang)).collect();
    Ok(Some(Case { states, story }))
}

fn state(judged: &Judged, lang: Lang) -> CaseState {
    let label = judged.state.label();
    CaseState {
        label: lang.pick(label.vi, label.en).to_owned(),
        details: judged.details.iter().map(|detail| value(detail, lang)).collect(),
        findings: judged.findings.iter().map(|found| finding(found, lang)).collect(),
    }
}

fn value(detail: &Detail, lang: Lang) -> (String, String) {
    let label = lang.pick(detail.label.vi, detail.label.en).to_owned();
    let value = match detail.value {
        Value::Money(amount) => format!("{} {}", tien_d(amount.0), lang.pick("đồng", "VND")),
        Value::Count(count) => so(count),
        Value::Day(day) => ngay(day),
        Value::Words(words) => lang.pick(words.vi, words.en).to_owned(),
    };
    (label, value)
}

fn finding(found: &Finding, lang: Lang) -> (String, String, Vec<String>) {
    let message = lang.pick(&found.message_vi, &found.message_en).to_owned();
    (message, found.source.clone(), found.facts.iter().map(ToString::to_string).collect())
}

fn entry(fact: &CaseFact, recorded: &[u8], lang: Lang) -> CaseEntry {
    let kind = socai_proto::kind(fact.kind);
    let document = event(recorded).doc;
    CaseEntry {
        on: Some(fact.occurred_on),
        name: fact.name.to_string(),
        label: kind.map_or(fact.kind, |kind| lang.pick(kind.label.vi, kind.label.en)).to_owned(),
        document: document
            .map_or_else(String::new, |doc| format!("{}/{} ({})", doc.number, doc.series, doc.year)),
        values: kind.map(|kind| values(kind, &fact.summary, lang)).unwrap_or_default(),
        is_corrected: fact.standing == CaseStanding::Corrected,
        is_voided: fact.standing == CaseStanding::Voided,
    }
}

/// The parts of a summary, `field=urban_order total=150000`, by the labels of the kind's schema.
fn values(kind: &KindInfo, summary: &str, lang: Lang) -> Vec<(String, String)> {
    let named = |(name, value): (&str, &str)| {
        let field = kind.message.fields.iter().find(|field| field.name == name)?;
        let label = lang.pick(field.label.vi, field.label.en).to_owned();
        Some((label, shown(&field.shape, value, lang)))
    };
    summary.split(' ').filter_map(|part| named(part.split_once('=')?)).collect()
}

fn shown(shape: &Shape, value: &str, lang: Lang) -> String {
    let number = || value.parse::<i64>().ok();
    let shown = match shape {
        Shape::Enum(of) => of.named(value).map(|value| lang.pick(value.label.vi, value.label.en).to_owned()),
        Shape::Int { style: IntStyle::Money, .. } => {
            number().map(|dong| format!("{} {}", tien_d(dong), lang.pick("đồng", "VND")))
        }
        Shape::Int { style: IntStyle::Year, .. } => None,
        Shape::Int { .. } => number().map(so),
        Shape::Date => value.parse().ok().map(ngay),
        Shape::Bool => Some(lang.pick("có", "yes").to_owned()),
        _ => None,
    };
    shown.unwrap_or_else(|| value.to_owned())
}
