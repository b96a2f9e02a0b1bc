//! The life of a private server.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]
#![cfg(unix)]

use crate::common::{Net, U17, message, publish, publish_all, script, text, until, user};
use socai_bus::{
    ReaderConfig, Role, Subjects, TransportKey,
    server::{Server, ServerConfig, ServerError, SyncMode},
};
use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

fn alive(pid: u32) -> bool {
    Command::new("kill").args(["-0", &pid.to_string()]).stderr(Stdio::null()).status().unwrap().success()
}

#[tokio::test]
async fn a_server_keeps_its_port_and_its_messages_over_a_stop_and_a_kill() {
    let mut net = Net::start().await;
    let district = net.district().await;
    publish_all(&net.unit().await, 0..3).await;
    let url = net.server.client_url();
    net.server.stop().await.unwrap();
    assert!(!net.server.is_running() && net.server.pid().is_none());
    net.server.restart().await.unwrap();
    net.server.kill();
    net.server.restart().await.unwrap();
    assert_eq!(net.server.client_url(), url);
    let mut reader = district.reader(ReaderConfig::from(None));
    let mut got = Vec::new();
    until("three messages", async || {
        if let Ok(socai_bus::Item::Message(arrived)) = reader.next().await {
            got.push(arrived.message);
        }
        got.len() == 3
    })
    .await;
    assert_eq!(got, [text(0), text(1), text(2)]);
}

#[tokio::test]
async fn a_port_that_somebody_took_while_the_server_was_down_is_waited_for() {
    let mut net = Net::start().await;
    let address = net.server.client_url().trim_start_matches("nats://").to_owned();
    net.server.kill();
    let taken = tokio::net::TcpListener::bind(&address).await.unwrap();
    let release = async {
        // the server has tried in vain when its log says so
        let log = net.dir.path().join("nats.log");
        until("a failed attempt", async || {
            std::fs::read_to_string(&log).is_ok_and(|text| text.contains("address already in use"))
        })
        .await;
        drop(taken);
    };
    let (restarted, ()) = tokio::join!(net.server.restart(), release);
    restarted.unwrap();
    assert!(net.server.client_url().ends_with(&address));
}

#[tokio::test]
async fn many_servers_start_at_once_each_on_its_own_port() {
    let nets = futures_util::future::join_all((0..6).map(|_| Net::start())).await;
    let mut urls: Vec<String> = nets.iter().map(|net| net.server.client_url()).collect();
    urls.sort_unstable();
    urls.dedup();
    assert_eq!(urls.len(), 6);
}

#[tokio::test]
async fn a_server_dies_when_it_is_dropped() {
    let net = Net::start().await;
    let pid = net.server.pid().unwrap();
    assert!(alive(pid));
    drop(net);
    assert!(!alive(pid));
}

/// Not a test by itself: the process that the next test kills.
#[tokio::test]
async fn holder_of_a_server() {
    if std::env::var_os("SOCAI_TEST_HOLD_SERVER").is_none() {
        return;
    }
    let net = Net::start().await;
    println!("pid {}", net.server.pid().unwrap());
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_server_dies_with_a_process_that_is_killed_with_kill_9() {
    let mut holder = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "server::holder_of_a_server", "--nocapture"])
        .env("SOCAI_TEST_HOLD_SERVER", "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(holder.stdout.take().unwrap()).lines().map(Result::unwrap);
    let pid: u32 = lines.find_map(|line| line.split("pid ").nth(1)?.parse().ok()).unwrap();
    assert!(alive(pid));
    holder.kill().unwrap();
    holder.wait().unwrap();
    until("the server is gone", async || !alive(pid)).await;
}

#[tokio::test]
async fn a_configuration_the_server_refuses_is_told_with_its_own_words() {
    let dir = TempDir::new().unwrap();
    let mut config = ServerConfig::new(dir.path(), Subjects::new("test").unwrap(), Vec::new());
    // JetStream cannot make a directory where a file lies
    std::fs::write(dir.path().join("jetstream"), "in the way").unwrap();
    let error = Server::start(config.clone()).await.unwrap_err();
    assert!(matches!(error, ServerError::Ended { .. }), "{error}");
    assert!(error.to_string().contains("storage directory is not a directory"), "{error}");
    config.users = vec![socai_bus::User { public_key: "U\"]".to_owned(), role: Role::District }];
    assert!(matches!(Server::start(config).await, Err(ServerError::Key(_))));
}

#[tokio::test]
async fn a_program_that_never_listens_is_given_up_and_killed() {
    let dir = TempDir::new().unwrap();
    let program = dir.path().join("silent");
    script(&program, "echo $$ > \"$(dirname \"$0\")/pid\"\nexec sleep 1000");
    let mut config = ServerConfig::new(dir.path().join("data"), Subjects::new("test").unwrap(), Vec::new());
    config.program = Some(program);
    config.ready_within = Duration::from_secs(3); // enough for a shell to begin
    let error = Server::start(config).await.unwrap_err();
    assert!(matches!(error, ServerError::Silent { .. }), "{error}");
    let pid = std::fs::read_to_string(dir.path().join("pid")).unwrap().trim().parse().unwrap();
    assert!(!alive(pid));
}

/// A page of the monitoring port.
async fn page(url: &str, path: &str) -> String {
    let address = url.strip_prefix("http://").unwrap();
    let mut socket = tokio::net::TcpStream::connect(address).await.unwrap();
    let request = format!("GET {path} HTTP/1.0\r\nHost: x\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test]
async fn sync_always_is_what_the_server_says_it_does() {
    for (sync, said) in [(SyncMode::Always, true), (SyncMode::ServerDefault, false)] {
        let net = Net::start_with(|config| {
            config.sync = sync;
            config.monitor = true;
        })
        .await;
        let page = page(net.server.monitor_url().unwrap(), "/jsz").await;
        assert_eq!(page.contains("\"sync_always\": true"), said, "{page}");
    }
}

#[tokio::test]
async fn users_are_let_in_without_a_restart() {
    let mut net = Net::start().await;
    let district = net.district().await;
    let pid = net.server.pid();
    let late = TransportKey::generate().unwrap();
    let users =
        vec![user(&net.u17, Role::Unit(U17)), user(&net.district, Role::District), user(&late, Role::Admin)];
    let signal = |name: &str| {
        let kill = Command::new("kill").args(["-s", name, &pid.unwrap().to_string()]).status();
        assert!(kill.unwrap().success());
    };
    signal("STOP");
    let inbox = net.subjects.admin_inbox();
    {
        let told = net.server.set_users(users);
        tokio::pin!(told);
        let early = tokio::time::timeout(Duration::from_millis(300), &mut told).await;
        assert!(early.is_err(), "nothing was read yet: {early:?}");
        signal("CONT");
        told.await.unwrap();
    }
    // whoever is let in by now is let in at the first try
    net.raw(&late, &inbox).await;
    publish(&net.unit().await, text(0)).await.unwrap();
    assert_eq!(message(&mut district.reader(ReaderConfig::from(None))).await.message, text(0));
    assert_eq!(net.server.pid(), pid);
}
