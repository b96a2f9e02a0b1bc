//! Copies of a log over many small volumes: round after round, cut short anywhere, and of what no unit signed.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

#[path = "../../follow/tests/common/mod.rs"]
mod common;

use std::{
    fs,
    io::Write as _,
    path::{Path, PathBuf},
};

use common::{Ledger, files};
use socai_log::Reader;
use socai_mirror::{Mirror, MirrorError, Round, Source};

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

/// A ledger of some volumes, with annexes, and a copy of it.
fn copied() -> (tempfile::TempDir, Ledger, PathBuf, PathBuf) {
    let place = tempfile::tempdir().unwrap();
    let (root, dest) = (place.path().join("source"), place.path().join("copy"));
    fs::create_dir(&root).unwrap();
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
