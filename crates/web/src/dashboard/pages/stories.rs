//! Pages that print what a command prints: a case, findings; and the one that checks a file.

use axum::{
    extract::{Path, State},
    response::Response,
};
use minijinja::{Value as Values, context, value::Serde};
use serde_json::json;
use socai_audit::{Language, findings as find};
use socai_proto::Lang;
use socai_report::format::ngay;

use super::cut_off;
use crate::dashboard::{Board, asking::Asking, oops::Oops, page};

/// `GET /case/{id}?on=`.
pub(in crate::dashboard) async fn case(
    State(board): State<Board>,
    Path(id): Path<String>,
    asking: Asking,
) -> Response {
    let question = asking.clone();
    let values = board.compute(move |board| {
        let on = question.on(&board.fold())?;
        let story = board.answers().case(board.reader(), &id, on, question.lang);
        let story = story.map_err(|error| Oops::fault(&error))?.ok_or_else(Oops::unknown)?;
        Ok(json!({ "id": id, "on": ngay(on), "on_iso": on.to_string(), "story": story }))
    });
    page::or_oops(&asking, "case.html", values.await.map(|values| Values::from(Serde(values))))
}

/// `GET /findings?on=`.
pub(in crate::dashboard) async fn findings(State(board): State<Board>, asking: Asking) -> Response {
    let question = asking.clone();
    let values = board.compute(move |board| {
        let fold = board.fold();
        let on = question.on(&fold)?;
        let asked = find::Question { on, size: fold.size(), rule: None, unit: None, own_table: None };
        let language = match question.lang {
            Lang::Vi => Language::Vi,
            Lang::En => Language::En,
        };
        let found = find::find(board.reader(), &asked).map_err(|error| Oops::fault(&error))?;
        let text = find::text(&found, language);
        Ok(json!({ "on": ngay(on), "on_iso": on.to_string(), "text": text, "cut": cut_off(board, &fold)? }))
    });
    page::or_oops(&asking, "findings.html", values.await.map(|values| Values::from(Serde(values))))
}

/// `GET /check`: a proof file is checked by the browser; it goes nowhere.
pub(in crate::dashboard) async fn check(asking: Asking) -> Response {
    page::html(&asking, "check.html", context! {})
}
