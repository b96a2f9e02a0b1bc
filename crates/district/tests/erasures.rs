//! An annex that is to be erased is erased, whatever happens between the order and the deed, and nothing else changes.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

mod common;

use std::path::Path;

use bytes::Bytes;
use common::*;
use prost::Message as _;
use socai_district::Ledger;
use socai_fold::{Erasure, Fold};
use socai_log::Annex;
use socai_proto::v1::{self, RefusalCode, down, event::Kind};
use socai_tlog::{
    Chain, ErasureStatement, EventName, Hash, LeafIndex, NoteKey, Origin, Record, SignedCheckpoint, TreeSize,
    UnitNo, entry_hash,
};

const SECRET: &[u8] = b"a name that should not have been written";

/// A record with a secret in its annex.
fn secret(chain: &mut Chain, name: &str) -> Record {
    chain.seal(facts(name), Bytes::from([SECRET, name.as_bytes()].concat()), NOW, 0).unwrap()
}

fn erasure_of(target: EventName, id: u8, now: &str) -> v1::Event {
    v1::Event {
        id: Bytes::from(vec![id; 16]),
        occurred_on: now.parse().unwrap(),
        level: v1::Level::Public.into(),
        source: Some(v1::Source { kind: v1::SourceKind::Manual.into(), ..v1::Source::default() }),
        entered_by: "van-thu".into(),
        approved_by: "chu-tich".into(),
        kind: Some(Kind::AnnexErased(v1::AnnexErased {
            target: Some(v1::Ref { unit: target.unit.0, seq: target.seq.0 }),
            ground: v1::ErasureGround::PersonalData.into(),
            procedure: "14/QĐ-UBND".into(),
            approver_position: "chu-tich".into(),
        })),
        ..v1::Event::default()
    }
}

fn order(chain: &mut Chain, target: EventName) -> Record {
    let facts = erasure_of(target, 0xee, "20230328").encode_to_vec();
    chain.seal(Bytes::from(facts), Bytes::new(), NOW, 0).unwrap()
}

fn folded(ledger: &Ledger) -> Vec<Erasure> {
    let mut fold = Fold::new();
    socai_follow::replay(ledger.reader(), &mut fold, ledger.checkpoint().size(), |_, _| ()).unwrap();
    fold.erasures().iter().copied().collect()
}

fn is_on_disk(dir: &Path) -> bool {
    let mut dirs = vec![dir.to_owned()];
    while let Some(dir) = dirs.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                dirs.push(path);
            } else if std::fs::read(&path).unwrap().windows(SECRET.len()).any(|bytes| bytes == SECRET) {
                return true;
            }
        }
    }
    false
}

fn told(answers: &[(u32, down::Message)]) -> Vec<&v1::Erasure> {
    let mut told = Vec::new();
    for (_, message) in answers {
        if let down::Message::Erasure(erasure) = message {
            told.push(erasure);
        }
    }
    told
}

/// What a district does between its fold and its answers.
fn carry_out(world: &mut World) -> Vec<(u32, down::Message)> {
    let erasures = folded(&world.ledger);
    world.ledger.erase(&erasures).unwrap().into_iter().map(said).collect()
}

#[test]
fn a_unit_erases_the_annex_of_its_record_and_is_told_with_a_proof() {
    let mut world = World::new();
    let mut chain = world.ward(1);
    let target = secret(&mut chain, "a");
    world.round(vec![(1, publish(1, vec![target.clone(), secret(&mut chain, "b")]))]);
    world.round(vec![(1, publish(1, vec![order(&mut chain, target.name())]))]);
    let root = *world.ledger.checkpoint().root();
    let answers = carry_out(&mut world);
    assert_eq!(*world.ledger.checkpoint().root(), root, "no proof changes");
    let leaf = world.ledger.reader().leaf_of(target.name()).unwrap();
    assert_eq!(world.ledger.reader().annex(leaf).unwrap(), Annex::Erased);
    let other = world.ledger.reader().annex(LeafIndex(leaf.0 + 1)).unwrap();
    assert!(matches!(other, Annex::Present(_)), "{other:?}");

    let [erasure] = told(&answers)[..] else { panic!("{answers:?}") };
    assert_eq!((erasure.unit, erasure.seq, erasure.from_size), (1, 0, 0));
    let origin = Origin::new(ORIGIN).unwrap();
    let key = NoteKey::log(origin.clone(), world.ledger.operator());
    let checkpoint = SignedCheckpoint::open(erasure.checkpoint.as_bytes(), [&key]).unwrap();
    let header: [u8; 120] = erasure.header[..].try_into().unwrap();
    let signature: Option<[u8; 64]> = erasure.entry_signature[..].try_into().ok();
    let entry = entry_hash(erasure.received_at_ms, &header, signature.as_ref());
    let inclusion: Vec<Hash> = erasure.inclusion.iter().map(|h| Hash(h[..].try_into().unwrap())).collect();
    checkpoint.verify_inclusion(LeafIndex(erasure.leaf), &entry, &inclusion).unwrap();
    let record = Record::received(header, erasure.facts.clone(), Bytes::new()).unwrap();
    let event = v1::Event::decode(record.facts().clone()).unwrap();
    assert!(matches!(event.kind, Some(Kind::AnnexErased(_))));
    let statement = ErasureStatement {
        unit: UnitNo(1),
        seq: target.name().seq,
        from: TreeSize(0),
        leaf: LeafIndex(erasure.leaf),
        entry,
        annex: target.header().annex,
        checkpoint: &erasure.checkpoint,
        inclusion: &inclusion,
    };
    assert!(statement.verify(&origin, &world.ledger.operator(), &erasure.signature[..].try_into().unwrap()));
}

#[test]
fn an_erasure_that_was_recorded_before_a_crash_is_carried_out_by_the_next_start() {
    let mut world = World::new();
    let mut chain = world.ward(1);
    let target = secret(&mut chain, "a");
    let erasing = order(&mut chain, target.name());
    world.round(vec![(1, publish(1, vec![target, erasing]))]);
    assert!(is_on_disk(world.place.path()), "recorded, not carried out");
    let world = world.restart();
    assert!(!is_on_disk(world.place.path()));
}

#[test]
fn the_operator_erases_while_no_district_runs() {
    let mut world = World::new();
    let target = secret(&mut world.ward(1), "a");
    world.round(vec![(1, publish(1, vec![target.clone()]))]);
    world.ledger.publish(&[erasure_of(target.name(), 1, "20230328")], NOW).unwrap();
    let world = world.restart();
    assert!(!is_on_disk(world.place.path()));
}

#[test]
fn an_erasure_of_another_units_record_destroys_nothing() {
    let mut world = World::new();
    let target = secret(&mut world.ward(1), "a");
    let mut stranger = world.ward(2);
    world.round(vec![(1, publish(1, vec![target.clone()]))]);
    world.round(vec![(2, publish(2, vec![order(&mut stranger, target.name())]))]);
    assert_eq!(carry_out(&mut world).len(), 0);
    let world = world.restart();
    assert!(is_on_disk(world.place.path()));
}

#[test]
fn an_annex_whose_erasure_came_first_does_not_stay_when_its_record_comes() {
    let mut world = World::new();
    let target = secret(&mut world.ward(1), "a");
    world.ledger.publish(&[erasure_of(target.name(), 1, "20230328")], NOW).unwrap();
    carry_out(&mut world);
    let answers = world.round(vec![(1, publish(1, vec![target]))]);
    assert_eq!(receipt(&answers[0].1).last_seq, 0);
    assert!(!is_on_disk(world.place.path()));
    let [erasure] = told(&answers)[..] else { panic!("{answers:?}") };
    assert!(erasure.from_size > erasure.leaf, "it says nothing of others");
    let genesis = world.ward(1).head();
    assert_eq!(told(&world.round(vec![(1, hello(1, genesis, 1, ""))])).len(), 1, "with every hello");
}

#[test]
fn a_hello_is_answered_with_the_erasures_the_unit_has_not_carried_out() {
    let mut world = World::new();
    let mut chain = world.ward(1);
    let names: Vec<String> = (0..70).map(|number| format!("r{number}")).collect();
    let records: Vec<Record> = names.iter().map(|name| secret(&mut chain, name)).collect();
    world.round(vec![(1, publish(1, records.clone()))]);
    let orders: Vec<_> =
        records.iter().zip(1..).map(|(r, id)| erasure_of(r.name(), id, "20230328")).collect();
    world.ledger.publish(&orders, NOW).unwrap();
    carry_out(&mut world);
    let (mut erased_size, mut seqs) = (0, Vec::new());
    for expected in [64, 6, 0] {
        let hello = v1::Hello {
            unit: 1,
            next_seq: 70,
            head: Bytes::copy_from_slice(&chain.head().link.0),
            sealed_next_seq: 70,
            erased_size,
            ..v1::Hello::default()
        };
        let up = v1::Up { message: Some(v1::up::Message::Hello(hello)) };
        let answers = world.round(vec![(1, up.encode_to_vec().into())]);
        let told = told(&answers);
        assert_eq!(told.len(), expected);
        for erasure in told {
            assert_eq!(erasure.from_size, erased_size, "no erasure is passed over unseen");
            erased_size = erasure.leaf + 1;
            seqs.push(erasure.seq);
        }
    }
    assert_eq!(seqs, (0..70).collect::<Vec<_>>());
    assert_eq!(world.ledger.remind().unwrap().len(), 0, "it has confirmed all of them");
}

#[test]
fn a_unit_that_says_nothing_is_told_again() {
    let mut world = World::new();
    let mut chain = world.ward(1);
    let target = secret(&mut chain, "a");
    let erasing = order(&mut chain, target.name());
    world.round(vec![(1, publish(1, vec![target, erasing]))]);
    let world = world.restart();
    let answers: Vec<_> = world.ledger.remind().unwrap().into_iter().map(said).collect();
    assert_eq!(told(&answers).len(), 1);
}

#[test]
fn a_record_sent_again_without_its_erased_annex_is_known_and_a_new_one_without_is_refused() {
    let mut world = World::new();
    let mut chain = world.ward(1);
    let target = secret(&mut chain, "a");
    let bare = |record: &Record| {
        Record::restored(*record.header_bytes(), record.facts().clone(), Bytes::new()).unwrap()
    };
    world.round(vec![(1, publish(1, vec![target.clone()]))]);
    let next = secret(&mut chain, "b");
    let answers = world.round(vec![
        (1, publish(1, vec![bare(&target)])),
        (1, publish(1, vec![bare(&target), bare(&next)])),
        (1, publish(1, vec![bare(&target), next])),
    ]);
    assert_eq!(receipt(&answers[0].1).last_seq, 0);
    assert_eq!(refusal(&answers[1].1).code(), RefusalCode::Malformed);
    assert!(refusal(&answers[1].1).text.contains("record 1/1 comes without the annex"));
    assert_eq!(receipt(&answers[2].1).last_seq, 1);
}

#[test]
fn records_that_come_back_to_a_ward_come_without_what_was_erased() {
    let mut world = World::new();
    let mut chain = world.ward(1);
    let target = secret(&mut chain, "a");
    let erasing = order(&mut chain, target.name());
    world.round(vec![(1, publish(1, vec![target.clone(), erasing]))]);
    carry_out(&mut world);
    let genesis = world.ward(1).head();
    let answers = world.round(vec![(1, hello(1, genesis, 0, ""))]);
    let down::Message::Restore(restore) = &answers[0].1 else { panic!("{answers:?}") };
    let segment = socai_tlog::Segment::parse_restored(restore.segments[0].clone()).unwrap();
    assert!(segment.records()[0].annex_erased());
}
