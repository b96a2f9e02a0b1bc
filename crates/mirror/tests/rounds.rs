//! Copies of a log over many small volumes: round after round, cut short anywhere, and of what no unit signed.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

#[path = "../../follow/tests/common/mod.rs"]
mod common;

use std::{
    fs,
    io::{self, BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    os::unix::fs::{FileExt as _, MetadataExt as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, JoinHandle},
};

use common::{Ledger, files};
use socai_log::{Disk, Reader, WitnessedFile};
use socai_mirror::{Mirror, MirrorError, Round, Source};
use socai_tlog::{Checkpoint, Hash, LeafIndex, NoteKey, Origin, SignedCheckpoint, WitnessKey, cosign};

fn open(root: &Path, dest: &Path) -> Mirror {
    let reader = Reader::open(&root.join("log")).unwrap();
    Mirror::open(Source::Dir(reader), dest, Some(&root.join("policy"))).unwrap()
}

/// Volumes and annexes, by their names in the log.
fn raw(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let log = root.join("log");
    let is_raw = |path: &Path| path.starts_with("volumes") || path.starts_with("annex");
    let named =
        files(&log).into_iter().map(|(path, bytes)| (path.strip_prefix(&log).unwrap().to_owned(), bytes));
    named.filter(|(path, _)| is_raw(path)).collect()
}

/// Everything of a log, derived files too.
fn whole(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let log = root.join("log");
    files(&log)
        .into_iter()
        .map(|(path, bytes)| (path.strip_prefix(&log).unwrap().to_owned(), bytes))
        .collect()
}

/// Places for a ledger and its copy.
fn empty() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let (root, dest) = (place.path().join("source"), place.path().join("copy"));
    fs::create_dir(&root).unwrap();
    (place, root, dest)
}

/// A ledger of some volumes, with annexes, and a copy of it.
fn copied() -> (tempfile::TempDir, Ledger, PathBuf, PathBuf) {
    let (place, root, dest) = empty();
    let mut ledger = Ledger::found(&root, 7, &[0, 1, 2]);
    for count in [3, 9, 1] {
        ledger.publish(1, count, true);
        ledger.publish(2, 2, false);
        ledger.commit();
    }
    open(&root, &dest).round().unwrap();
    (place, ledger, root, dest)
}

#[test]
fn every_round_gives_the_bytes_of_the_source_over_the_ends_of_volumes_and_nothing_once_there_is_no_more() {
    let (_place, mut ledger, root, dest) = copied();
    assert_eq!(whole(&dest), whole(&root));
    let mut mirror = open(&root, &dest);
    for round in 0..20 {
        ledger.publish(1 + round % 2, 1 + (round as usize * 5) % 11, round % 3 == 0);
        ledger.commit();
        let done = mirror.round().unwrap();
        assert_eq!(done.size, ledger.writer.size());
        assert!(done.bytes > 0);
        assert_eq!(whole(&dest), whole(&root), "round {round}");
        assert_eq!(mirror.round().unwrap(), Round { bytes: 0, ..done });
    }
    assert!(raw(&dest).len() > 10, "there were many volumes");
}

#[test]
fn a_copy_that_was_cut_short_goes_on_where_it_stood_and_bytes_that_never_were_the_source_s_are_replaced() {
    let (_place, mut ledger, root, dest) = copied();
    ledger.publish(1, 20, true);
    ledger.commit();
    let (had, has) = (raw(&dest), raw(&root));
    for cut in (0..100).step_by(9) {
        for is_torn in [false, true] {
            let (place, dest) = (tempfile::tempdir().unwrap(), dest.clone());
            let copy = place.path().join("copy");
            for (path, bytes) in files(&dest) {
                let target = copy.join(path.strip_prefix(&dest).unwrap());
                fs::create_dir_all(target.parent().unwrap()).unwrap();
                fs::write(target, bytes).unwrap();
            }
            // a part of what is new lies there already, whole or with a hole
            let new = has.iter().filter(|(path, bytes)| !had.contains(&(path.clone(), bytes.clone())));
            for (path, bytes) in new {
                let begin = had.iter().find(|(old, _)| old == path).map_or(0, |(_, bytes)| bytes.len());
                let part = &bytes[begin..begin + (bytes.len() - begin) * cut / 100];
                let part = if is_torn { vec![0; part.len()] } else { part.to_vec() };
                if part.is_empty() {
                    break;
                }
                let mut file =
                    fs::File::options().create(true).append(true).open(copy.join("log").join(path)).unwrap();
                file.write_all(&part).unwrap();
            }
            open(&root, &copy).round().unwrap_or_else(|error| panic!("{cut} % torn {is_torn}: {error}"));
            assert_eq!(whole(&copy), whole(&root), "{cut} % torn {is_torn}");
        }
    }
}

#[test]
fn what_a_unit_did_not_sign_is_refused_and_the_copy_stays() {
    let (_place, mut ledger, root, dest) = copied();
    let had = whole(&dest);
    let (records, mut signature) = ledger.unit(1).segment(2, true);
    signature[7] ^= 1;
    ledger.append(&(records, signature));
    ledger.commit();
    let mut mirror = open(&root, &dest);
    for _ in 0..2 {
        let error = mirror.round().unwrap_err();
        assert!(matches!(&error, MirrorError::Refused(what) if what.contains("log/volumes/")), "{error}");
        assert_eq!(whole(&dest), had);
    }
}

#[test]
fn who_trusts_this_disk_verifies_what_is_new_alone_and_who_makes_the_copy_anew_everything() {
    let (place, root, dest) = empty();
    let mut ledger = Ledger::found(&root, 7, &[0, 1, 2]);
    ledger.publish(1, 9, false);
    ledger.commit();
    open(&root, &dest).round().unwrap();
    let trusting = || open(&root, &dest).trusting_disk().unwrap();
    // damage of what was verified before is not read by the one and told by the other
    let oldest = dest.join("log/volumes/0000000000.vol");
    let good = fs::read(&oldest).unwrap();
    let mut changed = good.clone();
    changed[good.len() / 2] ^= 1;
    fs::write(&oldest, &changed).unwrap();
    assert_eq!(trusting().round().unwrap().bytes, 0);
    for round in 0..6 {
        ledger.publish(1, 3 + round, false);
        ledger.commit();
        let done = trusting().round().unwrap();
        assert!(done.bytes > 0 && done.size == ledger.writer.size());
    }
    let error = open(&root, &dest).round().unwrap_err();
    assert!(matches!(error, MirrorError::Damaged(_)), "{error}");
    fs::write(&oldest, &good).unwrap();
    open(&root, &dest).round().unwrap();
    assert_eq!(whole(&dest), whole(&root));

    // without what was kept, or with another process's bytes behind the end, it is done as at the first time
    fs::write(dest.join("verified"), "{}").unwrap();
    trusting().round().unwrap();
    let newest =
        raw(&root).into_iter().map(|(path, _)| path).rfind(|path| path.starts_with("volumes")).unwrap();
    let mut file = fs::File::options().append(true).open(dest.join("log").join(newest)).unwrap();
    file.write_all(b"torn").unwrap();
    trusting().round().unwrap();
    assert_eq!(whole(&dest), whole(&root));

    // erasures are looked for in all of it: damage that is met then is this copy's
    ledger.publish(1, 2, true);
    ledger.commit();
    fs::write(&oldest, &changed).unwrap();
    let error = trusting().round().unwrap_err();
    assert!(matches!(error, MirrorError::Damaged(_)), "{error}");
    drop(place);
}

#[test]
fn a_first_copy_believes_the_policy_of_the_source_and_later_no_other() {
    let (place, _ledger, root, _dest) = copied();
    let (dest, other) = (place.path().join("new"), place.path().join("other"));
    let source = || Source::Dir(Reader::open(&root.join("log")).unwrap());
    Mirror::open(source(), &dest, None).unwrap().round().unwrap();
    assert_eq!(fs::read(dest.join("policy")).unwrap(), fs::read(root.join("policy")).unwrap());
    fs::create_dir(&other).unwrap();
    common::write_policy(&other, &common::secret(9));
    let refused = Mirror::open(source(), &dest, Some(&other.join("policy")));
    assert!(matches!(refused.err(), Some(MirrorError::Refused(_))));
    // the source cannot change it either
    fs::copy(other.join("policy"), root.join("policy")).unwrap();
    Mirror::open(source(), &dest, None).unwrap().round().unwrap();
}

#[test]
fn who_is_asked_to_stop_does_not_wait_for_a_second_look() {
    let (place, mut ledger, root, dest) = copied();
    let (old, waited) = (place.path().join("old"), std::cell::Cell::new(0));
    for (path, bytes) in files(&root) {
        let target = old.join(path.strip_prefix(&root).unwrap());
        fs::create_dir_all(target.parent().unwrap()).unwrap();
        fs::write(target, bytes).unwrap();
    }
    ledger.publish(1, 3, false);
    ledger.commit();
    open(&root, &dest).round().unwrap();
    let asked = |_| {
        waited.set(waited.get() + 1);
        true
    };
    let error = open(&old, &dest).round_unless(&asked).unwrap_err();
    assert!(matches!(error, MirrorError::Stopped) && waited.get() == 1, "{error}");
    // nor between two pieces; what came so far stays for the next
    let fresh = place.path().join("fresh");
    assert!(matches!(open(&root, &fresh).round_unless(&asked), Err(MirrorError::Stopped)));
    open(&root, &fresh).round().unwrap();
    assert_eq!(whole(&fresh), whole(&root));
}

#[test]
fn what_witnesses_cosigned_comes_along_unless_it_is_of_more_than_the_copy_has() {
    let (_place, mut ledger, root, dest) = copied();
    let witness =
        NoteKey::witness(Origin::new("nhan-chung.example").unwrap(), WitnessKey::of(&common::secret(77)));
    let policy = fs::read_to_string(root.join("policy")).unwrap();
    fs::write(root.join("policy"), policy.replace("quorum none", &format!("witness w {witness}\nquorum w")))
        .unwrap();
    let note = |root: &Path| fs::read(root.join("log/checkpoint")).unwrap();
    let (old, here) = (note(&root), dest.join("cosigned"));
    open(&root, &dest).round().unwrap();
    assert!(!here.exists());
    // with nothing new as well
    fs::write(root.join("cosigned"), &old).unwrap();
    let mut mirror = open(&root, &dest);
    mirror.round().unwrap();
    assert_eq!(fs::read(&here).unwrap(), old);
    ledger.publish(1, 3, false);
    ledger.commit();
    let new = note(&root);
    mirror.round().unwrap();
    assert_eq!(fs::read(&here).unwrap(), old);
    fs::write(root.join("cosigned"), &new).unwrap();
    mirror.round().unwrap();
    assert_eq!(fs::read(&here).unwrap(), new);
    // of a longer log: the copy keeps what it can stand for
    let longer = String::from_utf8(new.clone()).unwrap().replacen(
        &format!("\n{}\n", ledger.writer.size()),
        "\n999\n",
        1,
    );
    fs::write(root.join("cosigned"), longer).unwrap();
    mirror.round().unwrap();
    assert_eq!(fs::read(&here).unwrap(), new);
}

#[test]
fn what_witnesses_stated_before_comes_along_note_by_note_and_what_does_not_go_on_from_the_copy_is_left() {
    let (_place, mut ledger, root, dest) = copied();
    let name = Origin::new("nhan-chung.example").unwrap();
    let key = common::secret(77);
    let witness = NoteKey::witness(name.clone(), WitnessKey::of(&key));
    let policy = fs::read_to_string(root.join("policy")).unwrap();
    for root in [&root, &dest] {
        let asks = policy.replace("quorum none", &format!("witness w {witness}\nquorum w"));
        fs::write(root.join("policy"), asks).unwrap();
    }
    let origin = ledger.writer.checkpoint().checkpoint().origin.clone();
    let keep = |checkpoint: &SignedCheckpoint| {
        let mut note = checkpoint.clone();
        note.add(cosign(checkpoint, &name, &key, 1_700_000_000).unwrap());
        let (mut file, _) = WitnessedFile::open(&root.join("witnessed"), &origin, &Disk::default()).unwrap();
        file.keep(note.to_string().as_bytes()).unwrap();
    };
    let both = || (fs::read(root.join("witnessed")).unwrap(), fs::read(dest.join("witnessed")).unwrap());
    keep(ledger.writer.checkpoint());
    let mut mirror = open(&root, &dest);
    mirror.round().unwrap();
    let (source, copy) = both();
    assert_eq!(copy, source);
    ledger.publish(1, 3, false);
    ledger.commit();
    keep(ledger.writer.checkpoint());
    mirror.round().unwrap();
    let (source, copy) = both();
    assert_eq!(copy, source);
    // the source lost its own and began anew: the copy keeps what it has
    fs::remove_file(root.join("witnessed")).unwrap();
    mirror.round().unwrap();
    keep(ledger.writer.checkpoint());
    mirror.round().unwrap();
    let (shorter, kept) = both();
    assert!(shorter.len() < kept.len() && kept == copy);
}

/// A server that gives the files below `root` as a district does, and whatever note lies in `root/stated` as its checkpoint.
struct Server {
    address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    fn of(root: &Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let (address, stop) = (listener.local_addr().unwrap(), Arc::new(AtomicBool::new(false)));
        let (root, stopping) = (root.to_owned(), stop.clone());
        let thread = thread::spawn(move || {
            while let Ok((stream, _)) = listener.accept()
                && !stopping.load(Ordering::SeqCst)
            {
                let _ = answer(&stream, &root); // a client that went away
            }
        });
        Server { address, stop, thread: Some(thread) }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        self.thread.take().map(JoinHandle::join);
    }
}

/// Answers one request, of a file or of the range that is asked for.
fn answer(stream: &TcpStream, root: &Path) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().unwrap_or(Ok(String::new()))?;
    let target = first.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let mut range: Option<(u64, u64)> = None;
    for line in lines {
        let line = line?.to_lowercase();
        if line.is_empty() {
            break;
        }
        let asked = line.strip_prefix("range: bytes=").and_then(|range| range.split_once('-'));
        range = asked.map(|(from, to)| (from.parse().unwrap(), to.parse().unwrap())).or(range);
    }
    let path = root.join(if target == "checkpoint" { "stated" } else { target });
    let (status, extra, body) = match (fs::File::open(path), range) {
        (Err(_), _) => ("404 Not Found", String::new(), Vec::new()),
        (Ok(file), None) => {
            let mut body = vec![0; file.metadata()?.len() as usize];
            file.read_exact_at(&mut body, 0)?;
            ("200 OK", String::new(), body)
        }
        (Ok(file), Some((from, to))) => {
            let total = file.metadata()?.len();
            let to = total.min(1 + to);
            if from >= total {
                ("416 Range Not Satisfiable", format!("Content-Range: bytes */{total}\r\n"), Vec::new())
            } else {
                let mut body = vec![0; (to - from) as usize];
                file.read_exact_at(&mut body, from)?;
                ("206 Partial Content", format!("Content-Range: bytes {from}-{}/{total}\r\n", to - 1), body)
            }
        }
    };
    let mut stream = stream;
    let len = body.len();
    write!(stream, "HTTP/1.1 {status}\r\n{extra}Content-Length: {len}\r\nConnection: close\r\n\r\n")?;
    stream.write_all(&body)
}

/// The file that says to readers where the copy ends, held open: while it lies there, nothing else was shown.
struct Shown {
    path: PathBuf,
    open: fs::File,
}

impl Shown {
    fn of(dest: &Path) -> Self {
        let path = dest.join("log/checkpoint");
        Shown { open: fs::File::open(&path).unwrap(), path }
    }

    fn is_untouched(&self) -> bool {
        let here = |metadata: fs::Metadata| (metadata.ino(), metadata.mtime(), metadata.mtime_nsec());
        here(fs::metadata(&self.path).unwrap()) == here(self.open.metadata().unwrap())
    }
}

#[test]
fn of_a_head_of_another_tree_than_the_files_readers_never_see_anything() {
    let (_place, mut ledger, root, dest) = copied();
    let server = Server::of(&root);
    let source = Source::url(&format!("http://{}", server.address), "token");
    let mut mirror = Mirror::open(source, &dest, Some(&root.join("policy"))).unwrap();
    let state = |note: &str| fs::write(root.join("stated"), note).unwrap();
    state(&ledger.writer.checkpoint().to_string());
    mirror.round().unwrap();
    let (had, shown) = (whole(&dest), Shown::of(&dest));
    ledger.publish(1, 4, true);
    ledger.commit();
    let good = ledger.writer.checkpoint().clone();
    // of the end itself, and of a tree before it
    for before in [0, 2] {
        let size = socai_tlog::TreeSize(good.size().0 - before);
        let forged = Checkpoint { origin: common::origin(), size, root: Hash([7; 32]) };
        state(&forged.sign(&common::operator()).to_string());
        let error = mirror.round().unwrap_err();
        assert!(matches!(&error, MirrorError::Refused(what) if what.contains("two histories")), "{error}");
        assert!(shown.is_untouched(), "readers saw an end that was taken back");
        assert_eq!(whole(&dest), had);
    }
    state(&good.to_string());
    mirror.round().unwrap();
    assert!(!shown.is_untouched());
    assert_eq!(whole(&dest), whole(&root));
}

#[test]
fn of_an_end_with_an_annex_that_is_gone_without_an_order_readers_never_see_anything() {
    let (_place, mut ledger, root, dest) = copied();
    let mut mirror = open(&root, &dest);
    mirror.round().unwrap();
    let (had, shown) = (whole(&dest), Shown::of(&dest));
    let leaf = LeafIndex(ledger.writer.size().0);
    ledger.publish(1, 4, true);
    ledger.commit();
    ledger.writer.erase_annex(leaf).unwrap();
    for _ in 0..2 {
        let error = mirror.round().unwrap_err();
        assert!(matches!(&error, MirrorError::Refused(what) if what.contains("no annex.erased")), "{error}");
        assert!(shown.is_untouched(), "readers saw an end that was taken back");
        assert_eq!(whole(&dest), had);
    }
}

#[test]
fn what_the_copy_has_of_witnesses_is_gone_over_when_it_is_opened_and_not_at_every_look() {
    let (_place, mut ledger, root, dest) = copied();
    let name = Origin::new("nhan-chung.example").unwrap();
    let key = common::secret(77);
    let witness = NoteKey::witness(name.clone(), WitnessKey::of(&key));
    let policy = fs::read_to_string(root.join("policy")).unwrap();
    for root in [&root, &dest] {
        let asks = policy.replace("quorum none", &format!("witness w {witness}\nquorum w"));
        fs::write(root.join("policy"), asks).unwrap();
    }
    let keep = |checkpoint: &SignedCheckpoint| {
        let mut note = checkpoint.clone();
        note.add(cosign(checkpoint, &name, &key, 1_700_000_000).unwrap());
        let path = root.join("witnessed");
        let (mut file, _) = WitnessedFile::open(&path, &common::origin(), &Disk::default()).unwrap();
        file.keep(note.to_string().as_bytes()).unwrap();
    };
    keep(ledger.writer.checkpoint());
    let mut mirror = open(&root, &dest);
    mirror.round().unwrap();
    let (here, aside) = (dest.join("witnessed"), dest.join("witnessed.damaged"));
    // what was gone over changes on the disk in its middle: only who opens it meets that
    ledger.publish(1, 3, false);
    ledger.commit();
    keep(ledger.writer.checkpoint());
    mirror.round().unwrap();
    let good = fs::read(&here).unwrap();
    assert_eq!(good, fs::read(root.join("witnessed")).unwrap());
    let file = fs::File::options().write(true).open(&here).unwrap();
    file.write_all_at(&[good[good.len() / 3] ^ 1], good.len() as u64 / 3).unwrap();
    for _ in 0..3 {
        mirror.round().unwrap();
    }
    ledger.publish(1, 1, false);
    ledger.commit();
    keep(ledger.writer.checkpoint());
    mirror.round().unwrap();
    assert!(!aside.exists(), "nothing was gone over again");
    assert_eq!(fs::read(&here).unwrap().len(), fs::read(root.join("witnessed")).unwrap().len());
    drop(mirror);
    open(&root, &dest).round().unwrap();
    assert!(aside.exists());
    assert_eq!(fs::read(&here).unwrap(), fs::read(root.join("witnessed")).unwrap());
}
