//! Every byte of every file of a log is looked at: a flipped one is a fault that names the file and the place.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::{
    fs::{File, OpenOptions},
    os::unix::fs::FileExt,
    path::{Path, PathBuf},
};

use crate::common::{Ledger, Unit, alone, check, files, rotation, secret};
use socai_follow::{Fault, Options};
use socai_tlog::LeafIndex;

/// A small log with everything in it: four units, registered in two rounds, segments of several lengths, a tail of a longer
/// segment, annexes, an erased one, a rotation by the unit and one by the operator, 12 commits in volumes of 9 records.
fn rich_log(root: &Path) {
    let mut ledger = Ledger::found(root, 9, &[0, 1, 2]);
    ledger.publish(1, 3, true);
    ledger.commit();
    ledger.publish(2, 2, true);
    ledger.publish(1, 1, false);
    ledger.commit();
    ledger.rotate(1, secret(31));
    ledger.publish(1, 2, false);
    ledger.commit();
    let registration = ledger.unit(0).seal_event(crate::common::registration(3), 0);
    let segment = ledger.unit(0).sign(vec![registration]);
    ledger.append(&segment);
    ledger.commit();
    ledger.units.insert(3, Unit::new(3));
    ledger.publish(3, 4, true);
    ledger.publish(0, 1, false);
    ledger.commit();
    // the operator replaces a lost key; the unit goes on with the new one
    let replaced = ledger.unit(0).seal_event(rotation(&secret(32), "hn.thu.p2"), 0);
    let segment = ledger.unit(0).sign(vec![replaced]);
    ledger.append(&segment);
    ledger.unit(2).key = secret(32);
    ledger.publish(2, 2, true);
    ledger.commit();
    // a segment whose first records the log had already: its tail alone is appended, under its signature
    let mut same = ledger.unit(3).clone();
    let (records, signature) = same.segment(3, false);
    let first = ledger.unit(3).segment(1, false);
    ledger.append(&first);
    ledger.commit();
    ledger.append(&(records[1..].to_vec(), signature));
    *ledger.unit(3) = same;
    ledger.commit();
    for unit in [1, 3] {
        ledger.publish(unit, 1, unit == 1);
        ledger.commit();
    }
    ledger.writer.erase_annex(LeafIndex(3)).unwrap();
}

/// Flips bits of one byte for as long as it lives.
struct Flip<'a> {
    file: &'a File,
    at: u64,
    was: Vec<u8>,
}

impl<'a> Flip<'a> {
    fn new(file: &'a File, at: u64, was: &[u8], is: &[u8]) -> Self {
        file.write_all_at(is, at).unwrap();
        Flip { file, at, was: was.to_vec() }
    }
}

impl Drop for Flip<'_> {
    fn drop(&mut self) {
        self.file.write_all_at(&self.was, self.at).unwrap();
    }
}

fn open(path: &Path) -> File {
    OpenOptions::new().read(true).write(true).open(path).unwrap()
}

/// Start and end of every frame of a volume or annex volume.
fn frames(bytes: &[u8]) -> Vec<(usize, usize)> {
    let (mut frames, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let len = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize + 9;
        frames.push((at, at + len));
        at += len;
    }
    frames
}

fn is_framed(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "vol" || extension == "anx")
}

/// The byte that a fault about byte `at` has to name.
fn named(path: &Path, bytes: &[u8], at: usize) -> u64 {
    match is_framed(path) {
        true => frames(bytes).iter().rfind(|(start, _)| *start <= at).unwrap().0 as u64,
        false => at as u64,
    }
}

/// A fault names the file and the place of a flipped byte; the first one when nothing else was flipped.
fn assert_named<'f>(mut faults: impl Iterator<Item = &'f Fault>, path: &Path, bytes: &[u8], at: usize) {
    let fault = faults.next().unwrap_or_else(|| panic!("byte {at} of {}: no fault", path.display()));
    let place = (fault.path().unwrap(), fault.offset().unwrap());
    assert_eq!(place, (path, named(path, bytes, at)), "byte {at}: {fault}");
    assert!(!fault.is_unreadable());
    assert_eq!(fault.is_repaired_by_start(), !is_framed(path), "byte {at}: {fault}");
}

#[test]
fn an_untouched_log_verifies_and_everything_in_it_is_counted() {
    let root = tempfile::tempdir().unwrap();
    rich_log(root.path());
    let verified = check(root.path(), alone());
    assert!(verified.holds(), "{:?}", verified.faults);
    let counts = (verified.size.0, verified.commits, verified.signatures, verified.units);
    assert_eq!(counts, (26, 12, 15, 4));
    let annexes = (verified.annexes, verified.erased_annexes, verified.absent_annexes);
    assert_eq!(annexes, (6, 1, 0));
    let all: Vec<(PathBuf, Vec<u8>)> = files(&root.path().join("log"));
    let bytes = |part: fn(&str) -> bool| {
        let of_part = all.iter().filter(|(path, _)| part(&path.to_string_lossy()));
        of_part.map(|(_, bytes)| bytes.len() as u64).sum::<u64>()
    };
    assert_eq!(verified.volume_bytes, bytes(|path| path.ends_with(".vol")));
    assert_eq!(verified.annex_bytes, bytes(|path| path.ends_with(".anx")));
    assert_eq!(verified.derived_bytes, bytes(|path| !path.ends_with(".vol") && !path.ends_with(".anx")));
    assert!(all.iter().filter(|(path, _)| path.to_string_lossy().ends_with(".vol")).count() >= 3);
}

#[test]
fn a_flipped_byte_in_a_volume_is_a_fault_that_names_its_frame() {
    let root = tempfile::tempdir().unwrap();
    rich_log(root.path());
    for (path, bytes) in files(&root.path().join("log/volumes")) {
        let file = open(&path);
        for at in 0..bytes.len() {
            let _flip = Flip::new(&file, at as u64, &bytes[at..=at], &[bytes[at] ^ 1 << (at % 8)]);
            assert_named(check(root.path(), alone()).faults.iter(), &path, &bytes, at);
        }
    }
    assert!(check(root.path(), alone()).holds());
}

#[test]
fn a_flipped_byte_in_any_other_file_is_a_fault_that_names_its_place() {
    let root = tempfile::tempdir().unwrap();
    rich_log(root.path());
    let mut others = files(&root.path().join("log"));
    others.retain(|(path, _)| path.extension().is_none_or(|extension| extension != "vol"));
    assert!(others.len() >= 12, "checkpoint, entries, entries.idx, positions, hashes.0, annexes, units");
    let files: Vec<File> = others.iter().map(|(path, _)| open(path)).collect();
    // one byte in each file at a time, and each is told
    for at in 0..others.iter().map(|(_, bytes)| bytes.len()).max().unwrap() {
        let long_enough = || others.iter().zip(&files).filter(|((_, bytes), _)| at < bytes.len());
        let flips: Vec<_> = long_enough()
            .map(|((_, bytes), file)| {
                Flip::new(file, at as u64, &bytes[at..=at], &[bytes[at] ^ 1 << (at % 8)])
            })
            .collect();
        let verified = check(root.path(), alone());
        for ((path, bytes), _) in long_enough() {
            let own = verified.faults.iter().filter(|fault| fault.path() == Some(path));
            assert_named(own, path, bytes, at);
        }
        drop(flips);
    }
    assert!(check(root.path(), alone()).holds());
}

#[test]
fn every_bit_of_a_small_log_is_looked_at() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::found(root.path(), 9, &[0, 1]);
    ledger.publish(1, 1, true);
    ledger.commit();
    drop(ledger);
    assert!(check(root.path(), alone()).holds());
    for (path, bytes) in files(&root.path().join("log")) {
        let file = open(&path);
        for (at, bit) in (0..bytes.len()).flat_map(|at| (0..8).map(move |bit| (at, bit))) {
            let _flip = Flip::new(&file, at as u64, &bytes[at..=at], &[bytes[at] ^ 1 << bit]);
            assert_named(check(root.path(), alone()).faults.iter(), &path, &bytes, at);
        }
    }
    assert!(check(root.path(), alone()).holds());
}

/// Cursors are the broker's and not signed: the only bytes whose change needs no key, and no record or figure depends on them. The last
/// one of a volume is in the head of the next one too.
fn is_cursor(kind: u8, at_payload: usize, is_repeated: bool) -> bool {
    kind == 3 && (16..32).contains(&at_payload) && !is_repeated
}

#[test]
fn a_flipped_byte_whose_checksum_was_made_right_again_is_a_fault_too() {
    let root = tempfile::tempdir().unwrap();
    rich_log(root.path());
    let mut framed = files(&root.path().join("log"));
    framed.retain(|(path, _)| is_framed(path));
    for (path, bytes) in framed {
        let file = open(&path);
        let frames = frames(&bytes);
        let is_sealed = frames.last().is_some_and(|(start, _)| bytes[start + 4] == 4);
        let last_commit = frames.iter().rev().find(|(start, _)| bytes[start + 4] == 3).copied();
        for (start, end) in frames {
            let is_repeated = is_sealed && last_commit == Some((start, end));
            for at in (start + 4..end - 4).filter(|at| at % 3 == start % 3) {
                let mut frame = bytes[start..end].to_vec();
                frame[at - start] ^= 1 << (at % 7);
                let (body, crc) = frame.split_at_mut(end - start - 4);
                crc.copy_from_slice(&crc32c::crc32c(body).to_be_bytes());
                let _flip = Flip::new(&file, start as u64, &bytes[start..end], &frame);
                let verified = check(root.path(), alone());
                let is_cursor = at > start + 4 && is_cursor(bytes[start + 4], at - start - 5, is_repeated);
                assert_eq!(verified.holds(), is_cursor, "byte {at} of {}", path.display());
            }
        }
    }
}

#[test]
fn two_flips_are_told_in_the_order_of_the_log_on_any_number_of_threads() {
    let root = tempfile::tempdir().unwrap();
    rich_log(root.path());
    let volumes = files(&root.path().join("log/volumes"));
    let (first, last) = (&volumes[1], &volumes[volumes.len() - 1]);
    let (first_file, last_file) = (open(&first.0), open(&last.0));
    for (first_at, last_at) in [(0, 3), (first.1.len() / 2, last.1.len() - 1), (first.1.len() - 1, 0)] {
        let flipped = |bytes: &[u8], at: usize| [bytes[at] ^ 4];
        let (a, b) = (flipped(&first.1, first_at), flipped(&last.1, last_at));
        let _first = Flip::new(&first_file, first_at as u64, &first.1[first_at..=first_at], &a);
        let _last = Flip::new(&last_file, last_at as u64, &last.1[last_at..=last_at], &b);
        let told =
            [1, 2, 4].map(|threads| format!("{:?}", check(root.path(), Options { threads, ..alone() })));
        assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:#?}");
        assert_named(check(root.path(), alone()).faults.iter(), &first.0, &first.1, first_at);
    }
}

#[test]
fn a_damaged_last_commit_does_not_make_the_log_shorter() {
    let root = tempfile::tempdir().unwrap();
    rich_log(root.path());
    let volumes = files(&root.path().join("log/volumes"));
    let (path, bytes) = volumes.last().unwrap();
    let (start, end) = *frames(bytes).last().unwrap();
    let file = open(path);
    for at in start..end {
        let _flip = Flip::new(&file, at as u64, &bytes[at..=at], &[bytes[at] ^ 0x20]);
        let faults = check(root.path(), alone()).faults;
        let [Fault::Log(_), Fault::Ahead { published, found, .. }, ..] = &faults[..] else {
            panic!("byte {at}: {faults:?}")
        };
        assert_eq!((published.0, found.0), (26, 25));
    }
}
