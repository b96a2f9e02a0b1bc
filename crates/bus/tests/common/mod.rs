//! A private server with two units, a district and an administrator, in a directory of its own.
#![allow(dead_code, reason = "each test file uses its own part")]

use bytes::Bytes;
use socai_bus::{
    Arrived, DistrictLink, Item, LinkConfig, PubAck, PublishError, Reader, Role, StreamSpec, Subjects,
    TransportKey, UnitLink, User,
    server::{Server, ServerConfig},
};
use socai_tlog::UnitNo;
use std::{path::Path, process::Command, time::Duration};
use tempfile::TempDir;

pub const U17: UnitNo = UnitNo(17);
pub const U18: UnitNo = UnitNo(18);
/// Longest wait for anything that must happen, on a machine that is busy with other tests.
pub const LONG: Duration = Duration::from_secs(30);
/// What is told without waiting is told within this, however busy the machine is; by [`Net::patient`] what waits for an answer waits three times as long.
pub const AT_ONCE: Duration = Duration::from_secs(10);

pub struct Net {
    pub server: Server,
    pub subjects: Subjects,
    pub u17: TransportKey,
    pub u18: TransportKey,
    pub district: TransportKey,
    pub admin: TransportKey,
    pub dir: TempDir,
}

impl Net {
    pub async fn start() -> Net {
        Net::start_with(|_| {}).await
    }

    pub async fn start_with(change: impl FnOnce(&mut ServerConfig)) -> Net {
        let key = || TransportKey::generate().unwrap();
        let (u17, u18, district, admin) = (key(), key(), key(), key());
        let subjects = Subjects::new("test").unwrap();
        let dir = TempDir::new().unwrap();
        let users = vec![
            user(&u17, Role::Unit(U17)),
            user(&u18, Role::Unit(U18)),
            user(&district, Role::District),
            user(&admin, Role::Admin),
        ];
        let mut config = ServerConfig::new(dir.path(), subjects.clone(), users);
        change(&mut config);
        let server = Server::start(config).await.unwrap();
        Net { server, subjects, u17, u18, district, admin, dir }
    }

    pub fn link(&self, key: &TransportKey) -> LinkConfig {
        LinkConfig::new(&self.server.client_url(), key.clone())
    }

    /// The same, which waits so long for an answer that waiting is told from not waiting.
    pub fn patient(&self, key: &TransportKey) -> LinkConfig {
        LinkConfig { answer_within: LONG, ..self.link(key) }
    }

    pub fn spec(&self) -> StreamSpec {
        StreamSpec::single(self.subjects.clone())
    }

    /// Unit 17, connected.
    pub async fn unit(&self) -> UnitLink {
        self.unit_with(|_| {}).await
    }

    /// The same over a patient link.
    pub async fn patient_unit(&self) -> UnitLink {
        self.unit_with(|config| config.answer_within = LONG).await
    }

    pub async fn unit_with(&self, change: impl FnOnce(&mut LinkConfig)) -> UnitLink {
        let mut config = self.link(&self.u17);
        change(&mut config);
        let unit = UnitLink::open(&config, &self.subjects, U17).await.unwrap();
        unit.ready(LONG).await.unwrap();
        unit
    }

    /// The district, connected, with its stream made.
    pub async fn district(&self) -> DistrictLink {
        self.district_over(self.link(&self.district)).await
    }

    pub async fn district_over(&self, link: LinkConfig) -> DistrictLink {
        let district = DistrictLink::open(&link, self.spec(), true).await.unwrap();
        district.ready(LONG).await.unwrap();
        district.ensure_stream().await.unwrap();
        district
    }

    /// A plain client with a key, as an attacker or an administrator would use it.
    pub async fn raw(&self, key: &TransportKey, inbox: &str) -> async_nats::Client {
        let options =
            async_nats::ConnectOptions::new().nkey(key.seed().to_owned()).custom_inbox_prefix(inbox);
        options.connect(self.server.client_url()).await.unwrap()
    }

    /// JetStream's interface as the administrator.
    pub async fn admin(&self) -> async_nats::jetstream::Context {
        async_nats::jetstream::new(self.raw(&self.admin, &self.subjects.admin_inbox()).await)
    }
}

/// A shell script that stands in for a program. Another process writes it: what this one has open for writing, the programs that other tests start just
/// then have open as well until they run, and whoever starts the script is told "Text file busy".
pub fn script(file: &Path, body: &str) {
    let write =
        "mkdir -p \"$(dirname \"$1\")\" && printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod 755 \"$1\"";
    let written = Command::new("sh").args(["-c", write, "sh"]).arg(file).arg(body).status();
    assert!(written.unwrap().success(), "{}", file.display());
}

pub fn user(key: &TransportKey, role: Role) -> User {
    User { public_key: key.public().to_owned(), role }
}

pub fn text(number: usize) -> Bytes {
    Bytes::from(format!("message {number}"))
}

pub async fn publish(unit: &UnitLink, message: Bytes) -> Result<PubAck, PublishError> {
    unit.publish(message).await?.await
}

/// Publishes `from..to` one after the other; each must be acknowledged.
pub async fn publish_all(unit: &UnitLink, numbers: std::ops::Range<usize>) {
    for number in numbers {
        publish(unit, text(number)).await.unwrap();
    }
}

/// The next item that is not a temporary error.
pub async fn item(reader: &mut Reader) -> Item {
    let next = async {
        loop {
            if let Ok(item) = reader.next().await {
                return item;
            }
        }
    };
    tokio::time::timeout(LONG, next).await.expect("an item within 30 s")
}

pub async fn message(reader: &mut Reader) -> Arrived {
    match item(reader).await {
        Item::Message(arrived) => arrived,
        other => panic!("expected a message, got {other:?}"),
    }
}

/// There is nothing left to read: the next item is a message published just now.
pub async fn nothing_left(unit: &UnitLink, reader: &mut Reader) {
    let last = Bytes::from_static(b"nothing before this");
    publish(unit, last.clone()).await.unwrap();
    assert_eq!(message(reader).await.message, last);
}

/// Polls until `done` says so.
pub async fn until(what: &str, mut done: impl AsyncFnMut() -> bool) {
    let deadline = tokio::time::Instant::now() + LONG;
    while !done().await {
        assert!(tokio::time::Instant::now() < deadline, "not within 30 s: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}
