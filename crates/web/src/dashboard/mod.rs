//! The dashboard: pages that people look at, over one ledger, read only.
//!
//! In scope: the district at a glance, what stands behind a figure, units, the log, a case, findings, proofs that a browser checks by
//! itself, the same as JSON, news as server-sent events. Out of scope: how figures are computed (`fold`) and assembled ([`Answers`]),
//! who may see what: whoever reaches the address sees everything here, so it is to listen on the machine itself or behind a proxy
//! that asks who is there.
//!
//! Everything is rendered here, with every text escaped by the template engine; scripts only check proofs and bring news. Every answer carries the
//! same content security policy, under which nothing inline runs.

mod answers;
mod api;
mod asking;
mod board;
mod files;
mod guard;
mod listing;
mod live;
mod oops;
mod page;
mod pages;
mod server;
mod words;

use axum::{Router, http::StatusCode, middleware, routing::get};

pub use answers::Answers;
pub use board::{Board, BoardError};
pub use server::{DashboardHttp, serve_dashboard};

use asking::Asking;
use oops::Oops;

/// Every page, the same as JSON, and the log as C2SP tiles.
pub fn dashboard_router(board: Board) -> Router {
    let tiles = crate::log::tile_routes(board.reader().clone(), &board.place().cosigned());
    Router::new()
        .route("/", get(pages::district))
        .route("/figure/{code}", get(pages::figure))
        .route("/figure/{code}/events.csv", get(pages::events_csv))
        .route("/record/{unit}/{seq}", get(pages::record))
        .route("/units", get(pages::units))
        .route("/unit/{id}", get(pages::unit))
        .route("/log", get(pages::log))
        .route("/case/{id}", get(pages::case))
        .route("/findings", get(pages::findings))
        .route("/check", get(pages::check))
        .route("/static/{name}", get(files::file))
        .route("/api/v1/figures", get(api::figures))
        .route("/api/v1/units", get(api::units))
        .route("/api/v1/status", get(api::status))
        .route("/api/v1/proofs/{unit}/{seq}", get(api::proof))
        .route("/api/v1/consistency/{old}/{new}", get(api::consistency))
        .route("/api/v1/live", get(live::live))
        .fallback(async |asking: Asking| Oops::nothing_here().answer(&asking))
        .method_not_allowed_fallback(async |asking: Asking| {
            Oops::new(StatusCode::METHOD_NOT_ALLOWED, "only_read").answer(&asking)
        })
        .with_state(board)
        .merge(tiles)
        .layer(middleware::from_fn(guard::guard))
}
