//! Every write, sync, rename and truncation fails once, lost or done but reported failed or cut short.
//!
//! After each: what was told to anybody is still there, no size has two roots, and the log goes on.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::{
    collections::BTreeMap,
    io::ErrorKind,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::common::*;
use socai_log::{Disk, Faults, LogError, Op, Options, Reader, Verdict, Writer, verify};
use socai_tlog::{Hash, LeafIndex, Record, TreeSize};

/// Fails the change with this number, counted from 0.
struct FailOnce {
    count: AtomicUsize,
    at: usize,
    verdict: Verdict,
}

impl FailOnce {
    fn new(at: usize, verdict: Verdict) -> Arc<Self> {
        Arc::new(FailOnce { count: AtomicUsize::new(0), at, verdict })
    }
}

impl Faults for FailOnce {
    fn verdict(&self, _: Op<'_>) -> Verdict {
        match self.count.fetch_add(1, Ordering::SeqCst) == self.at {
            true => self.verdict,
            false => Verdict::Do,
        }
    }
}

/// Every checkpoint that was told to anybody, by size.
#[derive(Default)]
struct Told(BTreeMap<TreeSize, Hash>);

impl Told {
    fn tell(&mut self, size: TreeSize, root: Hash) {
        assert_eq!(*self.0.entry(size).or_insert(root), root, "two roots for size {size}");
    }

    /// All that was told is a beginning of what the log is now.
    fn assert_kept(&mut self, reader: &Reader) {
        let now = reader.committed().unwrap();
        for (size, root) in &self.0 {
            assert!(*size <= now.size, "told {size}, the log has {}", now.size);
            assert_eq!(reader.root_at(*size).unwrap(), *root);
        }
        self.tell(now.size, now.root);
    }
}

fn options(disk: Disk) -> Options {
    Options { disk, ..small(7) }
}

fn with(faults: &Arc<FailOnce>) -> Options {
    options(Disk::with_faults(faults.clone()))
}

/// Appends what is not there yet, two segments a commit, and tells of every commit that returned.
fn go_on(writer: &mut Writer, segments: &[(Vec<Record>, [u8; 64])], told: &mut Told) -> Result<(), LogError> {
    for (i, pair) in segments.chunks(2).enumerate() {
        let mut any = false;
        for segment in pair {
            let last = segment.0.last().unwrap();
            let head = writer.head(last.header().unit);
            if head.is_none_or(|head| head.next_seq <= last.header().seq) {
                append(writer, segment)?;
                any = true;
            }
        }
        if any {
            let signed = writer.commit(cursor(i as u64 + 1))?;
            told.tell(signed.size(), *signed.root());
        }
    }
    writer.check()
}

/// Opens, writes all segments, erases one annex; any step may fail.
fn life(
    root: &Path,
    options: Options,
    segments: &[(Vec<Record>, [u8; 64])],
    told: &mut Told,
) -> Result<(), LogError> {
    let (mut writer, _) = open(root, options)?;
    told.tell(writer.size(), writer.root());
    go_on(&mut writer, segments, told)?;
    writer.erase_annex(LeafIndex(annexed(segments)))
}

fn annexed(segments: &[(Vec<Record>, [u8; 64])]) -> u64 {
    let records = segments.iter().flat_map(|(records, _)| records);
    records.take_while(|record| record.annex().is_empty()).count() as u64
}

fn verdicts() -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for kind in [ErrorKind::Other, ErrorKind::StorageFull] {
        verdicts.extend([Verdict::Lose(kind), Verdict::DoThenFail(kind)]);
        verdicts.extend([1, 100, 1000].map(|len| Verdict::Cut(len, kind)));
    }
    verdicts
}

#[test]
fn after_any_one_failure_and_a_restart_nothing_told_is_lost_and_the_log_goes_on() {
    let segments = segments(12);
    let all: Vec<Record> = segments.iter().flat_map(|(records, _)| records.clone()).collect();
    let dry = FailOnce::new(usize::MAX, Verdict::Do);
    life(scratch().path(), with(&dry), &segments, &mut Told::default()).unwrap();
    let changes = dry.count.load(Ordering::SeqCst);
    assert!(changes > 100);
    for at in 0..changes {
        for verdict in verdicts() {
            let (root, mut told) = (scratch(), Told::default());
            let failed = life(root.path(), with(&FailOnce::new(at, verdict)), &segments, &mut told);
            if let Err(error) = failed {
                assert!(
                    matches!(error, LogError::Io { .. } | LogError::Poisoned { .. }),
                    "change {at}: {error}"
                );
                assert_eq!(error.is_disk_full(), error.to_string().contains("free some space"), "{error}");
            }
            let (mut writer, _) = open(root.path(), options(Disk::default())).unwrap();
            told.assert_kept(&writer.reader().unwrap());
            go_on(&mut writer, &segments, &mut told).unwrap();
            writer.erase_annex(LeafIndex(annexed(&segments))).unwrap();
            let reader = writer.reader().unwrap();
            told.assert_kept(&reader);
            assert_eq!(contents(&reader), expected(&all), "change {at}, {verdict:?}");
            let verified = verify(&reader).unwrap();
            assert_eq!((verified.derived, verified.erased), (vec![], 1), "change {at}, {verdict:?}");
        }
    }
}

#[test]
fn after_any_one_failure_the_same_process_opens_again_and_goes_on() {
    let segments = segments(12);
    let all: Vec<Record> = segments.iter().flat_map(|(records, _)| records.clone()).collect();
    for verdict in [Verdict::Lose(ErrorKind::Other), Verdict::DoThenFail(ErrorKind::Other)] {
        for at in 0.. {
            let (root, mut told) = (scratch(), Told::default());
            let faults = FailOnce::new(at, verdict);
            let Ok((mut writer, _)) = open(root.path(), with(&faults)) else { continue };
            if let Err(first) = go_on(&mut writer, &segments, &mut told) {
                assert!(writer.check().is_err() && writer.commit(cursor(0)).is_err(), "{first}");
                drop(writer);
                let (again, recovery) = open(root.path(), with(&faults)).unwrap();
                assert_eq!(recovery.size, again.size());
                writer = again;
                told.assert_kept(&writer.reader().unwrap());
                go_on(&mut writer, &segments, &mut told).unwrap();
            }
            let reader = writer.reader().unwrap();
            told.assert_kept(&reader);
            assert_eq!(contents(&reader), expected(&all), "change {at}");
            assert_eq!(verify(&reader).unwrap().derived, vec![]);
            if faults.count.load(Ordering::SeqCst) < at {
                break;
            }
        }
    }
}

/// Fails one sync of a volume.
struct FailSync(AtomicUsize);

impl Faults for FailSync {
    fn verdict(&self, op: Op<'_>) -> Verdict {
        let volume =
            matches!(op, Op::Sync(path) if path.extension().is_some_and(|extension| extension == "vol"));
        match volume && self.0.fetch_sub(1, Ordering::SeqCst) == 0 {
            true => Verdict::Lose(ErrorKind::Other),
            false => Verdict::Do,
        }
    }
}

#[test]
fn after_a_failed_sync_the_same_process_opens_again_and_goes_on() {
    let root = scratch();
    let disk = Disk::with_faults(Arc::new(FailSync(AtomicUsize::new(2))));
    let (mut writer, _) = open(root.path(), Options { disk: disk.clone(), ..small(1000) }).unwrap();
    let segments = segments(6);
    let mut told = Told::default();
    assert!(matches!(go_on(&mut writer, &segments, &mut told), Err(LogError::Io { action: "sync", .. })));
    drop(writer);
    let (mut writer, recovery) = open(root.path(), Options { disk, ..small(1000) }).unwrap();
    assert_eq!((recovery.size, recovery.new_volume), (writer.size(), None));
    told.assert_kept(&writer.reader().unwrap());
    go_on(&mut writer, &segments, &mut told).unwrap();
    let reader = writer.reader().unwrap();
    told.assert_kept(&reader);
    assert_eq!(verify(&reader).unwrap().derived, vec![]);
}

/// A disk with room for so many bytes.
struct Full {
    left: AtomicUsize,
}

impl Faults for Full {
    fn verdict(&self, op: Op<'_>) -> Verdict {
        let Op::Write { bytes, .. } = op else { return Verdict::Do };
        let left = self.left.load(Ordering::SeqCst);
        self.left.store(left.saturating_sub(bytes.len()), Ordering::SeqCst);
        match bytes.len() > left {
            true => Verdict::Cut(left, ErrorKind::StorageFull),
            false => Verdict::Do,
        }
    }
}

#[test]
fn a_full_disk_stops_the_log_with_an_error_that_says_so_and_once_there_is_room_it_goes_on() {
    let segments = segments(12);
    let all: Vec<Record> = segments.iter().flat_map(|(records, _)| records.clone()).collect();
    for room in (0..18_000).step_by(97) {
        let (root, mut told) = (scratch(), Told::default());
        let full = Arc::new(Full { left: AtomicUsize::new(room) });
        let limited = || options(Disk::with_faults(full.clone()));
        // twice, as a service that restarts does
        for _ in 0..2 {
            if let Err(error) = life(root.path(), limited(), &segments, &mut told) {
                assert!(error.is_disk_full(), "{error}");
                assert!(error.to_string().contains("free some space"), "{error}");
            }
            if let Ok(reader) = Reader::open(&log_dir(root.path())) {
                assert_eq!(contents(&reader), expected(&all)[..size(&reader).0 as usize]);
            }
        }
        full.left.store(usize::MAX, Ordering::SeqCst);
        life(root.path(), limited(), &segments, &mut told).unwrap();
        let reader = Reader::open(&log_dir(root.path())).unwrap();
        told.assert_kept(&reader);
        assert_eq!(contents(&reader), expected(&all));
        assert_eq!(verify(&reader).unwrap().derived, vec![]);
    }
}
