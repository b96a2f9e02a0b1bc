//! Ledgers at an address: the same answers as from the directory, while it grows, over a line that breaks, and from a server that lies.

use std::{
    ffi::OsStr,
    fs,
    path::{Path, PathBuf},
};

use serde_json::Value;
use socai_tests::{
    chance::Chance,
    command::{Said, command, run},
    files, ledger,
    proxy::Proxy,
    service::Service,
    socai,
    world::World,
};

use crate::mirrors::{TOKEN, grow, hand_in, seal_secret, served, token_file};

/// Somebody who reads ledgers at addresses, with a cache of his own.
struct Reader {
    cache: PathBuf,
    token: PathBuf,
}

impl Reader {
    fn new(world: &World, name: &str) -> Reader {
        Reader { cache: world.path().join(name), token: token_file(world, "reader-token", TOKEN) }
    }

    fn with<'a>(&'a self, args: &[&'a dyn AsRef<OsStr>]) -> std::process::Command {
        let mut all = args.to_vec();
        all.extend([&"--cache" as &dyn AsRef<OsStr>, &self.cache, &"--token-file", &self.token]);
        command(&all)
    }

    fn ask(&self, args: &[&dyn AsRef<OsStr>]) -> Said {
        run(self.with(args), None)
    }

    /// The copy's directory.
    fn copy(&self) -> PathBuf {
        let mut copies = fs::read_dir(&self.cache).unwrap().map(|entry| entry.unwrap().path());
        let copy = copies.next().unwrap();
        assert!(copies.next().is_none(), "one address, one copy");
        copy
    }
}

/// What `audit verify --json` says that does not depend on where the ledger was read.
fn verdict(said: &Said) -> Value {
    let mut report = said.json();
    for own in ["directory", "audited_at", "seconds", "threads", "live", "models"] {
        report.as_object_mut().unwrap().remove(own).unwrap_or_else(|| panic!("no {own}: {said}"));
    }
    report["trust"]["policy"] = Value::Null;
    report
}

#[test]
fn every_reader_says_of_an_address_what_it_says_of_the_directory_while_the_ledger_grows() {
    let mut chance = Chance::of_run("addresses");
    let world = World::found(1);
    let token = token_file(&world, "token", TOKEN);
    let (district, url) = served(&world, &token);
    let proxy = Proxy::to(&url);
    let (dir, url, unit) = (world.district_dir(), proxy.url().to_owned(), &world.units[0]);
    let node = unit.node();
    let record = seal_secret(unit, &mut chance);
    hand_in(unit, &mut chance, 60);
    let reader = Reader::new(&world, "cache");
    let policy = dir.join("policy");
    let out = |name: &str| world.path().join(name);

    for round in 0..2 {
        let asked: [&[&str]; 9] = [
            &["replay", "LEDGER", "--format", "jsonl"],
            &["report", "LEDGER", "--period", "2023-02", "--format", "json"],
            &["units", "LEDGER", "--on", "2023-02-01"],
            &["series", "LEDGER", "NS.01", "--from", "2023-01", "--to", "2023-03"],
            &["diff", "LEDGER", "--from", "10", "--format", "json"],
            &["obligations", "LEDGER", "--on", "2023-03-01"],
            &["pending", "LEDGER", "--on", "2023-03-01"],
            &["audit", "findings", "LEDGER", "--on", "2023-03-01", "--format", "json"],
            &["audit", "prove", "LEDGER", &record],
        ];
        for args in asked {
            let named = |ledger: &dyn AsRef<OsStr>| -> Vec<std::ffi::OsString> {
                let name =
                    |arg: &&str| if *arg == "LEDGER" { ledger.as_ref() } else { arg.as_ref() }.to_owned();
                args.iter().map(name).collect()
            };
            let of = |ledger: &dyn AsRef<OsStr>| {
                let named = named(ledger);
                let args: Vec<&dyn AsRef<OsStr>> = named.iter().map(|arg| arg as &dyn AsRef<OsStr>).collect();
                reader.ask(&args)
            };
            let (theirs, ours) = (of(&dir), of(&url));
            assert_eq!(ours, theirs, "{args:?}");
            assert!(ours.code == Some(0) && !ours.out.is_empty(), "{args:?}: {ours}");
        }
        for more in [&[][..], &["--policy", policy.to_str().unwrap()]] {
            let verify = |ledger: &dyn AsRef<OsStr>| {
                let mut args: Vec<&dyn AsRef<OsStr>> = vec![&"audit", &"verify", ledger, &"--json"];
                args.extend(more.iter().map(|arg| arg as &dyn AsRef<OsStr>));
                verdict(&reader.ask(&args))
            };
            assert_eq!(verify(&url), verify(&dir));
        }
        let exports = [out(&format!("export-{round}-dir")), out(&format!("export-{round}-url"))];
        for (ledger, out) in [(dir.as_os_str(), &exports[0]), (url.as_ref(), &exports[1])] {
            reader.ask(&[&"export", &ledger, &"--format", &"csv", &"--out", out]).ok();
        }
        let bytes = |dir: &Path| -> Vec<(PathBuf, Vec<u8>)> {
            let own = |file: PathBuf| (file.strip_prefix(dir).unwrap().to_owned(), fs::read(&file).unwrap());
            files::all(dir).into_iter().map(own).collect()
        };
        assert_eq!(bytes(&exports[1]), bytes(&exports[0]));

        // nothing new: nothing but questions; something new: that and little else
        proxy.given();
        reader.ask(&[&"units", &url]).ok();
        let questions = proxy.given();
        assert!(questions < 80 << 10, "{questions} bytes for nothing new");
        let before = fs::metadata(world.log_dir().join("volumes/0000000000.vol")).unwrap().len();
        hand_in(unit, &mut chance, 40);
        let new = fs::metadata(world.log_dir().join("volumes/0000000000.vol")).unwrap().len() - before;
        reader.ask(&[&"units", &url]).ok();
        let given = proxy.given();
        assert!(given < questions + new + (8 << 10), "{given} bytes for {new} new ones");
    }
    use std::os::unix::fs::PermissionsExt as _;
    let mode = fs::metadata(reader.copy()).unwrap().permissions().mode();
    assert_eq!(mode & 0o077, 0, "what the copy holds is for its reader alone");

    // live readers see what comes; each stops at once
    let log = world.path().join("logs/live.log");
    let mut replay =
        Service::start("replay", reader.with(&[&"replay", &url, &"--follow", &"--format", &"jsonl"]), &log);
    let state = world.path().join("state");
    let watch = reader.with(&[&"audit", &"watch", &url, &"--state", &state, &"--every", &"200ms"]);
    let mut watch = Service::start("watch", watch, &world.path().join("logs/watch.log"));
    hand_in(unit, &mut chance, 5);
    let size = ledger::size(&world.log_dir());
    watch.await_log(&format!("verified at {size} entries"));
    replay.await_log(&format!("\"leaf\":{}", size - 1));
    // beside those that follow, others read too
    assert_eq!(
        reader.ask(&[&"replay", &url, &"--format", &"jsonl"]),
        reader.ask(&[&"replay", &dir, &"--format", &"jsonl"])
    );
    assert!(watch.is_running() && replay.is_running());
    watch.stop();
    replay.stop();
    node.stop();
    district.stop();
    reader.ask(&[&"units", &url]).fails(2, &[&url]);
}

/// Serves a copy of `ledger` as it is now, whatever becomes of its files.
fn server(world: &World, ledger: &Path, name: &str) -> (Service, PathBuf, String) {
    let (copy, token) =
        (world.path().join(format!("served-{name}")), token_file(world, "server-token", TOKEN));
    let run = command(&[
        &"mirror",
        &ledger,
        &copy,
        &"--follow",
        &"--every",
        &"24h",
        &"--http",
        &"127.0.0.1:0",
        &"--serve-log",
        &token,
    ]);
    let mut service = Service::start(name, run, &world.path().join(format!("logs/{name}.log")));
    service.await_log("as C2SP tiles");
    let log = service.log();
    let url = log.lines().find_map(|line| line.split_once("as C2SP tiles: ")?.1.split_once("/checkpoint"));
    (service, copy, url.unwrap().0.to_owned())
}

#[test]
fn a_server_that_lies_is_refused_with_1_and_the_good_copy_stays() {
    let world = World::found(1);
    let district = world.district_dir();
    let (old, twin) = (world.path().join("old"), world.path().join("twin"));
    files::copy(&district, &old);
    files::copy(&district, &twin);
    grow(&district, world.path(), 2);
    grow(&twin, world.path(), 3);
    let (_honest, copy, honest) = server(&world, &district, "honest");
    let (_old, _, old) = server(&world, &old, "old");
    let (_twin, _, twin) = server(&world, &twin, "twin");
    let (proxy, reader) = (Proxy::to(&honest), Reader::new(&world, "cache"));
    let url = proxy.url().to_owned();
    let replay = || reader.ask(&[&"replay", &url, &"--format", &"jsonl"]);
    let good = replay().ok();
    let kept = files::all(&reader.copy().join("log"));
    let bytes = || kept.iter().map(|file| fs::read(file).unwrap()).collect::<Vec<_>>();
    let had = bytes();
    for (liar, words) in [(&old, "rolled back"), (&twin, "history was rewritten")] {
        proxy.lead_to(liar);
        replay().fails(1, &["refused", words]);
        let said = reader.ask(&[&"audit", &"verify", &url, &"--json"]).fails(1, &[words]);
        assert_eq!(said.json()["outcome"], "does_not_verify");
        reader.ask(&[&"audit", &"watch", &url, &"--once"]).fails(1, &["ALARM", words]);
        assert!(bytes() == had, "{words}");
    }
    proxy.lead_to(&honest);
    assert_eq!(replay().ok(), good);

    // somebody else's key is not that of the copy, nor believed for a new one
    let other = World::found(1);
    let theirs = other.district_dir().join("policy");
    reader.ask(&[&"audit", &"verify", &url, &"--policy", &theirs]).fails(1, &["was made under the key"]);
    let fresh = Reader::new(&world, "fresh");
    fresh
        .ask(&[&"report", &url, &"--pin", &theirs, &"--period", &"2023-02"])
        .fails(1, &["not signed as the policy asks"]);

    // a changed byte on the server, at a first use
    let volume = copy.join("log/volumes/0000000000.vol");
    let byte = files::flip(&volume, 400, 3);
    let fresh = Reader::new(&world, "fresh-again");
    fresh.ask(&[&"units", &url]).fails(1, &["refused", "log/volumes/0000000000.vol"]);
    files::put(&volume, 400, byte);
    assert_eq!(fresh.ask(&[&"replay", &url, &"--format", &"jsonl"]).ok(), good);
    // or of the copy here: the next whole verification of it tells
    files::flip(&reader.copy().join("log/volumes/0000000000.vol"), 400, 3);
    reader.ask(&[&"audit", &"verify", &url]).fails(1, &["volumes/0000000000.vol"]);
}

#[test]
fn what_is_no_ledger_or_not_for_this_reader_is_said_with_2() {
    let world = World::found(1);
    let (_server, _, url) = server(&world, &world.district_dir(), "server");
    let reader = Reader::new(&world, "cache");
    socai!("units", url).fails(2, &["--token-file FILE"]);
    let wrong =
        Reader { token: token_file(&world, "wrong", &"x".repeat(32)), ..Reader::new(&world, "cache") };
    wrong.ask(&[&"units", &url]).fails(2, &["refuses the token"]);
    let elsewhere = format!("{url}/elsewhere");
    reader.ask(&[&"units", &elsewhere]).fails(2, &["no checkpoint of a ledger"]);
    reader.ask(&[&"units", &"http://127.0.0.1:1"]).fails(2, &["127.0.0.1:1"]);
    reader.ask(&[&"rebuild", &url]).fails(2, &["only a directory"]);
    // a file where the cache has to be
    fs::write(world.path().join("file"), "").unwrap();
    Reader::new(&world, "file").ask(&[&"units", &url]).fails(2, &["file"]);
    // no room: it says so, and goes on once there is some
    let cramped = "trap '' XFSZ; ulimit -f 8; exec \"$@\" --lang en";
    let args: [&dyn AsRef<OsStr>; 6] =
        [&"units", &url, &"--cache", &reader.cache, &"--token-file", &reader.token];
    socai_tests::command::shell(cramped, &args).fails(2, &["File too large"]);
    reader.ask(&[&"units", &url]).ok();
}

#[test]
fn without_a_token_what_is_public_is_verified_and_what_that_leaves_out_is_said() {
    let mut chance = Chance::of_run("public");
    let world = World::found(1);
    let token = token_file(&world, "token", TOKEN);
    let (district, url) = served(&world, &token);
    let node = world.units[0].node();
    hand_in(&world.units[0], &mut chance, 300);
    node.stop();
    let policy = world.district_dir().join("policy");
    let kept = world.path().join("kept");
    let ask = |more: &[&dyn AsRef<OsStr>]| {
        let mut args: Vec<&dyn AsRef<OsStr>> = vec![&"audit", &"verify", &url];
        args.extend(more);
        run(command(&args), None)
    };
    let said = ask(&[&"--policy", &policy, &"--json"]);
    let report = said.json();
    said.ok();
    assert_eq!(report["size"], ledger::size(&world.log_dir()));
    assert_eq!(report["public"]["units"], 2, "{report}");
    assert!(report["public"]["unseen"].as_array().unwrap().len() >= 5, "{report}");
    fs::write(&kept, report["checkpoint"].as_str().unwrap()).unwrap();
    let page = ask(&[&"--policy", &policy, &"--since", &kept]).ok();
    let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("ONLY WHAT IS PUBLIC") && words.contains("NOT SEEN: the facts"), "{page}");
    assert!(page.lines().all(|line| line.chars().count() <= 80), "{page}");
    // the key is to be brought, and some things take the files
    ask(&[]).fails(2, &["--policy FILE", "--token-file FILE"]);
    ask(&[&"--policy", &policy, &"--keep", &kept]).fails(2, &["--keep", "--token-file FILE"]);
    let other = World::found(1);
    ask(&[&"--policy", &other.district_dir().join("policy")]).fails(1, &["checkpoint"]);
    district.stop();
    // a byte of an entry and one of a hash, on the server
    for (file, at, told) in [("entries", 5_000, "tile/0/000"), ("hashes.0", 700, "tile/0/000")] {
        let path = world.log_dir().join(file);
        let (_server, copy, lying) = server(&world, &world.district_dir(), file);
        let path = copy.join("log").join(path.file_name().unwrap());
        files::flip(&path, at, 3);
        let said = socai!("audit", "verify", lying, "--policy", policy, "--json").fails(1, &[told]);
        assert_eq!(said.json()["outcome"], "does_not_verify");
    }
    let nobody = socai!("audit", "verify", "http://127.0.0.1:1", "--policy", policy);
    nobody.fails(2, &["127.0.0.1:1"]);
}

#[test]
fn a_transfer_that_was_cut_short_goes_on_where_it_stood() {
    let world = World::found(1);
    let big = world.path().join("big");
    socai!("simulate", "--days", "60", "--out", big).ok();
    let (_server, copy, url) = server(&world, &big, "big");
    let len = fs::metadata(copy.join("log/volumes/0000000000.vol")).unwrap().len();
    assert!(len > 9 << 20, "{len} bytes are more than two pieces");
    let (proxy, reader) = (Proxy::to(&url), Reader::new(&world, "cache"));
    let url = proxy.url().to_owned();
    proxy.given();
    proxy.break_after(5 << 20);
    reader.ask(&[&"units", &url]).fails(2, &[&url]);
    proxy.break_after(u64::MAX);
    let cut = fs::metadata(reader.copy().join("log/volumes/0000000000.vol")).unwrap().len();
    assert!((4 << 20..len).contains(&cut), "{cut} of {len} bytes");
    proxy.given();
    let said = reader.ask(&[&"audit", &"verify", &url, &"--json"]);
    let given = proxy.given();
    assert_eq!(said.json()["verified"], true, "{said}");
    assert!(given < len - cut + (200 << 10), "{given} bytes given, {cut} of {len} were there");
    assert_eq!(files::all(&copy.join("log")).len(), files::all(&reader.copy().join("log")).len());
}
