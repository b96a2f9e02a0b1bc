//! The published report of February 2023 comes out of the facts of the month.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::BTreeMap;

use crate::common::district;
use serde_json::Value;
use socai_fold::figures::{Asked, Contributions, Figure, figures};

fn expected() -> Value {
    serde_json::from_str(&district::read("expected.json")).unwrap()
}

fn asked_in(expected: &Value) -> Asked {
    let text = |key: &str| expected["asked"][key].as_str().unwrap().to_owned();
    Asked {
        from: text("from").parse().unwrap(),
        to: text("to").parse().unwrap(),
        year: expected["asked"]["year"].as_i64().unwrap() as i32,
        occasion: Some(text("occasion")),
        books_to: None,
    }
}

fn month_figures() -> BTreeMap<String, Figure> {
    let ledger = district::month();
    let (fold, rejections) = ledger.fold();
    assert_eq!(rejections, [], "the reference month breaks no rule");
    let asked = asked_in(&expected());
    let mut pass = Contributions::new(&fold, &asked);
    ledger.iter().for_each(|record| pass.visit(&record).unwrap());
    let figures = figures(&fold, &asked, Some(&pass.finish().unwrap())).unwrap();
    figures.into_iter().map(|figure| (figure.row.code.clone(), figure)).collect()
}

#[test]
fn every_published_figure_comes_out_exactly() {
    let figures = month_figures();
    for expected in expected()["figures"].as_array().unwrap() {
        let code = expected["indicator"].as_str().unwrap();
        let figure = &figures[code];
        assert_eq!(figure.value, i128::from(expected["value"].as_i64().unwrap()), "{code}");
        for (by, percent) in expected["plan_pct"].as_object().into_iter().flatten() {
            assert_eq!(figure.plans[by].percent.as_deref(), percent.as_str(), "{code} of {by}");
        }
        if let Some(percent) = expected["same_period_pct"].as_str() {
            let same_period = figure.same_period.as_ref().expect(code);
            assert_eq!(same_period.compared.percent.as_deref(), Some(percent), "{code}");
            assert!(same_period.baseline.is_some(), "{code} is compared with a declared value");
        }
    }
}

#[test]
fn wards_and_unallocated_add_up_to_the_district() {
    for figure in month_figures().values() {
        let events =
            figure.wards.iter().map(|ward| ward.part.events).sum::<u64>() + figure.unallocated.events;
        assert!(figure.digest.is_some());
        if matches!(figure.row.measure, socai_domain::tables::Measure::Distinct(_)) {
            continue;
        }
        let wards: i128 = figure.wards.iter().map(|ward| ward.part.value).sum();
        assert_eq!(wards + figure.unallocated.value, figure.value, "{}", figure.row.code);
        assert_eq!(events, figure.events, "{}", figure.row.code);
    }
}

#[test]
fn a_zero_is_proven_by_every_unit_in_its_scope() {
    let figures = month_figures();
    let poisonings = &figures["YT.04"];
    let nil = poisonings.nil.as_ref().unwrap();
    assert_eq!(poisonings.value, 0);
    assert!(nil.is_proven(), "missing: {:?}", nil.missing);
    assert_eq!(nil.declared.len(), 12, "eleven wards and the health centre");
}

#[test]
fn a_period_named_in_the_adopted_table_asks_the_same() {
    let (fold, _) = district::month().fold();
    assert_eq!(Asked::named(fold.rulebook(), "2023-02"), Some(asked_in(&expected())));
}

#[test]
fn an_occasion_asks_for_itself_and_the_same_days_ask_for_the_occasion_in_them() {
    let (fold, _) = district::month().fold();
    let occasion = |asked: Asked| asked.occasion;
    let tet = Asked::named(fold.rulebook(), "tet-quy-mao-2023").unwrap();
    assert_eq!(occasion(tet).as_deref(), Some("tet-quy-mao-2023"));
    let days = asked_in(&expected());
    assert_eq!(Asked::days(fold.rulebook(), days.from, days.to), days);
}
