//! A cut-off from a snapshot is a cut-off from the log.

use std::{fs, path::Path, thread};

use socai_district::{LedgerDir, keep_snapshots};
use socai_fold::{StateDigest, figures::Asked};
use socai_tlog::Digest;

use super::*;
use crate::simulate::{self, Wish};

const EVERY: u64 = 256;

/// A simulated month and a half, every kind of fact, corrections, late arrivals.
fn ledger(dir: &Path, seed: u64) -> Reader {
    let wish = Wish { seed, units: 17, days: 45, events_per_day: 60 };
    let dir = LedgerDir::new(dir);
    simulate::make(&dir, &wish, &mut |_| ()).unwrap();
    Reader::open(&dir.log()).unwrap()
}

fn place(dir: &Path) -> Snapshots {
    Snapshots::new(dir.join("snapshots")).every(EVERY)
}

fn root_at(reader: &Reader) -> impl Fn(TreeSize) -> Option<socai_tlog::Hash> {
    |size| reader.root_at(size).ok()
}

/// The digest of the state after every row, going on from a state and its digest.
fn digest_at((mut fold, mut digest): (Fold, StateDigest), reader: &Reader, cut: TreeSize) -> Digest {
    fold.capture(true);
    socai_follow::replay(reader, &mut fold, cut, |_, _| ()).unwrap();
    fold.drain().iter().for_each(|change| digest.apply(change));
    digest.digest()
}

/// The whole report of a month, digests and all.
fn report(reader: &Reader, fold: &Fold) -> Vec<u8> {
    let asked = Asked::written(fold.rulebook(), "2023-02").unwrap();
    let figures = crate::cmd::report::figures(reader, fold, &asked).unwrap();
    crate::paper::bytes(crate::cli::ReportFormat::Json, fold, &figures).unwrap()
}

/// Cut-offs that differ from run to run of the test only by its seed, which is in the message of a failure.
fn cuts(seed: u64, end: TreeSize) -> Vec<TreeSize> {
    let mut state = seed;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let random = (0..12).map(|_| next() % (end.0 + 1));
    random.chain([0, 1, EVERY - 1, EVERY, EVERY + 1, end.0]).map(TreeSize).collect()
}

#[test]
fn any_cut_off_from_any_snapshot_is_that_of_a_fresh_replay() {
    let dir = tempfile::tempdir().unwrap();
    let reader = ledger(dir.path(), 3);
    let end = reader.committed().unwrap().size;
    let place = place(dir.path());
    let made = keep_snapshots(place.clone(), &reader, end, || true).unwrap();
    assert_eq!(made, end.0 / EVERY);
    assert_eq!(keep_snapshots(place.clone(), &reader, end, || true).unwrap(), 0, "all are there");
    let seed = std::process::id().into();
    for cut in cuts(seed, end) {
        let fresh = digest_at(Default::default(), &reader, cut);
        for from in place.below(cut) {
            let (fold, digest) = place.nearest(from, root_at(&reader)).unwrap();
            assert_eq!(fold.size(), from);
            assert_eq!(digest_at((fold, digest), &reader, cut), fresh, "seed {seed}: {from} to {cut}");
        }
    }
}

#[test]
fn reports_at_a_cut_off_are_the_same_with_and_without_snapshots_on_any_number_of_threads() {
    let dir = tempfile::tempdir().unwrap();
    let reader = ledger(dir.path(), 4);
    let end = reader.committed().unwrap().size;
    // the rules that a report needs are adopted first; a few cut-offs from where there is something to report
    let cuts = [end.0 / 3, end.0 / 2 + 7, end.0 - 1, end.0].map(TreeSize);
    let fresh = cuts.map(|cut| report(&reader, &on_from(None, &reader, cut).unwrap()));
    thread::scope(|scope| {
        // some ask while the snapshots are being made, and at every stage of it
        let keeping = scope.spawn(|| keep_snapshots(place(dir.path()), &reader, end, || true).unwrap());
        let (reader, fresh, dir) = (&reader, &fresh, dir.path());
        for turn in 0..4 {
            scope.spawn(move || {
                for (at, cut) in cuts.iter().enumerate().cycle().skip(turn).take(cuts.len()) {
                    let fold = on_from(Some(place(dir)), reader, *cut).unwrap();
                    assert!(report(reader, &fold) == fresh[at], "the report at {cut} is another");
                }
            });
        }
        assert!(keeping.join().unwrap() > 5);
    });
    let (fold, _) = place(dir.path()).nearest(end, root_at(&reader)).unwrap();
    assert_eq!(fold.size().0, end.0 / EVERY * EVERY);
}

#[test]
fn a_snapshot_that_will_not_do_is_not_used_and_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let (reader, other) = (ledger(&dir.path().join("one"), 5), ledger(&dir.path().join("other"), 6));
    let end = reader.committed().unwrap().size;
    let place = place(&dir.path().join("one"));
    keep_snapshots(place.clone(), &reader, end, || true).unwrap();
    let last = *place.below(end).last().unwrap();
    let file = place.path().join(format!("{:020}", last.0));
    let good = fs::read(&file).unwrap();

    let foreign = self::place(&dir.path().join("other"));
    keep_snapshots(foreign.clone(), &other, last, || true).unwrap();
    let foreign = fs::read(foreign.path().join(format!("{:020}", last.0))).unwrap();
    let mut flipped = good.clone();
    flipped[good.len() * 2 / 3] ^= 1;
    let wrong = [
        ("empty", vec![]),
        ("torn", good[..good.len() - 1].to_vec()),
        ("torn in its head", good[..100].to_vec()),
        ("grown", [good.as_slice(), b"x"].concat()),
        ("altered", flipped),
        ("of an old version", of_version(&good, 1)),
        ("of another log", foreign),
    ];
    let fresh = digest_at(Default::default(), &reader, end);
    for (what, bytes) in wrong {
        fs::write(&file, &bytes).unwrap();
        let (fold, digest) = place.nearest(end, root_at(&reader)).unwrap();
        assert_eq!(fold.size().0, last.0 - EVERY, "{what}: the one before serves");
        assert_eq!(digest_at((fold, digest), &reader, end), fresh, "{what}");
        assert_eq!(keep_snapshots(place.clone(), &reader, end, || true).unwrap(), 1, "{what}");
        assert!(fs::read(&file).unwrap() == good, "{what}: the new one is the old one, byte for byte");
        assert!(fs::read(place.path().join("aside")).unwrap() == bytes, "{what}");
    }
    // one in the middle that is missing is made from the one before, the later ones stay
    let middle = place.below(end)[2];
    let middle = place.path().join(format!("{:020}", middle.0));
    let before = fs::read(&middle).unwrap();
    fs::remove_file(&middle).unwrap();
    assert_eq!(keep_snapshots(place.clone(), &reader, end, || true).unwrap(), 1);
    assert!(fs::read(&middle).unwrap() == before);
    // a log that was restored from an older copy: what it does not have is of nobody
    let shorter = TreeSize(last.0 - 1);
    let root_at = |size| if size <= shorter { reader.root_at(size).ok() } else { None };
    let (fold, _) = place.nearest(end, root_at).unwrap();
    assert_eq!(fold.size().0, last.0 - EVERY);
}

/// The same file, as another version would have written it.
fn of_version(file: &[u8], version: u32) -> Vec<u8> {
    let (head_len, body_at) = (4_164, 4_196);
    let mut head = file[..head_len].to_vec();
    head[16..20].copy_from_slice(&version.to_be_bytes());
    let mut hasher = blake3::Hasher::new();
    hasher.update(&head).update(blake3::hash(&file[body_at..]).as_bytes());
    [head.as_slice(), hasher.finalize().as_bytes(), &file[body_at..]].concat()
}

#[test]
fn a_keeper_that_is_told_to_stop_leaves_nothing_half() {
    let dir = tempfile::tempdir().unwrap();
    let reader = ledger(dir.path(), 7);
    let end = reader.committed().unwrap().size;
    let asked = std::cell::Cell::new(0);
    let goes_on = || {
        asked.set(asked.get() + 1);
        asked.get() <= 3
    };
    let made = keep_snapshots(place(dir.path()), &reader, end, goes_on).unwrap();
    assert_eq!(made, 3);
    assert_eq!(place(dir.path()).below(end).len(), 3);
    let rest = keep_snapshots(place(dir.path()), &reader, end, || true).unwrap();
    assert_eq!(made + rest, end.0 / EVERY);
    assert_eq!(fs::read_dir(dir.path().join("snapshots")).unwrap().count() as u64, made + rest);
}

#[test]
fn figures_of_a_state_about_a_question_are_those_of_the_whole_state_at_any_cut_off() {
    let dir = tempfile::tempdir().unwrap();
    let reader = ledger(dir.path(), 8);
    let end = reader.committed().unwrap().size;
    let place = place(dir.path());
    keep_snapshots(place.clone(), &reader, end, || true).unwrap();
    let seed: u64 = std::process::id().into();
    let mut narrow = 0;
    for (turn, cut) in cuts(seed, end).into_iter().enumerate() {
        let about = |scope: &Scope| on_from_about(Some(place.clone()), &reader, cut, scope).unwrap();
        let whole = on_from(None, &reader, cut).unwrap();
        let Some((_, rows)) = whole.rulebook().indicators(socai_domain::CivilDate::MAX) else { continue };
        let period = ["2023-01", "2023-02", "cal:2023", "tet-quy-mao-2023"][turn % 4];
        let Ok(asked) = Asked::written(whole.rulebook(), period) else { continue };
        let figures = |fold: &Fold, asked: &Asked| socai_fold::figures::figures(fold, asked, None).unwrap();
        let all = figures(&whole, &asked);
        if let Some(fold) = about(&Scope::Question(asked.clone())) {
            assert_eq!(figures(&fold, &asked), all, "seed {seed}: {period} at {cut}");
            narrow += 1;
        }
        // a third of the rows, another one each turn
        let codes = rows.iter().enumerate().filter(|(at, _)| (at + turn) % 3 == 0);
        let codes: std::collections::BTreeSet<_> = codes.map(|(_, row)| row.code.clone()).collect();
        if let Some(fold) = about(&Scope::Indicators(codes.clone())) {
            let some = figures(&fold, &asked);
            let expected = all.iter().filter(|figure| codes.contains(&figure.row.code));
            let some = some.iter().filter(|figure| codes.contains(&figure.row.code));
            assert!(expected.eq(some), "seed {seed}: {codes:?} of {period} at {cut}");
            narrow += 1;
        }
    }
    assert!(narrow > 10, "{narrow} states had less than everything");
}
