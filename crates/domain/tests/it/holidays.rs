//! The holidays of the reference district, year by year, as sentences of the calendar.
#![allow(clippy::unwrap_used, clippy::panic)] // helpers of tests are tests

use crate::given::{Adopted, date};
use socai_domain::CivilDate;
use socai_domain::calendar::Calendar;
use socai_domain::law::Rules as _;

fn calendar() -> Calendar {
    Adopted::reference().calendar().clone()
}

/// Days of a year that are no weekend and on which offices do not work.
fn weekdays_off(calendar: &Calendar, year: i32) -> Vec<String> {
    let days = date(&format!("{year}-01-01")).day_number()..=date(&format!("{year}-12-31")).day_number();
    let days = days.map(|day| CivilDate::from_day_number(day).unwrap());
    let off = days.filter(|day| !day.weekday().is_weekend() && !calendar.is_working_day(*day));
    off.map(|day| format!("{:02}/{:02}", day.day(), day.month())).collect()
}

#[test]
fn each_year_has_the_days_off_that_were_set_for_it() {
    let calendar = calendar();
    for (year, expected) in [
        (2022, "03/01 31/01 01/02 02/02 03/02 04/02 11/04 02/05 03/05 01/09 02/09"),
        (2023, "02/01 20/01 23/01 24/01 25/01 26/01 01/05 02/05 03/05 01/09 04/09"),
        (2024, "01/01 08/02 09/02 12/02 13/02 14/02 18/04 29/04 30/04 01/05 02/09 03/09"),
        (2025, "01/01 27/01 28/01 29/01 30/01 31/01 07/04 30/04 01/05 02/05 01/09 02/09"),
        (2026, "01/01 02/01 16/02 17/02 18/02 19/02 20/02 27/04 30/04 01/05 31/08 01/09 02/09"),
    ] {
        assert_eq!(weekdays_off(&calendar, year).join(" "), expected, "{year}");
        assert_eq!(
            calendar.unknown_year(date(&format!("{year}-01-01")), date(&format!("{year}-12-31"))),
            None
        );
    }
}

#[test]
fn a_working_day_given_off_is_worked_on_a_saturday() {
    let calendar = calendar();
    for (off, worked) in [
        ("2024-04-29", "2024-05-04"),
        ("2025-05-02", "2025-04-26"),
        ("2026-01-02", "2026-01-10"),
        ("2026-08-31", "2026-08-22"),
    ] {
        assert!(
            !calendar.is_working_day(date(off)) && calendar.is_working_day(date(worked)),
            "{off} {worked}"
        );
    }
}

#[test]
fn a_year_has_eleven_statutory_days_off_whatever_is_moved() {
    let calendar = calendar();
    for year in 2022..=2026 {
        let (first, last) = (date(&format!("{year}-01-01")), date(&format!("{year}-12-31")));
        let worked = calendar.working_days_between(first.add_days(-1).unwrap(), last);
        let weekdays = Calendar::default().working_days_between(first.add_days(-1).unwrap(), last);
        assert_eq!(weekdays - worked, 11, "{year}: each on a weekday, or made up for");
    }
}

#[test]
fn the_years_whose_holidays_nobody_entered_are_known_for_what_they_are() {
    let calendar = calendar();
    assert_eq!(calendar.unknown_year(date("2026-12-20"), date("2027-01-05")), Some(2027));
    assert_eq!(calendar.unknown_year(date("2021-12-31"), date("2022-01-05")), Some(2021));
    assert_eq!(Calendar::default().unknown_year(date("2023-02-01"), date("2023-02-02")), Some(2023));
}
