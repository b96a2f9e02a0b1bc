//! As reported beside as known now, in words and as JSON; the lunar comparison only where a row asks for it.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::month::{answer, february, folded, records};
use crate::common::template;
use serde_json::Value;
use socai_fold::figures::{Asked, Cause, Restatement, Why};
use socai_proto::Lang;
use socai_report::{AsOf, Changes, Lunar, Restated, changes_json, changes_text, json, text};
use socai_tlog::{EventName, Hash, TreeSize};

fn as_of(size: u64) -> AsOf {
    AsOf { size: TreeSize(size), root: Hash([0xab; 32]), time_ms: 1_675_874_700_000 }
}

/// One corrected and acknowledged fine of ward 7, and a late one.
fn restated(registry_of: &socai_fold::Fold, asked: &Asked) -> Vec<Restatement> {
    let row = registry_of
        .rulebook()
        .indicators(asked.to)
        .unwrap()
        .1
        .iter()
        .find(|row| row.code == "TT.02")
        .unwrap();
    let causes = vec![
        Cause {
            why: Why::Corrected,
            event: EventName::new(7, 3),
            by: EventName::new(7, 12),
            acknowledged: Some(EventName::new(0, 40)),
            before: 43_570_000,
            after: 43_750_000,
        },
        Cause {
            why: Why::Late,
            event: EventName::new(7, 13),
            by: EventName::new(7, 13),
            acknowledged: None,
            before: 0,
            after: 250_000,
        },
    ];
    vec![Restatement { row: row.clone(), before: Some(83_000_000), after: Some(83_430_000), causes }]
}

fn told(check: impl FnOnce(&Changes<'_>)) {
    let fold = folded(&records(&[]));
    let asked = february(fold.rulebook());
    let restated = restated(&fold, &asked);
    check(&Changes {
        ledger: "socai.example/thanh-xuan",
        registry: fold.registry(),
        asked: &asked,
        from: as_of(1_484),
        to: as_of(1_490),
        report: None,
        restated: &restated,
    });
}

#[test]
fn a_change_is_told_with_both_values_the_reason_and_the_records() {
    told(|changes| {
        let vi = changes_text(changes, Lang::Vi);
        for said in [
            "Kỳ 01/01/2023 – 08/02/2023: từ cỡ cây 1.484 đến cỡ cây 1.490",
            "83 triệu đồng → 83,43 triệu đồng",
            "đính chính 7/3 theo 7/12, xác nhận tại 0/40 · Phường Hạ Đình: 43,57 triệu đồng → 43,75 triệu đồng",
            "đến sau khi chốt 7/13 · Phường Hạ Đình",
        ] {
            assert!(vi.contains(said), "missing: {said}\n{vi}");
        }
        let en = changes_text(changes, Lang::En);
        for said in [
            "corrected: 7/3 by 7/12, acknowledged in 0/40",
            "late, after the closing: 7/13",
            "83,000,000 VND → 83,430,000 VND",
            "Period 2023-01-01 – 2023-02-08: from tree size 1,484 to tree size 1,490",
        ] {
            assert!(en.contains(said), "missing: {said}\n{en}");
        }
    });
}

#[test]
fn a_long_list_of_causes_is_cut_in_text_and_whole_in_json() {
    told(|changes| {
        let mut restated = changes.restated.to_vec();
        restated[0].causes = (0..50).map(|_| restated[0].causes[1].clone()).collect();
        let changes = Changes { restated: &restated, ..*changes };
        let text = changes_text(&changes, Lang::Vi);
        assert!(text.contains("… và 30 thay đổi khác"), "{text}");
        let sheet: Value = serde_json::from_str(&changes_json(&changes).unwrap()).unwrap();
        assert_eq!(sheet["figures"][0]["causes"].as_array().unwrap().len(), 50);
    });
}

#[test]
fn json_has_integers_names_and_short_reasons() {
    told(|changes| {
        let sheet: Value = serde_json::from_str(&changes_json(changes).unwrap()).unwrap();
        assert_eq!(
            (&sheet["from"]["size"], &sheet["to"]["size"]),
            (&Value::from(1_484), &Value::from(1_490))
        );
        assert_eq!(sheet["report"], Value::Null);
        let figure = &sheet["figures"][0];
        assert_eq!(
            (&figure["before"], &figure["after"]),
            (&Value::from(83_000_000), &Value::from(83_430_000))
        );
        assert_eq!(figure["causes"][0]["why"], "corrected");
        assert_eq!(figure["causes"][0]["acknowledged"], "0/40");
        assert_eq!(figure["causes"][1]["by"], "7/13");
    });
}

#[test]
fn nothing_changed_is_said_and_not_left_blank() {
    told(|changes| {
        let changes = Changes { restated: &[], ..*changes };
        assert!(changes_text(&changes, Lang::Vi).contains("Không có số liệu nào thay đổi."));
        assert!(changes_text(&changes, Lang::En).contains("No figure is known differently."));
    });
}

#[test]
fn the_next_report_mentions_a_restatement_only_if_the_value_differs() {
    told(|changes| {
        let line = &changes.restated[0];
        let mentioned = Restated::of(line).unwrap();
        assert_eq!((mentioned.reported, mentioned.known), (83_000_000, Some(83_430_000)));
        assert_eq!(mentioned.reason, "đính chính, đến sau khi chốt");
        assert_eq!(mentioned.events, ["7/12", "7/13"]);
        assert_eq!(Restated::of(&Restatement { after: Some(83_000_000), ..line.clone() }), None);
        assert_eq!(Restated::of(&Restatement { before: None, ..line.clone() }), None);
        let gone = Restated::of(&Restatement { after: None, ..line.clone() }).unwrap();
        assert_eq!(gone.known, None, "a figure that is no more is mentioned");
    });
}

#[test]
fn the_lunar_percentage_is_a_field_only_of_rows_that_ask_for_it() {
    let mut figures = answer(&records(&[]), february);
    let at = |code: &str| figures.figures.iter().position(|figure| figure.indicator == code).unwrap();
    let (visits, revenue, plans) = (at("YT.07"), at("NS.01"), at("GP.01"));
    figures.figures[visits].lunar_period = Some(Lunar { percent: Some("150".to_owned()) });
    let sheet: Value = serde_json::from_str(&json(&figures).unwrap()).unwrap();
    assert_eq!(sheet["figures"][visits]["lunar_pct"], "150");
    assert_eq!(sheet["figures"][visits]["same_period_pct"], "352.9", "beside the official one");
    assert_eq!(sheet["figures"][revenue].get("lunar_pct"), Some(&Value::Null), "asked, and nothing is known");
    assert_eq!(sheet["figures"][plans].get("lunar_pct"), None);
    let body = format!("{:?}", template().body(&figures).unwrap());
    assert!(body.contains("352,9%") && !body.contains("150%"), "no sentence prints it: {body}");
    let page = text(&figures, &template()).unwrap();
    assert!(page.contains("150% cùng kỳ âm lịch"), "{page}");
}

#[test]
fn where_a_report_would_say_nothing_no_zero_is_printed() {
    told(|changes| {
        let line = &changes.restated[0];
        let lines =
            [Restatement { before: None, ..line.clone() }, Restatement { after: None, ..line.clone() }];
        let changes = Changes { restated: &lines, ..*changes };
        let said = changes_text(&changes, Lang::Vi);
        assert!(said.contains(": – → 83,43 triệu đồng") && said.contains(": 83 triệu đồng → –"), "{said}");
        let sheet: Value = serde_json::from_str(&changes_json(&changes).unwrap()).unwrap();
        assert_eq!(sheet["figures"][0]["before"], Value::Null);
        assert_eq!(sheet["figures"][1]["after"], Value::Null);
    });
}

#[test]
fn a_comparison_of_everything_names_no_first_day() {
    told(|changes| {
        let asked = Asked::since_ever(changes.asked.to);
        let changes = Changes { asked: &asked, ..*changes };
        assert!(changes_text(&changes, Lang::Vi).starts_with("Mọi số liệu đến 08/02/2023: từ cỡ cây 1.484"));
        assert!(
            changes_text(&changes, Lang::En).starts_with("Everything up to 2023-02-08: from tree size 1,484")
        );
    });
}
