//! Serving the dashboard at an address until told to stop.

use std::{io, net::SocketAddr, time::Duration};

use tokio::{net::TcpListener, task::JoinHandle};

use super::{Access, Board, Doors, TokensError, dashboard_router};
use crate::log::LogHttpError;

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

/// How long answers under way may take to end.
const STOP_WITHIN: Duration = Duration::from_secs(10);

/// A dashboard that answers until it is told to stop.
#[derive(Debug)]
pub struct DashboardHttp {
    address: SocketAddr,
    served: JoinHandle<io::Result<()>>,
    stop: tokio_util::sync::CancellationToken,
}

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
    let listener = TcpListener::bind(address).await.map_err(unusable)?;
    let bound = listener.local_addr().map_err(unusable)?;
    let doors = Doors::new(access, bound.ip())?;
    let stop = board.stop().clone();
    tokio::spawn(board.clone().follow());
    let app = dashboard_router(board, doors).into_make_service_with_connect_info::<SocketAddr>();
    let stopping = stop.clone().cancelled_owned();
    let served =
        tokio::spawn(async move { axum::serve(listener, app).with_graceful_shutdown(stopping).await });
    Ok(DashboardHttp { address: bound, served, stop })
}

impl DashboardHttp {
    /// Where it answers.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Stops; answers under way may end, ten seconds at most.
    pub async fn stop(mut self) {
        self.stop.cancel();
        // whatever it says: a dashboard holds nothing that could be lost
        let _ = tokio::time::timeout(STOP_WITHIN, &mut self.served).await;
        self.served.abort();
    }
}
