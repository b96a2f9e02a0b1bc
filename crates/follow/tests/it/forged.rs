//! Logs that an insider wrote with the operator's key: the tree, the checkpoints and every file are right, and yet what the units
//! did not sign is found.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests

use std::path::Path;

use crate::common::{
    Ledger, Unit, alone, check, operator, origin, registration, rotation, secret, write_policy,
};
use bytes::Bytes;
use socai_follow::{Fault, Kept, Options as Check, Signatures, Verified};
use socai_log::{LogError, LogKey};
use socai_proto::v1::{self, event::Kind};
use socai_tlog::{
    Chain, ChainHead, EventName, Header, Origin, Record, SealingKey, TreeSize, UnitNo, genesis, sign_segment,
};

/// Where the frame of a record starts in volume 0.
fn offset_of(root: &Path, name: EventName) -> u64 {
    let reader = crate::common::reader(root);
    let mut offset = None;
    let size = reader.committed().unwrap().size;
    reader
        .for_each(socai_tlog::LeafIndex(0), size, |record| {
            if record.name() == name {
                offset = Some(record.offset());
            }
            Ok::<_, LogError>(())
        })
        .unwrap();
    offset.unwrap()
}

/// The one fault of a log.
fn only(verified: Verified) -> Fault {
    let [fault] = <[Fault; 1]>::try_from(verified.faults).unwrap_or_else(|faults| panic!("{faults:#?}"));
    assert!(!fault.is_repaired_by_start() && !fault.is_unreadable());
    fault
}

fn assert_at(fault: &Fault, root: &Path, name: EventName) {
    assert_eq!(fault.path().unwrap(), root.join("log/volumes/0000000000.vol"));
    assert_eq!((fault.name(), fault.offset()), (Some(name), Some(offset_of(root, name))), "{fault}");
}

/// A ledger with two units and some honest records.
fn honest(root: &Path) -> Ledger {
    let mut ledger = Ledger::found(root, 1_000, &[0, 1, 2]);
    for unit in [1, 2] {
        ledger.publish(unit, 3, false);
    }
    ledger.commit();
    assert!(check(root, alone()).holds());
    ledger
}

#[test]
fn a_record_that_its_unit_did_not_sign_is_found() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    let (records, _) = ledger.unit(1).segment(2, false);
    let signature = sign_segment(&operator(), &origin(), records[1].link());
    ledger.append(&(records, signature));
    ledger.publish(2, 1, false);
    ledger.commit();
    let fault = only(check(root.path(), alone()));
    assert!(matches!(fault, Fault::Signature { .. }), "{fault}");
    assert_at(&fault, root.path(), EventName::new(1, 4));
}

#[test]
fn a_signature_of_another_record_or_ledger_does_not_count() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    let (records, _) = ledger.unit(1).segment(1, false);
    let other = Origin::new("so-cai.example/khac").unwrap();
    let elsewhere = sign_segment(&ledger.unit(1).key, &other, records[0].link());
    ledger.append(&(records, elsewhere));
    let (first, signature) = ledger.unit(2).segment(1, false);
    let (second, _) = ledger.unit(2).segment(1, false);
    ledger.append(&(first, signature));
    ledger.append(&(second, signature));
    ledger.commit();
    let verified = check(root.path(), alone());
    let names: Vec<_> = verified.faults.iter().map(|fault| fault.name().unwrap()).collect();
    assert_eq!(names, [EventName::new(1, 3), EventName::new(2, 4)]);
}

#[test]
fn a_later_signature_of_the_same_key_vouches_for_records_whose_own_is_worthless() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    let (records, _) = ledger.unit(1).segment(2, false);
    let worthless = sign_segment(&operator(), &origin(), records[1].link());
    ledger.append(&(records, worthless));
    ledger.publish(1, 3, false);
    ledger.commit();
    let covering = check(root.path(), alone());
    assert!(covering.holds() && covering.signatures_verified < covering.signatures);
    let every = check(root.path(), Check { signatures: Signatures::Every, ..alone() });
    assert_eq!(every.signatures_verified, every.signatures);
    assert_at(&only(every), root.path(), EventName::new(1, 4));
}

#[test]
fn when_a_covering_signature_fails_the_first_that_does_not_hold_is_named() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    for _ in 0..2 {
        let (records, _) = ledger.unit(1).segment(1, false);
        let worthless = sign_segment(&operator(), &origin(), records[0].link());
        ledger.append(&(records, worthless));
    }
    ledger.commit();
    let verified = check(root.path(), alone());
    assert_eq!(verified.faults_found, 2);
    assert_at(&verified.faults[0], root.path(), EventName::new(1, 3));
}

#[test]
fn a_record_without_a_signature_is_found_at_the_end_of_its_batch() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    let (records, _) = ledger.unit(1).segment(2, false);
    ledger.append_one(&records[0], None);
    ledger.append_one(&records[1], None);
    ledger.commit();
    let fault = only(check(root.path(), alone()));
    assert!(matches!(fault, Fault::Uncovered { .. }), "{fault}");
    assert_at(&fault, root.path(), EventName::new(1, 3));
}

#[test]
fn a_unit_that_nobody_registered_is_found_and_one_registered_too_late_too() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    let mut late = Unit::new(3);
    let segment = late.segment(2, false);
    ledger.append(&segment);
    let registered = ledger.unit(0).seal_event(registration(3), 0);
    let registered = ledger.unit(0).sign(vec![registered]);
    ledger.append(&registered);
    let segment = late.segment(1, false);
    ledger.append(&segment);
    ledger.commit();
    let verified = check(root.path(), alone());
    let found: Vec<_> =
        verified.faults.iter().map(|fault| (fault.name().unwrap(), fault.to_string())).collect();
    assert_eq!(found.len(), 2, "{found:?}");
    for (place, seq) in [(0, 0), (1, 1)] {
        assert_eq!(found[place].0, EventName::new(3, seq));
        assert!(found[place].1.contains("not registered"), "{found:?}");
    }
}

#[test]
fn a_registration_that_is_not_the_operators_registers_nobody() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    let claim = ledger.unit(1).seal_event(registration(3), 0);
    let claim = ledger.unit(1).sign(vec![claim]);
    ledger.append(&claim);
    let segment = Unit::new(3).segment(1, false);
    ledger.append(&segment);
    ledger.commit();
    let fault = only(check(root.path(), alone()));
    assert!(matches!(fault, Fault::Unregistered { .. }), "{fault}");
}

#[test]
fn a_chain_of_another_ledger_is_found() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::found(root.path(), 1_000, &[0, 1]);
    let other = Origin::new("so-cai.example/khac").unwrap();
    let key = |secret| SealingKey::of(secret);
    let start = genesis(&other, &key(&operator()), UnitNo(1), &key(&secret(1)));
    let mut chain = Chain::new(UnitNo(1), ChainHead::genesis(start));
    let record = chain.seal(Bytes::from_static(b"facts"), Bytes::new(), crate::common::NOW_MS, 0).unwrap();
    let signature = sign_segment(&secret(1), &origin(), record.link());
    ledger.append(&(vec![record], signature));
    ledger.commit();
    let fault = only(check(root.path(), alone()));
    assert!(matches!(fault, Fault::Genesis { .. }), "{fault}");
    assert_at(&fault, root.path(), EventName::new(1, 0));
}

#[test]
fn a_key_that_the_unit_did_not_bring_in_signs_nothing() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    ledger.rotate(1, secret(41));
    ledger.publish(1, 2, false);
    // the old key after the rotation
    let (records, _) = ledger.unit(1).segment(1, false);
    let signature = sign_segment(&secret(1), &origin(), records[0].link());
    ledger.append(&(records, signature));
    ledger.commit();
    let fault = only(check(root.path(), alone()));
    assert!(
        matches!(&fault, Fault::Signature { key, .. } if **key == SealingKey::of(&secret(41))),
        "{fault}"
    );
    assert_at(&fault, root.path(), EventName::new(1, 6));
}

#[test]
fn a_rotation_that_only_its_own_new_key_vouches_for_is_found() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    // an insider takes over unit 1: an unsigned rotation, and everything behind it signed with the insider's key
    let unit = ledger.unit(1);
    let stolen = unit.seal_event(rotation(&secret(66), ""), Header::ROTATES_KEY);
    unit.key = secret(66);
    let next = unit.seal_bytes("made up", "", 0);
    let segment = unit.sign(vec![stolen, next]);
    ledger.append(&segment);
    ledger.commit();
    let fault = only(check(root.path(), alone()));
    assert!(matches!(fault, Fault::Uncovered { .. }), "{fault}");
    assert_at(&fault, root.path(), EventName::new(1, 3));
}

#[test]
fn the_operators_rotation_for_a_unit_holds_from_its_place_on() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    let replaced = ledger.unit(0).seal_event(rotation(&secret(42), "hn.thu.p2"), 0);
    let segment = ledger.unit(0).sign(vec![replaced]);
    ledger.append(&segment);
    let mut old = ledger.unit(2).clone();
    ledger.unit(2).key = secret(42);
    ledger.publish(2, 1, false);
    ledger.commit();
    assert!(check(root.path(), alone()).holds());
    old.segment(1, false);
    old.chain = ledger.unit(2).chain.clone();
    let segment = old.segment(1, false);
    ledger.append(&segment);
    ledger.commit();
    assert!(matches!(only(check(root.path(), alone())), Fault::Signature { .. }));
}

#[test]
fn a_checkpoint_signed_with_another_key_is_found() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    let segment = ledger.unit(1).segment(1, false);
    drop(ledger);
    let key = LogKey::new(origin(), secret(90)).following(SealingKey::of(&operator()));
    let mut writer = crate::common::writer(root.path(), key, 1_000);
    let received_at_ms = writer.received_at_ms();
    let (record, signature) = (&segment.0[0], Some(&segment.1));
    writer.append(&socai_log::NewEntry { received_at_ms, record, signature }).unwrap();
    writer.commit(writer.cursor()).unwrap();
    let verified = check(root.path(), alone());
    let [Fault::Checkpoint { path, size, reason, .. }] = &verified.faults[..] else {
        panic!("{:?}", verified.faults)
    };
    assert_eq!(size.0, 10);
    assert!(path.ends_with("log/volumes/0000000000.vol") && reason.contains("none of the trusted keys"));
}

#[test]
fn under_another_operators_key_the_first_checkpoint_already_fails() {
    let root = tempfile::tempdir().unwrap();
    honest(root.path());
    write_policy(root.path(), &secret(90));
    let fault = only(check(root.path(), alone()));
    let Fault::Checkpoint { size, offset, .. } = fault else { panic!("{fault}") };
    let head_len = u32::from_be_bytes(
        std::fs::read(root.path().join("log/volumes/0000000000.vol")).unwrap()[..4].try_into().unwrap(),
    );
    assert_eq!((size.0, offset), (0, u64::from(head_len) + 9));
}

#[test]
fn under_another_ledgers_policy_the_first_volume_already_fails() {
    let root = tempfile::tempdir().unwrap();
    honest(root.path());
    let policy = std::fs::read_to_string(root.path().join("policy")).unwrap();
    let other =
        socai_tlog::NoteKey::log(Origin::new("so-cai.example/khac").unwrap(), SealingKey::of(&operator()));
    let (_, rest) = policy.split_once('\n').unwrap();
    std::fs::write(root.path().join("policy"), format!("log {other}\n{rest}")).unwrap();
    let fault = only(check(root.path(), alone()));
    assert!(matches!(fault, Fault::Log(LogError::Foreign { .. })), "{fault}");
    assert_eq!(fault.offset(), Some(0));
}

fn evidence(
    first: &[Record],
    first_signature: [u8; 64],
    second: &[Record],
    second_signature: [u8; 64],
) -> Kind {
    let headers = |records: &[Record]| -> Vec<Bytes> {
        records.iter().map(|record| Bytes::copy_from_slice(record.header_bytes())).collect()
    };
    let (first, second) = (headers(first), headers(second));
    Kind::ForkEvidenced(v1::ForkEvidenced {
        first_header: first[0].clone(),
        first_signature: Bytes::copy_from_slice(&first_signature),
        second_header: second[0].clone(),
        second_signature: Bytes::copy_from_slice(&second_signature),
        first_following: first[1..].to_vec(),
        second_following: second[1..].to_vec(),
    })
}

/// The log's verification after the operator recorded this evidence.
fn with_evidence(ledger: &mut Ledger, root: &Path, kind: Kind) -> Verified {
    let record = ledger.unit(0).seal_event(kind, 0);
    let segment = ledger.unit(0).sign(vec![record]);
    ledger.append(&segment);
    ledger.commit();
    check(root, alone())
}

#[test]
fn evidence_of_a_fork_must_be_signed_by_the_unit_on_both_sides() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    let mut forked = ledger.unit(1).clone();
    let (first, first_signature) = ledger.unit(1).segment(3, false);
    ledger.append(&(first.clone(), first_signature));
    ledger.commit();
    forked.seal_bytes("x", "", 0); // another record of the same number
    forked.chain =
        Chain::new(UnitNo(1), ChainHead { next_seq: first[0].name().seq, link: first[0].header().prev });
    let second = vec![forked.seal_bytes("other facts", "", 0), forked.seal_bytes("more", "", 0)];
    let (second, second_signature) = forked.sign(second);
    let real = evidence(&first, first_signature, &second, second_signature);
    assert!(with_evidence(&mut ledger, root.path(), real).holds());

    let made_up = sign_segment(&operator(), &origin(), second[1].link());
    let cases = [
        (evidence(&first, first_signature, &second, made_up), "was not made with the unit's key"),
        (
            evidence(&first[..2], first_signature, &second, second_signature),
            "was not made with the unit's key",
        ),
        (
            evidence(&[first[0].clone(), first[2].clone()], first_signature, &second, second_signature),
            "no chain",
        ),
    ];
    for (place, (kind, reason)) in cases.into_iter().enumerate() {
        let verified = with_evidence(&mut ledger, root.path(), kind);
        let fault = verified.faults.last().unwrap();
        assert_eq!(verified.faults.len(), place + 1);
        assert!(matches!(fault, Fault::Evidence { .. }) && fault.to_string().contains(reason), "{fault}");
    }
}

/// The checkpoint of a log as it is now.
fn kept(root: &Path) -> Kept {
    let verified = check(root, alone());
    Kept { size: verified.size, root: verified.root.unwrap() }
}

#[test]
fn a_log_that_grew_agrees_with_every_checkpoint_that_was_kept_of_it() {
    let root = tempfile::tempdir().unwrap();
    let mut ledger = honest(root.path());
    let before = kept(root.path());
    ledger.publish(1, 2, false);
    ledger.commit();
    let now = kept(root.path());
    for kept in [before, now] {
        assert!(check(root.path(), Check { kept: Some(kept), ..alone() }).holds());
    }
}

#[test]
fn a_history_that_the_operator_wrote_anew_is_found_by_an_older_checkpoint_alone() {
    let (root, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut ledger = honest(root.path());
    ledger.publish(1, 2, false);
    ledger.publish(2, 2, false);
    ledger.commit();
    let before = kept(root.path());
    // the same facts, signed by the same units and the same operator, in another order
    let mut anew = honest(other.path());
    anew.publish(2, 2, false);
    anew.publish(1, 2, false);
    anew.commit();
    assert!(check(other.path(), alone()).holds());
    let fault = only(check(other.path(), Check { kept: Some(before), ..alone() }));
    assert!(matches!(fault, Fault::Rewritten { .. }), "{fault}");
    // the same size is no checkpoint of this log at all
    let between = Kept { size: TreeSize(before.size.0 - 1), root: before.root };
    let fault = only(check(root.path(), Check { kept: Some(between), ..alone() }));
    assert!(matches!(fault, Fault::Rewritten { .. }), "{fault}");
}

#[test]
fn an_old_copy_is_found_by_a_newer_checkpoint() {
    let (root, old) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let mut ledger = honest(root.path());
    drop(honest(old.path()));
    ledger.publish(1, 2, false);
    ledger.commit();
    let newest = kept(root.path());
    assert!(check(old.path(), alone()).holds());
    let fault = only(check(old.path(), Check { kept: Some(newest), ..alone() }));
    assert!(matches!(fault, Fault::RolledBack { .. }), "{fault}");
}
