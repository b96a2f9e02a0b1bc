//! Ratios, balances, latest states and judged cases on paper: the same numbers in every format.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::io::Cursor;

use crate::common::month::{answer, facts, february, records};
use crate::common::opened::part;
use crate::common::template;
use calamine::{Data, Reader, Xlsx};
use serde_json::{Value, json};
use socai_domain::Position;
use socai_report::{Figure, Figures, Form, Fraction, Known, docx, html, json as as_json, text, xlsx};
use socai_tlog::{EventName, LeafIndex};

const WARD: u32 = 7;
const PLACE: &str = "hn.tx.ha-dinh.1";

/// Adds a fact of a unit.
fn push(records: &mut Vec<(Position, Vec<u8>)>, unit: u32, form: Value) {
    let seq = records.iter().filter(|(at, _)| at.name.unit.0 == unit).count() as u64;
    let leaf = LeafIndex(records.len() as u64);
    let at = Position {
        name: EventName::new(unit, seq),
        leaf,
        received_at_ms: 1_675_874_700_000,
        rotates_key: false,
    };
    records.push((at, facts(form, leaf.0)));
}

/// The month and the law of dossiers and petitions, with a few facts more of the ward, the tax office and the site-clearance board.
fn month() -> Figures {
    let mut records = records(&[]);
    for (name, content) in [
        ("law.dossier", include_str!("../../../../deploy/thanh-xuan/rules/law.dossier.toml")),
        ("law.petition", include_str!("../../../../deploy/thanh-xuan/rules/law.petition.toml")),
    ] {
        let data = json!({
            "name": name, "version": 1, "effective_from": "2022-07-01", "content": content, "legal_source": "thử",
        });
        push(&mut records, 0, json!({"kind": "rules.adopted", "occurred_on": "2023-01-01", "data": data}));
    }
    let mut add = |unit: u32, kind: &str, case: &str, data: Value| {
        let form =
            json!({"kind": kind, "occurred_on": "2023-01-10", "case": case, "place": [PLACE], "data": data});
        push(&mut records, unit, form);
    };
    for (case, channel) in [("hs-1", "online"), ("hs-2", "online"), ("hs-3", "counter")] {
        add(
            WARD,
            "dossier.received",
            case,
            json!({
                "dossier": "hs-7Yt2Lw9QmZx3Rk", "procedure": "1.011442", "level": "full", "channel": channel, "promised_on": "2023-02-20",
                "fee": 0, "components": 3,
            }),
        );
    }
    add(
        WARD,
        "dossier.status_changed",
        "hs-1",
        json!({
            "status": "processed", "at": 600, "decided_by_delegation": false, "online_paid": false, "apology": false, "e_result": true,
        }),
    );
    add(
        13,
        "tax.debt_changed",
        "no-1",
        json!({
            "debtor": "nt-4hJ8sWc1YpQ0aE", "tax_kind": "pit", "action": "recorded", "amount": 12_500_000, "overdue_days": 9,
        }),
    );
    add(
        16,
        "clearance.site_handed_over",
        "cum/1",
        json!({"project": "cum", "area_m2": 780, "enforced": false, "complete": true}),
    );
    answer(&records, february)
}

fn of<'f>(figures: &'f Figures, code: &str) -> &'f Figure {
    figures.figures.iter().find(|figure| figure.indicator == code).unwrap()
}

#[test]
fn a_ratio_is_printed_as_a_percentage_and_stated_as_an_integer_with_its_two_sums() {
    let figures = month();
    let sheet: Value = serde_json::from_str(&as_json(&figures).unwrap()).unwrap();
    let row = |code: &str| {
        sheet["figures"].as_array().unwrap().iter().find(|row| row["indicator"] == code).unwrap().clone()
    };
    let ratio = row("MC.03");
    assert_eq!(
        (&ratio["value"], &ratio["numerator"], &ratio["denominator"], &ratio["printed"], &ratio["unit"]),
        (&json!(6_667), &json!(2), &json!(3), &json!("66,67%"), &json!("%"))
    );
    assert_eq!((&row("MC.02")["printed"], &row("MC.02")["value"]), (&json!("100%"), &json!(10_000)));
    assert_eq!(row("MC.05")["printed"], json!("0%"), "none of three is a ratio");
    assert_eq!(
        (&row("VB.01")["value"], &row("VB.01")["printed"]),
        (&Value::Null, &Value::Null),
        "no documents, no share"
    );
    assert!(row("MC.01").get("numerator").is_none());
    assert_eq!(
        (&row("NS.05")["value"], &row("NS.05")["printed"]),
        (&json!(12_500_000), &json!("12,5 triệu đồng"))
    );
    assert_eq!(row("GP.06")["plan_pct"], json!({"clearance_project": "33.33"}));
    assert_eq!(row("MC.02.qua")["value"], json!(0), "no dossier of those in the ledger is late");
    assert_eq!(row("TD.03.qua")["value"], Value::Null, "nobody knows of petitions");
}

#[test]
fn what_no_adopted_law_judges_is_not_said() {
    let figures = answer(&records(&[]), february);
    assert_eq!(of(&figures, "TT.05.th").known(), Known::Nothing, "no law of penalties in these records");
    assert_ne!(of(&figures, "CD.01").known(), Known::Nothing, "tasks need none");
}

#[test]
fn every_format_prints_the_same_percentage() {
    let figures = month();
    let body = text(&figures, &template()).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    for said in [
        "nộp trực tuyến 66,67%",
        "trước và đúng hạn 100%",
        "Nợ thuế đến 08/02/2023 còn 12,5 triệu đồng",
        "bằng 33,33% số dự án phải hoàn thành",
    ] {
        assert!(body.replace('\u{a0}', " ").contains(said), "{said}");
    }
    assert!(html(&figures, &template()).unwrap().contains("66,67"));
    let document = part(&docx(&figures, &template()).unwrap(), "word/document.xml");
    assert!(document.contains("66,67"));
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(xlsx(&figures).unwrap())).unwrap();
    let annex = workbook.worksheet_range("Phụ lục 1").unwrap();
    let row = |code: &str| annex.rows().find(|row| row[1] == *code).unwrap().to_vec();
    assert_eq!((&row("MC.03")[5], &row("MC.03")[6]), (&Data::Float(66.67), &Data::Float(66.67)));
    assert_eq!(
        (&row("MC.02")[5], &row("MC.02")[6]),
        (&Data::Float(100.0), &Data::Empty),
        "judged cases are of the period only"
    );
    assert_eq!((&row("MC.02.dung")[5], &row("MC.02.dung")[6]), (&Data::Float(1.0), &Data::Empty));
    assert_eq!(
        (&row("MC.01.ton")[5], &row("MC.01.ton")[6]),
        (&Data::Empty, &Data::Float(2.0)),
        "judged cases of a day say nothing of the period"
    );
    assert_eq!(row("NS.05")[6], Data::Float(12_500_000.0));
    let units = workbook.worksheet_range("Phụ lục 2").unwrap();
    let column =
        units.rows().nth(3).unwrap().iter().position(|head| head.to_string().starts_with("MC.03\n")).unwrap();
    let cell = |name: &str| units.rows().find(|row| row[1] == *name).unwrap()[column].clone();
    assert_eq!((cell("Phường Hạ Đình"), cell("TỔNG CỘNG")), (Data::Float(66.67), Data::Float(66.67)));
    assert_eq!(cell("Cộng các phường, xã"), Data::Empty, "ratios are not added");
}

#[test]
fn states_of_cases_are_named_in_words() {
    let figures = month();
    let open = of(&figures, "MC.01.ton");
    let states: Vec<_> =
        open.slices.iter().map(|slice| (slice.axis.as_str(), slice.label.as_str(), slice.value)).collect();
    assert_eq!(states, [("state", "được tiếp nhận", 2)]);
    let tasks = of(&figures, "CD.01");
    assert_eq!((tasks.value, tasks.slices.iter().map(|slice| slice.value).sum::<i128>()), (6, 6));
    assert!(
        tasks.slices.iter().all(|slice| slice.label.contains("hạn") || slice.label.contains("cấp trên")),
        "{:?}",
        tasks.slices
    );
}

#[test]
fn an_issued_ratio_prints_again_from_its_integer() {
    let mut figure = crate::common::figure("MC.03", "Tỷ lệ", "%", 9_870);
    figure.form = Form::Percent(2);
    figure.fraction = Some(Fraction { numerator: 1, denominator: 3 });
    assert_eq!(figure.printed().as_deref(), Some("98,7%"), "what was stated, not what is known now");
    figure.fraction = Some(Fraction { numerator: 0, denominator: 0 });
    assert_eq!((figure.known(), figure.printed()), (Known::Nothing, None));
}

#[test]
fn every_category_of_revenue_has_a_row_with_the_year_before_in_the_first_annex() {
    let mut records = records(&[]);
    let data = json!({
        "indicator": "NS.01", "slice": "category=land_use_fee", "period_from": "2022-01-01", "period_to": "2022-02-08",
        "value": 100_000_000_000_i64, "unit_of_measure": "VND", "source_doc": "báo cáo cũ",
    });
    push(&mut records, 0, json!({"kind": "baseline.declared", "occurred_on": "2023-02-08", "data": data}));
    let figures = answer(&records, february);
    let revenue = of(&figures, "NS.01");
    let categories: Vec<_> = revenue.slices.iter().filter(|slice| slice.value != 0).collect();
    assert!(categories.len() > 3, "more than those with rows of their own");
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(xlsx(&figures).unwrap())).unwrap();
    let annex = workbook.worksheet_range("Phụ lục 1").unwrap();
    for category in &categories {
        let label = format!("- {}", category.label);
        let row = annex.rows().find(|row| row[1] == *"NS.01" && row[2] == *label.as_str()).unwrap();
        assert_eq!(row[5], Data::Float(category.value as f64), "{label}");
        match category.key.as_str() {
            "land_use_fee" => {
                assert_eq!(row[8], Data::Float(1e11));
                let percent = category.same_period_pct.clone().unwrap();
                assert_eq!(row[9], Data::Float(percent.parse().unwrap()));
            }
            _ => assert_eq!((&row[8], &row[9]), (&Data::Empty, &Data::Empty), "nothing is known of 2022"),
        }
    }
    let sheet: Value = serde_json::from_str(&as_json(&figures).unwrap()).unwrap();
    let of_land =
        sheet["figures"][0]["slices"].as_array().unwrap().iter().find(|slice| slice["key"] == "land_use_fee");
    assert!(of_land.unwrap()["same_period_pct"].is_string());
}

#[test]
fn a_report_names_projects_as_registered_and_by_their_code_before() {
    let figures = answer(&records(&[]), february);
    let said = text(&figures, &template()).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("thuộc 02 dự án (Cụm 3 trường và Gò Đống Thây)."), "{said}");
    let figures = answer(&records(&["hn.tx.b.qlda"]), february);
    let said = text(&figures, &template()).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(said.contains("thuộc 02 dự án (da-cum-3-truong và da-go-dong-thay)."), "{said}");
}
