//! What the district does with whatever arrives, without a broker.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

mod common;

use std::collections::BTreeMap;

use bytes::Bytes;
use common::*;
use socai_district::{DistrictError, Ledger};
use socai_fold::{Fold, Verdict};
use socai_proto::v1::{HeadReason, Receipt, RefusalCode, down};
use socai_tlog::{
    ChainHead, Entry, EventName, Hash, HeadStatement, LeafIndex, Link, NoteKey, Origin, Record,
    SignedCheckpoint, TreeSize, UnitNo,
};

fn own_key(world: &World) -> NoteKey {
    NoteKey::log(Origin::new(ORIGIN).unwrap(), world.ledger.operator())
}

fn hashes(proof: &[Bytes]) -> Vec<Hash> {
    proof.iter().map(|hash| Hash(hash[..].try_into().unwrap())).collect()
}

/// Everything in the log besides the operator's records, as unit/seq in leaf order.
fn recorded(world: &World) -> Vec<EventName> {
    let mut names = Vec::new();
    let size = world.ledger.checkpoint().size();
    let each = |record: socai_log::RecordRef<'_>| -> Result<(), socai_log::LogError> {
        names.extend(Some(record.name()).filter(|name| name.unit != UnitNo::OPERATOR));
        Ok(())
    };
    world.ledger.reader().for_each(LeafIndex(0), size, each).unwrap();
    names
}

/// The receipt proves that its last record is in the log, under the operator's checkpoint, and names that record.
fn assert_proves(world: &World, receipt: &Receipt, last: &Record) {
    assert_eq!(receipt.last_seq, last.name().seq.0);
    assert_eq!(receipt.head[..], last.link().0, "of {}", last.name());
    let checkpoint = SignedCheckpoint::open(receipt.checkpoint.as_bytes(), [&own_key(world)]).unwrap();
    let run = receipt.runs.last().unwrap();
    let leaf = run.first_leaf + run.count - 1;
    let stored = world.ledger.reader().record(LeafIndex(leaf)).unwrap();
    let entry = Entry {
        received_at_ms: receipt.received_at_ms,
        header_bytes: *last.header_bytes(),
        signature: stored.signature,
    };
    checkpoint.verify_inclusion(LeafIndex(leaf), &entry.leaf_hash(), &hashes(&receipt.inclusion)).unwrap();
}

#[test]
fn a_receipt_proves_that_the_records_are_in_the_log() {
    let mut world = World::new();
    let records = seal(&mut world.ward(1), &["a", "b", "c"]);
    let answers = world.round(vec![(1, publish(1, records.clone()))]);
    let receipt = receipt(&answers[0].1);
    assert_eq!((receipt.first_seq, receipt.last_seq), (0, 2));
    assert_proves(&world, receipt, &records[2]);
}

#[test]
fn every_segment_of_a_round_gets_a_receipt_of_its_own_records() {
    let mut world = World::new();
    let one = seal(&mut world.ward(1), &["a", "b", "c", "d"]);
    let two = seal(&mut world.ward(2), &["e", "f"]);
    let answers = world.round(vec![
        (1, publish(1, one[..2].to_vec())),
        (2, publish(2, two.clone())),
        (1, publish(1, one[2..].to_vec())),
        (2, publish(2, two.clone())),
    ]);
    let last = [&one[1], &two[1], &one[3], &two[1]];
    assert_eq!(answers.len(), last.len());
    for ((_, answer), last) in answers.iter().zip(last) {
        assert_proves(&world, receipt(answer), last);
    }
}

#[test]
fn redelivered_duplicated_and_resegmented_records_are_recorded_once() {
    let mut world = World::new();
    let records = seal(&mut world.ward(1), &["a", "b", "c", "d"]);
    let before = world.size();
    world.round(vec![(1, publish(1, records[..2].to_vec()))]);
    // the same again, in the same round twice, merged with what follows, then cut elsewhere
    let answers = world.round(vec![
        (1, publish(1, records[..2].to_vec())),
        (1, publish(1, records.clone())),
        (1, publish(1, records[1..3].to_vec())),
        (1, publish(1, records[2..].to_vec())),
    ]);
    assert_eq!(world.size(), before + 4);
    let covered: Vec<_> =
        answers.iter().map(|(_, answer)| receipt(answer)).map(|r| (r.first_seq, r.last_seq)).collect();
    assert_eq!(covered, [(0, 1), (0, 3), (1, 2), (2, 3)]);
    assert_eq!(recorded(&world), (0..4).map(|seq| EventName::new(1, seq)).collect::<Vec<_>>());
}

#[test]
fn interleaved_units_each_keep_their_own_order() {
    let mut world = World::new();
    let (one, two) = (seal(&mut world.ward(1), &["a", "b"]), seal(&mut world.ward(2), &["c", "d"]));
    world.round(vec![
        (2, publish(2, two[..1].to_vec())),
        (1, publish(1, one[..1].to_vec())),
        (1, publish(1, one[1..].to_vec())),
        (2, publish(2, two[1..].to_vec())),
    ]);
    let names: Vec<_> = recorded(&world).iter().map(ToString::to_string).collect();
    assert_eq!(names, ["2/0", "1/0", "1/1", "2/1"]);
}

#[test]
fn reordered_segments_are_answered_with_the_head_and_healed_by_sending_again() {
    let mut world = World::new();
    let records = seal(&mut world.ward(1), &["a", "b", "c"]);
    let answers = world.round(vec![(1, publish(1, records[1..].to_vec()))]);
    let gap = head(&answers[0].1);
    assert_eq!((gap.next_seq, gap.reason()), (0, HeadReason::Gap));
    assert_eq!(world.size(), 3, "nothing waits in memory and nothing was recorded");
    let answers = world.round(vec![(1, publish(1, records))]);
    assert_eq!(receipt(&answers[0].1).last_seq, 2);
}

#[test]
fn a_signed_head_is_verified_with_the_operators_key() {
    let mut world = World::new();
    let genesis = world.ward(1).head();
    let answers = world.round(vec![(1, hello(1, genesis, 0, ""))]);
    let head = head(&answers[0].1);
    assert_eq!(head.reason(), HeadReason::Hello);
    let statement = HeadStatement {
        unit: UnitNo(1),
        head: genesis,
        reason: head.reason() as u32,
        nonce: [9; 16],
        checkpoint: &head.checkpoint,
    };
    let signature = head.signature[..].try_into().unwrap();
    assert!(statement.verify(&Origin::new(ORIGIN).unwrap(), &world.ledger.operator(), &signature));
}

#[test]
fn a_fork_is_kept_as_evidence_and_suspends_that_unit_only() {
    let mut world = World::new();
    let (mut chain, mut other) = (world.ward(1), world.ward(1));
    let first = seal(&mut chain, &["a", "b", "c"]);
    let second = seal(&mut other, &["a", "x", "y"]);
    let answers = world.round(vec![(1, publish(1, first)), (1, publish(1, second.clone()))]);
    assert_eq!(head(&answers[1].1).reason(), HeadReason::Forked);
    // the evidence is a record of unit 0 that names record 1/1
    let evidence = world.ledger.reader().record(LeafIndex(world.size() - 1)).unwrap();
    assert_eq!(evidence.record.name().unit, UnitNo::OPERATOR);
    let mut fold = Fold::new();
    let size = world.ledger.checkpoint().size();
    let mut rejected = Vec::new();
    socai_follow::replay(world.ledger.reader(), &mut fold, size, |_, verdict| {
        if let Verdict::Rejected(rejection) = verdict {
            rejected.push(rejection.clone());
        }
    })
    .unwrap();
    assert!(rejected.is_empty(), "{rejected:?}");
    assert!(fold.registry().unit(UnitNo(1)).unwrap().is_suspended());
    assert!(!fold.registry().unit(UnitNo(2)).unwrap().is_suspended());
    // unit 1 is told, unit 2 goes on, now and after a restart
    for restart in [false, true] {
        if restart {
            world = world.restart();
        }
        let more = seal(&mut chain.clone(), &["d"]);
        let answers = world.round(vec![(1, publish(1, more))]);
        assert_eq!(head(&answers[0].1).reason(), HeadReason::Suspended);
    }
    let two = seal(&mut world.ward(2), &["e"]);
    assert_eq!(receipt(&world.round(vec![(2, publish(2, two))])[0].1).last_seq, 0);
}

#[test]
fn a_fork_without_a_valid_signature_proves_nothing() {
    let mut world = World::new();
    let (mut chain, mut other) = (world.ward(1), world.ward(1));
    let size = {
        world.round(vec![(1, publish(1, seal(&mut chain, &["a"])))]);
        world.size()
    };
    let forged = publish_signed(seal(&mut other, &["x"]), &key(2, 1), ORIGIN);
    let answers = world.round(vec![(1, forged)]);
    assert_eq!(refusal(&answers[0].1).code(), RefusalCode::BadSignature);
    assert_eq!(world.size(), size);
    let more = seal(&mut chain, &["b"]);
    assert_eq!(receipt(&world.round(vec![(1, publish(1, more))])[0].1).last_seq, 1);
}

#[test]
fn chains_of_another_ledger_unit_or_key_are_refused() {
    let mut world = World::new();
    let stranger = World::new();
    let size = world.size();
    let foreign = publish(1, seal(&mut stranger.ward(1), &["a"]));
    let wrong_subject = publish(2, seal(&mut world.ward(2), &["a"]));
    let unknown = publish(3, seal(&mut world.ward(3), &["a"]));
    let wrong_origin = publish_signed(seal(&mut world.ward(1), &["a"]), &key(1, 1), "socai.test/khac");
    let transport = publish_signed(seal(&mut world.ward(1), &["a"]), &key(1, 3), ORIGIN);
    let answers = world.round(vec![
        (1, foreign),
        (1, wrong_subject),
        (3, unknown),
        (1, wrong_origin),
        (1, transport),
        (1, Bytes::from_static(b"\xff\xff")),
    ]);
    let codes: Vec<_> = answers.iter().map(|(_, answer)| refusal(answer).code()).collect();
    assert_eq!(
        codes,
        [
            RefusalCode::WrongLedger,
            RefusalCode::WrongUnit,
            RefusalCode::UnknownUnit,
            RefusalCode::BadSignature,
            RefusalCode::BadSignature,
            RefusalCode::Malformed,
        ]
    );
    assert_eq!(world.size(), size);
}

#[test]
fn a_ward_that_lost_its_disk_gets_its_records_back_before_the_head() {
    let mut world = World::new();
    let records = seal(&mut world.ward(1), &["a", "b", "c", "d"]);
    world.round(vec![(1, publish(1, records[..2].to_vec())), (1, publish(1, records[2..].to_vec()))]);
    let answers = world.round(vec![(1, hello(1, world.ward(1).head(), 0, ""))]);
    let mut back = Vec::new();
    for (_, answer) in &answers[..answers.len() - 1] {
        let down::Message::Restore(restore) = answer else { panic!("expected records, got {answer:?}") };
        for segment in &restore.segments {
            let segment = socai_tlog::Segment::parse_restored(segment.clone()).unwrap();
            let origin = Origin::new(ORIGIN).unwrap();
            let key = socai_tlog::SealingKey::of(&key(1, 1));
            back.extend(segment.verify(&origin, &key).unwrap().records().to_vec());
        }
    }
    assert_eq!(back, records);
    assert_eq!(head(&answers[answers.len() - 1].1).next_seq, 4);
}

#[test]
fn a_log_behind_the_checkpoint_that_witnesses_cosigned_is_not_opened_for_signing() {
    let mut world = World::new();
    let records = seal(&mut world.ward(1), &["a", "b"]);
    world.round(vec![(1, publish(1, records[..1].to_vec()))]);
    let old = tempfile::tempdir().unwrap();
    copy(&world.dir().log(), old.path());
    world.round(vec![(1, publish(1, records[1..].to_vec()))]);
    let newest = world.ledger.checkpoint().to_string();
    std::fs::write(world.dir().cosigned(), newest).unwrap();
    let mut world = world.restart(); // one that reaches it is opened
    world.round(vec![]);
    let (dir, World { ledger, place, .. }) = (world.dir(), world);
    drop(ledger);
    std::fs::remove_dir_all(dir.log()).unwrap();
    std::fs::create_dir_all(dir.log()).unwrap();
    copy(old.path(), &dir.log());
    let refused = Ledger::open_alone(&dir).err().unwrap();
    assert!(
        matches!(refused, DistrictError::BehindWitnesses { held: TreeSize(5), size: TreeSize(4), .. }),
        "{refused}"
    );
    drop(place);
}

#[test]
fn a_district_restored_from_an_old_copy_stops_before_it_signs() {
    let mut world = World::new();
    let old = tempfile::tempdir().unwrap();
    copy(world.place.path(), old.path());
    let mut chain = world.ward(1);
    world.round(vec![(1, publish(1, seal(&mut chain, &["a"])))]);
    let newest = world.ledger.checkpoint().to_string();
    drop(world);
    let mut restored = World {
        ledger: socai_district::Ledger::open_alone(&socai_district::LedgerDir::new(
            old.path().join("district"),
        ))
        .unwrap(),
        place: old,
        seq: 0,
    };
    let size = restored.size();
    let said = restored.ledger.round(
        vec![socai_district::Message {
            subject: UnitNo(1),
            cursor: socai_log::Cursor { stream_created_ns: 7, stream_seq: 1 },
            payload: hello(1, chain.head(), 1, &newest),
        }],
        NOW,
    );
    assert!(matches!(said, Err(DistrictError::BehindWard { unit: UnitNo(1), .. })), "{said:?}");
    assert_eq!(restored.ledger.reader().committed().unwrap().size, TreeSize(size));
}

#[test]
fn facts_that_break_a_rule_are_recorded_and_rejected_with_the_reason() {
    let mut world = World::new();
    let mut chain = world.ward(1);
    let broken = chain.seal(Bytes::from_static(b"no facts"), Bytes::new(), NOW, 0).unwrap();
    let answers = world.round(vec![(1, publish(1, vec![broken]))]);
    assert_eq!(receipt(&answers[0].1).last_seq, 0, "what was signed is never dropped");
    let mut fold = Fold::new();
    let mut reasons = BTreeMap::new();
    let size = world.ledger.checkpoint().size();
    socai_follow::replay(world.ledger.reader(), &mut fold, size, |record, verdict| {
        if let Verdict::Rejected(rejection) = verdict {
            reasons.insert(record.at.name, rejection.reasons[0].code.clone());
        }
    })
    .unwrap();
    assert_eq!(reasons.keys().collect::<Vec<_>>(), [&EventName::new(1, 0)]);
}

#[test]
fn the_clock_going_back_never_takes_an_entry_back_in_time() {
    let mut world = World::new();
    let mut chain = world.ward(1);
    let first = seal(&mut chain, &["a"]);
    let message = |seq, payload| socai_district::Message {
        subject: UnitNo(1),
        cursor: socai_log::Cursor { stream_created_ns: 7, stream_seq: seq },
        payload,
    };
    world.ledger.round(vec![message(1, publish(1, first))], NOW + 5_000).unwrap();
    world.ledger.round(vec![message(2, publish(1, seal(&mut chain, &["b"])))], NOW - 5_000).unwrap();
    let time = |leaf| world.ledger.reader().record(LeafIndex(leaf)).unwrap().received_at_ms;
    assert_eq!(time(world.size() - 1), time(world.size() - 2));
}

#[test]
fn rounds_without_anything_new_sign_nothing() {
    let mut world = World::new();
    let before = world.ledger.checkpoint().to_string();
    world.round(vec![(1, hello(1, world.ward(1).head(), 0, ""))]);
    assert_eq!(world.ledger.checkpoint().to_string(), before);
    let head = ChainHead::genesis(socai_tlog::Link::ZERO);
    let answers = world.round(vec![(9, hello(9, head, 0, ""))]);
    assert_eq!(refusal(&answers[0].1).code(), RefusalCode::UnknownUnit);
}

#[test]
fn a_hello_that_states_another_unit_is_told_so_and_not_that_its_own_is_unknown() {
    let mut world = World::new();
    let mut said = |stated: u32, of: u32| {
        let head = ChainHead::genesis(socai_tlog::Link::ZERO);
        let answers = world.round(vec![(of, hello(stated, head, 0, ""))]);
        let refused = refusal(&answers[0].1);
        (refused.code(), refused.text.clone())
    };
    let text = "a hello of unit 2 came on the subject of unit 1".to_owned();
    assert_eq!(said(2, 1), (RefusalCode::WrongUnit, text));
    assert_eq!(said(9, 9).0, RefusalCode::UnknownUnit, "nobody of that number");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            std::fs::create_dir_all(&target).unwrap();
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn a_ward_that_has_seen_more_is_asked_before_anything_of_it_is_recorded() {
    let mut world = World::new();
    let records = seal(&mut world.ward(1), &["a"]);
    let size = world.size();
    let answers = world.round(vec![(1, publish_seen(1, records, size + 1))]);
    assert_eq!(head(&answers[0].1).reason(), HeadReason::Gap);
    assert_eq!(world.size(), size);
}

#[test]
fn a_checkpoint_of_another_history_stops_the_district_at_any_size() {
    let (mut world, mut other) = (World::new(), World::new());
    let twin = other.ledger.operator();
    assert_ne!(twin, world.ledger.operator());
    // the same district, restored and gone another way: the same operator, another root at the same size
    let old = tempfile::tempdir().unwrap();
    copy(world.place.path(), old.path());
    let mut chain = world.ward(1);
    world.round(vec![(1, publish(1, seal(&mut chain, &["a"])))]);
    let newest = world.ledger.checkpoint().to_string();
    drop(world);
    other.place = old;
    other.ledger = socai_district::Ledger::open_alone(&socai_district::LedgerDir::new(
        other.place.path().join("district"),
    ))
    .unwrap();
    let mut second = other.ward(2);
    other.round(vec![(2, publish(2, seal(&mut second, &["x"])))]);
    let said = other.ledger.round(
        vec![socai_district::Message {
            subject: UnitNo(1),
            cursor: socai_log::Cursor { stream_created_ns: 7, stream_seq: 9 },
            payload: hello(1, chain.head(), 1, &newest),
        }],
        NOW,
    );
    assert!(matches!(said, Err(DistrictError::BehindWard { .. })), "{said:?}");
}

#[test]
fn a_trace_that_the_district_left_in_the_stream_is_passed_over_unless_the_log_is_older() {
    let mut world = World::new();
    let old = tempfile::tempdir().unwrap();
    copy(world.place.path(), old.path());
    let traced = |world: &World| {
        hello(0, ChainHead::genesis(Link::default()), 0, &world.ledger.checkpoint().to_string())
    };
    let mut chain = world.ward(1);
    let first = traced(&world);
    world.round(vec![(1, publish(1, seal(&mut chain, &["a"])))]);
    let size = world.size();
    let trace = traced(&world);
    assert_eq!(world.round(vec![(0, first), (0, trace.clone())]), [], "nobody is answered");
    assert_eq!(world.size(), size);
    drop(world);
    let mut restored =
        socai_district::Ledger::open_alone(&socai_district::LedgerDir::new(old.path().join("district")))
            .unwrap();
    let cursor = socai_log::Cursor { stream_created_ns: 7, stream_seq: 1 };
    let message = socai_district::Message { subject: UnitNo::OPERATOR, cursor, payload: trace };
    let said = restored.round(vec![message], NOW).unwrap_err();
    assert!(matches!(said, DistrictError::BehindWard { unit: UnitNo::OPERATOR, .. }), "{said:?}");
    assert!(said.to_string().starts_with("the broker holds a checkpoint"), "{said}");
}

#[test]
fn evidence_that_is_in_the_log_does_not_suspend_a_unit_again() {
    let mut world = World::new();
    let (mut chain, mut other) = (world.ward(1), world.ward(1));
    let first = seal(&mut chain, &["a"]);
    let second = seal(&mut other, &["x"]);
    world.round(vec![(1, publish(1, first)), (1, publish(1, second.clone()))]);
    let resumed = socai_proto::v1::UnitResumed {
        unit: "test.phuong-1".into(),
        ground: socai_proto::v1::SuspensionGround::Settled.into(),
        from_leaf_index: world.size() + 1,
    };
    let event = socai_district::draft::operator_event(
        Bytes::from_static(&[7; 16]),
        NOW,
        socai_proto::v1::event::Kind::UnitResumed(resumed),
    );
    world.ledger.publish(&[event], NOW).unwrap();
    let size = world.size();
    let answers = world.round(vec![(1, publish(1, second))]);
    assert_eq!(head(&answers[0].1).reason(), HeadReason::Gap);
    assert_eq!(world.size(), size, "no second evidence");
    let answers = world.round(vec![(1, publish(1, seal(&mut chain, &["b"])))]);
    assert_eq!(receipt(&answers[0].1).last_seq, 1);
}

#[test]
fn of_many_hellos_of_a_unit_in_a_round_the_last_is_answered() {
    let mut world = World::new();
    let records = seal(&mut world.ward(1), &["a", "b"]);
    world.round(vec![(1, publish(1, records))]);
    let genesis = world.ward(1).head();
    let answers = world.round((0..50).map(|_| (1, hello(1, genesis, 0, ""))).collect());
    assert_eq!(answers.len(), 2, "the records and one head");
}
