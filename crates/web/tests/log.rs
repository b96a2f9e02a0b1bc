//! A log over real HTTP, read by a client that believes nothing but the operator's key.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail loudly

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpStream},
    time::Duration,
};

use socai_log::{Cursor, Lock, LogKey, NewEntry, Options, Writer};
use socai_tlog::{
    Chain, ChainHead, Frontier, NoteKey, Origin, SealingKey, SignedCheckpoint, SigningKey, Tile, TileKind,
    UnitNo, bundled, genesis, leaf_hash, sign_segment,
};
use socai_web::{LogHttp, serve_log};
use tokio_util::sync::CancellationToken;

/// What mirrors present.
const TOKEN: &str = "ma-cua-ban-sao";

fn origin() -> Origin {
    Origin::new("so-cai.example/thu").unwrap()
}

fn operator() -> SigningKey {
    SigningKey::from_bytes(&[7; 32])
}

/// A log that grows and is served meanwhile.
struct Served {
    dir: tempfile::TempDir,
    writer: Writer,
    chain: Chain,
    http: LogHttp,
}

impl Served {
    async fn new() -> Served {
        let dir = tempfile::tempdir().unwrap();
        let lock = Lock::acquire(&dir.path().join("lock")).unwrap();
        let key = LogKey::new(origin(), operator());
        let (writer, _) = Writer::open(&dir.path().join("log"), key, &lock, Options::default()).unwrap();
        let own = SealingKey::of(&operator());
        let head = ChainHead::genesis(genesis(&origin(), &own, UnitNo(0), &own));
        let log = dir.path().join("log");
        let http = serve_log(
            &log,
            &dir.path().join("cosigned"),
            "127.0.0.1:0",
            Some(TOKEN),
            CancellationToken::new(),
        )
        .await
        .unwrap();
        Served { dir, writer, chain: Chain::new(UnitNo(0), head), http }
    }

    /// Commits so many more records, every third one signed.
    fn grow(&mut self, count: u64) {
        for number in 0..count {
            let facts = format!("facts {number}");
            let record = self.chain.seal(facts.into(), "".into(), 1, 0).unwrap();
            let signature = sign_segment(&operator(), &origin(), record.link());
            let signed = number % 3 == 0 || number + 1 == count;
            let entry = NewEntry {
                received_at_ms: 1_700_000_000_000,
                record: &record,
                signature: signed.then_some(&signature),
            };
            self.writer.append(&entry).unwrap();
        }
        self.writer.commit(Cursor::default()).unwrap();
    }

    async fn ask(&self, method: &'static str, path: &str) -> Reply {
        let (address, path) = (self.http.address(), path.to_owned());
        tokio::task::spawn_blocking(move || exchange(address, method, &path, "")).await.unwrap()
    }

    /// A range of a file, as a mirror asks for it.
    async fn file(&self, path: &str, range: &str, token: &str) -> Reply {
        let (address, path) = (self.http.address(), path.to_owned());
        let range = if range.is_empty() { String::new() } else { format!("Range: bytes={range}\r\n") };
        let headers = format!("Authorization: Bearer {token}\r\n{range}");
        tokio::task::spawn_blocking(move || exchange(address, "GET", &path, &headers)).await.unwrap()
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask("GET", path).await
    }

    /// The checkpoint as it is served, verified.
    async fn checkpoint(&self) -> SignedCheckpoint {
        let reply = self.get("/checkpoint").await;
        assert_eq!(reply.status, 200);
        SignedCheckpoint::open(&reply.body, [&NoteKey::log(origin(), SealingKey::of(&operator()))]).unwrap()
    }
}

#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

fn exchange(address: SocketAddr, method: &str, path: &str, headers: &str) -> Reply {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{headers}\r\n").unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    let end = reply.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole answer");
    let head = String::from_utf8(reply[..end].to_vec()).unwrap().to_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Reply { status, head, body: reply[end + 4..].to_vec() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_tile_of_every_published_size_leads_to_its_checkpoint() {
    let mut log = Served::new().await;
    let mut older = Vec::new();
    for more in [0, 1, 254, 1, 1, 300, 211] {
        if more > 0 {
            log.grow(more);
        }
        let checkpoint = log.checkpoint().await;
        assert_eq!(checkpoint.size(), log.writer.size());
        let (mut tree, mut leaves) = (Frontier::default(), Vec::new());
        for tile in Tile::tree(checkpoint.size()) {
            let reply = log.get(&format!("/{tile}")).await;
            assert_eq!(reply.status, 200, "{tile}");
            assert!(reply.head.contains("content-type: application/octet-stream"), "{tile}: {}", reply.head);
            let is_for_ever = reply.head.contains("max-age=31536000, immutable");
            assert_eq!(is_for_ever, !tile.is_partial(), "{tile}: {}", reply.head);
            match tile.kind() {
                TileKind::Entries => {
                    bundled(&reply.body).for_each(|entry| tree.push(leaf_hash(entry.unwrap())))
                }
                TileKind::Hashes(0) => leaves.extend(reply.body.clone()),
                TileKind::Hashes(_) => {}
            }
            older.push((tile, reply.body));
        }
        assert_eq!(tree.root(), *checkpoint.root());
        assert_eq!(leaves.len() as u64, 32 * checkpoint.size().0);
    }
    // a reader of an older checkpoint still finds its partial tiles
    for (tile, body) in older {
        assert!(log.get(&format!("/{tile}")).await.body == body, "{tile} is not what it was");
    }
    log.http.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_log_does_not_have_is_404_with_one_line_and_is_not_kept() {
    let mut log = Served::new().await;
    log.grow(300);
    let absent = [
        "/tile/0/001",
        "/tile/0/001.p/45",
        "/tile/0/002.p/1",
        "/tile/1/000",
        "/tile/1/000.p/2",
        "/tile/2/000.p/1",
        "/tile/63/000.p/1",
        "/tile/entries/001",
        "/tile/entries/001.p/45",
        "/tile/entries/x018/x446/x744/x073/x709/x551/615",
        // no tile has two paths
        "/tile/0/%30%30%30",
        "/tile//0/000",
        "//tile/0/000",
        "/tile/0/000/",
        "/tile/0/000.p/256",
        "/tile/0/000.p/0",
        "/tile/0/000.p/01",
        "/tile/0/x000/000",
        "/tile/00/000",
        "/tile/64/000",
        "/tile/data/000",
        "/tile/-1/000",
        "/tile/",
        "/tile",
        // nor a way out
        "/tile/../checkpoint",
        "/tile/0/../../../ledger.toml",
        "/tile/%2e%2e/%2e%2e/keys/operator",
        "/tile/entries/..%2f..%2fkeys%2foperator",
        "/tile/0/000%00",
        "/volumes/0000000000.vol",
        "/checkpoint/",
        "/",
    ];
    for path in absent {
        let reply = log.get(path).await;
        assert_eq!(reply.status, 404, "{path}: {reply:?}");
        assert!(reply.head.contains("cache-control: no-store"), "{path}: {}", reply.head);
        assert!(reply.head.contains("text/plain"), "{path}: {}", reply.head);
        assert_eq!(reply.body.iter().filter(|byte| **byte == b'\n').count(), 1, "{path}");
        assert!(reply.body.len() < 200);
    }
    assert_eq!(log.get("/tile/0/000?x=/../").await.status, 200, "a query is no part of a path");
    let long = format!("/tile/0/{}", "x001/".repeat(5_000));
    assert!([404, 414, 431].contains(&log.get(&long).await.status));
    log.http.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_checkpoint_is_served_with_its_cosignatures_once_it_has_some() {
    let mut log = Served::new().await;
    log.grow(3);
    let witness = SigningKey::from_bytes(&[9; 32]);
    let mut cosigned = log.checkpoint().await;
    cosigned.add(socai_tlog::cosign(&cosigned, &Origin::new("w").unwrap(), &witness, 1).unwrap());
    let file = log.dir.path().join("cosigned");
    std::fs::write(&file, cosigned.to_string()).unwrap();
    assert_eq!(log.get("/checkpoint").await.body, cosigned.to_string().into_bytes());
    log.grow(1); // newer than what was cosigned
    assert_eq!(log.checkpoint().await.note().signatures().len(), 1);
    std::fs::write(&file, "nonsense").unwrap();
    assert_eq!(log.checkpoint().await.size(), log.writer.size());
    log.http.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_is_only_read_and_says_whether_it_can_be() {
    let mut log = Served::new().await;
    log.grow(3);
    for method in ["POST", "PUT", "DELETE"] {
        assert_eq!(log.ask(method, "/checkpoint").await.status, 405);
    }
    let head = log.ask("HEAD", "/tile/entries/000.p/3").await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(log.get("/health/live").await.status, 200);
    assert_eq!(log.get("/health/ready").await.status, 200);
    let metrics = log.get("/metrics").await;
    let text = String::from_utf8_lossy(&metrics.body).into_owned();
    assert!(metrics.status == 200 && text.contains("socai_unwitnessed_entries 0\n"), "{text}");
    // a policy that is there and cannot be read may ask for witnesses
    std::fs::create_dir(log.dir.path().join("policy")).unwrap();
    let text = String::from_utf8(log.get("/metrics").await.body).unwrap();
    assert!(text.contains("socai_unwitnessed_entries 3\n"), "{text}");
    log.http.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_end_too_early_are_asked_for_again_and_no_path_of_ours_is_told() {
    let mut log = Served::new().await;
    log.grow(300);
    let entries = log.dir.path().join("log/entries");
    std::fs::File::options().write(true).open(entries).unwrap().set_len(10).unwrap();
    let reply = log.get("/tile/entries/000").await;
    assert!([500, 503].contains(&reply.status), "{reply:?}");
    let said = String::from_utf8(reply.body).unwrap();
    assert!(!said.contains("entries") && !said.contains(log.dir.path().to_str().unwrap()), "{said}");
    assert_eq!(log.get("/tile/0/000").await.status, 200);
    log.http.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mirror_with_the_token_gets_every_byte_of_a_volume_and_nobody_else_gets_one() {
    let mut log = Served::new().await;
    log.grow(40);
    let volume = std::fs::read(log.dir.path().join("log/volumes/0000000000.vol")).unwrap();
    let path = "/log/volumes/0000000000.vol";
    let mut copied = Vec::new();
    while copied.len() < volume.len() {
        let from = copied.len();
        let reply = log.file(path, &format!("{from}-{}", from + 999), TOKEN).await;
        assert_eq!(reply.status, 206, "{}", reply.head);
        let until = from + reply.body.len() - 1;
        let stated = format!("content-range: bytes {from}-{until}/{}", volume.len());
        assert!(reply.head.contains(&stated), "{}", reply.head);
        copied.extend(reply.body);
    }
    assert!(copied == volume);
    let behind = log.file(path, &format!("{}-", volume.len()), TOKEN).await;
    assert_eq!((behind.status, behind.body.len()), (416, 0));
    for (path, range, token, status) in [
        (path, "0-9", "", 401),
        (path, "0-9", "ma-cua-ai-khac", 401),
        (path, "", TOKEN, 400),
        (path, "5-4", TOKEN, 400),
        ("/log/volumes/0000000001.vol", "0-9", TOKEN, 404),
        ("/log/volumes/../../lock", "0-9", TOKEN, 404),
        ("/log/lock", "0-9", TOKEN, 404),
        ("/log/policy", "", "", 401),
        ("/log/cosigned", "", TOKEN, 404),
        ("/log/keys", "", TOKEN, 404),
    ] {
        let reply = log.file(path, range, token).await;
        assert_eq!(reply.status, status, "{path} {range}: {}", reply.head);
        assert!(!reply.body.windows(5).any(|part| part == b"facts"), "{path} {range}");
    }
    // whom to believe lies beside the log, for whoever has the token
    std::fs::write(log.dir.path().join("policy"), "log somebody\n").unwrap();
    let policy = log.file("/log/policy", "", TOKEN).await;
    assert_eq!((policy.status, &*policy.body), (200, &b"log somebody\n"[..]));
}
