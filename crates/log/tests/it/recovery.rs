//! Whatever a crash or a rotten disk leaves: repaired, or refused with file and byte; never another history.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::{fs, path::Path};

use crate::common::*;
use socai_log::{LogError, Reader, verify};
use socai_tlog::{NoteKey, SealingKey, SignedCheckpoint, TreeSize};

/// What a log of the standard small kind held at each commit.
struct History {
    root: tempfile::TempDir,
    contents: Vec<(String, Vec<u8>)>,
    roots: Vec<(TreeSize, socai_tlog::Hash)>,
}

fn history(commits: usize, volume_records: u32) -> History {
    let root = scratch();
    let (mut writer, _) = open(root.path(), small(volume_records)).unwrap();
    let mut roots = vec![(writer.size(), writer.root())];
    for (i, pair) in segments(2 * commits).chunks(2).enumerate() {
        pair.iter().for_each(|segment| append(&mut writer, segment).unwrap());
        writer.commit(cursor(i as u64 + 1)).unwrap();
        roots.push((writer.size(), writer.root()));
    }
    let contents = contents(&writer.reader().unwrap());
    drop(writer);
    History { root, contents, roots }
}

impl History {
    /// The log in `root` is a beginning of this history that ends with one of its commits.
    fn assert_begins_with(&self, root: &Path) -> TreeSize {
        let reader = Reader::open(&log_dir(root)).unwrap();
        let committed = reader.committed().unwrap();
        assert!(self.roots.contains(&(committed.size, committed.root)), "no commit of this history");
        assert_eq!(contents(&reader), self.contents[..committed.size.0 as usize]);
        let verified = verify(&reader).unwrap();
        assert_eq!(verified.derived, vec![]);
        committed.size
    }

    /// Goes on writing, and everything still holds.
    fn assert_goes_on(&self, root: &Path) {
        let (mut writer, _) = open(root, small(6)).unwrap();
        let mut unit = Unit::new(40);
        append(&mut writer, &unit.segment(3, true)).unwrap();
        writer.commit(cursor(99)).unwrap();
        assert_eq!(verify(&writer.reader().unwrap()).unwrap().size, writer.size());
    }
}

fn last_volume(root: &Path) -> std::path::PathBuf {
    let dir = log_dir(root);
    dir.join("volumes").join(format!("{:010}.vol", Reader::open(&dir).unwrap().newest_volume()))
}

#[test]
fn cut_at_any_byte_the_last_volume_opens_with_the_commits_before_that_byte() {
    let history = history(4, 1000);
    let bytes = fs::read(last_volume(history.root.path())).unwrap();
    let copy_root = scratch();
    // a volume appears with its head and first commit or not at all, so a shorter one is damage
    let head_len = frame_end(&bytes, 0);
    let whole = frame_end(&bytes, head_len);
    let mut sizes = std::collections::BTreeSet::new();
    for len in 0..=bytes.len() {
        copy(history.root.path(), copy_root.path());
        let dir = log_dir(copy_root.path());
        fs::write(dir.join("volumes/0000000000.vol"), &bytes[..len]).unwrap();
        // the checkpoint may be an older one, or missing, after a power cut
        fs::remove_file(dir.join("checkpoint")).unwrap();
        match open(copy_root.path(), small(1000)) {
            Ok((writer, recovery)) => {
                assert_eq!(recovery.size, writer.size());
                drop(writer);
                sizes.insert(history.assert_begins_with(copy_root.path()));
            }
            Err(error) => {
                assert!(len < whole, "cut at {len}: {error}");
                assert!(error.is_damage() && error.to_string().contains("0000000000.vol"), "{error}");
            }
        }
    }
    assert_eq!(sizes.len(), history.roots.len());
}

fn frame_end(bytes: &[u8], start: usize) -> usize {
    start + 9 + u32::from_be_bytes(bytes[start..start + 4].try_into().unwrap()) as usize
}

#[test]
fn cut_at_any_byte_a_log_whose_checkpoint_was_published_refuses_to_sign_and_changes_nothing() {
    let history = history(3, 1000);
    let bytes = fs::read(last_volume(history.root.path())).unwrap();
    let copy_root = scratch();
    for len in 0..bytes.len() {
        copy(history.root.path(), copy_root.path());
        let volume = log_dir(copy_root.path()).join("volumes/0000000000.vol");
        fs::write(&volume, &bytes[..len]).unwrap();
        let Err(error) = open(copy_root.path(), small(1000)) else { panic!("opened after a cut at {len}") };
        assert!(error.is_damage() && error.to_string().contains("0000000000.vol"), "{error}");
        assert_eq!(fs::read(&volume).unwrap(), &bytes[..len]);
        // nor does anybody read it as a smaller log
        let read = Reader::open(&log_dir(copy_root.path())).and_then(|reader| reader.committed());
        assert!(read.is_err_and(|error| error.is_damage()), "read after a cut at {len}");
    }
}

#[test]
fn no_flipped_bit_in_a_volume_gives_other_content() {
    for (volume_records, step) in [(1000, 1), (5, 7)] {
        let history = history(3, volume_records);
        let copy_root = scratch();
        copy(history.root.path(), copy_root.path());
        for (path, bytes) in files(&log_dir(history.root.path()).join("volumes")) {
            let target = log_dir(copy_root.path()).join("volumes").join(path.file_name().unwrap());
            for bit in (0..bytes.len() * 8).step_by(step) {
                let mut flipped = bytes.clone();
                flipped[bit / 8] ^= 1 << (bit % 8);
                fs::write(&target, &flipped).unwrap();
                let reader = Reader::open(&log_dir(copy_root.path()));
                let error = match reader.and_then(|reader| verify(&reader)) {
                    Err(error) => error,
                    Ok(verified) => {
                        panic!("bit {bit} of {} ({}) {verified:?} unnoticed", path.display(), bytes.len())
                    }
                };
                // the last commit is not readable: the checkpoint file knows of it
                if let LogError::Ahead { published, found, .. } = &error {
                    assert!(found < published);
                    continue;
                }
                let LogError::Damaged { path: named, offset, .. } = &error else {
                    panic!("bit {bit}: {error}")
                };
                assert_eq!(named.file_name(), path.file_name(), "bit {bit}: {error}");
                assert!(*offset <= bit as u64 / 8 && bit as u64 / 8 - offset < 900, "bit {bit}: {error}");
            }
            fs::write(&target, &bytes).unwrap();
        }
    }
}

#[test]
fn after_any_flipped_bit_a_writer_refuses_or_has_the_same_history_and_keeps_what_was_committed() {
    let history = history(3, 5);
    let newest = Reader::open(&log_dir(history.root.path())).unwrap().newest_volume();
    assert!(newest > 0);
    let copy_root = scratch();
    for (path, bytes) in files(&log_dir(history.root.path()).join("volumes")) {
        for bit in (0..bytes.len() * 8).step_by(5) {
            copy(history.root.path(), copy_root.path());
            let target = log_dir(copy_root.path()).join("volumes").join(path.file_name().unwrap());
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&target, &flipped).unwrap();
            let opened = open(copy_root.path(), small(5)).map(|(writer, _)| writer.size());
            match opened {
                Err(error) => assert!(
                    (error.is_damage() || matches!(error, LogError::Foreign { .. }))
                        && error.to_string().contains(".vol"),
                    "bit {bit}: {error}"
                ),
                Ok(size) => panic!("bit {bit} of {}: opened at {size}", path.display()),
            }
            assert_eq!(fs::read(&target).unwrap(), flipped, "a damaged volume must not be changed");
        }
    }
}

#[test]
fn a_flipped_bit_in_the_last_batch_with_the_checkpoint_lost_too_is_at_most_a_cut_to_the_commit_before() {
    let history = history(3, 1000);
    let volume = last_volume(history.root.path());
    let bytes = fs::read(&volume).unwrap();
    let copy_root = scratch();
    for bit in (0..bytes.len() * 8).step_by(5) {
        copy(history.root.path(), copy_root.path());
        let dir = log_dir(copy_root.path());
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(dir.join("volumes/0000000000.vol"), &flipped).unwrap();
        fs::remove_file(dir.join("checkpoint")).unwrap();
        match open(copy_root.path(), small(1000)) {
            Ok((writer, _)) => {
                drop(writer);
                let size = history.assert_begins_with(copy_root.path());
                assert_eq!(size, history.roots[history.roots.len() - 2].0, "only the last batch may go");
            }
            Err(error) => assert!(error.is_damage() || matches!(error, LogError::Foreign { .. }), "{error}"),
        }
    }
}

#[test]
fn garbage_behind_the_last_commit_is_cut_and_the_log_goes_on() {
    let history = history(3, 1000);
    let volume = last_volume(history.root.path());
    let bytes = fs::read(&volume).unwrap();
    let long = vec![0xab; 5000];
    let half = &bytes[700..1100];
    for garbage in [&[0][..], &[0; 9], &[0; 4096], &long, half] {
        fs::write(&volume, [&bytes, garbage].concat()).unwrap();
        let (writer, recovery) = open(history.root.path(), small(1000)).unwrap();
        assert_eq!(recovery.cut_bytes, garbage.len() as u64);
        drop(writer);
        assert_eq!(fs::read(&volume).unwrap(), bytes);
        assert_eq!(history.assert_begins_with(history.root.path()).0, history.contents.len() as u64);
    }
    history.assert_goes_on(history.root.path());
}

#[test]
fn facts_that_look_like_a_commit_do_not_make_a_torn_write_look_like_damage() {
    let root = scratch();
    let volume = log_dir(root.path()).join("volumes/0000000000.vol");
    let (mut writer, _) = open(root.path(), small(1000)).unwrap();
    let mut unit = Unit::new(1);
    append(&mut writer, &unit.segment(1, false)).unwrap();
    writer.commit(cursor(1)).unwrap();
    let old = fs::read(&volume).unwrap();
    let commit = &old[old.len() - 300..];
    let start = commit.windows(5).position(|w| w[..3] == [0, 0, 0] && w[4] == 3).unwrap();
    // genuine frames of this log inside facts, then a torn write
    let copied = bytes::Bytes::copy_from_slice(&commit[start..]);
    let record = unit.chain.seal(copied, bytes::Bytes::new(), 0, 0).unwrap();
    append(&mut writer, &(vec![record], [1; 64])).unwrap();
    drop(writer);
    let torn = [&old[..], &[0; 40], &commit[start..], &[0; 30]].concat();
    fs::write(&volume, torn).unwrap();
    let (writer, recovery) = open(root.path(), small(1000)).unwrap();
    assert_eq!((writer.size(), recovery.size), (TreeSize(1), TreeSize(1)));
}

#[test]
fn a_missing_volume_is_named() {
    let history = history(6, 4);
    let newest = Reader::open(&log_dir(history.root.path())).unwrap().newest_volume();
    let copy_root = scratch();
    for missing in 0..=newest {
        copy(history.root.path(), copy_root.path());
        let path = log_dir(copy_root.path()).join("volumes").join(format!("{missing:010}.vol"));
        fs::remove_file(&path).unwrap();
        match open(copy_root.path(), small(4)).map(|(writer, _)| writer.size()) {
            Err(LogError::Damaged { path: named, .. }) => assert_eq!(named, path),
            Err(LogError::Ahead { .. }) => assert_eq!(missing, newest),
            Err(other) => panic!("{other}"),
            // there was nothing in it
            Ok(size) => assert_eq!((missing, size.0), (newest, history.contents.len() as u64)),
        }
    }
}

#[test]
fn a_log_restored_from_an_older_copy_refuses_as_long_as_the_newer_checkpoint_is_there() {
    let root = scratch();
    let old = scratch();
    small_log(root.path(), 3, 1000);
    copy(&log_dir(root.path()), old.path());
    let (mut writer, _) = open(root.path(), small(1000)).unwrap();
    append(&mut writer, &Unit::new(30).segment(2, false)).unwrap();
    let newest = writer.commit(cursor(4)).unwrap();
    drop(writer);
    copy(old.path(), &log_dir(root.path()));
    open(root.path(), small(1000)).unwrap();
    fs::write(log_dir(root.path()).join("checkpoint"), newest.to_string()).unwrap();
    match open(root.path(), small(1000)).map(|_| ()) {
        Err(LogError::Ahead { published, found, .. }) => {
            assert_eq!((published, found), (newest.size(), TreeSize(newest.size().0 - 2)));
        }
        other => panic!("{other:?}"),
    }
    // the checkpoint of another ledger, or one that nobody signed, is no reason to stop
    let forged = newest.to_string().replace("— so", "— xx");
    fs::write(log_dir(root.path()).join("checkpoint"), forged).unwrap();
    let (_, recovery) = open(root.path(), small(1000)).unwrap();
    assert!(recovery.republished);
}

/// Puts a directory in the place of a file: it cannot be read as one, by nobody.
fn make_unreadable(path: &Path) {
    if path.exists() {
        fs::remove_file(path).unwrap();
    }
    fs::create_dir(path).unwrap();
}

#[test]
fn a_checkpoint_that_cannot_be_read_stops_the_writer_and_is_not_taken_for_none() {
    let root = scratch();
    small_log(root.path(), 3, 1000);
    let checkpoint = log_dir(root.path()).join("checkpoint");
    let volume = fs::read(last_volume(root.path())).unwrap();
    make_unreadable(&checkpoint);
    match open(root.path(), small(1000)).map(|_| ()) {
        Err(LogError::Io { path, action: "read", .. }) => assert_eq!(path, checkpoint),
        other => panic!("{other:?}"),
    }
    assert_eq!(fs::read(last_volume(root.path())).unwrap(), volume);
    fs::remove_dir(&checkpoint).unwrap();
    assert!(open(root.path(), small(1000)).unwrap().1.republished, "without one it goes on");
}

#[test]
fn an_erasure_under_way_that_cannot_be_read_stops_the_writer() {
    let root = scratch();
    small_log(root.path(), 3, 1000);
    let note = log_dir(root.path()).join("annex/erasing");
    make_unreadable(&note);
    match open(root.path(), small(1000)).map(|_| ()) {
        Err(LogError::Io { path, action: "read", .. }) => assert_eq!(path, note),
        other => panic!("{other:?}"),
    }
    fs::remove_dir(&note).unwrap();
    open(root.path(), small(1000)).unwrap();
}

#[test]
fn two_checkpoints_of_one_size_stop_the_writer() {
    let (one, two) = (scratch(), scratch());
    for (root, unit) in [(&one, 1), (&two, 2)] {
        let (mut writer, _) = open(root.path(), small(1000)).unwrap();
        append(&mut writer, &Unit::new(unit).segment(2, false)).unwrap();
        writer.commit(cursor(1)).unwrap();
    }
    let checkpoint = |root: &tempfile::TempDir| log_dir(root.path()).join("checkpoint");
    fs::copy(checkpoint(&two), checkpoint(&one)).unwrap();
    assert!(matches!(open(one.path(), small(1000)), Err(LogError::Damaged { .. })));
}

#[test]
fn a_directory_of_another_ledger_is_refused() {
    let root = scratch();
    small_log(root.path(), 2, 1000);
    let other = socai_log::LogKey::new(socai_tlog::Origin::new("so-cai.example/khac").unwrap(), operator());
    let lock = socai_log::Lock::acquire(&root.path().join("lock")).unwrap();
    let opened = socai_log::Writer::open(&log_dir(root.path()), other, &lock, small(1000));
    assert!(matches!(opened, Err(LogError::Foreign { .. })));
}

#[test]
fn a_log_signed_by_another_key_is_refused_unless_that_key_is_known_as_the_one_before() {
    let root = scratch();
    small_log(root.path(), 2, 1000);
    let new = socai_tlog::SigningKey::from_bytes(&[200; 32]);
    let lock = socai_log::Lock::acquire(&root.path().join("lock")).unwrap();
    let dir = log_dir(root.path());
    let key = socai_log::LogKey::new(origin(), new);
    let opened = socai_log::Writer::open(&dir, key.clone(), &lock, small(1000));
    assert!(matches!(opened, Err(LogError::Damaged { .. })));
    let key = key.following(SealingKey::of(&operator()));
    let (mut writer, _) = socai_log::Writer::open(&dir, key.clone(), &lock, small(1000)).unwrap();
    append(&mut writer, &Unit::new(30).segment(2, false)).unwrap();
    let signed = writer.commit(cursor(5)).unwrap().to_string();
    SignedCheckpoint::open(signed.as_bytes(), [key.note_key()]).unwrap();
    let old = NoteKey::log(origin(), SealingKey::of(&operator()));
    assert!(SignedCheckpoint::open(signed.as_bytes(), [&old]).is_err());
}

#[test]
fn recovery_reads_only_the_newest_volumes() {
    let history = history(9, 3);
    let newest = Reader::open(&log_dir(history.root.path())).unwrap().newest_volume();
    assert!(newest > 4);
    let sealed = log_dir(history.root.path()).join("volumes/0000000001.vol");
    let mut bytes = fs::read(&sealed).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&sealed, &bytes).unwrap();
    let options = socai_log::Options { checked_volumes: 1, ..small(3) };
    let (writer, recovery) = open(history.root.path(), options).unwrap();
    assert!(recovery.checked_from.0 > 0);
    // but verification reads all
    assert!(
        matches!(verify(&writer.reader().unwrap()), Err(LogError::Damaged { path, .. }) if path == sealed)
    );
}
