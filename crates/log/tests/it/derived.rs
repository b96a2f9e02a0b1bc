//! Derived files and annexes: every wrong byte is found and named; the derived ones are repaired.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::{fs, path::PathBuf};

use crate::common::*;
use socai_log::{Annex, DerivedFile, Disk, Lock, LogError, Options, Reader, Rebuilt, Wrong, rebuild, verify};
use socai_tlog::{EventName, LeafIndex, Tile, TileKind, TreeSize, UnitNo};

/// A log with several bundles and tile levels, in volumes of 150 records.
fn long_log(root: &std::path::Path) {
    let (mut writer, _) = open(root, small(150)).unwrap();
    let mut units = [Unit::new(0), Unit::new(3), Unit::new(9)];
    for i in 0..200_usize {
        append(&mut writer, &units[i % 3].segment(1 + i % 5, i % 40 == 0)).unwrap();
        writer.commit(cursor(i as u64)).unwrap();
    }
    assert!(writer.size().0 > 512);
}

fn derived_files(dir: &std::path::Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut files = files(dir);
    files.retain(|(path, _)| !path.starts_with(dir.join("volumes")) && !path.starts_with(dir.join("annex")));
    files
}

/// A log with more than one index block of a unit: positions of 4,096 bytes are whole blocks, which readers keep.
#[test]
fn an_index_block_that_was_put_right_is_read_again() {
    let root = scratch();
    let (mut writer, _) = open(root.path(), small(100_000)).unwrap();
    let mut unit = Unit::new(3);
    for at in 0..150 {
        append(&mut writer, &unit.segment(8, false)).unwrap();
        writer.commit(cursor(at)).unwrap();
    }
    let (dir, name) = (log_dir(root.path()), EventName::new(3, 700));
    let reader = Reader::open(&dir).unwrap();
    let size = size(&reader);
    let found = reader.find(name, size).unwrap().unwrap();
    assert_eq!(reader.find(name, size).unwrap().as_ref(), Some(&found), "from the kept block");
    assert_eq!(reader.find(EventName::new(3, 1_200), size).unwrap(), None);
    for file in [DerivedFile::Unit(UnitNo(3)), DerivedFile::Positions] {
        let path = file.path(&dir);
        let right = fs::read(&path).unwrap();
        // as ascending as before, and all of it the neighbour's
        let wrong = [&right[8..], &right[right.len() - 8..]].concat();
        fs::write(&path, &wrong).unwrap();
        assert_eq!(
            reader.find(name, size).unwrap().as_ref(),
            Some(&found),
            "{file:?}: what was kept was right"
        );
        let stranger = Reader::open(&dir).unwrap();
        let found_wrong = stranger.find(name, size);
        assert!(matches!(found_wrong, Err(LogError::Name { .. } | LogError::Position { .. })), "{file:?}");
        fs::write(&path, &right).unwrap();
        assert_eq!(stranger.find(name, size).unwrap().as_ref(), Some(&found), "{file:?}: read again");
    }
}

#[test]
fn a_flipped_byte_in_any_derived_file_is_named_exactly_and_repaired_by_the_next_start() {
    let root = scratch();
    long_log(root.path());
    let dir = log_dir(root.path());
    let reader = Reader::open(&dir).unwrap();
    let size = size(&reader);
    let files = derived_files(&dir);
    let names: Vec<_> =
        files.iter().map(|(path, _)| path.strip_prefix(&dir).unwrap().to_str().unwrap()).collect();
    let expected = [
        "checkpoint",
        "entries",
        "entries.idx",
        "hashes.0",
        "hashes.1",
        "positions",
        "units/0",
        "units/3",
        "units/9",
    ];
    assert_eq!(names, expected);
    for (path, bytes) in &files {
        let step = (bytes.len() / 40).max(1);
        for at in (0..bytes.len()).step_by(step).chain([bytes.len() - 1]) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 0x10;
            fs::write(path, &flipped).unwrap();
            let verified = verify(&Reader::open(&dir).unwrap()).unwrap();
            let [fault] = &verified.derived[..] else { panic!("{at} of {}: {verified:?}", path.display()) };
            assert_eq!((&fault.path, fault.offset, fault.what), (path, at as u64, Wrong::Differs));
            assert!(fault.to_string().contains("repairs it"));
            assert_eq!(verified.size, size);
        }
        // the last flip stays for the start to repair
        let options = Options { checked_volumes: u64::MAX, ..small(150) };
        let (_, recovery) = open(root.path(), options).unwrap();
        assert_eq!(recovery.repaired.len() + usize::from(recovery.republished), 1);
        assert_eq!(fs::read(path).unwrap(), *bytes, "{}", path.display());
    }
}

#[test]
fn a_short_long_or_missing_derived_file_is_named_and_repaired() {
    let root = scratch();
    long_log(root.path());
    let dir = log_dir(root.path());
    for (path, bytes) in derived_files(&dir) {
        let longer = [&bytes[..], b"more"].concat();
        let cases = [
            (Some(&bytes[..bytes.len() / 2]), bytes.len() / 2, Wrong::Short),
            (Some(&[][..]), 0, Wrong::Short),
            (None, 0, Wrong::Short),
            (Some(&longer[..]), bytes.len(), Wrong::Long),
        ];
        for (content, offset, what) in cases {
            match content {
                Some(content) => fs::write(&path, content).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let verified = verify(&Reader::open(&dir).unwrap()).unwrap();
            let [fault] = &verified.derived[..] else { panic!("{}: {verified:?}", path.display()) };
            assert_eq!((&fault.path, fault.offset, fault.what), (&path, offset as u64, what));
            open(root.path(), Options { checked_volumes: u64::MAX, ..small(150) }).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes, "{}", path.display());
        }
    }
}

#[test]
fn files_that_do_not_belong_are_named() {
    let root = scratch();
    small_log(root.path(), 3, 100);
    let dir = log_dir(root.path());
    for name in ["extra", "units/x", "volumes/1.vol", "annex/note", "hashes.9", "units/07"] {
        let path = dir.join(name);
        fs::write(&path, "?").unwrap();
        let faults = verify(&Reader::open(&dir).unwrap()).unwrap().derived;
        assert!(
            matches!(&faults[..], [fault] if fault.path == path && fault.what == Wrong::Stray),
            "{faults:?}"
        );
        fs::remove_file(&path).unwrap();
    }
    let of_nobody = DerivedFile::Unit(UnitNo(77)).path(&dir);
    fs::write(&of_nobody, [0; 8]).unwrap();
    let faults = verify(&Reader::open(&dir).unwrap()).unwrap().derived;
    assert!(
        matches!(&faults[..], [fault] if fault.path == of_nobody && fault.what == Wrong::Long),
        "{faults:?}"
    );
}

#[test]
fn a_rebuild_makes_every_derived_file_from_the_volumes_alone() {
    let root = scratch();
    long_log(root.path());
    let dir = log_dir(root.path());
    let files = derived_files(&dir);
    for (path, _) in &files {
        if !path.ends_with("checkpoint") {
            fs::remove_file(path).unwrap();
        }
    }
    let lock = Lock::acquire(&root.path().join("lock")).unwrap();
    let repaired = rebuild(&dir, &lock, &Disk::default()).unwrap().files;
    assert_eq!(repaired.len(), files.len() - 1);
    assert_eq!(derived_files(&dir), files);
    assert_eq!(rebuild(&dir, &lock, &Disk::default()).unwrap(), Rebuilt::default());
}

#[test]
fn a_rebuild_restores_a_checkpoint_that_is_missing_or_torn_and_never_writes_over_another_tree() {
    let root = scratch();
    long_log(root.path());
    let path = log_dir(root.path()).join("checkpoint");
    let whole = fs::read(&path).unwrap();
    let lock = Lock::acquire(&root.path().join("lock")).unwrap();
    let rebuilt = || rebuild(&log_dir(root.path()), &lock, &Disk::default()).unwrap();
    let restored = Rebuilt { files: vec![], republished: true };
    fs::remove_file(&path).unwrap();
    assert_eq!((rebuilt(), fs::read(&path).unwrap()), (restored.clone(), whole.clone()));
    // a signature that lost a byte is torn too
    for torn in [&[][..], &whole[..10], &whole[..whole.len() / 2], &whole[..whole.len() - 2]] {
        fs::write(&path, torn).unwrap();
        assert_eq!((rebuilt(), fs::read(&path).unwrap()), (restored.clone(), whole.clone()), "{torn:?}");
    }
    assert_eq!(rebuilt(), Rebuilt::default(), "nothing is wrong any more");
    // the word of a longer log stays: whole it is refused, torn it is left for whoever opens the log to judge
    let text = String::from_utf8(whole.clone()).unwrap();
    let size = text.lines().nth(1).unwrap();
    let longer = text.replacen(size, &format!("{size}0"), 1);
    for ahead in [longer.as_bytes(), &longer.as_bytes()[..longer.len() / 2]] {
        fs::write(&path, ahead).unwrap();
        match rebuild(&log_dir(root.path()), &lock, &Disk::default()) {
            Ok(rebuilt) => assert!(!rebuilt.republished && ahead.len() < longer.len()),
            Err(error) => assert!(matches!(error, LogError::Ahead { .. }), "{error}"),
        }
        assert_eq!(fs::read(&path).unwrap(), ahead);
    }
}

#[test]
fn a_wrong_position_is_the_fault_of_positions_and_the_record_is_read_from_its_volume_all_the_same() {
    let root = scratch();
    long_log(root.path());
    let dir = log_dir(root.path());
    let path = DerivedFile::Positions.path(&dir);
    let right = fs::read(&path).unwrap();
    let reader = Reader::open(&dir).unwrap();
    let last = size(&reader).0 - 1;
    for leaf in [0, 149, 150, last / 2, last] {
        let stored = reader.record(LeafIndex(leaf)).unwrap();
        let at = leaf as usize * 8;
        // far outside of the volume, and inside a frame
        for byte in [0, 7] {
            let mut wrong = right.clone();
            wrong[at + byte] ^= 1;
            fs::write(&path, &wrong).unwrap();
            let stranger = Reader::open(&dir).unwrap();
            assert_eq!(stranger.record(LeafIndex(leaf)).unwrap(), stored, "{leaf}, {byte}");
            let error = stranger.find(stored.record.name(), size(&stranger)).unwrap_err();
            let LogError::Position { path: blamed, offset, .. } = &error else { panic!("{error}") };
            assert_eq!((blamed, *offset), (&path, at as u64));
            assert!(error.is_damage() && error.to_string().contains("`socai rebuild`"), "{error}");
        }
    }
    fs::write(&path, &right).unwrap();
    // a frame that is damaged itself is the volume's fault
    let (volume, stored) = (dir.join("volumes/0000000000.vol"), reader.record(LeafIndex(20)).unwrap());
    let offset = u64::from_be_bytes(right[160..168].try_into().unwrap());
    let mut bytes = fs::read(&volume).unwrap();
    bytes[offset as usize + 40] ^= 1;
    fs::write(&volume, &bytes).unwrap();
    let error = Reader::open(&dir).unwrap().find(stored.record.name(), TreeSize(last)).unwrap_err();
    assert!(
        matches!(&error, LogError::Damaged { path, offset: at, .. } if *path == volume && *at == offset),
        "{error}"
    );
}

#[test]
fn a_start_goes_back_as_far_as_a_derived_file_is_behind() {
    let root = scratch();
    long_log(root.path());
    let dir = log_dir(root.path());
    for (path, bytes) in derived_files(&dir) {
        for len in [0, bytes.len() / 3, bytes.len() - 1] {
            fs::write(&path, &bytes[..len]).unwrap();
            let (writer, _) = open(root.path(), Options { checked_volumes: 1, ..small(150) }).unwrap();
            assert_eq!(fs::read(&path).unwrap(), bytes, "{} cut to {len}", path.display());
            assert_eq!(verify(&writer.reader().unwrap()).unwrap().derived, vec![]);
        }
    }
}

#[test]
fn with_wrong_hashes_no_proof_is_given_out_rather_than_a_wrong_one() {
    let root = scratch();
    long_log(root.path());
    let dir = log_dir(root.path());
    let reader = Reader::open(&dir).unwrap();
    let size = size(&reader);
    let proofs: Vec<_> =
        (0..size.0).map(|leaf| reader.prove_inclusion(LeafIndex(leaf), size).unwrap()).collect();
    let mut refused = 0;
    for level in [0, 1] {
        let path = DerivedFile::Hashes(level).path(&dir);
        let bytes = fs::read(&path).unwrap();
        for at in (0..bytes.len()).step_by(bytes.len() / 3) {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1;
            fs::write(&path, &flipped).unwrap();
            for leaf in (0..size.0).step_by(7) {
                match reader.prove_inclusion(LeafIndex(leaf), size) {
                    Ok(proof) => assert_eq!(proof, proofs[leaf as usize]),
                    Err(error) => {
                        assert!(error.to_string().contains("rebuild"), "{error}");
                        refused += 1;
                    }
                }
            }
            fs::write(&path, &bytes).unwrap();
        }
    }
    assert!(refused > 0);
}

#[test]
fn a_derived_file_that_is_behind_is_said_to_be_behind() {
    let root = scratch();
    long_log(root.path());
    let dir = log_dir(root.path());
    let reader = Reader::open(&dir).unwrap();
    let size = size(&reader);
    fs::write(DerivedFile::Hashes(0).path(&dir), []).unwrap();
    assert!(matches!(reader.prove_inclusion(LeafIndex(0), size), Err(LogError::Behind { .. })));
    let tile = Tile::new(TileKind::Hashes(0), 0, 256).unwrap();
    assert!(matches!(reader.tile(&tile), Err(LogError::Behind { .. })));
    fs::remove_file(DerivedFile::Positions.path(&dir)).unwrap();
    let reader = Reader::open(&dir).unwrap();
    assert!(matches!(reader.record(LeafIndex(5)), Err(LogError::Behind { .. })));
    assert_eq!(reader.committed().unwrap().size, size);
}

#[test]
fn a_wrong_unit_index_is_noticed_and_not_followed() {
    let root = scratch();
    let records = small_log(root.path(), 4, 100);
    let dir = log_dir(root.path());
    let path = DerivedFile::Unit(records[0].header().unit).path(&dir);
    let mut bytes = fs::read(&path).unwrap();
    bytes[7] ^= 1;
    fs::write(&path, bytes).unwrap();
    let reader = Reader::open(&dir).unwrap();
    assert!(
        matches!(reader.leaf_of(records[0].name()), Err(LogError::Name { path: named, .. }) if named == path)
    );
}

#[test]
fn a_flipped_bit_in_an_annex_volume_is_named_with_its_place() {
    let root = scratch();
    small_log(root.path(), 5, 12);
    let dir = log_dir(root.path());
    for (path, bytes) in files(&dir.join("annex")) {
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fs::write(&path, &flipped).unwrap();
            match verify(&Reader::open(&dir).unwrap()) {
                Err(LogError::Damaged { path: named, offset, .. }) => {
                    assert_eq!(named, path);
                    assert!(offset <= bit as u64 / 8);
                }
                other => panic!("bit {bit}: {other:?}"),
            }
        }
        fs::write(&path, [&bytes[..], b"x"].concat()).unwrap();
        let behind = match verify(&Reader::open(&dir).unwrap()) {
            // of the newest volume it may be a batch on its way
            Ok(verified) => verified.annex_tail.map(|tail| (tail.path, tail.offset)),
            Err(LogError::Damaged { path, offset, .. }) => Some((path, offset)),
            Err(other) => panic!("{other}"),
        };
        assert_eq!(behind, Some((path.clone(), bytes.len() as u64)));
        fs::write(&path, &bytes).unwrap();
    }
}

#[test]
fn a_flipped_bit_in_an_annex_never_reaches_a_reader() {
    let root = scratch();
    let records = small_log(root.path(), 5, 100);
    let dir = log_dir(root.path());
    let path = dir.join("annex/0000000000.anx");
    let bytes = fs::read(&path).unwrap();
    let mut flipped = bytes.clone();
    *flipped.last_mut().unwrap() ^= 1;
    fs::write(&path, flipped).unwrap();
    let reader = Reader::open(&dir).unwrap();
    let mut damaged = 0;
    for (leaf, record) in records.iter().enumerate() {
        match reader.annex(LeafIndex(leaf as u64)) {
            Ok(Annex::Present(annex)) => assert_eq!(annex, record.annex()[..]),
            Ok(Annex::None) => assert!(record.annex().is_empty()),
            Ok(Annex::Erased) => panic!("nothing was erased"),
            Err(error) => {
                assert!(error.is_damage());
                damaged += 1;
            }
        }
    }
    assert_eq!(damaged, 1);
}

#[test]
fn a_missing_or_short_annex_volume_stops_the_writer_and_a_longer_one_is_cut() {
    let root = scratch();
    small_log(root.path(), 5, 100);
    let path = log_dir(root.path()).join("annex/0000000000.anx");
    let bytes = fs::read(&path).unwrap();
    for content in [None, Some(&bytes[..bytes.len() - 1])] {
        match content {
            None => fs::remove_file(&path).unwrap(),
            Some(content) => fs::write(&path, content).unwrap(),
        }
        let opened = open(root.path(), small(100)).map(|_| ());
        assert!(
            matches!(&opened, Err(LogError::Damaged { path: named, .. }) if *named == path),
            "{opened:?}"
        );
    }
    fs::write(&path, [&bytes[..], b"annex of a batch that was not committed"].concat()).unwrap();
    let (_, recovery) = open(root.path(), small(100)).unwrap();
    assert_eq!(recovery.cut_annex_bytes, 39);
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

#[test]
fn verification_beside_a_writer_finds_nothing_wrong() {
    let root = scratch();
    let (mut writer, _) = open(root.path(), small(90)).unwrap();
    let dir = log_dir(root.path());
    let stop = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let seen = stop.clone();
    let checking = std::thread::spawn(move || {
        let (mut rounds, mut largest) = (0, TreeSize(0));
        while !seen.load(std::sync::atomic::Ordering::Relaxed) || rounds < 3 {
            let verified = verify(&Reader::open(&dir).unwrap()).unwrap();
            assert_eq!(verified.derived, vec![]);
            assert!(verified.size >= largest);
            (largest, rounds) = (verified.size, rounds + 1);
        }
        rounds
    });
    let mut unit = Unit::new(6);
    for i in 0..1500 {
        append(&mut writer, &unit.segment(1 + i % 3, i % 50 == 0)).unwrap();
        writer.commit(cursor(i as u64)).unwrap();
    }
    stop.store(true, std::sync::atomic::Ordering::Relaxed);
    assert!(checking.join().unwrap() >= 3);
}
