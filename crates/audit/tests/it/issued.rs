//! Issued reports against what their own cut-off gives, and declarations against the unit's own chain.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use bytes::Bytes;
use serde_json::{Value, json};
use socai_audit::{Asked, Language, Report, TextAnswer, printed, text, verify};
use socai_district::{Ledger, LedgerConfig, LedgerDir, RuleSet, UnitSpec, adoption, establish, issue};
use socai_domain::CivilDate;
use socai_fold::{
    Fold,
    figures::{self, Contributions},
};
use socai_follow::{ReplayError, recorded, replay};
use socai_proto::{json::event_from_json, v1};
use socai_tlog::{Digest, LeafIndex};

/// 28 March 2023.
const NOW: u64 = 1_680_000_000_000;

fn ledger() -> (tempfile::TempDir, LedgerDir, Ledger) {
    let place = tempfile::tempdir().unwrap();
    let dir = LedgerDir::new(place.path().join("district"));
    let config = LedgerConfig {
        origin: "socai.test/quan".into(),
        ledger: "quan".into(),
        nats: "nats://127.0.0.1:1".into(),
    };
    let operator: UnitSpec = serde_json::from_str(
        r#"{"unit_no":0,"unit_id":"test.quan","name":"Quận","type":"operator","valid_from":"2000-01-01"}"#,
    )
    .unwrap();
    let indicators = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/thanh-xuan/rules/indicators.toml");
    let rules = RuleSet {
        name: "indicators".into(),
        version: 1,
        effective_from: "2022-01-01".parse().unwrap(),
        content: std::fs::read_to_string(indicators).unwrap(),
        legal_source: "thử".into(),
    };
    let ledger = establish(&dir, &config, &operator, &[rules], NOW).unwrap();
    (place, dir, ledger)
}

fn event(kind: &str, number: u32, on: &str, data: &[(&str, Value)]) -> v1::Event {
    let mut form: Value = socai_proto::kind(kind).unwrap().example();
    let parts = form.as_object_mut().unwrap();
    for part in ["refs", "doc", "annex", "place", "unit", "case"] {
        parts.shift_remove(part);
    }
    parts.insert("id".into(), json!(format!("{number:032x}")));
    parts.insert("occurred_on".into(), json!(on));
    for (field, value) in data {
        form["data"][*field] = value.clone();
    }
    event_from_json(&form).unwrap_or_else(|errors| panic!("{form}: {errors:?}")).0
}

fn decision(number: u32) -> v1::Event {
    let data = [
        ("field", json!("urban_order")),
        ("on_the_spot", json!(true)),
        ("due_on", json!("2023-03-27")),
        ("decision_no", json!(format!("{number}/QĐ-XPHC"))),
    ];
    let mut event = event("penalty.decided", number, "2023-03-10", &data);
    event.case = format!("xp-{number}");
    event
}

const DAYS: (&str, &str) = ("2023-03-01", "2023-03-20");

/// What a report of [`DAYS`] states now, as `socai report issue` makes it.
fn stated(ledger: &Ledger) -> v1::ReportIssued {
    let reader = ledger.reader();
    let mut fold = Fold::new();
    let size = reader.committed().unwrap().size;
    replay(reader, &mut fold, size, |_, _| ()).unwrap();
    let (from, to): (CivilDate, CivilDate) = (DAYS.0.parse().unwrap(), DAYS.1.parse().unwrap());
    let asked = figures::Asked::days(fold.rulebook(), from, to);
    let mut pass = Contributions::new(&fold, &asked);
    let read = reader.for_each(LeafIndex(0), size, |record| -> Result<(), ReplayError> {
        Ok(pass.visit(&recorded(&record)?)?)
    });
    read.unwrap();
    let figures = figures::figures(&fold, &asked, Some(&pass.finish().unwrap())).unwrap();
    let printed = figures.iter().filter(|figure| figure.events > 0);
    v1::ReportIssued {
        report_no: "45/BC-UBND".into(),
        period: Some(v1::Period {
            kind: v1::PeriodKind::AdHoc.into(),
            from: from.yyyymmdd(),
            to: to.yyyymmdd(),
        }),
        tree_size: size.0,
        root: Bytes::copy_from_slice(&reader.root_at(size).unwrap().0),
        values: printed
            .map(|figure| v1::ReportedValue {
                indicator: figure.row.code.clone(),
                value: figure.value.try_into().unwrap(),
                digest: Bytes::copy_from_slice(&figure.digest.unwrap().0),
            })
            .collect(),
        text_digest: Bytes::from_static(&[7; 32]),
        restates: None,
    }
}

fn publish(ledger: &mut Ledger, report: v1::ReportIssued) -> String {
    ledger.publish(&[issue(report, NOW).unwrap()], NOW).unwrap()[0].to_string()
}

fn audit(dir: &LedgerDir) -> Report {
    verify(dir.path(), Asked::default(), &mut |_| ()).unwrap()
}

#[test]
fn reports_come_out_again_at_their_own_cut_off_whatever_was_recorded_since() {
    let (_place, dir, mut ledger) = ledger();
    for number in 1..=20 {
        ledger.publish(&[decision(number)], NOW).unwrap();
        let report = stated(&ledger);
        assert!(report.values.len() >= 2, "count and sum of fines are printed");
        publish(&mut ledger, report);
    }
    let report = audit(&dir);
    assert!(report.verified, "{:?}", report.faults);
    assert_eq!(report.reports.len(), 20, "one pass for all of them");
    assert!(report.reports.iter().all(|line| line.is_of_this_ledger && line.differ == 0 && line.values >= 2));
    assert!(report.reports.is_sorted_by_key(|line| line.leaf));
    assert!(text(&report, Language::En).contains("20 of 20 issued reports come out again as printed"));
}

/// The text of a report of [`DAYS`] as it is printed now, with its number.
fn printed_text(ledger: &Ledger) -> String {
    let reader = ledger.reader();
    let at = |reader: &socai_log::Reader, size| {
        let mut fold = Fold::new();
        replay(reader, &mut fold, size, |_, _| ())?;
        Ok(fold)
    };
    let fold = at(reader, reader.committed().unwrap().size).unwrap();
    let asked = figures::Asked::days(fold.rulebook(), DAYS.0.parse().unwrap(), DAYS.1.parse().unwrap());
    let mut figures = printed::figures(reader, &fold, &asked, &at).unwrap();
    figures.number = Some("45/BC-UBND".into());
    printed::text(&fold, &figures).unwrap()
}

#[test]
fn the_text_of_a_report_comes_out_again_and_another_one_is_told_and_fails_nothing() {
    let (_place, dir, mut ledger) = ledger();
    ledger.publish(&[decision(1)], NOW).unwrap();
    // before the ledger had a template nothing can be laid out
    let without = stated(&ledger);
    publish(&mut ledger, without);
    let template =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/thanh-xuan/rules/template.monthly.jinja");
    let monthly = RuleSet {
        name: "template.monthly".into(),
        version: 1,
        effective_from: "2022-01-01".parse().unwrap(),
        content: std::fs::read_to_string(template).unwrap(),
        legal_source: "thử".into(),
    };
    ledger.publish(&[adoption(&monthly, NOW).unwrap()], NOW).unwrap();
    let issued = |ledger: &Ledger, text: &str| v1::ReportIssued {
        text_digest: Bytes::copy_from_slice(&Digest::of(text.as_bytes()).0),
        ..stated(ledger)
    };
    let first = issued(&ledger, &printed_text(&ledger));
    publish(&mut ledger, first);
    // what comes later changes nothing of it; the next report has a text of its own, and one of them was altered
    ledger.publish(&[decision(2)], NOW).unwrap();
    let second = issued(&ledger, &printed_text(&ledger));
    publish(&mut ledger, second);
    let altered = issued(&ledger, &printed_text(&ledger).replacen("45/BC-UBND", "46/BC-UBND", 1));
    publish(&mut ledger, altered);
    let report = audit(&dir);
    assert!(report.verified, "{:?}", report.faults);
    let texts: Vec<&TextAnswer> = report.reports.iter().map(|line| &line.text).collect();
    assert!(
        matches!(texts[0], TextAnswer::NotLaidOut { why, .. } if why.contains("template")),
        "{:?}",
        texts[0]
    );
    assert_eq!(texts[1..], [&TextAnswer::Same, &TextAnswer::Same, &TextAnswer::Differs]);
    let page = text(&report, Language::En);
    let words = page.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("2 of 4 texts of reports come out again byte for byte"), "{page}");
    assert!(
        words.contains("ANOTHER TEXT") && words.contains("template that was used is not known"),
        "{page}"
    );
    assert_eq!(serde_json::to_value(&report).unwrap()["reports"][1]["text"]["text"], "same");
}

#[test]
fn a_printed_value_that_the_records_do_not_give_fails_with_place_and_both_values() {
    let (_place, dir, mut ledger) = ledger();
    ledger.publish(&[decision(1), decision(2)], NOW).unwrap();
    let mut report = stated(&ledger);
    let count = report.values.iter_mut().find(|value| value.indicator == "TT.01").unwrap();
    assert_eq!(count.value, 2);
    count.value = 1;
    let size = report.tree_size;
    let name = publish(&mut ledger, report);
    let report = audit(&dir);
    assert_eq!(report.exit_code(), 1);
    let [fault] = report.faults.as_slice() else { panic!("{:?}", report.faults) };
    assert_eq!((fault.code, fault.record.as_deref()), ("report", Some(name.as_str())));
    assert!(fault.remedy.contains("which version computed it"), "{}", fault.remedy);
    assert_eq!(fault.what, format!("report 45/BC-UBND, TT.01: printed 1, recomputed at size {size} it is 2"));
    let difference = &report.reports[0].differences[0];
    assert_eq!((difference.printed, difference.recomputed, difference.same_value), (1, Some(2), false));
}

#[test]
fn a_right_number_from_other_facts_and_a_value_of_nothing_fail_too() {
    let (_place, dir, mut ledger) = ledger();
    ledger.publish(&[decision(1)], NOW).unwrap();
    let mut report = stated(&ledger);
    report.values[0].digest = Bytes::from_static(&[9; 32]);
    report.values.push(v1::ReportedValue {
        indicator: "NS.01".into(),
        value: 5,
        digest: Bytes::from_static(&[9; 32]),
    });
    publish(&mut ledger, report);
    let report = audit(&dir);
    let said: Vec<&str> = report.faults.iter().map(|fault| fault.what.as_str()).collect();
    assert_eq!((report.exit_code(), said.len()), (1, 2), "{said:?}");
    assert!(said[0].contains("is right, but") && said[1].contains("nothing can be said of it"), "{said:?}");
}

#[test]
fn a_report_of_another_tree_fails() {
    let (_place, dir, mut ledger) = ledger();
    ledger.publish(&[decision(1)], NOW).unwrap();
    let mut report = stated(&ledger);
    report.root = Bytes::from_static(&[1; 32]);
    publish(&mut ledger, report);
    let mut later = stated(&ledger);
    later.tree_size += 5;
    publish(&mut ledger, later);
    let report = audit(&dir);
    assert_eq!((report.exit_code(), report.faults.len()), (1, 2), "{:?}", report.faults);
    assert!(report.faults.iter().all(|fault| fault.what.contains("not this ledger's")));
}

#[test]
fn a_replay_that_fails_is_told_beside_whatever_else_is_wrong() {
    let (_place, dir, mut ledger) = ledger();
    ledger.publish(&[decision(1)], NOW).unwrap();
    let report = stated(&ledger);
    publish(&mut ledger, report);
    drop(ledger);
    assert_eq!(audit(&dir).reports.len(), 1);
    // what says where a record lies: the record itself is whole, and a report cannot be looked up
    let positions = dir.log().join("positions");
    std::fs::File::options().write(true).open(&positions).unwrap().set_len(3).unwrap();
    let report = audit(&dir);
    let codes: Vec<&str> = report.faults.iter().map(|fault| fault.code).collect();
    assert_eq!((report.reports.len(), codes), (0, vec!["derived", "replay"]), "{:?}", report.faults);
    assert_eq!(report.faults_found, 2);
    let fault = &report.faults[1];
    assert!(fault.what.contains("reports and nil declarations were not compared"), "{fault:?}");
    assert_ne!((&fault.what, &fault.remedy), (&fault.what_vi, &fault.remedy_vi));
    assert!(report.faults.iter().all(|fault| fault.repaired_by_start), "a start makes both good");
    assert_eq!(report.exit_code(), 1);
    drop(Ledger::open_alone(&dir).unwrap());
    let again = audit(&dir);
    assert!(again.verified && again.reports.len() == 1, "{:?}", again.faults);
}

#[test]
fn a_unit_that_denies_its_own_records_is_told_and_fails_nothing() {
    let (_place, dir, mut ledger) = ledger();
    let names = ledger.publish(&[decision(1)], NOW).unwrap();
    let closing = |number, nil: &[&str]| {
        let data = [
            ("period_kind", json!("ad_hoc")),
            ("from", json!(DAYS.0)),
            ("to", json!(DAYS.1)),
            ("nil_kinds", json!(nil)),
        ];
        event("period.closed", number, "2023-03-21", &data)
    };
    ledger.publish(&[closing(90, &["gift.delivered"])], NOW).unwrap();
    let report = audit(&dir);
    let nil = report.nil.as_ref().unwrap();
    assert_eq!((nil.closings, nil.declarations, nil.contradicted), (1, 1, 0));
    let closed = ledger.publish(&[closing(91, &["penalty.decided"])], NOW).unwrap();
    let report = audit(&dir);
    assert!(report.verified, "for the unit to explain: {:?}", report.faults);
    let nil = report.nil.as_ref().unwrap();
    assert_eq!((nil.declarations, nil.contradicted, nil.told.len()), (2, 1, 1));
    assert_eq!((&nil.told[0].closing, &nil.told[0].first), (&closed[0].to_string(), &names[0].to_string()));
    assert!(
        text(&report, Language::En).contains("1 of 2 nil declarations are DENIED by their own unit's chain")
    );
}
