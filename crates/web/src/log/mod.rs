//! A ledger's log as every C2SP client reads it: checkpoint, tiles and entry bundles, each a slice of the log's files.
//!
//! Only headers and hashes are in them, never facts, so there is no token. The files themselves, which hold facts, are for mirrors that
//! present one, and only where the district was told so. Nothing here is trusted by whoever reads it.

mod answer;
mod files;
mod server;

use std::{path::Path, sync::Arc};

use axum::{
    Router,
    extract::State,
    http::{Uri, header},
    response::{IntoResponse as _, Response},
    routing::get,
};
use socai_audit::CosignedTo;
use socai_log::{LogError, Reader};
use socai_tlog::{LeafIndex, Note, Tile, TreeSize};
use tokio::sync::Semaphore;

use answer::{checkpoint_of, fault, full_or_partial, no_such_tile, nothing_here, stopping, wrong_method};

pub use server::{LogHttp, LogHttpError, serve_log};

/// How many requests read files at once; the others wait. A tile has at most 50 KB.
const READS_AT_ONCE: usize = 64;

/// What every handler gets.
#[derive(Clone)]
struct Log {
    reader: Reader,
    /// The newest checkpoint that witnesses cosigned, if the district keeps one.
    cosigned: Arc<Path>,
    places: Arc<Semaphore>,
}

/// Every route of a log that is open to the world, and with a token its files for `mirrors`. `cosigned` is the file with the newest cosigned
/// checkpoint; it may be missing.
pub fn log_router(reader: Reader, cosigned: &Path, mirrors: Option<&str>) -> Router {
    let places = Arc::new(Semaphore::new(files::READS_AT_ONCE));
    let log = Log { reader: reader.clone(), cosigned: cosigned.into(), places };
    let files = mirrors.map(|token| files::router(log, token));
    tile_routes(reader, cosigned)
        .merge(files.unwrap_or_default())
        .fallback(async || nothing_here())
        .method_not_allowed_fallback(async || wrong_method())
}

/// The routes open to the world alone, for whoever says himself what else is at his address.
pub(crate) fn tile_routes(reader: Reader, cosigned: &Path) -> Router {
    let log = Log { reader, cosigned: cosigned.into(), places: Arc::new(Semaphore::new(READS_AT_ONCE)) };
    Router::new()
        .route("/checkpoint", get(checkpoint))
        .route("/tile/{*path}", get(tile))
        .route("/health/live", get(async || "live\n"))
        .route("/health/ready", get(ready))
        .route("/metrics", get(metrics))
        .with_state(log)
}

/// The checkpoint of the newest commit, with its cosignatures once there are enough. Its tiles are complete: they are written before
/// it is published.
async fn checkpoint(State(log): State<Log>) -> Response {
    let path = log.cosigned.clone();
    let newest = move |reader: &Reader| {
        let committed = reader.committed()?;
        let cosigned = std::fs::read(path).ok().filter(|cosigned| is_same(cosigned, &committed.checkpoint));
        Ok(cosigned.unwrap_or(committed.checkpoint))
    };
    match log.read(newest).await {
        Ok(note) => checkpoint_of(note),
        Err(response) => response,
    }
}

/// Whether two notes state the same; who signed is for the reader to verify.
fn is_same(one: &[u8], other: &[u8]) -> bool {
    let text = |note| Note::parse(note).ok().map(|note| note.text().to_owned());
    text(one).is_some_and(|one| Some(one) == text(other))
}

/// A tile or bundle. The path is taken as it was sent: one with escapes is another path, and no tile has two.
async fn tile(State(log): State<Log>, uri: Uri) -> Response {
    let path = uri.path().strip_prefix('/').unwrap_or_default();
    let Ok(tile) = path.parse::<Tile>() else { return no_such_tile() };
    match log.read(move |reader| reader.tile(&tile)).await {
        Ok(Some(bytes)) => full_or_partial(&tile, bytes),
        Ok(None) => no_such_tile(),
        Err(response) => response,
    }
}

/// Ready means that the log has an end that can be read. What is not witnessed yet is told, and hinders nothing.
async fn ready(State(log): State<Log>) -> Response {
    let cosigned = log.cosigned.clone();
    let standing = move |reader: &Reader| Ok(unwitnessed_from(&cosigned, reader.committed()?.size));
    match log.read(standing).await {
        Ok(None) => "ready\n".into_response(),
        Ok(Some(from)) => format!("ready\nunwitnessed since entry {from}\n").into_response(),
        Err(response) => response,
    }
}

/// The policy lies beside the checkpoint that was cosigned by it.
fn unwitnessed_from(cosigned: &Path, size: TreeSize) -> Option<u64> {
    CosignedTo::beside(&cosigned.with_file_name("policy"), cosigned).unwitnessed_from(size)
}

/// The log's size, and how much of it no quorum of witnesses has cosigned, in the text form of Prometheus.
async fn metrics(State(log): State<Log>) -> Response {
    let cosigned = log.cosigned.clone();
    let standing = move |reader: &Reader| {
        let committed = reader.committed()?.size;
        let last = committed.0.checked_sub(1).map(LeafIndex);
        let received_at_ms =
            last.map(|last| reader.record(last)).transpose()?.map_or(0, |last| last.received_at_ms);
        let unwitnessed = unwitnessed_from(&cosigned, committed).map_or(0, |from| committed.0 - from);
        Ok((committed, received_at_ms, unwitnessed))
    };
    match log.read(standing).await {
        Ok((size, received_at_ms, unwitnessed)) => {
            let text = format!(
                "# HELP socai_log_entries Entries of the log.\n# TYPE socai_log_entries gauge\nsocai_log_entries {size}\n\
                 # HELP socai_log_received_at_ms When the last entry was received, ms since 1970 UTC.\n\
                 # TYPE socai_log_received_at_ms gauge\nsocai_log_received_at_ms {received_at_ms}\n\
                 # HELP socai_unwitnessed_entries Entries that no quorum of witnesses has cosigned; 0 where the policy asks for none.\n\
                 # TYPE socai_unwitnessed_entries gauge\nsocai_unwitnessed_entries {unwitnessed}\n"
            );
            ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], text).into_response()
        }
        Err(response) => response,
    }
}

impl Log {
    /// Reads files on a thread that may wait for the disk.
    async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Reader) -> Result<T, LogError> + Send + 'static,
    ) -> Result<T, Response> {
        let place = self.places.clone().acquire_owned().await; // never closed
        let reader = self.reader.clone();
        let read = tokio::task::spawn_blocking(move || {
            let _place = place; // held to the end even when the caller goes away
            read(&reader)
        });
        read.await.map_err(|_| stopping())?.map_err(|error| fault(&error))
    }
}
