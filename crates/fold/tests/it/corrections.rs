//! Given some records, when one is corrected, voided or answered, then the figures are these.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district, facts::*};
use serde_json::json;
use socai_domain::corrections::{self, Idle};
use socai_fold::{CaseFact, CaseStanding, Effective, Fold, FoldError, Recorded, Table, case_prefix};
use socai_tlog::EventName;

fn given() -> Ledger {
    let mut ledger = district::founded();
    ledger.on("2023-02-09");
    ledger
}

/// Why amendments of a record change nothing.
fn idle(ledger: &Ledger, record: EventName) -> Vec<(EventName, Idle)> {
    let (fold, _) = ledger.fold();
    corrections::idle(record, fold.amendments().get(record).unwrap().amendments())
}

#[test]
fn a_correction_restates_the_period_of_the_original() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 43_570_000);
    assert_eq!(ledger.fines(), (1, 43_570_000));
    ledger.correct_fine(1, fine, 43_570_000, 43_750_000);
    assert_eq!(ledger.fines(), (1, 43_750_000));
}

#[test]
fn a_corrected_date_moves_the_fact_into_another_period() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 200_000);
    ledger.correct(1, fine, &[("occurred_on", json!("2023-01-05"), json!("2022-12-30"))]);
    assert_eq!(ledger.fines(), (0, 0));
}

#[test]
fn corrections_form_a_chain_of_which_the_last_counts() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let first = ledger.correct_fine(1, fine, 100_000, 200_000);
    ledger.correct_fine(1, first, 200_000, 300_000);
    assert_eq!(ledger.fines(), (1, 300_000));
}

#[test]
fn a_correction_of_what_is_no_longer_current_is_listed_and_changes_nothing() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.correct_fine(1, fine, 100_000, 200_000);
    let stale = ledger.correct_fine(1, fine, 100_000, 300_000);
    assert_eq!(ledger.fines(), (1, 200_000));
    assert_eq!(idle(&ledger, fine), [(stale, Idle::Stale)]);
}

#[test]
fn a_correction_whose_old_value_is_not_the_records_changes_nothing() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let wrong = ledger.correct_fine(1, fine, 150_000, 200_000);
    assert_eq!(ledger.fines(), (1, 100_000));
    assert_eq!(idle(&ledger, fine), [(wrong, Idle::Refused)]);
}

#[test]
fn a_correction_that_would_break_a_rule_changes_nothing() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    // The total no longer is the sum of the lines.
    let broken = ledger.correct(1, fine, &[("data.total", json!(100_000), json!(999_000))]);
    let unknown = ledger.correct(1, fine, &[("place.0", json!(NHAN_CHINH.1), json!("hn.tx.noi-khac.9"))]);
    let future = ledger.correct(1, fine, &[("occurred_on", json!("2023-01-05"), json!("2023-08-01"))]);
    assert_eq!(ledger.fines(), (1, 100_000));
    let refused = [broken, unknown, future].map(|name| (name, Idle::Refused));
    assert_eq!(idle(&ledger, fine), refused);
}

#[test]
fn only_the_publisher_or_its_successor_corrects() {
    let mut ledger = given();
    let fine = ledger.fine(HA_DINH, "2023-01-05", 100_000);
    let foreign = ledger.correct_fine(1, fine, 100_000, 200_000);
    assert_eq!(ledger.fines(), (1, 100_000));
    assert_eq!(idle(&ledger, fine), [(foreign, Idle::Refused)]);

    let succession = json!({
        "from": HA_DINH.1, "to": NHAN_CHINH.1, "portion": "part", "effective": "2023-02-01", "legal": "thử",
    });
    ledger.json(0, json!({"kind": "unit.succeeded", "occurred_on": "2023-02-01", "data": succession}));
    ledger.correct_fine(1, fine, 100_000, 300_000);
    assert_eq!(ledger.fines(), (1, 300_000));
}

#[test]
fn after_closing_a_correction_counts_once_the_aggregator_confirmed_it() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.close(1, &[]);
    let late = ledger.correct_fine(1, fine, 100_000, 200_000);
    assert_eq!(ledger.fines(), (1, 100_000));
    assert_eq!(idle(&ledger, fine), [(late, Idle::Pending)]);
    ledger.answer(7, late, "confirmed");
    assert_eq!(ledger.fines(), (1, 100_000), "another ward's word changes nothing");
    ledger.answer(OPERATOR, late, "confirmed");
    assert_eq!(ledger.fines(), (1, 200_000));
    ledger.answer(OPERATOR, late, "refused");
    assert_eq!(ledger.fines(), (1, 100_000), "the last answer counts");
}

#[test]
fn a_correction_before_the_closing_needs_no_answer() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.correct_fine(1, fine, 100_000, 200_000);
    ledger.close(1, &[]);
    assert_eq!(ledger.fines(), (1, 200_000));
}

#[test]
fn a_correction_into_a_closed_period_waits_too() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2022-12-30", 100_000);
    ledger.close(1, &[]);
    let into = ledger.correct(1, fine, &[("occurred_on", json!("2022-12-30"), json!("2023-01-05"))]);
    assert_eq!(ledger.fines(), (0, 0));
    assert_eq!(idle(&ledger, fine), [(into, Idle::Pending)]);
}

#[test]
fn a_void_takes_the_fact_out_and_after_closing_waits_for_the_aggregator() {
    let mut ledger = given();
    let first = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let second = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.void(1, second);
    assert_eq!(ledger.fines(), (1, 100_000));
    ledger.close(1, &[]);
    let late = ledger.void(1, first);
    assert_eq!(ledger.fines(), (1, 100_000));
    ledger.answer(OPERATOR, late, "confirmed");
    assert_eq!(ledger.fines(), (0, 0));
}

#[test]
fn voiding_a_correction_restores_the_version_before_it() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let first = ledger.correct_fine(1, fine, 100_000, 200_000);
    let second = ledger.correct_fine(1, first, 200_000, 300_000);
    let early = ledger.void(1, first);
    assert_eq!(
        ledger.fines(),
        (1, 300_000),
        "a correction that was itself corrected is not the current version"
    );
    assert_eq!(idle(&ledger, fine), [(early, Idle::Stale)]);
    ledger.void(1, second);
    assert_eq!(ledger.fines(), (1, 200_000));
    ledger.void(1, first);
    assert_eq!(ledger.fines(), (1, 100_000));
}

#[test]
fn a_voided_fact_cannot_be_corrected_back() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.void(1, fine);
    ledger.correct_fine(1, fine, 100_000, 200_000);
    assert_eq!(ledger.fines(), (0, 0));
}

#[test]
fn ledger_kinds_cannot_be_voided_and_voids_cannot_either() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let closing = ledger.close(1, &["YT.04"]);
    ledger.void(1, closing);
    let void = ledger.void(7, fine);
    ledger.void(7, void);
    let (fold, rejections) = ledger.fold();
    assert_eq!(rejections, []);
    assert_eq!(fold.closings().of(closing.unit).len(), 1);
    assert_eq!(idle(&ledger, closing).len(), 1);
}

#[test]
fn baselines_are_corrected_like_facts() {
    let mut ledger = given();
    ledger.revenue("2023-01-10", 2023, 300);
    let declared = json!({
        "indicator": "NS.01", "period_from": "2022-01-01", "period_to": "2022-02-08", "value": 100, "unit_of_measure": "VND",
        "source_doc": "b",
    });
    let baseline = ledger
        .json(TREASURY, json!({"kind": "baseline.declared", "occurred_on": "2023-02-08", "data": declared}));
    let percent = |ledger: &Ledger| ledger.figure("NS.01").same_period.and_then(|same| same.compared.percent);
    assert_eq!(percent(&ledger).as_deref(), Some("300"));
    ledger.correct(TREASURY, baseline, &[("data.value", json!(100), json!(200))]);
    assert_eq!(percent(&ledger).as_deref(), Some("150"));
    ledger.void(TREASURY, baseline);
    assert_eq!(percent(&ledger), None);
}

#[test]
fn an_amendment_may_come_before_the_record_it_is_about() {
    let mut ledger = given();
    let coming = EventName::new(7, 0);
    let succession = json!({
        "from": HA_DINH.1, "to": NHAN_CHINH.1, "portion": "part", "effective": "2023-02-01", "legal": "thử",
    });
    ledger.json(0, json!({"kind": "unit.succeeded", "occurred_on": "2023-02-01", "data": succession}));
    let correction = ledger.correct_fine(1, coming, 100_000, 200_000);
    assert_eq!(ledger.fines(), (0, 0));
    assert_eq!(ledger.fold().0.amendments().get(coming).unwrap().effective(coming), Effective::Missing);
    assert_eq!(ledger.fine(HA_DINH, "2023-01-05", 100_000), coming);
    assert_eq!(ledger.fines(), (1, 200_000));
    ledger.void(1, correction);
    assert_eq!(ledger.fines(), (1, 100_000));
}

#[test]
fn an_answer_may_come_before_the_amendment_it_is_about() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.close(1, &[]);
    ledger.answer(OPERATOR, EventName::new(1, 2), "confirmed");
    assert_eq!(ledger.correct_fine(1, fine, 100_000, 200_000), EventName::new(1, 2));
    assert_eq!(ledger.fines(), (1, 200_000));
}

#[test]
fn a_correction_of_a_rejected_record_changes_nothing() {
    let mut ledger = given();
    let fine = ledger.fine((1, "hn.tx.khong-co.1"), "2023-01-05", 100_000);
    ledger.correct(1, fine, &[("place.0", json!("hn.tx.khong-co.1"), json!(NHAN_CHINH.1))]);
    assert_eq!(ledger.fold().1.len(), 1);
    assert_eq!(ledger.figure("TT.01").value, 0);
}

#[test]
fn a_case_shows_what_counts_of_its_facts() {
    let mut ledger = given();
    let first = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let second = ledger.fine(NHAN_CHINH, "2023-01-04", 200_000);
    let third = ledger.fine(NHAN_CHINH, "2023-01-06", 300_000);
    ledger.correct(1, third, &[("occurred_on", json!("2023-01-06"), json!("2023-01-03"))]);
    ledger.void(1, first);
    let case: Vec<_> = case_of(&ledger).into_iter().map(|fact| (fact.name, fact.standing)).collect();
    let expected =
        [(third, CaseStanding::Corrected), (second, CaseStanding::Recorded), (first, CaseStanding::Voided)];
    assert_eq!(case, expected, "in the order of days, not of arrival");
    assert_eq!(
        case_of(&ledger)[1].summary,
        "field=urban_order form=fine total=200000 signer_level=ward subject_kind=individual on_the_spot=yes"
    );
}

/// The facts of the case `xp-1` as the models would hold them.
fn case_of(ledger: &Ledger) -> Vec<CaseFact> {
    let mut fold = Fold::new();
    fold.capture(true);
    let mut rows = std::collections::BTreeMap::new();
    for record in ledger.iter() {
        fold.apply(&record, ledger).unwrap();
        for change in fold.drain().into_iter().filter(|change| change.key[0] == Table::Case as u8) {
            match change.new {
                Some(new) => drop(rows.insert(change.key, new)),
                None => drop(rows.remove(&change.key)),
            }
        }
    }
    let prefix = case_prefix("xp-1");
    let of_case = rows.iter().filter(|(key, _)| key.starts_with(&prefix));
    of_case.map(|(key, value)| CaseFact::read(key, value).unwrap()).collect()
}

#[test]
fn when_the_original_cannot_be_read_nothing_changes_and_the_record_can_be_given_again() {
    let mut ledger = given();
    let fine = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.correct_fine(1, fine, 100_000, 200_000);
    let (mut fold, _) = ledger.fold_to(ledger.records.len() - 1);
    let (at, facts) = ledger.records.last().unwrap();
    let record = Recorded { at: *at, facts };
    assert!(matches!(fold.apply(&record, &Unreadable), Err(FoldError::Facts(_))));
    assert_eq!(fold.size().0, ledger.records.len() as u64 - 1);
    fold.apply(&record, &ledger).unwrap();
    assert_eq!(figure_of(&fold, "TT.02", &asked(), None).value, 200_000);
}

struct Unreadable;

impl socai_fold::Facts for Unreadable {
    fn find(&self, name: EventName) -> Result<Option<socai_fold::Original>, socai_fold::FactsUnavailable> {
        Err(socai_fold::FactsUnavailable { name, why: "the disk says no".to_owned() })
    }
}
