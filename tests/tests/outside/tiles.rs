//! The log as tiles, exported and served, verified by C2SP tools as they are.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;
use socai_log::Reader;
use socai_tests::{
    command::{self, Said, run},
    demo::Demo,
    files,
    outside::{go_program, or_skip, python},
    service::Service,
    socai, wait,
};
use socai_tlog::{LeafIndex, ProofFile, TreeSize};

/// A played month with its log as static files.
struct Exported {
    demo: Demo,
    tiles: PathBuf,
    /// The log's key as tools take it.
    vkey: String,
    size: u64,
    root: String,
}

impl Exported {
    fn new() -> Exported {
        let demo = Demo::played();
        let tiles = demo.path().join("tiles");
        socai!("export", demo.district(), "--format", "tiles", "--out", tiles).ok();
        let policy = fs::read_to_string(demo.district().join("policy")).unwrap();
        let vkey = policy.lines().find_map(|line| line.strip_prefix("log ")).unwrap().to_owned();
        let committed = Reader::open(&demo.district().join("log")).unwrap().committed().unwrap();
        Exported { demo, tiles, vkey, size: committed.size.0, root: committed.root.to_string() }
    }

    /// The whole district running again, its log served.
    fn serve(&self) -> (Service, String) {
        let mut command = command::command(&[&"up", &self.demo.path(), &"--http", &"127.0.0.1:0"]);
        command.env_remove("SOCAI_LOG");
        let up = Service::start("up", command, &self.demo.path().join("up.log"));
        let url = wait::until("the log is served", || {
            let log = up.log();
            let line = log.lines().find_map(|line| line.split_once("as C2SP tiles: "))?.1.to_owned();
            Some(line.split_once("/checkpoint")?.0.to_owned())
        });
        (up, url)
    }
}

/// A tool with its arguments, to its end.
fn tool(program: &Path, args: &[&str]) -> Said {
    let mut command = Command::new(program);
    command.args(args);
    run(command, None)
}

#[test]
fn go_s_sumdb_libraries_verify_the_exported_and_the_served_log() {
    let Some(sumdb) = or_skip("Go's sumdb", go_program("sumdb", ".")) else { return };
    let log = Exported::new();
    let verified = format!("verified {} {}\n", log.size, log.root);
    let dir = log.tiles.to_str().unwrap();
    assert_eq!(tool(&sumdb, &[&log.vkey, dir]).ok(), verified);
    let (up, url) = log.serve();
    assert_eq!(tool(&sumdb, &[&log.vkey, &url]).ok(), verified);
    up.stop();
    // what it would say of a log that was changed
    for file in files::all(&log.tiles) {
        let middle = fs::metadata(&file).unwrap().len() / 2;
        let was = files::flip(&file, middle, 2);
        let said = tool(&sumdb, &[&log.vkey, dir]);
        assert!(said.code == Some(1) && said.out.starts_with("refused"), "{}: {said}", file.display());
        files::put(&file, middle, was);
    }
    let other = log.vkey.replacen("socai.example", "socai.exampel", 1);
    assert_eq!(tool(&sumdb, &[&other, dir]).code, Some(1));
    assert_eq!(tool(&sumdb, &[&log.vkey, dir]).ok(), verified, "everything was put back");
}

#[test]
fn tessera_s_fsck_verifies_the_served_log() {
    let package = "github.com/transparency-dev/tessera/cmd/fsck";
    let Some(fsck) = or_skip("Tessera's fsck", go_program("fsck", package)) else { return };
    let log = Exported::new();
    let key = log.demo.path().join("vkey");
    fs::write(&key, &log.vkey).unwrap();
    let key = key.to_str().unwrap();
    let check = |url: &str| tool(&fsck, &["-ui=false", "-N=4", "-public_key", key, "-storage_url", url]);
    // it says in words whether it succeeded; its exit code does not
    let success = format!("Successfully fsck'd log with size {} and root", log.size);
    let (up, url) = log.serve();
    let said = check(&format!("{url}/"));
    assert!(said.err.contains(&success) && said.err.contains(&log.root), "{said}");
    up.stop();
    let exported = format!("file://{}/", log.tiles.display());
    assert!(check(&exported).err.contains(&success));
    files::flip(&log.tiles.join("tile/entries/001"), 3000, 0);
    assert!(!check(&exported).err.contains("Successfully"), "an entry was changed");
}

/// `aics-tlog` with the log's key; its answer as JSON.
fn aics(python: &Path, log: &Exported, args: &[&str]) -> Value {
    let common = ["--log-key", &log.vkey];
    tool(&python.with_file_name("aics-tlog"), &[args, &common].concat()).json()
}

#[test]
fn aics_tlog_verifies_checkpoint_tiles_inclusion_and_consistency() {
    let Some(python) = or_skip("aics-tlog", python("tlog-tools.txt", &["--ignore-requires-python"])) else {
        return;
    };
    let log = Exported::new();
    let reader = Reader::open(&log.demo.district().join("log")).unwrap();
    let (up, url) = log.serve();
    let entry_file = log.demo.path().join("entry");
    for tiles in [log.tiles.to_str().unwrap(), &url] {
        let checkpoint = aics(&python, &log, &["verify-checkpoint", "--tiles", tiles]);
        let root = STANDARD.encode(reader.root_at(TreeSize(log.size)).unwrap().0);
        assert_eq!(
            (&checkpoint["ok"], &checkpoint["tiles_ok"]),
            (&true.into(), &true.into()),
            "{checkpoint}"
        );
        assert_eq!(checkpoint["root"], root);
        for leaf in [0, 255, 256, log.size - 1] {
            let (index, out) = (leaf.to_string(), entry_file.to_str().unwrap());
            let args = ["verify-inclusion", "--tiles", tiles, "--index", &index, "--entry-out", out];
            let included = aics(&python, &log, &args);
            assert_eq!(included["ok"], true, "{included}");
            let stored = reader.record(LeafIndex(leaf)).unwrap();
            let entry = fs::read(&entry_file).unwrap();
            assert_eq!(
                entry[8..128],
                stored.record.header_bytes()[..],
                "a leaf is a header, nothing of the facts"
            );
            assert!(entry.len() <= 193);
        }
    }
    up.stop();
    // an older checkpoint: the one of the first commit, as the operator's enrolment left it
    let first = first_checkpoint(&reader);
    let older = log.demo.path().join("older");
    fs::write(&older, &first).unwrap();
    let (tiles, older) = (log.tiles.to_str().unwrap(), older.to_str().unwrap());
    let args = ["verify-consistency", "--tiles", tiles, "--old-checkpoint", older];
    let continued = aics(&python, &log, &args);
    assert_eq!(continued["ok"], true, "{continued}");
    assert!(continued["proof_length"].as_u64() > Some(0), "{continued}");
    // and our own proof from the same checkpoint
    let proof = socai!("audit", "prove", log.demo.district(), "--consistency", older).ok();
    let file = log.demo.path().join("continued");
    fs::write(&file, proof).unwrap();
    let policy = log.demo.district().join("policy");
    socai!("audit", "check", file, "--old", older, "--policy", policy).ok();
    files::flip(&log.tiles.join("tile/entries/001"), 3000, 0);
    let damaged = aics(&python, &log, &["verify-inclusion", "--tiles", tiles, "--index", "256"]);
    assert_eq!(damaged["ok"], false, "{damaged}");
}

/// The checkpoint of the first commit that has entries.
fn first_checkpoint(reader: &Reader) -> Vec<u8> {
    let end = reader.committed().unwrap().size;
    for chunk in reader.scan(LeafIndex(0), end).unwrap() {
        let chunk = chunk.unwrap();
        for item in chunk.items() {
            if let (_, socai_log::Item::Commit(commit)) = item.unwrap()
                && commit.size > TreeSize(1)
                && commit.size < end
            {
                return commit.checkpoint.to_vec();
            }
        }
    }
    panic!("the log has one commit only");
}

#[test]
fn tlog_scales_makes_the_same_proofs_from_the_tiles_as_we_do_from_the_log() {
    let Some(python) = or_skip("tlog-scales", python("tlog-tools.txt", &["--ignore-requires-python"])) else {
        return;
    };
    let scales = python.with_file_name("tlog-tiles");
    let log = Exported::new();
    let reader = Reader::open(&log.demo.district().join("log")).unwrap();
    let policy = log.demo.district().join("policy");
    for leaf in [0, 1, 300, 1024, log.size - 1] {
        let name = reader.record(LeafIndex(leaf)).unwrap().record.name().to_string();
        let ours = socai!("audit", "prove", log.demo.district(), name).ok();
        let theirs = tool(&scales, &["gen-proof", log.tiles.to_str().unwrap(), &leaf.to_string()]).ok();
        let without_extra = ProofFile { extra: None, ..ProofFile::parse(ours.as_bytes()).unwrap() };
        // the tool knows no witnesses: their lines are the only difference
        let without_extra = without_extra.to_string();
        let lines = without_extra.lines().filter(|line| !line.starts_with("— socai.example/thanh-xuan/"));
        assert_eq!(lines.collect::<Vec<_>>(), theirs.lines().collect::<Vec<_>>(), "{name}");
        let file = log.demo.path().join("record.tlog-proof");
        fs::write(&file, &ours).unwrap();
        let said = socai!("audit", "check", file, "--policy", policy, "--json");
        let shown = said.json();
        said.ok();
        assert_eq!((&shown["record"]["name"], &shown["record"]["leaf"]), (&name.into(), &leaf.into()));
        assert_eq!(shown["trust"]["pinned"], true);
        let checked = tool(&scales, &["get-leaf", "-c", log.tiles.to_str().unwrap(), &leaf.to_string()]);
        assert_eq!(checked.code, Some(0), "{checked}");
    }
}
