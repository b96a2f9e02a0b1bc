//! Connections of a real server that come in numbers, stall, and stay.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream as Client,
    time::Instant,
};

use axum::{body::Bytes, routing::get};

use super::*;

/// Longer than anything here takes on a slow machine.
const LONG: Duration = Duration::from_secs(60);
/// More than the buffers of a connection hold.
const LARGE: usize = 64 << 20;

const ROOMY: Bounds = Bounds { connections: 2, head_within: LONG, taken_within: LONG, head_len: 64 << 10 };

async fn started(bounds: Bounds) -> Served {
    let app = Router::new()
        .route("/", get(async || "here\n"))
        .route("/large", get(async || Bytes::from(vec![0; LARGE])));
    let bound = listen("127.0.0.1:0").await.unwrap();
    Served::start_within(bounds, bound, app, CancellationToken::new())
}

fn sent(address: SocketAddr, text: &str) -> Client {
    let mut client = Client::connect(address).unwrap();
    client.set_read_timeout(Some(LONG)).unwrap();
    client.write_all(text.as_bytes()).unwrap();
    client
}

/// A whole answer of a connection that ends with it.
fn read(mut client: Client) -> String {
    let mut text = String::new();
    client.read_to_string(&mut text).unwrap();
    text
}

const ONE: &str = "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn more_connections_than_may_be_wait_and_are_answered_once_others_went() {
    let served = started(ROOMY).await;
    let address = served.address;
    blocking(move || {
        // half a head each: they hold both places
        let held = [sent(address, "GET / HT"), sent(address, "GET / HT")];
        let waiting = sent(address, ONE);
        waiting.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
        let mut first = [0];
        let kind = (&waiting).read(&mut first).unwrap_err().kind();
        assert!(matches!(kind, io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut), "{kind:?}");
        waiting.set_read_timeout(Some(LONG)).unwrap();
        let [mut one, _other] = held;
        one.write_all(b"TP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").unwrap();
        assert!(read(one).ends_with("here\n"));
        assert!(read(waiting).ends_with("here\n"));
    })
    .await;
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_that_do_not_come_and_connections_that_do_nothing_give_their_places_back() {
    let served = started(Bounds { head_within: Duration::from_millis(50), ..ROOMY }).await;
    let address = served.address;
    blocking(move || {
        let silent = sent(address, "");
        let half = sent(address, "GET / HTTP/1.1\r\nHost: ");
        assert!(read(sent(address, ONE)).ends_with("here\n"));
        let kept = read(sent(address, &ONE.replace("close", "keep-alive")));
        assert!(kept.ends_with("here\n"), "answered, and ended without another request: {kept}");
        drop((silent, half));
    })
    .await;
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_does_not_take_his_answer_gives_his_place_back() {
    let served = started(Bounds { taken_within: Duration::from_millis(50), ..ROOMY }).await;
    let address = served.address;
    blocking(move || {
        let held = [(); 2].map(|()| sent(address, &ONE.replace("/ ", "/large ")));
        assert!(read(sent(address, ONE)).ends_with("here\n"));
        drop(held);
    })
    .await;
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_stopped_ends_at_once_with_connections_that_wait() {
    let served = started(ROOMY).await;
    let address = served.address;
    let kept = blocking(move || {
        let mut kept = sent(address, &ONE.replace("close", "keep-alive"));
        let mut reply = [0; 4];
        kept.read_exact(&mut reply).unwrap();
        kept
    })
    .await;
    let began = Instant::now();
    served.stop().await;
    assert!(began.elapsed() < STOP_WITHIN, "{:?}", began.elapsed());
    drop(kept);
}
