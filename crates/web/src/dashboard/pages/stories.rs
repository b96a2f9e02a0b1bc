//! A case from its first fact to its last, and the page that checks a file.

use axum::{
    extract::{Path, State},
    response::Response,
};
use minijinja::{Value as Values, context, value::Serde};
use serde_json::{Value, json};
use socai_report::format::ngay;

use crate::dashboard::{
    Board,
    access::Part,
    answers::{Case, CaseEntry, CaseState},
    asking::Asking,
    oops::Oops,
    page,
};

/// `GET /case/{id}?on=`.
pub(in crate::dashboard) async fn case(
    State(board): State<Board>,
    Path(id): Path<String>,
    asking: Asking,
) -> Response {
    let question = asking.clone();
    let values = board.compute_figures(&asking, move |board| {
        question.needs(Part::Cases)?;
        let on = question.on(&board.fold())?;
        let case = board.answers().case(board.reader(), &id, on, question.lang);
        let case = case.map_err(|error| Oops::fault(&error))?.ok_or_else(Oops::unknown)?;
        Ok(values(&id, &case, &ngay(on), &on.to_string()))
    });
    page::or_oops(&asking, "case.html", values.await.map(|values| Values::from(Serde(values))))
}

fn values(id: &str, case: &Case, on: &str, on_iso: &str) -> Value {
    let state = |state: &CaseState| {
        json!({
            "label": state.label,
            "details": state.details,
            "findings": state.findings.iter().map(|(message, source, facts)| {
                json!({ "message": message, "source": source, "facts": facts })
            }).collect::<Vec<_>>(),
        })
    };
    json!({
        "id": id,
        "on": on,
        "on_iso": on_iso,
        "states": case.states.iter().map(state).collect::<Vec<_>>(),
        "story": case.story.iter().map(entry).collect::<Vec<_>>(),
    })
}

fn entry(entry: &CaseEntry) -> Value {
    json!({
        "on": entry.on.map(ngay),
        "on_iso": entry.on.map(|on| on.to_string()),
        "name": entry.name,
        "label": entry.label,
        "document": entry.document,
        "values": entry.values,
        "corrected": entry.is_corrected,
        "voided": entry.is_voided,
    })
}

/// `GET /check`: a proof file is checked by the browser; it goes nowhere.
pub(in crate::dashboard) async fn check(asking: Asking) -> Response {
    page::html(&asking, "check.html", context! {})
}
