//! What a written period asks, and the comparison by the lunar calendar.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district, facts::asked};
use serde_json::json;
use socai_domain::{
    CivilDate,
    tables::{Compare, Indicator},
};
use socai_fold::{
    Fold, Rulebook,
    figures::{Asked, SamePeriod, Window},
};
use socai_proto::v1::PeriodKind;

fn given() -> Ledger {
    let mut ledger = district::founded();
    district::adopt(&mut ledger, "periods", 1, "2020-01-01", &district::read("rules/periods.toml"));
    ledger
}

fn days(fold: &Fold, text: &str) -> String {
    let asked = Asked::written(fold.rulebook(), text).unwrap();
    format!("{} {} {} {}", asked.from, asked.to, asked.year, asked.occasion.unwrap_or_default())
}

#[test]
fn a_named_period_comes_before_the_rule_of_report_months() {
    let (fold, _) = given().fold();
    assert_eq!(days(&fold, "2023-02"), "2023-01-01 2023-02-08 2023 tet-quy-mao-2023");
    assert_eq!(days(&fold, "2023-03"), "2023-02-15 2023-03-14 2023 ");
    assert_eq!(days(&fold, "2023-Q1"), "2022-12-15 2023-03-14 2023 tet-quy-mao-2023");
    assert_eq!(days(&fold, "2023-H1"), "2022-12-15 2023-06-14 2023 tet-quy-mao-2023");
    assert_eq!(days(&fold, "fy2023"), "2023-01-01 2023-12-31 2023 tet-quy-mao-2023");
    assert_eq!(
        days(&fold, "tet-quy-mao-2023"),
        "2022-12-01 2023-02-05 2023 tet-quy-mao-2023",
        "across the year's border"
    );
    assert_eq!(days(&fold, "2022-12-01..2023-02-05"), days(&fold, "tet-quy-mao-2023"));
    assert!(Asked::written(fold.rulebook(), "2023-14").is_err());
}

#[test]
fn an_occasion_is_one_and_a_named_period_is_what_its_name_says() {
    let (fold, _) = given().fold();
    let kind = |text: &str| Asked::kind_written(fold.rulebook(), text);
    for (text, expected) in [
        ("tet-quy-mao-2023", PeriodKind::Occasion),
        ("2023-02", PeriodKind::Month), // a row of the table
        ("2023-03", PeriodKind::Month),
        ("2023-Q1", PeriodKind::Quarter),
        ("2023-H1", PeriodKind::AdHoc),
        ("2023-9M", PeriodKind::AdHoc),
        ("cal:2023-H2", PeriodKind::AdHoc),
    ] {
        assert_eq!(kind(text).unwrap(), expected, "{text}");
    }
    assert!(kind("2023-14").is_err());
}

#[test]
fn report_months_follow_the_cut_in_force_on_their_last_day() {
    let mut ledger = given();
    let table = district::read("rules/periods.toml");
    let later = "\n[[cut]]\nvalid_from = 2024-01-01\nlast_day = 20\nsource = \"thử\"\n";
    district::adopt(&mut ledger, "periods", 2, "2020-01-01", &format!("{table}{later}"));
    let (fold, _) = ledger.fold();
    assert_eq!(days(&fold, "2023-12"), "2023-11-15 2023-12-14 2023 ");
    assert_eq!(days(&fold, "2024-03"), "2024-02-21 2024-03-20 2024 ");
    let (bare, _) = district::founded().fold();
    assert_eq!(days(&bare, "2023-03"), "2023-02-15 2023-03-14 2023 ", "without a table: the usual cut");
}

fn window(from: &str, to: &str) -> Window {
    Window { from: from.parse().unwrap(), to: to.parse().unwrap(), pick: None }
}

#[test]
fn the_lunar_year_before_keeps_the_distance_from_tet() {
    let (fold, _) = given().fold();
    let before = |from: &str, to: &str| window(from, to).lunar_year_before(fold.rulebook());
    // Tết fell on 01/02/2022 and on 22/01/2023: 355 days apart
    assert_eq!(before("2023-01-22", "2023-01-22"), Some(window("2022-02-01", "2022-02-01")));
    assert_eq!(before("2023-01-01", "2023-02-08"), Some(window("2022-01-11", "2022-02-18")));
    assert_eq!(before("2024-02-10", "2024-02-10"), Some(window("2023-01-22", "2023-01-22")));
    assert_eq!(before("2021-01-01", "2021-02-08"), None, "the table has no Tết of 2020");
    let (bare, _) = district::founded().fold();
    assert_eq!(window("2023-01-01", "2023-02-08").lunar_year_before(bare.rulebook()), None);
}

fn visits(ledger: &mut Ledger, on: &str, visits: u32) {
    let data = json!({"facility": "f", "kind": "preventive", "from": on, "to": on, "visits": visits});
    ledger.json(1, json!({"kind": "health.visits_reported", "occurred_on": on, "data": data}));
}

/// The district at the end of the month, with its table of Tết.
fn asking() -> Ledger {
    let mut ledger = given();
    ledger.on("2023-02-09");
    ledger
}

#[test]
fn a_row_that_asks_for_it_is_compared_by_dates_and_by_distance_from_tet() {
    let mut ledger = asking();
    visits(&mut ledger, "2023-02-05", 300);
    visits(&mut ledger, "2022-02-05", 100);
    visits(&mut ledger, "2022-02-15", 100);
    let figure = ledger.figure("YT.07");
    assert_eq!(figure.same_period.unwrap().compared.percent.as_deref(), Some("300"));
    let lunar = figure.lunar_period.unwrap();
    assert_eq!(
        (lunar.compared.value, lunar.compared.percent.as_deref(), lunar.baseline),
        (200, Some("150"), None)
    );
    assert_eq!(ledger.figure("GP.01").lunar_period, None, "a row that does not ask");
}

#[test]
fn rows_that_follow_the_feast_have_the_lunar_comparison_beside_the_official_one_and_balances_have_none() {
    let (fold, _) = given().fold();
    let (_, rows) = fold.rulebook().indicators(asked().to).unwrap();
    let asks = |row: &&Indicator| row.compare.contains(&Compare::LunarPeriod);
    let asking: Vec<&str> = rows.iter().filter(asks).map(|row| row.code.as_str()).collect();
    for code in ["NS.01", "NS.02", "TT.01", "TT.04", "YT.01", "YT.06", "YT.07", "MC.01", "TD.02"] {
        assert!(asking.contains(&code), "{code} is not among {asking:?}");
    }
    for row in rows.iter().filter(asks) {
        assert!(row.compare.contains(&Compare::SamePeriod), "{}: beside the official one", row.code);
        let window = Window::of(&row.period, &asked()).unwrap();
        let moved = window
            .lunar_year_before(fold.rulebook())
            .map(|moved| (moved.from.to_string(), moved.to.to_string()));
        assert_eq!(moved, Some(("2022-01-11".to_owned(), "2022-02-18".to_owned())), "{}", row.code);
    }
}

#[test]
fn the_year_so_far_is_moved_by_the_moon_within_its_own_fiscal_year() {
    let mut ledger = asking();
    ledger.revenue("2023-01-20", 2023, 600);
    ledger.revenue("2022-01-10", 2022, 1_000); // before the moved days begin
    ledger.revenue("2022-01-11", 2022, 150);
    ledger.revenue("2022-02-18", 2022, 250);
    ledger.revenue("2022-01-20", 2021, 5_000); // still of the year before
    let figure = ledger.figure("NS.01");
    let told = |same: &Option<SamePeriod>| {
        same.as_ref().map(|same| (same.compared.value, same.compared.percent.clone()))
    };
    assert_eq!(told(&figure.lunar_period), Some((400, Some("150".to_owned()))));
    assert_eq!(told(&figure.same_period), Some((1_150, Some("52.17".to_owned()))));
}

#[test]
fn a_baseline_for_exactly_the_moved_days_serves_the_lunar_comparison() {
    let mut ledger = asking();
    visits(&mut ledger, "2023-02-05", 300);
    assert_eq!(ledger.figure("YT.07").lunar_period, None);
    let data = json!({
        "indicator": "YT.07", "period_from": "2022-01-11", "period_to": "2022-02-18", "value": 600, "unit_of_measure": "lượt người",
        "source_doc": "b",
    });
    let baseline =
        ledger.json(1, json!({"kind": "baseline.declared", "occurred_on": "2023-02-08", "data": data}));
    let figure = ledger.figure_asked("YT.07", &asked());
    let lunar = figure.lunar_period.unwrap();
    assert_eq!((lunar.compared.percent.as_deref(), lunar.baseline), (Some("50"), Some(baseline)));
    assert_eq!(figure.same_period, None);
}

#[test]
fn whole_calendar_months_stand_beside_the_same_whole_months_also_when_one_has_a_leap_day() {
    let before = |from: &str, to: &str| {
        let before = window(from, to).year_before(&Rulebook::default()).unwrap();
        format!("{} {}", before.from, before.to)
    };
    assert_eq!(before("2025-02-01", "2025-02-28"), "2024-02-01 2024-02-29");
    assert_eq!(before("2024-02-01", "2024-02-29"), "2023-02-01 2023-02-28");
    assert_eq!(before("2025-01-01", "2025-02-28"), "2024-01-01 2024-02-29", "the year so far");
    assert_eq!(before("2025-01-01", "2025-03-31"), "2024-01-01 2024-03-31");
    assert_eq!(before("2025-01-01", "2025-12-31"), "2024-01-01 2024-12-31");
    assert_eq!(before("2025-02-10", "2025-02-28"), "2024-02-10 2024-02-28", "days are days");
    assert_eq!(before("2023-01-01", "2023-02-08"), "2022-01-01 2022-02-08");
    let balance = Window { from: CivilDate::MIN, ..window("2025-02-01", "2025-02-28") };
    assert_eq!(
        balance.year_before(&Rulebook::default()).unwrap().to.to_string(),
        "2024-02-29",
        "at the end of the month"
    );
}

#[test]
fn february_is_compared_with_all_of_a_february_of_29_days() {
    let mut ledger = given();
    ledger.on("2025-03-03");
    for (on, visits) in [("2024-02-29", 40), ("2025-02-03", 60)] {
        let data =
            json!({"facility": "trung-tam-y-te", "kind": "curative", "from": on, "to": on, "visits": visits});
        ledger.json(20, json!({"kind": "health.visits_reported", "occurred_on": on, "data": data}));
    }
    let (fold, rejections) = ledger.fold();
    assert_eq!(rejections, []);
    let february = Asked::written(fold.rulebook(), "cal:2025-02").unwrap();
    let same = ledger.figure_asked("YT.06", &february).same_period.unwrap();
    assert_eq!((same.compared.value, same.compared.percent.as_deref()), (40, Some("150")));
}
