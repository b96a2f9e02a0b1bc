//! Periods as people write them.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use socai_domain::period::{Cut, days, kind};
use socai_proto::v1::PeriodKind;

fn of(text: &str, last_day: u8) -> String {
    match days(text, Cut { last_day }) {
        Ok((from, to)) => format!("{from} {to}"),
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn report_periods_run_from_the_15th_to_the_14th() {
    for (text, expected) in [
        ("2023-02", "2023-01-15 2023-02-14"),
        ("2023-03", "2023-02-15 2023-03-14"),
        ("2023-01", "2022-12-15 2023-01-14"),
        ("2024-03", "2024-02-15 2024-03-14"),
        ("2023-Q1", "2022-12-15 2023-03-14"),
        ("2023-Q2", "2023-03-15 2023-06-14"),
        ("2023-Q3", "2023-06-15 2023-09-14"),
        ("2023-Q4", "2023-09-15 2023-12-14"),
        ("2023-H1", "2022-12-15 2023-06-14"),
        ("2023-H2", "2023-06-15 2023-12-14"),
        ("2023-9M", "2022-12-15 2023-09-14"),
        ("2023", "2022-12-15 2023-12-14"),
    ] {
        assert_eq!(of(text, 14), expected, "{text}");
    }
}

#[test]
fn calendar_and_fiscal_periods_follow_the_calendar_whatever_the_cut() {
    for (text, expected) in [
        ("cal:2023-02", "2023-02-01 2023-02-28"),
        ("cal:2024-02", "2024-02-01 2024-02-29"),
        ("cal:2023-Q1", "2023-01-01 2023-03-31"),
        ("cal:2023-H2", "2023-07-01 2023-12-31"),
        ("cal:2023-9M", "2023-01-01 2023-09-30"),
        ("cal:2023", "2023-01-01 2023-12-31"),
        ("fy2023", "2023-01-01 2023-12-31"),
        ("2022-12-01..2023-02-05", "2022-12-01 2023-02-05"),
        ("2023-02-08..2023-02-08", "2023-02-08 2023-02-08"),
    ] {
        assert_eq!(of(text, 14), expected, "{text}");
        assert_eq!(of(text, 20), expected, "{text}");
    }
}

#[test]
fn the_sort_of_a_period_is_that_of_its_months_and_not_of_the_length_of_its_text() {
    for (text, expected) in [
        ("2023-02", PeriodKind::Month),
        ("2023-12", PeriodKind::Month),
        ("2023-Q1", PeriodKind::Quarter),
        ("2023-Q2", PeriodKind::Quarter),
        ("2023-Q3", PeriodKind::Quarter),
        ("2023-Q4", PeriodKind::Quarter),
        ("2023-H1", PeriodKind::AdHoc),
        ("2023-H2", PeriodKind::AdHoc),
        ("2023-9M", PeriodKind::AdHoc),
        ("2023", PeriodKind::AdHoc),
        ("cal:2023-02", PeriodKind::Month),
        ("cal:2023-Q4", PeriodKind::Quarter),
        ("cal:2023-H1", PeriodKind::AdHoc),
        ("cal:2023-9M", PeriodKind::AdHoc),
        ("cal:2023", PeriodKind::AdHoc),
        ("fy2023", PeriodKind::AdHoc),
        ("2023-01-15..2023-02-14", PeriodKind::AdHoc),
        ("2023-02-08..2023-02-08", PeriodKind::AdHoc),
    ] {
        assert_eq!(kind(text).unwrap(), expected, "{text}");
        assert!(days(text, Cut::USUAL).is_ok(), "{text}");
    }
}

#[test]
fn report_months_leave_no_day_out_and_share_none() {
    for last_day in 1..=28 {
        let months: Vec<_> =
            (1..=12).map(|month| days(&format!("2024-{month:02}"), Cut { last_day }).unwrap()).collect();
        for pair in months.windows(2) {
            assert_eq!(pair[0].1.next(), pair[1].0, "{last_day}");
        }
        let year = days("2024", Cut { last_day }).unwrap();
        assert_eq!((months[0].0, months[11].1), year);
        let quarters: Vec<_> =
            (1..=4).map(|q| days(&format!("2024-Q{q}"), Cut { last_day }).unwrap()).collect();
        assert_eq!((quarters[0], quarters[1].1), ((months[0].0, months[2].1), months[5].1));
    }
}

#[test]
fn what_is_no_period_is_told_with_what_is() {
    let wrong = [
        "",
        "2023-13",
        "2023-00",
        "2023-2",
        "23-02",
        "2023-Q5",
        "2023-Q0",
        "2023-H3",
        "2023-q1",
        "fy23",
        "fy2023-01",
        "cal:",
        "cal:fy2023",
        "2023-02-08",
        "2023-02-30..2023-03-01",
        "..",
        "0000",
        "+023",
        "2023-+1",
        "tet",
    ];
    for text in wrong {
        let error = days(text, Cut::USUAL).unwrap_err();
        assert_eq!(kind(text).unwrap_err(), error);
        assert!(error.to_string().contains(&format!("`{text}`")) && error.to_string().contains("2023-Q1"));
    }
}

#[test]
fn days_that_end_before_they_begin_are_told_so() {
    let text = "2023-02-08..2023-01-01";
    let error = days(text, Cut::USUAL).unwrap_err();
    assert_eq!(kind(text).unwrap_err(), error);
    assert_eq!(
        error.to_string(),
        "`2023-02-08..2023-01-01` ends before it begins: the first day comes first"
    );
}
