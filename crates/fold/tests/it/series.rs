//! One indicator along months, units and an axis, over changes of boundaries.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::common::{Ledger, district, facts::*};
use serde_json::json;
use socai_domain::CivilDate;
use socai_fold::{
    Fold,
    figures::{
        Asked, Contributions, figures,
        series::{
            NoSeries, PointOf, Question, Series, by_slice, by_time, by_unit, needs_pass, of_unit_by_time,
        },
    },
};
use socai_tlog::UnitNo;

/// Ward 2 of the reference district.
const SECOND: u32 = 2;

fn question(fold: &Fold, label: &str, from: &str, to: &str) -> Question {
    Question::new(label.to_owned(), Asked::days(fold.rulebook(), from.parse().unwrap(), to.parse().unwrap()))
}

/// The three calendar months from December 2022 to February 2023.
fn winter(fold: &Fold) -> Vec<Question> {
    vec![
        question(fold, "2022-12", "2022-12-01", "2022-12-31"),
        question(fold, "2023-01", "2023-01-01", "2023-01-31"),
        question(fold, "2023-02", "2023-02-01", "2023-02-28"),
    ]
}

fn values(series: &Series) -> Vec<i128> {
    series.points.iter().map(|point| point.part.value).collect()
}

fn befores(series: &Series) -> Vec<Option<(i128, Option<&str>)>> {
    let compared = series.points.iter().map(|point| point.same_period.as_ref());
    compared.map(|same| same.map(|same| (same.compared.value, same.compared.percent.as_deref()))).collect()
}

fn succeeded(ledger: &mut Ledger, from: &str, to: &str, portion: &str) {
    let data =
        json!({"from": from, "to": to, "portion": portion, "effective": "2023-02-01", "legal": "NQ thử"});
    ledger.json(0, json!({"kind": "unit.succeeded", "occurred_on": "2023-02-01", "data": data}));
}

fn second_ward() -> (u32, String) {
    district::units().into_iter().find(|(no, _)| *no == SECOND).unwrap()
}

/// Fines of three wards in two Januaries and one February.
fn three_wards() -> Ledger {
    let mut ledger = district::founded();
    ledger.on("2023-02-20");
    let (second, id) = second_ward();
    for (unit, on, amount) in [
        (NHAN_CHINH, "2022-01-10", 10_000),
        (HA_DINH, "2022-01-10", 20_000),
        ((second, id.as_str()), "2022-01-10", 40_000),
        (NHAN_CHINH, "2023-01-10", 100_000),
        (HA_DINH, "2023-01-10", 200_000),
        ((second, id.as_str()), "2023-01-10", 400_000),
        (NHAN_CHINH, "2023-02-10", 1_000_000),
    ] {
        ledger.fine(unit, on, amount);
    }
    ledger
}

#[test]
fn months_of_the_reference_month_are_the_figures_of_reports() {
    let fold = district::month().fold().0;
    let months = winter(&fold);
    let rows = fold.rulebook().indicators(months[2].asked.to).unwrap().1.to_vec();
    let (mut by_days, mut judged) = (0, 0);
    for row in &rows {
        // rows that judge cases, and the shares of them, have no figure without a pass
        if needs_pass(&fold, &row.code, &months[2].asked) {
            judged += 1;
            continue;
        }
        match by_time(&fold, &row.code, &months) {
            Err(error) => assert_eq!(error, NoSeries::NotByDays(row.code.clone())),
            Ok(series) => {
                by_days += 1;
                for (point, month) in series.points.iter().zip(&months) {
                    let all = figures(&fold, &month.asked, None).unwrap();
                    let figure = all.iter().find(|figure| figure.row.code == row.code).unwrap();
                    assert_eq!((point.part.value, point.part.events), (figure.value, figure.events));
                    assert_eq!(point.plans, figure.plans, "{}", row.code);
                    assert_eq!(point.of, PointOf::Days(month.label.clone()));
                    assert!(!needs_pass(&fold, &row.code, &month.asked));
                }
            }
        }
    }
    assert!(by_days > 20 && by_days + judged < rows.len(), "{by_days}");
    assert!(judged > 10, "{judged}");
    let revenue = by_time(&fold, "NS.01", &months).unwrap();
    assert_eq!(values(&revenue)[2], 1_005_123_000_000, "the year so far");
    assert_eq!(revenue.points[2].plans["city"].percent.as_deref(), Some("17.6"));
}

#[test]
fn every_month_stands_beside_the_same_days_of_the_year_before() {
    let ledger = three_wards();
    let fold = ledger.fold().0;
    let fines = by_time(&fold, "TT.02", &winter(&fold)).unwrap();
    assert_eq!(values(&fines), [0, 700_000, 1_000_000]);
    assert_eq!(befores(&fines), [None, Some((70_000, Some("1000"))), None]);
    let known: Vec<bool> = fines.points.iter().map(|point| point.is_known).collect();
    assert_eq!(known, [false, true, true], "silence is no zero");
}

#[test]
fn units_stand_as_they_were_or_with_those_whose_whole_work_they_have() {
    let mut ledger = three_wards();
    succeeded(&mut ledger, HA_DINH.1, NHAN_CHINH.1, "whole");
    let fold = ledger.fold().0;
    assert_eq!(ledger.fold().1, []);
    let span = question(&fold, "", "2023-01-01", "2023-02-28");
    let of = |series: &Series, unit: u32| {
        let point = series.points.iter().find(|point| point.of == PointOf::Unit(UnitNo(unit)));
        point.map(|point| {
            let same = point.same_period.as_ref().map(|same| same.compared.value);
            (point.part.value, same, point.is_comparable)
        })
    };
    let then = by_unit(&fold, "TT.02", &span, false).unwrap();
    assert_eq!(of(&then, NHAN_CHINH.0), Some((1_100_000, None, false)), "it grew: nothing is compared");
    assert_eq!(of(&then, HA_DINH.0), Some((200_000, None, false)));
    assert_eq!(of(&then, SECOND), Some((400_000, Some(40_000), true)));
    assert_eq!(then.points.last().unwrap().of, PointOf::Unit(UnitNo(HA_DINH.0)), "what is gone comes last");
    let mapped = by_unit(&fold, "TT.02", &span, true).unwrap();
    assert_eq!(of(&mapped, NHAN_CHINH.0), Some((1_300_000, Some(30_000), true)));
    assert_eq!(of(&mapped, HA_DINH.0), None);
    assert_eq!(mapped.points[0].includes.len() + mapped.points[1].includes.len(), 1);
    let sum: i128 = values(&mapped).iter().sum();
    assert_eq!(sum, values(&then).iter().sum::<i128>(), "mapping loses nothing");
    let [boundary] = mapped.boundaries.as_slice() else { panic!("{:?}", mapped.boundaries) };
    assert_eq!((boundary.from, boundary.whole, boundary.legal.as_str()), (UnitNo(HA_DINH.0), true, "NQ thử"));

    let months = winter(&fold);
    let own = of_unit_by_time(&fold, "TT.02", &months, UnitNo(NHAN_CHINH.0), false).unwrap();
    assert_eq!(values(&own), [0, 100_000, 1_000_000]);
    let with = of_unit_by_time(&fold, "TT.02", &months, UnitNo(NHAN_CHINH.0), true).unwrap();
    assert_eq!(values(&with), [0, 300_000, 1_000_000]);
    assert_eq!(befores(&with)[1], Some((30_000, Some("1000"))));
    let untouched = of_unit_by_time(&fold, "TT.02", &months, UnitNo(SECOND), true).unwrap();
    assert_eq!((befores(&untouched)[1], untouched.boundaries.len()), (Some((40_000, Some("1000"))), 0));
}

#[test]
fn a_split_is_never_apportioned_and_whoever_took_a_part_is_not_compared() {
    let mut ledger = three_wards();
    let (_, second) = second_ward();
    succeeded(&mut ledger, HA_DINH.1, NHAN_CHINH.1, "part");
    succeeded(&mut ledger, HA_DINH.1, &second, "part");
    let fold = ledger.fold().0;
    let span = question(&fold, "", "2023-01-01", "2023-02-28");
    for is_mapped in [false, true] {
        let series = by_unit(&fold, "TT.02", &span, is_mapped).unwrap();
        let fined = series.points.iter().filter(|point| point.part.events > 0);
        let fined: Vec<_> = fined.map(|point| (&point.of, point.part.value, point.is_comparable)).collect();
        assert_eq!(fined.len(), 3);
        assert!(fined.iter().all(|(_, _, is_comparable)| !is_comparable), "{fined:?}");
        assert!(series.points.iter().all(|point| point.same_period.is_none() && point.includes.is_empty()));
        assert_eq!(series.boundaries.len(), 2);
    }
    // what is counted as a set does not add up, so it is not mapped either
    let mut ledger = three_wards();
    succeeded(&mut ledger, HA_DINH.1, NHAN_CHINH.1, "whole");
    let series = by_unit(&ledger.fold().0, "YT.01b", &span, true).unwrap();
    assert!(series.points.iter().all(|point| point.includes.is_empty()));
}

/// Documents sent out by three wards in January: how many are digitally signed, and how many there are.
fn documents(ledger: &mut Ledger) {
    let (second, id) = second_ward();
    for (unit, place, signed, all) in
        [(NHAN_CHINH.0, NHAN_CHINH.1, 1, 1), (HA_DINH.0, HA_DINH.1, 1, 4), (second, id.as_str(), 1, 3)]
    {
        for number in 0..all {
            let data = json!({
                "direction": "out", "series": "CV", "number": number.to_string(), "on": "2023-01-10", "digital_signed": number < signed,
            });
            ledger.json(
                unit,
                json!({"kind": "document.registered", "occurred_on": "2023-01-10", "place": [place], "data": data}),
            );
        }
    }
}

#[test]
fn a_ratio_of_joined_units_is_that_of_their_sums_and_what_cannot_be_added_says_so() {
    let mut ledger = three_wards();
    documents(&mut ledger);
    succeeded(&mut ledger, HA_DINH.1, NHAN_CHINH.1, "whole");
    let fold = ledger.fold().0;
    assert_eq!(ledger.fold().1, []);
    let span = question(&fold, "", "2023-01-01", "2023-02-28");
    let of = |series: &Series, unit: u32| {
        let point = series.points.iter().find(|point| point.of == PointOf::Unit(UnitNo(unit)));
        point.map(|point| (point.part.value, point.part.events, point.includes.len()))
    };
    let then = by_unit(&fold, "VB.01", &span, false).unwrap();
    assert_eq!(of(&then, NHAN_CHINH.0), Some((10_000, 1, 0)));
    assert_eq!(of(&then, HA_DINH.0), Some((2_500, 4, 0)));
    assert!(!then.is_unmapped, "nobody asked for it");
    let mapped = by_unit(&fold, "VB.01", &span, true).unwrap();
    assert_eq!(of(&mapped, NHAN_CHINH.0), Some((4_000, 5, 1)), "two of five, no average of 100% and 25%");
    assert_eq!((of(&mapped, HA_DINH.0), mapped.is_unmapped), (None, false));
    assert_eq!(of(&mapped, SECOND), Some((3_333, 3, 0)));
    let months = winter(&fold);
    let own = of_unit_by_time(&fold, "VB.01", &months, UnitNo(NHAN_CHINH.0), true).unwrap();
    assert_eq!(values(&own), [0, 4_000, 0]);
    // a set is not added up
    let sets = by_unit(&fold, "YT.01b", &span, true).unwrap();
    assert!(sets.is_unmapped && sets.points.iter().all(|point| point.includes.is_empty()));
    let sets = of_unit_by_time(&fold, "YT.01b", &months, UnitNo(SECOND), true).unwrap();
    assert!(!sets.is_unmapped, "nothing was joined with it");
}

#[test]
fn a_point_says_which_days_its_value_is_of() {
    let fold = three_wards().fold().0;
    let months = winter(&fold);
    let covers = |code: &str| -> Vec<String> {
        let day = |day: Option<CivilDate>| day.map_or_else(|| "…".to_owned(), |day| day.to_string());
        let series = by_time(&fold, code, &months).unwrap();
        series.points.iter().map(|point| format!("{} {}", day(point.covers.0), day(point.covers.1))).collect()
    };
    assert_eq!(covers("TT.02"), ["2022-12-01 2022-12-31", "2023-01-01 2023-01-31", "2023-02-01 2023-02-28"]);
    assert_eq!(
        covers("NS.01"),
        ["2022-01-01 2022-12-31", "2023-01-01 2023-01-31", "2023-01-01 2023-02-28"],
        "since the year began"
    );
    assert_eq!(
        covers("MC.01.truoc"),
        ["… 2022-11-30", "… 2022-12-31", "… 2023-01-31"],
        "what was carried over"
    );
}

#[test]
fn slices_are_compared_with_facts_or_with_what_was_declared_for_them() {
    let mut ledger = three_wards();
    ledger.revenue("2023-01-10", 2023, 500);
    let data = json!({
        "indicator": "NS.01", "slice": "category=fees", "period_from": "2022-01-01", "period_to": "2022-02-08", "value": 400,
        "unit_of_measure": "VND", "source_doc": "b",
    });
    ledger.json(TREASURY, json!({"kind": "baseline.declared", "occurred_on": "2023-01-02", "data": data}));
    let fold = ledger.fold().0;
    let span = question(&fold, "", "2023-01-01", "2023-02-08");
    let (axis, revenue) = by_slice(&fold, "NS.01", &span, None).unwrap();
    assert_eq!((axis.as_str(), values(&revenue)), ("category", vec![500]));
    assert_eq!(revenue.points[0].of, PointOf::Slice("fees".to_owned()));
    assert_eq!(befores(&revenue), [Some((400, Some("125")))]);
    let (_, fines) = by_slice(&fold, "TT.02", &span, Some("field")).unwrap();
    assert_eq!((values(&fines), befores(&fines)), (vec![700_000], vec![Some((70_000, Some("1000")))]));
}

#[test]
fn what_has_no_series_says_why() {
    let fold = three_wards().fold().0;
    let (months, span) = (winter(&fold), question(&fold, "", "2023-01-01", "2023-02-08"));
    let said = |error: NoSeries| error.to_string();
    assert!(said(by_time(&fold, "XX.99", &months).unwrap_err()).contains("XX.99"));
    assert!(said(by_time(&fold, "AS.01", &months).unwrap_err()).contains("by unit or slice"));
    assert!(said(by_slice(&fold, "TT.02", &span, Some("colour")).unwrap_err()).contains("field"));
    assert!(said(by_slice(&fold, "GP.01", &span, None).unwrap_err()).contains("no slices"));
    assert!(said(by_slice(&fold, "GP.01", &span, Some("colour")).unwrap_err()).contains("no slices"));
    assert!(said(of_unit_by_time(&fold, "TT.02", &months, UnitNo(99), true).unwrap_err()).contains("99"));
}

#[test]
fn rows_that_judge_cases_have_a_series_once_the_records_were_read_again() {
    let ledger = district::month();
    let fold = ledger.fold().0;
    let mut months = winter(&fold);
    let on = months[2].asked.to;
    let judged: Vec<String> =
        fold.rulebook().indicators(on).unwrap().1.iter().map(|row| row.code.clone()).collect();
    let judged: Vec<String> =
        judged.into_iter().filter(|code| needs_pass(&fold, code, &months[2].asked)).collect();
    assert!(judged.contains(&"VB.01".to_owned()), "a ratio's facts are counted by a pass: {judged:?}");
    for question in &mut months {
        let pass = |asked: &Asked| {
            let mut pass = Contributions::new(&fold, asked);
            ledger.iter().for_each(|record| pass.visit(&record).unwrap());
            pass.finish().unwrap()
        };
        question.found = Some(pass(&question.asked));
        question.found_before = question.before(fold.rulebook()).as_ref().map(pass);
    }
    for code in &judged {
        let figures = figures(&fold, &months[2].asked, months[2].found.as_ref()).unwrap();
        let figure = figures.iter().find(|figure| figure.row.code == *code).unwrap();
        match by_time(&fold, code, &months) {
            Ok(series) => {
                let part = series.points[2].part;
                assert_eq!((part.value, part.events), (figure.value, figure.events), "{code}");
            }
            Err(error) => assert_eq!(error, NoSeries::NotByDays(code.clone())),
        }
        let units = by_unit(&fold, code, &months[2], false).unwrap();
        let of_wards: i128 = figure.wards.iter().map(|ward| ward.part.value).sum();
        if !figure.wards.is_empty() {
            let listed: i128 = units
                .points
                .iter()
                .filter(|point| point.of != PointOf::Unallocated)
                .map(|point| point.part.value)
                .sum();
            assert_eq!(listed, of_wards, "{code}");
        }
    }
}
