//! `POST /api/v1/events`: one event or an array, sealed together or not at all.

use axum::{
    body::{Body, Bytes},
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};
use socai_proto::json::Form;
use socai_ward::Sealed;

use super::{MAX_BODY_LEN, Node, require_json};
use crate::{body::whole, problem::Problem};

/// The most characters of an Idempotency-Key.
const MAX_KEY_LEN: usize = 200;

pub(super) async fn post(
    State(node): State<Node>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    require_json(&headers)?;
    let key = request_key(&headers)?.map(ToOwned::to_owned);
    let _place = node.events.acquire().await; // never closed
    match parse(&read(&node, body).await?)? {
        Value::Array(forms) => {
            let sealed = node.ward.record(forms, key).await?;
            Ok(created(Value::Array(sealed.iter().map(name).collect())))
        }
        form => {
            let sealed = node.ward.record(vec![form], key).await?;
            Ok(created(sealed.first().map_or(Value::Null, name)))
        }
    }
}

/// A whole body of whoever has the token. It is read with a place in `events`, which it gives back when it stalls.
pub(super) async fn read(node: &Node, body: Body) -> Result<Bytes, Problem> {
    whole(body, MAX_BODY_LEN, node.paces.office).await.map_err(|unread| unread.problem(MAX_BODY_LEN))
}

fn created(body: Value) -> Response {
    (StatusCode::CREATED, axum::Json(body)).into_response()
}

fn name(sealed: &Sealed) -> Value {
    json!({ "name": sealed.name.to_string(), "link": sealed.link.to_string() })
}

pub(super) fn parse(body: &[u8]) -> Result<Value, Problem> {
    let read: Result<Form, _> = serde_json::from_slice(body);
    read.map(|Form(value)| value).map_err(|error| {
        let what = if error.is_data() { "the body" } else { "the body is not JSON" };
        Problem::new(StatusCode::BAD_REQUEST, "malformed", format!("{what}: {error}"))
    })
}

fn request_key(headers: &HeaderMap) -> Result<Option<&str>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    let key = value.to_str().ok().map(str::trim);
    match key.filter(|key| (1..=MAX_KEY_LEN).contains(&key.len())) {
        Some(key) => Ok(Some(key)),
        None => {
            let detail = format!("Idempotency-Key: use 1 to {MAX_KEY_LEN} printable ASCII characters");
            Err(Problem::new(StatusCode::BAD_REQUEST, "bad-key", detail))
        }
    }
}
