//! `POST /api/v1/imports`: a whole file or nothing of it, copied to the unit's disk as it comes.

use std::collections::HashMap;

use axum::{
    Json,
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
};
use socai_proto::KindInfo;
use socai_ward::{Format, ImportError, Imported, MAX_FILE_LEN};

use super::{Node, media_type};
use crate::{body::Pieces, problem::Problem};

pub(super) async fn post(
    State(node): State<Node>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Imported>), Problem> {
    let format = format(&headers)?;
    let kind = kind(&query)?;
    let place = node.imports.clone().acquire_owned().await; // never closed
    let ward = node.ward.clone();
    let mut copy = on_disk(move || ward.begin_import()).await?;
    let mut pieces = Pieces::of(body, node.paces.office);
    while let Some(piece) = pieces.next().await.map_err(|unread| unread.problem(MAX_FILE_LEN as usize))? {
        // one that is not done with in order goes with the copy, whose file goes with it
        copy = on_disk(move || copy.write(&piece).map(|()| copy)).await?;
    }
    let imported = on_disk(move || {
        let _place = place; // held to the end even when the caller goes away
        node.ward.finish_import(copy, format, kind)
    });
    Ok((StatusCode::CREATED, Json(imported.await?)))
}

/// Does something on a thread that may wait for the disk.
async fn on_disk<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ImportError> + Send + 'static,
) -> Result<T, Problem> {
    let stopped = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "the node is stopping");
    Ok(tokio::task::spawn_blocking(work).await.map_err(stopped)??)
}

fn format(headers: &HeaderMap) -> Result<Format, Problem> {
    match media_type(headers).as_deref() {
        Some("text/csv" | "text/tab-separated-values") => Ok(Format::Csv),
        Some("application/jsonl" | "application/x-ndjson" | "application/json-lines") => Ok(Format::Jsonl),
        got => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "unknown-format",
            format!("Content-Type is {}, send text/csv or application/jsonl", got.unwrap_or("missing")),
        )),
    }
}

fn kind(query: &HashMap<String, String>) -> Result<Option<&'static KindInfo>, Problem> {
    let Some(name) = query.get("kind") else { return Ok(None) };
    let unknown =
        || Problem::new(StatusCode::BAD_REQUEST, "unknown-kind", format!("there is no kind {name:?}"));
    socai_proto::kind(name).map(Some).ok_or_else(unknown)
}
