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
