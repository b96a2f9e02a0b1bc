//! `POST /api/v1/imports`: a whole file or nothing of it, copied to the unit's disk as it comes.

use std::collections::HashMap;

use axum::{
    Json,
    body::Body,
    extract::{Query, State},
    http::{HeaderMap, StatusCode},
};
use futures_util::StreamExt as _;
use socai_proto::KindInfo;
use socai_ward::{Format, Imported};

use super::{Node, media_type};
use crate::problem::Problem;

pub(super) async fn post(
    State(node): State<Node>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Imported>), Problem> {
    let format = format(&headers)?;
    let kind = kind(&query)?;
    let place = node.imports.clone().acquire_owned().await; // never closed
    let mut copy = node.ward.begin_import()?;
    let mut pieces = body.into_data_stream();
    while let Some(piece) = pieces.next().await {
        let piece =
            piece.map_err(|error| Problem::new(StatusCode::BAD_REQUEST, "broken-off", error.to_string()))?;
        copy.write(&piece)?;
    }
    let import = tokio::task::spawn_blocking(move || {
        let _place = place; // held to the end even when the caller goes away
        node.ward.finish_import(copy, format, kind)
    });
    let stopped = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "the node is stopping");
    Ok((StatusCode::CREATED, Json(import.await.map_err(stopped)??)))
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
