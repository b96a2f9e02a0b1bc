//! Answering at an address until told to stop: what every server of ours does.
//!
//! The world may come, so connections are counted, and none stays that does nothing: the head of a request, the next request of a connection, and
//! the taking of an answer have their time. How long a body may take is for whoever reads it ([`crate::body`]).

mod taken;

use std::{io, net::SocketAddr, pin::pin, sync::Arc, time::Duration};

use axum::{
    Router,
    extract::{ConnectInfo, Request},
};
use hyper::{body::Incoming, server::conn::http1, service::Service as _, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use tokio::{
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
};
use tokio_util::sync::CancellationToken;

use taken::Taken;

/// How long answers under way may take to end.
pub(crate) const STOP_WITHIN: Duration = Duration::from_secs(10);
/// After the system gave no connection, files being short say.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// What connections may take.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    /// How many there are at once; the others wait with the system. Two servers of a process fit into 1,024 open files.
    connections: usize,
    /// How long a head may take to come, and how long a connection may stay without a request.
    head_within: Duration,
    /// How long whoever asked may take none of an answer.
    taken_within: Duration,
    /// The most bytes of a head, and of what is read ahead.
    head_len: usize,
}

const BOUNDS: Bounds = Bounds {
    connections: 448,
    head_within: Duration::from_secs(30),
    taken_within: Duration::from_secs(60),
    head_len: 64 << 10,
};

/// A server that answers until its token is cancelled.
#[derive(Debug)]
pub(crate) struct Served {
    /// Where it answers.
    pub(crate) address: SocketAddr,
    /// Ends when it was stopped and every answer under way was given.
    pub(crate) served: JoinHandle<()>,
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
        listening: (TcpListener, SocketAddr),
        app: Router,
        stop: CancellationToken,
    ) -> Served {
        Served::start_within(BOUNDS, listening, app, stop)
    }

    fn start_within(
        bounds: Bounds,
        (listener, address): (TcpListener, SocketAddr),
        app: Router,
        stop: CancellationToken,
    ) -> Served {
        let app = TowerToHyperService::new(app);
        let served = tokio::spawn(answer(bounds, listener, app, stop.clone()));
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

/// Takes connections as long as there are places, until told to stop; ends with the last of them.
async fn answer(
    bounds: Bounds,
    listener: TcpListener,
    app: TowerToHyperService<Router>,
    stop: CancellationToken,
) {
    let places = Arc::new(Semaphore::new(bounds.connections));
    let mut connections = JoinSet::new(); // they end with it when this is aborted
    loop {
        let taken = async {
            let place = places.clone().acquire_owned().await; // never closed
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = stop.cancelled() => break,
            taken = taken => taken,
        };
        match accepted {
            Ok((stream, peer)) => {
                let connection = talk(bounds, stream, peer, app.clone(), stop.clone());
                connections.spawn(async move {
                    let _place = place;
                    connection.await;
                });
            }
            Err(error) if is_of_the_peer(&error) => {}
            Err(error) => {
                tracing::error!(%error, "no connection can be taken; trying again");
                tokio::select! {
                    () = stop.cancelled() => break,
                    () = tokio::time::sleep(TRY_AGAIN) => {}
                }
            }
        }
        while connections.try_join_next().is_some() {}
    }
    drop(listener);
    while connections.join_next().await.is_some() {}
}

/// Whether a connection went before it was taken.
fn is_of_the_peer(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

/// Answers one connection to its end; told to stop, to the end of the answer under way.
async fn talk(
    bounds: Bounds,
    stream: TcpStream,
    peer: SocketAddr,
    app: TowerToHyperService<Router>,
    stop: CancellationToken,
) {
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        app.call(request)
    });
    let stream = TokioIo::new(Taken::new(stream, bounds.taken_within));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(bounds.head_within).max_buf_size(bounds.head_len);
    let mut connection = pin!(http.serve_connection(stream, service));
    tokio::select! {
        _ = connection.as_mut() => return, // what ends a connection is the peer's affair
        () = stop.cancelled() => connection.as_mut().graceful_shutdown(),
    }
    let _ = connection.await;
}

#[cfg(test)]
mod tests;
