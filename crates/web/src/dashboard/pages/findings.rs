//! What an inspector should look at, by rule, each with its facts and its article.

use axum::{extract::State, response::Response};
use minijinja::{Value as Values, value::Serde};
use serde_json::{Value, json};
use socai_audit::findings::{Findings, Line, Question, RuleLine, find};
use socai_domain::CivilDate;
use socai_fold::Fold;
use socai_proto::Lang;
use socai_report::{
    format::{ngay, so, tien_d},
    unit_name,
};

use super::cut_off;
use crate::dashboard::{Board, access::Part, asking::Asking, oops::Oops, page};

/// Findings of one rule that are shown; the others are counted.
const SHOWN: usize = 100;

/// `GET /findings?on=`.
pub(in crate::dashboard) async fn findings(State(board): State<Board>, asking: Asking) -> Response {
    let question = asking.clone();
    let values = board.compute_figures(&asking, move |board| values(board, &question)).await;
    page::or_oops(&asking, "findings.html", values.map(|values| Values::from(Serde(values))))
}

fn values(board: &Board, asking: &Asking) -> Result<Value, Oops> {
    asking.needs(Part::Findings)?;
    let fold = board.fold();
    let on = asking.on(&fold)?;
    let asked = Question { on, size: fold.size(), rule: None, unit: None, own_table: None };
    let found = find(board.reader(), &asked).map_err(|error| Oops::fault(&error))?;
    let count = |severity| found.findings.iter().filter(|line| line.severity == severity).count();
    Ok(json!({
        "on": ngay(on),
        "on_iso": on.to_string(),
        "high": count("high"),
        "medium": count("medium"),
        "low": count("low"),
        "rules": rules(&fold, &found, asking.lang),
        "quiet": found.rules.iter().filter(|rule| rule.found == 0).map(|rule| named(rule, asking.lang)).collect::<Vec<_>>(),
        "cut": cut_off(board, &fold)?,
    }))
}

fn named(rule: &RuleLine, lang: Lang) -> &str {
    if lang == Lang::En && !rule.label_en.is_empty() { &rule.label_en } else { &rule.label }
}

/// Rules that found something, in the order of the table; rows of one id stand together.
fn rules(fold: &Fold, found: &Findings, lang: Lang) -> Vec<Value> {
    let mut rules: Vec<Value> = Vec::new();
    for rule in found.rules.iter().filter(|rule| rule.found > 0) {
        if rules.iter().any(|known| known["id"] == *rule.id) {
            continue;
        }
        let lines: Vec<&Line> = found.findings.iter().filter(|line| line.rule == rule.id).collect();
        rules.push(json!({
            "id": rule.id,
            "label": named(rule, lang),
            "severity": rule.severity,
            "source": rule.source,
            "amount": rule.amount.map(tien_d),
            "count": so(lines.len() as u64),
            "more": lines.len().saturating_sub(SHOWN),
            "lines": lines.iter().take(SHOWN).map(|line| one(fold, line, lang)).collect::<Vec<_>>(),
        }));
    }
    rules
}

fn one(fold: &Fold, line: &Line, lang: Lang) -> Value {
    let unit =
        fold.registry().by_id(&line.unit).map(|unit| unit_name(fold.registry(), unit.no, CivilDate::MAX));
    json!({
        "unit": line.unit,
        "unit_name": unit.map_or_else(|| line.unit.clone(), |unit| unit.name),
        "on": line.on.parse().map_or_else(|_| line.on.clone(), ngay),
        "case": line.case,
        "message": if lang == Lang::En { &line.message_en } else { &line.message_vi },
        "amount": line.amount.map(tien_d),
        "interest": line.interest.map(tien_d),
        "days": line.days,
        "events": line.events.iter().map(|event| json!({
            "name": event.event, "document": event.document, "is_here": event.leaf.is_some(),
        })).collect::<Vec<_>>(),
        "more": line.events_in_all.saturating_sub(line.events.len() as u64),
    })
}
