//! What goes in comes out: records, proofs, tiles, annexes; over volumes; while the log grows.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use crate::common::*;
use bytes::Bytes;
use socai_log::{Annex, Item, LogError, NewEntry, Reader, verify};
use socai_tlog::{
    Entry, EventName, LeafIndex, MemoryTree, Tile, TileKind, TreeSize, UnitNo, bundled, entry_hash,
    prove_consistency, prove_inclusion,
};

#[test]
fn every_record_comes_back_in_order_from_one_volume_and_from_many() {
    for volume_records in [1 << 20, 7, 1] {
        let root = scratch();
        let records = small_log(root.path(), 9, volume_records);
        let reader = Reader::open(&log_dir(root.path())).unwrap();
        assert_eq!(contents(&reader), expected(&records));
        assert_eq!(reader.newest_volume() > 0, volume_records < 100);
        for (i, record) in records.iter().enumerate() {
            let leaf = LeafIndex(i as u64);
            let stored = reader.record(leaf).unwrap();
            assert_eq!(stored.record.facts(), record.facts());
            assert_eq!(stored.record.header_bytes(), record.header_bytes());
            assert_eq!(reader.leaf_of(record.name()).unwrap(), leaf);
            let annex = match record.annex() {
                none if none.is_empty() => Annex::None,
                annex => Annex::Present(annex.to_vec()),
            };
            assert_eq!(reader.annex(leaf).unwrap(), annex);
        }
        assert_eq!(verify(&reader).unwrap().derived, vec![]);
    }
}

#[test]
fn a_scan_from_any_leaf_to_any_later_one_gives_exactly_those_records() {
    let root = scratch();
    let records = small_log(root.path(), 7, 5);
    let reader = Reader::open(&log_dir(root.path())).unwrap();
    let all = expected(&records);
    for from in 0..=all.len() {
        for to in from..=all.len() {
            let mut got = Vec::new();
            let each = |record: socai_log::RecordRef<'_>| {
                got.push((record.name().to_string(), record.facts().to_vec()));
                Ok::<_, LogError>(())
            };
            reader.for_each(LeafIndex(from as u64), TreeSize(to as u64), each).unwrap();
            assert_eq!(got, all[from..to], "{from}..{to}");
        }
    }
}

#[test]
fn a_scan_works_without_the_positions_file_or_with_a_wrong_one() {
    let root = scratch();
    let records = small_log(root.path(), 7, 5);
    let all = expected(&records);
    let positions = log_dir(root.path()).join("positions");
    let mut bytes = std::fs::read(&positions).unwrap();
    bytes[8 * 12..8 * 13].copy_from_slice(&[0, 0, 0, 0, 0, 0, 0, 99]);
    std::fs::write(&positions, &bytes).unwrap();
    for remove in [false, true] {
        if remove {
            std::fs::remove_file(&positions).unwrap();
        }
        let reader = Reader::open(&log_dir(root.path())).unwrap();
        let mut got = Vec::new();
        let each = |record: socai_log::RecordRef<'_>| {
            got.push((record.name().to_string(), record.facts().to_vec()));
            Ok::<_, LogError>(())
        };
        reader.for_each(LeafIndex(12), TreeSize(all.len() as u64), each).unwrap();
        assert_eq!(got, all[12..]);
    }
}

#[test]
fn proofs_and_tiles_are_those_of_the_same_tree_in_memory() {
    let root = scratch();
    let (mut writer, _) = open(root.path(), small(200)).unwrap();
    let (mut unit, mut tree) = (Unit::new(4), MemoryTree::default());
    for i in 0..90 {
        let segment = unit.segment(1 + i % 13, false);
        let first = writer.next_leaf();
        append(&mut writer, &segment).unwrap();
        writer.commit(cursor(i as u64)).unwrap();
        let reader = writer.reader().unwrap();
        for leaf in first.0..writer.size().0 {
            let stored = reader.record(LeafIndex(leaf)).unwrap();
            tree.extend([entry_hash(
                stored.received_at_ms,
                stored.record.header_bytes(),
                stored.signature.as_ref(),
            )]);
        }
        assert_eq!(writer.root(), tree.root());
    }
    let (reader, size) = (writer.reader().unwrap(), writer.size());
    assert!(size.0 > 512);
    for n in (1..=size.0).step_by(37).chain([256, 257, 512, size.0]) {
        let at = TreeSize(n);
        assert_eq!(reader.prove_consistency(at, size).unwrap(), prove_consistency(&tree, at, size).unwrap());
        for leaf in (0..n).step_by(61) {
            let leaf = LeafIndex(leaf);
            assert_eq!(reader.prove_inclusion(leaf, at).unwrap(), prove_inclusion(&tree, leaf, at).unwrap());
        }
    }
    check_tiles(&reader, size);
}

fn check_tiles(reader: &Reader, size: TreeSize) {
    for tile in Tile::tree(size) {
        let bytes = reader.tile(&tile).unwrap().unwrap();
        match tile.kind() {
            TileKind::Hashes(_) => assert_eq!(bytes.len(), usize::from(tile.width()) * 32),
            TileKind::Entries => {
                let entries: Vec<_> = bundled(&bytes).map(Result::unwrap).collect();
                assert_eq!(entries.len(), usize::from(tile.width()));
                for (i, entry) in entries.into_iter().enumerate() {
                    let leaf = LeafIndex(tile.index() * 256 + i as u64);
                    let stored = reader.record(leaf).unwrap();
                    let decoded = Entry::decode(entry).unwrap();
                    assert_eq!(&decoded.header_bytes, stored.record.header_bytes());
                    assert_eq!(decoded.signature, stored.signature);
                    assert_eq!(decoded.received_at_ms, stored.received_at_ms);
                }
            }
        }
    }
    let beyond = Tile::new(TileKind::Entries, size.0 / 256 + 1, 1).unwrap();
    assert_eq!(reader.tile(&beyond).unwrap(), None);
}

#[test]
fn a_log_without_entries_has_a_signed_checkpoint() {
    let root = scratch();
    let (writer, recovery) = open(root.path(), small(5)).unwrap();
    assert!(recovery.created);
    assert_eq!(writer.size(), TreeSize(0));
    let committed = writer.reader().unwrap().committed().unwrap();
    assert_eq!(committed.checkpoint, writer.checkpoint().to_string().into_bytes());
    assert_eq!(committed.root, socai_tlog::empty_root());
}

#[test]
fn a_commit_without_records_moves_the_cursor_only() {
    let root = scratch();
    let records = small_log(root.path(), 3, 100);
    let (mut writer, _) = open(root.path(), small(100)).unwrap();
    let before = writer.checkpoint().clone();
    assert_eq!(writer.cursor(), cursor(3));
    assert_eq!(writer.commit(cursor(8)).unwrap(), before);
    drop(writer);
    let (writer, _) = open(root.path(), small(100)).unwrap();
    assert_eq!(writer.cursor(), cursor(8));
    assert_eq!(writer.size().0, records.len() as u64);
    let reader = writer.reader().unwrap();
    assert_eq!(reader.committed().unwrap().cursor, cursor(8));
    assert_eq!(verify(&reader).unwrap().derived, vec![]);
}

#[test]
fn a_reader_opened_before_sees_each_commit_and_nothing_before_it() {
    let root = scratch();
    let (mut writer, _) = open(root.path(), small(6)).unwrap();
    let reader = writer.reader().unwrap();
    for (i, segment) in segments(20).iter().enumerate() {
        let before = writer.size();
        append(&mut writer, segment).unwrap();
        assert_eq!(size(&reader), before);
        writer.commit(cursor(i as u64)).unwrap();
        assert_eq!(size(&reader), writer.size());
        assert_eq!(reader.committed().unwrap().root, writer.root());
    }
}

#[test]
fn the_next_batch_may_be_built_while_the_last_is_synced() {
    let root = scratch();
    let (mut writer, _) = open(root.path(), small(11)).unwrap();
    let segments = segments(40);
    let mut sizes = Vec::new();
    for (i, segment) in segments.iter().enumerate() {
        append(&mut writer, segment).unwrap();
        if i > 0 {
            sizes.push(writer.finish_commit().unwrap().size());
        }
        writer.begin_commit(cursor(i as u64)).unwrap();
        assert!(matches!(writer.begin_commit(cursor(0)), Err(LogError::Misuse(_))));
    }
    sizes.push(writer.finish_commit().unwrap().size());
    assert!(sizes.is_sorted() && sizes.len() == 40);
    let records: Vec<_> = segments.into_iter().flat_map(|(records, _)| records).collect();
    let reader = writer.reader().unwrap();
    assert_eq!(contents(&reader), expected(&records));
    assert_eq!(verify(&reader).unwrap().size, writer.size());
}

#[test]
fn a_record_that_does_not_continue_its_chain_or_comes_too_early_is_refused_and_changes_nothing() {
    let root = scratch();
    let (mut writer, _) = open(root.path(), small(100)).unwrap();
    let mut unit = Unit::new(2);
    let first = unit.segment(3, false);
    append(&mut writer, &first).unwrap();
    let (skipped, mut second) = (unit.seal(false), unit.segment(1, false));
    let heads = writer.heads();
    let refused = append(&mut writer, &second).unwrap_err();
    assert!(
        matches!(refused, LogError::NotNext { expected, .. } if Some(expected) == writer.head(UnitNo(2)))
    );
    let mut fork = Unit::new(2);
    fork.segment(2, true);
    second = fork.segment(1, false);
    assert!(matches!(append(&mut writer, &second), Err(LogError::NotNext { .. })));
    let late = NewEntry { received_at_ms: 1, record: &skipped, signature: None };
    assert!(matches!(writer.append(&late), Err(LogError::TimeBackwards { got: 1, .. })));
    assert_eq!(writer.heads(), heads);
    writer.commit(cursor(1)).unwrap();
    assert_eq!(contents(&writer.reader().unwrap()), expected(&first.0));
}

#[test]
fn a_unit_starts_with_its_record_0() {
    let root = scratch();
    let (mut writer, _) = open(root.path(), small(100)).unwrap();
    let mut unit = Unit::new(2);
    unit.seal(false);
    assert!(matches!(append(&mut writer, &unit.segment(1, false)), Err(LogError::NotNext { .. })));
}

#[test]
fn an_erased_annex_is_gone_from_the_disk_and_everything_still_verifies() {
    let root = scratch();
    let records = small_log(root.path(), 6, 4);
    let (mut writer, _) = open(root.path(), small(4)).unwrap();
    let with_annex = records.iter().position(|record| !record.annex().is_empty()).unwrap();
    let annex: &Bytes = records[with_annex].annex();
    let leaf = LeafIndex(with_annex as u64);
    let root_before = writer.root();
    for _ in 0..2 {
        writer.erase_annex(leaf).unwrap();
        let reader = writer.reader().unwrap();
        assert_eq!(reader.annex(leaf).unwrap(), Annex::Erased);
        let verified = verify(&reader).unwrap();
        assert_eq!((verified.erased, verified.root), (1, root_before));
    }
    for (path, bytes) in files(&log_dir(root.path())) {
        assert!(!bytes.windows(annex.len()).any(|window| window == &annex[..]), "{}", path.display());
    }
}

#[test]
fn chunks_give_every_frame_with_its_place_and_may_go_to_other_threads() {
    let root = scratch();
    let records = small_log(root.path(), 12, 9);
    let reader = Reader::open(&log_dir(root.path())).unwrap();
    let size = size(&reader);
    let threads: Vec<_> = reader
        .scan(LeafIndex(0), size)
        .unwrap()
        .map(|chunk| {
            let chunk = chunk.unwrap();
            std::thread::spawn(move || {
                let mut counts = (0, 0, 0, 0);
                for item in chunk.items() {
                    match item.unwrap().1 {
                        Item::Head(_) => counts.0 += 1,
                        Item::Record(_) => counts.1 += 1,
                        Item::Commit(_) => counts.2 += 1,
                        Item::End(_) => counts.3 += 1,
                    }
                }
                counts
            })
        })
        .collect();
    let counts = threads.into_iter().map(|thread| thread.join().unwrap());
    let sum = counts.fold((0, 0, 0, 0), |a, b| (a.0 + b.0, a.1 + b.1, a.2 + b.2, a.3 + b.3));
    let volumes = reader.newest_volume() + 1;
    // one commit each, and the signed empty tree of volume 0
    assert_eq!(sum, (volumes, records.len(), 13, volumes - 1));
}

#[test]
fn a_name_that_is_not_there_is_said_to_be_missing() {
    let root = scratch();
    let records = small_log(root.path(), 3, 100);
    let reader = Reader::open(&log_dir(root.path())).unwrap();
    for name in [EventName::new(5, 0), EventName::new(3, 999)] {
        assert!(matches!(reader.leaf_of(name), Err(LogError::NoRecord { .. })));
    }
    let end = LeafIndex(records.len() as u64);
    assert!(matches!(reader.record(end), Err(LogError::Outside { .. })));
    assert!(matches!(
        reader.prove_inclusion(LeafIndex(0), TreeSize(end.0 + 1)),
        Err(LogError::Outside { .. })
    ));
}

#[test]
fn a_second_writer_is_kept_out_and_readers_are_not() {
    let root = scratch();
    let (_writer, _) = open(root.path(), small(5)).unwrap();
    assert!(matches!(open(root.path(), small(5)), Err(LogError::Locked { .. })));
    Reader::open(&log_dir(root.path())).unwrap();
}
