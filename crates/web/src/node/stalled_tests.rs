//! Bodies that stop coming, on a real server with little patience: whoever comes after them is served.

use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use axum::Router;
use serde_json::json;
use socai_ward::{UnitConfig, UnitDir, generate};

use super::*;

const TOKEN: &str = "0123456789abcdef-token";
/// Longer than anything here takes on a slow machine.
const LONG: Duration = Duration::from_secs(60);

struct Running {
    dir: tempfile::TempDir,
    server: Served,
}

impl Running {
    /// A unit whose bodies may rest so long.
    async fn patient_for(rest: Duration) -> Running {
        let dir = tempfile::tempdir().unwrap();
        let unit = UnitDir::new(dir.path());
        let keys = generate(&unit).unwrap();
        let origin = socai_tlog::Origin::new("so-cai.example/thu").unwrap();
        let key = socai_tlog::SealingKey::of(&socai_tlog::SigningKey::from_bytes(&[1; 32]));
        let config = UnitConfig {
            unit: "hn.tx.ha-dinh.1".into(),
            no: 7,
            origin: origin.to_string(),
            ledger: "thu".into(),
            operator: socai_tlog::NoteKey::log(origin, key).to_string(),
            first_key: keys.sealing_key,
            nats: "nats://127.0.0.1:1".into(),
            listen: "127.0.0.1:0".into(),
            token: TOKEN.into(),
            witness_clock_tolerance_s: None,
        };
        config.write(&unit).unwrap();
        let pace = Pace { rest, bytes_per_s: 1 << 30 };
        let app: Router =
            router_at(Ward::open(dir.path()).unwrap(), Paces { office: pace, operator: pace }).unwrap();
        let bound = listen_at("127.0.0.1:0").await.unwrap();
        Running { dir, server: Served::start(bound, app, CancellationToken::new()) }
    }

    /// Begins a request whose body never comes; it has a place when this returns.
    fn stall(&self, path: &str, media: &str) -> TcpStream {
        let mut stream =
            begun(self.server.address, path, &format!("{media}\r\nExpect: 100-continue"), 99, b"");
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).unwrap();
        assert_eq!(go_on, *b"HTTP/1.1 100 Continue\r\n\r\n");
        stream
    }
}

fn begun(address: SocketAddr, path: &str, media: &str, len: usize, body: &[u8]) -> TcpStream {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(LONG)).unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer {TOKEN}\r\n\
         Content-Type: {media}\r\nContent-Length: {len}\r\n\r\n"
    );
    stream.write_all(&[head.as_bytes(), body].concat()).unwrap();
    stream
}

/// The status of an answer.
async fn status(mut stream: TcpStream) -> u16 {
    let read = move || {
        let mut reply = String::new();
        let _ = stream.read_to_string(&mut reply); // a body that was not read ends with a reset
        reply.split(' ').nth(1).unwrap_or_else(|| panic!("no answer: {reply:?}")).parse().unwrap()
    };
    tokio::task::spawn_blocking(read).await.unwrap()
}

fn event() -> Vec<u8> {
    let data = json!({ "amount": 5, "late_interest": 0, "voucher": "BL-1" });
    let event = json!({ "kind": "penalty.payment_received", "occurred_on": "2023-01-19", "case": "vp/2023/1", "data": data });
    event.to_string().into_bytes()
}

#[tokio::test(flavor = "multi_thread")]
async fn events_are_sealed_while_others_stall_in_every_place() {
    let node = Running::patient_for(Duration::from_millis(100)).await;
    let stalled: Vec<_> =
        (0..EVENTS_AT_ONCE).map(|_| node.stall("/api/v1/events", "application/json")).collect();
    let body = event();
    let sent = begun(node.server.address, "/api/v1/events", "application/json", body.len(), &body);
    assert_eq!(status(sent).await, 201);
    for stream in stalled {
        assert_eq!(status(stream).await, 408);
    }
    node.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_imported_while_others_stall_in_every_place_and_leave_no_copy() {
    let node = Running::patient_for(Duration::from_millis(100)).await;
    let stalled: Vec<_> =
        (0..IMPORTS_AT_ONCE).map(|_| node.stall("/api/v1/imports", "application/jsonl")).collect();
    let body = event();
    let sent = begun(node.server.address, "/api/v1/imports", "application/jsonl", body.len(), &body);
    assert_eq!(status(sent).await, 201);
    for stream in stalled {
        assert_eq!(status(stream).await, 408);
    }
    node.server.stop().await;
    assert_eq!(std::fs::read_dir(node.dir.path().join("spool")).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_stop_coming_hold_no_place_and_no_more_memory_than_their_places() {
    let node = Running::patient_for(Duration::from_millis(100)).await;
    let (address, text) = (node.server.address, "text/plain");
    let long = socai_tlog::MAX_SHOWN_LEN;
    let stalled: Vec<_> =
        (0..3 * SHOWN_AT_ONCE).map(|_| begun(address, "/log-entries", text, long, b"{")).collect();
    let checkpoints: Vec<_> = (0..2).map(|_| node.stall("/add-checkpoint", text)).collect();
    assert_eq!(status(begun(address, "/log-entries", text, 8, b"nonsense")).await, 400);
    assert_eq!(status(begun(address, "/add-checkpoint", text, 8, b"nonsense")).await, 400);
    assert_eq!(status(begun(address, "/log-entries", text, long + 1, b"")).await, 413);
    for stream in stalled.into_iter().chain(checkpoints) {
        assert_eq!(status(stream).await, 408);
    }
    node.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_as_many_bodies_with_entries_are_read_as_there_are_places() {
    let node = Running::patient_for(LONG).await;
    let stalled: Vec<_> = (0..SHOWN_AT_ONCE).map(|_| node.stall("/log-entries", "text/plain")).collect();
    let waiting = begun(node.server.address, "/log-entries", "text/plain", 8, b"nonsense");
    waiting.set_read_timeout(Some(Duration::from_millis(300))).unwrap();
    assert!((&waiting).read(&mut [0]).is_err(), "it is read only when a place is free");
    // others are answered meanwhile
    assert_eq!(
        status(begun(node.server.address, "/add-checkpoint", "text/plain", 8, b"nonsense")).await,
        400
    );
    drop(stalled);
    waiting.set_read_timeout(Some(LONG)).unwrap();
    assert_eq!(status(waiting).await, 400);
    node.server.stop().await;
}
