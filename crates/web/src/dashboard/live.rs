//! News as server-sent events: the size and root of the log whenever it grew, the newest records by kind and unit, without facts.

use std::convert::Infallible;

use axum::{
    Extension,
    extract::State,
    http::StatusCode,
    response::{
        IntoResponse as _, Response, Sse,
        sse::{Event, KeepAlive},
    },
};
use futures_util::stream;
use serde_json::{Value, json};
use socai_domain::time::vietnam_rfc3339;

use super::{Board, access::Address, asking::Asking, listing::Row, oops::Oops, tail::New};

/// `GET /api/v1/live`: an event `checkpoint` now and whenever the log grew.
pub(super) async fn live(
    State(board): State<Board>,
    Extension(Address(address)): Extension<Address>,
    asking: Asking,
) -> Response {
    let Some(place) = board.listeners().take(address) else {
        return Oops::new(StatusCode::SERVICE_UNAVAILABLE, "many_listeners").answer(&asking);
    };
    let (mut sizes, stop) = (board.sizes(), board.stop().clone());
    sizes.mark_changed(); // tell where the log stands first
    let state = (board, sizes, stop, place, asking);
    let events = stream::unfold(state, async |(board, mut sizes, stop, place, asking)| {
        tokio::select! {
            () = stop.cancelled() => return None,
            changed = sizes.changed() => changed.ok()?,
        }
        let size = *sizes.borrow_and_update();
        let question = asking.clone();
        let teller = board.clone();
        // not among those who compute figures: news does not wait for them
        let told = tokio::task::spawn_blocking(move || {
            teller.news(size, &question, || news(&teller, size.0, &question))
        });
        let news = told.await.ok()?.ok()?;
        let event = Event::default().event("checkpoint").id(size.0.to_string()).data(news.to_string());
        Some((Ok::<_, Infallible>(event), (board, sizes, stop, place, asking)))
    });
    Sse::new(events).keep_alive(KeepAlive::default()).into_response()
}

/// `{"size","root","minute","newest":[{"leaf","name","unit","kind","label","received_at","counts"}]}`, newest first.
fn news(board: &Board, size: u64, asking: &Asking) -> Result<Value, Oops> {
    let root = board.reader().root_at(socai_tlog::TreeSize(size)).map_err(|error| Oops::fault(&error))?;
    let newest: Result<Vec<Value>, Oops> =
        board.newest().iter().map(|new| record(board, new, asking)).collect();
    Ok(json!({ "size": size, "root": root.to_string(), "minute": board.arrived(), "newest": newest? }))
}

/// One record, of its facts only the kind, for those who may see that.
pub(super) fn record(board: &Board, new: &New, asking: &Asking) -> Result<Value, Oops> {
    let fold = board.fold();
    let row = Row::of(board.reader(), &fold, new.leaf, asking.lang).map_err(|error| Oops::fault(&error))?;
    let row = row.seen_by(asking);
    let unit = socai_report::unit_name(fold.registry(), new.name.unit, socai_domain::CivilDate::MAX);
    Ok(json!({
        "leaf": new.leaf.0,
        "name": new.name.to_string(),
        "unit": unit.name,
        "kind": row.kind,
        "label": row.label,
        "received_at": vietnam_rfc3339(new.received_at_ms),
        "counts": !new.is_rejected,
    }))
}
