//! Where a log ends: crashes, rollbacks, missing files, files that do not belong, and a writer at work.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering},
};

use crate::common::{Ledger, alone, check, files, live, origin, trust};
use socai_follow::{Fault, Options, verify};
use socai_log::{DerivedFault, LogError, LogKey, Wrong};

/// Nine commits of three records in volumes of seven.
fn some_log(root: &Path) -> Ledger {
    let mut ledger = Ledger::found(root, 7, &[0, 1, 2]);
    for commit in 0..8 {
        ledger.publish(1 + commit % 2, 3, commit % 3 == 0);
        ledger.commit();
    }
    ledger
}

fn volumes(root: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    files(&root.join("log/volumes"))
}

/// Starts of the frames of a volume, and its end.
fn starts(bytes: &[u8]) -> Vec<usize> {
    let (mut starts, mut at) = (vec![0], 0);
    while at < bytes.len() {
        at += u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize + 9;
        starts.push(at);
    }
    starts
}

fn append(path: &Path, bytes: &[u8]) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(bytes).unwrap();
}

#[test]
fn a_batch_that_a_crash_left_is_told_and_repaired_by_the_next_start() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = some_log(root.path());
    let segment = ledger.unit(1).segment(2, true);
    drop(ledger);
    let (last, whole) = volumes(root.path()).pop().unwrap();
    // the frames of a whole batch are made by committing it, then cut back to any byte before its commit ends
    let mut writer = crate::common::writer(root.path(), LogKey::new(origin(), crate::common::operator()), 7);
    for (place, record) in segment.0.iter().enumerate() {
        let signature = (place == 1).then_some(&segment.1);
        let received_at_ms = writer.received_at_ms();
        writer.append(&socai_log::NewEntry { received_at_ms, record, signature }).unwrap();
    }
    let before = files(&root.path().join("log"));
    writer.commit(writer.cursor()).unwrap();
    drop(writer);
    let with_batch = fs::read(&last).unwrap();
    // everything but volumes and annexes as before the commit
    for (path, bytes) in &before {
        if path.extension().is_none_or(|extension| extension != "vol") {
            fs::write(path, bytes).unwrap();
        }
    }
    for cut in [whole.len() + 1, whole.len() + 100, with_batch.len() - 1] {
        fs::write(&last, &with_batch[..cut]).unwrap();
        let faults = check(root.path(), alone()).faults;
        let [Fault::Tail { path, offset, len }, Fault::Tail { path: annexes, .. }] = &faults[..] else {
            panic!("{cut}: {faults:?}")
        };
        assert!(faults.iter().all(Fault::is_repaired_by_start));
        assert_eq!((path, *offset, *len), (&last, whole.len() as u64, (cut - whole.len()) as u64));
        assert_eq!(annexes.extension().unwrap(), "anx");
        assert!(check(root.path(), live()).holds(), "a batch on its way is no fault");
    }
    crate::common::writer(root.path(), LogKey::new(origin(), crate::common::operator()), 7);
    assert!(check(root.path(), alone()).holds());
}

#[test]
fn a_commit_that_was_not_published_any_more_counts_and_what_hangs_behind_is_derived() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = some_log(root.path());
    let before = files(&root.path().join("log"));
    ledger.publish(1, 1, false);
    ledger.commit();
    let size = ledger.writer.size();
    drop(ledger);
    for (path, bytes) in before.iter().filter(|(path, _)| path.extension().is_none_or(|e| e != "vol")) {
        fs::write(path, bytes).unwrap();
    }
    let verified = check(root.path(), alone());
    assert_eq!(verified.size, size);
    assert!(verified.faults.iter().all(Fault::is_repaired_by_start), "{:?}", verified.faults);
    let paths: Vec<_> = verified.faults.iter().map(|fault| fault.path().unwrap().to_owned()).collect();
    assert!(paths.contains(&root.path().join("log/checkpoint")));
    assert!(paths.contains(&root.path().join("log/entries")));
    crate::common::writer(root.path(), LogKey::new(origin(), crate::common::operator()), 7);
    assert!(check(root.path(), alone()).holds());
}

#[test]
fn a_log_cut_back_is_told_by_its_own_checkpoint() {
    let root = tempfile::tempdir().unwrap();
    drop(some_log(root.path()));
    let (last, bytes) = volumes(root.path()).pop().unwrap();
    for cut in starts(&bytes).into_iter().filter(|cut| *cut < bytes.len()).skip(1) {
        fs::write(&last, &bytes[..cut]).unwrap();
        for options in [alone(), live()] {
            let verified = check(root.path(), options);
            let ahead = verified.faults.iter().find(|fault| matches!(fault, Fault::Ahead { .. }));
            let Some(Fault::Ahead { published, found, .. }) = ahead else {
                panic!("cut at {cut}: {:?}", verified.faults)
            };
            assert!(found < published && *found == verified.size);
        }
    }
}

#[test]
fn a_missing_volume_is_named_wherever_it_was() {
    let root = tempfile::tempdir().unwrap();
    drop(some_log(root.path()));
    let all = volumes(root.path());
    assert!(all.len() >= 4);
    for without_checkpoint in [false, true] {
        if without_checkpoint {
            fs::remove_file(root.path().join("log/checkpoint")).unwrap();
        }
        for (path, bytes) in &all[..all.len() - 1] {
            fs::remove_file(path).unwrap();
            let faults = check(root.path(), alone()).faults;
            assert_eq!(faults[0].path(), Some(path.as_path()), "{faults:?}");
            assert!(!faults[0].is_repaired_by_start() && !faults[0].is_unreadable(), "{faults:?}");
            fs::write(path, bytes).unwrap();
        }
    }
}

#[test]
fn a_missing_last_volume_is_told_by_the_checkpoint() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = some_log(root.path());
    ledger.publish(1, 1, false);
    ledger.commit();
    drop(ledger);
    let (last, _) = volumes(root.path()).pop().unwrap();
    fs::remove_file(last).unwrap();
    let faults = check(root.path(), alone()).faults;
    assert!(faults.iter().any(|fault| matches!(fault, Fault::Ahead { .. })), "{faults:?}");
}

#[test]
fn damage_of_what_was_synced_is_not_taken_for_a_batch_that_a_crash_left() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::found(root.path(), 1_000, &[0, 1]);
    for _ in 0..3 {
        ledger.publish(1, 2, false);
        ledger.commit();
    }
    drop(ledger);
    fs::remove_file(root.path().join("log/checkpoint")).unwrap();
    let (path, bytes) = volumes(root.path()).pop().unwrap();
    let starts = starts(&bytes);
    // a record of the last commit but one: the commit behind it was signed
    let at = starts[starts.len() - 6];
    let mut flipped = bytes.clone();
    flipped[at + 30] ^= 1;
    fs::write(&path, &flipped).unwrap();
    let faults = check(root.path(), alone()).faults;
    assert!(matches!(&faults[0], Fault::Log(LogError::Damaged { .. })), "{faults:?}");
    assert_eq!((faults[0].path(), faults[0].offset()), (Some(path.as_path()), Some(at as u64)));
}

#[test]
fn files_that_do_not_belong_are_told() {
    let root = tempfile::tempdir().unwrap();
    drop(some_log(root.path()));
    let log = root.path().join("log");
    let strays = [
        "note.txt",
        "volumes/0000000000.vol.bak",
        "volumes/00000000001.vol",
        "annex/0000000099.anx",
        "units/007",
        "units/x",
        "hashes.9",
    ];
    let left = ["checkpoint.next", "volumes/0000000004.next", "annex/erasing", "annex/erasing.next"];
    for name in strays.into_iter().chain(left) {
        fs::write(log.join(name), "what is this").unwrap();
        let faults = check(root.path(), alone()).faults;
        let [Fault::Derived(DerivedFault { path, what, .. })] = &faults[..] else {
            panic!("{name}: {faults:?}")
        };
        let expected = if left.contains(&name) { Wrong::Leftover } else { Wrong::Stray };
        assert_eq!((path, *what), (&log.join(name), expected));
        assert_eq!(faults[0].is_repaired_by_start(), left.contains(&name));
        assert_eq!(
            check(root.path(), live()).holds(),
            left.contains(&name) || name.contains("99.anx"),
            "{name}"
        );
        fs::remove_file(log.join(name)).unwrap();
    }
    assert!(check(root.path(), alone()).holds());
}

#[test]
fn bytes_behind_the_annexes_are_told() {
    let root = tempfile::tempdir().unwrap();
    drop(some_log(root.path()));
    let annexes = files(&root.path().join("log/annex"));
    let last_volume = volumes(root.path()).len() - 1;
    for (path, bytes) in annexes {
        append(&path, b"more");
        let faults = check(root.path(), alone()).faults;
        assert_eq!(faults.len(), 1, "{faults:?}");
        assert_eq!((faults[0].path(), faults[0].offset()), (Some(path.as_path()), Some(bytes.len() as u64)));
        let newest = path.ends_with(format!("{last_volume:010}.anx"));
        assert_eq!(faults[0].is_repaired_by_start(), newest);
        fs::write(&path, &bytes).unwrap();
    }
}

#[test]
fn a_file_that_cannot_be_read_is_told_apart_from_one_that_is_wrong() {
    let root = tempfile::tempdir().unwrap();
    drop(some_log(root.path()));
    let entries = root.path().join("log/entries");
    fs::remove_file(&entries).unwrap();
    fs::create_dir(&entries).unwrap();
    let faults = check(root.path(), alone()).faults;
    assert!(faults.len() == 1 && faults[0].is_unreadable(), "{faults:?}");
    assert_eq!(faults[0].path(), Some(entries.as_path()));
}

#[test]
fn a_log_without_entries_verifies() {
    let root = tempfile::tempdir().unwrap();
    drop(Ledger::empty(root.path(), 5));
    for options in [alone(), live()] {
        let verified = check(root.path(), options);
        assert!(verified.holds(), "{:?}", verified.faults);
        assert_eq!((verified.size.0, verified.commits), (0, 1));
    }
}

#[test]
fn a_log_that_grows_meanwhile_gives_no_false_alarm() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::found(root.path(), 40, &[0, 1, 2, 3]);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for commit in 0..200 {
                ledger.publish(1 + commit % 3, 1 + commit as usize % 5, commit % 2 == 0);
                ledger.commit();
            }
            is_over.store(true, Ordering::Relaxed);
        });
        let mut sizes = Vec::new();
        while !is_over.load(Ordering::Relaxed) || sizes.len() < 2 {
            let (reader, trust) = (crate::common::reader(root.path()), trust(root.path()));
            let options = Options { threads: 1 + sizes.len() % 2, ..live() };
            let verified = verify(&reader, &trust, options, &mut |_| ());
            assert!(verified.holds(), "round {}: {:?}", sizes.len(), verified.faults);
            sizes.push(verified.size);
        }
        assert!(sizes.is_sorted());
    });
    drop(ledger);
    assert!(check(root.path(), alone()).holds());
}

#[test]
fn a_last_volume_that_holds_nothing_but_its_head_is_verified_too() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::found(root.path(), 4, &[0, 1]);
    ledger.publish(1, 2, false);
    ledger.commit(); // four records: the volume is sealed and the next one begun
    drop(ledger);
    let (path, head) = volumes(root.path()).pop().unwrap();
    assert_eq!((volumes(root.path()).len(), starts(&head).len()), (2, 2), "a head and nothing behind it");
    assert!(check(root.path(), alone()).holds());
    let refused = |bytes: &[u8], what: &str| {
        fs::write(&path, bytes).unwrap();
        let verified = check(root.path(), alone());
        assert!(
            verified.faults.iter().any(|fault| fault.path() == Some(&path)),
            "{what}: {:?}",
            verified.faults
        );
    };
    for len in 0..head.len() {
        refused(&head[..len], &format!("cut to {len} bytes"));
    }
    // what somebody does who can make a checksum and no signature
    for at in 4..head.len() - 4 {
        let mut changed = head.clone();
        changed[at] ^= 1 << (at % 8);
        let (body, crc) = changed.split_at_mut(head.len() - 4);
        crc.copy_from_slice(&crc32c::crc32c(body).to_be_bytes());
        refused(&changed, &format!("byte {at}"));
    }
    refused(&[&head[..], &head].concat(), "two heads");
    let first = volumes(root.path()).swap_remove(0).1;
    refused(&first, "the volume before again");
    fs::write(&path, &head).unwrap();
    assert!(check(root.path(), alone()).holds());
}
