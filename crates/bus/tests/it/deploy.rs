//! The configurations of `deploy/nats`, started as they stand.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test that cannot go on stops"
)]
use crate::common::{LONG, U17, message, publish, text, until, user};
use bytes::Bytes;
use socai_bus::{
    DistrictLink, LinkConfig, PublishError, Reader, ReaderConfig, Role, StreamSpec, Subjects, TransportKey,
    UnitLink, User,
    server::{Finder, free_port},
    users_conf,
};
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};
use tempfile::TempDir;

/// A server started from one of the files, in a directory of its own.
struct Node {
    program: PathBuf,
    dir: PathBuf,
    conf: &'static str,
    variables: Vec<(&'static str, String)>,
    port: u16,
    child: Option<Child>,
}

impl Node {
    fn new(home: &Path, name: &str, conf: &'static str, users: &[User]) -> Node {
        let dir = home.join(name);
        fs::create_dir_all(&dir).unwrap();
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../deploy/nats").join(conf);
        fs::copy(source, dir.join(conf)).unwrap();
        fs::write(dir.join("users.conf"), users_conf(users, &subjects()).unwrap()).unwrap();
        let port = free_port().unwrap();
        let variables = vec![
            ("SOCAI_NATS_NAME", name.to_owned()),
            ("SOCAI_NATS_LISTEN", address(port)),
            ("SOCAI_NATS_HTTP", address(free_port().unwrap())),
            ("SOCAI_NATS_STORE", quoted(&dir.join("store"))),
        ];
        Node { program: Finder::from_env().find().unwrap().file, dir, conf, variables, port, child: None }
    }

    fn set(&mut self, name: &'static str, value: impl Into<String>) {
        self.variables.push((name, value.into()));
    }

    fn start(&mut self) {
        let log = fs::File::options().create(true).append(true).open(self.dir.join("log")).unwrap();
        let mut command = Command::new(&self.program);
        command.arg("--config").arg(self.dir.join(self.conf)).envs(self.variables.iter().cloned());
        self.child = Some(command.stdout(Stdio::null()).stderr(log).spawn().unwrap());
    }

    fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.kill();
        if std::thread::panicking() {
            eprintln!(
                "{}: {}",
                self.dir.display(),
                fs::read_to_string(self.dir.join("log")).unwrap_or_default()
            );
        }
    }
}

fn subjects() -> Subjects {
    Subjects::new("test").unwrap()
}

fn address(port: u16) -> String {
    format!("\"127.0.0.1:{port}\"")
}

fn quoted(path: &Path) -> String {
    format!("\"{}\"", path.display())
}

fn key() -> TransportKey {
    TransportKey::generate().unwrap()
}

async fn unit(url: &str, key: &TransportKey) -> UnitLink {
    let mut config = LinkConfig::new(url, key.clone());
    // while a cluster elects a leader there is no answer: ask again soon
    config.answer_within = std::time::Duration::from_millis(500);
    let unit = UnitLink::open(&config, &subjects(), U17).await.unwrap();
    unit.ready(LONG).await.unwrap();
    unit
}

/// A district on a stream with this many replicas, once the servers are ready for it.
async fn district(url: &str, key: &TransportKey, replicas: usize) -> (DistrictLink, Reader) {
    let spec = StreamSpec { replicas, ..StreamSpec::single(subjects()) };
    let district = DistrictLink::open(&LinkConfig::new(url, key.clone()), spec, true).await.unwrap();
    district.ready(LONG).await.unwrap();
    until("the stream", async || district.ensure_stream().await.is_ok_and(|report| report.drift.is_empty()))
        .await;
    let reader = district.reader(ReaderConfig::from(None));
    (district, reader)
}

/// Publishes until it is acknowledged, as a ward does.
async fn publish_surely(unit: &UnitLink, message: Bytes) {
    until("an acknowledgement", async || publish(unit, message.clone()).await.is_ok()).await;
}

#[tokio::test]
async fn a_single_server_carries_a_ledger() {
    let home = TempDir::new().unwrap();
    let (u17, d) = (key(), key());
    let mut node =
        Node::new(home.path(), "n1", "single.conf", &[user(&u17, Role::Unit(U17)), user(&d, Role::District)]);
    node.set("SOCAI_NATS_LEAF_LISTEN", address(free_port().unwrap()));
    node.start();
    let (_district, mut reader) = district(&node.url(), &d, 1).await;
    let unit = unit(&node.url(), &u17).await;
    publish_surely(&unit, text(0)).await;
    assert_eq!(message(&mut reader).await.message, text(0));
}

#[tokio::test]
async fn a_cluster_of_three_loses_any_one_server_and_nothing_acknowledged() {
    let home = TempDir::new().unwrap();
    let (u17, d) = (key(), key());
    let users = [user(&u17, Role::Unit(U17)), user(&d, Role::District)];
    let ports: Vec<u16> = (0..3).map(|_| free_port().unwrap()).collect();
    let routes: Vec<String> =
        ports.iter().map(|port| format!("nats://route:secret@127.0.0.1:{port}")).collect();
    let mut nodes: Vec<Node> =
        ["n1", "n2", "n3"].iter().map(|name| Node::new(home.path(), name, "cluster.conf", &users)).collect();
    for (node, port) in nodes.iter_mut().zip(&ports) {
        node.set("SOCAI_NATS_ROUTE_LISTEN", address(*port));
        node.set("SOCAI_NATS_ROUTE_PASSWORD", "secret");
        node.set("SOCAI_NATS_ROUTES", format!("[{}]", routes.join(", ")));
        node.set("SOCAI_NATS_LEAF_LISTEN", address(free_port().unwrap()));
        node.start();
    }
    let urls = nodes.iter().map(Node::url).collect::<Vec<_>>().join(",");
    let (_district, mut reader) = district(&urls, &d, 3).await;
    let unit = unit(&urls, &u17).await;
    let mut sent = 0;
    for node in &mut nodes {
        for _ in 0..5 {
            publish_surely(&unit, text(sent)).await;
            sent += 1;
        }
        node.kill();
        for _ in 0..5 {
            publish_surely(&unit, text(sent)).await;
            sent += 1;
        }
        node.start();
    }
    // an outcome that was unknown was sent again: each comes at least once, and first comings are in order
    let mut next = 0;
    while next < sent {
        let got = message(&mut reader).await.message;
        if got == text(next) {
            next += 1;
        } else {
            assert!((0..next).any(|earlier| got == text(earlier)), "{got:?} came before message {next}");
        }
    }
}

#[tokio::test]
async fn a_leaf_relays_for_its_units_and_comes_back_when_the_hub_does() {
    let home = TempDir::new().unwrap();
    let (u17, d, relay) = (key(), key(), key());
    let hub_users = [user(&relay, Role::Leaf(vec![U17])), user(&d, Role::District)];
    let mut hub = Node::new(home.path(), "hub", "single.conf", &hub_users);
    let leaf_port = free_port().unwrap();
    hub.set("SOCAI_NATS_LEAF_LISTEN", address(leaf_port));
    hub.start();
    let mut leaf = Node::new(home.path(), "leaf", "leaf.conf", &[user(&u17, Role::Unit(U17))]);
    leaf.set("SOCAI_NATS_HUBS", format!("[\"nats-leaf://127.0.0.1:{leaf_port}\"]"));
    leaf.set("SOCAI_NATS_LEAF_SEED", relay.seed());
    leaf.start();

    let (district, mut reader) = district(&hub.url(), &d, 1).await;
    let unit = unit(&leaf.url(), &u17).await;
    let mut downs = unit.downs().await.unwrap();
    publish_surely(&unit, text(0)).await;
    assert_eq!(message(&mut reader).await.message, text(0));
    district.send_down(U17, Bytes::from_static(b"receipt")).await.unwrap();
    assert_eq!(downs.next().await.unwrap(), Bytes::from_static(b"receipt"));

    hub.kill();
    until("the unit is told that the line is down", async || {
        matches!(publish(&unit, text(1)).await, Err(PublishError::NoStream { .. }))
    })
    .await;
    hub.start();
    publish_surely(&unit, text(2)).await;
    while message(&mut reader).await.message != text(2) {}
}
