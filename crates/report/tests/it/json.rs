//! The JSON form that programs and auditors read.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{empty, reference, unit};
use serde_json::{Value, json};
use socai_report::{Nil, Span, json as written};

fn parsed(figures: &socai_report::Figures) -> Value {
    serde_json::from_str(&written(figures).unwrap()).unwrap()
}

fn row<'a>(report: &'a Value, code: &str) -> &'a Value {
    report["figures"].as_array().unwrap().iter().find(|row| row["indicator"] == code).unwrap()
}

#[test]
fn values_are_integers_and_percentages_are_the_printed_digits() {
    let report = parsed(&reference());
    let revenue = row(&report, "NS.01");
    assert_eq!(revenue["value"], json!(1_005_123_000_000i64));
    assert_eq!(revenue["unit"], "VND");
    assert_eq!(revenue["printed"], "1.005 tỷ 123 triệu đồng");
    assert_eq!(revenue["plan_pct"], json!({"city": "17.6"}));
    assert_eq!(revenue["same_period_pct"], "108.61");
    assert_eq!(revenue["period"], json!({"from": "2023-01-01", "to": "2023-02-08"}));
    assert_eq!(revenue["events"], 3);
    assert_eq!(revenue["digest"].as_str().unwrap().len(), 64);
    assert_eq!(row(&report, "NS.02")["plan_pct"], json!({"city": "9.07", "council": "9.07"}));
    assert_eq!(row(&report, "QS.03")["plan_pct"], json!({"city": "100"}));
    assert_eq!(row(&report, "YT.06")["same_period_pct"], "100.6");
    assert_eq!(row(&report, "YT.07")["same_period_pct"], "352.9");
    assert_eq!(row(&report, "AS.01")["printed"], "11.854 suất quà");
    assert_eq!(row(&report, "TT.01")["plan_pct"], json!({}));
    assert_eq!(row(&report, "TT.01")["same_period_pct"], Value::Null);
}

#[test]
fn the_report_says_for_what_and_as_of_when() {
    let report = parsed(&reference());
    assert_eq!(
        report["period"],
        json!({"id": "2023-02", "name": "tháng 02/2023", "from": "2023-01-01", "to": "2023-02-08", "occasion": "tet-quy-mao-2023"})
    );
    assert_eq!(report["as_of"]["size"], 1_502);
    assert_eq!(report["as_of"]["root"], "ab".repeat(32));
    assert_eq!(report["as_of"]["time"], "2023-02-08T23:45:00.000+07:00");
    assert_eq!(report["ledger"], "socai.example/thanh-xuan");
}

#[test]
fn a_figure_judged_by_weekends_alone_says_of_how_many_cases_and_another_one_nothing() {
    let mut month = reference();
    let at = month.figures.iter().position(|figure| figure.indicator == "TT.01").unwrap();
    assert_eq!(row(&parsed(&month), "TT.01").get("holidays_unknown"), None);
    month.figures[at].holidays_unknown = 3;
    assert_eq!(row(&parsed(&month), "TT.01")["holidays_unknown"], 3);
}

#[test]
fn a_fiscal_year_states_until_when_its_books_are_adjusted() {
    let mut year = reference();
    (year.period.from, year.period.to) = ("2022-01-01".parse().unwrap(), "2022-12-31".parse().unwrap());
    assert_eq!(parsed(&year)["period"].get("books_to"), None);
    assert_eq!(year.period.stated(), (year.period.from, year.period.to));
    year.period.books_to = Some("2023-01-31".parse().unwrap());
    assert_eq!(parsed(&year)["period"]["books_to"], "2023-01-31");
    assert_eq!(year.period.stated().1.to_string(), "2023-01-31");
}

#[test]
fn the_published_figures_and_percentages_come_out_of_the_file_of_expectations() {
    let expected: Value =
        serde_json::from_str(include_str!("../../../../deploy/thanh-xuan/expected.json")).unwrap();
    let report = parsed(&reference());
    let printed = report["figures"].as_array().unwrap();
    let mut compared = 0;
    for want in expected["figures"].as_array().unwrap() {
        let Some(got) = printed.iter().find(|row| row["indicator"] == want["indicator"]) else { continue };
        assert_eq!(
            (&got["value"], &got["unit"], &got["printed"]),
            (&want["value"], &want["unit"], &want["printed"])
        );
        assert_eq!(got["plan_pct"], want.get("plan_pct").cloned().unwrap_or(json!({})));
        assert_eq!(got["same_period_pct"], want.get("same_period_pct").cloned().unwrap_or(Value::Null));
        compared += 1;
    }
    assert_eq!(compared, 18);
}

#[test]
fn a_proven_zero_an_unproven_one_and_no_data_are_three_things() {
    let mut month = reference();
    let at = month.figures.iter().position(|figure| figure.indicator == "YT.04").unwrap();
    let zero = parsed(&month);
    assert_eq!(
        (&row(&zero, "YT.04")["value"], &row(&zero, "YT.04")["printed"]),
        (&json!(0), &json!("không phát sinh"))
    );
    assert_eq!(row(&zero, "YT.04")["nil"], json!({"proven": true, "missing": []}));
    month.figures[at].nil = Some(Nil { missing: vec![unit("hn.tx.ha-dinh.1", "Phường Hạ Đình")] });
    let unproven = parsed(&month);
    assert_eq!(row(&unproven, "YT.04")["value"], Value::Null);
    assert_eq!(row(&unproven, "YT.04")["nil"], json!({"proven": false, "missing": ["hn.tx.ha-dinh.1"]}));
    month.figures[at].nil = None;
    assert_eq!(row(&parsed(&month), "YT.04")["printed"], Value::Null);
}

#[test]
fn each_figure_says_the_days_or_the_occasion_it_covers() {
    let mut month = reference();
    month.figures[0].span = Span::Occasion("tet-quy-mao-2023".to_owned());
    month.figures[1].span = Span::Until(crate::common::day("2023-02-08"));
    let report = parsed(&month);
    assert_eq!(report["figures"][0]["period"], json!({"occasion": "tet-quy-mao-2023"}));
    assert_eq!(report["figures"][1]["period"], json!({"to": "2023-02-08"}));
}

#[test]
fn the_same_figures_give_the_same_bytes_and_end_with_a_line_feed() {
    assert_eq!(written(&reference()).unwrap(), written(&reference()).unwrap());
    assert!(written(&empty()).unwrap().ends_with("}\n"));
}

#[test]
fn texts_stand_by_their_digests_so_that_the_form_outlives_a_text_that_is_destroyed() {
    let mut month = reference();
    let without = written(&month).unwrap();
    assert!(!without.contains("\"texts\""));
    month.texts =
        vec![crate::common::signed("ngan_sach", socai_report::Body::Written("Lời văn.".to_owned()))];
    let before = written(&month).unwrap();
    assert!(!before.contains("Lời văn"));
    let value: serde_json::Value = serde_json::from_str(&before).unwrap();
    assert_eq!(value["texts"][0]["event"], "12/40");
    assert_eq!(value["texts"][0]["annex"], "07".repeat(32));
    month.texts[0].body = socai_report::Body::Erased;
    assert_eq!(written(&month).unwrap(), before);
}
