//! A unit's journal: what was sealed comes back, whatever happened to the machine.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::{fs, io::ErrorKind, path::Path, sync::Arc};

use crate::common::*;
use socai_log::{
    Disk, Faults, Journal, JournalOptions, JournalReader, JournalRecovery, Lock, LogError, Op, Owner, Verdict,
};
use socai_tlog::{
    ChainHead, Origin, Record, SealingKey, Segment, SigningKey, UnitNo, UnitSeq, encode_segment,
};

type Sealed = (Vec<Record>, [u8; 64]);

fn owner() -> Owner {
    Owner { origin: origin(), unit: UnitNo(4), genesis: unit_genesis(4) }
}

fn open_as(
    root: &Path,
    owner: Owner,
    options: JournalOptions,
) -> Result<(Journal, JournalRecovery), LogError> {
    let lock = Lock::acquire(&root.join("lock"))?;
    Journal::open(&root.join("journal"), owner, &lock, options)
}

fn files_of(file_records: u64) -> JournalOptions {
    JournalOptions { file_records, ..JournalOptions::default() }
}

fn open_journal(root: &Path, file_records: u64) -> Result<(Journal, JournalRecovery), LogError> {
    open_as(root, owner(), files_of(file_records))
}

fn seal(count: usize) -> Vec<Sealed> {
    let mut unit = Unit::new(4);
    (0..count).map(|i| unit.segment(1 + i % 4, i % 2 == 0)).collect()
}

fn journal_of(root: &Path, file_records: u64, segments: &[Sealed]) -> Journal {
    let (mut journal, _) = open_journal(root, file_records).unwrap();
    append_all(&mut journal, segments);
    journal
}

fn append_all(journal: &mut Journal, segments: &[Sealed]) {
    for (records, signature) in segments {
        journal.append(records, signature).unwrap();
    }
}

fn read(reader: &JournalReader, from: u64) -> Vec<Sealed> {
    let segments = reader.segments(UnitSeq(from)).unwrap();
    segments.map(|segment| segment.unwrap()).map(|segment| (segment.records, segment.signature)).collect()
}

#[test]
fn every_segment_comes_back_as_it_was_sealed_from_one_file_and_from_many() {
    let segments = seal(30);
    for file_records in [1 << 20, 9, 1] {
        let root = scratch();
        let journal = journal_of(root.path(), file_records, &segments);
        assert_eq!(read(&journal.reader(), 0), segments);
        let head = journal.head();
        assert_eq!(head, ChainHead::after(segments[29].0.last().unwrap()));
        drop(journal);
        let (journal, recovery) = open_journal(root.path(), file_records).unwrap();
        assert_eq!(recovery, JournalRecovery { created: false, head, cut_bytes: 0 });
        assert_eq!(read(&journal.reader(), 0), segments);
        assert_eq!(read(&JournalReader::open(&root.path().join("journal")).unwrap(), 0), segments);
    }
}

#[test]
fn from_any_record_on_what_comes_back_are_segments_that_verify() {
    let segments = seal(20);
    let all: Vec<Record> = segments.iter().flat_map(|(records, _)| records.clone()).collect();
    let sealing = SealingKey::of(&SigningKey::from_bytes(&[5; 32]));
    for file_records in [1 << 20, 7] {
        let root = scratch();
        let journal = journal_of(root.path(), file_records, &segments);
        for from in 0..=all.len() {
            let got = read(&journal.reader(), from as u64);
            let records: Vec<Record> = got.iter().flat_map(|(records, _)| records.clone()).collect();
            assert_eq!(records, all[from..]);
            for (records, signature) in got {
                let bytes = encode_segment(&records, &signature).unwrap();
                Segment::parse(bytes).unwrap().verify(&origin(), &sealing).unwrap();
            }
        }
    }
}

#[test]
fn a_journal_of_another_unit_ledger_or_chain_is_refused() {
    let root = scratch();
    journal_of(root.path(), 100, &seal(2));
    let other_ledger = Owner { origin: Origin::new("so-cai.example/khac").unwrap(), ..owner() };
    let other_unit = Owner { unit: UnitNo(5), ..owner() };
    let other_key = Owner { genesis: unit_genesis(5), ..owner() };
    for (other, what) in [(other_ledger, "ledger"), (other_unit, "unit"), (other_key, "genesis")] {
        match open_as(root.path(), other, files_of(100)).map(|_| ()) {
            Err(error @ LogError::Foreign { .. }) => assert!(error.to_string().contains(what), "{error}"),
            other => panic!("{other:?}"),
        }
    }
    open_journal(root.path(), 100).unwrap();
}

#[test]
fn records_that_do_not_continue_the_head_are_refused_and_change_nothing() {
    let root = scratch();
    let segments = seal(4);
    let mut journal = journal_of(root.path(), 100, &segments[..2]);
    let head = journal.head();
    for wrong in [&segments[1], &segments[3]] {
        assert!(matches!(journal.append(&wrong.0, &wrong.1), Err(LogError::NotNext { .. })));
    }
    assert!(matches!(journal.append(&[], &[0; 64]), Err(LogError::Misuse(_))));
    let mut gap = segments[2].0.clone();
    gap.extend(seal(6)[5].0.clone());
    assert!(matches!(journal.append(&gap, &[0; 64]), Err(LogError::NotNext { .. })));
    assert_eq!(journal.head(), head);
    journal.append(&segments[2].0, &segments[2].1).unwrap();
    assert_eq!(read(&journal.reader(), 0), segments[..3]);
}

#[test]
fn cut_at_any_byte_a_journal_keeps_every_segment_before_and_goes_on() {
    let segments = seal(6);
    let root = scratch();
    drop(journal_of(root.path(), 1000, &segments));
    let dir = root.path().join("journal");
    let bytes = fs::read(dir.join("0000000000.jnl")).unwrap();
    let head_len = 9 + u32::from_be_bytes(bytes[..4].try_into().unwrap()) as usize;
    let copy_root = scratch();
    let mut lens = std::collections::BTreeSet::new();
    for len in 0..=bytes.len() {
        copy(root.path(), copy_root.path());
        fs::write(copy_root.path().join("journal/0000000000.jnl"), &bytes[..len]).unwrap();
        if len < bytes.len() {
            // what was sealed is missing, and the note of the end says so
            let error = open_journal(copy_root.path(), 1000).map(|_| ()).unwrap_err();
            assert!(error.is_damage() && error.to_string().contains("0000000000.jnl"), "{error}");
        }
        fs::remove_file(copy_root.path().join("journal/end")).unwrap();
        match open_journal(copy_root.path(), 1000) {
            Err(error) => assert!(len < head_len && error.is_damage(), "cut at {len}: {error}"),
            Ok((mut journal, _)) => {
                let kept = read(&journal.reader(), 0);
                assert_eq!(kept, segments[..kept.len()]);
                lens.insert(kept.len());
                for (records, signature) in &segments[kept.len()..] {
                    journal.append(records, signature).unwrap();
                }
                assert_eq!(read(&journal.reader(), 0), segments);
            }
        }
    }
    assert_eq!(lens.len(), segments.len() + 1);
}

#[test]
fn no_flipped_bit_in_a_journal_gives_another_record_or_loses_one_that_was_sealed() {
    let segments = seal(5);
    let root = scratch();
    drop(journal_of(root.path(), 1000, &segments));
    let path = root.path().join("journal/0000000000.jnl");
    let bytes = fs::read(&path).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &flipped).unwrap();
        let error = open_journal(root.path(), 1000).map(|_| ()).unwrap_err();
        assert!(error.to_string().contains("0000000000.jnl"), "bit {bit}: {error}");
        assert!(error.is_damage() || matches!(error, LogError::Foreign { .. }), "bit {bit}: {error}");
        assert_eq!(fs::read(&path).unwrap(), flipped, "a damaged journal must not be changed");
        if let Ok(reader) = JournalReader::open(&root.path().join("journal")) {
            let read: Result<Vec<_>, _> = reader.segments(UnitSeq(0)).and_then(Iterator::collect);
            assert!(read.is_err(), "bit {bit}");
        }
    }
}

#[test]
fn a_flipped_bit_in_the_note_of_the_end_is_noticed_or_harmless() {
    let segments = seal(3);
    let root = scratch();
    drop(journal_of(root.path(), 1000, &segments));
    let path = root.path().join("journal/end");
    let bytes = fs::read(&path).unwrap();
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        fs::write(&path, &flipped).unwrap();
        let (journal, _) = open_journal(root.path(), 1000).unwrap();
        assert_eq!(read(&journal.reader(), 0), segments);
        assert_eq!(fs::read(&path).unwrap(), bytes);
    }
}

#[test]
fn a_note_of_the_end_or_of_an_erasure_that_cannot_be_read_stops_the_journal() {
    let segments = seal(3);
    let root = scratch();
    drop(journal_of(root.path(), 1000, &segments));
    for name in ["end", "erasing"] {
        let (path, aside) = (root.path().join("journal").join(name), root.path().join("aside"));
        let was_there = fs::rename(&path, &aside).is_ok();
        fs::create_dir(&path).unwrap(); // a directory cannot be read as a file, by nobody
        match open_journal(root.path(), 1000).map(|_| ()) {
            Err(LogError::Io { path: told, action: "read", .. }) => assert_eq!(told, path),
            other => panic!("{name}: {other:?}"),
        }
        fs::remove_dir(&path).unwrap();
        if was_there {
            fs::rename(&aside, &path).unwrap();
        }
    }
    assert_eq!(read(&open_journal(root.path(), 1000).unwrap().0.reader(), 0), segments);
}

#[test]
fn a_journal_restored_from_an_older_copy_opens_at_its_older_end() {
    let segments = seal(6);
    let (root, old) = (scratch(), scratch());
    let mut journal = journal_of(root.path(), 1000, &segments[..3]);
    copy(&root.path().join("journal"), old.path());
    append_all(&mut journal, &segments[3..]);
    drop(journal);
    // the journal alone: the note beside it knows better
    fs::copy(old.path().join("0000000000.jnl"), root.path().join("journal/0000000000.jnl")).unwrap();
    assert!(matches!(open_journal(root.path(), 1000), Err(LogError::JournalShort { .. })));
    // the whole directory: the district's head will tell; what is missing comes back by append
    copy(old.path(), &root.path().join("journal"));
    let (mut journal, _) = open_journal(root.path(), 1000).unwrap();
    assert_eq!(read(&journal.reader(), 0), segments[..3]);
    append_all(&mut journal, &segments[3..]);
    assert_eq!(read(&journal.reader(), 0), segments);
}

#[test]
fn records_that_come_back_without_their_erased_annex_are_kept_so() {
    let root = scratch();
    let segments = seal(1);
    let (records, signature) = &segments[0];
    let restored = |record: &Record| {
        Record::restored(*record.header_bytes(), record.facts().clone(), bytes::Bytes::new()).unwrap()
    };
    let without: Vec<Record> = records.iter().map(restored).collect();
    assert!(without[0].annex_erased());
    let (mut journal, _) = open_journal(root.path(), 100).unwrap();
    journal.append(&without, signature).unwrap();
    drop(journal);
    let (journal, _) = open_journal(root.path(), 100).unwrap();
    assert_eq!(read(&journal.reader(), 0), vec![(without, *signature)]);
}

#[test]
fn an_erased_annex_is_gone_from_the_journal_and_its_record_is_not() {
    let segments = seal(20);
    for file_records in [1000, 6] {
        let root = scratch();
        let mut journal = journal_of(root.path(), file_records, &segments);
        let all: Vec<Record> = segments.iter().flat_map(|(records, _)| records.clone()).collect();
        for record in &all {
            journal.erase_annex(record.header().seq).unwrap();
        }
        assert!(matches!(journal.erase_annex(UnitSeq(all.len() as u64)), Err(LogError::NoRecord { .. })));
        drop(journal);
        let (journal, _) = open_journal(root.path(), file_records).unwrap();
        let got: Vec<Record> =
            read(&journal.reader(), 0).into_iter().flat_map(|(records, _)| records).collect();
        for (got, sealed) in got.iter().zip(&all) {
            assert_eq!(got.header_bytes(), sealed.header_bytes());
            assert_eq!(got.facts(), sealed.facts());
            assert!(got.annex().is_empty());
        }
        for (path, bytes) in files(&root.path().join("journal")) {
            for record in all.iter().filter(|record| !record.annex().is_empty()) {
                let annex = record.annex();
                assert!(!bytes.windows(annex.len()).any(|window| window == &annex[..]), "{}", path.display());
            }
        }
    }
}

#[test]
fn an_annex_is_erased_by_its_digest_in_whatever_file_and_under_whatever_number_it_lies() {
    let segments = seal(20);
    for file_records in [1000, 6] {
        let root = scratch();
        let dir = root.path().join("journal");
        drop(journal_of(root.path(), file_records, &segments));
        let all: Vec<Record> = segments.iter().flat_map(|(records, _)| records.clone()).collect();
        let with = || all.iter().filter(|record| !record.annex().is_empty());
        assert!(with().count() > 2);
        let victim = with().nth(1).unwrap();
        let holds = |annex: &[u8]| {
            files(&dir).iter().any(|(_, bytes)| bytes.windows(annex.len()).any(|window| window == annex))
        };
        assert!(holds(victim.annex()));
        let erase = || socai_log::erase_annexes(&dir, &Disk::default(), victim.header().annex).unwrap();
        assert_eq!((erase(), erase()), (1, 0), "once, and then there is nothing to erase");
        assert!(!holds(victim.annex()));
        assert!(with().filter(|other| other.name() != victim.name()).all(|other| holds(other.annex())));
        assert_eq!(open_journal(root.path(), file_records).unwrap().1.cut_bytes, 0);
    }
}

#[test]
fn an_erasure_by_digest_that_was_cut_short_is_made_good_by_doing_it_again() {
    /// The disk fails at the nth change and stays so.
    struct Nth(std::sync::atomic::AtomicUsize);
    impl Faults for Nth {
        fn verdict(&self, _: Op<'_>) -> Verdict {
            let left = self.0.fetch_update(
                std::sync::atomic::Ordering::SeqCst,
                std::sync::atomic::Ordering::SeqCst,
                |left| Some(left.saturating_sub(1)),
            );
            match left {
                Ok(0) => Verdict::Lose(std::io::ErrorKind::Other),
                _ => Verdict::Do,
            }
        }
    }
    let segments = seal(6);
    let mut changes = 0;
    loop {
        let root = scratch();
        let dir = root.path().join("journal");
        drop(journal_of(root.path(), 1000, &segments));
        let victim =
            segments.iter().flat_map(|(records, _)| records).find(|r| !r.annex().is_empty()).unwrap();
        let digest = victim.header().annex;
        let failing = Disk::with_faults(std::sync::Arc::new(Nth(changes.into())));
        let was_cut_short = socai_log::erase_annexes(&dir, &failing, digest).is_err();
        socai_log::erase_annexes(&dir, &Disk::default(), digest).unwrap();
        let annex = victim.annex();
        assert!(files(&dir).iter().all(|(_, bytes)| !bytes.windows(annex.len()).any(|w| w == &annex[..])));
        assert!(!dir.join("erasing").exists());
        open_journal(root.path(), 1000).unwrap();
        if !was_cut_short {
            break;
        }
        changes += 1;
    }
    assert!(changes > 5, "{changes} places to fail at");
}

#[test]
fn a_reader_gives_nothing_that_is_not_on_the_disk_yet() {
    /// Looks at the journal while its segment is written and not synced.
    struct Peek(std::sync::Mutex<Option<JournalReader>>, std::sync::atomic::AtomicUsize);
    impl Faults for Peek {
        fn verdict(&self, op: Op<'_>) -> Verdict {
            if let (Op::Sync(_), Some(reader)) = (op, &*self.0.lock().unwrap()) {
                let seen = reader.segments(UnitSeq(0)).unwrap().count();
                self.1.fetch_add(seen + 100, std::sync::atomic::Ordering::SeqCst);
            }
            Verdict::Do
        }
    }
    let root = scratch();
    let peek = Arc::new(Peek(Default::default(), Default::default()));
    let options = JournalOptions { disk: Disk::with_faults(peek.clone()), ..files_of(1000) };
    let (mut journal, _) = open_as(root.path(), owner(), options).unwrap();
    let segments = seal(3);
    journal.append(&segments[0].0, &segments[0].1).unwrap();
    *peek.0.lock().unwrap() = Some(journal.reader());
    journal.append(&segments[1].0, &segments[1].1).unwrap();
    assert_eq!(peek.1.load(std::sync::atomic::Ordering::SeqCst), 101);
    assert_eq!(read(&journal.reader(), 0), segments[..2]);
}

/// Fails the change with this number, counted from 0.
struct FailAt(std::sync::atomic::AtomicUsize, Verdict);

impl Faults for FailAt {
    fn verdict(&self, _: Op<'_>) -> Verdict {
        match self.0.fetch_sub(1, std::sync::atomic::Ordering::SeqCst) == 0 {
            true => self.1,
            false => Verdict::Do,
        }
    }
}

#[test]
fn after_any_one_failure_the_journal_reopens_with_all_that_was_sealed_and_goes_on() {
    let segments = seal(8);
    let kinds = [ErrorKind::Other, ErrorKind::StorageFull];
    let verdicts = kinds.into_iter().flat_map(|kind| {
        [Verdict::Lose(kind), Verdict::DoThenFail(kind), Verdict::Cut(1, kind), Verdict::Cut(300, kind)]
    });
    for verdict in verdicts {
        for at in 0..60 {
            let root = scratch();
            let disk = Disk::with_faults(Arc::new(FailAt(at.into(), verdict)));
            let mut sealed = 0;
            if let Ok((mut journal, _)) =
                open_as(root.path(), owner(), JournalOptions { disk, ..files_of(5) })
            {
                for (records, signature) in &segments {
                    match journal.append(records, signature) {
                        Ok(head) => sealed = head.next_seq.0,
                        Err(_) => {
                            let again = journal.append(records, signature);
                            assert!(matches!(again, Err(LogError::Poisoned { .. })));
                            break;
                        }
                    }
                }
            }
            let (mut journal, _) = open_journal(root.path(), 5).unwrap();
            let next = journal.head().next_seq;
            assert!(next.0 >= sealed, "change {at}, {verdict:?}");
            for (records, signature) in segments.iter().filter(|(records, _)| records[0].header().seq >= next)
            {
                journal.append(records, signature).unwrap();
            }
            assert_eq!(read(&journal.reader(), 0), segments, "change {at}, {verdict:?}");
        }
    }
}
