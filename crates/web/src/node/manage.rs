//! Status, registry, keys and alarm of the node.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use serde_json::{Value, json};
use socai_proto::v1::KeyGround;
use socai_ward::Status;

use super::{
    Node,
    events::{parse, read},
    require_json,
};
use crate::problem::Problem;

pub(super) async fn status(State(node): State<Node>) -> Json<Status> {
    Json(node.ward.status())
}

/// Ready means that facts can be sealed; a broker that is away delays them and loses none.
pub(super) async fn ready(State(node): State<Node>) -> Result<&'static str, Problem> {
    if node.ward.can_seal() {
        return Ok("ready\n");
    }
    let detail =
        "nothing can be sealed: the journal is not open, or the secret of the sealing key is missing";
    Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-ready", detail))
}

pub(super) async fn registry(
    State(node): State<Node>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, Problem> {
    require_json(&headers)?;
    let place = node.events.clone().acquire_owned().await; // never closed
    let snapshot = read(&node, body).await?;
    let adopted = tokio::task::spawn_blocking(move || {
        let _place = place;
        node.ward.adopt_registry(&snapshot)
    });
    let stopped = |_| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "stopping", "the node is stopping");
    adopted.await.map_err(stopped)??;
    Ok(StatusCode::NO_CONTENT)
}

pub(super) async fn rotate(
    State(node): State<Node>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    require_json(&headers)?;
    let _place = node.events.acquire().await; // never closed
    let form = parse(&read(&node, body).await?)?;
    let (key, sealed) = node.ward.rotate_key(ground(&form)?).await?;
    let body =
        json!({ "key": key.to_string(), "name": sealed.name.to_string(), "link": sealed.link.to_string() });
    Ok((StatusCode::CREATED, Json(body)))
}

/// The ground by its name in `key.rotated`; a lost key is the operator's to replace.
fn ground(form: &Value) -> Result<KeyGround, Problem> {
    match form["ground"].as_str() {
        Some("scheduled") => Ok(KeyGround::Scheduled),
        Some("compromised") => Ok(KeyGround::Compromised),
        Some("handover") => Ok(KeyGround::Handover),
        Some("device_replaced") => Ok(KeyGround::DeviceReplaced),
        _ => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "no-ground",
            "ground: one of scheduled, compromised, handover, device_replaced",
        )),
    }
}

pub(super) async fn clear_alarm(State(node): State<Node>) -> Result<StatusCode, Problem> {
    let cleared = node.ward.clear_alarm();
    cleared
        .map_err(|error| Problem::new(StatusCode::SERVICE_UNAVAILABLE, "not-cleared", error.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}
