//! Findings of a ledger on a disk: which table judges, what is printed, and what cannot be asked.
#![allow(missing_docs, clippy::unwrap_used, clippy::panic)] // a test says what went wrong by panicking

use serde_json::{Value, json};
use socai_audit::{
    Language,
    findings::{Findings, FindingsError, Question, TableUsed, csv, find, html, text},
};
use socai_district::{Ledger, LedgerConfig, LedgerDir, RuleSet, UnitSpec, adoption, establish};
use socai_log::Reader;
use socai_proto::{json::event_from_json, v1};
use socai_tlog::TreeSize;

/// 28 March 2023.
const NOW: u64 = 1_680_000_000_000;

const TABLE: &str = r#"
[[finding]]
id = "without_record"
label = "Quyết định xử phạt không có biên bản"
label_en = "Decision without a violation record"
severity = "high"
check = "case"
family = "penalty"
codes = ["record_missing"]
valid_from = 2013-07-01
source = "Luật 15/2012/QH13 Điều 58"

[[finding]]
id = "entered_late"
label = "Ghi sổ chậm"
severity = "low"
check = "recorded-late"
days = 10
valid_from = 2013-07-01
source = "Quy chế <của quận> & \"ngưỡng\""
"#;

fn rules(version: u32, from: &str, content: &str) -> RuleSet {
    RuleSet {
        name: "findings".into(),
        version,
        effective_from: from.parse().unwrap(),
        content: content.into(),
        legal_source: "thử".into(),
    }
}

fn ledger(tables: &[RuleSet]) -> (tempfile::TempDir, LedgerDir, Ledger) {
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
    let ledger = establish(&dir, &config, &operator, tables, NOW).unwrap();
    (place, dir, ledger)
}

/// A decision without a record, entered eighteen days after its day.
fn decision(number: u32) -> v1::Event {
    let mut form: Value = socai_proto::kind("penalty.decided").unwrap().example();
    let parts = form.as_object_mut().unwrap();
    for part in ["refs", "doc", "annex", "place", "unit"] {
        parts.shift_remove(part);
    }
    parts.insert("id".into(), json!(format!("{number:032x}")));
    parts.insert("occurred_on".into(), json!("2023-03-10"));
    parts.insert("case".into(), json!(format!("xp-{number}")));
    form["data"]["on_the_spot"] = json!(false);
    form["data"]["due_on"] = json!("2023-03-27");
    form["data"]["decision_no"] = json!(format!("{number}/QĐ-XPHC"));
    event_from_json(&form).unwrap_or_else(|errors| panic!("{form}: {errors:?}")).0
}

fn asked(dir: &LedgerDir, change: impl FnOnce(&mut Question)) -> Result<Findings, FindingsError> {
    let reader = Reader::open(&dir.log()).unwrap();
    let mut question = Question {
        on: "2023-03-28".parse().unwrap(),
        size: reader.committed().unwrap().size,
        rule: None,
        unit: None,
        own_table: None,
    };
    change(&mut question);
    find(&reader, &question)
}

fn codes(findings: &Findings) -> Vec<&str> {
    findings.findings.iter().map(|line| line.rule.as_str()).collect()
}

#[test]
fn findings_name_the_table_the_root_and_every_fact_with_leaf_and_document() {
    let (_place, dir, mut ledger) = ledger(&[rules(1, "2022-01-01", TABLE)]);
    let names = ledger.publish(&[decision(7)], NOW).unwrap();
    let found = asked(&dir, |_| ()).unwrap();
    assert_eq!(codes(&found), ["without_record", "entered_late"]);
    assert!(matches!(&found.table, TableUsed::Adopted { version: 1, leaf: 1, .. }), "{:?}", found.table);
    let root = ledger.reader().root_at(TreeSize(found.size)).unwrap().to_string();
    assert_eq!(found.root.as_deref(), Some(root.as_str()));
    let [event] = found.findings[0].events.as_slice() else { panic!("{:?}", found.findings[0]) };
    assert_eq!((event.event.as_str(), event.leaf), (names[0].to_string().as_str(), Some(2)));
    assert_eq!((event.document.as_deref(), event.unit.as_str()), (Some("7/QĐ-XPHC"), "test.quan"));
    assert_eq!(found.findings[1].days, Some(18));
}

#[test]
fn facts_whose_index_is_lost_cut_or_flipped_are_an_error_that_names_the_file_and_the_remedy() {
    let (_place, dir, mut ledger) = ledger(&[rules(1, "2022-01-01", TABLE)]);
    ledger.publish(&[decision(7)], NOW).unwrap();
    let index = dir.log().join("units/0");
    let right = std::fs::read(&index).unwrap();
    let mut flipped = right.clone();
    flipped[16] ^= 0x80; // the first byte of the third number: a leaf that is far behind the end
    type Spoil<'a> = (&'a str, &'a dyn Fn() -> std::io::Result<()>);
    let spoils: [Spoil<'_>; 3] = [
        ("lost", &|| std::fs::remove_file(&index)),
        ("cut", &|| std::fs::write(&index, &right[..16])),
        ("flipped", &|| std::fs::write(&index, &flipped)),
    ];
    for (how, spoil) in spoils {
        spoil().unwrap();
        let error = asked(&dir, |_| ()).unwrap_err().to_string();
        let names = error.contains(&index.display().to_string()) && error.contains("`socai rebuild`");
        assert!(names && error.contains("0/2"), "{how}: {error}");
        std::fs::write(&index, &right).unwrap();
        asked(&dir, |_| ()).unwrap();
    }
}

#[test]
fn a_new_version_judges_from_its_first_day_and_an_earlier_cut_does_not_know_it() {
    let (_place, dir, mut ledger) = ledger(&[rules(1, "2022-01-01", TABLE)]);
    ledger.publish(&[decision(7)], NOW).unwrap();
    let before = ledger.reader().committed().unwrap().size;
    let milder = TABLE.replace("days = 10", "days = 30");
    ledger.publish(&[adoption(&rules(2, "2023-03-28", &milder), NOW).unwrap()], NOW).unwrap();
    assert_eq!(codes(&asked(&dir, |_| ()).unwrap()), ["without_record"]);
    let earlier_day = asked(&dir, |question| question.on = "2023-03-27".parse().unwrap()).unwrap();
    assert_eq!(codes(&earlier_day), ["without_record", "entered_late"]);
    let earlier_cut = asked(&dir, |question| question.size = before).unwrap();
    assert_eq!(codes(&earlier_cut), ["without_record", "entered_late"]);
}

#[test]
fn one_rule_and_one_unit_can_be_asked_for_and_unknown_ones_are_refused_with_what_there_is() {
    let (_place, dir, mut ledger) = ledger(&[rules(1, "2022-01-01", TABLE)]);
    ledger.publish(&[decision(7)], NOW).unwrap();
    let one = asked(&dir, |question| question.rule = Some("entered_late".into())).unwrap();
    assert_eq!((codes(&one), one.rules.len()), (vec!["entered_late"], 1));
    for unit in ["0", "test.quan"] {
        let of_unit = asked(&dir, |question| question.unit = Some(unit.into())).unwrap();
        assert_eq!(of_unit.findings.len(), 2, "{unit}");
    }
    let error = asked(&dir, |question| question.rule = Some("late".into())).unwrap_err();
    assert!(error.to_string().contains("without_record, entered_late"), "{error}");
    let error = asked(&dir, |question| question.unit = Some("9".into())).unwrap_err();
    assert!(matches!(error, FindingsError::UnknownUnit { .. }), "{error}");
}

#[test]
fn without_an_adopted_table_the_auditor_brings_his_own_and_the_page_says_so() {
    let (_place, dir, mut ledger) = ledger(&[]);
    ledger.publish(&[decision(7)], NOW).unwrap();
    let error = asked(&dir, |_| ()).unwrap_err();
    assert!(error.to_string().contains("--rules FILE"), "{error}");
    let own = |content: &str| Some(("mine.toml".to_owned(), content.to_owned()));
    let found = asked(&dir, |question| question.own_table = own(TABLE)).unwrap();
    assert_eq!(codes(&found), ["without_record", "entered_late"]);
    assert!(text(&found, Language::En).contains("by the auditor's own table: mine.toml, BLAKE3 "));
    let wrong = TABLE.replace("days = 10", "day = 10");
    let error = asked(&dir, |question| question.own_table = own(&wrong)).unwrap_err();
    assert_eq!(error.to_string(), "table `findings`, line 13, key `days`: is missing");
}

#[test]
fn the_same_ledger_gives_the_same_bytes_in_every_form_and_no_line_is_longer_than_80() {
    let (_place, dir, mut ledger) = ledger(&[rules(1, "2022-01-01", TABLE)]);
    ledger.publish(&[decision(7), decision(8)], NOW).unwrap();
    let (one, two) = (asked(&dir, |_| ()).unwrap(), asked(&dir, |_| ()).unwrap());
    for language in [Language::Vi, Language::En] {
        let page = text(&one, language);
        assert_eq!(page, text(&two, language));
        let longest = page.lines().map(|line| line.chars().count()).max();
        assert!(longest <= Some(80), "{page}");
        assert_eq!(html(&one, language), html(&two, language));
    }
    assert_eq!(csv(&one), csv(&two));
    let (a, b) = (serde_json::to_string(&one).unwrap(), serde_json::to_string(&two).unwrap());
    assert_eq!(a, b);
}

#[test]
fn the_table_for_spreadsheets_has_one_row_a_finding_and_as_many_cells_as_its_head() {
    let (_place, dir, mut ledger) = ledger(&[rules(1, "2022-01-01", TABLE)]);
    ledger.publish(&[decision(7), decision(8)], NOW).unwrap();
    let table = csv(&asked(&dir, |_| ()).unwrap());
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 1 + 3, "{table}");
    assert!(lines[0].starts_with("rule,severity,unit,on,case,"), "{table}");
    assert!(lines[1].starts_with("without_record,high,test.quan,2023-03-10,xp-7,"), "{table}");
    assert!(lines[3].contains(",0/2; 0/3,2; 3,7/QĐ-XPHC; 8/QĐ-XPHC,2,"), "{table}");
}

#[test]
fn the_page_to_print_runs_nothing_and_no_text_ends_its_cell() {
    let (_place, dir, mut ledger) = ledger(&[rules(1, "2022-01-01", TABLE)]);
    ledger.publish(&[decision(7)], NOW).unwrap();
    let page = html(&asked(&dir, |_| ()).unwrap(), Language::Vi);
    assert!(page.contains("default-src 'none'") && !page.contains("<script"), "{page}");
    assert!(page.contains("Quy chế &lt;của quận&gt; &amp; &quot;ngưỡng&quot;"), "{page}");
    assert!(page.contains("<td>0/2 #2 7/QĐ-XPHC</td>"), "{page}");
}

#[test]
fn a_ledger_without_findings_says_so_and_names_the_rules_that_found_nothing() {
    let (_place, dir, _ledger) = ledger(&[rules(1, "2022-01-01", TABLE)]);
    let page = text(&asked(&dir, |_| ()).unwrap(), Language::En);
    assert!(page.contains("0 FINDINGS on 2023-03-28: 0 high, 0 medium, 0 low\n"), "{page}");
    assert!(
        page.contains("Nothing is found.")
            && page.contains("Rules that found nothing (2): without_record, entered_late"),
        "{page}"
    );
}
