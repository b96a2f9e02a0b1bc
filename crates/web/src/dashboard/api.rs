//! The same as the pages, for programs.

use axum::{
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use socai_audit::{CosignedTo, ProveError, prove_record};
use socai_domain::time::vietnam_rfc3339;
use socai_log::LogError;
use socai_tlog::{EventName, TreeSize};

use super::{Board, access::Part, asking::Asking, oops::Oops};

fn or_oops(asking: &Asking, answer: Result<Response, Oops>) -> Response {
    answer.unwrap_or_else(|oops| oops.answer(asking))
}

fn text(media: &'static str, body: String) -> Response {
    let about = [
        (header::CONTENT_TYPE, HeaderValue::from_static(media)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    (about, body).into_response()
}

fn as_json(value: &Value) -> Response {
    text("application/json", format!("{value}\n"))
}

/// `GET /api/v1/figures?period=&as_of=&brief=`: the bytes of `socai report --format json`, small cells blank for those who may not see them. With
/// `brief=1` the same form without a pass over the records: no digests, no rows that judge cases, no ratios.
pub(super) async fn figures(State(board): State<Board>, asking: Asking) -> Response {
    let question = asking.clone();
    let answer = board.compute_figures(&asking, move |board| {
        let now = board.fold();
        let (_, asked) = question.period(&now)?;
        if question.get("brief") == Some("1") {
            question.needs(Part::Cells)?;
            let figures = board.brief(&now, question.as_of(now.size())?, &asked)?;
            return socai_report::json(&figures).map_err(|error| Oops::fault(&error));
        }
        let fold = board.fold_at(question.as_of(now.size())?)?;
        let figures = board.figures_for(&fold, &asked, &question)?;
        socai_report::json(&figures).map_err(|error| Oops::fault(&error))
    });
    or_oops(&asking, answer.await.map(|body| text("application/json", body)))
}

/// `GET /api/v1/units?on=`: `[{"no","id","name","code","records","rejected","late","received_at","suspended"}]` in official order.
pub(super) async fn units(State(board): State<Board>, asking: Asking) -> Response {
    let question = asking.clone();
    let answer = board.compute(move |board| {
        let fold = board.fold();
        let on = question.on(&fold)?;
        let units = fold.registry().on(on).into_iter().map(|(unit, span)| {
            let said = fold.activity(unit.no);
            json!({
                "no": unit.no.0,
                "id": unit.id,
                "name": span.name,
                "code": span.code,
                "records": said.next_seq,
                "rejected": said.rejected,
                "late": said.late,
                "received_at": (said.next_seq > 0).then(|| vietnam_rfc3339(said.last_received_at_ms)),
                "suspended": unit.is_suspended(),
            })
        });
        Ok(units.collect::<Value>())
    });
    or_oops(&asking, answer.await.map(|units| as_json(&units)))
}

/// `GET /api/v1/status`: `{"ledger","size","root","received_at","checkpoint","unwitnessed_since"}`.
pub(super) async fn status(State(board): State<Board>, asking: Asking) -> Response {
    let answer = board.compute(|board| {
        let committed = board.reader().committed().map_err(|error| Oops::fault(&error))?;
        let note = String::from_utf8_lossy(&committed.checkpoint).into_owned();
        Ok(json!({
            "ledger": note.lines().next().unwrap_or_default(),
            "size": committed.size.0,
            "root": committed.root.to_string(),
            "received_at": vietnam_rfc3339(board.fold().last_received_at_ms()),
            "checkpoint": note,
            "unwitnessed_since": CosignedTo::of(board.place()).unwitnessed_from(committed.size),
        }))
    });
    or_oops(&asking, answer.await.map(|value| as_json(&value)))
}

/// A record's name from the two parts of an address.
pub(super) fn name_of(unit: &str, seq: &str) -> Result<EventName, Oops> {
    format!("{unit}/{seq}").parse().map_err(|_| Oops::bad_request("bad_record"))
}

/// The whole proof of a record, without its facts.
pub(super) fn proof_of(board: &Board, name: EventName) -> Result<String, Oops> {
    match prove_record(board.ledger(), name, false) {
        Ok(proof) => Ok(proof),
        Err(ProveError::Ledger(socai_audit::AuditError::Log(LogError::NoRecord { .. }))) => {
            Err(Oops::unknown())
        }
        Err(error) => Err(Oops::fault(&error)),
    }
}

/// `GET /api/v1/proofs/{unit}/{seq}`: a `.tlog-proof` without the facts.
pub(super) async fn proof(
    State(board): State<Board>,
    Path((unit, seq)): Path<(String, String)>,
    asking: Asking,
) -> Response {
    let name = match name_of(&unit, &seq) {
        Ok(name) => name,
        Err(oops) => return oops.answer(&asking),
    };
    let made = board.compute(move |board| proof_of(board, name));
    let answer = made.await.map(|proof| {
        let mut response = text("text/plain; charset=utf-8", proof);
        let file = format!("attachment; filename=\"{}-{}.tlog-proof\"", name.unit, name.seq);
        if let Ok(file) = HeaderValue::from_str(&file) {
            response.headers_mut().insert(header::CONTENT_DISPOSITION, file);
        }
        response
    });
    or_oops(&asking, answer)
}

/// `GET /api/v1/consistency/{old}/{new}`: `{"old","new","proof":[hash in hex]}` between two sizes of this log.
pub(super) async fn consistency(
    State(board): State<Board>,
    Path((old, new)): Path<(String, String)>,
    asking: Asking,
) -> Response {
    let answer = board.compute(move |board| {
        let size = |text: &str| text.parse::<TreeSize>().map_err(|_| Oops::bad_request("bad_size"));
        let (old, new) = (size(&old)?, size(&new)?);
        let committed = board.reader().committed().map_err(|error| Oops::fault(&error))?;
        if old.0 == 0 || old > new || new > committed.size {
            return Err(Oops::bad_request("bad_size"));
        }
        let proof = board.reader().prove_consistency(old, new).map_err(|error| Oops::fault(&error))?;
        let proof: Vec<String> = proof.iter().map(ToString::to_string).collect();
        Ok(json!({ "old": old.0, "new": new.0, "proof": proof }))
    });
    or_oops(&asking, answer.await.map(|value| as_json(&value)))
}

/// `GET /api/v1/policy`: the tlog-policy that lies with the ledger: the public keys of operator and witnesses. Who wants to be sure brings his own.
pub(super) async fn policy(State(board): State<Board>, asking: Asking) -> Response {
    let answer = board.compute(|board| {
        std::fs::read_to_string(board.place().policy()).map_err(|error| Oops::fault(&error))
    });
    or_oops(&asking, answer.await.map(|policy| text("text/plain; charset=utf-8", policy)))
}
