//! Every fraud of the drill is noticed, by those who are meant to notice it.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use socai_audit::{By, Language, Tried, drill, drill_text};

fn held() -> Vec<Tried> {
    let place = tempfile::tempdir().unwrap();
    let mut steps = vec![];
    let tried = drill(place.path(), &mut |done, of| steps.push((done, of))).unwrap();
    assert_eq!(steps.last(), Some(&(tried.len(), tried.len())));
    tried
}

#[test]
fn every_fraud_is_noticed_by_whoever_can_notice_it() {
    let tried = held();
    let expected: &[(&str, &[By])] = &[
        ("edit", &[By::Verify]),
        ("edit-and-sign", &[By::Verify]),
        ("delete", &[By::Verify]),
        ("delete-and-sign", &[By::Since, By::Unit]),
        ("reorder", &[By::Verify]),
        ("reorder-and-sign", &[By::Since]),
        ("insert", &[By::Verify]),
        ("truncate", &[By::Verify]),
        ("roll-back", &[By::Since, By::Unit]),
        ("two-histories", &[By::Since, By::Unit]),
        ("swap-models", &[By::Verify]),
        ("change-key", &[By::InTheOpen, By::Unit]),
        ("erase", &[By::Verify]),
        ("invent-unit", &[By::InTheOpen]),
        ("transport-key", &[By::Verify]),
        ("other-ledger", &[By::Verify]),
        ("backdate", &[By::Verify]),
        ("backdate-and-sign", &[By::Since]),
        ("backdate-at-once", &[By::Findings]),
    ];
    let told: Vec<(&str, Vec<By>)> =
        tried.iter().map(|one| (one.fraud, one.caught.iter().map(|caught| caught.by).collect())).collect();
    let expected: Vec<(&str, Vec<By>)> = expected.iter().map(|(id, by)| (*id, by.to_vec())).collect();
    assert_eq!(told, expected, "{tried:#?}");
}

#[test]
fn a_drill_is_the_same_each_time_and_fits_80_columns_in_both_languages() {
    let (first, second) = (held(), held());
    for language in [Language::Vi, Language::En] {
        let page = |tried: &[Tried]| drill_text(tried, language);
        assert_eq!(page(&first).lines().count(), page(&second).lines().count());
        for line in page(&first).lines() {
            assert!(line.chars().count() <= 80, "{line}");
        }
    }
    assert!(drill_text(&first, Language::En).ends_with("19 of 19 frauds were noticed\n"));
    assert!(!drill_text(&first, Language::Vi).contains("the facts"));
}
