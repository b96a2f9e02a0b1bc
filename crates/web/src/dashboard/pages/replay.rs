//! The figures of a period as they were known at any checkpoint, beside what a report printed and what is known now.

use axum::{extract::State, response::Response};
use minijinja::{Value as Values, value::Serde};
use serde_json::{Value, json};
use socai_fold::{Fold, Report, figures::Asked};
use socai_report::{
    Figure, Figures, Known,
    format::{ngay, so, thoi_diem},
};
use socai_tlog::TreeSize;

use super::{label, shown};
use crate::dashboard::{Board, access::Part, asking::Asking, oops::Oops, page};

/// Entries from which on rows that judge cases, which cost a pass over all of them, are shown only when they are asked for: a step of the slider is
/// to take no longer than a glance.
const BRIEF_FROM: u64 = crate::dashboard::board::figures::LARGE;

/// `GET /replay?period=&as_of=&cases=`. Without `as_of` the newest checkpoint; with `cases=1` rows that judge cases too, however long it takes.
pub(in crate::dashboard) async fn replay(State(board): State<Board>, asking: Asking) -> Response {
    let question = asking.clone();
    let values = board.compute_figures(&asking, move |board| values(board, &question)).await;
    page::or_oops(&asking, "replay.html", values.map(|values| Values::from(Serde(values))))
}

fn values(board: &Board, asking: &Asking) -> Result<Value, Oops> {
    asking.needs(Part::Cells)?;
    let now = board.fold();
    let (text, asked) = asking.period(&now)?;
    let size = asking.as_of(now.size())?;
    let steps = board.steps(now.size())?;
    let is_brief = now.size().0 >= BRIEF_FROM && asking.get("cases") != Some("1");
    let (known_then, known_now) = match is_brief {
        true => (board.brief(&now, size, &asked)?, board.brief(&now, now.size(), &asked)?),
        false => (board.glance(&*board.fold_at(size)?, &asked)?, board.glance(&now, &asked)?),
    };
    let report = about(&now, &asked);
    let rows = known_now.figures.iter().map(|figure| row(&now, figure, &known_then, report, asking));
    Ok(json!({
        "period": { "text": text, "name": known_now.period.name, "from": ngay(asked.from), "to": ngay(asked.to) },
        "as_of": size.0,
        "size_shown": so(size.0),
        "end": now.size().0,
        "root": board.reader().root_at(size).map_err(|error| Oops::fault(&error))?.to_string(),
        "received": thoi_diem(known_then.as_of.time_ms),
        "is_brief": is_brief,
        "steps": steps.iter().map(|size| size.0).collect::<Vec<_>>(),
        "at": steps.partition_point(|step| *step < size),
        "last_step": steps.len() - 1,
        "first": steps.first().map(|step| step.0),
        "before": steps.iter().rev().find(|step| **step < size).map(|step| step.0),
        "after": steps.iter().find(|step| **step > size).map(|step| step.0),
        "report": report.map(|report| json!({ "no": report.report_no, "size": report.size.0 })),
        "rows": rows.collect::<Vec<_>>(),
    }))
}

/// The newest issued report about these very days.
fn about<'f>(fold: &'f Fold, asked: &Asked) -> Option<&'f Report> {
    let (from, to) = asked.stated();
    fold.reports().about(from, to)
}

fn row(now: &Fold, figure: &Figure, known_then: &Figures, report: Option<&Report>, asking: &Asking) -> Value {
    let then = known_then.figures.iter().find(|then| then.indicator == figure.indicator);
    let reported = report.and_then(|report| {
        let value = report.values.iter().find(|value| value.indicator == figure.indicator)?;
        Some(if value.value == 0 { so(0) } else { shown(figure, value.value.into()) })
    });
    let (then_printed, now_printed) = (then.and_then(Figure::printed), figure.printed());
    json!({
        "code": figure.indicator,
        "label": label(now, figure, known_then.period.to, asking.lang),
        "reported": reported,
        "then": then_printed,
        "now": now_printed,
        "is_other": then_printed != now_printed,
        "is_nothing": then.is_none_or(|then| then.known() == Known::Nothing) && figure.known() == Known::Nothing,
    })
}

impl Asking {
    /// `as_of`, a size of the tree; the newest without it.
    pub(in crate::dashboard) fn as_of(&self, end: TreeSize) -> Result<TreeSize, Oops> {
        let Some(text) = self.get("as_of") else { return Ok(end) };
        let size = text.parse::<TreeSize>().ok().filter(|size| size.0 > 0 && *size <= end);
        let size = size.ok_or_else(|| Oops::bad_request("bad_as_of"))?;
        if size < end {
            self.needs(Part::Cells)?;
        }
        Ok(size)
    }
}
