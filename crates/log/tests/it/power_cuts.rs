//! Power cuts between any two changes to the disk, with everything that was not synced lost, kept or torn by chance.
//!
//! A seed that fails is printed.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::collections::BTreeMap;

use crate::common::*;
use crate::crash::{Fate, Recorder};
use socai_log::{Disk, Journal, JournalOptions, Lock, Options, Owner, Reader, verify};
use socai_tlog::{Hash, LeafIndex, Record, TreeSize, UnitNo, UnitSeq};

fn fates(point: usize) -> impl Iterator<Item = Fate> {
    let chances = (0..12).map(move |i| Fate::Chance(point as u64 * 1000 + i));
    [Fate::Lost, Fate::Kept].into_iter().chain(chances)
}

#[test]
fn after_a_power_cut_at_any_point_every_told_commit_is_there_and_the_log_opens() {
    let root = scratch();
    std::fs::create_dir_all(log_dir(root.path())).unwrap();
    let recorder = Recorder::new(&log_dir(root.path()));
    let options = |disk| Options { disk, ..small(6) };
    let segments = segments(10);
    let all: Vec<Record> = segments.iter().flat_map(|(records, _)| records.clone()).collect();
    let mut told: Vec<(usize, TreeSize, Hash)> = Vec::new();
    for life in segments.chunks(4) {
        let (mut writer, _) = open(root.path(), options(recorder.disk())).unwrap();
        told.push((recorder.count(), writer.size(), writer.root()));
        for (i, segment) in life.iter().enumerate() {
            append(&mut writer, segment).unwrap();
            let signed = writer.commit(cursor(i as u64)).unwrap();
            told.push((recorder.count(), signed.size(), *signed.root()));
        }
    }
    let image = scratch();
    for point in 0..=recorder.count() {
        let platter = recorder.platter(point);
        for fate in fates(point) {
            platter.image(fate, &log_dir(image.path()));
            let opened = open(image.path(), options(Default::default()));
            let (mut writer, _) = opened.unwrap_or_else(|error| panic!("change {point}, {fate:?}: {error}"));
            let reader = writer.reader().unwrap();
            let mut roots = BTreeMap::new();
            for (_, size, root) in told.iter().filter(|(at, ..)| *at <= point) {
                assert!(*size <= writer.size(), "change {point}, {fate:?}: {size} was told");
                assert_eq!(reader.root_at(*size).unwrap(), *root, "change {point}, {fate:?}");
                roots.insert(*size, *root);
            }
            assert_eq!(contents(&reader), expected(&all)[..writer.size().0 as usize]);
            assert_eq!(*roots.entry(writer.size()).or_insert(writer.root()), writer.root());
            append(&mut writer, &Unit::new(50).segment(2, true)).unwrap();
            writer.commit(cursor(99)).unwrap();
            assert_eq!(verify(&reader).unwrap().derived, vec![], "change {point}, {fate:?}");
        }
    }
}

/// Writes a log until `hurt` stops it, starts again, and cuts the power: what the second start told must be there.
fn told_by_a_second_start_survives(hurt: impl Fn(&Recorder, usize)) {
    for at in 0.. {
        let root = scratch();
        std::fs::create_dir_all(log_dir(root.path())).unwrap();
        let recorder = Recorder::new(&log_dir(root.path()));
        let options = || Options { disk: recorder.disk(), ..small(6) };
        hurt(&recorder, at);
        let life = || {
            let (mut writer, _) = open(root.path(), options())?;
            for segment in &segments(5) {
                append(&mut writer, segment)?;
                writer.commit(cursor(1))?;
            }
            writer.check()
        };
        let _ = life();
        if recorder.count() < at {
            break;
        }
        recorder.kill_at(usize::MAX);
        let (writer, _) = open(root.path(), options()).unwrap();
        let (size, tree) = (writer.size(), writer.root());
        let image = scratch();
        for fate in fates(at) {
            recorder.platter(recorder.count()).image(fate, &log_dir(image.path()));
            let (again, _) = open(image.path(), small(6)).unwrap();
            assert_eq!((again.size(), again.root()), (size, tree), "change {at}, {fate:?}");
        }
    }
}

#[test]
fn what_a_start_after_a_kill_takes_for_committed_survives_a_power_cut() {
    told_by_a_second_start_survives(|recorder, at| recorder.kill_at(at));
}

#[test]
fn what_a_start_after_a_failed_sync_takes_for_committed_survives_a_power_cut() {
    told_by_a_second_start_survives(|recorder, at| recorder.forget_at(at));
}

#[test]
fn an_annex_committed_by_a_start_after_a_kill_survives_a_power_cut() {
    for at in 0.. {
        let root = scratch();
        std::fs::create_dir_all(log_dir(root.path())).unwrap();
        let recorder = Recorder::new(&log_dir(root.path()));
        let options = || Options { disk: recorder.disk(), ..small(6) };
        recorder.kill_at(at);
        let life = || {
            let (mut writer, _) = open(root.path(), options())?;
            for unit in [4, 5, 6] {
                append(&mut writer, &Unit::new(unit).segment(3, true))?;
                writer.commit(cursor(1))?;
            }
            writer.check()
        };
        let _ = life();
        if recorder.count() < at {
            break;
        }
        recorder.kill_at(usize::MAX);
        let (mut writer, _) = open(root.path(), options()).unwrap();
        append(&mut writer, &Unit::new(50).segment(2, true)).unwrap();
        let size = writer.commit(cursor(2)).unwrap().size();
        let annexes = verify(&writer.reader().unwrap()).unwrap().annexes;
        let image = scratch();
        for fate in fates(at) {
            recorder.platter(recorder.count()).image(fate, &log_dir(image.path()));
            let opened = open(image.path(), small(6));
            let (again, _) = opened.unwrap_or_else(|error| panic!("change {at}, {fate:?}: {error}"));
            let verified = verify(&again.reader().unwrap()).unwrap();
            assert_eq!((verified.size, verified.annexes), (size, annexes), "change {at}, {fate:?}");
        }
    }
}

#[test]
fn a_power_cut_while_an_annex_is_erased_leaves_it_whole_or_erased() {
    let root = scratch();
    std::fs::create_dir_all(log_dir(root.path())).unwrap();
    let recorder = Recorder::new(&log_dir(root.path()));
    let options = |disk| Options { disk, ..small(100) };
    let (mut writer, _) = open(root.path(), options(recorder.disk())).unwrap();
    append(&mut writer, &Unit::new(1).segment(3, true)).unwrap();
    writer.commit(cursor(1)).unwrap();
    let before = recorder.count();
    writer.erase_annex(LeafIndex(2)).unwrap();
    let image = scratch();
    for point in before..=recorder.count() {
        for fate in fates(point) {
            recorder.platter(point).image(fate, &log_dir(image.path()));
            let (writer, _) = open(image.path(), options(Default::default())).unwrap();
            let verified = verify(&writer.reader().unwrap()).unwrap();
            assert_eq!(verified.annexes + verified.erased, 2, "change {point}, {fate:?}");
            assert!(point < recorder.count() || verified.erased == 1);
        }
    }
}

fn owner() -> Owner {
    Owner { origin: origin(), unit: UnitNo(4), genesis: unit_genesis(4) }
}

#[test]
fn after_a_power_cut_at_any_point_every_sealed_segment_is_in_the_journal() {
    let root = scratch();
    let dir = root.path().join("journal");
    std::fs::create_dir_all(&dir).unwrap();
    let recorder = Recorder::new(&dir);
    let lock = |root: &std::path::Path| Lock::acquire(&root.join("lock")).unwrap();
    let options = |disk| JournalOptions { disk, file_records: 5 };
    let mut unit = Unit::new(4);
    let segments: Vec<_> = (0..9).map(|i| unit.segment(1 + i % 3, i % 2 == 0)).collect();
    let mut sealed = vec![(recorder.count(), UnitSeq(0))];
    for life in segments.chunks(3) {
        let opened = Journal::open(&dir, owner(), &lock(root.path()), options(recorder.disk()));
        let (mut journal, _) = opened.unwrap();
        for (records, signature) in life {
            let head = journal.append(records, signature).unwrap();
            sealed.push((recorder.count(), head.next_seq));
        }
    }
    let image = scratch();
    for point in 0..=recorder.count() {
        let platter = recorder.platter(point);
        for fate in fates(point) {
            platter.image(fate, &image.path().join("journal"));
            let dir = image.path().join("journal");
            let opened = Journal::open(&dir, owner(), &lock(image.path()), options(Default::default()));
            let (mut journal, _) = opened.unwrap_or_else(|error| panic!("change {point}, {fate:?}: {error}"));
            let told = sealed.iter().filter(|(at, _)| *at <= point).map(|(_, next)| *next).max().unwrap();
            assert!(journal.head().next_seq >= told, "change {point}, {fate:?}");
            let missing =
                segments.iter().filter(|(records, _)| records[0].header().seq >= journal.head().next_seq);
            for (records, signature) in missing.collect::<Vec<_>>() {
                journal.append(records, signature).unwrap();
            }
            let got = journal.segments(UnitSeq(0)).unwrap().map(|segment| segment.unwrap());
            let got: Vec<_> = got.map(|segment| (segment.records, segment.signature)).collect();
            assert_eq!(got, segments, "change {point}, {fate:?}");
        }
    }
}

#[test]
fn a_segment_sealed_by_a_start_after_a_kill_survives_a_power_cut() {
    for at in 0.. {
        let root = scratch();
        let dir = root.path().join("journal");
        std::fs::create_dir_all(&dir).unwrap();
        let recorder = Recorder::new(&dir);
        let open = |root: &std::path::Path, disk| {
            let lock = Lock::acquire(&root.join("lock")).unwrap();
            let options = JournalOptions { disk, file_records: 5 };
            Journal::open(&root.join("journal"), owner(), &lock, options)
        };
        recorder.kill_at(at);
        let mut unit = Unit::new(4);
        let segments: Vec<_> = (0..4).map(|_| unit.segment(2, true)).collect();
        let life = || {
            let (mut journal, _) = open(root.path(), recorder.disk())?;
            segments
                .iter()
                .try_for_each(|(records, signature)| journal.append(records, signature).map(|_| ()))
        };
        let _ = life();
        if recorder.count() < at {
            break;
        }
        recorder.kill_at(usize::MAX);
        let (mut journal, _) = open(root.path(), recorder.disk()).unwrap();
        let next = journal.head().next_seq;
        for (records, signature) in segments.iter().filter(|(records, _)| records[0].header().seq >= next) {
            journal.append(records, signature).unwrap();
        }
        let image = scratch();
        for fate in fates(at) {
            recorder.platter(recorder.count()).image(fate, &image.path().join("journal"));
            let opened = open(image.path(), Disk::default());
            let (again, _) = opened.unwrap_or_else(|error| panic!("change {at}, {fate:?}: {error}"));
            assert_eq!(again.head().next_seq, UnitSeq(8), "change {at}, {fate:?}");
        }
    }
}

#[test]
fn a_reader_of_a_log_after_a_power_cut_sees_a_commit_even_before_the_writer_starts() {
    let root = scratch();
    std::fs::create_dir_all(log_dir(root.path())).unwrap();
    let recorder = Recorder::new(&log_dir(root.path()));
    let options = Options { disk: recorder.disk(), ..small(6) };
    let (mut writer, _) = open(root.path(), options).unwrap();
    let created = recorder.count();
    let segments = segments(8);
    for segment in &segments {
        append(&mut writer, segment).unwrap();
        writer.commit(cursor(1)).unwrap();
    }
    let all: Vec<Record> = segments.iter().flat_map(|(records, _)| records.clone()).collect();
    let image = scratch();
    for point in created..=recorder.count() {
        for fate in fates(point) {
            recorder.platter(point).image(fate, image.path());
            let reader = Reader::open(image.path()).unwrap();
            assert_eq!(
                contents(&reader),
                expected(&all)[..size(&reader).0 as usize],
                "change {point}, {fate:?}"
            );
        }
    }
}
