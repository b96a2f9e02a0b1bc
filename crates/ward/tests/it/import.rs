//! Importing files: all of a file or nothing, once, whatever it looks like.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests fail loudly

use std::{
    io::ErrorKind,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use crate::common::unit::{enrol, event, sealed};
use socai_log::{Disk, Faults, Op, Verdict};
use socai_proto::KindInfo;
use socai_ward::{Format, ImportError, Imported, Problem, Rejected, UnitDir, Ward};

fn unit() -> (tempfile::TempDir, UnitDir) {
    let dir = tempfile::tempdir().unwrap();
    let unit = enrol(&dir.path().join("unit"));
    (dir, unit)
}

fn kind() -> Option<&'static KindInfo> {
    socai_proto::kind("penalty.payment_received")
}

fn csv(ward: &Ward, text: impl AsRef<[u8]>) -> Result<Imported, Rejected> {
    import(ward, text.as_ref(), Format::Csv)
}

fn jsonl(ward: &Ward, text: impl AsRef<[u8]>) -> Result<Imported, Rejected> {
    import(ward, text.as_ref(), Format::Jsonl)
}

fn import(ward: &Ward, bytes: &[u8], format: Format) -> Result<Imported, Rejected> {
    match ward.import(bytes, Path::new("test"), format, kind()) {
        Ok(imported) => Ok(imported),
        Err(ImportError::Rejected { rejected }) => Err(rejected),
        Err(error) => panic!("{error}"),
    }
}

fn codes(rejected: &Rejected) -> Vec<(u32, &str, &str)> {
    rejected
        .problems
        .iter()
        .map(|p: &Problem| (p.row.unwrap_or(0), p.field.as_str(), p.code.as_str()))
        .collect()
}

fn lines(range: std::ops::Range<u64>) -> String {
    range.map(|number| format!("{}\n", event(number))).collect()
}

#[test]
fn a_table_as_a_spreadsheet_saves_it_becomes_sealed_facts() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let text = "\u{FEFF}Ngày phát sinh;Mã vụ việc;Số tiền;Tiền chậm nộp;Số biên lai;Mức độ phổ biến;Ghi chú\r\n\
                19/01/2023;vp/1;2.250.000;0;BL-1;công khai;\r\n\
                \r\n\
                20/1/2023;vp/2;1 000 000;0;\"BL;2\";nội bộ;\r\n\
                ;;;;;;\r\n";
    let rejected = csv(&ward, text).unwrap_err();
    assert_eq!(
        codes(&rejected)[0],
        (2, "Ghi chú", "unknown_column"),
        "a column nobody asked for is not lost silently"
    );
    let imported = csv(&ward, text.replace(";Ghi chú", "").replace(";\r\n", "\r\n")).unwrap();
    assert_eq!((imported.rows, imported.sealed, imported.already), (2, 2, 0));
    assert_eq!((imported.first.as_deref(), imported.last.as_deref()), (Some("7/0"), Some("7/1")));
    drop(ward);
    assert_eq!(sealed(&unit), ["vp/1", "vp/2"]);
}

#[test]
fn a_fact_knows_the_file_and_row_it_came_from() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let text = format!("\n{}", lines(0..1));
    let imported = jsonl(&ward, &text).unwrap();
    assert_eq!(imported.file, blake3::hash(text.as_bytes()).to_hex().to_string());
    drop(ward);
    let reader = socai_log::JournalReader::open(&unit.journal().join("g0")).unwrap();
    let segment = reader.segments(socai_tlog::UnitSeq(0)).unwrap().next().unwrap().unwrap();
    let event = socai_domain::Event::decode(segment.records[0].facts()).unwrap();
    let source = event.view().source.as_ref().unwrap();
    assert_eq!(source.file, blake3::hash(text.as_bytes()).as_bytes());
    assert_eq!(source.row, Some(2));
}

#[test]
fn one_wrong_row_anywhere_and_nothing_of_the_file_is_sealed() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    for wrong in [0, 700, 1_499] {
        let text: String = (0..1_500)
            .map(|number| {
                let mut event = event(number);
                if number == wrong {
                    event["data"]["amount"] = (-1).into();
                }
                format!("{event}\n")
            })
            .collect();
        let rejected = jsonl(&ward, text).unwrap_err();
        assert_eq!(codes(&rejected), [(wrong as u32 + 1, "data.amount", "out_of_range")]);
        assert_eq!(ward.status().sealed, 0);
    }
}

#[test]
fn every_wrong_row_is_told_with_its_line_field_and_what_to_do_in_both_languages() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let text = "occurred_on,data.amount,data.late_interest,data.voucher\n\
                2023-01-19,1000000,0,BL-1\n\
                19.01.2023,1.005,0,BL-2\n\
                2023-13-01,x,0,\n\
                2023-01-19,5,0,\"BL\n4\"\n\
                2023-01-19,5,0,BL 5\n\
                2023-01-19,5,0,BL-6,7\n\
                2023-01-19,5,0,\"BL-7\"x\n\
                2023-01-19,5\n";
    let rejected = csv(&ward, text).unwrap_err();
    let found = codes(&rejected);
    for expected in [
        (3, "data.amount", "ambiguous_number"),
        (4, "occurred_on", "bad_date"),
        (4, "data.amount", "wrong_type"),
        (4, "data.voucher", "required"),
        (7, "data.voucher", "bad_format"),
        (8, "", "too_many_cells"),
        (9, "", "after_quote"),
        (10, "data.late_interest", "required"),
        (10, "data.voucher", "required"),
    ] {
        assert!(found.contains(&expected), "{expected:?} is not among {found:#?}");
    }
    assert!(
        found.iter().any(|(row, field, _)| *row == 5 && *field == "data.voucher"),
        "a line break in a code"
    );
    assert!(!found.iter().any(|(row, ..)| *row == 2), "row 2 is right");
    assert_eq!(rejected.rows, 8);
    for problem in &rejected.problems {
        assert!(
            !problem.message_vi.is_empty()
                && !problem.message_en.is_empty()
                && problem.message_vi != problem.message_en
        );
    }
    assert_eq!(ward.status().sealed, 0);
}

#[test]
fn files_that_are_no_tables_are_refused_with_a_reason() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let header = "occurred_on;data.amount;data.late_interest;data.voucher\n";
    let row = "2023-01-19;5;0;BL-1\n";
    let cases: [(Vec<u8>, &str); 9] = [
        (Vec::new(), "no_rows"),
        (header.into(), "no_rows"),
        (b"\xFF\xFEo\0c\0".to_vec(), "not_utf8"),
        (format!("{header}2023-01-19;5;0;\"BL-1\n{row}").into(), "unclosed_quote"),
        ([header.as_bytes(), b"2023-01-19;5;0;Bi\xEAn\n"].concat(), "not_utf8"),
        (format!("{header}2023-01-19;5;0;{}\n", "x".repeat(2 << 20)).into(), "too_long"),
        (vec![0; 3 << 20], "too_long"),
        ("PK\u{3}\u{4} a workbook".into(), "unknown_column"),
        (format!("data.amount;data.amount\n{row}").into(), "column_twice"),
    ];
    for (bytes, code) in cases {
        let start = String::from_utf8_lossy(&bytes[..bytes.len().min(30)]).into_owned();
        let rejected = match csv(&ward, &bytes) {
            Err(rejected) => rejected,
            // a header alone has nothing that could be wrong: give it a row
            Ok(_) => panic!("{start} was imported"),
        };
        let found = rejected.problems.iter().any(|problem| problem.code == code);
        let headerless =
            code == "unknown_column" && rejected.problems.iter().any(|problem| problem.code == "no_rows");
        assert!(found || headerless, "{start:?}: {:?}", rejected.problems);
    }
    assert_eq!(ward.status().sealed, 0);
    assert_eq!(std::fs::read_dir(unit.spool()).unwrap().count(), 0, "no copy is left");
}

#[test]
fn thousands_of_problems_are_counted_and_the_first_are_listed() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let rejected = jsonl(&ward, "{}\n".repeat(5_000)).unwrap_err();
    assert_eq!(rejected.problems.len(), socai_ward::MAX_PROBLEMS);
    assert_eq!(rejected.rows, 5_000);
    assert!(rejected.more >= 5_000 - socai_ward::MAX_PROBLEMS as u64);
}

#[test]
fn importing_the_same_file_again_seals_nothing_and_another_file_is_another() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let text = lines(0..1_300);
    assert_eq!(jsonl(&ward, &text).unwrap().sealed, 1_300);
    let again = jsonl(&ward, &text).unwrap();
    assert_eq!((again.sealed, again.already, again.first), (0, 1_300, None));
    drop(ward);
    let ward = Ward::open(unit.path()).unwrap();
    assert_eq!(jsonl(&ward, &text).unwrap().already, 1_300, "also after a restart");
    assert_eq!(
        jsonl(&ward, text + "\n").unwrap().sealed,
        1_300,
        "another file says it again: its facts are its own"
    );
}

#[test]
fn an_id_that_a_row_states_is_checked_against_the_file_and_the_journal() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let named = |number: u64, id: &str| {
        let mut event = event(number);
        event["id"] = id.into();
        format!("{event}\n")
    };
    let (one, two) = ("00112233445566778899aabbccddeeff", "ff112233445566778899aabbccddeeff");
    let rejected = jsonl(&ward, named(0, one) + &named(1, two) + &named(2, one)).unwrap_err();
    assert_eq!(codes(&rejected), [(3, "id", "id_twice")]);
    jsonl(&ward, named(0, one)).unwrap();
    let rejected = jsonl(&ward, named(1, two) + &named(5, one)).unwrap_err();
    assert_eq!(codes(&rejected), [(2, "id", "id_taken")]);
    assert_eq!(ward.status().sealed, 1);
}

/// Dies at the `n`th sync of a journal file: that one and everything after it is lost.
struct Dies {
    syncs: AtomicUsize,
    at: usize,
}

impl Faults for Dies {
    fn verdict(&self, op: Op<'_>) -> Verdict {
        let is_sync = matches!(op, Op::Sync(path) if path.extension().is_some_and(|end| end == "jnl"));
        let before = self.syncs.fetch_add(usize::from(is_sync), Ordering::SeqCst);
        if before + usize::from(is_sync) > self.at { Verdict::Lose(ErrorKind::Other) } else { Verdict::Do }
    }
}

#[test]
fn a_crash_between_two_segments_is_finished_by_importing_again() {
    let text = lines(0..1_300); // three segments
    let mut partial = Vec::new();
    for at in 0..6 {
        let (_dir, unit) = unit();
        drop(Ward::open(unit.path()).unwrap());
        let dies = Arc::new(Dies { syncs: AtomicUsize::new(0), at });
        if let Ok(ward) = Ward::open_on(unit.path(), Disk::with_faults(dies)) {
            let crashed = ward.import(text.as_bytes(), Path::new("test"), Format::Jsonl, None);
            assert!(crashed.is_err() || at >= 3);
        }
        let ward = Ward::open(unit.path()).unwrap();
        let before = ward.status().sealed;
        partial.push(before);
        let finished = jsonl(&ward, &text).unwrap();
        assert_eq!((finished.already, finished.sealed), (before, 1_300 - before));
        drop(ward);
        let mut all = sealed(&unit);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 1_300);
    }
    assert!(partial.contains(&512) && partial.contains(&1_024), "{partial:?}");
}

/// Has no room for one write to a journal file, the `at`th from 1; everything before and after it happens.
struct FullOnce {
    writes: AtomicUsize,
    at: usize,
}

impl Faults for FullOnce {
    fn verdict(&self, op: Op<'_>) -> Verdict {
        let is_write =
            matches!(op, Op::Write { path, .. } if path.extension().is_some_and(|end| end == "jnl"));
        if is_write && self.writes.fetch_add(1, Ordering::SeqCst) + 1 == self.at {
            return Verdict::Lose(ErrorKind::StorageFull);
        }
        Verdict::Do
    }
}

#[test]
fn a_failure_after_the_first_segment_says_how_many_rows_are_sealed_and_the_same_file_again_doubles_nothing() {
    let text = lines(0..1_300); // three segments
    let mut broke_off = Vec::new();
    for at in 1..8 {
        let (_dir, unit) = unit();
        drop(Ward::open(unit.path()).unwrap());
        let disk = Disk::with_faults(Arc::new(FullOnce { writes: AtomicUsize::new(0), at }));
        let Ok(ward) = Ward::open_on(unit.path(), disk) else { continue };
        let first = ward.import(text.as_bytes(), Path::new("test"), Format::Jsonl, None);
        let before = ward.status().sealed;
        match first {
            Err(ImportError::Broken { broken }) => {
                assert_eq!((broken.sealed, u64::from(broken.to_line)), (before, before), "{broken}");
                assert!(broken.to_string().contains(&format!("{before} rows of the file")), "{broken}");
                broke_off.push(before);
            }
            Err(error) => assert_eq!(before, 0, "{error}"),
            Ok(imported) => assert_eq!(imported.sealed, 1_300),
        }
        let finished = jsonl(&ward, &text).unwrap();
        assert_eq!((finished.already, finished.sealed), (before, 1_300 - before));
        drop(ward);
        let mut all = sealed(&unit);
        assert_eq!(all.len(), 1_300);
        all.sort();
        all.dedup();
        assert_eq!(all.len(), 1_300, "no fact is there twice");
    }
    assert!(broke_off.contains(&512) && broke_off.contains(&1_024), "{broke_off:?}");
}

#[test]
fn requests_and_an_import_at_the_same_time_do_not_disturb_each_other() {
    let (_dir, unit) = unit();
    let ward = Ward::open(unit.path()).unwrap();
    let importing = ward.clone();
    let import = std::thread::spawn(move || jsonl(&importing, lines(0..2_000)).unwrap());
    for number in 5_000..5_050 {
        ward.record_blocking(&[event(number)], None).unwrap();
    }
    assert_eq!(import.join().unwrap().sealed, 2_000);
    assert_eq!(ward.status().sealed, 2_050);
}
