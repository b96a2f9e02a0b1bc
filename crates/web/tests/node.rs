//! A ward node over real HTTP: what is answered, and what is on the disk when it is.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail loudly

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    path::Path,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use socai_ward::{Access, Client, Format, UnitConfig, UnitDir, Ward, generate, reach};
use socai_web::{Http, MAX_BODY_LEN, serve};
use tokio_util::sync::CancellationToken;

const TOKEN: &str = "0123456789abcdef-token";

/// A node of a fresh unit on a port of its own.
struct Running {
    dir: tempfile::TempDir,
    http: Http,
    stop: CancellationToken,
}

fn enrol(dir: &Path) -> UnitDir {
    let unit = UnitDir::new(dir);
    let keys = generate(&unit).unwrap();
    let operator = "so-cai.example/thu";
    let origin = socai_tlog::Origin::new(operator).unwrap();
    let key = socai_tlog::SealingKey::of(&socai_tlog::SigningKey::from_bytes(&[1; 32]));
    let config = UnitConfig {
        unit: "hn.tx.ha-dinh.1".into(),
        no: 7,
        origin: operator.into(),
        ledger: "thu".into(),
        operator: socai_tlog::NoteKey::log(origin, key).to_string(),
        first_key: keys.sealing_key,
        nats: "nats://127.0.0.1:1".into(),
        listen: "127.0.0.1:0".into(),
        token: TOKEN.into(),
        witness_clock_tolerance_s: None,
    };
    config.write(&unit).unwrap();
    unit
}

impl Running {
    async fn new() -> Running {
        let dir = tempfile::tempdir().unwrap();
        enrol(dir.path());
        Running::start(dir).await
    }

    async fn start(dir: tempfile::TempDir) -> Running {
        let stop = CancellationToken::new();
        let ward = Ward::open(dir.path()).unwrap();
        let http = serve(ward, stop.clone()).await.unwrap();
        Running { dir, http, stop }
    }

    async fn stopped(self) -> tempfile::TempDir {
        self.stop.cancel();
        self.http.ended().await.unwrap();
        self.dir
    }

    /// One request, headers as given.
    async fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Vec<u8>>,
    ) -> Reply {
        let address = self.http.address();
        let mut head = format!("{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n");
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        let body = body.into();
        head.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        tokio::task::spawn_blocking(move || exchange(address, &head, &body)).await.unwrap()
    }

    async fn post(&self, body: &Value, more: &[(&str, &str)]) -> Reply {
        let bearer = format!("Bearer {TOKEN}");
        let mut headers = vec![("Authorization", bearer.as_str()), ("Content-Type", "application/json")];
        headers.extend(more);
        self.ask("POST", "/api/v1/events", &headers, body.to_string()).await
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path, &[("Authorization", &format!("Bearer {TOKEN}"))], "").await
    }

    async fn sealed(&self) -> u64 {
        self.get("/api/v1/status").await.body["sealed"].as_u64().unwrap()
    }
}

#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: Value,
}

fn exchange(address: SocketAddr, head: &str, body: &[u8]) -> Reply {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    stream.write_all(head.as_bytes()).unwrap();
    let _ = stream.write_all(body); // a server that has seen enough closes early
    let mut reply = Vec::new();
    let _ = stream.read_to_end(&mut reply);
    let text = String::from_utf8_lossy(&reply).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or_else(|| panic!("no answer: {text:?}"));
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head: head.to_lowercase(), body: serde_json::from_str(body).unwrap_or(Value::Null) }
}

fn event(number: u64) -> Value {
    json!({
        "kind": "penalty.payment_received", "occurred_on": "2023-01-19", "case": format!("vp/2023/{number}"),
        "data": {"amount": 1_000_000 + number, "late_interest": 0, "voucher": format!("BL-{number}")}
    })
}

/// Case keys in the journal, read without the node.
fn journal(dir: &Path) -> Vec<String> {
    let reader = socai_log::JournalReader::open(&dir.join("journal/g0")).unwrap();
    let segments = reader.segments(socai_tlog::UnitSeq(0)).unwrap();
    let records = segments.flat_map(|segment| segment.unwrap().records);
    let case = |facts: &[u8]| socai_domain::Event::decode(facts).unwrap().case().unwrap().to_owned();
    records.map(|record| case(record.facts())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_on_the_disk_when_its_name_is_answered() {
    let node = Running::new().await;
    let reply = node.post(&event(0), &[]).await;
    assert_eq!(reply.status, 201);
    assert_eq!(reply.body["name"], "7/0");
    assert_eq!(reply.body["link"].as_str().unwrap().len(), 64);
    assert_eq!(journal(node.dir.path()), ["vp/2023/0"]);

    let reply = node.post(&json!([event(1), event(2)]), &[]).await;
    assert_eq!(reply.status, 201);
    let names: Vec<_> = reply.body.as_array().unwrap().iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, ["7/1", "7/2"]);
    let dir = node.stopped().await;
    assert_eq!(journal(dir.path()).len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_array_with_one_wrong_event_seals_nothing_and_names_every_field() {
    let node = Running::new().await;
    let (mut wrong, mut worse) = (event(1), event(2));
    wrong["data"]["amount"] = json!(-1);
    worse["data"] = json!({"colour": "đỏ"});
    let reply = node.post(&json!([event(0), wrong, worse]), &[]).await;
    assert_eq!(reply.status, 422);
    assert!(reply.head.contains("content-type: application/problem+json"), "{}", reply.head);
    assert_eq!(reply.body["type"], "urn:socai:wrong-events");
    let fields: Vec<_> = reply.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["field"].as_str().unwrap())
        .collect();
    for field in ["1.data.amount", "2.data.amount", "2.data.voucher", "2.data.colour"] {
        assert!(fields.contains(&field), "{field} is not among {fields:?}");
    }
    assert!(
        reply.body["errors"][0]["message_vi"].is_string()
            && reply.body["errors"][0]["message_en"].is_string()
    );
    assert_eq!(node.sealed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_idempotency_key_is_the_same_request_also_for_another_process() {
    let node = Running::new().await;
    let key = [("Idempotency-Key", "request-1")];
    let first = node.post(&json!([event(0), event(1)]), &key).await;
    let again = node.post(&json!([event(0), event(1)]), &key).await;
    assert_eq!((first.status, again.status), (201, 201));
    assert_eq!(first.body, again.body);
    let dir = node.stopped().await;
    let node = Running::start(dir).await;
    assert_eq!(node.post(&json!([event(0), event(1)]), &key).await.body, first.body);
    let other = node.post(&json!([event(0), event(7)]), &key).await;
    assert_eq!(other.status, 409);
    assert_eq!(
        (&other.body["type"], &other.body["index"], &other.body["record"]),
        (&json!("urn:socai:id-taken"), &json!(1), &json!("7/1"))
    );
    assert_eq!(node.sealed().await, 2);
    for bad in ["", &"x".repeat(201), "gạch"] {
        assert_eq!(node.post(&event(0), &[("Idempotency-Key", bad)]).await.status, 400, "{bad:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_that_are_not_json_say_a_key_twice_are_too_large_or_of_another_type_are_told_apart() {
    let node = Running::new().await;
    let bearer = format!("Bearer {TOKEN}");
    let auth = ("Authorization", bearer.as_str());
    let json_type = ("Content-Type", "application/json; charset=utf-8");
    let ask = async |headers: &[(&str, &str)], body: Vec<u8>| {
        let reply = node.ask("POST", "/api/v1/events", headers, body).await;
        (reply.status, reply.body["type"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(ask(&[auth, json_type], b"{".to_vec()).await, (400, "urn:socai:malformed".into()));
    assert_eq!(ask(&[auth, json_type], b"".to_vec()).await, (400, "urn:socai:malformed".into()));
    let twice = br#"{"data":{"sum":1,"sum":2}}"#.to_vec();
    assert_eq!(ask(&[auth, json_type], twice.clone()).await, (400, "urn:socai:malformed".into()));
    let told = node.ask("POST", "/api/v1/events", &[auth, json_type], twice).await;
    assert!(told.body["detail"].as_str().unwrap().contains("`data.sum` is stated twice"), "{}", told.body);
    assert_eq!(ask(&[auth, json_type], b"[]".to_vec()).await, (400, "urn:socai:no-events".into()));
    assert_eq!(ask(&[auth, json_type], b"5".to_vec()).await, (422, "urn:socai:wrong-events".into()));
    assert_eq!(
        ask(&[auth, json_type], b"{\"kind\":\"\xFF\"}".to_vec()).await,
        (400, "urn:socai:malformed".into())
    );
    assert_eq!(ask(&[auth], b"{}".to_vec()).await, (415, "urn:socai:not-json".into()));
    let form = ("Content-Type", "application/x-www-form-urlencoded");
    assert_eq!(ask(&[auth, form], b"{}".to_vec()).await, (415, "urn:socai:not-json".into()));
    let large = vec![b' '; MAX_BODY_LEN + 1];
    assert_eq!(ask(&[auth, json_type], large).await, (413, "urn:socai:too-large".into()));
    let many = Value::Array((0..513).map(event).collect()).to_string().into_bytes();
    assert_eq!(ask(&[auth, json_type], many).await, (413, "urn:socai:too-many-events".into()));
    let deep = ["[".repeat(100_000), "]".repeat(100_000)].concat();
    assert_eq!(ask(&[auth, json_type], deep.into_bytes()).await, (400, "urn:socai:malformed".into()));
    assert_eq!(node.sealed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_token_nothing_is_told_or_done() {
    let node = Running::new().await;
    let json_type = ("Content-Type", "application/json");
    for auth in ["", "Bearer", "Bearer wrong", "Basic 0123456789abcdef-token", "Bearer 0123456789abcdef-toke"]
    {
        let reply = node
            .ask("POST", "/api/v1/events", &[("Authorization", auth), json_type], event(0).to_string())
            .await;
        assert_eq!(reply.status, 401, "{auth:?}");
        assert!(reply.head.contains("www-authenticate: bearer"));
    }
    for (method, path) in [
        ("GET", "/api/v1/status"),
        ("POST", "/api/v1/imports"),
        ("PUT", "/api/v1/registry"),
        ("POST", "/api/v1/keys/rotate"),
        ("DELETE", "/api/v1/alarm"),
    ] {
        assert_eq!(node.ask(method, path, &[json_type], "{}").await.status, 401, "{path}");
    }
    assert_eq!(node.ask("GET", "/health/live", &[], "").await.status, 200);
    assert_eq!(node.ask("GET", "/health/ready", &[], "").await.status, 200);
    assert_eq!(node.get("/nowhere").await.status, 404);
    assert_eq!(node.get("/api/v1/events").await.status, 405);
    assert_eq!(node.sealed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_clients_at_once_get_different_names_and_everything_is_sealed() {
    let node = std::sync::Arc::new(Running::new().await);
    let mut clients = tokio::task::JoinSet::new();
    for number in 0..60 {
        let node = node.clone();
        clients.spawn(async move {
            node.post(&event(number), &[]).await.body["name"].as_str().unwrap().to_owned()
        });
    }
    let mut names: Vec<_> = clients.join_all().await;
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 60);
    assert_eq!(journal(node.dir.path()).len(), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_finds_the_running_node_and_seals_through_it() {
    let node = Running::new().await;
    let dir = node.dir.path().to_owned();
    let file = dir.join("thu.csv");
    std::fs::write(
        &file,
        "occurred_on;amount;late_interest;voucher\n19/01/2023;5;0;BL-1\n19/01/2023;6;0;BL-2\n",
    )
    .unwrap();
    let asked = tokio::task::spawn_blocking(move || {
        let Access::Node(client) = reach(&dir).unwrap() else { panic!("the node has the unit") };
        let recorded = client.record(&event(0), Some("k")).unwrap();
        let imported = client.import(&file, Format::Csv, Some("penalty.payment_received")).unwrap();
        let again = client.import(&file, Format::Csv, Some("penalty.payment_received")).unwrap();
        let rotated = client.rotate_key("scheduled").unwrap();
        (recorded, imported, again, rotated, client.status().unwrap())
    });
    let (recorded, imported, again, rotated, status) = asked.await.unwrap();
    assert_eq!((recorded.status, &recorded.body["name"]), (201, &json!("7/0")));
    assert_eq!(
        (imported.status, &imported.body["sealed"], &imported.body["last"]),
        (201, &json!(2), &json!("7/2"))
    );
    assert_eq!((&again.body["sealed"], &again.body["already"]), (&json!(0), &json!(2)));
    assert_eq!((rotated.status, &rotated.body["name"]), (201, &json!("7/3")));
    assert_eq!(
        (&status.body["sealed"], &status.body["recorded"], &status.body["state"]),
        (&json!(4), &json!(0), &json!("stopped"))
    );
    let dir = node.stopped().await;
    assert!(!UnitDir::new(dir.path()).node().exists());
    assert!(matches!(reach(dir.path()), Ok(Access::Here(_))), "the node has let go of the unit");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_over_http_is_answered_row_by_row() {
    let node = Running::new().await;
    let bearer = format!("Bearer {TOKEN}");
    let headers = [("Authorization", bearer.as_str()), ("Content-Type", "text/csv")];
    let text =
        "kind,occurred_on,amount,late_interest,voucher\npenalty.payment_received,2023-01-19,1.005,0,BL-1\n";
    let reply = node.ask("POST", "/api/v1/imports", &headers, text).await;
    assert_eq!(reply.status, 422);
    assert_eq!(reply.body["type"], "urn:socai:wrong-rows");
    let error = &reply.body["errors"][0];
    assert_eq!(
        (&error["row"], &error["field"], &error["code"]),
        (&json!(2), &json!("data.amount"), &json!("ambiguous_number"))
    );
    let unknown = node.ask("POST", "/api/v1/imports?kind=x", &headers, text).await;
    assert_eq!(unknown.status, 400);
    let other =
        node.ask("POST", "/api/v1/imports", &[headers[0], ("Content-Type", "application/pdf")], "x").await;
    assert_eq!(other.status, 415);
    assert_eq!(node.sealed().await, 0);
    assert_eq!(std::fs::read_dir(node.dir.path().join("spool")).unwrap().count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_breaks_off_imports_nothing() {
    let node = Running::new().await;
    let address = node.http.address();
    let line = format!("{}\n", event(0));
    let spool = node.dir.path().join("spool");
    let copies = move || std::fs::read_dir(&spool).unwrap().count();
    let at_copies = move |count: usize| {
        let deadline = Instant::now() + Duration::from_secs(60);
        while copies() != count {
            assert!(Instant::now() < deadline, "{} copies, not {count}", copies());
            std::thread::sleep(Duration::from_millis(2));
        }
    };
    tokio::task::spawn_blocking(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {TOKEN}\r\nContent-Type: application/jsonl\r\nContent-Length: {}\r\n\r\n",
            line.len() * 2
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(line.as_bytes()).unwrap();
        at_copies(1);
        drop(stream);
        at_copies(0);
    })
    .await
    .unwrap();
    assert_eq!(node.sealed().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_without_its_sealing_key_is_alive_and_not_ready() {
    let dir = tempfile::tempdir().unwrap();
    let unit = enrol(dir.path());
    std::fs::remove_file(unit.keys().join("sealing")).unwrap();
    generate(&unit).unwrap();
    let node = Running::start(dir).await;
    assert_eq!(node.get("/health/live").await.status, 200);
    assert_eq!(node.get("/health/ready").await.status, 503);
    let reply = node.post(&event(0), &[]).await;
    assert_eq!((reply.status, &reply.body["type"]), (503, &json!("urn:socai:no-sealing-key")));
    assert!(reply.head.contains("retry-after"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_is_taken_is_told_with_the_setting() {
    let node = Running::new().await;
    let dir = tempfile::tempdir().unwrap();
    let unit = enrol(dir.path());
    let mut config = UnitConfig::read(&unit).unwrap().config;
    config.listen = node.http.address().to_string();
    config.write(&unit).unwrap();
    let error =
        serve(Ward::open(dir.path()).unwrap(), CancellationToken::new()).await.err().unwrap().to_string();
    assert!(error.contains("listen = "), "{error}");
}

#[test]
fn a_node_file_of_a_node_that_is_gone_is_no_obstacle() {
    let dir = tempfile::tempdir().unwrap();
    let unit = enrol(dir.path());
    std::fs::write(unit.node(), "{\"address\":\"127.0.0.1:1\",\"pid\":1}").unwrap();
    assert!(matches!(reach(dir.path()), Ok(Access::Here(_))));
    assert!(Client::to_node_of(&unit).unwrap().status().is_err());
}

/// An entry of another unit, received long ago.
fn entry(leaf: u64) -> socai_tlog::Entry {
    use socai_tlog::{Digest, Header, Link, UnitNo, UnitSeq};
    let header = Header {
        flags: 0,
        unit: UnitNo(3),
        seq: UnitSeq(leaf),
        recorded_at_ms: leaf,
        prev: Link([0; 32]),
        facts: Digest([1; 32]),
        annex: Digest([0; 32]),
    };
    socai_tlog::Entry { received_at_ms: leaf, header_bytes: header.encode(), signature: None }
}

/// The log of the unit's ledger with so many entries, and a request that shows its checkpoint.
fn shown(old: u64, size: u64) -> (socai_tlog::SignedCheckpoint, String) {
    use socai_tlog::{AddCheckpoint, Checkpoint, MemoryTree, Origin, SigningKey, TreeSize};
    let mut tree = MemoryTree::default();
    tree.extend((0..size).map(|leaf| entry(leaf).leaf_hash()));
    let origin = Origin::new("so-cai.example/thu").unwrap();
    let checkpoint = Checkpoint { origin, size: TreeSize(size), root: tree.root() };
    let checkpoint = checkpoint.sign(&SigningKey::from_bytes(&[1; 32]));
    let proof = socai_tlog::prove_consistency(&tree, TreeSize(old), TreeSize(size)).unwrap();
    let request = AddCheckpoint { old: TreeSize(old), proof, checkpoint: checkpoint.to_string() };
    (checkpoint, request.to_string())
}

/// A request that shows its entries.
fn entries(from: u64, size: u64) -> Vec<u8> {
    let reached = socai_tlog::AddCheckpoint {
        old: socai_tlog::TreeSize(size),
        proof: vec![],
        checkpoint: shown(size, size).0.to_string(),
    };
    let entries = (from..size).map(|leaf| (entry(leaf), vec![])).collect();
    socai_tlog::ShownEntries { from: socai_tlog::TreeSize(from), reached, entries }.encode().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_a_witness_by_the_specification() {
    let node = Running::new().await;
    let id = "e1cbb5e0"; // of some other log
    assert_eq!(node.ask("GET", &format!("/{id}/checkpoint"), &[], "").await.status, 404);
    let (mut checkpoint, request) = shown(0, 3);
    let address = node.http.address();
    let raw = |method: &'static str, path: String, body: Vec<u8>| {
        tokio::task::spawn_blocking(move || {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
            let head = format!(
                "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                body.len()
            );
            stream.write_all(&[head.as_bytes(), &body].concat()).unwrap();
            let mut reply = String::new();
            stream.read_to_string(&mut reply).unwrap();
            let (head, body) = reply.split_once("\r\n\r\n").unwrap();
            let status: u16 = head.split(' ').nth(1).unwrap().parse().unwrap();
            (status, head.to_lowercase(), body.to_owned())
        })
    };
    let add = |request: String| raw("POST", "/add-checkpoint".into(), request.into_bytes());
    let look = |request: Vec<u8>| raw("POST", "/log-entries".into(), request);
    let (status, _, said) = add(request.clone()).await.unwrap();
    assert_eq!(status, 503, "a unit vouches for nothing that it has not looked at: {said}");
    let (status, head, looked) = look(entries(0, 3)).await.unwrap();
    assert_eq!((status, looked.as_str()), (200, "3\n"));
    assert!(head.contains("content-type: text/x.tlog.size"), "{head}");
    let (status, _, looked) = look(entries(0, 5)).await.unwrap();
    assert_eq!((status, looked.as_str()), (409, "3\n"), "goes on where it ended");
    assert_eq!(look(b"nonsense".to_vec()).await.unwrap().0, 400);
    let (status, _, line) = add(request.clone()).await.unwrap();
    assert_eq!((status, line.lines().count()), (200, 1), "{line}");
    let mut cosigned = checkpoint.to_string();
    cosigned.push_str(&line);
    let signed = socai_tlog::Note::parse(cosigned.as_bytes()).unwrap();
    checkpoint.add(signed.signatures()[1].clone());
    let origin = sha256_hex("so-cai.example/thu");
    let (status, _, newest) = raw("GET", format!("/{origin}/checkpoint"), vec![]).await.unwrap();
    assert_eq!((status, newest), (200, checkpoint.to_string()));
    // the same again is no longer from size 0
    let (status, head, size) = add(request).await.unwrap();
    assert_eq!((status, size.as_str()), (409, "3\n"));
    assert!(head.contains("content-type: text/x.tlog.size"), "{head}");
    assert_eq!(look(entries(3, 8)).await.unwrap().0, 200);
    assert_eq!(add(shown(3, 8).1).await.unwrap().0, 200);
    assert_eq!(add(shown(8, 8).1).await.unwrap().0, 200, "the same tree may be cosigned again");
    let forged =
        shown(8, 9).1.replacen("old 8\n", "old 8\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", 1);
    assert_eq!(add(forged).await.unwrap().0, 422);
    let elsewhere = shown(8, 9).1.replacen("so-cai.example/thu\n", "so-cai.example/khac\n", 1);
    assert_eq!(add(elsewhere).await.unwrap().0, 404);
    assert_eq!(add(shown(8, 9).1.replacen("\n9\n", "\n10\n", 1)).await.unwrap().0, 403);
    assert_eq!(add("nonsense".into()).await.unwrap().0, 400);
    assert_eq!(add("x".repeat(300 << 10)).await.unwrap().0, 413);
}

fn sha256_hex(text: &str) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}
