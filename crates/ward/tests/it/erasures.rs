//! An order to destroy an annex is obeyed when it proves itself, and only then.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail loudly

use crate::common::{
    district::{FakeDistrict, Logged},
    ward::{FakeWard, facts},
    world,
};
use bytes::Bytes;
use prost::Message as _;
use socai_proto::v1::{self, down, event::Kind, up};
use socai_tlog::{
    Chain, Digest, ErasureStatement, LeafIndex, SigningKey, TreeSize, UnitSeq, entry_hash, prove_inclusion,
};
use socai_ward::publisher::{Input, Ordered, Standing};

const ANNEX: Digest = Digest([7; 32]);

/// A ward with three records, all recorded, and the district's log with an `annex.erased` of record 1 behind them.
fn settled() -> (FakeDistrict, FakeWard, v1::Erasure) {
    let (mut district, disk) = world();
    let mut ward = FakeWard::start(disk, &district, 1);
    (0..3).for_each(|number| ward.seal(0, facts(number)));
    let ups = ward.handle(0, Input::Connected);
    ward.settle(0, &mut district, ups);
    let erasure = order(&mut district, 1, 0);
    (district, ward, erasure)
}

/// The operator records an erasure of a record of the unit.
fn order(district: &mut FakeDistrict, seq: u64, from: u64) -> v1::Erasure {
    let target = Some(v1::Ref { unit: district.unit.0, seq });
    let kind = Kind::AnnexErased(v1::AnnexErased { target, ..Default::default() });
    let event = v1::Event { id: vec![9; 16].into(), kind: Some(kind), ..Default::default() };
    let mut chain = Chain::new(socai_tlog::UnitNo::OPERATOR, district.genesis());
    let record = chain.seal(event.encode_to_vec().into(), Bytes::new(), 1, 0).unwrap();
    let leaf = LeafIndex(district.tree.size().0);
    district.tree.push(entry_hash(5, record.header_bytes(), Some(&[3; 64])));
    let logged = Logged { record, signature: Some([3; 64]), leaf, received_at_ms: 5 };
    say(district, &logged, seq, from)
}

fn say(district: &FakeDistrict, logged: &Logged, seq: u64, from: u64) -> v1::Erasure {
    let checkpoint = district.checkpoint().to_string();
    let inclusion = prove_inclusion(&district.tree, logged.leaf, district.tree.size()).unwrap();
    let erasure = v1::Erasure {
        unit: district.unit.0,
        seq,
        from_size: from,
        leaf: logged.leaf.0,
        header: logged.record.header_bytes().to_vec().into(),
        received_at_ms: logged.received_at_ms,
        entry_signature: logged.signature.map(|signature| signature.to_vec()).unwrap_or_default().into(),
        facts: logged.record.facts().clone(),
        checkpoint,
        inclusion: inclusion.iter().map(|hash| hash.0.to_vec().into()).collect(),
        annex: ANNEX.0.to_vec().into(),
        signature: Bytes::new(),
    };
    signed(erasure, district, &district.operator)
}

/// Signs whatever a message says.
fn signed(mut erasure: v1::Erasure, district: &FakeDistrict, key: &SigningKey) -> v1::Erasure {
    let header = erasure.header[..].try_into().unwrap();
    let entry_signature: Option<[u8; 64]> = erasure.entry_signature[..].try_into().ok();
    let inclusion: Vec<_> =
        erasure.inclusion.iter().map(|hash| socai_tlog::Hash(hash[..].try_into().unwrap())).collect();
    let statement = ErasureStatement {
        unit: district.unit,
        seq: UnitSeq(erasure.seq),
        from: TreeSize(erasure.from_size),
        leaf: LeafIndex(erasure.leaf),
        entry: entry_hash(erasure.received_at_ms, &header, entry_signature.as_ref()),
        annex: ANNEX,
        checkpoint: &erasure.checkpoint,
        inclusion: &inclusion,
    };
    erasure.signature = statement.sign(&district.origin, key).to_vec().into();
    erasure
}

fn hear(ward: &mut FakeWard, erasure: &v1::Erasure) -> Vec<v1::Up> {
    ward.hear(1, v1::Down { message: Some(down::Message::Erasure(erasure.clone())) })
}

fn erased_size(ups: &[v1::Up]) -> u64 {
    match &ups[0].message {
        Some(up::Message::Hello(hello)) => hello.erased_size,
        other => panic!("not a hello: {other:?}"),
    }
}

#[test]
fn a_proven_order_is_obeyed_and_the_next_hello_says_so() {
    let (_, mut ward, erasure) = settled();
    assert_eq!(hear(&mut ward, &erasure), []);
    let size = Some(TreeSize(erasure.leaf + 1));
    assert_eq!(ward.erased, [Ordered { seq: UnitSeq(1), annex: ANNEX, size }]);
    assert_eq!(ward.standing(), Standing::Publishing, "publishing goes on");
    ward.handle(2, Input::Disconnected);
    assert_eq!(erased_size(&ward.handle(3, Input::Connected)), erasure.leaf + 1);
}

#[test]
fn one_that_is_told_again_is_answered_and_not_done_again() {
    let (_, mut ward, erasure) = settled();
    hear(&mut ward, &erasure);
    let ups = hear(&mut ward, &erasure);
    assert_eq!(erased_size(&ups), erasure.leaf + 1);
    assert_eq!(ward.erased.len(), 1);
}

#[test]
fn when_one_before_it_was_lost_the_ward_asks_and_destroys_nothing_yet() {
    let (mut district, mut ward, first) = settled();
    let second = order(&mut district, 2, first.leaf + 1);
    let ups = hear(&mut ward, &second);
    assert_eq!(erased_size(&ups), 0);
    assert_eq!(ward.erased, []);
}

#[test]
fn one_that_came_before_its_record_says_nothing_of_others() {
    let (mut district, mut ward, first) = settled();
    let alone = order(&mut district, 2, u64::MAX);
    hear(&mut ward, &alone);
    assert_eq!(ward.erased, [Ordered { seq: UnitSeq(2), annex: ANNEX, size: None }]);
    hear(&mut ward, &first);
    assert_eq!(ward.erased.len(), 2, "the first is still to be done");
}

#[test]
fn an_order_with_any_part_changed_destroys_nothing() {
    type Change = fn(&mut v1::Erasure);
    let (_, _, honest) = settled();
    let changes: [Change; 12] = [
        |e| e.unit += 1,
        |e| e.seq = 0,
        |e| e.from_size = 1,
        |e| e.leaf -= 1,
        |e| e.header = vec![0; 120].into(),
        |e| e.header = vec![0; 3].into(),
        |e| e.received_at_ms += 1,
        |e| e.entry_signature = Bytes::new(),
        |e| e.facts = facts(1),
        |e| e.checkpoint.push('\n'),
        |e| drop(e.inclusion.pop()),
        |e| e.annex = vec![8; 32].into(),
    ];
    for (place, change) in changes.iter().enumerate() {
        let (_, mut ward, _) = settled();
        let mut changed = honest.clone();
        change(&mut changed);
        hear(&mut ward, &changed);
        assert_eq!(ward.erased, [], "change {place}");
    }
}

#[test]
fn whoever_is_not_the_operator_destroys_nothing_and_the_operator_nothing_that_is_not_in_the_log() {
    let (district, mut ward, honest) = settled();
    let stranger = signed(honest.clone(), &district, &SigningKey::from_bytes(&[0x77; 32]));
    // an order that names record 0 while what is in the log names record 1
    let other = signed(v1::Erasure { seq: 0, ..honest.clone() }, &district, &district.operator);
    let absent = signed(v1::Erasure { received_at_ms: 6, ..honest.clone() }, &district, &district.operator);
    let facts = signed(v1::Erasure { facts: facts(1), ..honest.clone() }, &district, &district.operator);
    let of_another = signed(v1::Erasure { unit: 99, ..honest.clone() }, &district, &district.operator);
    for (erasure, why) in [
        (stranger, "the operator did not sign it for us"),
        (other, "its record does not order it"),
        (absent, "its record is not in the log"),
        (facts, "its facts are not those of its header"),
        (of_another, "the operator did not sign it for us"),
    ] {
        hear(&mut ward, &erasure);
        assert_eq!(ward.erased, []);
        assert!(ward.ignored.last().unwrap().contains(why), "{:?}", ward.ignored.last());
    }
    hear(&mut ward, &honest);
    assert_eq!(ward.erased.len(), 1);
}
