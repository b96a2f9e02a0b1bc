//! Joining a stale journal with what comes back, on real files.

use socai_tlog::{Segment, encode_segment};

use super::*;
use crate::testing::{draft, enrolled, open, records, segments};

/// The journal's segments from `from` on, as the district sends them back.
fn sent_back(keeper: &Keeper, from: u64) -> Vec<VerifiedSegment> {
    let key = keeper.sealing_keys();
    let of = |segment: JournalSegment| {
        let bytes = encode_segment(&segment.records, &segment.signature).unwrap();
        let parsed = Segment::parse_restored(bytes).unwrap();
        key.iter().find_map(|key| parsed.clone().verify(&keeper.unit.origin, key).ok()).unwrap()
    };
    keeper.reader.segments(UnitSeq(from)).unwrap().map(|segment| of(segment.unwrap())).collect()
}

fn seal(keeper: &mut Keeper, numbers: std::ops::Range<u64>) {
    for number in numbers {
        keeper.seal(&[&[draft(number)]], 1_000 + number).pop().unwrap().unwrap();
    }
}

fn join(
    stale: &mut Keeper,
    base: ChainHead,
    segments: Vec<VerifiedSegment>,
) -> Result<ChainHead, RejoinError> {
    let head = segments.last().unwrap().head();
    stale.begin_restore(base)?;
    for segment in segments {
        stale.restore(segment)?;
    }
    stale.rejoin(head, 5)
}

/// A unit with `common` records, whose disk was copied then, and which went on to `lost` more before the disk died.
fn stale(common: u64, lost: u64) -> (tempfile::TempDir, Keeper, Keeper, ChainHead) {
    let (dir, unit) = enrolled();
    let mut before = open(&unit);
    seal(&mut before, 0..common);
    let base = before.head();
    drop(before);
    let copy = crate::dir::UnitDir::new(dir.path().join("copy"));
    copy_dir(unit.path(), copy.path());
    let mut dead = open(&unit);
    seal(&mut dead, common..common + lost);
    let stale = open(&copy);
    (dir, dead, stale, base)
}

fn copy_dir(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy_dir(&entry.path(), &target),
            false => drop(std::fs::copy(entry.path(), target).unwrap()),
        }
    }
}

#[test]
fn what_was_lost_comes_back_and_what_was_sealed_meanwhile_follows_it_once() {
    let (_dir, dead, mut stale, base) = stale(4, 3);
    seal(&mut stale, 100..102);
    stale.seal(&[&[draft(5)]], 1).pop().unwrap().unwrap(); // imported again: it is among the lost ones
    let head = join(&mut stale, base, sent_back(&dead, 4)).unwrap();
    assert_eq!(head.next_seq, UnitSeq(9));
    let expected: Vec<_> = (0..7).chain(100..102).map(|number| draft(number).facts).collect();
    let joined = records(&stale);
    assert_eq!(joined.iter().map(|record| record.facts().clone()).collect::<Vec<_>>(), expected);
    assert_eq!(joined[..7], records(&dead)[..], "record for record");
    assert!(joined.windows(2).all(|pair| pair[0].header().recorded_at_ms <= pair[1].header().recorded_at_ms));

    assert!(stale.seal(&[&[draft(6)]], 1)[0].as_ref().unwrap()[0].already, "ids are known again");
    seal(&mut stale, 200..201);
    let unit = stale.dir.clone();
    drop(stale);
    assert_eq!(records(&open(&unit)).len(), 10, "the next start uses the new generation");
    assert!(unit.journal().join("g0").is_dir(), "the old one is kept");
}

#[test]
fn a_base_inside_what_was_sealed_together_is_signed_anew() {
    let (_dir, unit) = enrolled();
    let mut keeper = open(&unit);
    let three = [draft(0), draft(1), draft(2)];
    keeper.seal(&[&three], 1).pop().unwrap().unwrap();
    let base = ChainHead::after(&records(&keeper)[1]);
    keeper.begin_restore(base).unwrap();
    assert_eq!(keeper.restoring.as_ref().unwrap().journal.head(), base);
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let (_dir, dead, mut stale, base) = stale(4, 3);
    seal(&mut stale, 100..101);
    let before = records(&stale);
    let elsewhere = ChainHead { link: dead.head().link, ..base };
    assert!(matches!(stale.begin_restore(elsewhere), Err(RejoinError::Order(_))));
    stale.begin_restore(base).unwrap();
    let mut segments = sent_back(&dead, 4);
    let last = segments.pop().unwrap();
    assert!(stale.restore(last).is_err(), "a gap");
    assert!(matches!(stale.rejoin(dead.head(), 1), Err(RejoinError::Order(_))), "not to the end");
    assert!(
        matches!(stale.restore(sent_back(&dead, 4).remove(0)), Err(RejoinError::Order(_))),
        "nothing begun"
    );
    assert_eq!(records(&stale), before);
    seal(&mut stale, 101..102);
    assert_eq!(
        join(&mut stale, base, sent_back(&dead, 4)).unwrap().next_seq,
        UnitSeq(9),
        "and again from the start"
    );
}

#[test]
fn a_whole_journal_comes_back_to_an_empty_disk() {
    let (_dir, unit) = enrolled();
    let mut dead = open(&unit);
    seal(&mut dead, 0..20);
    let today = socai_domain::CivilDate::from_yyyymmdd(20_230_201).unwrap();
    let ground = socai_proto::v1::KeyGround::Scheduled;
    dead.rotate(ground, "van-thu", 9_000, &crate::testing::judge(today)).unwrap();
    seal(&mut dead, 20..25);
    let back = sent_back(&dead, 0);
    let (all, genesis) = (records(&dead), dead.unit.genesis());
    drop(dead);
    for lost in ["journal", "ids", "receipts", "checkpoint"] {
        let path = unit.path().join(lost);
        let _ = std::fs::remove_dir_all(&path).or_else(|_| std::fs::remove_file(&path));
    }
    let mut empty = open(&unit);
    join(&mut empty, genesis, back).unwrap();
    assert_eq!(records(&empty), all);
    seal(&mut empty, 30..31);
    let last = segments(&empty).pop().unwrap();
    let signed = encode_segment(&last.records, &last.signature).unwrap();
    let newest = empty.history.newest();
    assert_ne!(newest, empty.unit.first_key, "the rotation was found in what came back");
    Segment::parse(signed).unwrap().verify(&empty.unit.origin, &newest).unwrap();
}

#[test]
fn an_interrupted_join_leaves_the_journal_in_use_and_is_done_again() {
    let (_dir, dead, mut stale, base) = stale(4, 3);
    stale.begin_restore(base).unwrap();
    stale.restore(sent_back(&dead, 4).remove(0)).unwrap();
    let unit = stale.dir.clone();
    drop(stale);
    let mut again = open(&unit);
    assert_eq!(again.head(), base);
    join(&mut again, base, sent_back(&dead, 4)).unwrap();
    assert_eq!(records(&again), records(&dead));
}

/// Nothing can be derived from the journal while a file lies where the runs of ids belong.
fn block_ids(unit: &crate::dir::UnitDir) {
    std::fs::remove_dir_all(unit.ids()).unwrap();
    std::fs::write(unit.ids(), b"in the way").unwrap();
}

#[test]
fn a_join_whose_ids_cannot_be_read_seals_nothing_until_they_can_and_then_once() {
    let (_dir, dead, mut stale, base) = stale(4, 3);
    seal(&mut stale, 100..102);
    let unit = stale.dir.clone();
    block_ids(&unit);
    assert!(matches!(join(&mut stale, base, sent_back(&dead, 4)), Err(RejoinError::Open(_))));
    assert!(!stale.can_seal());
    // 5 came back, 101 was sealed again: neither is new, and nothing tells so yet
    for number in [5, 101, 200] {
        let refused = stale.seal(&[&[draft(number)]], 1).pop().unwrap();
        assert!(matches!(refused, Err(crate::keeper::SealError::NotSealed { .. })), "{number}: {refused:?}");
        assert!(stale.known(&draft(number)).is_err());
    }
    assert!(stale.begin_restore(base).is_err(), "nothing is restored over a journal that is not read");

    std::fs::remove_file(unit.ids()).unwrap();
    for number in [5, 101] {
        assert!(stale.seal(&[&[draft(number)]], 1)[0].as_ref().unwrap()[0].already, "{number}");
    }
    seal(&mut stale, 200..201);
    let expected: Vec<_> = (0..7).chain(100..102).chain(200..201).map(|number| draft(number).facts).collect();
    assert_eq!(records(&stale).iter().map(|record| record.facts().clone()).collect::<Vec<_>>(), expected);
    drop(stale);
    assert_eq!(records(&open(&unit)).len(), 10);
}

#[test]
fn the_key_that_came_back_signs_after_a_join_whose_ids_could_not_be_read() {
    let (_dir, unit) = enrolled();
    let mut dead = open(&unit);
    seal(&mut dead, 0..3);
    let today = socai_domain::CivilDate::from_yyyymmdd(20_230_201).unwrap();
    dead.rotate(socai_proto::v1::KeyGround::Scheduled, "van-thu", 9_000, &crate::testing::judge(today))
        .unwrap();
    let (back, genesis, key) = (sent_back(&dead, 0), dead.unit.genesis(), dead.history.newest());
    drop(dead);
    for lost in ["journal", "ids"] {
        std::fs::remove_dir_all(unit.path().join(lost)).unwrap();
    }
    let mut empty = open(&unit);
    assert_ne!(empty.history.newest(), key);
    block_ids(&unit);
    assert!(join(&mut empty, genesis, back).is_err());
    std::fs::remove_file(unit.ids()).unwrap();
    seal(&mut empty, 30..31);
    let last = segments(&empty).pop().unwrap();
    let signed = encode_segment(&last.records, &last.signature).unwrap();
    Segment::parse(signed).unwrap().verify(&empty.unit.origin, &key).unwrap();
}

#[test]
fn a_swap_that_is_reported_to_have_failed_goes_on_with_the_journal_that_is_in_use() {
    let (_dir, dead, mut stale, base) = stale(4, 3);
    seal(&mut stale, 100..101);
    // nothing can be written beside `current`, so the old generation stays in use
    let beside = stale.dir.journal().join("current.new");
    std::fs::create_dir(&beside).unwrap();
    assert!(join(&mut stale, base, sent_back(&dead, 4)).is_err());
    std::fs::remove_dir(&beside).unwrap();
    seal(&mut stale, 101..102);
    assert_eq!(records(&stale).len(), 6, "the old generation, and what is sealed is in it");
    join(&mut stale, base, sent_back(&dead, 4)).unwrap();
    assert_eq!(records(&stale).len(), 9, "and the join is done again");
}
