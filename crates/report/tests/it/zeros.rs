//! A zero is said once every unit in scope has said it; until then whoever has not is named. A zero that nobody is asked about is a number in tables.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{empty, figure, template, unit};
use serde_json::Value;
use socai_report::{Figure, Figures, Known, Nil, html, json, text};

/// A month with one figure.
fn month(change: impl FnOnce(&mut Figure), code: &str) -> Figures {
    let mut month = empty();
    let mut only = figure(code, "Vụ cháy, nổ", "vụ", 0);
    change(&mut only);
    month.figures = vec![only];
    month
}

fn flowing(figures: &Figures) -> String {
    text(figures, &template()).unwrap().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_zero_that_everybody_confirmed_is_a_sentence() {
    let month = month(|fires| (fires.nil, fires.events) = (Some(Nil::default()), 0), "PC.04");
    assert_eq!(month.figures[0].known(), Known::Nil);
    assert!(flowing(&month).contains("Không phát sinh vụ cháy, nổ."), "{}", flowing(&month));
}

#[test]
fn whoever_has_not_confirmed_a_zero_is_named_in_the_body_for_every_row_that_has_a_scope() {
    for (code, words) in [
        ("YT.04", "Còn 01 đơn vị chưa xác nhận số liệu ngộ độc thực phẩm: Công an quận."),
        ("PC.04", "Chưa xác nhận số liệu cháy, nổ: Công an quận."),
        ("AN.01", "Chưa xác nhận số liệu tai nạn giao thông: Công an quận."),
    ] {
        let missing = vec![unit("hn.tx.b.ca", "Công an quận")];
        let month = month(|open| (open.nil, open.events) = (Some(Nil { missing }), 3), code);
        assert_eq!(month.figures[0].known(), Known::Nothing, "{code}");
        let said = flowing(&month);
        assert!(said.contains(words), "{code}: {said}");
        assert!(!said.contains("Không phát sinh"), "{said}");
    }
}

#[test]
fn a_zero_of_facts_without_a_scope_is_a_number_and_never_said_not_to_have_happened() {
    let month = month(|of_facts| of_facts.nil = None, "TT.04");
    assert_eq!(month.figures[0].known(), Known::Zero);
    let said = flowing(&month);
    assert!(!said.contains("Không phát sinh") && !said.contains("trật tự xây dựng"), "{said}");
    assert!(said.contains("0 vụ"), "the annex has the number: {said}");
    assert!(!html(&month, &template()).unwrap().contains("không phát sinh vụ"));
    let sheet: Value = serde_json::from_str(&json(&month).unwrap()).unwrap();
    assert_eq!((&sheet["figures"][0]["value"], &sheet["figures"][0]["printed"]), (&0.into(), &"0 vụ".into()));
    assert_eq!(sheet["figures"][0]["nil"], Value::Null);
}

#[test]
fn money_that_prints_rounded_says_so_and_exact_money_does_not() {
    let note = "là số liệu làm tròn";
    let paid = |dong: i128| {
        let mut month = empty();
        month.figures = vec![figure("NS.03", "Chi nhiệm vụ đột xuất", "VND", dong)];
        flowing(&month).contains(note)
    };
    for (dong, is_rounded) in [
        (1_005_123_000_000, false),
        (1_005_123_000_001, true),
        (43_750_000, false),
        (43_750_500, true),
        (999_999, false),
    ] {
        assert_eq!(paid(dong), is_rounded, "{dong}");
    }
}
