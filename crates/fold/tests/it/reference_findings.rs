//! What an inspector finds in the reference month on the day of its report, and why each is there.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::BTreeMap;

use crate::common::{Ledger, district};
use socai_domain::lifecycle::Extent;
use socai_fold::{
    Fold,
    findings::{Findings, Found},
};

const ON: &str = "2023-02-08";

/// The month, received on the day after, with every table of the district.
fn month() -> (Ledger, Fold) {
    let mut ledger = district::month();
    for law in ["penalty", "petition", "conscription", "tax", "clearance", "dossier", "project", "budget"] {
        let name = format!("law.{law}");
        district::adopt(&mut ledger, &name, 1, "2022-01-01", &district::read(&format!("rules/{name}.toml")));
    }
    for name in ["obligations", "findings"] {
        district::adopt(&mut ledger, name, 1, "2022-01-01", &district::read(&format!("rules/{name}.toml")));
    }
    let (fold, rejected) = ledger.fold();
    assert_eq!(rejected, []);
    (ledger, fold)
}

fn found<'f>(ledger: &Ledger, fold: &'f Fold, on: &str) -> Vec<Found<'f>> {
    let on = on.parse().unwrap();
    let mut pass = Findings::new(fold, fold.rulebook().findings(on).unwrap().1, on);
    ledger.iter().for_each(|record| pass.visit(&record, record.at.received_at_ms, ledger).unwrap());
    pass.finish(ledger).unwrap()
}

#[test]
fn the_months_findings_are_these_and_each_has_its_reason() {
    let (ledger, fold) = month();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for found in found(&ledger, &fold, ON) {
        *counts.entry(found.rule.id.as_str()).or_default() += 1;
    }
    let known = [
        // every unit sent its month on 9 February: what is older than three days is late for a decision, than thirty for anything
        ("decision_entered_late", 15),
        ("entered_late", 23),
        // two batches of 74 gifts to the same ward and group, ten days apart, by chance of the generator
        ("gift_batch_twice", 1),
        // gifts that bodies of the district handed out in wards: the month has no word of the wards that they were
        ("hand_over_open", 28),
        // 13 fines paid some days late without interest, one with two days too many: its term ended on a day off, which moves it
        ("interest", 14),
        // works and appraisals of projects that were registered before the ledger
        ("project_unregistered", 11),
    ];
    assert_eq!(counts, BTreeMap::from(known));
}

#[test]
fn a_finding_names_facts_with_leaf_and_document_and_its_article() {
    let (ledger, fold) = month();
    let all = found(&ledger, &fold, ON);
    let is_of = |found: &&Found<'_>| found.case.as_deref() == Some("xp-nhan-chinh-2023-3");
    let interest = all.iter().find(is_of).unwrap();
    assert_eq!(interest.rule.id, "interest");
    assert_eq!(interest.extent, Extent { amount: Some(socai_domain::Dong(6_250)), ..Extent::default() });
    assert!(interest.source.contains("Điều 78"), "{}", interest.source);
    let [decision, payment] = interest.facts.as_slice() else { panic!("{:?}", interest.facts) };
    assert_eq!((decision.kind, decision.document.as_deref()), ("penalty.decided", Some("03/QĐ-XPHC")));
    assert_eq!((payment.kind, payment.document.as_deref()), ("penalty.payment_received", Some("BLP-040")));
    for fact in [decision, payment] {
        let (at, _) = &ledger.records[fact.leaf.unwrap().0 as usize];
        assert_eq!(at.name, fact.name, "the leaf is that of the record");
    }
}

#[test]
fn everything_found_is_in_the_order_of_the_table_then_of_units_and_days() {
    let (ledger, fold) = month();
    let all = found(&ledger, &fold, ON);
    let (_, rules) = fold.rulebook().findings(ON.parse().unwrap()).unwrap();
    let place = |found: &Found<'_>| {
        let rule = rules.iter().position(|rule| rule.id == found.rule.id);
        (rule, found.unit, found.on)
    };
    assert!(all.is_sorted_by_key(place));
}

#[test]
fn a_year_later_the_fines_that_nobody_paid_have_lapsed_and_the_units_are_silent() {
    let (ledger, fold) = month();
    let counts = |rule: &str| {
        let all = found(&ledger, &fold, "2024-06-01");
        all.iter().filter(|found| found.rule.id == rule).count()
    };
    assert_eq!((counts("lapsed"), counts("unpaid")), (7, 0));
    assert_eq!(counts("silent"), 21, "eleven wards and ten bodies of the district");
    assert_eq!(counts("not_closed"), 25);
}

#[test]
fn with_room_for_a_few_cases_at_once_more_passes_find_the_same() {
    let (ledger, fold) = month();
    let on = "2024-06-01".parse().unwrap();
    let rules = fold.rulebook().findings(on).unwrap().1;
    let whole = found(&ledger, &fold, "2024-06-01");
    for room in [1 << 14, 1 << 16] {
        let (mut pass, mut passes) = (Findings::new(&fold, rules, on).holding(room), 0);
        loop {
            passes += 1;
            ledger.iter().for_each(|record| pass.visit(&record, record.at.received_at_ms, &ledger).unwrap());
            if !pass.wants_again().unwrap() {
                break;
            }
        }
        assert!(passes > 2, "{passes} passes with room for {room} bytes");
        assert_eq!(pass.finish(&ledger).unwrap(), whole);
    }
}

#[test]
fn a_pass_that_is_still_wanted_is_an_error_and_not_a_shorter_list() {
    let (ledger, fold) = month();
    let on = ON.parse().unwrap();
    let mut pass = Findings::new(&fold, fold.rulebook().findings(on).unwrap().1, on).holding(1 << 14);
    ledger.iter().for_each(|record| pass.visit(&record, record.at.received_at_ms, &ledger).unwrap());
    assert!(pass.finish(&ledger).is_err());
}
