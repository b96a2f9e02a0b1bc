//! A series in every form: the same values, footnotes where boundaries changed, a picture that a screen reader can tell.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::month::{facts, february, folded, of_the_operator, records};
use serde_json::{Value, json};
use socai_domain::Position;
use socai_fold::Fold;
use socai_fold::figures::series::{PointOf, Question, Series, by_slice, by_time, by_unit};
use socai_fold::figures::{Asked, Compared, SamePeriod};
use socai_proto::Lang;
use socai_report::{
    AsOf, SeriesAlong, SeriesPage, series_chart, series_csv, series_json, series_svg, series_table,
    series_without_few,
};
use socai_tlog::{EventName, Hash, LeafIndex, TreeSize};

/// The reference month, and Hạ Đình's whole work with Nhân Chính since February.
fn merged() -> Fold {
    let mut records = records(&[]);
    let data = json!({
        "from": "hn.tx.ha-dinh.1", "to": "hn.tx.nhan-chinh.1", "portion": "whole", "effective": "2023-02-01",
        "legal": "Nghị quyết <thử> & \"sáp nhập\"",
    });
    let form = json!({"kind": "unit.succeeded", "occurred_on": "2023-02-01", "data": data});
    let leaf = records.len() as u64;
    let at = Position {
        name: EventName::new(0, of_the_operator().len() as u64),
        leaf: LeafIndex(leaf),
        received_at_ms: 1_675_874_700_000,
        rotates_key: false,
    };
    records.push((at, facts(form, leaf)));
    folded(&records)
}

fn question(fold: &Fold, label: &str, from: &str, to: &str) -> Question {
    Question::new(label.to_owned(), Asked::days(fold.rulebook(), from.parse().unwrap(), to.parse().unwrap()))
}

fn page<'a>(fold: &'a Fold, series: &'a Series, along: SeriesAlong<'a>) -> SeriesPage<'a> {
    SeriesPage {
        ledger: "socai.example/thanh-xuan",
        as_of: AsOf { size: TreeSize(1_494), root: Hash([0xab; 32]), time_ms: 1_675_874_700_000 },
        registry: fold.registry(),
        series,
        along,
    }
}

fn revenue(fold: &Fold) -> Series {
    let months = [
        question(fold, "2023-01", "2023-01-01", "2023-01-31"),
        question(fold, "2023-02", "2023-02-01", "2023-02-08"),
    ];
    by_time(fold, "NS.01", &months).unwrap()
}

fn fines(fold: &Fold, is_mapped: bool) -> Series {
    let span = Question::new(String::new(), february(fold.rulebook()));
    by_unit(fold, "TT.02", &span, is_mapped).unwrap()
}

#[test]
fn months_stand_beside_plan_and_same_period_in_every_form() {
    let fold = merged();
    let series = revenue(&fold);
    let page = page(&fold, &series, SeriesAlong::Time { unit: None });
    let table = series_table(&page, Lang::Vi);
    for said in [
        "NS.01 · Thu ngân sách nhà nước trên địa bàn (VND)",
        "cỡ cây 1494",
        "1.005.123.000.000",
        "kế hoạch: Thành phố giao",
        "giá trị từ 01/01",
        "17,6%",
        "925.442.000.000",
        "108,61%",
        "2023-02 (1)",
        "(1) 01/02/2023: toàn bộ Phường Hạ Đình → Phường Nhân Chính (Nghị quyết <thử>",
    ] {
        assert!(table.contains(said), "missing {said}:\n{table}");
    }
    let csv = series_csv(&page, Lang::En);
    let records: Vec<&str> = csv.trim_end().split("\r\n").collect();
    assert!(records[0].starts_with("indicator,key,label,from,to,value,unit,events,plan_city,plan_city_pct,"));
    assert!(
        records[2].starts_with(
            "NS.01,2023-02,2023-02,2023-01-01,2023-02-08,1005123000000,VND,163,5711000000000,17.6,"
        ),
        "{csv}"
    );
    assert!(records[2].contains("2023-02-01 hn.tx.ha-dinh.1>hn.tx.nhan-chinh.1 whole,1494,abab"));
    let text = series_json(&page, Lang::En).unwrap();
    assert_eq!(series_json(&page, Lang::En).unwrap(), text);
    let json: Value = serde_json::from_str(&text).unwrap();
    let point = &json["points"][1];
    assert_eq!(point["value"], 1_005_123_000_000_i64);
    assert_eq!(
        (&point["from"], &point["to"]),
        (&json!("2023-01-01"), &json!("2023-02-08")),
        "the year so far"
    );
    assert_eq!(point["plan"]["city"], json!({"value": 5_711_000_000_000_i64, "pct": "17.6"}));
    assert_eq!(point["same_period"], json!({"value": 925_442_000_000_i64, "pct": "108.61"}));
    assert_eq!((&json["as_of"]["size"], &point["boundaries"][0]), (&json!(1494), &json!(0)));
    let chart = series_chart(&page, Lang::Vi);
    let bars = chart.lines().filter(|line| line.contains('█') && line.contains('┃')).count();
    assert_eq!(bars, 3, "two months and the legend: {chart}");
    assert!(chart.contains("█ giá trị từ 01/01"), "{chart}");
    for text in [chart, table] {
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    }
}

#[test]
fn units_that_were_joined_are_one_when_mapped_and_marked_when_not() {
    let fold = merged();
    let (then, mapped) = (fines(&fold, false), fines(&fold, true));
    let table = series_table(&page(&fold, &then, SeriesAlong::Units), Lang::En);
    assert!(table.contains("Phường Hạ Đình (1)") && table.contains("6.650.000"), "{table}");
    assert!(table.contains('≠') && table.contains("≠ boundaries changed"), "{table}");
    let table = series_table(&page(&fold, &mapped, SeriesAlong::Units), Lang::En);
    assert!(!table.contains("\nPhường Hạ Đình"), "{table}");
    assert!(table.contains("Phường Nhân Chính includes Phường Hạ Đình"), "{table}");
    let json = series_json(&page(&fold, &mapped, SeriesAlong::Units), Lang::En).unwrap();
    let json: Value = serde_json::from_str(&json).unwrap();
    let of = |id: &str| json["points"].as_array().unwrap().iter().find(|point| point["key"] == id).cloned();
    let joined = of("hn.tx.nhan-chinh.1").unwrap();
    assert_eq!((&joined["value"], &joined["includes"]), (&json!(21_400_000), &json!(["hn.tx.ha-dinh.1"])));
    assert_eq!(of("hn.tx.ha-dinh.1"), None);
}

#[test]
fn units_of_one_name_are_told_apart_by_their_ids_in_every_form() {
    let mut records = records(&[]);
    let mut forms = of_the_operator();
    let at = forms.iter().position(|form| form["data"]["unit_id"] == "hn.tx.ha-dinh.1").unwrap();
    forms[at]["data"]["name"] = json!("Phường Nhân Chính");
    records[at].1 = facts(forms[at].clone(), at as u64);
    let fold = folded(&records);
    let series = fines(&fold, false);
    let page = page(&fold, &series, SeriesAlong::Units);
    for text in [series_table(&page, Lang::Vi), series_csv(&page, Lang::Vi), series_svg(&page, Lang::Vi)] {
        for name in ["Phường Nhân Chính (hn.tx.nhan-chinh.1)", "Phường Nhân Chính (hn.tx.ha-dinh.1)"]
        {
            assert!(text.contains(name), "{name}: {text}");
        }
        assert!(!text.contains("Phường Kim Giang ("), "one of a kind needs no id");
    }
    let chart = series_chart(&page, Lang::Vi);
    let with = |id: &str| chart.lines().filter(|line| line.contains(id)).count();
    assert_eq!((with("(hn.tx.nhan-chinh.1)"), with("(hn.tx.ha-dinh.1)")), (1, 1), "{chart}");
    assert!(chart.lines().all(|line| line.chars().count() <= 80), "{chart}");
}

#[test]
fn slices_have_their_names_and_what_nobody_knows_is_a_dash() {
    let fold = merged();
    let span = question(&fold, "", "2023-01-01", "2023-02-08");
    let (axis, series) = by_slice(&fold, "NS.01", &span, None).unwrap();
    let page = page(&fold, &series, SeriesAlong::Slices { axis: &axis });
    assert!(series_table(&page, Lang::Vi).contains("tiền sử dụng đất"));
    assert!(series_csv(&page, Lang::Vi).contains(",land_use_fee,"));
    let quiet = [question(&fold, "2023-06", "2023-06-01", "2023-06-30")];
    let quiet = by_time(&fold, "TT.02", &quiet).unwrap();
    let page = self::page(&fold, &quiet, SeriesAlong::Time { unit: None });
    assert!(series_table(&page, Lang::Vi).contains("2023-06        –"), "{}", series_table(&page, Lang::Vi));
    assert!(series_csv(&page, Lang::Vi).contains(",2023-06-30,,VND,0,"));
    assert!(series_json(&page, Lang::Vi).unwrap().contains("\"value\": null"));
}

/// A series with everything a picture can show, negative values too.
fn everything(fold: &Fold) -> Series {
    let mut series = revenue(fold);
    let same = |value| {
        Some(SamePeriod { compared: Compared { value, percent: Some("1".to_owned()) }, baseline: None })
    };
    series.points[0].same_period = same(-400_000_000_000);
    series.points[0].lunar_period = same(200_000_000_000);
    series.points[1].lunar_period = same(300_000_000_000);
    series
}

#[test]
fn pictures_are_xml_with_a_title_and_every_value_in_words_and_need_no_colour() {
    let fold = merged();
    let (time, then) = (everything(&fold), fines(&fold, false));
    let mut units = fines(&fold, true);
    units.points[0].same_period =
        Some(SamePeriod { compared: Compared { value: -5, percent: None }, baseline: None });
    units.points[1].is_known = false;
    let pages = [
        page(&fold, &time, SeriesAlong::Time { unit: None }),
        page(&fold, &then, SeriesAlong::Units),
        page(&fold, &units, SeriesAlong::Units),
    ];
    for page in pages {
        for lang in [Lang::Vi, Lang::En] {
            let svg = series_svg(&page, lang);
            assert_eq!(series_svg(&page, lang), svg);
            let document = roxmltree::Document::parse(&svg).unwrap();
            let root = document.root_element();
            assert_eq!(
                (root.attribute("role"), root.attribute("aria-labelledby")),
                (Some("img"), Some("title desc"))
            );
            let text = |id: &str| {
                let node = root.children().find(|node| node.attribute("id") == Some(id)).unwrap();
                node.text().unwrap().to_owned()
            };
            assert!(text("title").contains(&page.series.row.code));
            let desc = text("desc");
            for point in page.series.points.iter().filter(|point| point.is_known) {
                let value = socai_report::format::so(point.part.value);
                assert!(desc.contains(&value), "{value} is not told: {desc}");
            }
            let colours = document.descendants().flat_map(|node| {
                ["fill", "stroke"].into_iter().filter_map(move |name| node.attribute(name).map(str::to_owned))
            });
            let is_grey =
                |colour: &str| matches!(colour, "none" | "#000" | "#fff" | "#333" | "#bbb" | "url(#hatch)");
            assert!(colours.clone().all(|colour| is_grey(&colour)), "{:?}", colours.collect::<Vec<_>>());
            for node in document.descendants().filter(|node| node.has_tag_name("rect")) {
                assert!(!node.attribute("width").unwrap().starts_with('-'));
            }
        }
    }
    let svg = series_svg(&pages[0], Lang::En);
    for stroke in [
        "stroke-dasharray=\"6 4\"",
        "stroke-dasharray=\"2 3\"",
        "stroke-dasharray=\"14 4\"",
        "stroke-dasharray=\"1 3\"",
    ] {
        assert!(svg.contains(stroke), "{stroke}");
    }
    assert!(svg.contains("&lt;thử&gt; &amp; &quot;sáp nhập&quot;"));
    assert!(series_svg(&pages[2], Lang::En).contains("url(#hatch)"));
    assert!(matches!(units.points[0].of, PointOf::Unit(_)));
}

#[test]
fn points_of_few_facts_and_what_tells_of_them_are_left_blank_for_readers_outside() {
    let fold = merged();
    let all = fines(&fold, false);
    assert_eq!(series_without_few(all.clone(), 0), all);
    assert_eq!(series_without_few(all.clone(), 1), all);
    let min_cell =
        1 + all.points.iter().map(|point| point.part.events).filter(|events| *events > 0).min().unwrap();
    let some = series_without_few(all.clone(), min_cell);
    let blank = some.points.iter().filter(|point| point.is_suppressed).count();
    assert!(blank >= 2, "a single one could be worked out from the whole");
    for (shown, point) in some.points.iter().zip(&all.points) {
        match shown.is_suppressed {
            false => assert_eq!(shown.part, point.part),
            true => assert_eq!((shown.part.events, shown.is_known, &shown.same_period), (0, false, &None)),
        }
        assert!(shown.part.events == 0 || shown.part.events >= min_cell);
    }
    let page = page(&fold, &some, SeriesAlong::Units);
    let json: Value = serde_json::from_str(&series_json(&page, Lang::En).unwrap()).unwrap();
    let points = json["points"].as_array().unwrap();
    let suppressed = points.iter().filter(|point| point["suppressed"] == true);
    assert!(suppressed.clone().all(|point| point["value"].is_null() && point["events"].is_null()));
    assert_eq!(suppressed.count(), blank);
    let table = series_table(&page, Lang::En);
    assert!(table.contains(" * ") && table.contains("left blank"), "{table}");
    assert!(!series_csv(&page, Lang::En).contains('*'));
}

#[test]
fn months_that_are_counted_since_the_year_began_do_not_tell_what_came_between_them() {
    let fold = merged();
    let all = revenue(&fold);
    let events: Vec<u64> = all.points.iter().map(|point| point.part.events).collect();
    assert!(events[0] > 0 && events[1] > events[0], "{events:?}");
    let between = events[1] - events[0];
    let blank = |min_cell: u64| -> Vec<bool> {
        let series = series_without_few(all.clone(), min_cell);
        series.points.iter().map(|point| point.is_suppressed).collect()
    };
    let least = between.min(events[0]);
    assert_eq!(blank(least), [false, false]);
    assert_eq!(blank(between + 1)[1], between < events[0] || events[1] <= between);
}

#[test]
fn a_change_of_boundaries_is_a_footnote_only_where_a_line_refers_to_it() {
    let fold = merged();
    let span = Question::new(String::new(), february(fold.rulebook()));
    let (axis, slices) = by_slice(&fold, "NS.01", &span, None).unwrap();
    assert!(!slices.boundaries.is_empty(), "there is one in these days");
    let table = series_table(&page(&fold, &slices, SeriesAlong::Slices { axis: &axis }), Lang::En);
    assert!(!table.contains("(1)"), "{table}");
    let months = revenue(&fold);
    let table = series_table(&page(&fold, &months, SeriesAlong::Time { unit: None }), Lang::En);
    assert_eq!(table.matches("(1)").count(), 3, "behind the month, twice, and below: {table}");
}
