//! The command line as somebody meets it first: help, versions, the catalogue, mistakes. Whole ledgers are in the `socai-tests` package;
//! that this file is here makes `cargo test --workspace` build the program before any test runs.
#![allow(missing_docs)] // names of tests are sentences
#![allow(clippy::unwrap_used, reason = "helpers of tests fail the test")]

use std::process::{Command, Output};

/// Runs the program in the given locale.
fn socai_in(locale: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_socai")).args(args).env("LC_ALL", locale).output().unwrap()
}

fn socai(args: &[&str]) -> Output {
    socai_in("C.UTF-8", args)
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn help_and_version_go_to_standard_output_and_end_with_0() {
    for args in [&["--help"][..], &["help"], &["audit", "--help"], &["ward", "record", "--help"]] {
        let said = socai(args);
        assert_eq!(said.status.code(), Some(0), "{args:?}");
        assert!(out(&said).contains("Usage:"), "{args:?}: {}", out(&said));
    }
    let version = socai(&["--version"]);
    assert_eq!(out(&version).trim(), format!("socai {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_mistake_ends_with_2_names_the_word_and_goes_to_standard_error() {
    let mistakes = [
        (&["repaly"][..], "replay"),
        (&["report", "--formt", "json"], "--format"),
        (&[], "Usage:"),
        (&["audit"], "verify"),
    ];
    for (args, hint) in mistakes {
        let said = socai(args);
        assert_eq!(said.status.code(), Some(2), "{args:?}");
        assert!(err(&said).contains(hint), "{args:?}: {}", err(&said));
        assert_eq!(out(&said), "", "{args:?}");
    }
}

#[test]
fn messages_follow_the_locale_and_the_flag() {
    let nowhere = ["units", "/nowhere"];
    assert!(err(&socai_in("vi_VN.UTF-8", &nowhere)).starts_with("lỗi: "));
    assert!(err(&socai_in("en_US.UTF-8", &nowhere)).starts_with("error: "));
    let flagged = ["--lang", "en", "units", "/nowhere"];
    assert!(err(&socai_in("vi_VN.UTF-8", &flagged)).starts_with("error: "));
}

#[test]
fn the_list_of_commands_names_everything_that_bench_measures() {
    let (all, bench) = (out(&socai(&["--help"])), out(&socai(&["bench", "--help"])));
    let measured = all.split("Measure:").nth(1).unwrap().split('.').next().unwrap();
    let measured: Vec<&str> = measured.split([',', ' ', '\n']).filter(|word| !word.is_empty()).collect();
    let values = bench.split("Possible values:").nth(1).unwrap().lines();
    let values: Vec<&str> =
        values.filter_map(|line| line.trim().strip_prefix("- ")?.split(':').next()).collect();
    assert!(
        values.len() > 10 && values.iter().all(|value| measured.contains(value)),
        "{values:?} {measured:?}"
    );
}

#[test]
fn everyday_errors_are_said_in_vietnamese_to_who_asked_for_it() {
    let dir = tempfile::tempdir().unwrap();
    let dir = dir.path().to_str().unwrap();
    std::fs::write(format!("{dir}/manifest.json"), "{}").unwrap();
    let ledger = format!("{dir}/ledger");
    let made = ["simulate", "--units", "16", "--days", "3", "--events-per-day", "5", "--out", &ledger];
    assert_eq!(socai(&made).status.code(), Some(0));
    for (args, words) in [
        (&["units", "/nowhere"][..], "/nowhere: không có sổ cái ở đây"),
        (
            &["ward", "record", dir, "activity.held", "--json", "{bad"],
            "--json: sự kiện ở dạng JSON: không đúng JSON, dòng 1",
        ),
        (
            &["ward", "record", dir, "activity.held", "--json", "{}"],
            "unit.toml: không có; trước hết hãy đăng ký đơn vị",
        ),
        (
            &["district", "adopt", dir, "x.toml", "--from", "9999-12-31"],
            "9999-12-31 ngoài các năm mà sự kiện được nêu, 1900 đến",
        ),
        (&["mirror", "http://127.0.0.1:1", dir], "--policy TỆP nêu khóa"),
        (&["audit", "prove", &ledger, "99/1"], "không có bản ghi 99/1 trong sổ này"),
        (&["audit", "findings", &ledger, "--rule", "nix"], "không có quy tắc `nix`: "),
        (&["audit", "findings", &ledger, "--unit", "nix"], "không có đơn vị `nix`: "),
        (&["replay", &ledger, "--unit", "khong-co"], ": không có đơn vị \"khong-co\" trong sổ."),
        (&["report", &ledger, "--period", "abc"], "--period abc: `abc` không phải kỳ báo cáo"),
        (
            &["report", &ledger, "--period", "2023-02", "--as-of", "999999"],
            "--as-of: mốc 999999 vượt quá sổ cái",
        ),
        (
            &["series", &ledger, "DN.01", "--from", "2023-03", "--to", "2023-02"],
            "--from 2023-03 sau --to 2023-02",
        ),
        (&["export", &ledger, "--format", "csv", "--out", dir], "không trống, đã có `"),
    ] {
        let said = socai(&[args, &["--lang", "vi"]].concat());
        assert_eq!(said.status.code(), Some(2), "{args:?}");
        assert!(err(&said).starts_with("lỗi: ") && err(&said).contains(words), "{args:?}: {}", err(&said));
    }
}

#[test]
fn the_catalogue_describes_every_kind_it_lists_in_both_languages() {
    let list = out(&socai(&["kinds", "--lang", "en"]));
    let kinds: Vec<_> = list.split_whitespace().filter(|word| socai_proto::kind(word).is_some()).collect();
    assert_eq!(kinds.len(), socai_proto::kinds().len(), "{list}");
    for kind in kinds {
        for lang in ["vi", "en"] {
            let said = socai(&["kinds", kind, "--lang", lang]);
            assert_eq!(said.status.code(), Some(0));
            assert!(out(&said).contains("occurred_on"), "an example of {kind}: {}", out(&said));
        }
    }
    let wrong = socai(&["kinds", "penalty.undecided", "--lang", "en"]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(err(&wrong).contains("penalty.decided"), "{}", err(&wrong));
}
