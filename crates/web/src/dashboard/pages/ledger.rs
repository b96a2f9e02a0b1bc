//! Units, the log, single records.

use axum::{
    extract::{Path, State},
    response::Response,
};
use minijinja::{Value as Values, value::Serde};
use serde_json::{Value, json};
use socai_domain::CivilDate;
use socai_fold::Fold;
use socai_log::LogError;
use socai_report::{
    format::{ngay, so, thoi_diem},
    unit_name,
};
use socai_tlog::{EventName, LeafIndex, TreeSize, UnitNo, UnitSeq};

use super::{PAGE, cut_off};
use crate::dashboard::{Board, access::Part, api::name_of, asking::Asking, listing::Row, oops::Oops, page};

fn fault(error: LogError) -> Oops {
    match error {
        LogError::NoRecord { .. } => Oops::unknown(),
        error => Oops::fault(&error),
    }
}

/// One record as a row of a list; of its facts what the visitor may see.
fn row(board: &Board, fold: &Fold, leaf: LeafIndex, asking: &Asking) -> Result<Value, Oops> {
    let stored = board.reader().record(leaf).map_err(fault)?;
    let row = Row::of(board.reader(), fold, leaf, asking.lang).map_err(fault)?.seen_by(asking);
    let unit = unit_name(fold.registry(), stored.record.name().unit, row.day.unwrap_or(CivilDate::MAX));
    Ok(json!({
        "leaf": so(leaf.0),
        "name": stored.record.name().to_string(),
        "unit": unit.name,
        "unit_id": unit.id,
        "kind": row.label,
        "kind_name": row.kind,
        "day": row.day.map(ngay),
        "document": row.document,
        "case": row.case,
        "corrected": row.is_corrected,
        "rejected": fold.is_rejected(leaf),
        "received": thoi_diem(stored.received_at_ms),
    }))
}

/// `GET /units?on=`.
pub(in crate::dashboard) async fn units(State(board): State<Board>, asking: Asking) -> Response {
    let question = asking.clone();
    let values = board.compute(move |board| {
        let fold = board.fold();
        let (on, now) = (question.on(&fold)?, fold.last_received_at_ms());
        let units = fold.registry().on(on).into_iter().map(|(unit, span)| {
            let said = fold.activity(unit.no);
            json!({
                "no": unit.no.0, "id": unit.id, "name": span.name, "code": span.code, "records": so(said.next_seq),
                "rejected": so(said.rejected), "late": so(said.late), "suspended": unit.is_suspended(),
                "newest": (said.next_seq > 0).then(|| thoi_diem(said.last_received_at_ms)),
            })
        });
        Ok(json!({ "on": ngay(on), "now": thoi_diem(now), "units": units.collect::<Vec<_>>() }))
    });
    page::or_oops(&asking, "units.html", values.await.map(|values| Values::from(Serde(values))))
}

/// `GET /unit/{id}`: names, successors, keys, closings, newest records.
pub(in crate::dashboard) async fn unit(
    State(board): State<Board>,
    Path(id): Path<String>,
    asking: Asking,
) -> Response {
    let question = asking.clone();
    let values = board.compute(move |board| one_unit(board, &id, &question)).await;
    page::or_oops(&asking, "unit.html", values.map(|values| Values::from(Serde(values))))
}

fn one_unit(board: &Board, id: &str, asking: &Asking) -> Result<Value, Oops> {
    let fold = board.fold();
    let unit = fold.registry().by_id(id).ok_or_else(Oops::unknown)?;
    let said = fold.activity(unit.no);
    let newest: Result<Vec<Value>, Oops> = (0..said.next_seq)
        .rev()
        .take(PAGE / 2)
        .map(|seq| {
            let name = EventName { unit: unit.no, seq: UnitSeq(seq) };
            row(board, &fold, board.reader().leaf_of(name).map_err(fault)?, asking)
        })
        .collect();
    let head = match said.next_seq {
        0 => None,
        _ => Some(board.reader().record(LeafIndex(said.last_leaf)).map_err(fault)?.record.link().to_string()),
    };
    let before = fold.registry().predecessors(&unit.id, CivilDate::MAX);
    Ok(json!({
        "id": unit.id,
        "no": unit.no.0,
        "name": unit_name(fold.registry(), unit.no, CivilDate::MAX).name,
        "suspended": unit.is_suspended(),
        "records": so(said.next_seq),
        "late": so(said.late),
        "rejected": so(said.rejected),
        "head": head,
        "spans": unit.spans.iter().map(|span| json!({
            "name": span.name, "code": span.code, "from": ngay(span.from), "to": span.to.map(ngay), "parent": span.parent,
        })).collect::<Vec<_>>(),
        "successors": unit.successors.iter().map(|next| json!({
            "id": next.to, "whole": next.whole, "on": ngay(next.effective), "legal": next.legal,
        })).collect::<Vec<_>>(),
        "predecessors": before.iter().map(|(before, of)| json!({
            "id": before.id, "whole": of.whole, "on": ngay(of.effective), "legal": of.legal,
        })).collect::<Vec<_>>(),
        "keys": unit.sealing.all().iter().map(|epoch| json!({
            "key": epoch.key.to_string(), "from": so(epoch.from_seq.0), "leaf": so(epoch.made_known_at.0),
        })).collect::<Vec<_>>(),
        "closings": fold.closings().of(unit.no).iter().rev().take(PAGE).map(|closing| json!({
            "name": closing.name.to_string(), "from": ngay(closing.from), "to": ngay(closing.to),
            "received": thoi_diem(closing.received_at_ms), "signer": closing.signer_position, "nil": closing.nil,
        })).collect::<Vec<_>>(),
        "rows": newest?,
    }))
}

/// `GET /log?page=`: checkpoint, key, witnesses, the records newest first.
pub(in crate::dashboard) async fn log(State(board): State<Board>, asking: Asking) -> Response {
    let question = asking.clone();
    let values = board.compute(move |board| {
        let fold = board.fold();
        let committed = board.reader().committed().map_err(fault)?;
        let (range, pages) = super::paged(question.page()?, fold.size().0 as usize);
        let size = fold.size().0;
        let rows: Result<Vec<Value>, Oops> =
            range.map(|at| row(board, &fold, LeafIndex(size - 1 - at as u64), &question)).collect();
        let operator = fold.registry().first_sealing_key(UnitNo::OPERATOR);
        Ok(json!({
            "cut": cut_off(board, &fold)?,
            "checkpoint": String::from_utf8_lossy(&committed.checkpoint),
            "operator": operator.map(|key| key.to_string()),
            "rejected": so(fold.rejected()),
            "rows": rows?,
            "pages": pages,
        }))
    });
    page::or_oops(&asking, "log.html", values.await.map(|values| Values::from(Serde(values))))
}

/// `GET /record/{unit}/{seq}`: where it lies in the log, and its proof, checked by the browser.
pub(in crate::dashboard) async fn record(
    State(board): State<Board>,
    Path((unit, seq)): Path<(String, String)>,
    asking: Asking,
) -> Response {
    let question = asking.clone();
    let values = board.compute(move |board| {
        let name = name_of(&unit, &seq)?;
        let leaf = board.reader().leaf_of(name).map_err(fault)?;
        let fold = board.fold_with(leaf)?;
        if TreeSize(leaf.0 + 1) > fold.size() {
            return Err(Oops::unknown()); // it comes with the next look at the log
        }
        let stored = board.reader().record(leaf).map_err(fault)?;
        let header = stored.record.header();
        Ok(json!({
            "is_gated": !question.sees(Part::Facts),
            "row": row(board, &fold, leaf, &question)?,
            "name": name.to_string(),
            "recorded": thoi_diem(header.recorded_at_ms),
            "link": stored.record.link().to_string(),
            "facts": header.facts.to_string(),
            "annex": (header.annex.0 != [0; 32]).then(|| header.annex.to_string()),
            "cut": cut_off(board, &fold)?,
        }))
    });
    page::or_oops(&asking, "record.html", values.await.map(|values| Values::from(Serde(values))))
}
