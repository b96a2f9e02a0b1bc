//! Civil dates against the calendar's own rules, day by day and by property.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use proptest::prelude::*;
use socai_domain::{CivilDate, Weekday, time};

fn date(text: &str) -> CivilDate {
    text.parse().unwrap()
}

#[test]
fn every_day_from_1582_to_2400_follows_the_day_before_it() {
    let mut day = CivilDate::new(1582, 10, 15).unwrap();
    assert_eq!(day.weekday(), Weekday::Friday, "the first Gregorian day was a Friday");
    while day.year() <= 2400 {
        let next = day.next();
        let expected = CivilDate::new(day.year(), day.month(), day.day() + 1)
            .or(CivilDate::new(day.year(), day.month() + 1, 1))
            .or(CivilDate::new(day.year() + 1, 1, 1))
            .unwrap();
        assert_eq!(next, expected);
        assert_eq!(next.day_number(), day.day_number() + 1);
        assert_eq!(next.weekday() as u8, (day.weekday() as u8 + 1) % 7);
        assert_eq!(CivilDate::from_yyyymmdd(next.yyyymmdd()), Ok(next));
        day = next;
    }
}

#[test]
fn known_days_have_their_numbers() {
    for (text, number, weekday) in [
        ("1970-01-01", 0, Weekday::Thursday),
        ("2000-02-29", 11_016, Weekday::Tuesday),
        ("2023-01-22", 19_379, Weekday::Sunday), // Tết Quý Mão
        ("1969-12-31", -1, Weekday::Wednesday),
    ] {
        assert_eq!((date(text).day_number(), date(text).weekday()), (number, weekday), "{text}");
    }
}

#[test]
fn what_is_no_day_is_refused_with_what_was_got() {
    for number in [0, -20230101, 20230229, 20231301, 20230100, 20230132, 19000229, 1231, 100000101, i32::MIN]
    {
        let error = CivilDate::from_yyyymmdd(number).unwrap_err();
        assert!(error.to_string().contains(&number.to_string()), "{error}");
    }
    for text in [
        "",
        "2023-1-12",
        "2023-02-30",
        "20230112",
        "2023/01/12",
        "12-01-2023",
        "2023-01-12 ",
        "２０２３-01-12",
    ] {
        assert!(text.parse::<CivilDate>().is_err(), "{text}");
    }
}

#[test]
fn adding_months_stops_at_the_end_of_the_shorter_month() {
    for (from, months, to) in [
        ("2023-01-31", 1, "2023-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2023-12-15", 2, "2024-02-15"),
        ("2024-02-29", -12, "2023-02-28"),
        ("2023-01-01", -1, "2022-12-01"),
    ] {
        assert_eq!(date(from).add_months(months), Some(date(to)));
    }
    assert_eq!(CivilDate::MAX.add_months(1), None);
    assert_eq!(CivilDate::MIN.add_months(-1), None);
    assert_eq!(CivilDate::MAX.add_months(i32::MAX), None);
    assert_eq!(CivilDate::MAX.add_days(i32::MAX), None);
}

#[test]
fn month_and_year_bounds_are_days_of_the_same_month_and_year() {
    assert_eq!(date("2024-02-03").end_of_month(), date("2024-02-29"));
    assert_eq!(date("2023-12-31").end_of_month(), date("2023-12-31"));
    assert_eq!(date("2023-12-31").start_of_year(), date("2023-01-01"));
}

#[test]
fn half_past_midnight_in_hanoi_is_the_day_before_in_utc() {
    let half_past_midnight_ms = 1_675_184_400_000 + 30 * 60_000; // 2023-01-31T17:30Z
    assert_eq!(time::vietnam_date(half_past_midnight_ms), date("2023-02-01"));
    assert_eq!(time::vietnam_rfc3339(half_past_midnight_ms), "2023-02-01T00:30:00.000+07:00");
    assert_eq!(time::vietnam_date(u64::MAX), CivilDate::MAX);
    let last = time::end_of_day_ms(CivilDate::MAX);
    assert_eq!(time::vietnam_rfc3339(last), "9999-12-31T23:59:59.999+07:00");
    assert_eq!(
        time::vietnam_rfc3339(last + 1),
        format!("{} ms UTC", last + 1),
        "no invented hour of a clamped day"
    );
    assert_eq!(time::vietnam_rfc3339(u64::MAX), "18446744073709551615 ms UTC");
}

proptest! {
    #[test]
    fn day_numbers_and_dates_name_each_other(number in CivilDate::MIN.day_number()..=CivilDate::MAX.day_number()) {
        let day = CivilDate::from_day_number(number).unwrap();
        prop_assert_eq!(day.day_number(), number);
        prop_assert_eq!(day.to_string().parse::<CivilDate>().unwrap(), day);
    }

    #[test]
    fn a_date_is_its_own_first_and_last_millisecond(number in 1i32..200_000) {
        let day = CivilDate::from_day_number(number).unwrap();
        prop_assert_eq!(time::vietnam_date(time::start_of_day_ms(day)), day);
        prop_assert_eq!(time::vietnam_date(time::end_of_day_ms(day)), day);
        prop_assert_eq!(time::end_of_day_ms(day) + 1, time::start_of_day_ms(day.next()));
    }

    #[test]
    fn any_integer_is_a_date_or_an_error(number in any::<i32>()) {
        if let Ok(day) = CivilDate::from_yyyymmdd(number) {
            prop_assert_eq!(day.yyyymmdd(), number);
        }
    }
}
