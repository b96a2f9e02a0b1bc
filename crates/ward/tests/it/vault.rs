//! The vault: the same person is the same token, nothing of him is anywhere else, and a wrong key or a torn file says so.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail loudly

use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
};

use crate::common::unit::{copy, enrol};
use serde_json::{Value, json};
use socai_proto::KindInfo;
use socai_ward::{
    Format, ImportError, Imported, Person, RecordError, Rejected, UnitDir, Vault, VaultError, Ward,
};

const NUMBER: &str = "001099012345";
const NAME: &str = "Nguyễn Thị Hoà Bình";
const ADDRESS: &str = "Số 17 ngõ 93 phố Vọng Hà";

fn person(number: &str, name: &str, address: &str) -> Person {
    Person { number: number.into(), name: name.into(), address: address.into(), programme: String::new() }
}

fn unit() -> (tempfile::TempDir, UnitDir) {
    let dir = tempfile::tempdir().unwrap();
    let unit = enrol(&dir.path().join("unit"));
    (dir, unit)
}

fn entries(unit: &UnitDir) -> PathBuf {
    unit.vault().join("entries")
}

#[test]
fn the_same_person_is_the_same_token_after_a_restart_too_and_another_programme_another() {
    let (_dir, unit) = unit();
    let vault = Vault::of(&unit);
    let token = vault.token(&person(NUMBER, NAME, ADDRESS), false).unwrap();
    assert!(token.len() == 32 && token.bytes().all(|byte| byte.is_ascii_lowercase()), "{token}");
    assert_eq!(vault.token(&person("001 099 012 345", "", ""), false).unwrap(), token);
    assert_eq!(vault.known(&person(NUMBER, "nguyễn thị hòa bình", "")).unwrap(), Some(token.clone()));
    let other = vault.token(&person("001099054321", NAME, ADDRESS), false).unwrap();
    assert_ne!(other, token);
    let tet = Person { programme: "tet-2023".into(), ..person(NUMBER, NAME, ADDRESS) };
    let tet = vault.token(&tet, false).unwrap();
    assert!(tet != token && tet != other);
    vault.settle().unwrap();
    let again = Vault::of(&unit);
    assert_eq!(again.token(&person(NUMBER, NAME, ""), false).unwrap(), token);
    assert_eq!(again.find(&token).unwrap(), person(NUMBER, NAME, ADDRESS));
    assert_eq!(again.status().unwrap().entries, 3);
    for (file, mode) in [(entries(&unit), 0o600), (unit.keys().join("vault"), 0o600)] {
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, mode, "{}", file.display());
    }
}

#[test]
fn two_who_use_one_vault_see_what_the_other_did() {
    let (_dir, unit) = unit();
    let (one, two) = (Vault::of(&unit), Vault::of(&unit));
    let token = one.token(&person(NUMBER, NAME, ADDRESS), false).unwrap();
    assert_eq!(two.token(&person(NUMBER, "", ""), false).unwrap(), token);
    two.erase(&token).unwrap();
    assert!(matches!(one.find(&token), Err(VaultError::NoEntry)));
    assert_ne!(one.token(&person(NUMBER, NAME, ADDRESS), false).unwrap(), token, "nothing links the two");
}

#[test]
fn a_vault_that_somebody_holds_and_never_gives_back_is_told_instead_of_waited_for() {
    let (_dir, unit) = unit();
    let vault = Vault::of(&unit);
    vault.token(&person(NUMBER, NAME, ADDRESS), false).unwrap();
    let held = fs::File::options().append(true).open(unit.vault().join("lock")).unwrap();
    held.lock().unwrap();
    assert!(matches!(vault.token(&person(NUMBER, NAME, ADDRESS), false), Err(VaultError::Busy { .. })));
    drop(held);
    vault.token(&person(NUMBER, NAME, ADDRESS), false).unwrap();
}

#[test]
fn a_newer_address_holds_and_another_name_only_when_somebody_says_so() {
    let (_dir, unit) = unit();
    let vault = Vault::of(&unit);
    let token = vault.token(&person(NUMBER, NAME, ADDRESS), false).unwrap();
    assert_eq!(vault.token(&person(NUMBER, "", "Số 2 phố Khác"), false).unwrap(), token);
    assert_eq!(vault.find(&token).unwrap(), person(NUMBER, NAME, "Số 2 phố Khác"));
    let other = person(NUMBER, "Trần Văn Khác", "");
    assert!(matches!(vault.token(&other, false), Err(VaultError::OtherName)));
    assert!(matches!(vault.known(&other), Err(VaultError::OtherName)));
    assert_eq!(vault.token(&other, true).unwrap(), token);
    assert_eq!(Vault::of(&unit).find(&token).unwrap().name, "Trần Văn Khác");
}

#[test]
fn who_is_erased_is_in_no_byte_of_the_directory_and_others_stay() {
    let (_dir, unit) = unit();
    let vault = Vault::of(&unit);
    let token = vault.token(&person(NUMBER, NAME, ADDRESS), false).unwrap();
    vault.token(&person(NUMBER, "", "Số 2 phố Khác"), false).unwrap();
    let stays = vault.token(&person("001099054321", "Lê An", "y"), false).unwrap();
    let before = fs::read(entries(&unit)).unwrap();
    vault.erase(&token).unwrap();
    assert!(matches!(vault.erase(&token), Err(VaultError::NoEntry)));
    let after = fs::read(entries(&unit)).unwrap();
    // no piece of the old file is in the new one: each entry is sealed anew
    let pieces = before[4..].windows(24).step_by(24);
    assert_eq!(pieces.filter(|piece| after.windows(24).any(|other| other == *piece)).count(), 0);
    assert_eq!(fs::read_dir(unit.vault()).unwrap().count(), 2, "the file and its lock");
    let again = Vault::of(&unit);
    assert_eq!(again.find(&stays).unwrap().name, "Lê An");
    assert_eq!(again.status().unwrap().entries, 1);
}

#[test]
fn a_file_cut_anywhere_opens_with_the_entries_before_the_cut_and_goes_on() {
    let (_dir, unit) = unit();
    let vault = Vault::of(&unit);
    let mut ends = vec![];
    for number in 0..4 {
        vault.token(&person(&format!("00109900000{number}"), NAME, ADDRESS), false).unwrap();
        ends.push(fs::metadata(entries(&unit)).unwrap().len());
    }
    let whole = fs::read(entries(&unit)).unwrap();
    for cut in 0..=whole.len() {
        fs::write(entries(&unit), &whole[..cut]).unwrap();
        let vault = Vault::of(&unit);
        let kept = ends.iter().filter(|end| **end as usize <= cut).count() as u64;
        assert_eq!(vault.status().unwrap().entries, kept, "cut at {cut}");
        vault.token(&person("001099999999", NAME, ADDRESS), false).unwrap();
        assert_eq!(Vault::of(&unit).status().unwrap().entries, kept + 1, "cut at {cut}");
    }
    // a length that was written without what it is of
    let mut zeros = whole.clone();
    zeros.extend([0; 300]);
    fs::write(entries(&unit), zeros).unwrap();
    assert_eq!(Vault::of(&unit).status().unwrap().entries, 4);
}

#[test]
fn a_changed_byte_a_wrong_key_and_a_key_for_all_to_read_are_told_and_nothing_is_changed() {
    let (dir, unit) = unit();
    let vault = Vault::of(&unit);
    for number in 0..3 {
        vault.token(&person(&format!("00109900000{number}"), NAME, ADDRESS), false).unwrap();
    }
    let whole = fs::read(entries(&unit)).unwrap();
    let first = 4 + u32::from_be_bytes(whole[..4].try_into().unwrap()) as usize;
    for at in [first + 3, first + 10, first + 60, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[at] ^= 1;
        fs::write(entries(&unit), &changed).unwrap();
        let error = Vault::of(&unit).status().unwrap_err();
        assert!(matches!(error, VaultError::Damaged { .. }), "{at}: {error}");
        assert_eq!(fs::read(entries(&unit)).unwrap(), changed, "{at}");
    }
    fs::write(entries(&unit), &whole).unwrap();

    let key = unit.keys().join("vault");
    let right = fs::read(&key).unwrap();
    fs::write(&key, "ab".repeat(32)).unwrap();
    let error = Vault::of(&unit).token(&person(NUMBER, NAME, ADDRESS), false).unwrap_err();
    assert!(matches!(error, VaultError::WrongKey { .. }) && error.to_string().contains("backup"), "{error}");
    fs::remove_file(&key).unwrap();
    let error = Vault::of(&unit).status().unwrap_err();
    assert!(matches!(error, VaultError::NoKey { .. }), "{error}");
    assert!(!key.exists(), "no new key for old entries");
    fs::write(&key, &right).unwrap();
    fs::set_permissions(&key, fs::Permissions::from_mode(0o640)).unwrap();
    assert!(matches!(Vault::of(&unit).status(), Err(VaultError::Open { .. })));
    fs::set_permissions(&key, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(fs::read(entries(&unit)).unwrap(), whole);

    // a backup is the file and the key, and both together open
    copy(unit.path(), &dir.path().join("restored"));
    assert_eq!(Vault::of(&UnitDir::new(dir.path().join("restored"))).status().unwrap().entries, 3);
}

fn kind() -> Option<&'static KindInfo> {
    socai_proto::kind("violation.recorded")
}

fn violation(number: u32) -> Value {
    json!({
        "kind": "violation.recorded", "occurred_on": "2023-01-19", "case": format!("vp/2023/{number}"),
        "place": [crate::common::unit::UNIT],
        "data": {"record_no": format!("{number}/BB-VPHC"), "field": "food_safety", "acts": ["115/2018/NĐ-CP:15.1.a"],
                 "subject_kind": "individual", "transferred": false}
    })
}

fn with_identity(number: u32) -> Value {
    let mut event = violation(number);
    event["identity"] = json!({"number": NUMBER, "name": NAME, "address": ADDRESS});
    event
}

fn import(ward: &Ward, text: &str, format: Format) -> Result<Imported, Rejected> {
    match ward.import(text.as_bytes(), Path::new("test"), format, kind()) {
        Ok(imported) => Ok(imported),
        Err(ImportError::Rejected { rejected }) => Err(rejected),
        Err(error) => panic!("{error}"),
    }
}

/// Tokens of the sealed violations, in order.
fn subjects(unit: &UnitDir) -> Vec<String> {
    let current = fs::read_to_string(unit.journal().join("current")).unwrap();
    let reader =
        socai_log::JournalReader::open(&unit.journal().join(format!("g{}", current.trim()))).unwrap();
    let segments = reader.segments(socai_tlog::UnitSeq(0)).unwrap();
    let records = segments.flat_map(|segment| segment.unwrap().records);
    let subject = |facts: &[u8]| {
        let event: socai_proto::v1::Event = prost::Message::decode(facts).unwrap();
        match event.kind {
            Some(socai_proto::v1::event::Kind::ViolationRecorded(said)) => said.subject,
            other => panic!("{other:?}"),
        }
    };
    records.map(|record| subject(record.facts())).collect()
}

/// Files below a directory that hold any of the words.
fn holding(dir: &Path, words: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(holding(&path, words));
        } else if let Ok(bytes) = fs::read(&path)
            && words.iter().any(|word| bytes.windows(word.len()).any(|piece| piece == word.as_bytes()))
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn an_identity_in_a_request_or_a_file_is_a_token_before_it_is_sealed_and_is_in_no_file_of_the_unit() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    ward.record_blocking(&[with_identity(1), with_identity(2)], Some("k")).unwrap();
    ward.record_blocking(&[with_identity(1), with_identity(2)], Some("k")).unwrap();
    let head = "Ngày phát sinh;record_no;field;acts;subject_kind;transferred;Số định danh;Họ và tên;Địa chỉ;case;place";
    let row = |number: u32, person: &str| {
        let unit = crate::common::unit::UNIT;
        let facts = format!("19/01/2023;{number}/BB;food_safety;115/2018/NĐ-CP:15.1.a;individual;không");
        format!("{facts};{person};vp/{number};{unit}\n")
    };
    let own = format!("{NUMBER};{NAME};{ADDRESS}");
    let csv = format!("{head}\n{}{}", row(3, &own), row(4, "001099054321;Lê Văn Tám;Số 8"));
    let imported = import(&ward, &csv, Format::Csv).unwrap_or_else(|rejected| panic!("{rejected:?}"));
    assert_eq!((imported.sealed, imported.already), (2, 0));
    assert_eq!(import(&ward, &csv, Format::Csv).unwrap().already, 2, "the same file again is the same rows");
    let lines = format!("{}\n", with_identity(5));
    assert_eq!(import(&ward, &lines, Format::Jsonl).unwrap().sealed, 1);
    drop(ward);

    let tokens = subjects(&unit);
    assert_eq!(tokens.len(), 5);
    assert!([1, 2, 4].iter().all(|at| tokens[*at] == tokens[0]) && tokens[3] != tokens[0], "{tokens:?}");
    assert_eq!(Vault::of(&unit).find(&tokens[0]).unwrap(), person(NUMBER, NAME, ADDRESS));
    assert_eq!(Vault::of(&unit).status().unwrap().entries, 2);
    let words = [NUMBER, NAME, ADDRESS, "Lê Văn Tám", "Vọng Hà"];
    assert_eq!(holding(unit.path(), &words), Vec::<PathBuf>::new());
    assert_eq!(holding(unit.path(), &[&tokens[0]]).len(), 1, "the journal holds the token");
}

#[test]
fn two_names_for_one_number_anywhere_in_a_file_or_request_are_found_before_anything_is_sealed() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    ward.record_blocking(&[crate::common::unit::event(1)], None).unwrap();
    let row = |number: u32, same_as: u32, name: &str| {
        let mut event = violation(number);
        event["identity"] =
            json!({"number": format!("0010990{same_as:05}"), "name": name, "address": ADDRESS});
        event
    };
    let file = |name: &str| -> String {
        let rows = (1..=600).map(|number| match number {
            591 => row(number, 11, name),
            number => row(number, number, NAME),
        });
        rows.map(|row| format!("{row}\n")).collect()
    };
    let other = "Trần Văn Khác";
    let rejected = import(&ward, &file(other), Format::Jsonl).unwrap_err();
    assert_eq!((rejected.rows, rejected.problems.len(), rejected.sealed_to), (600, 1, None));
    let problem = &rejected.problems[0];
    assert_eq!((problem.row, problem.code.as_str()), (Some(591), "two_names"));
    assert!(problem.message_en.starts_with("row 11 ") && problem.message_vi.starts_with("Dòng 11 "));
    assert!(![other, NAME, "0010990"].iter().any(|word| format!("{rejected:?}").contains(word)));
    assert_eq!((ward.status().sealed, Vault::of(&unit).status().unwrap().entries), (1, 0));
    // corrected it is whole, once
    assert_eq!(import(&ward, &file(NAME), Format::Jsonl).unwrap().sealed, 600);
    assert_eq!((ward.status().sealed, Vault::of(&unit).status().unwrap().entries), (601, 599));

    let two = [row(700, 700, NAME), row(701, 700, other)];
    let Err(RecordError::Wrong(problems)) = ward.record_blocking(&two, None) else { panic!("let in") };
    assert_eq!((problems[0].field.as_str(), problems[0].code.as_str()), ("1.identity", "two_names"));
    assert_eq!((ward.status().sealed, Vault::of(&unit).status().unwrap().entries), (601, 599));
}

#[test]
fn what_is_refused_puts_nobody_into_the_vault_and_no_message_repeats_who_it_was() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut event = with_identity(1);
        change(&mut event);
        event
    };
    for (code, event) in [
        ("token_twice", changed(&|event| event["data"]["subject"] = "v7Qm2kXr9TzL4cWb".into())),
        ("unknowable", changed(&|event| event["identity"] = json!({"name": NAME}))),
        ("unknowable", changed(&|event| event["identity"]["number"] = "12".into())),
        ("bad_identity", changed(&|event| event["identity"]["so"] = NUMBER.into())),
        ("bad_identity", changed(&|event| event["identity"] = NAME.into())),
        ("bad_identity", changed(&|event| event["identity"]["number"] = 1_099_012_345.into())),
        ("no_person", {
            let mut event = crate::common::unit::event(1);
            event["identity"] = json!({"number": NUMBER});
            event
        }),
        ("unknown_kind", changed(&|event| event["kind"] = "violation.recorde".into())),
        ("future", changed(&|event| event["occurred_on"] = "2093-01-01".into())),
    ] {
        let Err(RecordError::Wrong(problems)) = ward.record_blocking(&[with_identity(9), event], None) else {
            panic!("{code} is let in")
        };
        let said = format!("{problems:?} {}", RecordError::Wrong(problems.clone()));
        assert!(code == "future" || problems.iter().any(|problem| problem.code == code), "{code}: {said}");
        assert!(
            ![NUMBER, NAME, ADDRESS, "1099012345"].iter().any(|word| said.contains(word)),
            "{code}: {said}"
        );
    }
    let half = format!("{}\n{}\n", with_identity(1), json!({"kind": "violation.recorded"}));
    let rejected = import(&ward, &half, Format::Jsonl).unwrap_err();
    assert!(!format!("{rejected:?}").contains(NUMBER));
    assert_eq!(Vault::of(&unit).status().unwrap().entries, 0, "nobody");
    assert_eq!(holding(unit.path(), &[NUMBER, NAME, ADDRESS]), Vec::<PathBuf>::new());

    // another key: nothing is sealed of persons, and everything else is
    ward.record_blocking(&[with_identity(1)], None).unwrap();
    fs::write(unit.keys().join("vault"), "ab".repeat(32)).unwrap();
    drop(ward);
    let ward = Ward::open(unit.path()).unwrap();
    let Err(RecordError::Wrong(problems)) = ward.record_blocking(&[with_identity(2)], None) else { panic!() };
    assert_eq!(problems[0].code, "vault_unavailable");
    ward.record_blocking(&[crate::common::unit::event(3)], None).unwrap();
}

#[tokio::test] // one thread: whatever waits on it stops the unit
async fn who_waits_for_the_vault_stops_nobody_else() {
    let dir = tempfile::tempdir().unwrap();
    let unit = enrol(&dir.path().join("unit"));
    let ward = Ward::open(unit.path()).unwrap();
    std::fs::create_dir_all(unit.vault()).unwrap();
    let lock = std::fs::File::options().create(true).append(true).open(unit.vault().join("lock")).unwrap();
    lock.lock().unwrap();
    let waiting = tokio::spawn({
        let ward = ward.clone();
        async move { ward.record(vec![with_identity(1)], None).await }
    });
    tokio::task::yield_now().await; // it has begun
    assert_eq!(ward.record(vec![crate::common::unit::event(2)], None).await.unwrap()[0].name.seq.0, 0);
    assert!(!waiting.is_finished());
    lock.unlock().unwrap();
    assert_eq!(waiting.await.unwrap().unwrap()[0].name.seq.0, 1);
}
