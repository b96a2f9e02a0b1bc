//! The reference month as its units would seal it.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use crate::common::month::{district, folded, month, records, units};
use serde_json::json;
use socai_tlog::TreeSize;

#[test]
fn every_unit_publishes_and_no_file_belongs_to_nobody() {
    let files: BTreeSet<String> = fs::read_dir(district().join("2023-02"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let expected: BTreeSet<String> =
        units()[1..].iter().map(|unit| format!("{}.jsonl", unit["unit_id"].as_str().unwrap())).collect();
    assert_eq!(files, expected);
    assert_eq!(expected.len(), 25);
}

#[test]
fn every_line_is_a_valid_fact_and_none_is_rejected() {
    let records = records(&[]);
    let fold = folded(&records);
    assert_eq!(fold.rejected(), 0);
    assert!(fold.size() > TreeSize(1_400));
}

#[test]
fn every_unit_closes_the_period_last_and_declares_that_nobody_was_poisoned() {
    for (unit, forms) in month() {
        let closed = forms.iter().filter(|form| form["kind"] == "period.closed").count();
        let last = forms.last().unwrap();
        assert_eq!((closed, &last["kind"]), (1, &json!("period.closed")), "{unit}");
        assert!(last["data"]["nil_kinds"].as_array().unwrap().contains(&json!("YT.04")), "{unit}");
        for nil in last["data"]["nil_kinds"].as_array().unwrap() {
            assert!(forms.iter().all(|form| form["kind"] != *nil), "{unit} has facts of {nil}");
        }
    }
}

#[test]
fn every_invented_fact_says_so() {
    for (unit, forms) in month() {
        for form in forms {
            assert!(form["entered_by"].as_str().unwrap().starts_with("mau."), "{unit}: {form}");
            assert_ne!(form["entered_by"], form["approved_by"]);
        }
    }
}

/// Skipped where there is no Python 3.11: the files themselves are what everything else reads.
#[test]
fn the_files_are_what_the_generator_writes_and_add_up_to_the_printed_figures() {
    let python = |arguments: &[&str]| {
        Command::new("python3")
            .args(arguments)
            .current_dir(district())
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .output()
    };
    let new_enough = python(&["-c", "import sys; sys.exit(sys.version_info < (3, 11))"]);
    if !new_enough.is_ok_and(|run| run.status.success()) {
        return;
    }
    let run = python(&["generate.py", "--check"]).unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
}
