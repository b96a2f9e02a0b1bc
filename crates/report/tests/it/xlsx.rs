//! The workbook, opened again by another program's reader.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use std::collections::BTreeMap;
use std::io::Cursor;

use crate::common::month::{answer, february, records};
use crate::common::opened::{part, parts};
use crate::common::{figure, hostile, reference};
use calamine::{Data, Range, Reader, Xlsx};
use serde_json::Value;
use socai_report::{Figures, Part, xlsx};

/// Row of a sheet that holds the heads of columns.
const HEAD: usize = 3;

fn sheet(bytes: &[u8], name: &str) -> Range<Data> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    workbook.worksheet_range(name).unwrap()
}

fn heads(sheet: &Range<Data>) -> Vec<String> {
    sheet.rows().nth(HEAD).unwrap().iter().map(ToString::to_string).collect()
}

/// Rows below the heads up to the first blank one.
fn rows(sheet: &Range<Data>) -> Vec<Vec<Data>> {
    let below = sheet.rows().skip(HEAD + 1).map(<[Data]>::to_vec);
    below.take_while(|row| row.iter().any(|cell| *cell != Data::Empty)).collect()
}

fn number(cell: &Data) -> f64 {
    match cell {
        Data::Float(number) => *number,
        Data::Empty => 0.0,
        other => panic!("{other:?} is no number"),
    }
}

#[test]
fn annex_1_holds_every_published_figure_as_a_number_with_its_code() {
    let bytes = xlsx(&answer(&records(&[]), february)).unwrap();
    let annex = sheet(&bytes, "Phụ lục 1");
    assert_eq!(
        heads(&annex),
        [
            "STT",
            "Mã",
            "Chỉ tiêu",
            "ĐVT",
            "Kế hoạch năm",
            "Thực hiện trong kỳ",
            "Lũy kế",
            "So KH (%)",
            "Cùng kỳ",
            "So cùng kỳ (%)",
            "Số sự kiện",
            "Mã kiểm chứng"
        ]
    );
    let mut by_code = BTreeMap::new();
    for row in rows(&annex) {
        by_code.entry(row[1].to_string()).or_insert(row);
    }
    let expected: Value =
        serde_json::from_str(include_str!("../../../../deploy/thanh-xuan/expected.json")).unwrap();
    for want in expected["figures"].as_array().unwrap() {
        let row = &by_code[want["indicator"].as_str().unwrap()];
        let value = want["value"].as_i64().unwrap() as f64;
        assert!([number(&row[5]), number(&row[6])].contains(&value), "{want}: {row:?}");
        if let Some(percent) = want["plan_pct"]["city"].as_str() {
            assert_eq!(row[7], Data::Float(percent.parse().unwrap()), "{want}");
            assert!(number(&row[4]) > 0.0, "{want}");
        }
        if let Some(percent) = want["same_period_pct"].as_str() {
            assert_eq!(row[9], Data::Float(percent.parse().unwrap()), "{want}");
        }
        assert_eq!(row[11].to_string().len(), 8, "{want}");
    }
}

#[test]
fn annex_2_adds_up_to_the_district_for_every_additive_figure() {
    let figures = answer(&records(&[]), february);
    let bytes = xlsx(&figures).unwrap();
    let annex = sheet(&bytes, "Phụ lục 2");
    let (heads, rows) = (heads(&annex), rows(&annex));
    let named = |name: &str| rows.iter().find(|row| row[1] == *name).unwrap();
    let units: Vec<_> = rows.iter().filter(|row| row[0] != Data::Empty).collect();
    assert_eq!(units.len(), 25);
    assert_eq!(units[0][1].to_string(), "Phường Nhân Chính", "official order, not the alphabet's");
    assert_eq!(units[10][1].to_string(), "Phường Kim Giang");
    let (unallocated, total) = (named("Không phân bổ cho đơn vị nào"), named("TỔNG CỘNG"));
    let mut additive = 0;
    for (column, head) in heads.iter().enumerate().skip(2) {
        let code = head.lines().next().unwrap();
        let figure = figures.figures.iter().find(|figure| figure.indicator == code).unwrap();
        assert_eq!(number(&total[column]), figure.value as f64, "{code}");
        if figure.detail.is_additive {
            let sum: f64 = units.iter().map(|row| number(&row[column])).sum();
            assert_eq!(sum + number(&unallocated[column]), number(&total[column]), "{code}");
            let bodies =
                number(&named("Cộng các phường, xã")[column]) + number(&named("Cộng các cơ quan")[column]);
            assert_eq!(bodies + number(&unallocated[column]), number(&total[column]), "{code}");
            additive += 1;
        }
    }
    assert!(additive > 30, "{additive}");
}

#[test]
fn annex_3_says_when_and_where_every_unit_closed() {
    let mut figures = answer(&records(&["hn.tx.kim-giang.1"]), february);
    figures.units[0] = crate::common::standing(1, "Phường Nhân Chính");
    let rows = rows(&sheet(&xlsx(&figures).unwrap(), "Phụ lục 3"));
    let said = |row: &[Data]| row.iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(
        said(&rows[0]),
        ["1", "Phường Nhân Chính", "08/02/2023 23:45:00", "1/4", "1/5", "cdcdcdcdcdcdcdcd", "YT.04", "1"]
    );
    assert_eq!(said(&rows[10])[1..5], ["Phường Kim Giang", "chưa chốt", "", ""]);
    assert_eq!(rows.len(), 25);
}

#[test]
fn a_zero_nobody_confirmed_is_an_empty_cell() {
    let mut month = reference();
    let mut silent = figure("AN.01", "Vụ tai nạn giao thông", "vụ", 0);
    silent.events = 0;
    month.figures.push(silent);
    let rows = rows(&sheet(&xlsx(&month).unwrap(), "Phụ lục 1"));
    assert!(rows.iter().all(|row| row[1] != *"AN.01"));
}

#[test]
fn a_number_beyond_what_a_spreadsheet_holds_exactly_is_written_digit_by_digit() {
    let mut month = reference();
    month.figures = vec![figure("NS.01", "Thu", "VND", 9_007_199_254_740_993)];
    let part = Part { value: 9_007_199_254_740_993, events: 3 };
    month.figures[0].detail.to_date = Some(part);
    let rows = rows(&sheet(&xlsx(&month).unwrap(), "Phụ lục 1"));
    assert_eq!(rows[0][6], Data::String("9.007.199.254.740.993".to_owned()));
}

#[test]
fn no_cell_is_a_formula_and_hostile_texts_stay_texts() {
    let bytes = xlsx(&hostile()).unwrap();
    for name in parts(&bytes) {
        let text = part(&bytes, &name);
        roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert!(!text.contains("<f>") && !text.contains("<f "), "{name}");
    }
    let label = rows(&sheet(&bytes, "Phụ lục 1"))[0][2].to_string();
    assert!(label.starts_with("=HYPERLINK(\"x\") </style><script>"), "{label}");
    let footer = part(&bytes, "xl/worksheets/sheet1.xml");
    assert!(footer.contains("&amp;&amp;L&amp;&amp;P"), "{footer}");
}

#[test]
fn the_same_figures_give_the_same_bytes_dated_by_the_cut_off() {
    let figures: Figures = reference();
    let bytes = xlsx(&figures).unwrap();
    assert_eq!(bytes, xlsx(&figures).unwrap());
    assert!(part(&bytes, "docProps/core.xml").contains("2023-02-08T16:45:00Z"));
}
