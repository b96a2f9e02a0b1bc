//! What an audit says of a good ledger and of every part gone wrong.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use std::{fs, path::Path};

use socai_audit::{Asked, AuditError, Language, ModelsAnswer, Outcome, Report, html, text, verify};
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
    verify(dir, Asked { threads: 2, ..Asked::default() }, &mut |_| ()).unwrap()
}

fn pinned_by(policy: &Path) -> Asked<'_> {
    Asked { policy: Some(policy), ..Asked::default() }
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
    let pinned = verify(dir.path(), pinned_by(&policy), &mut |_| ()).unwrap();
    assert!(pinned.trust.pinned && pinned.verified);
}

#[test]
fn another_operators_key_verifies_nothing() {
    let ((_place, dir), (_other_place, other)) = (ledger(), ledger());
    let report = verify(dir.path(), pinned_by(&other.policy()), &mut |_| ()).unwrap();
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
    assert!(text(&report, Language::Vi).contains("KIỂM CHỨNG KHÔNG ĐẠT"));
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
    let report = verify(&dir.log(), pinned_by(&policy), &mut |_| ()).unwrap();
    assert!(report.verified);
}

#[test]
fn a_checkpoint_kept_before_is_held_against_the_ledger() {
    let (place, dir) = ledger();
    let kept = place.path().join("kept");
    fs::copy(dir.log().join("checkpoint"), &kept).unwrap();
    let since = |dir: &Path| verify(dir, Asked { since: Some(&kept), ..Asked::default() }, &mut |_| ());
    let same = since(dir.path()).unwrap();
    assert_eq!((same.verified, same.since), (true, Some(1)));
    assert!(text(&same, Language::En).contains("consistent with the older checkpoint of size 1"));
    let (_other_place, other) = ledger();
    let foreign = since(other.path());
    assert!(matches!(foreign, Err(AuditError::Since { .. })), "{foreign:?}");
    fs::remove_file(&kept).unwrap();
    assert!(since(dir.path()).unwrap_err().to_string().contains("--since"));
}

#[test]
fn no_ledger_and_no_policy_are_usage_not_verdicts() {
    let empty = tempfile::tempdir().unwrap();
    let missing = verify(empty.path(), Asked::default(), &mut |_| ());
    assert!(matches!(missing, Err(AuditError::NoLedger(_))), "{missing:?}");
    let (_place, dir) = ledger();
    fs::remove_file(dir.policy()).unwrap();
    let unpinned = verify(dir.path(), Asked::default(), &mut |_| ());
    assert!(matches!(unpinned, Err(AuditError::Trust(_))), "{unpinned:?}");
}

#[test]
fn the_json_form_has_these_fields_for_good() {
    let (_place, dir) = ledger();
    flip(&dir.log().join("positions"), 0);
    let json = serde_json::to_value(audit(dir.path())).unwrap();
    let names =
        |value: &serde_json::Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let expected = [
        "tool",
        "audited_at",
        "verified",
        "outcome",
        "ledger",
        "directory",
        "size",
        "root",
        "checkpoint",
        "received_at",
        "trust",
        "since",
        "skipped",
        "witnesses",
        "unwitnessed",
        "sightings",
        "public",
        "counts",
        "key_changes",
        "models",
        "reports",
        "nil",
        "faults",
        "faults_found",
        "live",
        "threads",
        "seconds",
    ];
    assert_eq!(names(&json), expected);
    assert_eq!(names(&json["trust"]), ["operator", "policy", "pinned"]);
    let counts = [
        "units",
        "commits",
        "signatures",
        "signatures_verified",
        "annexes",
        "erased_annexes",
        "absent_annexes",
        "volume_bytes",
        "annex_bytes",
        "derived_bytes",
    ];
    assert_eq!(names(&json["counts"]), counts);
    let fault = ["code", "file", "offset", "record", "what", "remedy", "repaired_by_start", "unreadable"];
    assert_eq!(names(&json["faults"][0]), fault);
    assert_eq!((&json["verified"], &json["outcome"]), (&false.into(), &"does_not_verify".into()));
    assert_eq!((&json["models"]["state"], &json["faults"][0]["code"]), (&"match".into(), &"derived".into()));
    assert!(json["faults"][0]["file"].as_str().unwrap().ends_with("positions"));
    assert!(json["checkpoint"].as_str().unwrap().starts_with("socai.test/quan\n1\n"));
}

/// A ledger with a long name, so that keys and paths are long too.
fn with_every_kind_of_fault() -> (tempfile::TempDir, Report) {
    let (place, dir) = ledger();
    fs::write(dir.log().join("units/what-is-this"), "?").unwrap();
    flip(&dir.log().join("entries"), 100);
    let path = dir.models().join("published");
    let changed = fs::read_to_string(&path).unwrap().replace("size 1", "size 1234567");
    fs::write(&path, changed).unwrap();
    (place, audit(dir.path()))
}

#[test]
fn a_text_fits_80_columns_in_both_languages_and_names_file_place_and_remedy() {
    let (_place, report) = with_every_kind_of_fault();
    for (language, words) in [
        (Language::Vi, ["LỖI 1: log/entries, byte 100", "không mất gì của sổ cái", "không có tệp tên này"]),
        (
            Language::En,
            ["FAULT 1: log/entries, byte 100", "nothing of the record is lost", "no file of a log"],
        ),
    ] {
        let text = text(&report, language);
        for line in text.lines() {
            assert!(line.chars().count() <= 80, "{} columns: {line}", line.chars().count());
        }
        for word in words {
            assert!(
                text.split_whitespace().collect::<Vec<_>>().join(" ").contains(word),
                "{word:?} in {text}"
            );
        }
    }
}

#[test]
fn no_fault_is_without_words_of_its_own_in_vietnamese() {
    let (_place, report) = with_every_kind_of_fault();
    assert_eq!(report.faults_found, 3);
    let codes: Vec<_> = report.faults.iter().map(|fault| fault.code).collect();
    assert_eq!(codes, ["derived", "stray", "models"]);
    for fault in &report.faults {
        assert_ne!(fault.what, fault.what_vi);
        assert_ne!(fault.remedy, fault.remedy_vi);
    }
}

#[test]
fn what_cannot_be_read_is_no_verdict() {
    let (_place, dir) = ledger();
    let entries = dir.log().join("entries");
    fs::remove_file(&entries).unwrap();
    fs::create_dir(&entries).unwrap();
    let report = audit(dir.path());
    assert_eq!((report.outcome, report.exit_code()), (Outcome::Unreadable, 2), "{:?}", report.faults);
    assert_eq!(report.faults[0].code, "unreadable");
}

#[test]
fn a_first_volume_that_cannot_be_opened_is_a_verdict() {
    let (_place, dir) = ledger();
    flip(&dir.log().join("volumes/0000000000.vol"), 20);
    let report = audit(dir.path());
    assert_eq!((report.exit_code(), report.faults[0].offset), (1, Some(0)));
    assert!(matches!(report.models, ModelsAnswer::NotCompared { .. }));
}

#[test]
fn a_ledger_whose_district_is_at_work_is_read_as_published() {
    let (_place, dir) = ledger();
    let volume = dir.log().join("volumes/0000000000.vol");
    let mut bytes = fs::read(&volume).unwrap();
    bytes.extend([0, 0, 1, 0, 2]); // a batch on its way
    fs::write(&volume, &bytes).unwrap();
    assert_eq!(audit(dir.path()).faults[0].code, "tail");
    let lock = socai_log::Lock::acquire(&dir.lock()).unwrap();
    let report = audit(dir.path());
    assert!(report.live && report.verified, "{:?}", report.faults);
    drop(lock);
    assert!(!audit(dir.path()).live);
}

#[test]
fn the_page_to_file_says_what_the_text_says_runs_nothing_and_escapes_what_it_was_given() {
    let (place, dir) = ledger();
    let policy = place.path().join("policy <b>of \"us\" & co");
    fs::copy(dir.policy(), &policy).unwrap();
    let report = verify(dir.path(), pinned_by(&policy), &mut |_| ()).unwrap();
    for (language, title) in [
        (Language::En, "<h1>VERIFIED: socai.test/quan</h1>"),
        (Language::Vi, "<h1>ĐÃ KIỂM CHỨNG: socai.test/quan</h1>"),
    ] {
        let page = html(&report, language);
        assert!(page.contains(title), "{page}");
        assert!(page.contains("default-src 'none'") && !page.contains("<script") && !page.contains("<b>of"));
        assert!(page.contains("policy &lt;b&gt;of &quot;us&quot; &amp; co"), "{page}");
        let told =
            [report.root.as_deref().unwrap(), &report.trust.operator, &report.tool, &report.audited_at];
        assert!(told.iter().all(|part| page.contains(part)), "{page}");
        assert!(
            page.contains(report.checkpoint.trim_end()),
            "the checkpoint is there as it was signed: {page}"
        );
        assert_eq!(page, html(&report, language), "the same bytes");
    }
}

#[test]
fn the_page_to_file_has_every_place_of_damage() {
    let (_place, dir) = ledger();
    let volume = dir.log().join("volumes/0000000000.vol");
    flip(&volume, fs::metadata(&volume).unwrap().len() as usize / 2);
    let report = audit(dir.path());
    let page = html(&report, Language::En);
    assert!(page.contains("<h1>DOES NOT VERIFY: socai.test/quan</h1>"), "{page}");
    let place = format!("log/volumes/0000000000.vol, byte {}", report.faults[0].offset.unwrap());
    assert!(page.contains(&place) && page.contains("Nothing was changed."), "{page}");
}
