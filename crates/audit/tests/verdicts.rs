//! What an audit says of a good ledger and of every part gone wrong.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use std::{fs, path::Path};

use socai_audit::{AuditError, Language, ModelsAnswer, Report, text, verify};
use socai_district::{Folding, LedgerConfig, LedgerDir, UnitSpec, establish};

const NOW: u64 = 1_680_000_000_000;

/// A founded ledger with its models folded and nobody at work.
fn ledger() -> (tempfile::TempDir, LedgerDir) {
    let place = tempfile::tempdir().unwrap();
    let dir = LedgerDir::new(place.path().join("district"));
    let config = LedgerConfig {
        origin: "socai.test/quan".into(),
        ledger: "quan".into(),
        nats: "nats://127.0.0.1:1".into(),
    };
    let operator: UnitSpec = serde_json::from_str(
        r#"{"unit_no":0,"unit_id":"test.quan","name":"Quận","type":"operator","valid_from":"2000-01-01"}"#,
    )
    .unwrap();
    let ledger = establish(&dir, &config, &operator, &[], NOW).unwrap();
    drop(Folding::catch_up(&dir, ledger.reader()).unwrap());
    (place, dir)
}

fn audit(dir: &Path) -> Report {
    verify(dir, None, 2, &mut |_| ()).unwrap()
}

fn flip(path: &Path, at: usize) {
    let mut bytes = fs::read(path).unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[test]
fn a_good_ledger_verifies_and_its_models_match_a_replay() {
    let (_place, dir) = ledger();
    let report = audit(dir.path());
    assert!(report.verified, "{:?}", report.faults);
    assert_eq!(report.exit_code(), 0);
    assert_eq!((report.size, report.counts.units), (1, 1));
    assert!(matches!(report.models, ModelsAnswer::Match { size: 1, .. }), "{:?}", report.models);
}

#[test]
fn the_report_says_whether_the_key_was_pinned() {
    let (place, dir) = ledger();
    let report = audit(dir.path());
    assert!(!report.trust.pinned);
    assert!(text(&report, Language::En).contains("ONLY under the key found with the ledger"));
    let policy = place.path().join("policy-of-the-auditor");
    fs::copy(dir.policy(), &policy).unwrap();
    let pinned = verify(dir.path(), Some(&policy), 1, &mut |_| ()).unwrap();
    assert!(pinned.trust.pinned && pinned.verified);
}

#[test]
fn another_operators_key_verifies_nothing() {
    let ((_place, dir), (_other_place, other)) = (ledger(), ledger());
    let report = verify(dir.path(), Some(&other.policy()), 1, &mut |_| ()).unwrap();
    assert_eq!((report.verified, report.exit_code()), (false, 1));
}

#[test]
fn a_flipped_byte_of_the_record_names_file_and_offset() {
    let (_place, dir) = ledger();
    let volume = dir.log().join("volumes/0000000000.vol");
    flip(&volume, fs::metadata(&volume).unwrap().len() as usize / 2);
    let report = audit(dir.path());
    assert_eq!(report.exit_code(), 1);
    let fault = &report.faults[0];
    assert_eq!(fault.file.as_deref(), volume.to_str());
    assert!(fault.offset.is_some() && !fault.repaired_by_start, "{fault:?}");
}

#[test]
fn a_flipped_byte_of_a_derived_file_adds_that_a_start_repairs_it() {
    let (_place, dir) = ledger();
    flip(&dir.log().join("entries"), 3);
    let report = audit(dir.path());
    assert_eq!(report.exit_code(), 1);
    assert!(report.faults[0].repaired_by_start);
    assert!(text(&report, Language::En).contains("repairs it"));
    assert!(text(&report, Language::Vi).contains("KHÔNG KIỂM CHỨNG ĐƯỢC"));
}

#[test]
fn models_that_told_another_digest_size_or_root_are_told() {
    for (from, to) in [("digest ", "digest 0"), ("size 1", "size 7"), ("root ", "root 1")] {
        let (_place, dir) = ledger();
        let path = dir.models().join("published");
        let published = fs::read_to_string(&path).unwrap();
        let cut = |text: &str| {
            text.lines()
                .map(|line| if line.len() > 71 { &line[..line.len() - 1] } else { line })
                .collect::<Vec<_>>()
                .join("\n")
                + "\n"
        };
        let changed = published.replace(from, to);
        fs::write(&path, if from.starts_with("size") { changed } else { cut(&changed) }).unwrap();
        let report = audit(dir.path());
        assert_eq!(
            (report.exit_code(), &report.models),
            (1, &ModelsAnswer::Differs),
            "{from}: {:?}",
            report.faults
        );
    }
}

#[test]
fn a_log_alone_is_verified_without_models() {
    let (_place, dir) = ledger();
    let policy = dir.policy();
    let report = verify(&dir.log(), Some(&policy), 1, &mut |_| ()).unwrap();
    assert!(report.verified);
}

#[test]
fn no_ledger_and_no_policy_are_usage_not_verdicts() {
    let empty = tempfile::tempdir().unwrap();
    let missing = verify(empty.path(), None, 1, &mut |_| ());
    assert!(matches!(missing, Err(AuditError::NoLedger(_))), "{missing:?}");
    let (_place, dir) = ledger();
    fs::remove_file(dir.policy()).unwrap();
    let unpinned = verify(dir.path(), None, 1, &mut |_| ());
    assert!(matches!(unpinned, Err(AuditError::Trust(_))), "{unpinned:?}");
}

#[test]
fn every_report_is_json() {
    let (_place, dir) = ledger();
    flip(&dir.log().join("positions"), 0);
    let json = serde_json::to_value(audit(dir.path())).unwrap();
    assert_eq!(json["verified"], false);
    assert_eq!(json["models"]["state"], "match");
    assert!(json["faults"][0]["file"].as_str().unwrap().ends_with("positions"));
}
