//! Sealing on real files: what was said to be sealed is there after anything, once.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail loudly

use std::{
    io::ErrorKind,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::common::unit::{enrol, event, sealed};
use serde_json::json;
use socai_log::{Disk, Faults, Op, Verdict};
use socai_proto::v1;
use socai_ward::{Access, RecordError, SealError, UnitDir, Ward, reach};

fn unit() -> (tempfile::TempDir, UnitDir) {
    let dir = tempfile::tempdir().unwrap();
    let unit = enrol(&dir.path().join("unit"));
    (dir, unit)
}

fn cases(range: std::ops::Range<u64>) -> Vec<String> {
    range.map(|number| format!("vp/2023/{number}")).collect()
}

#[test]
fn records_are_numbered_linked_and_there_after_a_restart() {
    let (_dir, unit) = unit();
    let first = {
        let ward = Ward::open(unit.path()).unwrap();
        let sealed = ward.record_blocking(&[event(0), event(1)], None).unwrap();
        assert_eq!(sealed.iter().map(|one| one.name.to_string()).collect::<Vec<_>>(), ["7/0", "7/1"]);
        sealed
    };
    let ward = Ward::open(unit.path()).unwrap();
    let next = ward.record_blocking(&[event(2)], None).unwrap();
    assert_eq!(next[0].name.to_string(), "7/2");
    assert_ne!(next[0].link, first[1].link);
    assert_eq!(ward.status().sealed, 3);
    drop(ward);
    assert_eq!(sealed(&unit), cases(0..3));
}

#[test]
fn a_registry_with_a_fact_that_is_refused_does_not_stop_a_ward() {
    let (_dir, unit) = unit();
    let mut facts: Vec<serde_json::Value> =
        serde_json::from_slice(&std::fs::read(unit.registry()).unwrap()).unwrap();
    facts.push(facts[0].clone()); // registered twice
    std::fs::write(unit.registry(), serde_json::to_vec(&facts).unwrap()).unwrap();
    let ward = Ward::open(unit.path()).unwrap();
    assert!(ward.knows_units());
    ward.record_blocking(&[event(0)], None).unwrap();
    ward.adopt_registry(&serde_json::to_vec(&facts).unwrap()).unwrap();
}

#[test]
fn two_processes_never_seal_for_one_unit() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let error = Ward::open(unit.path()).err().unwrap().to_string();
    assert!(error.contains("locked"), "{error}");
    let error = reach(unit.path()).err().unwrap().to_string();
    assert!(error.contains("no node.json"), "{error}");
    drop(ward);
    assert!(matches!(reach(unit.path()), Ok(Access::Here(_))));
}

#[test]
fn a_request_with_the_same_key_names_the_same_records_also_after_a_restart() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let first = ward.record_blocking(&[event(0), event(1)], Some("k-1")).unwrap();
    let again = ward.record_blocking(&[event(0), event(1)], Some("k-1")).unwrap();
    assert!(
        first
            .iter()
            .zip(&again)
            .all(|(a, b)| a.name == b.name && a.link == b.link && !a.already && b.already)
    );
    drop(ward);
    let ward = Ward::open(unit.path()).unwrap();
    let again = ward.record_blocking(&[event(0), event(1)], Some("k-1")).unwrap();
    assert!(again.iter().all(|one| one.already));
    let other = ward.record_blocking(&[event(0), event(5)], Some("k-1")).unwrap_err();
    assert!(matches!(other, RecordError::Seal(SealError::Conflict { index: 1, .. })), "{other:?}");
    ward.record_blocking(&[event(0)], Some("k-2")).unwrap();
    drop(ward);
    assert_eq!(sealed(&unit), ["vp/2023/0", "vp/2023/1", "vp/2023/0"]);
}

#[test]
fn the_same_annex_repeated_is_the_same_event() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let mut with_annex = event(0);
    with_annex["annex"] = json!({"text": {"note": "ghi chú"}});
    ward.record_blocking(&[with_annex.clone()], Some("k")).unwrap();
    assert!(ward.record_blocking(&[with_annex.clone()], Some("k")).unwrap()[0].already);
    with_annex["annex"] = json!({"text": {"note": "ghi chú khác"}});
    assert!(ward.record_blocking(&[with_annex], Some("k")).is_err());
}

#[test]
fn an_id_of_the_callers_own_is_kept_and_may_be_used_once() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let named = |number: u64| {
        let mut event = event(number);
        event["id"] = "00112233445566778899aabbccddeeff".into();
        event
    };
    ward.record_blocking(&[named(0)], None).unwrap();
    assert!(ward.record_blocking(&[named(0)], None).unwrap()[0].already);
    assert!(matches!(
        ward.record_blocking(&[named(1)], None),
        Err(RecordError::Seal(SealError::Conflict { index: 0, .. }))
    ));
    let twice = ward.record_blocking(&[event(8), named(1), named(2)], None);
    assert!(matches!(twice, Err(RecordError::Seal(SealError::Conflict { .. }))));
    assert_eq!(ward.status().sealed, 1, "nothing of a refused request is sealed");
}

#[test]
fn what_is_wrong_is_told_field_by_field_and_nothing_is_sealed() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let with = |path: &str, value: serde_json::Value| {
        let mut event = event(0);
        let (mut at, parts) = (&mut event, path.split('.').collect::<Vec<_>>());
        for part in &parts[..parts.len() - 1] {
            at = &mut at[part];
        }
        at[parts[parts.len() - 1]] = value;
        event
    };
    for (form, field, code) in [
        (with("kind", json!("penalty.forgotten")), "kind", "unknown_kind"),
        (with("unit", json!("hn.tx.khuong-mai.1")), "unit", "wrong_unit"),
        (with("data.amount", json!("nhiều")), "data.amount", "wrong_type"),
        (with("data.amount", json!(-5)), "data.amount", "out_of_range"),
        (with("data.colour", json!(1)), "data.colour", "unknown_field"),
        (with("occurred_on", json!("2023-02-30")), "occurred_on", "bad_date"),
        (with("occurred_on", json!("2190-01-01")), "occurred_on", "in_the_future"),
        (with("place", json!(["hn.tx.nowhere.1"])), "place.0", "unknown_unit"),
        (with("place", json!(["hn.tx.cu.1"])), "place.0", "unit_not_valid"),
        (with("data.voucher", json!("Bie\u{302}n")), "data.voucher", "not_nfc"),
        (with("level", json!("mật")), "level", "secret"),
        (with("id", json!("00")), "id", "bad_format"),
        (with("case", json!("001123004567")), "case", "citizen_number"),
        (with("annex", json!({"text": {"note": "gọi 0912 345 678"}})), "annex.text.note", "phone_number"),
        (with("annex", json!({"titles": {"doc": "xe 29A-123.45"}})), "annex.titles.doc", "vehicle_plate"),
        (with("annex", json!({"text": {"note": "Bie\u{302}n"}})), "annex.text.note", "not_nfc"),
        (json!([]), "", "wrong_type"),
    ] {
        let Err(RecordError::Wrong(problems)) = ward.record_blocking(std::slice::from_ref(&form), None)
        else {
            panic!("{form} was sealed")
        };
        let found = problems.iter().any(|problem| problem.field == field && problem.code == code);
        assert!(found, "{field} {code}: {problems:?}");
        assert!(
            problems.iter().all(|problem| !problem.message_vi.is_empty() && !problem.message_en.is_empty())
        );
    }
    let operators = ward.record_blocking(&[socai_proto::kind("rules.adopted").unwrap().example()], None);
    assert!(
        matches!(operators, Err(RecordError::Wrong(problems)) if problems.iter().any(|p| p.code == "operator_only"))
    );
    let rotation = ward.record_blocking(&[socai_proto::kind("key.rotated").unwrap().example()], None);
    assert!(
        matches!(rotation, Err(RecordError::Wrong(problems)) if problems.iter().any(|p| p.code == "own_command"))
    );
    let second = ward.record_blocking(&[event(0), with("data.amount", json!(-5))], None);
    assert!(matches!(second, Err(RecordError::Wrong(problems)) if problems[0].field == "1.data.amount"));
    assert_eq!(ward.status().sealed, 0);
}

#[test]
fn without_a_registry_everything_else_is_checked_and_the_status_says_so() {
    let (_dir, unit) = unit();
    let registry = std::fs::read(unit.registry()).unwrap();
    std::fs::remove_file(unit.registry()).unwrap();
    let ward = Ward::open(unit.path()).unwrap();
    assert!(!ward.status().knows_units);
    let mut elsewhere = event(0);
    elsewhere["place"] = json!(["hn.tx.nowhere.1"]);
    ward.record_blocking(&[elsewhere.clone()], None).unwrap();
    let mut late = event(1);
    late["occurred_on"] = "2190-01-01".into();
    assert!(ward.record_blocking(&[late], None).is_err());

    assert!(ward.adopt_registry(b"{}").is_err());
    ward.adopt_registry(&registry).unwrap();
    assert!(ward.status().knows_units);
    assert!(ward.record_blocking(&[elsewhere], None).is_err());
}

/// Counts syncs of journal files, and fails what it is told to.
#[derive(Default)]
struct Bad {
    syncs: AtomicUsize,
    ops: AtomicUsize,
    verdicts: Mutex<Vec<(usize, Verdict)>>,
    dead_from: Mutex<Option<usize>>,
}

impl Faults for Bad {
    fn verdict(&self, op: Op<'_>) -> Verdict {
        if let Op::Sync(path) = op
            && path.extension().is_some_and(|end| end == "jnl")
        {
            self.syncs.fetch_add(1, Ordering::SeqCst);
        }
        let number = self.ops.fetch_add(1, Ordering::SeqCst);
        if self.dead_from.lock().unwrap().is_some_and(|from| number >= from) {
            return Verdict::Lose(ErrorKind::Other);
        }
        let verdicts = self.verdicts.lock().unwrap();
        verdicts.iter().find(|(at, _)| *at == number).map_or(Verdict::Do, |(_, verdict)| *verdict)
    }
}

fn open_on(path: &Path, bad: &Arc<Bad>) -> Ward {
    Ward::open_on(path, Disk::with_faults(bad.clone())).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_come_together_share_one_sync() {
    let (_dir, unit) = unit();
    let bad = Arc::new(Bad::default());
    let ward = open_on(unit.path(), &bad);
    let before = bad.syncs.load(Ordering::SeqCst);
    let requests: Vec<_> = (0..200)
        .map(|number| {
            let ward = ward.clone();
            tokio::spawn(async move { ward.record(vec![event(number)], None).await.unwrap()[0].name })
        })
        .collect();
    let mut names = Vec::new();
    for request in requests {
        names.push(request.await.unwrap());
    }
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 200, "every request has a record of its own");
    let syncs = bad.syncs.load(Ordering::SeqCst) - before;
    assert!(syncs < 100, "{syncs} syncs for 200 requests");
}

/// Seals six requests on a disk where `bad` happens, sending each again while its outcome is not known, then starts on a sound disk.
/// Whatever was said to be sealed must be there, whatever was said not to be must not.
fn survives(bad: Bad) -> usize {
    let (_dir, unit) = unit();
    let bad = Arc::new(bad);
    let (mut said, mut refused) = (Vec::new(), Vec::new());
    // what fails while opening has sealed nothing: the next start opens it
    if let Ok(ward) = Ward::open_on(unit.path(), Disk::with_faults(bad.clone())) {
        for number in 0..6 {
            match ward.record_blocking(&[event(number)], Some(&format!("k{number}"))) {
                Ok(_) => said.push(format!("vp/2023/{number}")),
                Err(RecordError::Seal(SealError::NotSealed { .. })) => {
                    refused.push(format!("vp/2023/{number}"))
                }
                Err(RecordError::Seal(SealError::Unknown { .. })) => {}
                Err(error) => panic!("{error}"),
            }
        }
    }
    let found = sealed(&unit);
    assert!(said.iter().all(|case| found.contains(case)), "said {said:?}, found {found:?}");
    assert!(!refused.iter().any(|case| found.contains(case)), "refused {refused:?}, found {found:?}");

    let ward = Ward::open(unit.path()).unwrap();
    for number in 0..6 {
        ward.record_blocking(&[event(number)], Some(&format!("k{number}"))).unwrap();
    }
    drop(ward);
    let mut all = sealed(&unit);
    all.sort();
    assert_eq!(all, cases(0..6), "sent again, every fact is there once");
    bad.ops.load(Ordering::SeqCst)
}

#[test]
fn a_disk_that_fails_at_any_step_loses_nothing_it_said_was_sealed() {
    let steps = survives(Bad::default());
    assert!(steps > 12, "{steps} steps");
    for at in 0..steps {
        for verdict in [
            Verdict::Lose(ErrorKind::StorageFull),
            Verdict::DoThenFail(ErrorKind::Other),
            Verdict::Cut(200, ErrorKind::StorageFull),
        ] {
            survives(Bad { verdicts: Mutex::new(vec![(at, verdict)]), ..Bad::default() });
        }
    }
}

#[test]
fn a_process_killed_at_any_step_loses_nothing_it_said_was_sealed() {
    let steps = survives(Bad::default());
    for at in 0..steps {
        // nothing reaches the disk from this step on; at the step itself a part of it may
        for cut in [0, 64] {
            let verdicts = Mutex::new(vec![(at, Verdict::Cut(cut, ErrorKind::Other))]);
            survives(Bad { verdicts, dead_from: Mutex::new(Some(at + 1)), ..Bad::default() });
        }
    }
}

#[test]
fn a_new_key_signs_what_follows_its_rotation_also_after_a_restart() {
    let (_dir, unit) = unit();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let ward = Ward::open(unit.path()).unwrap();
    ward.record_blocking(&[event(0)], None).unwrap();
    let (key, rotated) = runtime.block_on(ward.rotate_key(v1::KeyGround::Scheduled)).unwrap();
    assert_eq!(rotated.name.to_string(), "7/1");
    ward.record_blocking(&[event(1)], None).unwrap();
    drop(ward);
    let ward = Ward::open(unit.path()).unwrap();
    ward.record_blocking(&[event(2)], None).unwrap();
    drop(ward);

    let origin = socai_tlog::Origin::new(crate::common::unit::ORIGIN).unwrap();
    let first = socai_ward::UnitConfig::read(&unit).unwrap().first_key;
    let reader = socai_log::JournalReader::open(&unit.journal().join("g0")).unwrap();
    let mut keys = Vec::new();
    for segment in reader.segments(socai_tlog::UnitSeq(0)).unwrap() {
        let segment = segment.unwrap();
        let bytes = socai_tlog::encode_segment(&segment.records, &segment.signature).unwrap();
        let parsed = socai_tlog::Segment::parse(bytes).unwrap();
        assert_eq!(parsed.last().header().rotates_key(), parsed.first().header().seq.0 == 1);
        keys.push(if parsed.clone().verify(&origin, &first).is_ok() { first } else { key });
        parsed.verify(&origin, keys.last().unwrap()).unwrap();
    }
    assert_eq!(keys, [first, first, key, key]);
}

#[test]
fn a_rotation_cut_short_anywhere_leaves_a_unit_that_seals() {
    for at in 0..12 {
        let (_dir, unit) = unit();
        drop(Ward::open(unit.path()).unwrap());
        let bad = Arc::new(Bad { dead_from: Mutex::new(None), ..Bad::default() });
        let ward = open_on(unit.path(), &bad);
        *bad.dead_from.lock().unwrap() = Some(bad.ops.load(Ordering::SeqCst) + at);
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let rotated = runtime.block_on(ward.rotate_key(v1::KeyGround::Scheduled));
        drop(ward);
        let ward = Ward::open(unit.path()).unwrap();
        ward.record_blocking(&[event(0)], None).unwrap();
        let expected = 1 + u64::from(rotated.is_ok());
        assert!(ward.status().sealed >= expected, "step {at}: {rotated:?}");
    }
}

#[test]
fn a_lost_sealing_key_is_named_and_nothing_is_signed_with_another() {
    let (_dir, unit) = unit();
    drop(Ward::open(unit.path()).unwrap());
    std::fs::remove_file(unit.keys().join("sealing")).unwrap();
    assert!(Ward::open(unit.path()).err().unwrap().to_string().contains("keys/sealing"));
    socai_ward::generate(&unit).unwrap(); // somebody makes a new one without asking
    let ward = Ward::open(unit.path()).unwrap();
    let error = ward.record_blocking(&[event(0)], None).unwrap_err();
    assert!(matches!(error, RecordError::Seal(SealError::NoKey { .. })), "{error:?}");
}

#[test]
fn limits_of_a_request_are_told() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    assert!(matches!(ward.record_blocking(&[], None), Err(RecordError::Nothing)));
    let many: Vec<_> = (0..513).map(event).collect();
    assert!(matches!(ward.record_blocking(&many, None), Err(RecordError::TooMany { got: 513 })));
    assert_eq!(ward.record_blocking(&many[..512], None).unwrap().len(), 512);
    let mut large = event(0);
    large["annex"] = json!({"text": {"a": "x".repeat(20_000)}});
    let large: Vec<_> = (0..40).map(|_| large.clone()).collect();
    let error = ward.record_blocking(&large, None).unwrap_err();
    assert!(matches!(error, RecordError::Seal(SealError::TooLarge { count: 40, .. })), "{error:?}");
    assert_eq!(ward.status().sealed, 512);
}
