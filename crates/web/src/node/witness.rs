//! The unit as a witness (C2SP tlog-witness): open to whoever operates the ledger, who proves itself by the checkpoint's signature.

use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderName, StatusCode, header},
    response::{IntoResponse as _, Response},
};
use socai_tlog::{MAX_SHOWN_LEN, NotWitnessed};
use socai_ward::{NotPassed, WitnessError};

use super::Node;
use crate::body::{Unread, whole};

/// The most bytes of a request: 63 hashes and a note are below.
const MAX_REQUEST_LEN: usize = 256 << 10;

const TEXT: (HeaderName, &str) = (header::CONTENT_TYPE, "text/plain; charset=utf-8");
/// What a witness answers when it has seen another size than the request starts from.
const SIZE: (HeaderName, &str) = (header::CONTENT_TYPE, "text/x.tlog.size");

/// `POST /add-checkpoint`: 200 with a signature line, or why not.
pub(super) async fn add(State(node): State<Node>, body: Body) -> Response {
    // so short that as many may be read at once as there are connections
    let body = match whole(body, MAX_REQUEST_LEN, node.paces.operator).await {
        Ok(body) => body,
        Err(unread) => return not_read(&unread, MAX_REQUEST_LEN),
    };
    // few at once: each waits for the one before and for the disk
    let place = node.witnessed.clone().acquire_owned().await; // never closed
    let answer = tokio::task::spawn_blocking(move || {
        let _place = place;
        node.witness.add_checkpoint(&body)
    });
    match answer.await {
        Ok(Ok(cosignature)) => (StatusCode::OK, [TEXT], format!("{cosignature}\n")).into_response(),
        Ok(Err(error)) => refused(&error),
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, [TEXT], "stopping\n").into_response(),
    }
}

/// `POST /log-entries`: the district shows what is below its next checkpoints; 200 with how far it was looked at, 409 with where to show from,
/// or why nothing of it is cosigned.
pub(super) async fn look(State(node): State<Node>, body: Body) -> Response {
    let reading = node.shown.clone().acquire_owned().await; // never closed
    let body = match whole(body, MAX_SHOWN_LEN, node.paces.operator).await {
        Ok(body) => body,
        Err(unread) => return not_read(&unread, MAX_SHOWN_LEN),
    };
    let place = node.witnessed.clone().acquire_owned().await; // never closed
    let unit = node.ward.unit().no;
    let answer = tokio::task::spawn_blocking(move || {
        let _places = (reading, place); // as long as the body
        node.witness.look(&body)
    });
    match answer.await {
        Ok(Ok(looked)) => (StatusCode::OK, [SIZE], format!("{looked}\n")).into_response(),
        Ok(Err(NotPassed::Elsewhere { looked })) => {
            (StatusCode::CONFLICT, [SIZE], format!("{looked}\n")).into_response()
        }
        Ok(Err(error)) => {
            let status = match &error {
                NotPassed::Request(_) | NotPassed::Checkpoint(_) => StatusCode::BAD_REQUEST,
                NotPassed::NotTheTree { .. } | NotPassed::Hidden { .. } => {
                    tracing::warn!(%unit, %error, "entries are not looked at");
                    StatusCode::UNPROCESSABLE_ENTITY
                }
                error if error.is_contradiction() => {
                    tracing::error!(%unit, %error, "this unit cosigns no checkpoint of this log");
                    StatusCode::UNPROCESSABLE_ENTITY
                }
                error => {
                    tracing::error!(%unit, %error, "entries cannot be looked at");
                    StatusCode::SERVICE_UNAVAILABLE
                }
            };
            (status, [TEXT], format!("{error}\n")).into_response()
        }
        Err(_) => (StatusCode::SERVICE_UNAVAILABLE, [TEXT], "stopping\n").into_response(),
    }
}

fn not_read(unread: &Unread, max_len: usize) -> Response {
    (unread.status(), [TEXT], format!("{}\n", unread.said(max_len))).into_response()
}

fn refused(error: &WitnessError) -> Response {
    let line = format!("{error}\n");
    match error {
        WitnessError::Refused(NotWitnessed::Seen { seen }) => {
            (StatusCode::CONFLICT, [SIZE], format!("{seen}\n")).into_response()
        }
        WitnessError::Refused(why) => {
            if matches!(why, NotWitnessed::Forked { .. }) {
                tracing::error!(%why, "the operator shows another history than before");
            }
            let status = StatusCode::from_u16(why.status()).unwrap_or(StatusCode::BAD_REQUEST);
            (status, [TEXT], line).into_response()
        }
        WitnessError::AgainstReceipts { .. } => {
            tracing::error!(%error, "the operator shows another history than in the receipts");
            (StatusCode::UNPROCESSABLE_ENTITY, [TEXT], line).into_response()
        }
        WitnessError::Contradicted(_) => (StatusCode::UNPROCESSABLE_ENTITY, [TEXT], line).into_response(),
        WitnessError::NotLooked { .. } => (StatusCode::SERVICE_UNAVAILABLE, [TEXT], line).into_response(),
        WitnessError::File(_) | WitnessError::Content { .. } | WitnessError::Clock(_) => {
            tracing::error!(%error, "no checkpoint can be cosigned");
            (StatusCode::SERVICE_UNAVAILABLE, [TEXT], "nothing can be cosigned now\n").into_response()
        }
    }
}

/// `GET /<SHA-256 of the origin>/checkpoint`: what was cosigned last.
pub(super) async fn newest(State(node): State<Node>, Path(origin): Path<String>) -> Response {
    let answer = tokio::task::spawn_blocking(move || node.witness.newest(&origin));
    match answer.await {
        Ok(Ok(Some(note))) => (StatusCode::OK, [TEXT], note).into_response(),
        Ok(Ok(None)) => {
            (StatusCode::NOT_FOUND, [TEXT], "nothing was cosigned of such a log\n").into_response()
        }
        Ok(Err(_)) | Err(_) => {
            (StatusCode::SERVICE_UNAVAILABLE, [TEXT], "what was cosigned cannot be read now\n")
                .into_response()
        }
    }
}
