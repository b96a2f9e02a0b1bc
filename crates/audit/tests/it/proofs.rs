//! Proofs made from a small ledger and checked without it, good and spoilt.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use std::{fs, path::Path};

use crate::common::{Ledger, origin, rotation, secret};
use socai_audit::{
    Asked, AuditError, Language, NotProven, OlderCheckpoint, ProveError, Proven, Prover, check_consistency,
    check_record, is_consistency, not_proven_text, policy_for, prove_consistency, prove_record, proven_text,
    verify,
};
use socai_follow::Trust;
use socai_tlog::{
    AddCheckpoint, EventName, Evidence, Header, NoteKey, Origin, ProofFile, SealingKey, TreeSize, WitnessKey,
    cosign,
};

/// Two units; unit 1 replaces its own key, then the operator replaces it again; volumes of 16 records.
fn ledger() -> (tempfile::TempDir, Ledger) {
    let place = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::found(place.path(), 16, &[0, 1, 2]);
    ledger.publish(1, 5, true);
    ledger.publish(2, 7, false);
    ledger.commit();
    ledger.rotate(1, secret(60));
    ledger.publish(1, 4, false);
    ledger.commit();
    let record = ledger.unit(0).seal_event(rotation(&secret(61), "hn.thu.p1"), 0);
    let by_operator = ledger.unit(0).sign(vec![record]);
    ledger.append(&by_operator);
    ledger.commit();
    ledger.unit(1).key = secret(61);
    ledger.publish(1, 3, false);
    ledger.publish(2, 1, false);
    ledger.commit();
    (place, ledger)
}

fn pinned(place: &Path) -> Trust {
    Trust::pinned(&place.join("policy"), None).unwrap()
}

fn prove(place: &Path, name: EventName) -> String {
    prove_record(place, name, true).unwrap()
}

fn check(file: &str, place: &Path) -> Result<Proven, NotProven> {
    check_record(file.as_bytes(), Some(&pinned(place)))
}

fn records(ledger: &Ledger) -> Vec<EventName> {
    let mut names = Vec::new();
    let end = ledger.writer.size();
    let each = |record: socai_log::RecordRef<'_>| -> Result<(), socai_log::LogError> {
        names.push(record.name());
        Ok(())
    };
    ledger.reader().for_each(socai_tlog::LeafIndex(0), end, each).unwrap();
    names
}

fn pinned_by(policy: &Path) -> Asked<'_> {
    Asked { policy: Some(policy), ..Asked::default() }
}

#[test]
fn every_record_of_a_ledger_is_proven_by_a_file_and_a_policy() {
    let (place, ledger) = ledger();
    let names = records(&ledger);
    assert_eq!(names.len() as u64, ledger.writer.size().0);
    for (leaf, name) in names.into_iter().enumerate() {
        for with_facts in [true, false] {
            let file = prove_record(place.path(), name, with_facts).unwrap();
            assert!(!is_consistency(file.as_bytes()));
            let proven = check(&file, place.path()).unwrap();
            assert_eq!((proven.record.name.as_str(), proven.record.leaf), (&*name.to_string(), leaf as u64));
            assert_eq!(proven.ledger, origin().to_string());
            assert!(proven.trust.pinned);
            let alone = check_record(file.as_bytes(), None).unwrap();
            assert!(!alone.trust.pinned, "a key found in the file is no pinned key");
            assert!(proven_text(&alone, Language::En).contains("ONLY under the key found in the proof file"));
        }
    }
}

#[test]
fn no_proof_of_a_log_in_order_needs_a_pass_over_it() {
    let (place, ledger) = ledger();
    let mut prover = Prover::open(place.path()).unwrap();
    for name in records(&ledger) {
        let file = prover.record(name, true).unwrap();
        check(&file, place.path()).unwrap();
        assert_eq!(file, prove(place.path(), name), "one after the other as each alone");
    }
    assert_eq!(prover.passes(), 0);
}

#[test]
fn a_unit_that_replaced_its_key_often_is_proven_by_its_chain() {
    let place = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::found(place.path(), 1_024, &[0, 1, 2]);
    let mut expected = vec![];
    for turn in 0..6_u8 {
        let key = SealingKey::of(&ledger.unit(1).key).to_string();
        let before = ledger.writer.size();
        for _ in 0..=turn {
            ledger.publish(1, 3, turn % 2 == 0);
            ledger.publish(2, 2, false);
        }
        ledger.commit();
        ledger.rotate(1, secret(100 + turn));
        ledger.commit();
        expected.push((before, key));
    }
    let mut prover = Prover::open(place.path()).unwrap();
    for name in records(&ledger).into_iter().filter(|name| name.unit.0 == 1) {
        let proven = check(&prover.record(name, false).unwrap(), place.path()).unwrap();
        let (_, key) = expected.iter().rev().find(|(before, _)| before.0 <= proven.record.leaf).unwrap();
        assert_eq!(proven.record.sealing_key, *key, "{name}");
    }
    assert_eq!(prover.passes(), 0);
}

#[test]
fn the_key_that_covers_a_record_follows_from_the_records_that_come_with_its_proof() {
    let (place, _ledger) = ledger();
    let key_of = |name| check(&prove(place.path(), name), place.path()).unwrap().record.sealing_key;
    let expected = |number| SealingKey::of(&secret(number)).to_string();
    assert_eq!(key_of(EventName::new(1, 0)), expected(1));
    assert_eq!(key_of(EventName::new(1, 5)), expected(1), "the rotation itself is signed with the old key");
    assert_eq!(key_of(EventName::new(1, 6)), expected(60));
    assert_eq!(key_of(EventName::new(1, 10)), expected(61));
    assert_eq!(key_of(EventName::new(2, 3)), expected(2));
    let registered = check(&prove(place.path(), EventName::new(0, 1)), place.path()).unwrap();
    assert_eq!(registered.record.event.unwrap()["kind"], "unit.registered");
    assert_eq!(registered.record.unit, "operator");
}

#[test]
fn no_bit_of_a_proof_file_can_be_flipped_unnoticed() {
    let (place, _ledger) = ledger();
    let name = EventName::new(1, 10);
    let proof = ProofFile::parse(prove(place.path(), name).as_bytes()).unwrap();
    let extra = proof.extra.clone().unwrap();
    for bit in 0..extra.len() * 8 {
        let mut bad = extra.clone();
        bad[bit / 8] ^= 1 << (bit % 8);
        let file = ProofFile { extra: Some(bad), ..proof.clone() }.to_string();
        let is_own_key = (4..36).contains(&(bit / 8));
        let what = format!("bit {} of byte {} of the evidence", bit % 8, bit / 8);
        // with a policy nobody reads the key in the file
        assert_eq!(check(&file, place.path()).is_ok(), is_own_key, "{what}");
        assert!(check_record(file.as_bytes(), None).is_err(), "{what}");
    }
    let file = proof.to_string();
    let after_extra = file.find("\nindex ").unwrap();
    for bit in after_extra * 8..file.len() * 8 {
        let mut bad = file.clone().into_bytes();
        bad[bit / 8] ^= 1 << (bit % 8);
        let checked = check_record(&bad, Some(&pinned(place.path())));
        assert!(checked.is_err(), "bit {} of byte {} of the file", bit % 8, bit / 8);
    }
}

/// The proof of 1/10 with its evidence changed.
fn changed(place: &Path, change: impl FnOnce(&mut Evidence)) -> NotProven {
    let proof = ProofFile::parse(prove(place, EventName::new(1, 10)).as_bytes()).unwrap();
    let mut evidence = Evidence::parse(proof.extra.clone().unwrap().into()).unwrap();
    change(&mut evidence);
    let file = ProofFile { extra: Some(evidence.to_bytes()), ..proof }.to_string();
    check(&file, place).unwrap_err()
}

#[test]
fn evidence_that_leaves_out_or_shuffles_key_records_is_refused() {
    let (place, _ledger) = ledger();
    let place = place.path();
    assert_eq!(changed(place, |evidence| evidence.keys.clear()).code, "key");
    assert_eq!(changed(place, |evidence| drop(evidence.keys.remove(0))).code, "key");
    assert_eq!(changed(place, |evidence| drop(evidence.keys.pop())).code, "signature");
    assert_eq!(changed(place, |evidence| evidence.keys.swap(1, 2)).code, "key");
    assert_eq!(changed(place, |evidence| evidence.keys.push(evidence.keys[2].clone())).code, "key");
    assert_eq!(changed(place, |evidence| evidence.keys[1].facts = evidence.facts.clone()).code, "facts");
    assert_eq!(changed(place, |evidence| evidence.keys[0].leaf.0 += 1).code, "key");
    let of_another = ProofFile::parse(prove(place, EventName::new(2, 0)).as_bytes()).unwrap();
    let of_another = Evidence::parse(of_another.extra.unwrap().into()).unwrap();
    assert_eq!(changed(place, |evidence| evidence.keys = of_another.keys).code, "key");
    // what a unit publishes is not what the operator says of its key
    let own = ProofFile::parse(prove(place, EventName::new(1, 5)).as_bytes()).unwrap();
    let own = Evidence::parse(own.extra.unwrap().into()).unwrap();
    assert_eq!(changed(place, |evidence| evidence.keys[0].entry = own.entry).code, "facts");
}

#[test]
fn a_rotation_that_the_old_key_did_not_sign_convinces_nobody() {
    let place = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::found(place.path(), 100, &[0, 1]);
    ledger.publish(1, 2, false);
    // an insider appends a rotation for the unit, signed with the key it brings in
    let thief = secret(66);
    let record = ledger.unit(1).seal_event(rotation(&thief, ""), Header::ROTATES_KEY);
    ledger.unit(1).key = thief;
    let segment = ledger.unit(1).sign(vec![record]);
    ledger.append(&segment);
    ledger.publish(1, 2, false);
    ledger.commit();
    let refused = prove_record(place.path(), EventName::new(1, 4), true).unwrap_err();
    assert!(matches!(&refused, ProveError::Broken(not) if not.code == "key"), "{refused}");
    assert!(prove_record(place.path(), EventName::new(1, 1), true).is_ok());
}

#[test]
fn another_ledger_s_key_proves_nothing_and_several_logs_in_a_policy_are_told_apart() {
    let (place, _ledger) = ledger();
    let file = prove(place.path(), EventName::new(1, 10));
    let other = |name: &str| NoteKey::log(Origin::new(name).unwrap(), SealingKey::of(&secret(99)));
    let policy = place.path().join("other-policy");
    fs::write(&policy, format!("log {}\nquorum none\n", other("so-cai.example/thu"))).unwrap();
    let not = check_record(file.as_bytes(), Some(&Trust::pinned(&policy, None).unwrap())).unwrap_err();
    assert_eq!(not.code, "checkpoint");
    let said = not_proven_text(&not, Language::Vi);
    assert!(
        said.contains("KHÔNG CHỨNG MINH ĐƯỢC") && said.contains("không do khóa nào được tin ký"),
        "{said}"
    );
    let not = check_record(b"no proof", None).unwrap_err();
    assert_eq!(not.what_vi, "không phải tệp chứng minh: sai từ dòng 1");
    let ours = fs::read_to_string(place.path().join("policy")).unwrap();
    let both = format!("log {}\n{ours}", other("so-cai.example/khac"));
    fs::write(&policy, &both).unwrap();
    let trust = policy_for(file.as_bytes(), &policy).unwrap();
    assert!(check_record(file.as_bytes(), Some(&trust)).is_ok());
    assert!(verify(place.path(), pinned_by(&policy), &mut |_| ()).unwrap().verified);
    let others =
        format!("log {}\nlog {}\nquorum none\n", other("so-cai.example/khac"), other("so-cai.example/x"));
    fs::write(&policy, others).unwrap();
    assert!(policy_for(file.as_bytes(), &policy).is_err());
    assert!(matches!(verify(place.path(), pinned_by(&policy), &mut |_| ()), Err(AuditError::Trust(_))));
}

#[test]
fn a_checkpoint_continues_every_older_one_and_no_other_history() {
    let place = tempfile::tempdir().unwrap();
    let mut ledger = Ledger::found(place.path(), 16, &[0, 1]);
    let mut older = vec![ledger.writer.checkpoint().to_string()];
    for more in [1, 3, 9, 20] {
        ledger.publish(1, more, false);
        ledger.commit();
        older.push(ledger.writer.checkpoint().to_string());
    }
    let trust = pinned(place.path());
    for (number, note) in older.iter().enumerate() {
        let file = prove_consistency(place.path(), OlderCheckpoint::Note(note.as_bytes())).unwrap();
        assert!(is_consistency(file.as_bytes()));
        let continued = check_consistency(file.as_bytes(), note.as_bytes(), &trust).unwrap();
        assert_eq!(continued.size, ledger.writer.size().0);
        let by_size = prove_consistency(place.path(), OlderCheckpoint::Size(TreeSize(continued.old_size)));
        assert_eq!(by_size.unwrap(), file);
        let other = &older[(number + 1) % older.len()];
        assert_eq!(
            check_consistency(file.as_bytes(), other.as_bytes(), &trust).unwrap_err().code,
            "consistency"
        );
    }
    // a second history of the same operator
    let elsewhere = tempfile::tempdir().unwrap();
    let mut second = Ledger::found(elsewhere.path(), 16, &[0, 1]);
    second.publish(1, 2, true);
    second.commit();
    let theirs = second.writer.checkpoint().to_string();
    let forked = prove_consistency(place.path(), OlderCheckpoint::Note(theirs.as_bytes())).unwrap_err();
    assert!(matches!(forked, ProveError::Forked { .. }), "{forked}");
    let mut forged = AddCheckpoint::parse(
        prove_consistency(place.path(), OlderCheckpoint::Size(second.writer.size())).unwrap().as_bytes(),
    )
    .unwrap();
    let refused = check_consistency(forged.to_string().as_bytes(), theirs.as_bytes(), &trust).unwrap_err();
    assert_eq!(refused.code, "consistency");
    forged.checkpoint = theirs.clone();
    assert!(check_consistency(forged.to_string().as_bytes(), theirs.as_bytes(), &trust).is_err());
    let beyond = prove_consistency(place.path(), OlderCheckpoint::Size(TreeSize(1000))).unwrap_err();
    assert!(matches!(beyond, ProveError::Ledger(_)), "{beyond}");
    let nonsense = prove_consistency(place.path(), OlderCheckpoint::Note(b"nonsense")).unwrap_err();
    assert!(matches!(nonsense, ProveError::Ledger(AuditError::NoCheckpoint)));
}

#[test]
fn a_policy_that_asks_for_witnesses_is_met_by_a_cosigned_checkpoint_only() {
    let (place, mut ledger) = ledger();
    let witness = secret(120);
    let name = Origin::new("thanh-tra.example").unwrap();
    let vkey = NoteKey::witness(name.clone(), WitnessKey::of(&witness));
    let log = fs::read_to_string(place.path().join("policy")).unwrap();
    let log = log.lines().next().unwrap();
    let policy = place.path().join("policy-of-the-auditor");
    fs::write(&policy, format!("{log}\nwitness thanh-tra {vkey}\nquorum thanh-tra\n")).unwrap();
    let audit = |expected: Option<&str>| {
        let report = verify(place.path(), pinned_by(&policy), &mut |_| ()).unwrap();
        let codes: Vec<_> = report.faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, expected.into_iter().collect::<Vec<_>>(), "{:?}", report.faults);
        report
    };
    audit(Some("quorum"));
    let file = prove(place.path(), EventName::new(1, 0));
    let trust = Trust::pinned(&policy, None).unwrap();
    assert_eq!(check_record(file.as_bytes(), Some(&trust)).unwrap_err().code, "quorum");
    let mut cosigned = ledger.writer.checkpoint().clone();
    cosigned.add(cosign(&cosigned, &name, &witness, 1_700_000_000).unwrap());
    let cosigned_path = place.path().join("cosigned");
    fs::write(&cosigned_path, cosigned.to_string()).unwrap();
    let report = audit(None);
    let witnesses = report.witnesses.clone().unwrap();
    assert_eq!((witnesses.size, witnesses.by[0].witness.as_str()), (report.size, "thanh-tra"));
    let mut proof = ProofFile::parse(file.as_bytes()).unwrap();
    proof.checkpoint = cosigned.to_string();
    let proven = check_record(proof.to_string().as_bytes(), Some(&trust)).unwrap();
    assert_eq!(proven.witnessed_by[0].witness, "thanh-tra");
    // the log goes on: what is new is not witnessed yet
    ledger.publish(2, 1, false);
    ledger.commit();
    let report = audit(None);
    assert!(report.witnesses.as_ref().unwrap().size < report.size);
    assert!(socai_audit::text(&report, Language::En).contains("UNWITNESSED SINCE "));
    // witnesses saw another history
    let elsewhere = tempfile::tempdir().unwrap();
    let mut second = Ledger::found(elsewhere.path(), 16, &[0, 1]);
    second.publish(1, 2, true);
    second.commit();
    let mut theirs = second.writer.checkpoint().clone();
    theirs.add(cosign(&theirs, &name, &witness, 1_700_000_000).unwrap());
    fs::write(&cosigned_path, theirs.to_string()).unwrap();
    audit(Some("forked"));
    second.publish(1, 100, false);
    second.commit();
    let mut longer = second.writer.checkpoint().clone();
    longer.add(cosign(&longer, &name, &witness, 1_700_000_000).unwrap());
    fs::write(&cosigned_path, longer.to_string()).unwrap();
    audit(Some("ahead"));
    fs::write(&cosigned_path, "nonsense").unwrap();
    audit(Some("checkpoint"));
}
