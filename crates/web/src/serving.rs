//! Answering at an address until told to stop: what every server of ours does.

use std::{io, net::SocketAddr, time::Duration};

use axum::Router;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

/// How long answers under way may take to end.
pub(crate) const STOP_WITHIN: Duration = Duration::from_secs(10);

/// A server that answers until its token is cancelled.
#[derive(Debug)]
pub(crate) struct Served {
    /// Where it answers.
    pub(crate) address: SocketAddr,
    /// Ends when it was stopped and every answer under way was given, or by itself with the reason.
    pub(crate) served: JoinHandle<io::Result<()>>,
    pub(crate) stop: CancellationToken,
}

/// Listens at an address, not answering yet; the address as it is bound.
///
/// # Errors
/// It is taken or not ours.
pub(crate) async fn listen(address: &str) -> io::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await?;
    let bound = listener.local_addr()?;
    Ok((listener, bound))
}

impl Served {
    /// Answers with `app`, whose handlers may ask for the peer's address.
    pub(crate) fn start(
        (listener, address): (TcpListener, SocketAddr),
        app: Router,
        stop: CancellationToken,
    ) -> Served {
        let app = app.into_make_service_with_connect_info::<SocketAddr>();
        let stopping = stop.clone().cancelled_owned();
        let served =
            tokio::spawn(async move { axum::serve(listener, app).with_graceful_shutdown(stopping).await });
        Served { address, served, stop }
    }

    /// Stops; answers under way may end, ten seconds at most.
    pub(crate) async fn stop(mut self) {
        self.stop.cancel();
        // whatever it says: a server of readers holds nothing that could be lost
        let _ = tokio::time::timeout(STOP_WITHIN, &mut self.served).await;
        self.served.abort();
    }
}
