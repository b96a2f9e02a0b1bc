//! The dashboard: pages that people look at, over one ledger. It reads, but for one thing: an issuer may have a report signed ([`Signing`]).
//!
//! In scope: the district at a glance, what stands behind a figure, reports, figures as known at any checkpoint, units, the log, a case, findings,
//! proofs that a browser checks by itself, the same as JSON, news as server-sent events, and who sees what of it ([`access`]). Out of scope: how
//! figures are computed (`fold`) and assembled ([`Answers`]), TLS, which is for a proxy in front.
//!
//! Everything is rendered here, with every text escaped by the template engine; scripts only check proofs, bring news and move the slider. Every
//! answer carries the same content security policy, under which nothing inline runs; printed reports carry a stricter one that knows their style
//! sheet by its digest.

mod access;
mod answers;
mod api;
mod arrivals;
mod asking;
mod begun;
mod board;
mod files;
mod guard;
mod kept;
mod listeners;
mod listing;
mod live;
mod oops;
mod page;
mod pages;
mod places;
mod server;
mod signing;
mod steps;
mod suppress;
mod tail;
mod words;

use axum::{
    Extension, Router,
    extract::DefaultBodyLimit,
    http::StatusCode,
    middleware,
    routing::{get, post},
};
use tower_http::compression::CompressionLayer;

pub use access::{Access, NewToken, Role, TokensError};
pub use answers::{Answers, Case, CaseEntry, CaseState, Months, Paper, WrongNumber};
pub use board::{Board, BoardError};
pub use server::{DashboardError, DashboardHttp, serve_dashboard};
pub use signing::{NotSigned, Signed, Signing, ToSign};

use access::Doors;
use asking::Asking;
use oops::Oops;

/// Longest body of a request, in bytes: forms of two fields.
const MAX_BODY_LEN: usize = 4_096;

/// Every page, the same as JSON, and the log as C2SP tiles; who asks is asked at the doors.
fn dashboard_router(board: Board, doors: Doors) -> Router {
    let tiles = crate::log::tile_routes(board.reader().clone(), &board.place().cosigned());
    let login = Router::new()
        .route("/login", get(access::login_page).post(access::login))
        .route("/logout", post(access::logout))
        .with_state(doors.clone());
    Router::new()
        .route("/", get(pages::district))
        .route("/figure/{code}", get(pages::figure))
        .route("/figure/{code}/events.csv", get(pages::events_csv))
        .route("/record/{unit}/{seq}", get(pages::record))
        .route("/record/{unit}/{seq}/qr.svg", get(pages::qr))
        .route("/report", get(pages::report))
        .route("/report/issue", get(pages::issue).post(pages::sign))
        .route("/report/texts", post(pages::texts).layer(DefaultBodyLimit::max(pages::MAX_TEXTS_LEN)))
        .route("/report/draft/{format}", get(pages::draft))
        .route("/report/issued/{number}/{format}", get(pages::issued))
        .route("/replay", get(pages::replay))
        .route("/units", get(pages::units))
        .route("/unit/{id}", get(pages::unit))
        .route("/log", get(pages::log))
        .route("/case/{id}", get(pages::case))
        .route("/findings", get(pages::findings))
        .route("/check", get(pages::check))
        .route("/running", get(pages::running))
        .route("/static/{name}", get(files::file))
        .route("/api/v1/figures", get(api::figures))
        .route("/api/v1/units", get(api::units))
        .route("/api/v1/status", get(api::status))
        .route("/api/v1/proofs/{unit}/{seq}", get(api::proof))
        .route("/api/v1/consistency/{old}/{new}", get(api::consistency))
        .route("/api/v1/policy", get(api::policy))
        .route("/api/v1/live", get(live::live))
        .with_state(board)
        .merge(login)
        .fallback(async |asking: Asking| Oops::nothing_here().answer(&asking))
        .method_not_allowed_fallback(async |asking: Asking| {
            Oops::new(StatusCode::METHOD_NOT_ALLOWED, "only_read").answer(&asking)
        })
        .merge(tiles)
        .layer(Extension(doors.clone()))
        .layer(DefaultBodyLimit::max(MAX_BODY_LEN))
        .layer(CompressionLayer::new())
        .layer(middleware::from_fn_with_state(doors, access::passed))
        .layer(middleware::from_fn(guard::guard))
}

#[cfg(test)]
mod busy_tests;
