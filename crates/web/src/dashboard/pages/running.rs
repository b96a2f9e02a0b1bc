//! How the program runs, for whoever keeps it running: counts, never data.

use std::sync::atomic::Ordering::Relaxed;

use axum::{
    extract::{Extension, State},
    response::Response,
};
use minijinja::{Value as Values, value::Serde};
use serde_json::json;
use socai_report::format::so;

use super::cut_off;
use crate::dashboard::{
    Board,
    access::{Doors, Part},
    asking::Asking,
    page,
};

/// `GET /running`.
pub(in crate::dashboard) async fn running(
    State(board): State<Board>,
    Extension(doors): Extension<Doors>,
    asking: Asking,
) -> Response {
    let question = asking.clone();
    let values = board.compute(move |board| {
        question.needs(Part::Running)?;
        let counted = doors.counted();
        let (sessions, people) = doors.people();
        let people = people
            .into_iter()
            .map(|(name, role)| json!({ "name": name, "role": question.words().get(role.name()) }));
        Ok(json!({
            "answered": so(counted.answered.load(Relaxed)),
            "refused": so(counted.refused.load(Relaxed)),
            "failed": so(counted.failed.load(Relaxed)),
            "too_often": so(counted.too_often.load(Relaxed)),
            "listeners": board.listening(),
            "sessions": sessions,
            "people": people.collect::<Vec<_>>(),
            "cut": cut_off(board, &board.fold())?,
        }))
    });
    page::or_oops(&asking, "running.html", values.await.map(|values| Values::from(Serde(values))))
}
