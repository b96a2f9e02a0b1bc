//! What does not count, why, and that nothing else changes by it.

#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district, facts::*};
use prost::Message as _;
use serde_json::json;
use socai_fold::{Fold, FoldError, Recorded, Rejection, Table, read_late};
use socai_proto::v1;
use socai_tlog::{EventName, LeafIndex};

fn given() -> Ledger {
    let mut ledger = district::founded();
    ledger.on("2023-02-09");
    ledger
}

/// Tables that the newest record changed.
fn changed(ledger: &Ledger) -> Vec<Table> {
    let mut fold = Fold::new();
    fold.capture(true);
    ledger.onto(&mut fold, ledger.records.len() - 1);
    fold.drain();
    ledger.onto(&mut fold, ledger.records.len());
    fold.drain().iter().map(|change| Table::of(change.key[0]).unwrap()).collect()
}

const ONLY_REJECTED: [Table; 3] = [Table::Head, Table::Activity, Table::Rejection];

#[test]
fn facts_that_cannot_be_read_are_kept_in_the_log_and_rejected() {
    let mut ledger = given();
    for facts in [vec![], vec![0xff], b"not a message".to_vec()] {
        ledger.publish_bytes(1, facts);
        let (field, code) = ledger.rejection();
        assert_eq!(changed(&ledger), ONLY_REJECTED, "{field} {code}");
    }
    let (fold, _) = ledger.fold();
    assert_eq!((fold.rejected(), fold.activity(socai_tlog::UnitNo(1)).rejected), (3, 3));
}

#[test]
fn a_fact_that_breaks_a_rule_is_rejected_with_its_field_and_reason() {
    let mut ledger = given();
    ledger.fine((1, "hn.tx.khong-co.1"), "2023-01-05", 100_000);
    assert_eq!(ledger.rejection(), ("place.0".to_owned(), "unknown_unit".to_owned()));
    assert_eq!(changed(&ledger), ONLY_REJECTED);
    ledger.fine(NHAN_CHINH, "2023-02-10", 100_000);
    assert_eq!(ledger.rejection(), ("occurred_on".to_owned(), "in_the_future".to_owned()));
}

#[test]
fn a_number_outside_its_bounds_is_rejected_although_no_form_would_have_taken_it() {
    let mut ledger = given();
    let name = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let (_, facts) = &ledger.records[ledger.records.len() - 1];
    let mut event = v1::Event::decode(facts.as_slice()).unwrap();
    if let Some(v1::event::Kind::PenaltyDecided(penalty)) = &mut event.kind {
        penalty.total = i64::MAX;
    }
    assert_ne!(ledger.publish(1, &event), name);
    assert_eq!(ledger.rejection(), ("data.total".to_owned(), "out_of_range".to_owned()));
    assert_eq!(ledger.figure("TT.02").value, 100_000);
}

#[test]
fn a_rejected_registration_registers_nobody() {
    let mut ledger = given();
    let data = json!({
        "unit_no": 40, "unit_id": "hn.moi", "name": "Mới", "type": "ward", "valid_from": "2023-01-01",
        "transport_key": "00".repeat(32), "sealing_key": "00".repeat(32), "witnessing_key": "00".repeat(32),
    });
    ledger.json(0, json!({"kind": "unit.registered", "occurred_on": "2023-01-05", "data": data}));
    assert_eq!(ledger.rejection().1, "weak_key");
    assert!(ledger.fold().0.registry().by_id("hn.moi").is_none());
    assert_eq!(changed(&ledger), ONLY_REJECTED);
}

#[test]
fn rules_that_name_what_does_not_exist_are_rejected_and_the_old_ones_stay() {
    let mut ledger = given();
    ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    let rules = district::read("rules/indicators.toml");
    for (version, (right, wrong)) in [
        (r#""urban_order", "#, r#""urban_odour", "#),
        (r#"of = ["works"]"#, r#"of = ["wokrs"]"#),
        ("[[indicator]]", "[[indicator"),
    ]
    .into_iter()
    .enumerate()
    {
        district::adopt(
            &mut ledger,
            "indicators",
            version as u32 + 2,
            "2022-01-01",
            &rules.replace(right, wrong),
        );
        let (field, _) = ledger.rejection();
        assert_eq!(field, "data.content");
        assert_eq!(changed(&ledger), ONLY_REJECTED);
    }
    assert_eq!(ledger.figure("TT.01").value, 1);
}

#[test]
fn a_row_that_names_what_does_not_exist_is_named_with_its_line() {
    let mut ledger = given();
    let rules = district::read("rules/indicators.toml");
    let wrong = rules.replace(r#"of = ["works"]"#, r#"of = ["wokrs"]"#);
    district::adopt(&mut ledger, "indicators", 2, "2022-01-01", &wrong);
    let line = wrong.lines().position(|line| line.contains("wokrs")).unwrap() + 1;
    let (_, rejections) = ledger.fold();
    let said = &rejections.last().unwrap().reasons[0].message_en;
    let expected = format!("table `indicators`, line {line}, row `DT.01`: ");
    assert!(said.starts_with(&expected) && said.contains("`wokrs`"), "{said}");
}

#[test]
fn a_suspended_unit_is_rejected_from_the_next_leaf_until_it_is_resumed() {
    let mut ledger = given();
    let standing = |ledger: &mut Ledger, kind: &str| {
        let data = json!({"unit": NHAN_CHINH.1, "ground": "decision", "from_leaf_index": 0});
        ledger.json(0, json!({"kind": kind, "occurred_on": "2023-02-08", "data": data}));
    };
    ledger.fine(NHAN_CHINH, "2023-01-05", 1);
    standing(&mut ledger, "unit.suspended");
    ledger.fine(NHAN_CHINH, "2023-01-05", 10);
    assert_eq!(ledger.rejection().1, "suspended");
    ledger.fine(HA_DINH, "2023-01-05", 100);
    standing(&mut ledger, "unit.resumed");
    ledger.fine(NHAN_CHINH, "2023-01-05", 1_000);
    assert_eq!(ledger.figure("TT.02").value, 1_101);
}

#[test]
fn a_late_fact_counts_and_is_listed_under_the_closing_it_missed() {
    let mut ledger = given();
    let closing = ledger.close(1, &[]);
    let late = ledger.fine(NHAN_CHINH, "2023-01-05", 100_000);
    ledger.fine(NHAN_CHINH, "2022-12-05", 100_000);
    ledger.fine(HA_DINH, "2023-01-05", 100_000);
    assert_eq!(ledger.fines(), (2, 200_000));
    let (fold, _) = ledger.fold();
    assert_eq!(fold.activity(late.unit).late, 1);

    let mut fold = Fold::new();
    fold.capture(true);
    ledger.onto(&mut fold, ledger.records.len());
    let changes = fold.drain();
    let listed: Vec<(LeafIndex, EventName)> = changes
        .iter()
        .filter(|change| change.key[0] == Table::Late as u8)
        .map(|change| read_late(&change.key, change.new.as_ref().unwrap()).unwrap())
        .collect();
    assert_eq!(listed, [(fold.closings().of(closing.unit)[0].leaf, late)]);
}

#[test]
fn a_rejection_is_stored_as_it_was_told() {
    let mut ledger = given();
    ledger.fine((1, "hn.tx.khong-co.1"), "2023-01-05", 100_000);
    let (_, told) = ledger.fold();
    let mut fold = Fold::new();
    fold.capture(true);
    ledger.onto(&mut fold, ledger.records.len());
    let changes = fold.drain();
    let stored: Vec<Rejection> = changes
        .iter()
        .filter(|change| change.key[0] == Table::Rejection as u8)
        .map(|change| Rejection::read(&change.key, change.new.as_ref().unwrap()).unwrap())
        .collect();
    assert_eq!(stored, told);
}

#[test]
fn leaves_left_out_given_twice_or_with_a_gap_in_a_chain_are_refused() {
    let ledger = given();
    let records: Vec<Recorded<'_>> = ledger.iter().collect();
    let mut fold = Fold::new();
    assert!(matches!(fold.apply(&records[1], &ledger), Err(FoldError::OutOfOrder { .. })));
    fold.apply(&records[0], &ledger).unwrap();
    assert!(matches!(fold.apply(&records[0], &ledger), Err(FoldError::OutOfOrder { .. })));
    let mut gap = records[1];
    gap.at.name = EventName::new(0, 5);
    assert!(matches!(fold.apply(&gap, &ledger), Err(FoldError::BrokenChain { .. })));
    assert_eq!(fold.size().0, 1);
}
