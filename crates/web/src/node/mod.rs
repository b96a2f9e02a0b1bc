//! The HTTP side of a ward node.

mod events;
mod imports;
mod manage;
mod witness;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use axum::{
    Router,
    http::{HeaderMap, StatusCode, header},
    middleware,
    routing::{delete, get, post, put},
};
use socai_ward::{FileError, KeyError, NodeFile, Ward, Witness};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{
    body::Pace,
    problem::Problem,
    serving::{STOP_WITHIN, Served, listen as listen_at},
    token,
};

/// The most bytes of a request's body, files to import excepted: 512 KiB of facts are at most a few times as long in JSON.
pub const MAX_BODY_LEN: usize = 4 << 20;
/// How many requests with events are read at once: with [`MAX_BODY_LEN`] this bounds their memory. The others wait.
const EVENTS_AT_ONCE: usize = 64;
/// How many files are taken at once. The others wait.
const IMPORTS_AT_ONCE: usize = 4;
/// How many checkpoints are looked at at once. The others wait.
const CHECKPOINTS_AT_ONCE: usize = 4;
/// How many requests with entries are read at once, of whoever sends them: 96 MiB. The others wait.
const SHOWN_AT_ONCE: usize = 16;

/// How slowly bodies may come.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Paces {
    /// From whoever has the token: an office on a poor line.
    office: Pace,
    /// From anybody who says that he operates the ledger, which gives a request up after five seconds.
    operator: Pace,
}

const PACES: Paces = Paces {
    office: Pace { rest: Duration::from_secs(30), bytes_per_s: 4 << 10 },
    operator: Pace { rest: Duration::from_secs(10), bytes_per_s: 256 << 10 },
};

/// What every handler gets.
#[derive(Clone)]
pub(crate) struct Node {
    pub(crate) ward: Ward,
    pub(crate) token: Arc<str>,
    events: Arc<Semaphore>,
    imports: Arc<Semaphore>,
    witness: Arc<Witness>,
    witnessed: Arc<Semaphore>,
    shown: Arc<Semaphore>,
    paces: Paces,
}

/// A server that answers until it is told to stop.
#[derive(Debug)]
pub struct Http {
    server: Served,
    dir: socai_ward::UnitDir,
}

/// Why a node does not answer.
#[derive(Debug, thiserror::Error)]
pub enum HttpError {
    /// The address cannot be listened at.
    #[error("listen = {listen:?} in unit.toml: {cause}")]
    Listen {
        /// The address in the settings.
        listen: String,
        /// What the system said.
        cause: io::Error,
    },
    /// The witnessing key cannot be read.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// `node.json` cannot be written or removed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The server ended by itself.
    #[error("the HTTP server ended: {0}")]
    Ended(String),
}

/// Listens at the unit's address, says so in `node.json`, and answers until `stop`.
///
/// # Errors
/// The address is taken or not ours.
pub async fn serve(ward: Ward, stop: CancellationToken) -> Result<Http, HttpError> {
    let listen = ward.unit().config.listen.clone();
    let unusable = |cause| HttpError::Listen { listen: listen.clone(), cause };
    let bound = listen_at(&listen).await.map_err(unusable)?;
    let dir = ward.dir().clone();
    NodeFile::write(&dir, bound.1)?;
    Ok(Http { server: Served::start(bound, router(ward)?, stop), dir })
}

impl Http {
    /// Where it answers.
    pub fn address(&self) -> SocketAddr {
        self.server.address
    }

    /// Waits until it has stopped and the requests under way have ended, ten seconds at most.
    ///
    /// # Errors
    /// It ended by itself, or `node.json` cannot be removed.
    pub async fn ended(self) -> Result<(), HttpError> {
        let Served { mut served, stop, .. } = self.server;
        let ended = tokio::select! {
            ended = &mut served => Some(ended),
            () = stop.cancelled() => tokio::time::timeout(STOP_WITHIN, &mut served).await.ok(),
        };
        served.abort(); // no effect on one that ended
        NodeFile::remove(&self.dir)?;
        match ended {
            None | Some(Ok(())) => Ok(()),
            Some(Err(error)) => Err(HttpError::Ended(error.to_string())),
        }
    }
}

/// Every route of a ward node.
///
/// # Errors
/// The witnessing key cannot be read.
pub fn router(ward: Ward) -> Result<Router, KeyError> {
    router_at(ward, PACES)
}

fn router_at(ward: Ward, paces: Paces) -> Result<Router, KeyError> {
    let token = ward.unit().config.token.as_str().into();
    let witness = Arc::new(Witness::of(&ward)?);
    let places = |count| Arc::new(Semaphore::new(count));
    let (events, imports) = (places(EVENTS_AT_ONCE), places(IMPORTS_AT_ONCE));
    let (witnessed, shown) = (places(CHECKPOINTS_AT_ONCE), places(SHOWN_AT_ONCE));
    let node = Node { ward, token, events, imports, witness, witnessed, shown, paces };
    let guarded = Router::new()
        .route("/api/v1/events", post(events::post))
        .route("/api/v1/status", get(manage::status))
        .route("/api/v1/registry", put(manage::registry))
        .route("/api/v1/keys/rotate", post(manage::rotate))
        .route("/api/v1/alarm", delete(manage::clear_alarm))
        .route("/api/v1/imports", post(imports::post))
        .route_layer(middleware::from_fn_with_state(node.clone(), token::required));
    let witness = Router::new()
        .route("/add-checkpoint", post(witness::add))
        .route("/log-entries", post(witness::look))
        .route("/{origin}/checkpoint", get(witness::newest));
    Ok(Router::new()
        .route("/health/live", get(async || "live\n"))
        .route("/health/ready", get(manage::ready))
        .merge(guarded)
        .merge(witness)
        .fallback(async || {
            Problem::new(StatusCode::NOT_FOUND, "no-route", "there is nothing at this address")
        })
        .method_not_allowed_fallback(async || {
            Problem::new(
                StatusCode::METHOD_NOT_ALLOWED,
                "no-method",
                "this address does not know this method",
            )
        })
        .with_state(node))
}

/// The media type of a request, without parameters, in lower case.
fn media_type(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    value.split(';').next().map(|media| media.trim().to_ascii_lowercase())
}

/// Refuses a body that is not said to be JSON.
fn require_json(headers: &HeaderMap) -> Result<(), Problem> {
    match media_type(headers) {
        Some(media) if media == "application/json" || media.ends_with("+json") => Ok(()),
        got => Err(Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not-json",
            format!("Content-Type is {}, send application/json", got.as_deref().unwrap_or("missing")),
        )),
    }
}

#[cfg(test)]
mod stalled_tests;
