//! A destroyed annex lies in no file of the unit, wherever it was.

use bytes::Bytes;
use socai_log::JournalSegment;
use socai_tlog::{ChainHead, Segment, VerifiedSegment, encode_segment};

use super::*;
use crate::testing::{draft, enrolled, open, records};

const SECRET: &[u8] = b"a name that should not have been written";

fn seal_with(keeper: &mut Keeper, number: u64, annex: &'static [u8]) -> Digest {
    let draft = crate::draft::Draft { annex: Bytes::from_static(annex), ..draft(number) };
    keeper.seal(&[&[draft]], 1_000 + number).pop().unwrap().unwrap();
    records(keeper).last().unwrap().header().annex
}

fn is_on_disk(dir: &std::path::Path, text: &[u8]) -> bool {
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if std::fs::read(&path).unwrap().windows(text.len()).any(|bytes| bytes == text) {
                return true;
            }
        }
    }
    false
}

fn ordered(seq: u64, annex: Digest) -> Ordered {
    Ordered { seq: UnitSeq(seq), annex, size: None }
}

#[test]
fn one_annex_is_destroyed_and_its_record_and_the_other_annexes_stay() {
    let (dir, unit) = enrolled();
    let mut keeper = open(&unit);
    let annex = seal_with(&mut keeper, 0, SECRET);
    seal_with(&mut keeper, 1, b"something else");
    let before = records(&keeper);
    assert_eq!(keeper.erase_annex(&ordered(1, annex)).unwrap(), 0, "record 1 has another annex");
    assert_eq!(keeper.erase_annex(&ordered(9, annex)).unwrap(), 0, "there is no record 9");
    assert_eq!(keeper.erase_annex(&ordered(0, Digest::ZERO)).unwrap(), 0);
    assert!(is_on_disk(dir.path(), SECRET));
    assert_eq!(keeper.erase_annex(&ordered(0, annex)).unwrap(), 1);
    assert_eq!(keeper.erase_annex(&ordered(0, annex)).unwrap(), 0, "again is harmless");
    assert!(!is_on_disk(dir.path(), SECRET) && is_on_disk(dir.path(), b"something else"));
    seal_with(&mut keeper, 2, b"");
    drop(keeper);
    let after = records(&open(&unit));
    assert!(after[0].annex_erased() && after[1] == before[1]);
    assert_eq!(after[0].header_bytes(), before[0].header_bytes());
    assert_eq!(after.len(), 3);
}

#[test]
fn it_is_destroyed_in_journals_that_were_given_up_under_another_number_too() {
    let (dir, unit) = enrolled();
    let mut keeper = open(&unit);
    seal_with(&mut keeper, 0, b"");
    let base = keeper.head();
    // sealed on a stale journal as record 1; the district has another record 1, so it becomes record 2
    let annex = seal_with(&mut keeper, 1, SECRET);
    let back = sealed_elsewhere(&keeper, base);
    let head = back.head();
    keeper.begin_restore(base).unwrap();
    keeper.restore(back).unwrap();
    keeper.rejoin(head, 5).unwrap();
    assert_eq!(records(&keeper)[2].header().annex, annex);
    assert_eq!(keeper.erase_annex(&ordered(2, annex)).unwrap(), 2, "in both generations");
    assert!(!is_on_disk(dir.path(), SECRET));
}

#[test]
fn it_is_destroyed_in_the_journal_that_restored_records_are_being_written_to() {
    let (dir, unit) = enrolled();
    let mut keeper = open(&unit);
    let annex = seal_with(&mut keeper, 0, SECRET);
    let base = keeper.head();
    keeper.begin_restore(base).unwrap();
    assert_eq!(keeper.erase_annex(&ordered(0, annex)).unwrap(), 2);
    let back = sealed_elsewhere(&keeper, base);
    let head = back.head();
    keeper.restore(back).unwrap();
    keeper.rejoin(head, 5).unwrap();
    assert!(!is_on_disk(dir.path(), SECRET));
    assert!(records(&keeper)[0].annex_erased());
}

/// A record that this unit sealed behind `base` on a disk it no longer has.
fn sealed_elsewhere(keeper: &Keeper, base: ChainHead) -> VerifiedSegment {
    let mut chain = socai_tlog::Chain::new(keeper.unit.no, base);
    let record = chain.seal(draft(77).facts, Bytes::new(), 1, 0).unwrap();
    let key = keeper.history.newest();
    let secret = keeper.keys.sealing(&key).unwrap();
    let signature = socai_tlog::sign_segment(secret, &keeper.unit.origin, record.link());
    let JournalSegment { records, signature } = JournalSegment { records: vec![record], signature };
    Segment::parse(encode_segment(&records, &signature).unwrap())
        .unwrap()
        .verify(&keeper.unit.origin, &key)
        .unwrap()
}
