//! Serving the dashboard at an address until told to stop.

use std::net::SocketAddr;

use super::{Access, Board, Doors, TokensError, dashboard_router};
use crate::{
    log::LogHttpError,
    serving::{Served, listen},
};

/// Why a dashboard does not answer.
#[derive(Debug, thiserror::Error)]
pub enum DashboardError {
    /// The address cannot be listened at.
    #[error(transparent)]
    Listen(#[from] LogHttpError),
    /// The tokens cannot be used.
    #[error(transparent)]
    Tokens(#[from] TokensError),
}

/// A dashboard that answers until it is told to stop.
#[derive(Debug)]
pub struct DashboardHttp(Served);

/// Answers at `address`, following the log, until the board's token is cancelled.
///
/// # Errors
/// The address is taken or not ours, or the tokens cannot be used.
pub async fn serve_dashboard(
    board: Board,
    access: Access,
    address: &str,
) -> Result<DashboardHttp, DashboardError> {
    let unusable = |cause| LogHttpError::Listen { address: address.to_owned(), cause };
    let bound = listen(address).await.map_err(unusable)?;
    let doors = Doors::new(access, bound.1.ip())?;
    let stop = board.stop().clone();
    tokio::spawn(board.clone().follow());
    Ok(DashboardHttp(Served::start(bound, dashboard_router(board, doors), stop)))
}

impl DashboardHttp {
    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.0.address
    }

    /// Stops; answers under way may end, ten seconds at most.
    pub async fn stop(self) {
        self.0.stop().await;
    }
}
